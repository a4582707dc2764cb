/* A string that grows, and the ways in which bytes become safe text: escaped for a terminal, JSON,
 * XML, base64. If memory runs out the text is marked `failed` and stays as it is; whoever writes it
 * out checks once. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *bytes; /* not terminated; NULL while room is 0 */
	size_t size;
	size_t room;
	bool failed;
};

void text_done(struct text *text);

static inline void text_clear(struct text *text)
{
	text->size = 0;
}

void text_add(struct text *text, const void *bytes, size_t size);
void text_add_string(struct text *text, const char *string);
__attribute__((format(printf, 2, 3))) void text_addf(struct text *text, const char *format, ...);

/* The text as a C string, valid until it changes; "" if memory ran out. */
const char *text_string(struct text *text);

/* One line that does no harm to a terminal: control characters, invalid UTF-8, line separators and
 * bidirectional overrides come out as \n, \t, \r, \xNN or \u{NNNN}, a backslash doubled. */
void text_add_escaped(struct text *text, const void *bytes, size_t size);

/* The same for a line of our own that names what others chose: into room, without the heap, cut off
 * where it does not fit, and a backslash stays as it is. Returns the length without the 0 byte. */
size_t text_harmless(char *room, size_t size, const char *line);

/* A JSON string with its quotes, as harmless to a terminal. The bytes must be valid UTF-8. */
void text_add_json(struct text *text, const void *bytes, size_t size);

/* Characters of an XML document: escaped as for a terminal, and then for XML. */
void text_add_xml(struct text *text, const void *bytes, size_t size);

/* How many characters text_add_escaped() makes of it: its width, in most scripts. */
size_t text_escaped_length(const void *bytes, size_t size);

void text_add_base64(struct text *text, const void *bytes, size_t size);

/* The value of one UTF-8 sequence at bytes and its length in bytes (1 to 4); length 0 if it is not
 * valid UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). size is at least 1.
 */
uint32_t utf8_decode(const unsigned char *bytes, size_t size, size_t *length);

bool utf8_is_valid(const void *bytes, size_t size);

/* Characters that act on a terminal or on the direction of text rather than being seen. */
bool utf8_is_unsafe(uint32_t character);

#endif
