#include "decode/frame.h"
#include "traffic/ranges.h"
#include "traffic/rate_track.h"
#include "unit.h"

enum { BYTES = 64 };

/* The same, byte by byte. */
struct twin {
	bool is_there[BYTES];
};

static int64_t twin_end(const struct twin *twin)
{
	int64_t end = 0;

	while (end < BYTES && twin->is_there[end])
		end++;
	return end;
}

static int64_t twin_highest(const struct twin *twin)
{
	int64_t highest = BYTES;

	while (highest > 0 && !twin->is_there[highest - 1])
		highest--;
	return highest;
}

static int64_t twin_total(const struct twin *twin)
{
	int64_t total = 0;

	for (int i = 0; i < BYTES; i++)
		total += twin->is_there[i];
	return total;
}

static bool twin_has(const struct twin *twin, int64_t begin, int64_t end)
{
	for (int64_t i = begin; i < end; i++)
		if (!twin->is_there[i])
			return false;
	return true;
}

static void assert_same(const struct ranges *ranges, const struct twin *twin)
{
	assert_int_equal(ranges->end, twin_end(twin));
	assert_int_equal(ranges_highest(ranges), twin_highest(twin));
	for (int64_t begin = 0; begin < BYTES; begin++)
		for (int64_t end = begin + 1; end <= BYTES; end++)
			assert_int_equal(ranges_has(ranges, begin, end),
					 twin_has(twin, begin, end));
}

static void ranges_are_what_a_map_of_bytes_is(void **state)
{
	struct random random = {11};

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct ranges ranges = {0};
		struct twin twin = {0};

		for (int i = 0; i < 24; i++) {
			int64_t begin = (int64_t)random_below(&random, BYTES);
			int64_t size = (int64_t)random_below(&random, 6);
			int64_t end = begin + size < BYTES ? begin + size : BYTES, before;

			before = twin_total(&twin);
			for (int64_t at = begin; at < end; at++)
				twin.is_there[at] = true;
			assert_int_equal(ranges_add(&ranges, begin, end),
					 twin_total(&twin) - before);
			assert_same(&ranges, &twin);
		}
	}
}

static void with_too_many_holes_the_last_one_counts_as_filled(void **state)
{
	enum { LAST = 2 * RANGES_MAX + 1 };
	struct ranges ranges = {0};

	(void)state;
	for (int64_t i = 1; i <= LAST; i += 2)
		assert_int_equal(ranges_add(&ranges, i, i + 1), 1);
	assert_int_equal(ranges.count, RANGES_MAX);
	assert_int_equal(ranges_highest(&ranges), LAST + 1);
	assert_true(ranges_has(&ranges, LAST - 4, LAST - 1));
	assert_false(ranges_has(&ranges, LAST - 2, LAST + 1));
	assert_false(ranges_has(&ranges, 0, 2));
	assert_int_equal(ranges_add(&ranges, LAST - 1, LAST), 1); /* into the last hole */
	assert_int_equal(ranges_highest(&ranges), LAST + 1);
	ranges_add(&ranges, 0, LAST);
	assert_int_equal(ranges.end, LAST + 1);
	assert_int_equal(ranges.count, 0);
}

static void a_range_in_the_hole_that_has_to_go_is_there(void **state)
{
	struct ranges ranges = {0};

	(void)state;
	for (int64_t i = 1; i <= RANGES_MAX; i++)
		ranges_add(&ranges, 10 * i, 10 * i + 1);
	assert_int_equal(ranges_add(&ranges, 10 * RANGES_MAX - 5, 10 * RANGES_MAX - 4), 1);
	assert_int_equal(ranges.count, RANGES_MAX - 1);
	assert_true(ranges_has(&ranges, 10 * RANGES_MAX - 10, 10 * RANGES_MAX + 1));
}

static uint64_t sum(const struct rate_track *track)
{
	uint64_t packets = 0;

	for (int i = 0; i < RATE_BINS; i++)
		packets += track->packets[i];
	return packets;
}

static void a_track_of_rates_grows_with_time_and_loses_nothing(void **state)
{
	struct rate_track track = {0};
	int64_t time_ns = 5;

	(void)state;
	for (int i = 0; i < 60; i++) {
		rate_track_add(&track, time_ns);
		assert_int_equal(sum(&track), (uint64_t)i + 1);
		time_ns += time_ns / 2 + 1000;
	}
	rate_track_add(&track, FRAME_TIME_MOST_NS);
	rate_track_add(&track, FRAME_TIME_LEAST_NS); /* before the first one */
	assert_int_equal(sum(&track), 62);
	assert_int_equal(track.total_packets, 62);
	assert_true(rate_track_most(&track, 1) > 50); /* all of a short time are in one now */
}

static void the_bins_of_a_track_tell_when(void **state)
{
	struct rate_track track = {0};

	(void)state;
	for (int64_t ms = 0; ms < 2 * RATE_BINS; ms++)
		rate_track_add(&track, ms * 1000000);
	assert_int_equal(track.width_ns, 2000000);
	assert_int_equal(track.total_packets, 2 * RATE_BINS);
	assert_int_equal(track.last_ns, (2 * RATE_BINS - 1) * 1000000);
	for (int64_t ms = 0; ms < RATE_MOMENTS; ms++)
		assert_int_equal(track.moments_ns[ms], ms * 1000000);
	for (int i = 0; i < RATE_BINS; i++)
		assert_int_equal(track.packets[i], 2);
	assert_int_equal(rate_track_most(&track, 1), 2);
	assert_int_equal(rate_track_most(&track, 10), 20);
	assert_int_equal(rate_track_sum(&track, RATE_BINS - 3, 10), 6);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_what_a_map_of_bytes_is),
		cmocka_unit_test(with_too_many_holes_the_last_one_counts_as_filled),
		cmocka_unit_test(a_range_in_the_hole_that_has_to_go_is_there),
		cmocka_unit_test(a_track_of_rates_grows_with_time_and_loses_nothing),
		cmocka_unit_test(the_bins_of_a_track_tell_when),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
