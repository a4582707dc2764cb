#include "cli/chat/command.h"
#include "net/address.h"
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

static void parses_lines(void **state)
{
	static const struct {
		const char *line;
		enum chat_command_kind kind;
		const char *argument;
	} cases[] = {
		{"hello", COMMAND_SAY, "hello"},
		{"  hello  ", COMMAND_SAY, "  hello  "},
		{"hello\r", COMMAND_SAY, "hello"},
		{" /who", COMMAND_SAY, " /who"},
		{"//who", COMMAND_SAY, "/who"},
		{"//", COMMAND_SAY, "/"},
		{"", COMMAND_NOTHING, ""},
		{" \t", COMMAND_NOTHING, " \t"},
		{"\r", COMMAND_NOTHING, ""},
		{"/who", COMMAND_WHO, ""},
		{"/who  ", COMMAND_WHO, ""},
		{"/who\r", COMMAND_WHO, ""},
		{"/whom", COMMAND_UNKNOWN, ""},
		{"/", COMMAND_UNKNOWN, ""},
		{"/ who", COMMAND_UNKNOWN, "who"},
		{"/WHO", COMMAND_UNKNOWN, ""},
		{"/name  Grace Hopper ", COMMAND_NAME, "Grace Hopper"},
		{"/name", COMMAND_NAME, ""},
		{"/msg Ada  two  words", COMMAND_MESSAGE, "Ada  two  words"},
		{"/quit", COMMAND_QUIT, ""},
		{"/help", COMMAND_HELP, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chat_command command = chat_command_parse(span(cases[i].line));

		if (command.kind != cases[i].kind)
			fail_msg("'%s' is kind %d", cases[i].line, command.kind);
		assert_span(command.argument, cases[i].argument);
	}
}

static void add(struct chat_members *members, const char *name, const char *text)
{
	union hostcast_address address;
	char former[CHAT_NAME_SIZE];

	assert_true(address_parse_with_port(text, 0, &address));
	chat_members_hear(members, (struct chat_speaker){&address, span(name)},
			  (struct monotime){0}, former);
}

static void finds_recipients(void **state)
{
	struct chat_members members;
	struct chat_recipient found;

	(void)state;
	assert_true(chat_members_init(&members));
	add(&members, "Ada", "10.0.0.1:5000");
	add(&members, "Ada Lovelace", "10.0.0.2:5000");
	add(&members, "Bob", "10.0.0.3:5000");
	add(&members, "Bob", "[fe80::3%lo]:5000");

	found = chat_recipient_find(&members, span("Ada hello there"));
	assert_ptr_equal(found.member, &members.list[0]);
	assert_span(found.text, "hello there");
	found = chat_recipient_find(&members, span("Ada Lovelace  hello "));
	assert_ptr_equal(found.member, &members.list[1]);
	assert_span(found.text, "hello");
	found = chat_recipient_find(&members, span("Ada Lovelaces hello"));
	assert_ptr_equal(found.member, &members.list[0]);
	found = chat_recipient_find(&members, span("Ada"));
	assert_ptr_equal(found.member, &members.list[0]);
	assert_int_equal(found.text.size, 0);

	found = chat_recipient_find(&members, span("Bob hello"));
	assert_true(found.is_shared);
	assert_span(found.name, "Bob");
	found = chat_recipient_find(&members, span("Bob@10.0.0.3:5000 hello"));
	assert_false(found.is_shared);
	assert_ptr_equal(found.member, &members.list[2]);
	assert_span(found.text, "hello");
	found = chat_recipient_find(&members, span("Bob@[fe80::3%lo]:5000 hello"));
	assert_ptr_equal(found.member, &members.list[3]);
	assert_false(found.is_shared);
	found = chat_recipient_find(&members, span("Bob@10.0.0.3:50001 hello"));
	assert_null(found.member);

	found = chat_recipient_find(&members, span("Eve hello"));
	assert_null(found.member);
	assert_span(found.name, "Eve");
	assert_null(chat_recipient_find(&members, span("")).member);
	chat_members_done(&members);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_lines),
		cmocka_unit_test(finds_recipients),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
