#include "rtp_packet.h"
#include "traffic/feeds.h"
#include "unit.h"

#define T0 (INT64_C(1700000000) * NS_PER_S)

enum { SSRC = 0x1234, CLOCK_STEP = 90 };

/* Two feeds, and a third one that differs from the first by its source alone. */
static const char *const sources[] = {"10.0.0.1:5000", "10.0.0.1:5000", "10.0.0.2:5000"};
static const char *const groups[] = {"224.1.1.1:5004", "224.1.1.2:5004", "224.1.1.1:5004"};

/* The numbers of a stream of its own, for the same SSRC. */
enum { OTHER_STREAM = 30000 };

struct bench {
	struct live_senders senders;
	struct feeds feeds;
	unsigned matched;
	int64_t now_ns;
};

static struct bench *new_bench(void)
{
	struct bench *bench = calloc(1, sizeof *bench);

	assert_non_null(bench);
	return bench;
}

static void free_bench(struct bench *bench)
{
	live_senders_done(&bench->senders);
	feeds_done(&bench->feeds);
	free(bench);
}

static void send_as(struct bench *bench, int feed, uint16_t number, uint32_t timestamp,
		    int64_t time_ns)
{
	struct rtp_packet p;
	struct sender_news news;

	rtp_packet(&p, sources[feed], groups[feed], number, timestamp, SSRC, time_ns);
	news = live_senders_take(&bench->senders, &p.frame, &p.packet);
	bench->matched += feeds_take(&bench->feeds, &bench->senders, &news, time_ns) != NULL;
	bench->now_ns = time_ns;
}

static void send_packet(struct bench *bench, int feed, unsigned number, int64_t time_ns)
{
	send_as(bench, feed, (uint16_t)number, number * CLOCK_STEP, time_ns);
}

static int64_t turn_of(unsigned number)
{
	return T0 + number * NS_PER_MS;
}

/* All of the stream that is not lost, the second feed so much later, up to before `end`. */
static void send_both(struct bench *bench, unsigned begin, unsigned end, unsigned lost_every_a,
		      unsigned lost_every_b)
{
	for (unsigned i = begin; i < end; i++) {
		if (lost_every_a == 0 || i % lost_every_a != 0)
			send_packet(bench, 0, i, turn_of(i));
		if (lost_every_b == 0 || i % lost_every_b != 0)
			send_packet(bench, 1, i, turn_of(i) + 200 * NS_PER_US);
	}
}

static const struct feed_pair *settled(struct bench *bench)
{
	feeds_tick(&bench->feeds, bench->now_ns + 2 * FEED_PATIENCE_NS);
	assert_int_equal(bench->feeds.count, 1);
	return bench->feeds.list[0];
}

static void two_feeds_are_one_stream_and_the_first_is_ahead(void **state)
{
	struct bench *bench = new_bench();
	const struct feed_pair *pair;

	(void)state;
	send_both(bench, 0, 1000, 0, 0);
	pair = settled(bench);
	assert_int_equal(bench->matched, 1);
	assert_true(pair->is_matched);
	assert_true(pair->both > 980);
	assert_int_equal(pair->only[0] + pair->only[1] + pair->neither, 0);
	assert_true(pair->ahead_ns == 200 * NS_PER_US);
	assert_int_equal(pair->first[1], 0);
	assert_int_equal(pair->different + pair->late + pair->restarts, 0);
	free_bench(bench);
}

static void what_each_lost_and_both_is_told_apart(void **state)
{
	struct bench *bench = new_bench();
	const struct feed_pair *pair;
	uint64_t counted;

	(void)state;
	send_both(bench, 1, 20, 0, 0);
	send_both(bench, 20, 3000, 7, 5); /* both lose every 35th */
	send_both(bench, 3000, 3010, 0, 0);
	pair = settled(bench);
	/* Of 20 to 2999: 35, 70 ... 2975 by both; of 21, 28 ... 2996 the others by the first. */
	assert_int_equal(pair->neither, 85);
	assert_int_equal(feed_lost(pair, 0), 426);
	assert_int_equal(feed_lost(pair, 1), 596);
	counted = pair->both + pair->only[0] + pair->only[1] + pair->neither;
	assert_true(counted > 2980 && counted < 3010);
	free_bench(bench);
}

static void two_sources_of_one_group_are_feeds_too(void **state)
{
	struct bench *bench = new_bench();
	const struct feed_pair *pair;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		send_packet(bench, 0, i, turn_of(i));
		send_packet(bench, 2, i, turn_of(i) + 7);
	}
	pair = settled(bench);
	assert_int_equal(bench->matched, 1);
	assert_true(address_equal(&pair->feeds[0].group, &pair->feeds[1].group));
	assert_true(pair->ahead_ns == 7);
	free_bench(bench);
}

static void a_third_feed_is_compared_with_one_of_them(void **state)
{
	struct bench *bench = new_bench();

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		for (int feed = 0; feed < 3; feed++)
			send_packet(bench, feed, i, turn_of(i));
	assert_int_equal(bench->feeds.count, 2);
	assert_int_equal(bench->matched, 2);
	free_bench(bench);
}

static void a_feed_that_is_far_behind_loses_nothing(void **state)
{
	struct bench *bench = new_bench();
	const struct feed_pair *pair;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) { /* 400 ms behind */
		send_packet(bench, 0, i, turn_of(i));
		if (i >= 400)
			send_packet(bench, 1, i - 400, turn_of(i));
	}
	for (unsigned i = 1600; i < 2000; i++)
		send_packet(bench, 1, i, turn_of(i + 400));
	pair = settled(bench);
	assert_int_equal(feed_lost(pair, 0) + feed_lost(pair, 1), 0);
	assert_true(pair->ahead_ns == 400 * NS_PER_MS);
	free_bench(bench);
}

static void which_feed_is_ahead_may_change(void **state)
{
	struct bench *bench = new_bench();
	const struct feed_pair *pair;

	(void)state;
	send_both(bench, 0, 100, 0, 0);
	for (unsigned i = 100; i < 400; i++) {
		send_packet(bench, 1, i, turn_of(i));
		send_packet(bench, 0, i, turn_of(i) + 300 * NS_PER_US);
	}
	pair = settled(bench);
	assert_true(pair->ahead_ns < -299 * NS_PER_US);
	assert_true(pair->ahead_least_ns == -300 * NS_PER_US);
	assert_true(pair->ahead_most_ns == 200 * NS_PER_US);
	assert_int_equal(pair->first[1], 300);
	free_bench(bench);
}

static void a_feed_that_ends_has_lost_the_rest(void **state)
{
	struct bench *bench = new_bench();
	const struct feed_pair *pair;

	(void)state;
	send_both(bench, 0, 100, 0, 0);
	for (unsigned i = 100; i < 2100; i++)
		send_packet(bench, 0, i, turn_of(i));
	pair = settled(bench);
	assert_int_equal(feed_lost(pair, 1), 2000);
	assert_int_equal(feed_lost(pair, 0), 0);
	free_bench(bench);
}

static void numbers_wrap(void **state)
{
	struct bench *bench = new_bench();
	const struct feed_pair *pair;

	(void)state;
	send_both(bench, 65000, 66000, 0, 10);
	pair = settled(bench);
	assert_int_equal(bench->matched, 1);
	assert_int_equal(feed_lost(pair, 0), 0);
	assert_true(feed_lost(pair, 1) >= 99 && feed_lost(pair, 1) <= 100);
	free_bench(bench);
}

/* The same SSRC by chance: the numbers may meet, the timestamps do not. */
static void streams_with_other_timestamps_are_no_feeds(void **state)
{
	struct bench *bench = new_bench();

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		send_packet(bench, 0, i, turn_of(i));
		send_as(bench, 1, (uint16_t)i, i * CLOCK_STEP + 7, turn_of(i));
	}
	assert_int_equal(bench->matched, 0);
	assert_false(bench->feeds.list[0]->is_matched);
	assert_true(bench->feeds.list[0]->different > 90);
	free_bench(bench);
}

/* Several streams of SSRC 0: the twin of the third one is the second. */
static void the_twin_is_found_among_others_of_its_ssrc(void **state)
{
	struct bench *bench = new_bench();
	const struct feed_pair *pair;
	char text[HOSTCAST_TEXT_SIZE];

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		send_packet(bench, 0, i + OTHER_STREAM, turn_of(i));
		send_packet(bench, 1, i, turn_of(i));
		send_packet(bench, 2, i, turn_of(i) + 5);
	}
	assert_int_equal(bench->matched, 1);
	feeds_tick(&bench->feeds, bench->now_ns + 20 * NS_PER_S);
	assert_int_equal(bench->feeds.count, 1);
	pair = bench->feeds.list[0];
	assert_string_equal(hostcast_address_text(&pair->feeds[0].group, text), groups[1]);
	assert_string_equal(hostcast_address_text(&pair->feeds[1].group, text), groups[2]);
	assert_true(pair->ahead_ns == 5);
	free_bench(bench);
}

static void two_streams_that_never_meet_make_room(void **state)
{
	struct bench *bench = new_bench();

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		send_packet(bench, 0, i + OTHER_STREAM, turn_of(i));
		send_packet(bench, 1, i, turn_of(i));
	}
	feeds_tick(&bench->feeds, T0 + 9 * NS_PER_S);
	assert_int_equal(bench->feeds.count, 1);
	for (unsigned i = 100; i < 200; i++) /* though they go on */
		send_packet(bench, 0, i + OTHER_STREAM, turn_of(i) + 11 * NS_PER_S);
	feeds_tick(&bench->feeds, bench->now_ns);
	assert_int_equal(bench->feeds.count, 0);
	free_bench(bench);
}

static void no_news(void *context, const struct sender *sender)
{
	(void)context;
	(void)sender;
}

static void no_losses(void *context, const struct sender *sender, const struct live_stream *stream,
		      uint64_t packets)
{
	(void)context;
	(void)sender;
	(void)stream;
	(void)packets;
}

/* The first feed is silent while the second one begins, and for longer than they are compared. */
static void a_feed_that_comes_back_is_compared_again(void **state)
{
	static const struct sender_tick_events events = {no_news, no_losses};
	struct bench *bench = new_bench();

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		send_packet(bench, 0, i, turn_of(i));
	live_senders_tick(&bench->senders, turn_of(5000), turn_of(5000), &events, NULL);
	for (unsigned i = 5000; i < 25000; i++)
		send_packet(bench, 1, i, turn_of(i));
	feeds_tick(&bench->feeds, bench->now_ns);
	assert_int_equal(bench->feeds.count, 0);
	for (unsigned i = 25000; i < 25100; i++) {
		send_packet(bench, 0, i, turn_of(i));
		send_packet(bench, 1, i, turn_of(i));
	}
	assert_int_equal(bench->matched, 1);
	free_bench(bench);
}

static void a_pair_of_which_both_ended_is_forgotten(void **state)
{
	struct bench *bench = new_bench();

	(void)state;
	send_both(bench, 0, 100, 0, 0);
	feeds_tick(&bench->feeds, bench->now_ns + 59 * NS_PER_S);
	assert_int_equal(bench->feeds.count, 1);
	feeds_tick(&bench->feeds, bench->now_ns + 61 * NS_PER_S);
	assert_int_equal(bench->feeds.count, 0);
	free_bench(bench);
}

static void every_number_is_counted_once_whatever_comes(void **state)
{
	struct bench *bench = new_bench();
	struct random random = {11};
	unsigned number = 0;

	(void)state;
	send_both(bench, 0, 100, 0, 0);
	for (unsigned i = 100; i < 50000; i++) {
		number += (unsigned)random_below(&random, 100) == 0
				  ? (unsigned)random_below(&random, 30000)
				  : 1;
		if (random_below(&random, 10) > 0)
			send_packet(bench, 0, number, turn_of(i));
		if (random_below(&random, 10) > 0)
			send_packet(bench, 1, number - (unsigned)random_below(&random, 50),
				    turn_of(i));
	}
	for (size_t i = 0; i < bench->feeds.count; i++) {
		const struct feed_pair *pair = bench->feeds.list[i];

		assert_true(pair->settled <= pair->highest + 1);
		assert_true(!pair->is_matched || pair->settled + FEED_WINDOW > pair->highest);
	}
	free_bench(bench);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_feeds_are_one_stream_and_the_first_is_ahead),
		cmocka_unit_test(what_each_lost_and_both_is_told_apart),
		cmocka_unit_test(two_sources_of_one_group_are_feeds_too),
		cmocka_unit_test(a_third_feed_is_compared_with_one_of_them),
		cmocka_unit_test(a_feed_that_is_far_behind_loses_nothing),
		cmocka_unit_test(which_feed_is_ahead_may_change),
		cmocka_unit_test(a_feed_that_ends_has_lost_the_rest),
		cmocka_unit_test(numbers_wrap),
		cmocka_unit_test(streams_with_other_timestamps_are_no_feeds),
		cmocka_unit_test(the_twin_is_found_among_others_of_its_ssrc),
		cmocka_unit_test(two_streams_that_never_meet_make_room),
		cmocka_unit_test(a_feed_that_comes_back_is_compared_again),
		cmocka_unit_test(a_pair_of_which_both_ended_is_forgotten),
		cmocka_unit_test(every_number_is_counted_once_whatever_comes),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
