/* What is written is read back; tests/net/test_capture.py shows that others read it, too. */
#include "capture/capture_file.h"
#include "capture/pcapng_writer.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { PACKETS = 200, BYTES_MAX = 3000 };

/* A writer into a temporary file, which has a name as long as it is open. */
struct world {
	FILE *file;
	char path[40];
	struct pcapng_writer *writer;
	struct error error;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	*state = w;
	if (!w || !(w->file = tmpfile()))
		return -1;
	snprintf(w->path, sizeof w->path, "/proc/self/fd/%d", fileno(w->file));
	w->writer = pcapng_writer_open(w->path, "unit test", &w->error);
	return w->writer ? 0 : -1;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	fclose(w->file);
	free(w);
	return 0;
}

static void must(int status, const struct world *w)
{
	if (status < 0)
		fail_msg("%s", w->error.text);
}

/* The same packet again for the same seed. */
static struct frame make_frame(struct random *random, uint8_t bytes[BYTES_MAX], char comment[200])
{
	struct frame frame = {
		.time_ns = (int64_t)(random_next(random) >> 2),
		.interface = (unsigned)random_below(random, 3),
		.bytes = bytes,
		.size = random_below(random, BYTES_MAX + 1),
	};
	size_t length = random_below(random, 199);

	for (size_t i = 0; i < frame.size; i++)
		bytes[i] = (uint8_t)random_next(random);
	memset(comment, 'c', length);
	comment[length] = '\0';
	frame.wire_size = frame.size + random_below(random, 2000);
	return frame;
}

static void write_packets(struct world *w, struct random random)
{
	uint8_t bytes[BYTES_MAX];
	char comment[200];

	for (size_t i = 0; i < PACKETS; i++) {
		struct frame frame = make_frame(&random, bytes, comment);

		must(pcapng_writer_add(w->writer, &frame, *comment ? comment : NULL, &w->error), w);
	}
}

static void expect_packets(struct world *w, struct capture_file *file, struct random random)
{
	static const unsigned link_types[] = {LINK_ETHERNET, LINK_SLL2, LINK_RAW};
	uint8_t bytes[BYTES_MAX];
	char comment[200];

	for (size_t i = 0; i < PACKETS; i++) {
		struct frame expected = make_frame(&random, bytes, comment), frame;

		must(capture_file_next(file, &frame, &w->error) - 1, w);
		assert_int_equal(frame.time_ns, expected.time_ns);
		assert_int_equal(frame.interface, expected.interface);
		assert_int_equal(frame.link_type, link_types[frame.interface]);
		assert_int_equal(frame.wire_size, expected.wire_size);
		assert_int_equal(frame.size, expected.size);
		assert_memory_equal(frame.bytes, expected.bytes, frame.size);
		assert_int_equal(frame.comment_size, strlen(comment));
		assert_memory_equal(frame.comment, comment, frame.comment_size);
	}
}

static void what_is_written_is_read(void **state)
{
	struct world *w = *state;
	struct capture_file *file;
	struct frame frame;

	must(pcapng_writer_add_interface(w->writer, "eth0", LINK_ETHERNET, 65535, &w->error), w);
	must(pcapng_writer_add_interface(w->writer, "any name", LINK_SLL2, 0, &w->error), w);
	must(pcapng_writer_add_interface(w->writer, "", LINK_RAW, SIZE_MAX, &w->error), w);
	write_packets(w, (struct random){7});
	must(pcapng_writer_add_counters(w->writer, 0, 100, 5, 1, &w->error), w);
	must(pcapng_writer_add_counters(w->writer, 1, UINT64_MAX, 1, 1, &w->error), w);
	must(pcapng_writer_close(w->writer, &w->error), w);

	file = capture_file_open(w->path, &w->error);
	assert_non_null(file);
	expect_packets(w, file, (struct random){7});
	assert_int_equal(capture_file_next(file, &frame, &w->error), 0);
	assert_string_equal(capture_file_interface(file, 0), "eth0");
	assert_string_equal(capture_file_interface(file, 1), "any name");
	assert_string_equal(capture_file_interface(file, 2), "");
	assert_int_equal(capture_file_dropped(file), 6);
	assert_int_equal(capture_file_skipped(file), 0);
	capture_file_close(file);
}

/* Also while the writer goes on. */
static void the_size_is_that_of_the_file(void **state)
{
	struct world *w = *state;
	const struct frame frame = {.bytes = (const uint8_t *)"abc", .size = 3, .wire_size = 3};

	must(pcapng_writer_add_interface(w->writer, "lo", LINK_ETHERNET, 0, &w->error), w);
	for (size_t i = 0; i < 3; i++) {
		must(pcapng_writer_add(w->writer, &frame, "so", &w->error), w);
		must(pcapng_writer_flush(w->writer, &w->error), w);
		assert_int_equal(fseek(w->file, 0, SEEK_END), 0);
		assert_int_equal(ftell(w->file), pcapng_writer_size(w->writer));
	}
	must(pcapng_writer_close(w->writer, &w->error), w);
}

static void a_comment_that_is_too_long_is_cut_off(void **state)
{
	enum { LENGTH = 70000, MOST = 65532 };
	struct world *w = *state;
	const struct frame frame = {.bytes = (const uint8_t *)"abc", .size = 3, .wire_size = 3};
	struct frame read;
	struct capture_file *file;
	char *comment = malloc(LENGTH + 1);

	assert_non_null(comment);
	memset(comment, 'x', LENGTH);
	comment[LENGTH] = '\0';
	must(pcapng_writer_add_interface(w->writer, "lo", LINK_ETHERNET, 0, &w->error), w);
	must(pcapng_writer_add(w->writer, &frame, comment, &w->error), w);
	must(pcapng_writer_close(w->writer, &w->error), w);
	file = capture_file_open(w->path, &w->error);
	assert_non_null(file);
	assert_int_equal(capture_file_next(file, &read, &w->error), 1);
	assert_int_equal(read.comment_size, MOST);
	capture_file_close(file);
	free(comment);
}

/* ---- What goes wrong ---- */

static void a_full_disk_is_told_each_time(void **state)
{
	const struct frame frame = {.bytes = (const uint8_t *)"abc", .size = 3, .wire_size = 3};
	struct error error;
	struct pcapng_writer *writer = pcapng_writer_open("/dev/full", "unit test", &error);

	(void)state;
	assert_non_null(writer);
	for (int i = 0; i < 2; i++) {
		error.text[0] = '\0';
		assert_int_equal(pcapng_writer_flush(writer, &error), HOSTCAST_SYSTEM);
		assert_string_equal(error.text, "cannot write the capture file behind byte 0: No "
						"space left on device");
	}
	assert_int_equal(pcapng_writer_add(writer, &frame, NULL, &error), HOSTCAST_SYSTEM);
	assert_int_equal(pcapng_writer_close(writer, &error), HOSTCAST_SYSTEM);
}

static void a_file_that_cannot_be_opened_is_an_error(void **state)
{
	struct error error;

	(void)state;
	assert_null(pcapng_writer_open("/nowhere/a.pcapng", "unit test", &error));
	assert_string_equal(error.text,
			    "cannot open /nowhere/a.pcapng for writing: No such file or "
			    "directory");
}

/* A link is not followed, not even one that leads nowhere. */
static void only_a_file_that_is_not_there_is_created(void **state)
{
	char folder[] = "/tmp/hostcast-unit-XXXXXX", path[64], link[64];
	struct pcapng_writer *writer;
	struct error error;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/file", folder);
	snprintf(link, sizeof link, "%s/link", folder);
	assert_int_equal(symlink(path, link), 0);
	assert_null(pcapng_writer_create(link, "unit test", &error));
	assert_int_equal(access(path, F_OK), -1);
	writer = pcapng_writer_create(path, "unit test", &error);
	assert_non_null(writer);
	assert_int_equal(pcapng_writer_close(writer, &error), 0);
	assert_null(pcapng_writer_create(path, "unit test", &error));
	assert_non_null(strstr(error.text, "/file for writing: File exists"));
	unlink(path);
	unlink(link);
	rmdir(folder);
}

static size_t waits;

static bool wait_twice(int fd)
{
	(void)fd;
	errno = EINTR;
	return ++waits <= 2;
}

/* So that a signal can end the wait for a reader who does not read. */
static void a_pipe_is_waited_for_before_each_write(void **state)
{
	struct world *w = *state;
	uint8_t bytes[BYTES_MAX];
	char comment[200], path[32];
	struct random random = {3};
	int ends[2];
	struct pcapng_writer *writer;

	pcapng_writer_close(w->writer, &w->error);
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
	writer = pcapng_writer_open(path, "unit test", &w->error);
	assert_non_null(writer);
	pcapng_writer_set_wait(writer, wait_twice);
	for (size_t i = 0; i < 20; i++) {
		struct frame frame = make_frame(&random, bytes, comment);

		must(pcapng_writer_add(writer, &frame, NULL, &w->error), w);
	}
	assert_int_equal(pcapng_writer_flush(writer, &w->error), HOSTCAST_SYSTEM);
	assert_string_equal(w->error.text, "cannot write the capture file behind byte 8192: "
					   "Interrupted system call");
	assert_int_equal(waits, 3);
	pcapng_writer_close(writer, &w->error);
	close(ends[0]);
	close(ends[1]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_written_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_size_is_that_of_the_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_comment_that_is_too_long_is_cut_off, set_up,
						tear_down),
		cmocka_unit_test(a_full_disk_is_told_each_time),
		cmocka_unit_test(a_file_that_cannot_be_opened_is_an_error),
		cmocka_unit_test(only_a_file_that_is_not_there_is_created),
		cmocka_unit_test_setup_teardown(a_pipe_is_waited_for_before_each_write, set_up,
						tear_down),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
