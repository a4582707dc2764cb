/* Capture files (pcap, pcapng): any bytes. Packets are within them, an end stays the end, a pipe
 * gives what memory gives, and what was read can be written and is then read as the same. */
#include "capture/capture_file.h"
#include "capture/pcapng_writer.h"
#include "must.h"
#include "target.h"

#include <string.h>
#include <unistd.h>

enum {
	PIPE_ROOM = 65536,   /* what a pipe takes without a reader */
	AGAIN_MAX = 4096,    /* larger files may not fit into one when they are written again */
	INTERFACES_MAX = 64, /* each takes room there, too */
};

static bool is_within(const void *at, size_t size, const uint8_t *data, size_t data_size)
{
	const uint8_t *bytes = at;

	return size == 0 || (bytes >= data && bytes <= data + data_size &&
			     size <= (size_t)(data + data_size - bytes));
}

static void check_frame(const struct frame *frame, const uint8_t *data, size_t size)
{
	must(is_within(frame->bytes, frame->size, data, size), "a packet is within its file");
	must(is_within(frame->comment, frame->comment_size, data, size),
	     "a comment is within its file");
	must(frame->comment || frame->comment_size == 0, "no comment has no size");
}

static void check_end(struct capture_file *file, int status, const struct error *error)
{
	struct error again = {0};
	struct frame frame;

	must(capture_file_next(file, &frame, &again) == status, "the end stays the end");
	must(status == 0 || strcmp(again.text, error->text) == 0, "an error stays the same");
	must(status == 0 || status == HOSTCAST_INVALID,
	     "what the bytes are is all that can be wrong");
}

/* Returns how many packets there were. */
static size_t check_memory(const uint8_t *data, size_t size)
{
	struct error error = {0};
	struct capture_file *file = capture_file_of(data, size, &error);
	struct frame frame;
	size_t count = 0;
	int status;

	if (!file) {
		must(error.code == HOSTCAST_INVALID && *error.text, "a refusal has a reason");
		return 0;
	}
	while ((status = capture_file_next(file, &frame, &error)) == 1) {
		check_frame(&frame, data, size);
		must(strlen(capture_file_interface(file, frame.interface)) < size,
		     "a name is in the file");
		count++;
	}
	check_end(file, status, &error);
	capture_file_close(file);
	return count;
}

/* Both ends as paths. */
struct conduit {
	int ends[2];
	char in[32], out[32];
};

static void open_conduit(struct conduit *conduit)
{
	must(pipe(conduit->ends) == 0, "there are descriptors");
	snprintf(conduit->out, sizeof conduit->out, "/dev/fd/%d", conduit->ends[0]);
	snprintf(conduit->in, sizeof conduit->in, "/dev/fd/%d", conduit->ends[1]);
}

static bool is_same(const struct frame *a, const struct frame *b)
{
	int64_t time_ns = a->time_ns > 0 ? a->time_ns : 0; /* none before 1970 is written */

	return time_ns == (b->time_ns > 0 ? b->time_ns : 0) && a->interface == b->interface &&
	       a->link_type == b->link_type && a->size == b->size && a->wire_size == b->wire_size &&
	       (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
}

/* The file in memory and what the pipe holds have the same packets, to the first one's end. */
static void compare(const uint8_t *data, size_t size, const char *path)
{
	struct error error;
	struct capture_file *one = capture_file_of(data, size, &error);
	struct capture_file *other = capture_file_open(path, &error);
	struct frame a, b;

	must(one && other, "both can be opened");
	while (capture_file_next(one, &a, &error) == 1) {
		must(capture_file_next(other, &b, &error) == 1, "no packet is lost");
		must(is_same(&a, &b), "no packet is changed");
	}
	must(capture_file_next(other, &b, &error) != 1, "no packet is added");
	capture_file_close(other);
	capture_file_close(one);
}

static void check_pipe(const uint8_t *data, size_t size)
{
	struct conduit conduit;

	open_conduit(&conduit);
	must(write(conduit.ends[1], data, size) == (ssize_t)size, "the pipe has room");
	close(conduit.ends[1]);
	compare(data, size, conduit.out);
	close(conduit.ends[0]);
}

/* Interfaces without packets are not there again, and need not be: what has packets keeps its
 * number. */
static void write_again(const uint8_t *data, size_t size, const char *path)
{
	struct error error;
	struct capture_file *file = capture_file_of(data, size, &error);
	struct pcapng_writer *writer = pcapng_writer_open(path, "fuzz", &error);
	struct frame frame;
	unsigned link_types[INTERFACES_MAX] = {0};

	must(file && writer, "both can be opened");
	while (capture_file_next(file, &frame, &error) == 1)
		link_types[frame.interface] = frame.link_type;
	capture_file_close(file);
	for (unsigned i = 0; i < INTERFACES_MAX; i++)
		must(pcapng_writer_add_interface(writer, "", link_types[i], 0, &error) == 0,
		     "an interface is written");
	file = capture_file_of(data, size, &error);
	while (capture_file_next(file, &frame, &error) == 1)
		must(pcapng_writer_add(writer, &frame, NULL, &error) == 0, "a packet is written");
	capture_file_close(file);
	must(pcapng_writer_size(writer) <= PIPE_ROOM, "the pipe has room");
	must(pcapng_writer_close(writer, &error) == 0, "all is written");
}

static void check_writer(const uint8_t *data, size_t size)
{
	struct conduit conduit;

	open_conduit(&conduit);
	write_again(data, size, conduit.in);
	close(conduit.ends[1]);
	compare(data, size, conduit.out);
	close(conduit.ends[0]);
}

static bool has_few_interfaces(const uint8_t *data, size_t size)
{
	struct error error;
	struct capture_file *file = capture_file_of(data, size, &error);
	struct frame frame;
	bool are_few = true;

	while (capture_file_next(file, &frame, &error) == 1)
		are_few = are_few && frame.interface < INTERFACES_MAX;
	capture_file_close(file);
	return are_few;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (check_memory(data, size) == 0)
		return 0;
	if (size <= PIPE_ROOM)
		check_pipe(data, size);
	if (size <= AGAIN_MAX && has_few_interfaces(data, size))
		check_writer(data, size);
	return 0;
}
