#include "cli/send/responders.h"
#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>

static union hostcast_address numbered(uint32_t ip, uint16_t port)
{
	return (union hostcast_address){.v4 = {
						.sin_family = AF_INET,
						.sin_addr.s_addr = htonl(ip),
						.sin_port = htons(port),
					}};
}

static void each_address_has_one_row(void **state)
{
	struct responders r = {0};
	union hostcast_address a = numbered(1, 5), b = numbered(1, 6), c = numbered(2, 5);

	(void)state;
	assert_int_equal(responders_find(&r, &a), 0);
	assert_int_equal(responders_find(&r, &b), 1); /* another program on that host */
	assert_int_equal(responders_find(&r, &c), 2);
	assert_int_equal(responders_find(&r, &a), 0);
	assert_int_equal(r.count, 3);
	responders_done(&r);
	assert_int_equal(r.count, 0);
}

static void those_beyond_the_limit_are_counted(void **state)
{
	struct responders r = {0};

	(void)state;
	for (uint32_t i = 0; i < RESPONDERS_MAX + 2; i++) {
		union hostcast_address address = numbered(i, 1);
		int expected = i < RESPONDERS_MAX ? (int)i : -1;

		assert_int_equal(responders_find(&r, &address), expected);
	}
	assert_int_equal(r.unlisted, 2);
	responders_done(&r);
}

static void loss_is_what_was_not_answered(void **state)
{
	struct responder responder = {.answered = 3};

	(void)state;
	assert_true(responder_loss(&responder, 4) == 25);
	assert_true(responder_loss(&responder, 3) == 0);
	assert_true(responder_loss(&responder, 0) == 0);
}

static void is_shown_as_a_table_and_as_json(void **state)
{
	struct responders r = {0};
	union hostcast_address address = numbered(0x0a000001, 1000);
	struct text text = {0};
	struct responder *one;

	(void)state;
	assert_int_equal(responders_find(&r, &address), 0);
	one = r.list[0];
	for (int64_t ms = 1; ms <= 3; ms++) {
		one->answered++;
		histogram_add(&one->rtt_ns, ms * 1000000);
	}
	one->duplicates = 2;
	responders_show_text(&r, 4, &text);
	assert_non_null(strstr(text_string(&text), "10.0.0.1:1000"));
	assert_non_null(
		strstr(text_string(&text),
		       "       4        3   25.0%     1.000     2.000     3.000     3.000\n"));
	text_clear(&text);
	responders_show_json(&r, 4, &text);
	assert_string_equal(
		text_string(&text),
		"\"receivers\":[{\"source\":\"10.0.0.1:1000\",\"sent\":4,\"answered\":3,"
		"\"duplicates\":2,\"loss_percent\":25,\"rtt_min_us\":1000,"
		"\"rtt_mean_us\":2000,\"rtt_p99_us\":3000,\"rtt_max_us\":3000}]");
	text_done(&text);
	responders_done(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_has_one_row),
		cmocka_unit_test(those_beyond_the_limit_are_counted),
		cmocka_unit_test(loss_is_what_was_not_answered),
		cmocka_unit_test(is_shown_as_a_table_and_as_json),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
