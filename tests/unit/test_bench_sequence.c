/* What bench recv counts: numbers of messages against a stupid twin, and a step as a whole. */
#include "base/sequence.h"
#include "cli/bench/tally.h"
#include "unit.h"

#include <time.h>

enum { TWIN_MAX = 400000 };

/* The stupid twin: how often each number came, and when. */
struct twin {
	uint64_t highest_plus_one;
	uint64_t received, duplicates, reordered;
	uint8_t *came;
};

static void twin_take(struct twin *twin, uint64_t number)
{
	if (twin->came[number]++) {
		twin->duplicates++;
		return;
	}
	twin->received++;
	if (number < twin->highest_plus_one)
		twin->reordered++;
	else
		twin->highest_plus_one = number + 1;
}

static uint64_t twin_longest_gap(const struct twin *twin, uint64_t sent)
{
	uint64_t run = 0, longest = 0;

	for (uint64_t i = 0; i < sent; i++) {
		run = twin->came[i] ? 0 : run + 1;
		longest = run > longest ? run : longest;
	}
	return longest;
}

static void compare(const struct sequence *s, const struct twin *twin, uint64_t sent)
{
	assert_int_equal(s->next, twin->highest_plus_one);
	assert_int_equal(s->received, twin->received);
	assert_int_equal(s->duplicates, twin->duplicates);
	assert_int_equal(s->reordered, twin->reordered);
	assert_int_equal(s->late, 0);
	assert_int_equal(s->wild, 0);
	assert_int_equal(sequence_longest_gap(s, sent), twin_longest_gap(twin, sent));
}

/* Numbers go up; some are lost, some come again, some come late, all within the window; now and
 * then many are lost in a row, also more than the window has. */
static void run_with_faults(struct random *random)
{
	struct sequence *s = calloc(1, sizeof *s);
	struct twin twin = {.came = calloc(TWIN_MAX, 1)};
	uint64_t number = 0, sent = 50000 + random_below(random, 100000);

	assert_non_null(s);
	assert_non_null(twin.came);
	for (; number < sent; number++) {
		uint64_t chance = random_below(random, 100000);
		uint64_t back = random_below(random, number < 60000 ? number + 1 : 60000);

		if (chance < 3)
			number += random_below(random, 100000);
		if (chance < 5000 || number >= TWIN_MAX)
			continue;
		sequence_take(s, number);
		twin_take(&twin, number);
		if (chance < 15000 && number - back + SEQUENCE_WINDOW > twin.highest_plus_one) {
			sequence_take(s, number - back);
			twin_take(&twin, number - back);
		}
	}
	sent = twin.highest_plus_one + random_below(random, 100);
	compare(s, &twin, sent < TWIN_MAX ? sent : TWIN_MAX);
	free(twin.came);
	free(s);
}

static void counts_as_the_twin_does(void **state)
{
	struct random random = {11};

	(void)state;
	for (int i = 0; i < 40; i++)
		run_with_faults(&random);
}

static struct sequence *new_sequence(void **state)
{
	struct sequence *s = *state;

	memset(s, 0, sizeof *s);
	return s;
}

static void the_ends_are_missing_too(void **state)
{
	struct sequence *s = new_sequence(state);

	assert_true(sequence_take(s, 5));
	assert_int_equal(sequence_longest_gap(s, 6), 5);
	assert_int_equal(sequence_longest_gap(s, 100), 94);
	assert_int_equal(sequence_longest_gap(s, 0), 5);
}

static void gap_longer_than_the_window(void **state)
{
	struct sequence *s = new_sequence(state);

	sequence_take(s, 0);
	sequence_take(s, 200001);
	assert_int_equal(sequence_longest_gap(s, 200002), 200000);
	sequence_take(s, 100); /* too long ago to be known */
	assert_int_equal(s->late, 1);
	assert_int_equal(s->received, 2);
}

static void one_number_far_ahead_is_not_believed(void **state)
{
	struct sequence *s = new_sequence(state);

	sequence_take(s, 0);
	assert_false(sequence_take(s, UINT64_MAX));
	assert_false(sequence_take(s, UINT64_MAX - 1));
	assert_false(sequence_take(s, UINT64_MAX));
	assert_false(sequence_take(s, UINT64_C(1) << 40));
	assert_true(sequence_take(s, 1));
	assert_int_equal(s->next, 2);
	assert_int_equal(s->received, 2);
	assert_int_equal(s->wild, 4);
}

static void two_in_a_row_are_believed(void **state)
{
	struct sequence *s = new_sequence(state);
	const uint64_t far = UINT64_C(1) << 40;

	sequence_take(s, 0);
	assert_false(sequence_take(s, far));
	assert_true(sequence_take(s, far + 1));
	assert_int_equal(s->received, 3);
	assert_int_equal(s->wild, 0);
	assert_int_equal(sequence_longest_gap(s, far + 2), far - 1);
}

static int64_t cpu_ns(void)
{
	struct timespec time;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time), 0);
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* Whoever sends numbers with gaps, or asks how long they are, shall not keep a receiver busy:
 * either costs less than 3,000 messages in a row do, though the window has 65,536. */
static void a_jump_is_cheap(void **state)
{
	enum { TIMES = 1000, IN_A_ROW = 3000 };
	struct sequence *s = new_sequence(state);
	int64_t began_ns = cpu_ns(), in_a_row_ns, jumps_ns, gaps_ns;
	uint64_t number = 0, sum = 0;

	while (number < TIMES * IN_A_ROW)
		sequence_take(s, number++);
	in_a_row_ns = cpu_ns() - began_ns;
	began_ns = cpu_ns();
	for (int i = 0; i < TIMES; i++)
		assert_true(sequence_take(s, number += SEQUENCE_JUMP));
	jumps_ns = cpu_ns() - began_ns;
	began_ns = cpu_ns();
	for (uint64_t i = 0; i < TIMES; i++)
		sum += sequence_longest_gap(s, i);
	gaps_ns = cpu_ns() - began_ns;
	assert_true(sum > 0);
	assert_true(jumps_ns < in_a_row_ns);
	assert_true(gaps_ns < in_a_row_ns);
}

/* Whatever comes: every number is counted once, in one way. */
static void any_numbers_are_accounted_for(void **state)
{
	struct sequence *s = new_sequence(state);
	struct random random = {12};

	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t number = random_next(&random) >> random_below(&random, 64);

		sequence_take(s, random_below(&random, 4) == 0 ? s->candidate : number);
		assert_true(s->received + s->duplicates + s->late + s->wild >= i + 1 - s->wild);
		assert_int_equal(s->received + s->duplicates + s->late + s->wild, i + 1);
		assert_true(s->received <= s->next);
	}
}

/* ---- A step ---- */

static void a_step_as_a_whole(void **state)
{
	struct tally *tally = calloc(1, sizeof *tally);
	struct monotime now = {NS_PER_S};
	struct result result;

	(void)state;
	assert_non_null(tally);
	for (uint64_t number = 0; number < 100; number++) {
		now = monotime_add(now, number == 50 ? 5 * NS_PER_MS : NS_PER_MS);
		if (number >= 30 && number < 40)
			continue;
		assert_true(tally_take(tally, number, 200, now));
		tally_latency(tally, (int64_t)number * NS_PER_US);
	}
	assert_false(tally_take(tally, 99, 200, now));
	tally_latency(tally, -1);
	tally_result(tally, 105, &result);
	assert_int_equal(result.sent, 105);
	assert_int_equal(result.received, 90);
	assert_int_equal(result.bytes, 90 * 200);
	assert_int_equal(result.lost, 15);
	assert_int_equal(result.duplicates, 1);
	assert_int_equal(result.longest_gap, 10);
	assert_int_equal(result.longest_pause_ns, 11 * NS_PER_MS);
	assert_int_equal(result.elapsed_ns, 103 * NS_PER_MS);
	assert_int_equal(result.latency_count, 90);
	assert_int_equal(result.latency_backward, 1);
	assert_int_equal(result.latency_max_ns, 99 * NS_PER_US);
	free(tally);
}

/* The message that the next one confirms counts, and its bytes. */
static void a_confirmed_jump_has_all_its_bytes(void **state)
{
	struct tally *tally = calloc(1, sizeof *tally);
	const struct monotime now = {NS_PER_S};
	const uint64_t far = UINT64_C(1) << 40;
	struct result result;

	(void)state;
	assert_non_null(tally);
	assert_true(tally_take(tally, 0, 1, now));
	assert_false(tally_take(tally, far, 20, now));
	assert_false(tally_take(tally, 0, 300, now)); /* a duplicate in between */
	assert_true(tally_take(tally, far + 1, 4000, now));
	assert_false(tally_take(tally, far << 1, 50000, now)); /* nothing confirms this one */
	tally_result(tally, 0, &result);
	assert_int_equal(result.received, 3);
	assert_int_equal(result.bytes, 4021);
	free(tally);
}

static void a_sender_that_does_not_say_how_many(void **state)
{
	struct tally *tally = calloc(1, sizeof *tally);
	struct result result;

	(void)state;
	assert_non_null(tally);
	tally_result(tally, 0, &result);
	assert_int_equal(result.sent, 0);
	assert_true(result_loss(&result) == 0);
	tally_take(tally, 9, 100, (struct monotime){1});
	tally_result(tally, 0, &result);
	assert_int_equal(result.sent, 10);
	assert_int_equal(result.lost, 9);
	assert_true(result_message_rate(&result) == 0);
	free(tally);
}

static void limits_are_exact(void **state)
{
	struct result result = {.sent = 1000, .received = 999, .lost = 1};
	struct limits limits = LIMITS_DEFAULT;

	(void)state;
	assert_true(limits_allow(&limits, &result));
	assert_false(limits_are_given(&limits));
	limits.loss = 1000; /* 0.1 % */
	assert_true(limits_allow(&limits, &result));
	limits.loss = 999;
	assert_false(limits_allow(&limits, &result));
	limits = (struct limits){.loss = NOT_GIVEN, .duplicates = 0, .reordered = NOT_GIVEN};
	assert_true(limits_allow(&limits, &result));
	result.duplicates = 1;
	assert_false(limits_allow(&limits, &result));
	limits = (struct limits){.loss = NOT_GIVEN, .duplicates = NOT_GIVEN, .reordered = 0};
	assert_true(limits_allow(&limits, &result));
	result.reordered = 1;
	assert_false(limits_allow(&limits, &result));
}

static int make_sequence(void **state)
{
	*state = calloc(1, sizeof(struct sequence));
	return *state ? 0 : -1;
}

static int free_sequence(void **state)
{
	free(*state);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_as_the_twin_does),
		cmocka_unit_test(the_ends_are_missing_too),
		cmocka_unit_test(gap_longer_than_the_window),
		cmocka_unit_test(one_number_far_ahead_is_not_believed),
		cmocka_unit_test(two_in_a_row_are_believed),
		cmocka_unit_test(a_jump_is_cheap),
		cmocka_unit_test(any_numbers_are_accounted_for),
		cmocka_unit_test(a_step_as_a_whole),
		cmocka_unit_test(a_confirmed_jump_has_all_its_bytes),
		cmocka_unit_test(a_sender_that_does_not_say_how_many),
		cmocka_unit_test(limits_are_exact),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, make_sequence, free_sequence);
}
