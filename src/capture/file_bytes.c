#include "file_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024 };

int file_bytes_open(struct file_bytes *bytes, const char *path, struct error *error)
{
	*bytes = (struct file_bytes){.fd = STDIN_FILENO};
	if (strcmp(path, "-") == 0)
		return 0;
	bytes->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (bytes->fd < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot open %.300s", path);
	bytes->is_own = true;
	return 0;
}

void file_bytes_of(struct file_bytes *bytes, const void *memory, size_t size)
{
	*bytes = (struct file_bytes){.fd = -1, .at = memory, .size = size, .is_at_end = true};
}

void file_bytes_close(struct file_bytes *bytes)
{
	if (bytes->is_own)
		close(bytes->fd);
	free(bytes->room);
}

/* What was not passed over moves to the beginning; room grows as bytes come, so that a length
 * alone, which may be a lie, takes no memory. */
static int make_room(struct file_bytes *bytes, struct error *error)
{
	size_t needed = bytes->size + READ_SIZE, room_size = bytes->room_size;
	uint8_t *room;

	if (bytes->size > 0 && bytes->at != bytes->room)
		memmove(bytes->room, bytes->at, bytes->size);
	bytes->at = bytes->room;
	if (needed <= room_size)
		return 0;
	room_size = room_size > 0 ? 2 * room_size : 2 * READ_SIZE;
	room = realloc(bytes->room, room_size);
	if (!room)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	bytes->at = bytes->room = room;
	bytes->room_size = room_size;
	return 0;
}

/* A pipe without bytes in it; a regular file never is. */
static bool would_wait(const struct file_bytes *bytes)
{
	struct pollfd readable = {.fd = bytes->fd, .events = POLLIN};

	return poll(&readable, 1, 0) == 0;
}

static int read_more(struct file_bytes *bytes, struct error *error)
{
	ssize_t got;

	if (bytes->never_waits && would_wait(bytes))
		return error_set(error, HOSTCAST_AGAIN, "nothing has come");
	if (make_room(bytes, error) < 0)
		return error->code;
	do
		got = read(bytes->fd, bytes->room + bytes->size, bytes->room_size - bytes->size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno,
				    "cannot read the file at byte %llu",
				    (unsigned long long)(bytes->offset + bytes->size));
	bytes->size += (size_t)got;
	bytes->is_at_end = got == 0;
	return 0;
}

int file_bytes_need(struct file_bytes *bytes, size_t size, struct error *error)
{
	int status = 0;

	while (status == 0 && bytes->size < size && !bytes->is_at_end)
		status = read_more(bytes, error);
	return status;
}

void file_bytes_pass(struct file_bytes *bytes, size_t size)
{
	bytes->at += size;
	bytes->size -= size;
	bytes->offset += size;
}
