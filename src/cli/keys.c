#include "keys.h"

#include "base/text.h"

#include <string.h>

enum { ESCAPE = 0x1b, SEQUENCE_MAX = 32 };

#define CONTROL(letter) ((letter)&0x1f)

/* What xterm and its many relatives send, and the letter keys of emacs for the same. */
static const struct sequence {
	const char *bytes; /* after the escape character */
	wchar_t meaning[KEY_MEANING_MAX];
} sequences[] = {
	{"[A", {CONTROL('P')}},          {"OA", {CONTROL('P')}}, /* up: the line before */
	{"[B", {CONTROL('N')}},          {"OB", {CONTROL('N')}}, /* down */
	{"[C", {CONTROL('F')}},          {"OC", {CONTROL('F')}}, /* right */
	{"[D", {CONTROL('B')}},          {"OD", {CONTROL('B')}}, /* left */
	{"[H", {CONTROL('A')}},          {"OH", {CONTROL('A')}}, /* home */
	{"[1~", {CONTROL('A')}},         {"[7~", {CONTROL('A')}},
	{"[F", {CONTROL('E')}},          {"OF", {CONTROL('E')}}, /* end */
	{"[4~", {CONTROL('E')}},         {"[8~", {CONTROL('E')}},
	{"[3~", {ESCAPE, CONTROL('D')}},                           /* delete: see prompt.c */
	{"[1;5C", {ESCAPE, 'f'}},        {"[1;3C", {ESCAPE, 'f'}}, /* a word to the right */
	{"[1;5D", {ESCAPE, 'b'}},        {"[1;3D", {ESCAPE, 'b'}}, /* a word to the left */
};

static struct key sequence_key(const char *bytes, size_t length)
{
	struct key key = {.length = length};

	for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
		const struct sequence *s = &sequences[i];

		if (strlen(s->bytes) + 1 != length || memcmp(s->bytes, bytes + 1, length - 1) != 0)
			continue;
		memcpy(key.meaning, s->meaning, sizeof key.meaning);
		key.meaning_size = s->meaning[1] ? 2 : 1;
	}
	return key;
}

/* ESC [, parameter and intermediate bytes, a final byte (ECMA-48 section 5.4). */
static struct key control_sequence(const char *bytes, size_t size)
{
	for (size_t i = 2; i < size && i < SEQUENCE_MAX; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c >= 0x40 && c <= 0x7e)
			return sequence_key(bytes, i + 1);
		if (c < 0x20 || c > 0x7e)
			return (struct key){.length = i}; /* broken off: this begins another key */
	}
	return (struct key){.length = size < SEQUENCE_MAX ? 0 : SEQUENCE_MAX};
}

static size_t utf8_length(unsigned char first)
{
	return first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
}

/* Could these bytes become a character when more of them come? */
static int is_beginning(const char *bytes, size_t size)
{
	if (size >= utf8_length((unsigned char)bytes[0]))
		return 0;
	for (size_t i = 1; i < size; i++)
		if (((unsigned char)bytes[i] & 0xc0) != 0x80)
			return 0;
	return 1;
}

static struct key character(const char *bytes, size_t size)
{
	struct key key = {0};
	uint32_t value = utf8_decode((const unsigned char *)bytes, size, &key.length);

	if (key.length > 0) {
		key.meaning[0] = (wchar_t)value;
		key.meaning_size = 1;
	} else if (!is_beginning(bytes, size)) {
		key.length = 1;
	}
	return key;
}

/* ESC and a letter: the letter with the meta key. */
static struct key meta(const char *bytes, size_t size)
{
	struct key key = character(bytes + 1, size - 1);

	if (key.length == 0)
		return key;
	key.length++;
	if (key.meaning_size == 0 || key.meaning[0] >= 0x80)
		return (struct key){.length = key.length};
	key.meaning[1] = key.meaning[0];
	key.meaning[0] = ESCAPE;
	key.meaning_size = 2;
	return key;
}

struct key key_take(const char *bytes, size_t size)
{
	if (bytes[0] != ESCAPE)
		return character(bytes, size);
	if (size == 1)
		return (struct key){0};
	if (bytes[1] == '[')
		return control_sequence(bytes, size);
	if (bytes[1] != 'O')
		return meta(bytes, size);
	return size < 3 ? (struct key){0} : sequence_key(bytes, 3);
}
