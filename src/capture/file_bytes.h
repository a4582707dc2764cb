/* The bytes of a file, a pipe or a piece of memory, from the beginning to the end, in pieces as
 * long as who reads them needs. */
#ifndef CAPTURE_FILE_BYTES_H
#define CAPTURE_FILE_BYTES_H

#include "base/error.h"

enum { FILE_PIECE_MAX = 16 * 1024 * 1024 }; /* bytes */

struct file_bytes {
	int fd; /* -1: memory */
	bool is_own;
	uint8_t *room; /* NULL: memory */
	size_t room_size;
	const uint8_t *at; /* the next byte, */
	size_t size;       /* and how many there are */
	uint64_t offset;   /* of that byte, from the beginning */
	bool is_at_end;    /* nothing more comes */
	bool never_waits;  /* set by its owner: HOSTCAST_AGAIN rather than wait for a pipe */
};

/* "-": standard input. HOSTCAST_SYSTEM. */
int file_bytes_open(struct file_bytes *bytes, const char *path, struct error *error);
void file_bytes_of(struct file_bytes *bytes, const void *memory, size_t size);
void file_bytes_close(struct file_bytes *bytes);

/* So that `size` bytes (at most FILE_PIECE_MAX) stand at bytes->at, or as many as are left: look at
 * bytes->size. They stay where they are until the next call. HOSTCAST_SYSTEM, HOSTCAST_NO_MEMORY,
 * HOSTCAST_AGAIN. */
int file_bytes_need(struct file_bytes *bytes, size_t size, struct error *error);

/* Passes over bytes that are there. */
void file_bytes_pass(struct file_bytes *bytes, size_t size);

#endif
