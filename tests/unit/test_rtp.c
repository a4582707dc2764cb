#include "base/monotime.h"
#include "traffic/rtp.h"
#include "unit.h"

/* ---- One datagram ---- */

static bool is_rtp(const void *bytes, size_t size)
{
	struct rtp_header header;

	return rtp_read(reader_of(bytes, size), size, &header);
}

/* RFC 3550 section 5.1: version 2, no padding, marker, payload type 96 */
static const uint8_t plain[] = {0x80, 0xe0, 0x12, 0x34, 0,    0,    0,    0x01,
				0xca, 0xfe, 0xba, 0xbe, 0xaa, 0xbb, 0xcc, 0x04};

static void a_header_is_read(void **state)
{
	struct rtp_header header;

	(void)state;
	assert_true(rtp_read(reader_of(plain, sizeof plain), sizeof plain, &header));
	assert_int_equal(header.payload_type, 96);
	assert_int_equal(header.sequence, 0x1234);
	assert_int_equal(header.timestamp, 1);
	assert_true(header.ssrc == 0xcafebabe);
}

static void what_cannot_be_rtp_is_refused(void **state)
{
	uint8_t bytes[sizeof plain];

	(void)state;
	assert_false(is_rtp(plain, 11)); /* shorter than its header */
	assert_false(is_rtp("GET / HTTP/1.1", 14));
	memcpy(bytes, plain, sizeof plain);
	bytes[0] = 0x40; /* version 1 */
	assert_false(is_rtp(bytes, sizeof bytes));
	bytes[0] = 0x80;
	bytes[1] = 200; /* RTCP: a sender report */
	assert_false(is_rtp(bytes, sizeof bytes));
	bytes[1] = 223;
	assert_false(is_rtp(bytes, sizeof bytes));
	bytes[1] = 224;
	assert_true(is_rtp(bytes, sizeof bytes));
	bytes[0] = 0x82; /* two contributing sources, room for one */
	assert_false(is_rtp(bytes, sizeof bytes));
	bytes[0] = 0x81;
	assert_true(is_rtp(bytes, sizeof bytes));
}

static void padding_and_extension_must_fit(void **state)
{
	uint8_t bytes[sizeof plain];

	(void)state;
	memcpy(bytes, plain, sizeof plain);
	bytes[0] = 0xa0; /* padding: the last byte says 4, all of the payload */
	assert_true(is_rtp(bytes, sizeof bytes));
	bytes[15] = 5;
	assert_false(is_rtp(bytes, sizeof bytes));
	bytes[15] = 0;
	assert_false(is_rtp(bytes, sizeof bytes));
	bytes[0] = 0x90; /* an extension of 0xcc04 words */
	assert_false(is_rtp(bytes, sizeof bytes));
	bytes[14] = bytes[15] = 0;
	assert_true(is_rtp(bytes, sizeof bytes));
	bytes[15] = 1;
	assert_false(is_rtp(bytes, sizeof bytes));
}

static void of_a_packet_that_was_cut_off_padding_is_not_known(void **state)
{
	struct rtp_header header;
	uint8_t bytes[sizeof plain];

	(void)state;
	memcpy(bytes, plain, sizeof plain);
	bytes[0] = 0xa0;
	bytes[15] = 0;
	assert_true(rtp_read(reader_of(bytes, sizeof bytes), 1000, &header));
}

/* ---- Is it RTP? ---- */

static struct rtp_header header_of(uint16_t sequence, uint32_t timestamp)
{
	return (struct rtp_header){
		.payload_type = 0, .sequence = sequence, .timestamp = timestamp, .ssrc = 1};
}

static bool take_probe(struct rtp_probe *probe, uint16_t sequence, uint32_t timestamp)
{
	struct rtp_header header = header_of(sequence, timestamp);

	return rtp_probe_take(probe, &header);
}

static void four_in_a_row_convince(void **state)
{
	struct rtp_probe probe = {0};

	(void)state;
	assert_false(take_probe(&probe, 65534, 0));
	assert_false(take_probe(&probe, 65535, 160));
	assert_false(take_probe(&probe, 0, 320)); /* numbers wrap */
	assert_true(take_probe(&probe, 1, 480));
}

static void a_gap_begins_anew(void **state)
{
	struct rtp_probe probe = {0};

	(void)state;
	for (uint16_t i = 0; i < 3; i++)
		assert_false(take_probe(&probe, i, i));
	for (uint16_t i = 4; i < 7; i++)
		assert_false(take_probe(&probe, i, i));
	assert_true(take_probe(&probe, 7, 7));
}

/* A counter where the number stands, and nothing else that changes, is some other protocol. */
static void a_timestamp_that_never_moves_does_not_convince(void **state)
{
	struct rtp_probe probe = {0};

	(void)state;
	for (uint16_t i = 0; i < 100; i++)
		assert_false(take_probe(&probe, i, 7));
	assert_true(take_probe(&probe, 100, 8));
}

static void the_same_datagram_again_and_again_does_not_convince(void **state)
{
	struct rtp_probe probe = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_false(take_probe(&probe, 5, 5));
}

static void random_bytes_do_not_convince(void **state)
{
	struct rtp_probe probe = {0};
	struct random random = {7};
	uint64_t possible = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint64_t words[4];
		struct rtp_header header;

		for (size_t j = 0; j < COUNT_OF(words); j++)
			words[j] = random_next(&random);
		if (!rtp_read(reader_of(words, sizeof words), sizeof words, &header))
			continue;
		possible++;
		assert_false(rtp_probe_take(&probe, &header));
	}
	assert_true(possible > 1000);
}

/* ---- A stream ---- */

enum { STEP = 160 }; /* of PCMU, 20 ms */

static void begin(struct rtp_stream *stream, uint16_t sequence)
{
	struct rtp_header header = header_of(sequence, 0);

	rtp_stream_begin(stream, &header, 0);
}

/* The packet of this number after the first, some time after its turn. */
static bool take(struct rtp_stream *stream, uint16_t first, unsigned number, int64_t late_ns)
{
	struct rtp_header header = header_of((uint16_t)(first + number), number * STEP);

	return rtp_stream_take(stream, &header, number * 20 * NS_PER_MS + late_ns);
}

static void assert_counts(const struct rtp_stream *stream, unsigned received, unsigned lost,
			  unsigned duplicates, unsigned reordered)
{
	assert_int_equal(rtp_stream_received(stream), received);
	assert_int_equal(rtp_stream_lost(stream), lost);
	assert_int_equal(stream->sequence.duplicates, duplicates);
	assert_int_equal(stream->sequence.reordered, reordered);
}

static void a_whole_stream_loses_nothing_across_the_wrap(void **state)
{
	struct rtp_stream stream;

	(void)state;
	begin(&stream, 65000);
	for (unsigned i = 1; i < 200000; i++)
		assert_true(take(&stream, 65000, i, 0));
	assert_counts(&stream, 200000, 0, 0, 0);
	assert_int_equal(stream.restarts + stream.wild, 0);
	assert_int_equal(rtp_stream_jitter_ns(&stream), 0);
}

static void losses_duplicates_and_reordering_are_counted(void **state)
{
	static const unsigned numbers[] = {1, 2, 5, 6, 4, 6, 9, 8};
	struct rtp_stream stream;

	(void)state;
	begin(&stream, 65534);
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		assert_true(take(&stream, 65534, numbers[i], 0));
	assert_counts(&stream, 8, 2, 1, 2); /* 3 and 7 are missing */
	assert_int_equal(sequence_longest_gap(&stream.sequence, stream.sequence.next), 1);
}

static void one_from_before_the_beginning_does_not_count(void **state)
{
	struct rtp_stream stream;

	(void)state;
	begin(&stream, 10);
	take(&stream, 9, 0, 0);
	assert_counts(&stream, 1, 0, 0, 0);
}

static void a_long_outage_is_loss_when_it_is_confirmed(void **state)
{
	struct rtp_stream stream;

	(void)state;
	begin(&stream, 0);
	assert_false(take(&stream, 0, 20000, 0));
	assert_counts(&stream, 1, 0, 0, 0);
	assert_int_equal(stream.wild, 1);
	assert_true(take(&stream, 0, 20001, 0));
	assert_int_equal(stream.wild, 0);
	assert_counts(&stream, 3, 19999, 0, 0); /* the first one did come */
}

static bool take_at(struct rtp_stream *stream, uint16_t sequence, uint32_t timestamp, int64_t ms)
{
	struct rtp_header header = header_of(sequence, timestamp);

	return rtp_stream_take(stream, &header, ms * NS_PER_MS);
}

/* Many encoders have a fixed SSRC: only the timestamps tell that they have begun anew. */
static void a_restart_may_go_on_higher(void **state)
{
	struct rtp_stream stream;

	(void)state;
	begin(&stream, 0);
	for (unsigned i = 1; i < 10; i++)
		take(&stream, 0, i, 0);
	assert_false(take_at(&stream, 17000, 0x12345678, 5000));
	assert_true(take_at(&stream, 17001, 0x12345678 + STEP, 5020));
	assert_true(take_at(&stream, 17002, 0x12345678 + 2 * STEP, 5040));
	assert_int_equal(stream.restarts, 1);
	assert_counts(&stream, 13, 0, 0, 0);
}

static void a_loop_whose_timestamps_go_back_is_a_restart(void **state)
{
	struct rtp_header header = {.payload_type = 96, .sequence = 50000, .ssrc = 1};
	struct rtp_stream stream;

	(void)state;
	header.timestamp = 90000;
	rtp_stream_begin(&stream, &header, 0); /* and its clock is not known */
	for (unsigned i = 1; i <= 2; i++) {
		header.sequence = (uint16_t)(60000 + i);
		header.timestamp = i;
		rtp_stream_take(&stream, &header, i * NS_PER_MS);
	}
	assert_int_equal(stream.restarts, 1);
	assert_counts(&stream, 3, 0, 0, 0);
}

/* 100 hours of PCMU, of which the timestamps go round in 149. */
static void a_long_outage_is_loss_where_timestamps_wrap(void **state)
{
	const int64_t hours_ms = INT64_C(100) * 3600 * 1000;
	struct rtp_stream stream;

	(void)state;
	begin(&stream, 0);
	take(&stream, 0, 1, 0);
	assert_false(take_at(&stream, 10000, (uint32_t)(hours_ms * 8), hours_ms));
	assert_true(take_at(&stream, 10001, (uint32_t)(hours_ms * 8 + STEP), hours_ms + 20));
	assert_int_equal(stream.restarts, 0);
	assert_counts(&stream, 4, 9998, 0, 0);
}

static void a_stray_number_changes_nothing(void **state)
{
	struct rtp_stream stream;

	(void)state;
	begin(&stream, 0);
	assert_true(take(&stream, 0, 1, 0));
	assert_false(take(&stream, 0, 9000, 0));
	assert_true(take(&stream, 0, 2, 0));
	assert_counts(&stream, 3, 0, 0, 0);
	assert_int_equal(stream.wild, 1);
}

static void numbers_that_go_on_lower_are_a_restart(void **state)
{
	struct rtp_stream stream;

	(void)state;
	begin(&stream, 30000);
	for (unsigned i = 1; i < 10; i++)
		take(&stream, 30000, i, 0);
	assert_false(take(&stream, 5, 0, 0));
	for (unsigned i = 1; i < 10; i++)
		assert_true(take(&stream, 5, i, 0));
	assert_int_equal(stream.restarts, 1);
	assert_counts(&stream, 20, 0, 0, 0);
}

/* RFC 3550 appendix A.8, by hand: each packet is alternately 4 ms late and in time, so each
 * difference is 4 ms, and the jitter comes near to that from below. */
static void jitter_is_that_of_the_rfc(void **state)
{
	struct rtp_stream stream;
	double expected = 0, jitter_ms;

	(void)state;
	begin(&stream, 0);
	for (unsigned i = 1; i <= 200; i++) {
		take(&stream, 0, i, i % 2 ? 4 * NS_PER_MS : 0);
		expected += (4.0 - expected) / 16;
	}
	jitter_ms = (double)rtp_stream_jitter_ns(&stream) / (double)NS_PER_MS;
	assert_true(jitter_ms > expected - 0.001 && jitter_ms < expected + 0.001);
}

static void the_clock_of_a_dynamic_type_is_guessed(void **state)
{
	struct rtp_header header = {.payload_type = 96, .ssrc = 1};
	struct rtp_stream stream;

	(void)state;
	rtp_stream_begin(&stream, &header, 0);
	assert_int_equal(rtp_stream_jitter_ns(&stream), -1);
	for (unsigned i = 1; i <= 50; i++) { /* 25 frames a second, a packet each */
		header.sequence++;
		header.timestamp += 3600;
		rtp_stream_take(&stream, &header, i * 40 * NS_PER_MS + (i % 3) * NS_PER_MS);
	}
	assert_int_equal(stream.clock_hz, 90000);
	assert_true(stream.is_clock_guessed);
}

static void an_unusual_clock_is_not_guessed(void **state)
{
	struct rtp_header header = {.payload_type = 96, .ssrc = 1};
	struct rtp_stream stream;

	(void)state;
	rtp_stream_begin(&stream, &header, 0);
	for (unsigned i = 1; i <= 500; i++) {
		header.sequence++;
		header.timestamp += 1000; /* 50 kHz */
		rtp_stream_take(&stream, &header, i * 20 * NS_PER_MS);
	}
	assert_int_equal(stream.clock_hz, 0);
	assert_int_equal(rtp_stream_jitter_ns(&stream), -1);
}

static void payload_types_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(rtp_payload_name(0), "PCMU");
	assert_string_equal(rtp_payload_name(33), "MP2T");
	assert_null(rtp_payload_name(96));
	assert_null(rtp_payload_name(1));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_is_read),
		cmocka_unit_test(what_cannot_be_rtp_is_refused),
		cmocka_unit_test(padding_and_extension_must_fit),
		cmocka_unit_test(of_a_packet_that_was_cut_off_padding_is_not_known),
		cmocka_unit_test(four_in_a_row_convince),
		cmocka_unit_test(a_gap_begins_anew),
		cmocka_unit_test(a_timestamp_that_never_moves_does_not_convince),
		cmocka_unit_test(the_same_datagram_again_and_again_does_not_convince),
		cmocka_unit_test(random_bytes_do_not_convince),
		cmocka_unit_test(a_whole_stream_loses_nothing_across_the_wrap),
		cmocka_unit_test(losses_duplicates_and_reordering_are_counted),
		cmocka_unit_test(one_from_before_the_beginning_does_not_count),
		cmocka_unit_test(a_long_outage_is_loss_when_it_is_confirmed),
		cmocka_unit_test(a_restart_may_go_on_higher),
		cmocka_unit_test(a_loop_whose_timestamps_go_back_is_a_restart),
		cmocka_unit_test(a_long_outage_is_loss_where_timestamps_wrap),
		cmocka_unit_test(a_stray_number_changes_nothing),
		cmocka_unit_test(numbers_that_go_on_lower_are_a_restart),
		cmocka_unit_test(jitter_is_that_of_the_rfc),
		cmocka_unit_test(the_clock_of_a_dynamic_type_is_guessed),
		cmocka_unit_test(an_unusual_clock_is_not_guessed),
		cmocka_unit_test(payload_types_have_their_names),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
