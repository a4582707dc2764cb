#include "cursor.h"

#include <string.h>

int reader_peek(const struct reader *reader)
{
	return reader->failed || reader->at == reader->end ? -1 : *reader->at;
}

void reader_expect(struct reader *reader, uint8_t byte)
{
	if (reader_peek(reader) == byte)
		reader->at++;
	else
		reader->failed = true;
}

static bool is_digit(int byte)
{
	return byte >= '0' && byte <= '9';
}

uint64_t reader_decimal(struct reader *reader, uint64_t most)
{
	bool starts_with_zero = reader_peek(reader) == '0';
	uint64_t value = 0;

	if (!is_digit(reader_peek(reader)))
		reader->failed = true;
	for (unsigned digits = 0; is_digit(reader_peek(reader)); digits++) {
		uint64_t digit = (uint64_t)(*reader->at++ - '0');

		if (digit > most || value > (most - digit) / 10 || (digits > 0 && starts_with_zero))
			reader->failed = true;
		value = value * 10 + digit;
	}
	return reader->failed ? 0 : value;
}

struct reader reader_line(struct reader *reader)
{
	struct reader line = *reader;
	const uint8_t *lf;

	if (reader->failed || reader->at == reader->end)
		return (struct reader){reader->end, reader->end, reader->failed};
	lf = memchr(reader->at, '\n', reader_left(reader));
	line.end = lf ? lf : reader->end;
	reader->at = lf ? lf + 1 : reader->end;
	if (line.end > line.at && line.end[-1] == '\r')
		line.end--;
	return line;
}

static uint32_t read_big_endian(struct reader *reader, size_t size)
{
	struct reader bytes = reader_take(reader, size);
	uint32_t value = 0;

	while (bytes.at < bytes.end)
		value = value << 8 | *bytes.at++;
	return value;
}

bool reader_key(struct reader *line, const char *key)
{
	size_t length = strlen(key);

	if (reader_left(line) <= length || memcmp(line->at, key, length) != 0 ||
	    line->at[length] != ' ')
		return false;
	line->at += length + 1;
	return true;
}

uint8_t reader_byte(struct reader *reader)
{
	return (uint8_t)read_big_endian(reader, 1);
}

uint16_t reader_be16(struct reader *reader)
{
	return (uint16_t)read_big_endian(reader, 2);
}

uint32_t reader_be32(struct reader *reader)
{
	return read_big_endian(reader, 4);
}

struct reader reader_take(struct reader *reader, size_t size)
{
	struct reader taken = *reader;

	if (size > reader_left(reader))
		reader->failed = true;
	if (reader->failed)
		return (struct reader){reader->end, reader->end, true};
	reader->at += size;
	taken.end = reader->at;
	return taken;
}

void reader_skip(struct reader *reader, size_t size)
{
	(void)reader_take(reader, size);
}

void reader_copy(struct reader *reader, void *bytes, size_t size)
{
	struct reader taken = reader_take(reader, size);

	if (taken.failed)
		memset(bytes, 0, size);
	else if (size > 0)
		memcpy(bytes, taken.at, size);
}

void writer_put(struct writer *writer, const void *bytes, size_t size)
{
	if (size > writer->room - writer->size)
		writer->failed = true;
	if (writer->failed || size == 0)
		return;
	memcpy(writer->bytes + writer->size, bytes, size);
	writer->size += size;
}

void writer_string(struct writer *writer, const char *string)
{
	writer_put(writer, string, strlen(string));
}

void writer_byte(struct writer *writer, uint8_t byte)
{
	writer_put(writer, &byte, 1);
}

void writer_decimal(struct writer *writer, uint64_t value)
{
	char digits[20];
	size_t first = sizeof digits;

	do
		digits[--first] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	writer_put(writer, digits + first, sizeof digits - first);
}
