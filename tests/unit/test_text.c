#include "base/text.h"
#include "unit.h"

static void grows_and_is_used_again(void **state)
{
	struct text text = {0};

	(void)state;
	assert_string_equal(text_string(&text), "");
	for (int i = 0; i < 1000; i++)
		text_addf(&text, "%03d,", i);
	assert_int_equal(text.size, 4000);
	assert_memory_equal(text_string(&text) + 3996, "999,", 5);
	text_clear(&text);
	text_add_string(&text, "again");
	text_add(&text, NULL, 0);
	assert_string_equal(text_string(&text), "again");
	text_done(&text);
	text_done(&text); /* twice does no harm */
}

static void memory_that_is_short_marks_the_text(void **state)
{
	struct text text = {0};

	(void)state;
	text_add_string(&text, "kept");
	text.failed = true; /* as reserve() does when realloc() fails */
	text_add_string(&text, "lost");
	text_addf(&text, "%d", 1);
	assert_int_equal(text.size, 4);
	assert_string_equal(text_string(&text), "");
	text_done(&text);
	assert_false(text.failed);
}

/* ---- UTF-8 ---- */

static size_t encode(uint32_t c, unsigned char bytes[4])
{
	static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = length - 1; i > 0; i--, c >>= 6)
		bytes[i] = (unsigned char)(0x80 | (c & 0x3f));
	bytes[0] = (unsigned char)(first[length] | c);
	return length;
}

/* The stupid twin of the decoder: what each sequence of up to three bytes stands for, found by
 * encoding every character there is. 0: nothing, else the character plus one. */
static uint32_t *make_twin(void)
{
	uint32_t *twin = calloc(3u << 24, sizeof *twin);
	unsigned char b[4];

	assert_non_null(twin);
	for (uint32_t c = 0; c < 0x10000; c++) {
		size_t length = encode(c, b);
		uint32_t place = length == 1   ? b[0]
				 : length == 2 ? (uint32_t)(b[0] << 8 | b[1])
					       : (uint32_t)(b[0] << 16 | b[1] << 8 | b[2]);

		if (c < 0xd800 || c > 0xdfff)
			twin[(length - 1) << 24 | place] = c + 1;
	}
	return twin;
}

static void decodes_all_short_sequences_as_the_twin_does(void **state)
{
	uint32_t *twin = make_twin();

	(void)state;
	for (uint32_t place = 0; place < 1u << 24; place++) {
		unsigned char b[] = {(unsigned char)(place >> 16), (unsigned char)(place >> 8),
				     (unsigned char)place};
		uint32_t one = twin[b[0]], two = twin[1u << 24 | (uint32_t)(b[0] << 8 | b[1])];
		uint32_t three = twin[2u << 24 | place];
		size_t expected = one ? 1 : two ? 2 : three ? 3 : 0, length;
		uint32_t value = utf8_decode(b, 3, &length);

		if (length != expected || (length > 0 && value != (one | two | three) - 1))
			fail_msg("%02x %02x %02x: length %zu, value %x", b[0], b[1], b[2], length,
				 value);
		utf8_decode(b, 2, &length);
		if (length != (one ? 1u : two ? 2u : 0u))
			fail_msg("%02x %02x: length %zu", b[0], b[1], length);
	}
	free(twin);
}

static void decodes_four_bytes(void **state)
{
	static const unsigned char bad[][4] = {
		{0xf0, 0x8f, 0xbf, 0xbf}, /* U+FFFF, overlong */
		{0xf4, 0x90, 0x80, 0x80}, /* beyond U+10FFFF */
		{0xf5, 0x80, 0x80, 0x80}, {0xff, 0xbf, 0xbf, 0xbf},
		{0xf0, 0x90, 0x80, 0x7f}, {0xf0, 0x90, 0x80, 0xc0},
	};
	unsigned char b[4];
	size_t length;

	(void)state;
	for (uint32_t c = 0x10000; c <= 0x10ffff; c++) {
		encode(c, b);
		assert_int_equal(utf8_decode(b, 4, &length), c);
		assert_int_equal(length, 4);
		utf8_decode(b, 3, &length);
		assert_int_equal(length, 0);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(utf8_is_valid(bad[i], 4));
}

/* ---- Escaping ---- */

static void escapes(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *expected;
	} cases[] = {
		{"", 0, ""},
		{"plain text", 10, "plain text"},
		{"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80", 15,
		 "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"},
		{"a\nb\rc\td", 7, "a\\nb\\rc\\td"},
		{"C:\\", 3, "C:\\\\"},
		{"\x1b[31mred", 8, "\\x1b[31mred"},
		{"\0\x7f", 2, "\\x00\\x7f"},
		{"\xff\xfe", 2, "\\xff\\xfe"},
		{"\xe2\x82", 2, "\\xe2\\x82"},                            /* cut off */
		{"\xc0\x80\xed\xa0\x80", 5, "\\xc0\\x80\\xed\\xa0\\x80"}, /* overlong, surrogate */
		{"\xc2\x9b", 2, "\\u{9b}"},                               /* CSI in one character */
		{"\xe2\x80\xae", 3, "\\u{202e}"},                      /* right-to-left override */
		{"\xe2\x80\x8b", 3, "\\u{200b}"},                      /* a space of no width */
		{"\xe2\x80\xa8\xe2\x80\xa9", 6, "\\u{2028}\\u{2029}"}, /* line separators */
		{"\xe2\x81\xa6\xef\xbb\xbf", 6, "\\u{2066}\\u{feff}"},
		{"\xf3\xa0\x81\x81", 4, "\\u{e0041}"}, /* a tag: an invisible A */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct text text = {0};

		text_add_escaped(&text, cases[i].bytes, cases[i].size);
		assert_string_equal(text_string(&text), cases[i].expected);
		text_done(&text);
	}
}

static void a_line_is_made_harmless_in_its_room(void **state)
{
	static const struct {
		const char *line;
		size_t room;
		const char *expected;
	} cases[] = {
		{"", 1, ""},
		{"C:\\ and \\x1b", 40, "C:\\ and \\x1b"}, /* what is escaped already stays so */
		{"gr\xc3\xbc\xc3\x9f", 40, "gr\xc3\xbc\xc3\x9f"},
		{"a\x1b[2J\n", 40, "a\\x1b[2J\\x0a"},
		{"\xff\xc2\x9b\xe2\x80\xae", 40, "\\xff\\u{9b}\\u{202e}"},
		{"\xe2\x82", 40, "\\xe2\\x82"},
		{"abcd", 5, "abcd"},
		{"abcd", 4, "abc"},
		{"ab\x1b", 6, "ab"}, /* no part of an escape, or of a character */
		{"ab\xc3\xbc", 4, "ab"},
		{"\xf3\xa0\x81\x81", 11, "\\u{e0041}"},
		{"x", 1, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char room[41];
		size_t length = text_harmless(room, cases[i].room, cases[i].line);

		assert_string_equal(room, cases[i].expected);
		assert_int_equal(length, strlen(cases[i].expected));
	}
}

/* Bytes in which every kind of trouble is frequent. */
static size_t random_bytes(struct random *random, unsigned char *bytes, size_t most)
{
	static const uint32_t trouble[] = {'\\', 'n',    'x',    '\n',   0x1b,    0x9b,
					   0x7f, 0x200f, 0x202e, 0xfeff, 0xe0041, 0x10ffff};
	size_t wanted = random_below(random, most - 4), size = 0;

	while (size < wanted) {
		switch (random_below(random, 3)) {
		case 0:
			bytes[size++] = (unsigned char)random_next(random);
			break;
		case 1:
			size += encode(trouble[random_below(random, COUNT_OF(trouble))],
				       bytes + size);
			break;
		default:
			size += encode((uint32_t)random_below(random, 0xd800), bytes + size);
		}
	}
	return size;
}

/* The way back from an escaped text; nothing but the escapes that text.h promises. */
static size_t unescape(const char *text, unsigned char *bytes)
{
	size_t size = 0;

	while (*text) {
		const char *end = text + 1;

		if (*text != '\\') {
			bytes[size++] = (unsigned char)*text++;
			continue;
		}
		switch (text[1]) {
		case 'u':
			assert_int_equal(text[2], '{');
			size += encode((uint32_t)strtoul(text + 3, (char **)&end, 16),
				       bytes + size);
			assert_int_equal(*end++, '}');
			text = end;
			continue;
		case 'x':
			bytes[size++] =
				(unsigned char)strtoul((char[]){text[2], text[3], 0}, NULL, 16);
			text += 4;
			continue;
		case '\\':
			bytes[size++] = '\\';
			break;
		case 'n':
			bytes[size++] = '\n';
			break;
		case 'r':
			bytes[size++] = '\r';
			break;
		case 't':
			bytes[size++] = '\t';
			break;
		default:
			fail_msg("unknown escape at '%s'", text);
		}
		text += 2;
	}
	return size;
}

static void assert_is_harmless(const struct text *text)
{
	size_t length;

	for (size_t i = 0; i < text->size; i += length) {
		uint32_t c = utf8_decode((unsigned char *)text->bytes + i, text->size - i, &length);

		assert_int_not_equal(length, 0);
		assert_false(utf8_is_unsafe(c));
	}
}

static void escaped_text_is_harmless_and_loses_nothing(void **state)
{
	struct random random = {1};
	unsigned char bytes[200], back[400];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t size = random_bytes(&random, bytes, sizeof bytes);
		struct text text = {0};

		text_add_escaped(&text, bytes, size);
		assert_is_harmless(&text);
		assert_int_equal(unescape(text_string(&text), back), size);
		assert_memory_equal(back, bytes, size);
		text_done(&text);
	}
}

/* ---- JSON strings and base64 ---- */

static void quotes_json(void **state)
{
	static const char *const cases[][2] = {
		{"", "\"\""},
		{"a\"b\\c", "\"a\\\"b\\\\c\""},
		{"\n\x01\x7f", "\"\\u000a\\u0001\\u007f\""},
		{"gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\""},
		{"\xc2\x9b\xe2\x80\xae", "\"\\u009b\\u202e\""}, /* would act on a terminal */
		{"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""},     /* as a surrogate pair */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct text text = {0};

		text_add_json(&text, cases[i][0], strlen(cases[i][0]));
		assert_string_equal(text_string(&text), cases[i][1]);
		text_done(&text);
	}
}

/* RFC 4648 section 10, and the digits that the alphabets differ in. */
static void escapes_for_xml(void **state)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"a<b>&\"c'", "a&lt;b&gt;&amp;\"c'"},
		{"]]>\n\x01", "]]&gt;\\n\\x01"},
		{"gr\xc3\xbc\xff", "gr\xc3\xbc\\xff"},
		{"\xef\xbf\xbe", "\\u{fffe}"}, /* which XML does not allow */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct text text = {0};

		text_add_xml(&text, cases[i][0], strlen(cases[i][0]));
		assert_string_equal(text_string(&text), cases[i][1]);
		text_done(&text);
	}
}

static void a_width_is_that_of_what_is_shown(void **state)
{
	(void)state;
	assert_int_equal(text_escaped_length("", 0), 0);
	assert_int_equal(text_escaped_length("gr\xc3\xbc\xc3\x9f", 6), 4);
	assert_int_equal(text_escaped_length("\n\xff", 2), 2 + 4);
}

static void encodes_base64(void **state)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff\xfe", "+//+"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct text text = {0};

		text_add_base64(&text, cases[i][0], strlen(cases[i][0]));
		assert_string_equal(text_string(&text), cases[i][1]);
		text_done(&text);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_is_used_again),
		cmocka_unit_test(memory_that_is_short_marks_the_text),
		cmocka_unit_test(decodes_all_short_sequences_as_the_twin_does),
		cmocka_unit_test(decodes_four_bytes),
		cmocka_unit_test(escapes),
		cmocka_unit_test(a_line_is_made_harmless_in_its_room),
		cmocka_unit_test(escaped_text_is_harmless_and_loses_nothing),
		cmocka_unit_test(quotes_json),
		cmocka_unit_test(escapes_for_xml),
		cmocka_unit_test(a_width_is_that_of_what_is_shown),
		cmocka_unit_test(encodes_base64),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
