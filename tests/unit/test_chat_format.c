#include "cli/chat/format.h"
#include "unit.h"

static struct span span(const char *text)
{
	return (struct span){text, strlen(text)};
}

static void assert_span(struct span span, const char *expected)
{
	if (span.size != strlen(expected) || memcmp(span.bytes, expected, span.size) != 0)
		fail_msg("'%.*s' instead of '%s'", (int)span.size, span.bytes, expected);
}

static void parses_what_it_builds(void **state)
{
	static const char *const names[] = {
		"Ada",      "Ada Lovelace",   "Zoë",  "日本",         "a\\b",
		"is here.", "has left early", "/who", "Ada@10.0.0.1", "now"};
	static const char *const texts[] = {"hello", " padded ", "a: b: c", "* Bob is here",
					    "\ttab", "is now",   "/quit",   "日本語"};

	(void)state;
	for (size_t n = 0; n < COUNT_OF(names); n++)
		for (size_t t = 0; t < COUNT_OF(texts); t++)
			for (int kind = CHAT_HERE; kind <= CHAT_TALK; kind++) {
				const char *text = kind == CHAT_RENAMED ? names[t] : texts[t];
				struct text datagram = {0};
				struct chat_line line;

				assert_null(chat_name_problem(span(names[n])));
				chat_build(&datagram, (enum chat_kind)kind, names[n], span(text));
				line = chat_parse(datagram.bytes, datagram.size);
				assert_int_equal(line.kind, kind);
				assert_span(line.name, names[n]);
				if (kind >= CHAT_RENAMED)
					assert_span(line.text, text);
				text_done(&datagram);
			}
}

static void parses_what_others_send(void **state)
{
	static const struct {
		const char *datagram;
		enum chat_kind kind;
		const char *name, *text;
	} cases[] = {
		{"* Ada is here", CHAT_HERE, "Ada", NULL},
		{"* Ada is here\n", CHAT_HERE, "Ada", NULL},
		{"* Ada has joined\r\n", CHAT_JOINED, "Ada", NULL},
		{"* Ada has left", CHAT_LEFT, "Ada", NULL},
		{"* Ada is now Grace", CHAT_RENAMED, "Ada", "Grace"},
		{"* Ada is now not here.", CHAT_RENAMED, "Ada", "not here."},
		{"Ada: hello: world\n", CHAT_TALK, "Ada", "hello: world"},
		{"Ada: * Bob is here", CHAT_TALK, "Ada", "* Bob is here"},
		{"", CHAT_OTHER, NULL, NULL},
		{"\n", CHAT_OTHER, NULL, NULL},
		{"*", CHAT_OTHER, NULL, NULL},
		{"* ", CHAT_OTHER, NULL, NULL},
		{"*  is here", CHAT_OTHER, NULL, NULL},
		{"* is here", CHAT_OTHER, NULL, NULL},
		{"*Ada is here", CHAT_OTHER, NULL, NULL},
		{"* Ada is here!", CHAT_OTHER, NULL, NULL},
		{"* Ada is gone (nothing heard for 180 s)", CHAT_OTHER, NULL, NULL},
		{"* A:da is here", CHAT_OTHER, NULL, NULL},
		{"*  Ada is here", CHAT_OTHER, NULL, NULL},
		{"* ** is here", CHAT_OTHER, NULL, NULL},
		{"* private from Ada: hi", CHAT_OTHER, NULL, NULL},
		{"* Ada is now ", CHAT_OTHER, NULL, NULL},
		{"* Ada is now Bob is now Eve", CHAT_OTHER, NULL, NULL},
		{"* Ada is now Bob is here", CHAT_OTHER, NULL, NULL},
		{"hello", CHAT_OTHER, NULL, NULL},
		{"12:30 is fine", CHAT_OTHER, NULL, NULL},
		{"Ada:hello", CHAT_OTHER, NULL, NULL},
		{"Ada: ", CHAT_OTHER, NULL, NULL},
		{": hello", CHAT_OTHER, NULL, NULL},
		{" Ada: hello", CHAT_OTHER, NULL, NULL},
		{"Ada : hello", CHAT_OTHER, NULL, NULL},
		{"Ada: one\ntwo", CHAT_OTHER, NULL, NULL},
		{"Ada: one\n\n", CHAT_OTHER, NULL, NULL},
		{"Ada: \x1b[31mred", CHAT_OTHER, NULL, NULL},
		{"Ada: \xff", CHAT_OTHER, NULL, NULL},
		{"A\xff: hi", CHAT_OTHER, NULL, NULL},
		{"\xe2\x80\xae"
		 "adA: hi",
		 CHAT_OTHER, NULL, NULL}, /* a right-to-left override */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chat_line line = chat_parse(cases[i].datagram, strlen(cases[i].datagram));

		if (line.kind != cases[i].kind)
			fail_msg("'%s' is kind %d instead of %d", cases[i].datagram, line.kind,
				 cases[i].kind);
		if (cases[i].name)
			assert_span(line.name, cases[i].name);
		if (cases[i].text)
			assert_span(line.text, cases[i].text);
	}
}

static void a_zero_byte_is_no_end(void **state)
{
	(void)state;
	assert_int_equal(chat_parse("Ada: hi\0there", 13).kind, CHAT_OTHER);
	assert_int_equal(chat_parse("* A\0da is here", 14).kind, CHAT_OTHER);
}

static void names_have_limits(void **state)
{
	char name[4 * CHAT_NAME_MAX + 5] = "";

	(void)state;
	for (int i = 0; i < CHAT_NAME_MAX; i++)
		strcat(name, "\xf0\x9f\x90\xa7"); /* a penguin: four bytes */
	assert_null(chat_name_problem(span(name)));
	strcat(name, "x");
	assert_string_equal(chat_name_problem(span(name)), "is longer than 32 characters");
	assert_non_null(chat_name_problem(span("")));
	assert_non_null(chat_name_problem(span("a\tb")));
	assert_non_null(chat_name_problem(span("a ")));
	assert_non_null(chat_name_problem(span("Ada is now")));
	assert_non_null(chat_name_problem(span("has joined")));
}

/* Whatever comes, what is taken for a name or a text is one. */
static void survives_any_bytes(void **state)
{
	static const char *const pieces[] = {"* ", " is here", " has left", " is now ", ": ", "Ada",
					     "\n", "\xc3",     "\xa4",      "\r",       "*",  " "};
	struct random random = {1};

	(void)state;
	for (int round = 0; round < 100000; round++) {
		char datagram[128];
		size_t size = 0;
		struct chat_line line;

		for (int i = 0; i < 8; i++) {
			const char *piece = pieces[random_below(&random, COUNT_OF(pieces))];

			memcpy(datagram + size, piece, strlen(piece));
			size += strlen(piece);
			if (random_below(&random, 16) == 0)
				datagram[size++] = (char)random_below(&random, 256);
		}
		line = chat_parse(datagram, size);
		if (line.kind == CHAT_OTHER)
			continue;
		assert_null(chat_name_problem(line.name));
		if (line.kind == CHAT_RENAMED)
			assert_null(chat_name_problem(line.text));
		if (line.kind == CHAT_TALK)
			assert_null(chat_text_problem(line.text));
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_what_it_builds), cmocka_unit_test(parses_what_others_send),
		cmocka_unit_test(a_zero_byte_is_no_end), cmocka_unit_test(names_have_limits),
		cmocka_unit_test(survives_any_bytes),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
