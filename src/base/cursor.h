/* Cursors over bytes, with an error that sticks: once a read or a write did not fit, the ones after
 * it do nothing, and whoever began checks `failed` once, at the end. */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
	const uint8_t *at, *end;
	bool failed;
};

struct writer {
	uint8_t *bytes;
	size_t size, room;
	bool failed;
};

static inline struct reader reader_of(const void *bytes, size_t size)
{
	return (struct reader){bytes, (const uint8_t *)bytes + size, false};
}

static inline struct writer writer_of(void *bytes, size_t room)
{
	return (struct writer){.bytes = bytes, .room = room};
}

static inline size_t reader_left(const struct reader *reader)
{
	return (size_t)(reader->end - reader->at);
}

/* The next byte, which stays; -1 at the end. */
int reader_peek(const struct reader *reader);

/* Fails if the next byte is another one. */
void reader_expect(struct reader *reader, uint8_t byte);

/* A decimal number of 0 to `most` without sign or leading zeros; fails, and gives 0, if there is
 * none. */
uint64_t reader_decimal(struct reader *reader, uint64_t most);

/* The bytes up to the next LF, or to the end; the LF is passed over. A CR before it, or at the end,
 * does not count. */
struct reader reader_line(struct reader *reader);

/* Passes over the key of a line "KEY VALUE" and its space. False, and nothing is passed over, if it
 * is another one. */
bool reader_key(struct reader *line, const char *key);

/* Unsigned numbers in network byte order; 0 where there is too little. */
uint8_t reader_byte(struct reader *reader);
uint16_t reader_be16(struct reader *reader);
uint32_t reader_be32(struct reader *reader);

/* The next `size` bytes, which are passed over, as a reader of their own; fails, and gives an empty
 * one that has failed too, if there are fewer. */
struct reader reader_take(struct reader *reader, size_t size);
void reader_skip(struct reader *reader, size_t size);

/* The next `size` bytes to `bytes`, which become 0 if there are fewer. */
void reader_copy(struct reader *reader, void *bytes, size_t size);

void writer_put(struct writer *writer, const void *bytes, size_t size);
void writer_string(struct writer *writer, const char *string);
void writer_byte(struct writer *writer, uint8_t byte);
void writer_decimal(struct writer *writer, uint64_t value);

#endif
