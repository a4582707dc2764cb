#include "base/pace.h"
#include "unit.h"

static struct rate rate_of(const char *text)
{
	struct rate rate = {-1, false};

	assert_true(rate_parse(text, &rate));
	return rate;
}

static void rates_are_understood(void **state)
{
	static const struct {
		const char *text;
		int64_t per_second;
		bool is_bits;
	} cases[] = {
		{"1", 1, true},
		{"10M", 10000000, true},
		{"10Mbit", 10000000, true},
		{"2.5Gbps", 2500000000, true},
		{"64k", 64000, true},
		{"64K", 64000, true},
		{"5000pps", 5000, false},
		{"5kpps", 5000, false},
		{"1.5Mpps", 1500000, false},
		{"1000G", RATE_MOST, true},
		{"max", 0, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(rate_of(cases[i].text).per_second, cases[i].per_second);
		assert_int_equal(rate_of(cases[i].text).is_bits, cases[i].is_bits);
	}
}

static void what_is_no_rate_is_refused(void **state)
{
	static const char *const texts[] = {"",       "M",   "0",     "0.5", "-1",    "+1",
					    "1x",     "1e3", "inf",   "nan", "0x10",  "1Mb",
					    "5 kpps", "pps", "1.2.3", "1kk", "1001G", "MAX",
					    "5kpp",   " 5",  "5ppsx"};
	struct rate rate;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_false(rate_parse(texts[i], &rate));
}

/* A sender that goes by the pace, on a clock that is late by up to `late_ns` each time. */
struct sender {
	struct pace pace;
	struct monotime now, end;
	size_t size;
	uint64_t sent, looks, most_at_once;
};

static void send_until(struct sender *s, struct monotime end, struct random *random,
		       uint64_t late_ns)
{
	while (monotime_is_before(s->now, end)) {
		uint64_t before = s->sent;

		pace_advance(&s->pace, s->now);
		while (pace_may_go(&s->pace)) {
			pace_went(&s->pace, s->size);
			s->sent++;
		}
		if (s->sent - before > s->most_at_once)
			s->most_at_once = s->sent - before;
		s->looks++;
		s->now = monotime_add(pace_next(&s->pace, s->now, 64, s->size),
				      (int64_t)random_below(random, late_ns + 1));
	}
}

static struct sender sender_of(const char *rate, size_t size)
{
	struct sender s = {.now = {123456789}, .size = size};

	pace_begin(&s.pace, rate_of(rate), s.now);
	return s;
}

static void the_rate_does_not_drift(void **state)
{
	static const char *const rates[] = {"1pps", "7pps", "999pps", "33333pps", "1234567pps"};
	struct random random = {1};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rates); i++) {
		struct sender s = sender_of(rates[i], 1000);
		uint64_t rate = (uint64_t)s.pace.rate.per_second;
		struct monotime end = monotime_add(s.now, 10 * NS_PER_S);

		send_until(&s, end, &random, 200 * NS_PER_US);
		/* The last wake-up may be short of the end, by how late one is. */
		assert_in_range(s.sent, rate * 10 - rate / 1000 - 1, rate * 10 + 1);
		assert_int_equal(s.pace.forgone, 0);
	}
}

static void bits_are_those_of_the_payload(void **state)
{
	struct sender s = sender_of("8M", 1000);
	struct random random = {2};

	(void)state;
	send_until(&s, monotime_add(s.now, NS_PER_S), &random, 0);
	assert_in_range(s.sent, 999, 1001);
}

/* At 1,000 a second each goes at its own time, and no time is wasted on looking. */
static void it_is_smooth(void **state)
{
	struct sender s = sender_of("1kpps", 100), fast = sender_of("100kpps", 100);
	struct random random = {3};

	(void)state;
	send_until(&s, monotime_add(s.now, NS_PER_S), &random, 0);
	assert_int_equal(s.most_at_once, 1);
	assert_int_equal(s.looks, s.sent);
	send_until(&fast, monotime_add(fast.now, NS_PER_S), &random, 0);
	assert_in_range(fast.most_at_once, 2, 11); /* what is due in PACE_STEP_NS */
	assert_true(fast.looks <= 10001);
}

static void the_first_message_goes_at_once(void **state)
{
	struct sender s = sender_of("1pps", 100);

	(void)state;
	pace_advance(&s.pace, s.now);
	assert_true(pace_may_go(&s.pace));
	pace_went(&s.pace, 100);
	assert_false(pace_may_go(&s.pace));
	assert_int_equal(monotime_diff_ns(pace_next(&s.pace, s.now, 64, 100), s.now), NS_PER_S);
}

static void after_a_stall_little_is_made_good(void **state)
{
	struct sender s = sender_of("10kpps", 100);
	struct random random = {4};

	(void)state;
	send_until(&s, monotime_add(s.now, NS_PER_S), &random, 0);
	s.most_at_once = 0;
	s.now = monotime_add(s.now, 5 * NS_PER_S);
	send_until(&s, monotime_add(s.now, 1), &random, 0);
	assert_in_range(s.most_at_once, 100, 102); /* 10 ms of it */
	assert_in_range(s.pace.forgone, 49400, 50000);
}

static void an_age_of_silence_does_no_harm(void **state)
{
	struct sender s = sender_of("1000G", 65507);

	(void)state;
	pace_advance(&s.pace, monotime_add(s.now, INT64_MAX / 2));
	assert_true(pace_may_go(&s.pace));
	pace_went(&s.pace, 65507);
	pace_advance(&s.pace, monotime_add(s.now, INT64_MAX - s.now.ns));
	assert_true(pace_may_go(&s.pace));
}

static void max_knows_no_waiting(void **state)
{
	struct sender s = sender_of("max", 100);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		pace_advance(&s.pace, s.now);
		assert_true(pace_may_go(&s.pace));
		pace_went(&s.pace, 100);
	}
	assert_int_equal(pace_next(&s.pace, s.now, 64, 100).ns, s.now.ns);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_understood),
		cmocka_unit_test(what_is_no_rate_is_refused),
		cmocka_unit_test(the_rate_does_not_drift),
		cmocka_unit_test(bits_are_those_of_the_payload),
		cmocka_unit_test(it_is_smooth),
		cmocka_unit_test(the_first_message_goes_at_once),
		cmocka_unit_test(after_a_stall_little_is_made_good),
		cmocka_unit_test(an_age_of_silence_does_no_harm),
		cmocka_unit_test(max_knows_no_waiting),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
