#include "payload_words.h"

enum { BYTES_SHOWN = 60 };

/* Bytes up to which whole characters fit into `most`. */
static size_t whole_characters(const uint8_t *bytes, size_t size, size_t most)
{
	if (size <= most)
		return size;
	while (most > 0 && (bytes[most] & 0xc0) == 0x80)
		most--;
	return most;
}

void payload_words_beginning(struct text *out, const uint8_t *bytes, size_t size)
{
	size_t shown = whole_characters(bytes, size, BYTES_SHOWN);

	text_add_escaped(out, bytes, shown);
	text_add_string(out, shown < size ? "..." : "");
}

void payload_words(struct text *out, const struct reader *payload, size_t size)
{
	size_t there = reader_left(payload);

	if (there == 0 || there < size || !utf8_is_valid(payload->at, there))
		return;
	text_add_string(out, ": ");
	payload_words_beginning(out, payload->at, there);
}
