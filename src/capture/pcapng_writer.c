#include "pcapng_writer.h"

#include "base/text.h"
#include "pcapng_format.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MUCH = 256 * 1024, /* bytes that are worth a write */
	OPTION_MAX = 65532,
	RESOLUTION_NS = 9,
	NS_OPTION_SIZE = 1,
	COUNTER_SIZE = 8,
};

struct pcapng_writer {
	int fd;
	bool is_own, is_pipe;
	pcapng_wait_fn *wait; /* NULL: none */
	struct text waiting;  /* bytes of whole blocks, or of the one that is being made */
	size_t block;         /* where that one begins */
	uint64_t written;
	struct error error; /* the first one; code 0: none */
};

/* ---- Blocks, in the byte order of this machine ---- */

static void put(struct pcapng_writer *w, const void *bytes, size_t size)
{
	text_add(&w->waiting, bytes, size);
}

static void put_16(struct pcapng_writer *w, uint16_t value)
{
	put(w, &value, sizeof value);
}

static void put_32(struct pcapng_writer *w, uint32_t value)
{
	put(w, &value, sizeof value);
}

static void put_64(struct pcapng_writer *w, uint64_t value)
{
	put(w, &value, sizeof value);
}

static void put_time(struct pcapng_writer *w, int64_t time_ns)
{
	uint64_t ticks = time_ns > 0 ? (uint64_t)time_ns : 0;

	put_32(w, (uint32_t)(ticks >> 32));
	put_32(w, (uint32_t)ticks);
}

static void put_padded(struct pcapng_writer *w, const void *bytes, size_t size)
{
	static const char zeros[4];

	put(w, bytes, size);
	put(w, zeros, pcapng_padded(size) - size);
}

static void put_option(struct pcapng_writer *w, uint16_t code, const void *value, size_t size)
{
	size_t fits = size < OPTION_MAX ? size : OPTION_MAX;

	put_16(w, code);
	put_16(w, (uint16_t)fits);
	put_padded(w, value, fits);
}

static void put_counter(struct pcapng_writer *w, uint16_t code, uint64_t value)
{
	put_option(w, code, &value, COUNTER_SIZE);
}

static void begin_block(struct pcapng_writer *w, uint32_t type)
{
	w->block = w->waiting.size;
	put_32(w, type);
	put_32(w, 0); /* its length, when it is known */
}

static int remember(struct pcapng_writer *w, struct error *error)
{
	w->error = *error;
	return error->code;
}

static int fail_again(const struct pcapng_writer *w, struct error *error)
{
	*error = w->error;
	return error->code;
}

static int end_block(struct pcapng_writer *w, struct error *error)
{
	uint32_t length = (uint32_t)(w->waiting.size - w->block + sizeof length);

	put_32(w, length);
	if (w->error.code < 0)
		return fail_again(w, error);
	if (w->waiting.failed) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return remember(w, error);
	}
	memcpy(w->waiting.bytes + w->block + sizeof(uint32_t), &length, sizeof length);
	return w->waiting.size >= MUCH ? pcapng_writer_flush(w, error) : 0;
}

static int put_section(struct pcapng_writer *w, const char *command, struct error *error)
{
	begin_block(w, PCAPNG_SECTION);
	put_32(w, PCAPNG_BYTE_ORDER);
	put_16(w, 1); /* version 1.0 */
	put_16(w, 0);
	put_64(w, UINT64_MAX); /* how long the section is: not known before it ends */
	put_option(w, PCAPNG_SECTION_PROGRAM, command, strlen(command));
	put_option(w, PCAPNG_OPTION_END, NULL, 0);
	return end_block(w, error);
}

int pcapng_writer_add_interface(struct pcapng_writer *w, const char *name, unsigned link_type,
				size_t snap, struct error *error)
{
	const uint8_t resolution = RESOLUTION_NS;

	begin_block(w, PCAPNG_INTERFACE);
	put_16(w, (uint16_t)link_type);
	put_16(w, 0);
	put_32(w, snap < UINT32_MAX ? (uint32_t)snap : 0);
	put_option(w, PCAPNG_INTERFACE_NAME, name, strlen(name));
	put_option(w, PCAPNG_INTERFACE_RESOLUTION, &resolution, NS_OPTION_SIZE);
	put_option(w, PCAPNG_OPTION_END, NULL, 0);
	return end_block(w, error);
}

int pcapng_writer_add(struct pcapng_writer *w, const struct frame *frame, const char *comment,
		      struct error *error)
{
	begin_block(w, PCAPNG_PACKET);
	put_32(w, frame->interface);
	put_time(w, frame->time_ns);
	put_32(w, (uint32_t)frame->size);
	put_32(w, (uint32_t)frame->wire_size);
	put_padded(w, frame->bytes, frame->size);
	if (comment) {
		put_option(w, PCAPNG_OPTION_COMMENT, comment, strlen(comment));
		put_option(w, PCAPNG_OPTION_END, NULL, 0);
	}
	return end_block(w, error);
}

/* What the kernel dropped stands as isb_ifdrop, where other programs write and look for it. */
int pcapng_writer_add_counters(struct pcapng_writer *w, unsigned interface, uint64_t received,
			       uint64_t dropped, int64_t time_ns, struct error *error)
{
	begin_block(w, PCAPNG_STATISTICS);
	put_32(w, interface);
	put_time(w, time_ns);
	put_counter(w, PCAPNG_STATISTICS_RECEIVED, received);
	put_counter(w, PCAPNG_STATISTICS_DROPPED, dropped);
	put_option(w, PCAPNG_OPTION_END, NULL, 0);
	return end_block(w, error);
}

/* ---- The file ---- */

static void look_at(struct pcapng_writer *w)
{
	struct stat status;

	w->is_pipe = fstat(w->fd, &status) == 0 && !S_ISREG(status.st_mode);
}

/* flags: for open(), with which a file is made. */
static struct pcapng_writer *open_with(const char *path, int flags, const char *command,
				       struct error *error)
{
	struct pcapng_writer *w = calloc(1, sizeof *w);

	if (!w) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	w->is_own = strcmp(path, "-") != 0;
	w->fd = STDOUT_FILENO;
	if (w->is_own)
		w->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
	if (w->fd < 0) {
		error_system(error, HOSTCAST_SYSTEM, errno, "cannot open %.300s for writing", path);
		free(w);
		return NULL;
	}
	look_at(w);
	if (put_section(w, command, error) == 0)
		return w;
	pcapng_writer_close(w, error);
	return NULL;
}

struct pcapng_writer *pcapng_writer_open(const char *path, const char *command, struct error *error)
{
	return open_with(path, O_TRUNC, command, error);
}

struct pcapng_writer *pcapng_writer_create(const char *path, const char *command,
					   struct error *error)
{
	return open_with(path, O_EXCL, command, error);
}

void pcapng_writer_set_wait(struct pcapng_writer *w, pcapng_wait_fn *wait)
{
	w->wait = wait;
}

/* Returns what write() does. */
static ssize_t write_some(const struct pcapng_writer *w, const char *bytes, size_t size)
{
	if (!w->is_pipe || !w->wait)
		return write(w->fd, bytes, size);
	if (!w->wait(w->fd))
		return -1;
	return write(w->fd, bytes, size < PIPE_BUF ? size : PIPE_BUF);
}

int pcapng_writer_flush(struct pcapng_writer *w, struct error *error)
{
	size_t done = 0;

	if (w->error.code < 0)
		return fail_again(w, error);
	while (done < w->waiting.size) {
		ssize_t written = write_some(w, w->waiting.bytes + done, w->waiting.size - done);

		if (written < 0) {
			error_system(error, HOSTCAST_SYSTEM, errno,
				     "cannot write the capture file behind byte %llu",
				     (unsigned long long)w->written);
			return remember(w, error);
		}
		done += (size_t)written;
		w->written += (size_t)written;
	}
	text_clear(&w->waiting);
	return 0;
}

int pcapng_writer_close(struct pcapng_writer *w, struct error *error)
{
	int status = pcapng_writer_flush(w, error);

	if (w->is_own && close(w->fd) < 0 && status == 0)
		status = error_system(error, HOSTCAST_SYSTEM, errno,
				      "cannot write the capture file");
	text_done(&w->waiting);
	free(w);
	return status;
}

uint64_t pcapng_writer_size(const struct pcapng_writer *w)
{
	return w->written + w->waiting.size;
}
