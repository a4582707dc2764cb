#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_done(struct text *text)
{
	free(text->bytes);
	*text = (struct text){0};
}

/* Makes room for `more` bytes and a terminating zero. */
static bool reserve(struct text *text, size_t more)
{
	size_t needed = text->size + more + 1;
	size_t room = text->room ? text->room : 128;
	char *bytes;

	if (text->failed)
		return false;
	if (needed <= text->room)
		return true;
	while (room < needed)
		room *= 2;
	bytes = realloc(text->bytes, room);
	if (!bytes) {
		text->failed = true;
		return false;
	}
	text->bytes = bytes;
	text->room = room;
	return true;
}

void text_add(struct text *text, const void *bytes, size_t size)
{
	if (size == 0 || !reserve(text, size))
		return;
	memcpy(text->bytes + text->size, bytes, size);
	text->size += size;
}

void text_add_string(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_addf(struct text *text, const char *format, ...)
{
	va_list arguments, again;
	int size;

	if (!reserve(text, 64)) /* enough for most, so that it is formatted only once */
		return;
	va_start(arguments, format);
	va_copy(again, arguments);
	size = vsnprintf(text->bytes + text->size, text->room - text->size, format, arguments);
	if (size > 0 && (size_t)size >= text->room - text->size && reserve(text, (size_t)size))
		vsnprintf(text->bytes + text->size, (size_t)size + 1, format, again);
	if (size > 0 && !text->failed)
		text->size += (size_t)size;
	va_end(again);
	va_end(arguments);
}

const char *text_string(struct text *text)
{
	if (!reserve(text, 0))
		return "";
	text->bytes[text->size] = '\0';
	return text->bytes;
}

uint32_t utf8_decode(const unsigned char *bytes, size_t size, size_t *length)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = bytes[0];
	uint32_t value;
	size_t n;

	*length = 0;
	if (first < 0x80) {
		*length = 1;
		return first;
	}
	if (first >= 0xc2 && first <= 0xdf) {
		n = 2;
		value = first & 0x1f;
	} else if (first >= 0xe0 && first <= 0xef) {
		n = 3;
		value = first & 0x0f;
	} else if (first >= 0xf0 && first <= 0xf4) {
		n = 4;
		value = first & 0x07;
	} else {
		return 0;
	}
	if (size < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (bytes[i] & 0x3f);
	}
	if (value < least[n] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*length = n;
	return value;
}

bool utf8_is_valid(const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	size_t length;

	for (size_t i = 0; i < size; i += length) {
		length = 1;
		if (at[i] >= 0x80)
			utf8_decode(at + i, size - i, &length);
		if (length == 0)
			return false;
	}
	return true;
}

bool utf8_is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) ||        /* controls, C0 and C1 */
	       c == 0x061c || c == 0x200e || c == 0x200f ||   /* directional marks */
	       c == 0x200b || (c >= 0x2060 && c <= 0x2064) || /* of no width, and joining nothing */
	       (c >= 0x2028 && c <= 0x202e) ||                /* separators, overrides */
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || /* isolates, byte order mark */
	       (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe007f); /* annotation, tags */
}

/* Binary payloads are full of them: no format has to be read for each. */
static void add_byte(struct text *text, unsigned char byte)
{
	static const char DIGITS[] = "0123456789abcdef";
	const char escape[] = {'\\', 'x', DIGITS[byte >> 4], DIGITS[byte & 0xf]};

	text_add(text, escape, sizeof escape);
}

static void add_escape(struct text *text, uint32_t c)
{
	if (c == '\n')
		text_add_string(text, "\\n");
	else if (c == '\r')
		text_add_string(text, "\\r");
	else if (c == '\t')
		text_add_string(text, "\\t");
	else if (c < 0x80)
		add_byte(text, (unsigned char)c);
	else
		text_addf(text, "\\u{%x}", (unsigned)c);
}

/* Eight bytes at a time: are all of them printable ASCII other than a backslash? Most text is. A
 * borrow or carry between bytes can only come from a byte that is not plain itself. */
static bool is_plain_word(const unsigned char *bytes)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high_bits = ones * 0x80;
	uint64_t word, below_space, from_delete, backslash;

	memcpy(&word, bytes, sizeof word);
	below_space = (word - ones * 0x20) & ~word;
	from_delete = (word + ones) | word;
	backslash = word ^ ones * '\\';
	backslash = (backslash - ones) & ~backslash;
	return ((below_space | from_delete | backslash) & high_bits) == 0;
}

void text_add_escaped(struct text *text, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	size_t plain = 0; /* start of what needs no escape and is not yet added */

	for (size_t i = 0; i < size;) {
		size_t length;
		uint32_t c;

		if (size - i >= sizeof(uint64_t) && is_plain_word(at + i)) {
			i += sizeof(uint64_t);
			continue;
		}
		c = utf8_decode(at + i, size - i, &length);
		if (length > 0 && c != '\\' && !utf8_is_unsafe(c)) {
			i += length;
			continue;
		}
		text_add(text, at + plain, i - plain);
		if (length == 0) {
			add_byte(text, at[i]);
			length = 1;
		} else if (c == '\\') {
			text_add_string(text, "\\\\");
		} else {
			add_escape(text, c);
		}
		i += length;
		plain = i;
	}
	text_add(text, at + plain, size - plain);
}

enum { HARMLESS_SIZE = 16 }; /* more than an escape takes */

/* Of one character, or of a byte that is none (length 0). */
static void name_unsafe(char escape[static HARMLESS_SIZE], uint32_t c, unsigned char byte,
			size_t length)
{
	if (length == 0 || c < 0x80)
		snprintf(escape, HARMLESS_SIZE, "\\x%02x", byte);
	else
		snprintf(escape, HARMLESS_SIZE, "\\u{%x}", (unsigned)c);
}

size_t text_harmless(char *room, size_t size, const char *line)
{
	const unsigned char *at = (const unsigned char *)line;
	size_t left = strlen(line), used = 0;

	while (left > 0) {
		char escape[HARMLESS_SIZE];
		const char *shown = (const char *)at;
		size_t length, shown_length;
		uint32_t c = utf8_decode(at, left, &length);

		shown_length = length;
		if (length == 0 || utf8_is_unsafe(c)) {
			name_unsafe(escape, c, *at, length);
			shown = escape;
			shown_length = strlen(escape);
		}
		if (used + shown_length >= size)
			break;
		memcpy(room + used, shown, shown_length);
		used += shown_length;
		at += length > 0 ? length : 1;
		left -= length > 0 ? length : 1;
	}
	room[used] = '\0';
	return used;
}

static void add_json_escape(struct text *text, uint32_t c)
{
	if (c == '"' || c == '\\')
		text_addf(text, "\\%c", (char)c);
	else if (c < 0x10000)
		text_addf(text, "\\u%04x", (unsigned)c);
	else /* RFC 8259 section 7: as the surrogate pair of UTF-16 */
		text_addf(text, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (c >> 10)),
			  (unsigned)(0xdc00 + (c & 0x3ff)));
}

void text_add_json(struct text *text, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	size_t plain = 0;

	text_add_string(text, "\"");
	for (size_t i = 0, length; i < size; i += length) {
		uint32_t c = utf8_decode(at + i, size - i, &length);

		if (length == 0) /* against the contract; not for ever */
			length = 1;
		else if (c == '"' || c == '\\' || utf8_is_unsafe(c)) {
			text_add(text, at + plain, i - plain);
			add_json_escape(text, c);
			plain = i + length;
		}
	}
	text_add(text, at + plain, size - plain);
	text_add_string(text, "\"");
}

static void add_xml_character(struct text *text, uint32_t c, const char *bytes, size_t size)
{
	if (c == '&')
		text_add_string(text, "&amp;");
	else if (c == '<')
		text_add_string(text, "&lt;");
	else if (c == '>')
		text_add_string(text, "&gt;");
	else if (c == 0xfffe || c == 0xffff) /* which XML does not allow */
		text_addf(text, "\\u{%x}", (unsigned)c);
	else
		text_add(text, bytes, size);
}

void text_add_xml(struct text *text, const void *bytes, size_t size)
{
	struct text harmless = {0};

	text_add_escaped(&harmless, bytes, size); /* which is valid UTF-8 */
	for (size_t i = 0, length = 1; i < harmless.size && length > 0; i += length) {
		const char *at = harmless.bytes + i;
		uint32_t c = utf8_decode((const unsigned char *)at, harmless.size - i, &length);

		add_xml_character(text, c, at, length);
	}
	text->failed |= harmless.failed;
	text_done(&harmless);
}

size_t text_escaped_length(const void *bytes, size_t size)
{
	struct text harmless = {0};
	size_t length = 0;

	text_add_escaped(&harmless, bytes, size);
	for (size_t i = 0; i < harmless.size; i++)
		length += (harmless.bytes[i] & 0xc0) != 0x80; /* counts no continuation bytes */
	text_done(&harmless);
	return length;
}

void text_add_base64(struct text *text, const void *bytes, size_t size)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *at = bytes;

	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t three = (uint32_t)at[i] << 16 | (left > 1 ? (uint32_t)at[i + 1] << 8 : 0) |
				 (left > 2 ? at[i + 2] : 0);
		char four[4] = {digits[three >> 18], digits[three >> 12 & 63],
				left > 1 ? digits[three >> 6 & 63] : '=',
				left > 2 ? digits[three & 63] : '='};

		text_add(text, four, sizeof four);
	}
}
