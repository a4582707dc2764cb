#include "base/monotime.h"
#include "cli/watch/event_log.h"
#include "cli/watch/hooks.h"
#include "cli/watch/own.h"
#include "net/address.h"
#include "unit.h"

#include <stdio.h>

static void a_command_is_split_at_spaces_and_nothing_else(void **state)
{
	struct hook_command command;

	(void)state;
	assert_true(hook_command_parse("  logger\t-t x  'a b' $HOME;rm ", &command));
	assert_string_equal(command.words[0], "logger");
	assert_string_equal(command.words[1], "-t");
	assert_string_equal(command.words[2], "x");
	assert_string_equal(command.words[3], "'a");
	assert_string_equal(command.words[4], "b'");
	assert_string_equal(command.words[5], "$HOME;rm");
	assert_null(command.words[6]);
	hook_command_done(&command);
}

static void a_command_has_one_word_to_sixty_four(void **state)
{
	struct hook_command command;
	char text[2 * HOOK_WORDS_MAX + 3] = "";

	(void)state;
	assert_false(hook_command_parse("", &command));
	hook_command_done(&command);
	assert_false(hook_command_parse(" \t ", &command));
	hook_command_done(&command);
	for (int i = 0; i < HOOK_WORDS_MAX; i++)
		strcat(text, "a ");
	assert_true(hook_command_parse(text, &command));
	assert_null(command.words[HOOK_WORDS_MAX]);
	hook_command_done(&command);
	strcat(text, "a");
	assert_false(hook_command_parse(text, &command));
	hook_command_done(&command);
}

static void the_log_keeps_the_last_lines(void **state)
{
	struct event_log log = {0};
	char line[16];

	(void)state;
	for (int i = 0; i < EVENT_LOG_LINES + 5; i++) {
		snprintf(line, sizeof line, "%d", i);
		event_log_add(&log, line);
	}
	assert_int_equal(log.count, EVENT_LOG_LINES);
	assert_string_equal(event_log_line(&log, 0), "5");
	snprintf(line, sizeof line, "%d", EVENT_LOG_LINES + 4);
	assert_string_equal(event_log_line(&log, EVENT_LOG_LINES - 1), line);
}

static void of_a_long_line_the_beginning_is_kept(void **state)
{
	struct event_log log = {0};
	char line[2 * EVENT_LINE_SIZE];

	(void)state;
	memset(line, 'x', sizeof line);
	line[sizeof line - 1] = '\0';
	event_log_add(&log, line);
	assert_int_equal(strlen(event_log_line(&log, 0)), EVENT_LINE_SIZE - 1);
}

/* Groups, which are no host's. */
static void own_addresses_are_read_now_and_then(void **state)
{
	const int64_t now_ns = INT64_C(1700000000) * NS_PER_S;
	struct own_ips own = {.count = 1, .read_ns = now_ns};
	union hostcast_address known, other, loopback;

	(void)state;
	assert_true(address_parse("224.1.1.1", &known) && address_parse("224.1.1.2", &other) &&
		    address_parse("127.0.0.1", &loopback));
	own.list[0] = known;
	assert_true(own_ips_have(&own, &known, now_ns + NS_PER_S));
	assert_true(own_ips_have(&own, &loopback, now_ns + NS_PER_S));
	assert_false(own_ips_have(&own, &other, now_ns + 99 * NS_PER_MS));
	assert_true(own_ips_have(&own, &known, now_ns + NS_PER_S)); /* they were not read */
	assert_false(own_ips_have(&own, &other, now_ns + 100 * NS_PER_MS));
	assert_false(own_ips_have(&own, &known, now_ns + NS_PER_S));
	own.list[0] = known;
	own.count = 1;
	own_ips_forget(&own);
	assert_false(own_ips_have(&own, &known, now_ns + NS_PER_S));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_split_at_spaces_and_nothing_else),
		cmocka_unit_test(a_command_has_one_word_to_sixty_four),
		cmocka_unit_test(the_log_keeps_the_last_lines),
		cmocka_unit_test(of_a_long_line_the_beginning_is_kept),
		cmocka_unit_test(own_addresses_are_read_now_and_then),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
