#include "rtp_packet.h"
#include "traffic/live_senders.h"
#include "unit.h"

#include <stdio.h>

#define T0     (INT64_C(1700000000) * NS_PER_S)
#define SOURCE "10.0.0.1:5000"
#define GROUP  "224.1.1.1:5004"

static struct live_senders *new_senders(void)
{
	struct live_senders *senders = calloc(1, sizeof *senders);

	assert_non_null(senders);
	senders->tick_ns = T0;
	return senders;
}

static void free_senders(struct live_senders *senders)
{
	live_senders_done(senders);
	free(senders);
}

static struct sender_news hear(struct live_senders *senders, const char *source, size_t size,
			       int64_t time_ns)
{
	static const char bytes[1500];
	struct frame frame = {.time_ns = time_ns, .interface = 2};
	struct packet packet;

	udp_packet(&packet, source, GROUP, bytes, size);
	return live_senders_take(senders, &frame, &packet);
}

static struct sender_news hear_rtp(struct live_senders *senders, uint16_t number, int64_t time_ns)
{
	struct rtp_packet p;

	rtp_packet(&p, SOURCE, GROUP, number, number, 77, time_ns);
	return live_senders_take(senders, &p.frame, &p.packet);
}

/* What a tick told of. */
struct told {
	unsigned silent;
	uint64_t lost;
};

static void on_silent(void *context, const struct sender *sender)
{
	(void)sender;
	((struct told *)context)->silent++;
}

static void on_lost(void *context, const struct sender *sender, const struct live_stream *stream,
		    uint64_t packets)
{
	(void)sender;
	(void)stream;
	((struct told *)context)->lost += packets;
}

static struct told tick(struct live_senders *senders, int64_t now_ns)
{
	static const struct sender_tick_events events = {on_silent, on_lost};
	struct told told = {0};

	live_senders_tick(senders, now_ns, now_ns, &events, &told);
	return told;
}

static void a_sender_is_new_once(void **state)
{
	struct live_senders *senders = new_senders();

	(void)state;
	assert_true(hear(senders, SOURCE, 10, T0).is_new);
	assert_false(hear(senders, SOURCE, 10, T0 + 1).is_new);
	assert_true(hear(senders, "10.0.0.1:5001", 10, T0 + 2).is_new);
	free_senders(senders);
}

static struct sender_news hear_packet(struct live_senders *senders, const struct packet *packet)
{
	return live_senders_take(senders, &(struct frame){.time_ns = T0}, packet);
}

static void faults_of_a_sender_are_told_once(void **state)
{
	struct live_senders *senders = new_senders();
	struct sender_news news;
	struct packet good, bad;

	(void)state;
	udp_packet(&good, SOURCE, GROUP, "x", 1);
	bad = good;
	bad.udp.checksum = CHECKSUM_BAD;
	bad.link.has_destination = true;
	bad.link.destination[0] = 2;
	news = hear_packet(senders, &good);
	assert_false(news.has_first_wrong_mac || news.has_first_bad_checksum);
	news = hear_packet(senders, &bad);
	assert_true(news.has_first_wrong_mac && news.has_first_bad_checksum);
	hear_packet(senders, &good);
	news = hear_packet(senders, &bad);
	assert_false(news.has_first_wrong_mac || news.has_first_bad_checksum);
	free_senders(senders);
}

static void the_rate_is_that_of_the_last_second(void **state)
{
	struct live_senders *senders = new_senders();
	struct sender_news news = {0};

	(void)state;
	for (int i = 0; i < 50; i++)
		news = hear(senders, SOURCE, 100, T0 + i * 20 * NS_PER_MS);
	tick(senders, T0 + NS_PER_S);
	assert_true(live_sender_of(senders, news.sender)->datagrams_per_s == 50);
	assert_true(live_sender_of(senders, news.sender)->bits_per_s == 50 * 800);
	tick(senders, T0 + 2 * NS_PER_S);
	assert_true(live_sender_of(senders, news.sender)->datagrams_per_s == 0);
	free_senders(senders);
}

static void a_sender_is_silent_after_ten_intervals(void **state)
{
	struct live_senders *senders = new_senders();
	int64_t last_ns = T0;
	struct sender_news news;

	(void)state;
	for (int i = 0; i < 20; i++)
		hear(senders, SOURCE, 10, last_ns = T0 + i * 500 * NS_PER_MS);
	assert_int_equal(tick(senders, last_ns + 5 * NS_PER_S).silent, 0);
	assert_int_equal(tick(senders, last_ns + 5 * NS_PER_S + NS_PER_MS).silent, 1);
	assert_int_equal(tick(senders, last_ns + 9 * NS_PER_S).silent, 0); /* said once */
	news = hear(senders, SOURCE, 10, last_ns + 10 * NS_PER_S);
	assert_false(news.is_new);
	assert_true(news.silence_ns == 10 * NS_PER_S);
	assert_true(news.sender->longest_silence_ns == 10 * NS_PER_S);
	free_senders(senders);
}

static void bursts_are_no_silences_again_and_again(void **state)
{
	struct live_senders *senders = new_senders();
	unsigned silent = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		for (int j = 0; j < 3; j++)
			hear(senders, SOURCE, 10, T0 + i * 10 * NS_PER_S + j);
		for (int second = 1; second < 10; second++)
			silent += tick(senders, T0 + (i * 10 + second) * NS_PER_S).silent;
	}
	assert_int_equal(silent, 1);
	free_senders(senders);
}

static void a_long_silence_is_forgotten_in_time(void **state)
{
	struct live_senders *senders = new_senders();
	int64_t time_ns = T0;

	(void)state;
	for (int i = 0; i < 50; i++)
		hear(senders, SOURCE, 10, time_ns += 20 * NS_PER_MS);
	assert_int_equal(tick(senders, time_ns += 2 * NS_PER_S).silent, 1);
	for (int i = 0; i < 500; i++)
		hear(senders, SOURCE, 10, time_ns += 20 * NS_PER_MS);
	assert_int_equal(tick(senders, time_ns += 2 * NS_PER_S).silent, 1);
	free_senders(senders);
}

static void a_fast_sender_is_not_silent_within_a_second(void **state)
{
	struct live_senders *senders = new_senders();

	(void)state;
	for (int i = 0; i < 20; i++)
		hear(senders, SOURCE, 10, T0 + i);
	assert_int_equal(tick(senders, T0 + NS_PER_S).silent, 0);
	assert_int_equal(tick(senders, T0 + NS_PER_S + NS_PER_MS).silent, 1);
	free_senders(senders);
}

static void who_was_heard_once_has_five_seconds(void **state)
{
	struct live_senders *senders = new_senders();

	(void)state;
	hear(senders, SOURCE, 10, T0);
	assert_int_equal(tick(senders, T0 + 5 * NS_PER_S).silent, 0);
	assert_int_equal(tick(senders, T0 + 5 * NS_PER_S + 1).silent, 1);
	free_senders(senders);
}

static void a_limit_of_ones_own_counts(void **state)
{
	struct live_senders *senders = new_senders();

	(void)state;
	senders->silence_ns = 100 * NS_PER_MS;
	hear(senders, SOURCE, 10, T0);
	assert_int_equal(tick(senders, T0 + 100 * NS_PER_MS).silent, 0);
	assert_int_equal(tick(senders, T0 + 101 * NS_PER_MS).silent, 1);
	free_senders(senders);
}

/* A tick comes once a second: what falls between two of them is told when it is over. */
static void a_pause_that_no_tick_saw_is_told(void **state)
{
	struct live_senders *senders = new_senders();
	int64_t time_ns = T0;

	(void)state;
	for (int i = 0; i < 50; i++)
		hear(senders, SOURCE, 10, time_ns += 20 * NS_PER_MS);
	assert_int_equal(tick(senders, time_ns + 900 * NS_PER_MS).silent, 0);
	assert_true(hear(senders, SOURCE, 10, time_ns += 1500 * NS_PER_MS).silence_ns ==
		    1500 * NS_PER_MS);
	assert_true(hear(senders, SOURCE, 10, time_ns + 1500 * NS_PER_MS).silence_ns == 0);
	free_senders(senders);
}

/* What passed lately may not have been taken in yet. */
static void a_silence_is_one_of_what_was_heard(void **state)
{
	static const struct sender_tick_events events = {on_silent, on_lost};
	struct live_senders *senders = new_senders();
	struct told told = {0};

	(void)state;
	senders->silence_ns = 50 * NS_PER_MS;
	hear(senders, SOURCE, 10, T0);
	live_senders_tick(senders, T0 + 120 * NS_PER_MS, T0 + 40 * NS_PER_MS, &events, &told);
	assert_int_equal(told.silent, 0);
	live_senders_tick(senders, T0 + 140 * NS_PER_MS, T0 + 60 * NS_PER_MS, &events, &told);
	assert_int_equal(told.silent, 1);
	free_senders(senders);
}

/* Who watches stood still for twelve seconds, and of these some is lost. */
static void where_nobody_listened_there_is_no_silence(void **state)
{
	struct live_senders *senders = new_senders();
	int64_t time_ns = T0;

	(void)state;
	for (int i = 0; i < 50; i++)
		hear(senders, SOURCE, 10, time_ns += 20 * NS_PER_MS);
	senders->listening_since_ns = time_ns += 12 * NS_PER_S;
	assert_int_equal(tick(senders, time_ns).silent, 0);
	assert_true(hear(senders, SOURCE, 10, time_ns += 20 * NS_PER_MS).silence_ns == 0);
	assert_int_equal(tick(senders, time_ns + NS_PER_S).silent, 0);
	assert_int_equal(tick(senders, time_ns + NS_PER_S + NS_PER_MS).silent, 1);
	free_senders(senders);
}

static void a_stream_is_told_once_and_its_losses_when_they_grow(void **state)
{
	struct live_senders *senders = new_senders();
	unsigned streams = 0;

	(void)state;
	for (uint16_t i = 0; i < 10; i++)
		streams += hear_rtp(senders, i, T0 + i).is_new_stream;
	assert_int_equal(streams, 1);
	assert_int_equal(tick(senders, T0 + 20).lost, 0);
	hear_rtp(senders, 13, T0 + 30);
	assert_int_equal(tick(senders, T0 + 40).lost, 3);
	assert_int_equal(tick(senders, T0 + 50).lost, 0);
	hear_rtp(senders, 11, T0 + 60); /* late, not lost */
	assert_int_equal(tick(senders, T0 + 70).lost, 0);
	hear_rtp(senders, 16, T0 + 80);
	assert_int_equal(tick(senders, T0 + 90).lost, 1); /* of 4 now, 3 were told */
	free_senders(senders);
}

static void streams_are_bounded(void **state)
{
	struct live_senders *senders = new_senders();
	struct rtp_packet p;

	(void)state;
	for (uint32_t ssrc = 0; ssrc < RTP_STREAMS_MAX + 10; ssrc++)
		for (uint16_t i = 0; i < RTP_IN_A_ROW; i++) {
			rtp_packet(&p, SOURCE, GROUP, i, i, ssrc, T0);
			live_senders_take(senders, &p.frame, &p.packet);
		}
	assert_int_equal(senders->stream_count, RTP_STREAMS_MAX);
	assert_int_equal(senders->refused_streams, 10);
	free_senders(senders);
}

static struct sender_news hear_stream(struct live_senders *senders, uint32_t ssrc, int64_t time_ns)
{
	struct sender_news news;
	struct rtp_packet p;

	for (uint16_t i = 0; i < RTP_IN_A_ROW; i++) {
		rtp_packet(&p, SOURCE, GROUP, i, i, ssrc, time_ns);
		news = live_senders_take(senders, &p.frame, &p.packet);
	}
	return news;
}

static void of_streams_the_longest_silent_one_makes_room(void **state)
{
	struct live_senders *senders = new_senders();
	const int64_t later_ns = T0 + STREAM_FORGOTTEN_NS + 50;

	(void)state;
	for (uint32_t ssrc = 0; ssrc < RTP_STREAMS_MAX; ssrc++)
		hear_stream(senders, ssrc, ssrc == 5 ? T0 : T0 + 100);
	assert_null(hear_stream(senders, 1000, T0 + STREAM_FORGOTTEN_NS).stream);
	assert_true(hear_stream(senders, 1001, later_ns).is_new_stream);
	assert_null(hear_stream(senders, 5, later_ns).stream); /* it made room, the others go on */
	assert_non_null(hear_stream(senders, 4, later_ns).stream);
	assert_int_equal(senders->stream_count, RTP_STREAMS_MAX);
	assert_int_equal(senders->forgotten_streams, 1);
	free_senders(senders);
}

static void those_silent_for_long_make_room(void **state)
{
	struct live_senders *senders = new_senders();
	char source[32];

	(void)state;
	for (int i = 0; i < SENDERS_MAX; i++) {
		snprintf(source, sizeof source, "10.0.0.1:%d", 1000 + i);
		hear(senders, source, 10, T0);
	}
	for (uint16_t i = 0; i < RTP_IN_A_ROW; i++) /* the last one goes on */
		hear(senders, source, 10, T0 + SENDER_FORGOTTEN_NS);
	assert_int_equal(senders->senders.count, SENDERS_MAX);
	tick(senders, T0 + SENDER_FORGOTTEN_NS + NS_PER_S);
	assert_int_equal(senders->senders.count, SENDERS_MAX * 3 / 4);
	assert_int_equal(senders->forgotten_senders, SENDERS_MAX / 4);
	assert_false(hear(senders, source, 10, T0 + 2 * SENDER_FORGOTTEN_NS).is_new);
	free_senders(senders);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sender_is_new_once),
		cmocka_unit_test(faults_of_a_sender_are_told_once),
		cmocka_unit_test(the_rate_is_that_of_the_last_second),
		cmocka_unit_test(a_sender_is_silent_after_ten_intervals),
		cmocka_unit_test(bursts_are_no_silences_again_and_again),
		cmocka_unit_test(a_long_silence_is_forgotten_in_time),
		cmocka_unit_test(a_fast_sender_is_not_silent_within_a_second),
		cmocka_unit_test(who_was_heard_once_has_five_seconds),
		cmocka_unit_test(a_limit_of_ones_own_counts),
		cmocka_unit_test(a_pause_that_no_tick_saw_is_told),
		cmocka_unit_test(a_silence_is_one_of_what_was_heard),
		cmocka_unit_test(where_nobody_listened_there_is_no_silence),
		cmocka_unit_test(a_stream_is_told_once_and_its_losses_when_they_grow),
		cmocka_unit_test(streams_are_bounded),
		cmocka_unit_test(of_streams_the_longest_silent_one_makes_room),
		cmocka_unit_test(those_silent_for_long_make_room),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
