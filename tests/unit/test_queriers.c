#include "base/monotime.h"
#include "net/address.h"
#include "traffic/queriers.h"
#include "unit.h"

#define T0 (INT64_C(1700000000) * NS_PER_S)

static const char router[] = "10.0.0.254";

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	assert_true(address_parse(text, &address));
	return address;
}

/* A general query of IGMPv2, which does not tell its interval. */
static const struct querier *ask(struct queriers *queriers, const char *source, int64_t time_ns)
{
	struct frame frame = {.time_ns = time_ns, .interface = 2};
	struct packet packet = {.transport = TRANSPORT_MEMBERSHIP, .source = parse(source)};

	packet.membership = (struct membership_message){
		.kind = MEMBERSHIP_QUERY, .version = 2, .response_ns = 10 * NS_PER_S};
	return queriers_take(queriers, &frame, &packet);
}

/* The same of IGMPv3, with an interval of 60 s. */
static const struct querier *ask_v3(struct queriers *queriers, int64_t time_ns)
{
	struct frame frame = {.time_ns = time_ns, .interface = 2};
	struct packet packet = {.transport = TRANSPORT_MEMBERSHIP, .source = parse(router)};

	packet.membership = (struct membership_message){.kind = MEMBERSHIP_QUERY,
							.version = 3,
							.robustness = 3,
							.interval_ns = 60 * NS_PER_S,
							.response_ns = 10 * NS_PER_S};
	return queriers_take(queriers, &frame, &packet);
}

static bool is_elected(const struct queriers *queriers, const char *address, int64_t now_ns)
{
	const struct querier *elected = queriers_elected(queriers, 2, 0, false, now_ns);
	union hostcast_address expected = parse(address);

	return elected && address_same_ip(&elected->address, &expected);
}

/* RFC 2236 section 8.6, RFC 3376 section 8.6: two queries at the start, a quarter of the interval
 * apart. Until the third it is the querier. */
static void one_that_begins_is_not_taken_for_gone(void **state)
{
	struct queriers *queriers = calloc(1, sizeof *queriers);
	const struct querier *querier;

	(void)state;
	assert_non_null(queriers);
	ask(queriers, router, T0);
	querier = ask(queriers, router, T0 + 31250 * NS_PER_MS);
	assert_true(querier->seen_interval_ns == 31250 * NS_PER_MS);
	assert_false(querier_interval_is_known(querier));
	assert_true(querier_interval_ns(querier) == 125 * NS_PER_S);
	assert_true(is_elected(queriers, router, T0 + 156 * NS_PER_S));
	free(queriers);
}

static void an_interval_that_was_seen_often_enough_is_known(void **state)
{
	struct queriers *queriers = calloc(1, sizeof *queriers);
	const struct querier *querier = NULL;

	(void)state;
	assert_non_null(queriers);
	for (int i = 0; i < 4; i++)
		querier = ask(queriers, router, T0 + i * 30 * NS_PER_S);
	assert_true(querier_interval_ns(querier) == 125 * NS_PER_S);
	assert_false(querier_interval_is_known(querier));
	querier = ask(queriers, router, T0 + 120 * NS_PER_S);
	assert_true(querier_interval_is_known(querier));
	assert_true(querier_interval_ns(querier) == 30 * NS_PER_S);
	assert_true(is_elected(queriers, router, T0 + (120 + 65) * NS_PER_S));
	assert_false(is_elected(queriers, router, T0 + (120 + 65) * NS_PER_S + 1));
	free(queriers);
}

static void an_interval_longer_than_the_default_is_taken_at_once(void **state)
{
	struct queriers *queriers = calloc(1, sizeof *queriers);
	const struct querier *querier;

	(void)state;
	assert_non_null(queriers);
	ask(queriers, router, T0);
	querier = ask(queriers, router, T0 + 400 * NS_PER_S);
	assert_true(querier_interval_ns(querier) == 400 * NS_PER_S);
	free(queriers);
}

/* A switch was away for an hour: soon that does not count any more. */
static void a_pause_is_forgotten_as_an_interval(void **state)
{
	struct queriers *queriers = calloc(1, sizeof *queriers);
	const struct querier *querier = NULL;
	int64_t time_ns = T0;

	(void)state;
	assert_non_null(queriers);
	for (int i = 0; i < 6; i++)
		querier = ask(queriers, router, time_ns += 125 * NS_PER_S);
	querier = ask(queriers, router, time_ns += 3600 * NS_PER_S);
	assert_true(querier_interval_ns(querier) == 3600 * NS_PER_S);
	for (int i = 0; i < 4; i++)
		querier = ask(queriers, router, time_ns += 125 * NS_PER_S);
	assert_true(querier_interval_ns(querier) == 125 * NS_PER_S);
	assert_false(is_elected(queriers, router, time_ns + 256 * NS_PER_S));
	free(queriers);
}

static void what_is_told_counts(void **state)
{
	struct queriers *queriers = calloc(1, sizeof *queriers);
	const struct querier *querier;

	(void)state;
	assert_non_null(queriers);
	ask_v3(queriers, T0);
	querier = ask_v3(queriers, T0 + 15 * NS_PER_S);
	assert_true(querier_interval_is_known(querier));
	assert_true(querier_interval_ns(querier) == 60 * NS_PER_S);
	assert_true(querier_patience_ns(querier) == (3 * 60 + 5) * NS_PER_S);
	free(queriers);
}

/* RFC 3376 section 8.4; but who is not asked has nothing to answer. */
static void a_membership_ends_only_after_its_member_was_asked(void **state)
{
	struct queriers *queriers = calloc(1, sizeof *queriers);
	const int64_t lasts_ns = (3 * 60 + 10) * NS_PER_S;
	const struct querier *querier;

	(void)state;
	assert_non_null(queriers);
	querier = ask_v3(queriers, T0);
	assert_true(querier_membership_ends_ns(querier, T0 - 600 * NS_PER_S) == T0 + lasts_ns);
	assert_true(querier_membership_ends_ns(querier, T0 + 1) == T0 + 1 + lasts_ns);
	querier = ask_v3(queriers, T0 + 180 * NS_PER_S); /* two queries were lost: no pause */
	assert_true(querier_membership_ends_ns(querier, T0 + 1) == T0 + 1 + lasts_ns);
	querier = ask_v3(queriers, T0 + (180 + 181) * NS_PER_S);
	assert_true(querier_membership_ends_ns(querier, T0 + 181 * NS_PER_S) ==
		    T0 + (180 + 181) * NS_PER_S + lasts_ns);
	free(queriers);
}

/* Of two routers the one with the higher address asks once, when it begins. */
static void who_asks_once_is_not_elected_before_the_other_is_gone(void **state)
{
	struct queriers *queriers = calloc(1, sizeof *queriers);

	(void)state;
	assert_non_null(queriers);
	ask(queriers, "10.0.0.1", T0);
	ask(queriers, router, T0 + 125 * NS_PER_S);
	assert_true(is_elected(queriers, "10.0.0.1", T0 + 255 * NS_PER_S));
	assert_true(is_elected(queriers, router, T0 + 256 * NS_PER_S));
	assert_true(queriers_share_link(&queriers->list[0], &queriers->list[1]));
	queriers->list[1].vlan = 7;
	assert_false(queriers_share_link(&queriers->list[0], &queriers->list[1]));
	free(queriers);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_begins_is_not_taken_for_gone),
		cmocka_unit_test(an_interval_that_was_seen_often_enough_is_known),
		cmocka_unit_test(an_interval_longer_than_the_default_is_taken_at_once),
		cmocka_unit_test(a_pause_is_forgotten_as_an_interval),
		cmocka_unit_test(what_is_told_counts),
		cmocka_unit_test(a_membership_ends_only_after_its_member_was_asked),
		cmocka_unit_test(who_asks_once_is_not_elected_before_the_other_is_gone),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
