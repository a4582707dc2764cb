#include "sim/faults.h"
#include "sim/queue.h"
#include "sim/seconds.h"
#include "sim/world.h"
#include "unit.h"

/* ---- The queue, beside a list that is searched ---- */

enum { ENTRIES = 3000 };

static size_t first_of(const struct queue_entry *list, size_t count)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++)
		if (list[i].at_ns < list[best].at_ns ||
		    (list[i].at_ns == list[best].at_ns && list[i].order < list[best].order))
			best = i;
	return best;
}

static void check_next(struct queue *queue, struct queue_entry *list, size_t *count)
{
	struct queue_entry taken;
	size_t first = first_of(list, *count);

	assert_int_equal(queue_take(queue, &taken), *count > 0);
	if (*count == 0)
		return;
	assert_int_equal(taken.at_ns, list[first].at_ns);
	assert_int_equal(taken.which, list[first].which);
	list[first] = list[--*count];
}

static void the_queue_gives_the_earliest_first_and_equals_in_order(void **state)
{
	struct random random = {.state = 7};
	struct queue queue = {0};
	struct queue_entry *list = calloc(ENTRIES, sizeof *list);
	size_t count = 0;

	(void)state;
	assert_non_null(list);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		list[count++] = (struct queue_entry){
			.at_ns = (int64_t)random_below(&random, 500), .order = i, .which = i};
		assert_true(queue_add(&queue, list[count - 1].at_ns, DUE_TIMER, i));
		if (random_below(&random, 3) == 0)
			check_next(&queue, list, &count);
	}
	while (count > 0)
		check_next(&queue, list, &count);
	check_next(&queue, list, &count);
	queue_done(&queue);
	free(list);
}

/* ---- Texts ---- */

static void check_seconds(const char *written, int64_t ns)
{
	struct text text = {0};
	const char *at = written;
	int64_t read = -1;

	assert_true(seconds_read(&at, &read));
	assert_string_equal(at, "");
	assert_int_equal(read, ns);
	seconds_write(&text, ns);
	assert_string_equal(text_string(&text), written);
	text_done(&text);
}

static void seconds_are_read_as_they_are_written(void **state)
{
	const char *nothing = "x", *too_many = "99999999999";
	int64_t ns;

	(void)state;
	check_seconds("0", 0);
	check_seconds("12.5", 12500 * NS_PER_MS);
	check_seconds("0.000000001", 1);
	check_seconds("1000000000", 1000000000 * NS_PER_S);
	assert_false(seconds_read(&nothing, &ns));
	assert_false(seconds_read(&too_many, &ns));
}

static int read_faults(struct faults *faults, const char *text, struct error *error)
{
	struct random random = {.state = 3};

	return faults_read(faults, text, 20, 60 * NS_PER_S, &random, error);
}

static void faults_are_read_as_they_are_written(void **state)
{
	static const char ALL[] = "crash@12.5:3,restart@1:root+2,pause@0.001:19+59,leave@3:4+5,"
				  "cut@6:7+8,partition@9:12345+1,rdv@30+0.5,storm@10:20+5";
	struct faults faults = {0};
	struct text text = {0};
	struct error error;

	(void)state;
	assert_int_equal(read_faults(&faults, ALL, &error), 0);
	for (size_t i = 0; i < faults.count; i++) {
		text_add_string(&text, i > 0 ? "," : "");
		fault_write(&text, &faults.list[i]);
	}
	assert_string_equal(text_string(&text), ALL);
	assert_int_equal(faults_end_ns(&faults), 59001 * NS_PER_MS);
	text_done(&text);
	faults_done(&faults);
}

static void what_a_list_of_faults_leaves_open_is_drawn(void **state)
{
	struct faults faults = {0};
	struct error error;

	(void)state;
	assert_int_equal(read_faults(&faults, "all,pause*5,crash", &error), 0);
	assert_int_equal(faults.count, FAULT_KINDS + 6);
	for (size_t i = 0; i < faults.count; i++) {
		assert_in_range(faults.list[i].at_ns, 0, 60 * NS_PER_S);
		assert_in_range(faults.list[i].at_ns + faults.list[i].for_ns, 0, 60 * NS_PER_S);
	}
	faults_done(&faults);
}

static void other_lists_of_faults_are_refused(void **state)
{
	static const char *const WRONG[] = {
		"crush",       "crash@",       "crash@5",      "crash@5:20",
		"crash@5:1+1", "restart@5:1",  "rdv@5:1+2",    "pause@5:1+",
		"storm@5:0+1", "storm@5:21+1", "crash@5:-1",   "crash*0",
		"crash*2x",    "crash@5:1x",   "leave@-1:1+1", "crash,,what",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
		struct faults faults = {0};
		struct error error = {.code = 0};

		assert_int_equal(read_faults(&faults, WRONG[i], &error), HOSTCAST_INVALID);
		assert_true(strlen(error.text) > 0);
		faults_done(&faults);
	}
}

/* ---- Clocks ---- */

static void a_clock_that_drifts_reaches_every_time_and_not_before(void **state)
{
	static const int32_t DRIFTS[] = {0, 1, -1, 10000, -10000, 999999};
	struct random random = {.state = 5};
	struct node *node = calloc(1, sizeof *node);

	(void)state;
	assert_non_null(node);
	for (size_t i = 0; i < COUNT_OF(DRIFTS); i++) {
		node->drift = DRIFTS[i];
		for (int n = 0; n < 1000; n++) {
			int64_t at_ns = (int64_t)random_below(&random, (uint64_t)(5000 * NS_PER_S));
			struct monotime clock = world_clock(node, at_ns);
			int64_t back_ns = world_time_of(node, clock);

			assert_true(back_ns <= at_ns);
			assert_false(monotime_is_before(world_clock(node, back_ns), clock));
			assert_true(monotime_is_before(world_clock(node, back_ns - 2), clock));
		}
	}
	free(node);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_queue_gives_the_earliest_first_and_equals_in_order),
		cmocka_unit_test(seconds_are_read_as_they_are_written),
		cmocka_unit_test(faults_are_read_as_they_are_written),
		cmocka_unit_test(what_a_list_of_faults_leaves_open_is_drawn),
		cmocka_unit_test(other_lists_of_faults_are_refused),
		cmocka_unit_test(a_clock_that_drifts_reaches_every_time_and_not_before),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
