#include "cli/outlet.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RESULT_SIZE = 1000, ENOUGH = 2 * OUTLET_ROOM / RESULT_SIZE };

struct world {
	struct outlet outlet;
	struct text text;
	int reader, writer;
	uint64_t kept;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	int ends[2];

	*state = w;
	if (!w || pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	w->reader = ends[0];
	w->writer = ends[1];
	outlet_init(&w->outlet, &w->text, w->writer);
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	outlet_done(&w->outlet);
	text_done(&w->text);
	close(w->reader);
	close(w->writer);
	free(w);
	return 0;
}

/* Results are numbered lines of one size. */
static bool add_result(struct world *w, unsigned number)
{
	text_addf(&w->text, "%-*u\n", RESULT_SIZE - 1, number);
	if (!outlet_keep_result(&w->outlet))
		return false;
	w->kept++;
	return true;
}

/* As long as there is room. */
static void fill(struct world *w)
{
	unsigned number = 0;

	while (add_result(w, number)) {
		number++;
		assert_true(number < ENOUGH);
		assert_int_equal(outlet_write(&w->outlet), 0);
	}
}

/* Writes and reads in turn until nothing waits; the lines have the numbers from 0 to `end`. */
static void drain(struct world *w, uint64_t end)
{
	char line[RESULT_SIZE];
	uint64_t number = 0;
	size_t have = 0;

	while (number < end) {
		ssize_t size;

		if (!outlet_is_empty(&w->outlet))
			assert_int_equal(outlet_write(&w->outlet), 0);
		size = read(w->reader, line + have, sizeof line - have);
		assert_true(size > 0);
		have += (size_t)size;
		if (have < sizeof line)
			continue;
		assert_int_equal(strtoull(line, NULL, 10), number++);
		assert_int_equal(line[RESULT_SIZE - 1], '\n');
		have = 0;
	}
	assert_true(outlet_is_empty(&w->outlet));
}

static void what_does_not_fit_is_dropped_whole(void **state)
{
	struct world *w = *state;
	uint64_t kept;

	assert_true(outlet_never_wait(&w->outlet));
	fill(w);
	kept = w->kept;
	assert_true(kept >= OUTLET_ROOM / RESULT_SIZE);
	for (unsigned i = 0; i < 1000; i++)
		assert_false(add_result(w, 99));
	assert_int_equal(w->outlet.dropped, 1001);
	assert_true(w->text.size <= OUTLET_BLOCK_SIZE + RESULT_SIZE);
	drain(w, kept);
	w->kept = 0;
	fill(w); /* in the same memory, and in order again */
	drain(w, w->kept);
}

static void the_flags_of_others_stay(void **state)
{
	struct world *w = *state;

	assert_true(outlet_never_wait(&w->outlet));
	assert_int_not_equal(w->outlet.fd, w->writer);
	assert_false(fcntl(w->writer, F_GETFL) & O_NONBLOCK);
}

static void a_socket_never_waits_either(void **state)
{
	struct world *w = *state;
	int ends[2];

	close(w->reader);
	close(w->writer);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	w->reader = ends[0];
	w->writer = ends[1];
	outlet_init(&w->outlet, &w->text, w->writer);
	assert_true(outlet_never_wait(&w->outlet));
	fill(w);
	assert_false(fcntl(w->writer, F_GETFL) & O_NONBLOCK);
	drain(w, w->kept);
}

/* A note has room where a result has none, but not for ever. */
static void what_is_no_result_has_more_room(void **state)
{
	struct world *w = *state;
	unsigned notes = 0;

	assert_true(outlet_never_wait(&w->outlet));
	fill(w);
	do
		text_addf(&w->text, "%-*u\n", RESULT_SIZE - 1, (unsigned)w->kept + notes);
	while (outlet_keep_other(&w->outlet) && ++notes < ENOUGH);
	assert_in_range(notes, 32, 66);
	assert_int_equal(w->outlet.dropped, 2);
	assert_true(outlet_keep_other(&w->outlet)); /* nothing was added */
	drain(w, w->kept + notes);
}

static void what_waits_is_counted_when_it_is_lost(void **state)
{
	struct world *w = *state;

	assert_true(outlet_never_wait(&w->outlet));
	for (unsigned i = 0; i < 1000; i++)
		assert_true(add_result(w, i));
	assert_int_equal(outlet_forget(&w->outlet), 1000);
	assert_true(outlet_is_empty(&w->outlet));
	assert_int_equal(outlet_forget(&w->outlet), 0);
}

static void a_reader_who_has_gone_is_an_error(void **state)
{
	struct world *w = *state;

	signal(SIGPIPE, SIG_IGN);
	assert_true(outlet_never_wait(&w->outlet));
	close(w->reader);
	add_result(w, 0);
	assert_int_equal(outlet_write(&w->outlet), -EPIPE);
	w->reader = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void a_file_is_waited_for(void **state)
{
	struct world *w = *state;
	FILE *file = tmpfile();

	assert_non_null(file);
	outlet_init(&w->outlet, &w->text, fileno(file));
	assert_false(outlet_never_wait(&w->outlet));
	for (unsigned i = 0; i < 1000; i++)
		assert_true(add_result(w, i));
	assert_true(outlet_has_much(&w->outlet));
	assert_int_equal(outlet_write(&w->outlet), 0);
	assert_true(outlet_is_empty(&w->outlet)); /* in one write */
	assert_int_equal(lseek(fileno(file), 0, SEEK_END), 1000 * RESULT_SIZE);
	fclose(file);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_dropped_whole, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_flags_of_others_stay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_socket_never_waits_either, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_result_has_more_room, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_waits_is_counted_when_it_is_lost, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_reader_who_has_gone_is_an_error, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_file_is_waited_for, set_up, tear_down),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
