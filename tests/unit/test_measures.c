#include "sim/measures.h"
#include "sim/overlay.h"
#include "unit.h"

#include <math.h>

#define NONE OVERLAY_NO_PARENT

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fabs(b);
}

static struct measures measure(enum topology_kind kind, const uint32_t *parent, uint32_t count,
			       uint32_t root)
{
	struct topology *t = topology_new(kind, count, 1);
	struct measures m;

	assert_non_null(t);
	assert_true(measures_take(t, parent, count, root, &m));
	topology_free(t);
	return m;
}

/* On a LAN it is 0.1 ms from host to host, and 0.05 ms over each link. */
static void a_chain_is_measured_by_hand(void **state)
{
	static const uint32_t parent[] = {NONE, 0, 1, 2};
	struct measures m = measure(TOPOLOGY_LAN, parent, 4, 0);

	(void)state;
	assert_int_equal(m.members, 4);
	assert_true(near(m.depth_mean, 2));
	assert_int_equal(m.depth_max, 3);
	assert_int_equal(m.cost_ns, 300000);
	assert_true(near(m.cost_to_spanning_tree, 1)); /* all edges weigh the same */
	assert_true(near(m.cost_to_star, 1));
	assert_true(near(m.cost_to_router_tree, 1.5)); /* the switch would use each link once */
	assert_int_equal(m.router_tree_links, 4);
	assert_true(near(m.stretch_mean, 2)); /* 1, 2, 3 */
	assert_true(near(m.stretch_p90, 3));
	assert_true(near(m.stretch_max, 3));
	assert_true(near(m.stress_mean, 1.5)); /* 1, 2, 2, 1 */
	assert_int_equal(m.stress_max, 2);
	assert_int_equal(m.stress_links, 4);
}

static void a_star_is_measured_by_hand(void **state)
{
	static const uint32_t parent[] = {2, 2, 7, 2}; /* the root's own entry means nothing */
	struct measures m = measure(TOPOLOGY_LAN, parent, 4, 2);

	(void)state;
	assert_int_equal(m.members, 4);
	assert_true(near(m.depth_mean, 1));
	assert_int_equal(m.depth_max, 1);
	assert_true(near(m.cost_to_star, 1));
	assert_true(near(m.stretch_max, 1));
	assert_true(near(m.stress_mean, 1.5)); /* 3, 1, 1, 1 */
	assert_int_equal(m.stress_max, 3);
}

static void the_90th_percentile_is_by_nearest_rank(void **state)
{
	uint32_t parent[11] = {NONE};
	struct measures m;

	(void)state;
	for (uint32_t i = 1; i < COUNT_OF(parent); i++)
		parent[i] = i - 1;
	m = measure(TOPOLOGY_LAN, parent, 11, 0); /* stretches 1 to 10 */
	assert_true(near(m.stretch_p90, 9));
	assert_true(near(m.stretch_mean, 5.5));
	m = measure(TOPOLOGY_LAN, parent, 10, 0); /* 1 to 9 */
	assert_true(near(m.stretch_p90, 9));
}

static void who_does_not_reach_the_root_counts_in_nothing(void **state)
{
	/* 1 hangs on the root; 2 on nobody; 3 on 2; 4 and 5 on each other; 6 on itself; 7 on a host
	 * that is not there; 8 on 4. */
	static const uint32_t parent[] = {NONE, 0, NONE, 2, 5, 4, 6, 99, 4};
	struct measures m = measure(TOPOLOGY_LAN, parent, COUNT_OF(parent), 0);

	(void)state;
	assert_int_equal(m.members, 2);
	assert_int_equal(m.cost_ns, 100000);
	assert_int_equal(m.router_tree_links, 2);
	assert_int_equal(m.stress_links, 2);
	assert_int_equal(m.depth_max, 1);
}

static void of_a_root_alone_there_is_nothing_to_compare(void **state)
{
	static const uint32_t parent[] = {NONE, NONE};

	(void)state;
	for (int kind = 0; kind < TOPOLOGY_KINDS; kind++) {
		struct measures m = measure((enum topology_kind)kind, parent, 2, 1);

		assert_int_equal(m.members, 1);
		assert_int_equal(m.depth_max, 0);
		assert_int_equal(m.cost_ns, 0);
		assert_false(measure_is_taken(m.depth_mean));
		assert_false(measure_is_taken(m.cost_to_star));
		assert_false(measure_is_taken(m.cost_to_spanning_tree));
		assert_false(measure_is_taken(m.cost_to_router_tree));
		assert_false(measure_is_taken(m.stretch_mean));
		assert_false(measure_is_taken(m.stretch_p90));
		assert_false(measure_is_taken(m.stretch_max));
		assert_false(measure_is_taken(m.stress_mean));
	}
}

static void where_there_are_no_links_they_are_not_measured(void **state)
{
	static const uint32_t parent[] = {NONE, 0, 1};
	struct measures m = measure(TOPOLOGY_UNIFORM, parent, 3, 0);

	(void)state;
	assert_false(measure_is_taken(m.stress_mean));
	assert_false(measure_is_taken(m.cost_to_router_tree));
	assert_int_equal(m.stress_max, 0);
	assert_true(measure_is_taken(m.cost_to_star));
}

static void the_spanning_tree_is_left_out_when_there_are_too_many(void **state)
{
	enum { TOO_MANY = MEASURES_SPANNING_MAX + 1 };
	uint32_t *parent = calloc(TOO_MANY, sizeof *parent);
	struct measures m;

	(void)state;
	assert_non_null(parent); /* all are children of host 0 */
	m = measure(TOPOLOGY_LAN, parent, TOO_MANY, 0);
	assert_false(measure_is_taken(m.cost_to_spanning_tree));
	assert_true(near(m.cost_to_star, 1));
	assert_int_equal(m.stress_max, MEASURES_SPANNING_MAX);
	m = measure(TOPOLOGY_LAN, parent, MEASURES_SPANNING_MAX, 0);
	assert_true(near(m.cost_to_spanning_tree, 1));
	free(parent);
}

/* The stupid twin */

enum { SMALL = 6, TREES = SMALL * SMALL * SMALL * SMALL * SMALL * SMALL };

static int steps_to_root(const uint32_t *parent, uint32_t host)
{
	int steps = 0;

	for (; host != 0 && steps <= SMALL; steps++)
		host = parent[host];
	return steps <= SMALL ? steps : -1;
}

static bool is_tree(const uint32_t *parent)
{
	for (uint32_t i = 1; i < SMALL; i++)
		if (steps_to_root(parent, i) < 0)
			return false;
	return true;
}

static int64_t slow_cost(const struct topology *t, const uint32_t *parent)
{
	int64_t cost = 0;

	for (uint32_t i = 1; i < SMALL; i++)
		cost += topology_delay_ns(t, parent[i], i);
	return cost;
}

/* Of all the ways to give each host a parent, those that are trees. */
static int64_t cheapest_tree(const struct topology *t)
{
	int64_t least = INT64_MAX;

	for (uint32_t number = 0; number < TREES / SMALL; number++) {
		uint32_t parent[SMALL] = {0}, rest = number;

		for (uint32_t i = 1; i < SMALL; i++, rest /= SMALL)
			parent[i] = rest % SMALL;
		if (is_tree(parent) && slow_cost(t, parent) < least)
			least = slow_cost(t, parent);
	}
	return least;
}

static double slow_stretch(const struct topology *t, const uint32_t *parent, uint32_t host)
{
	int64_t delay = 0;

	for (uint32_t at = host; at != 0; at = parent[at])
		delay += topology_delay_ns(t, parent[at], at);
	return (double)delay / (double)topology_delay_ns(t, 0, host);
}

static bool route_has(const struct topology *t, uint32_t from, uint32_t to, uint32_t link)
{
	uint32_t links[TOPOLOGY_ROUTE_MAX];
	size_t count = topology_route(t, from, to, links);

	for (size_t i = 0; i < count; i++)
		if (links[i] == link)
			return true;
	return false;
}

/* How many routes cross the link: from each one's parent to it, or from the root to all. */
static uint32_t slow_copies(const struct topology *t, const uint32_t *from, uint32_t link)
{
	uint32_t copies = 0;

	for (uint32_t i = 1; i < SMALL; i++)
		copies += route_has(t, from[i], i, link);
	return copies;
}

static void compare_links(const struct topology *t, const uint32_t *parent,
			  const struct measures *m)
{
	static const uint32_t from_root[SMALL] = {0};
	uint64_t most = 0, sum = 0, used = 0, shared = 0;
	int64_t shared_cost = 0;

	for (uint32_t link = 0; link < topology_link_count(t); link++) {
		uint32_t copies = slow_copies(t, parent, link);

		used += copies > 0;
		sum += copies;
		most = copies > most ? copies : most;
		if (slow_copies(t, from_root, link) > 0) {
			shared++;
			shared_cost += topology_link(t, link).delay_ns;
		}
	}
	assert_int_equal(m->stress_max, most);
	assert_int_equal(m->stress_links, used);
	assert_int_equal(m->router_tree_links, shared);
	assert_true(near(m->stress_mean, (double)sum / (double)used));
	assert_true(near(m->cost_to_router_tree, (double)m->cost_ns / (double)shared_cost));
}

static void compare_with_twin(const struct topology *t, const uint32_t *parent)
{
	static const uint32_t star[SMALL] = {0};
	double stretch_sum = 0, stretch_max = 0, depth_sum = 0;
	struct measures m;

	assert_true(measures_take(t, parent, SMALL, 0, &m));
	for (uint32_t i = 1; i < SMALL; i++) {
		double stretch = slow_stretch(t, parent, i);

		stretch_sum += stretch;
		stretch_max = stretch > stretch_max ? stretch : stretch_max;
		depth_sum += steps_to_root(parent, i);
	}
	assert_int_equal(m.members, SMALL);
	assert_int_equal(m.cost_ns, slow_cost(t, parent));
	assert_true(near(m.depth_mean, depth_sum / (SMALL - 1)));
	assert_true(near(m.stretch_mean, stretch_sum / (SMALL - 1)));
	assert_true(near(m.stretch_max, stretch_max));
	assert_true(near(m.cost_to_star, (double)m.cost_ns / (double)slow_cost(t, star)));
	assert_true(near(m.cost_to_spanning_tree, (double)m.cost_ns / (double)cheapest_tree(t)));
	if (topology_link_count(t) > 0)
		compare_links(t, parent, &m);
}

static void random_trees_measure_as_their_twins_do(void **state)
{
	struct random random = {5};

	(void)state;
	for (int round = 0; round < 24; round++) {
		enum topology_kind kind = (enum topology_kind)(round % TOPOLOGY_KINDS);
		struct topology *t = topology_new(kind, SMALL, random_next(&random));
		uint32_t parent[SMALL] = {NONE};

		assert_non_null(t);
		for (uint32_t i = 1; i < SMALL; i++)
			parent[i] = (uint32_t)random_below(&random, i);
		compare_with_twin(t, parent);
		topology_free(t);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_is_measured_by_hand),
		cmocka_unit_test(a_star_is_measured_by_hand),
		cmocka_unit_test(the_90th_percentile_is_by_nearest_rank),
		cmocka_unit_test(who_does_not_reach_the_root_counts_in_nothing),
		cmocka_unit_test(of_a_root_alone_there_is_nothing_to_compare),
		cmocka_unit_test(where_there_are_no_links_they_are_not_measured),
		cmocka_unit_test(the_spanning_tree_is_left_out_when_there_are_too_many),
		cmocka_unit_test(random_trees_measure_as_their_twins_do),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
