#include "outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM_FOR_OTHERS = 64 * 1024 };

/* ---- The descriptor ---- */

void outlet_init(struct outlet *outlet, struct text *newest, int fd)
{
	struct stat status;

	*outlet = (struct outlet){.fd = fd, .newest = newest};
	outlet->may_stall = fstat(fd, &status) == 0 &&
			    (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || isatty(fd));
}

static bool is_stream_socket(int fd)
{
	int type;
	socklen_t size = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/* The same pipe or terminal once more: O_NONBLOCK belongs to what was opened, not to the file. */
static int open_again(int fd)
{
	char name[sizeof "/proc/self/fd/" + 12];

	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	return open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

bool outlet_never_wait(struct outlet *outlet)
{
	int fd;

	if (!outlet->may_stall)
		return false;
	if (is_stream_socket(outlet->fd)) {
		outlet->is_socket = true;
		return true;
	}
	fd = open_again(outlet->fd);
	if (fd < 0)
		return false;
	outlet->fd = fd;
	outlet->is_own = true;
	return true;
}

bool outlet_never_waits(const struct outlet *outlet)
{
	return outlet->is_own || outlet->is_socket;
}

/* ---- What waits ---- */

static struct text *oldest(struct outlet *outlet)
{
	return outlet->count > 0 ? &outlet->blocks[outlet->first].text : outlet->newest;
}

static void forget_newest(struct outlet *outlet)
{
	text_clear(outlet->newest);
	outlet->whole = 0;
	outlet->results = 0;
}

static void forget_oldest(struct outlet *outlet)
{
	outlet->written = 0;
	if (outlet->count == 0) {
		forget_newest(outlet);
		return;
	}
	text_clear(&outlet->blocks[outlet->first].text);
	outlet->first = (outlet->first + 1) % OUTLET_BLOCKS;
	outlet->count--;
}

/* The newest becomes a block; it grows again in the memory of a block that was written. */
static void close_block(struct outlet *outlet)
{
	struct outlet_block *block =
		&outlet->blocks[(outlet->first + outlet->count) % OUTLET_BLOCKS];
	struct text free = block->text;

	block->text = *outlet->newest;
	block->results = outlet->results;
	*outlet->newest = free;
	outlet->count++;
	forget_newest(outlet);
}

static bool keep(struct outlet *outlet, size_t size_max)
{
	struct text *newest = outlet->newest;

	if (outlet->count == OUTLET_BLOCKS && newest->size > size_max) {
		newest->size = outlet->whole;
		outlet->dropped++;
		return false;
	}
	outlet->whole = newest->size;
	return true;
}

bool outlet_keep_result(struct outlet *outlet)
{
	if (!keep(outlet, OUTLET_BLOCK_SIZE))
		return false;
	outlet->results++;
	if (outlet_never_waits(outlet) && outlet->count < OUTLET_BLOCKS &&
	    outlet->newest->size >= OUTLET_BLOCK_SIZE)
		close_block(outlet);
	return true;
}

bool outlet_keep_other(struct outlet *outlet)
{
	return outlet->newest->size == outlet->whole ||
	       keep(outlet, OUTLET_BLOCK_SIZE + ROOM_FOR_OTHERS);
}

bool outlet_is_empty(const struct outlet *outlet)
{
	return outlet->count == 0 && outlet->newest->size == 0;
}

bool outlet_has_much(const struct outlet *outlet)
{
	return outlet->count > 0 || outlet->newest->size >= OUTLET_BLOCK_SIZE;
}

uint64_t outlet_forget(struct outlet *outlet)
{
	uint64_t results = outlet->results;

	for (; outlet->count > 0; forget_oldest(outlet))
		results += outlet->blocks[outlet->first].results;
	forget_oldest(outlet);
	return results;
}

void outlet_done(struct outlet *outlet)
{
	for (size_t i = 0; i < OUTLET_BLOCKS; i++)
		text_done(&outlet->blocks[i].text);
	if (outlet->is_own)
		close(outlet->fd);
	outlet->is_own = false;
}

/* ---- Writing ---- */

/* A pipe that says it is ready takes PIPE_BUF bytes without waiting. */
static ssize_t write_some(const struct outlet *outlet, const char *bytes, size_t size)
{
	if (outlet->is_socket)
		return send(outlet->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (outlet->may_stall && !outlet->is_own && size > PIPE_BUF)
		size = PIPE_BUF;
	return write(outlet->fd, bytes, size);
}

int outlet_write(struct outlet *outlet)
{
	const struct text *text = oldest(outlet);
	ssize_t written =
		write_some(outlet, text->bytes + outlet->written, text->size - outlet->written);

	if (written < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	outlet->written += (size_t)written;
	if (outlet->written == text->size)
		forget_oldest(outlet);
	return 0;
}
