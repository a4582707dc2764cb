#include "sim/topology.h"
#include "unit.h"

#include <math.h>

enum { HOSTS = 3000, TRANSIT = 100, NONE = -1 };

static struct topology *make(enum topology_kind kind, uint32_t hosts, uint64_t seed)
{
	struct topology *t = topology_new(kind, hosts, seed);

	assert_non_null(t);
	return t;
}

/* The stub domain of each router, found by following links that touch no transit router, which are
 * the first ones; NONE for those. Returns how many domains there are. */
static int find_stubs(const struct topology *t, int *stub_of)
{
	uint32_t routers = topology_router_count(t), links = topology_link_count(t);
	bool changed = true;
	int stubs = 0;

	for (uint32_t i = 0; i < routers; i++)
		stub_of[i] = i < TRANSIT ? NONE : (int)i;
	while (changed) {
		changed = false;
		for (uint32_t i = 0; i < links - topology_host_count(t); i++) {
			struct topology_link link = topology_link(t, i);
			int *a = &stub_of[link.node_a], *b = &stub_of[link.node_b];

			if (*a == NONE || *b == NONE || *a == *b)
				continue;
			*a = *b = *a < *b ? *a : *b;
			changed = true;
		}
	}
	for (uint32_t i = TRANSIT; i < routers; i++)
		stubs += stub_of[i] == (int)i;
	return stubs;
}

static bool may_pass(const int *stub_of, uint32_t router, int stub_a, int stub_b)
{
	int stub = stub_of[router];

	if (stub_a == stub_b)
		return stub == stub_a;
	return stub == NONE || stub == stub_a || stub == stub_b;
}

/* The stupid twin: Bellman and Ford over every link between routers that the hierarchy lets these
 * two hosts use. */
static int64_t slow_delay(const struct topology *t, const int *stub_of, uint32_t a, uint32_t b)
{
	uint32_t routers = topology_router_count(t), base = topology_link_count(t) - HOSTS;
	uint32_t from = topology_router_of(t, a), to = topology_router_of(t, b);
	int64_t *delay = malloc(routers * sizeof *delay), result;
	bool changed = true;

	assert_non_null(delay);
	for (uint32_t i = 0; i < routers; i++)
		delay[i] = i == from ? 0 : INT64_MAX / 2;
	while (changed) {
		changed = false;
		for (uint32_t i = 0; i < base; i++) {
			struct topology_link l = topology_link(t, i);

			if (!may_pass(stub_of, l.node_a, stub_of[from], stub_of[to]) ||
			    !may_pass(stub_of, l.node_b, stub_of[from], stub_of[to]))
				continue;
			if (delay[l.node_a] + l.delay_ns < delay[l.node_b]) {
				delay[l.node_b] = delay[l.node_a] + l.delay_ns;
				changed = true;
			}
			if (delay[l.node_b] + l.delay_ns < delay[l.node_a]) {
				delay[l.node_a] = delay[l.node_b] + l.delay_ns;
				changed = true;
			}
		}
	}
	result = delay[to] + topology_link(t, base + a).delay_ns +
		 topology_link(t, base + b).delay_ns;
	free(delay);
	return result;
}

/* It leads from one host to the other, and takes as long as is said. */
static void check_route(const struct topology *t, uint32_t a, uint32_t b)
{
	uint32_t links[TOPOLOGY_ROUTE_MAX], back[TOPOLOGY_ROUTE_MAX];
	size_t count = topology_route(t, a, b, links);
	uint32_t at = topology_router_count(t) + a;
	int64_t delay = 0;

	assert_in_range(count, 2, TOPOLOGY_ROUTE_MAX);
	for (size_t i = 0; i < count; i++) {
		struct topology_link link = topology_link(t, links[i]);

		assert_true(link.node_a == at || link.node_b == at);
		at = link.node_a == at ? link.node_b : link.node_a;
		delay += link.delay_ns;
	}
	assert_int_equal(at, topology_router_count(t) + b);
	assert_int_equal(delay, topology_delay_ns(t, a, b));
	assert_int_equal(topology_route(t, b, a, back), count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(back[i], links[count - 1 - i]);
}

static void transit_stub_delays_are_those_of_a_plain_search(void **state)
{
	struct random random = {11};

	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct topology *t = make(TOPOLOGY_TRANSIT_STUB, HOSTS, seed);
		int *stub_of = calloc(topology_router_count(t), sizeof *stub_of);

		assert_non_null(stub_of);
		assert_int_equal(find_stubs(t, stub_of), 1000);
		for (int round = 0; round < 200; round++) {
			uint32_t a = (uint32_t)random_below(&random, HOSTS);
			uint32_t b = (uint32_t)random_below(&random, HOSTS);

			if (a == b)
				continue;
			assert_int_equal(topology_delay_ns(t, a, b), slow_delay(t, stub_of, a, b));
			assert_int_equal(topology_delay_ns(t, b, a), topology_delay_ns(t, a, b));
		}
		free(stub_of);
		topology_free(t);
	}
}

/* Few random pairs are neighbours, and few have a choice between uplinks. */
static void neighbours_and_stubs_with_two_uplinks_are_right_too(void **state)
{
	struct topology *t = make(TOPOLOGY_TRANSIT_STUB, HOSTS, 5);
	uint32_t base = topology_link_count(t) - HOSTS, with_two = 0, neighbours = 0;
	int *stub_of = calloc(topology_router_count(t), sizeof *stub_of);
	int *uplinks = calloc(topology_router_count(t), sizeof *uplinks);

	(void)state;
	assert_non_null(stub_of);
	assert_non_null(uplinks);
	find_stubs(t, stub_of);
	for (uint32_t i = 0; i < base; i++) {
		struct topology_link link = topology_link(t, i);

		int stub_a = stub_of[link.node_a], stub_b = stub_of[link.node_b];

		if (stub_a != stub_b)
			uplinks[stub_a == NONE ? stub_b : stub_a]++;
	}
	for (uint32_t a = 0; a < 300; a++)
		for (uint32_t b = a + 1; b < 300; b++) {
			int stub_a = stub_of[topology_router_of(t, a)];
			int stub_b = stub_of[topology_router_of(t, b)];

			if (stub_a != stub_b && (uplinks[stub_a] < 2 || uplinks[stub_b] < 2))
				continue;
			neighbours += stub_a == stub_b;
			with_two += stub_a != stub_b;
			assert_int_equal(topology_delay_ns(t, a, b), slow_delay(t, stub_of, a, b));
		}
	assert_true(neighbours > 10);
	assert_true(with_two > 100);
	free(uplinks);
	free(stub_of);
	topology_free(t);
}

static void routes_lead_there_and_take_as_long_as_is_said(void **state)
{
	struct random random = {3};

	(void)state;
	for (int kind = TOPOLOGY_LAN; kind < TOPOLOGY_KINDS; kind++) {
		struct topology *t = make((enum topology_kind)kind, HOSTS, 9);

		for (int round = 0; round < 20000; round++) {
			uint32_t a = (uint32_t)random_below(&random, HOSTS);
			uint32_t b = (uint32_t)random_below(&random, HOSTS);

			if (a != b)
				check_route(t, a, b);
		}
		topology_free(t);
	}
}

static void transit_stub_has_the_size_that_is_usual(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct topology *t = make(TOPOLOGY_TRANSIT_STUB, 1, seed);
		double degree = 2.0 * (topology_link_count(t) - 1) / topology_router_count(t);

		assert_int_equal(topology_router_count(t), 10100);
		assert_true(fabs(degree - 4) < 0.1);
		topology_free(t);
	}
}

static void transit_stub_delays_are_in_their_ranges(void **state)
{
	struct topology *t = make(TOPOLOGY_TRANSIT_STUB, HOSTS, 2);
	uint32_t base = topology_link_count(t) - HOSTS;

	(void)state;
	for (uint32_t i = 0; i < topology_link_count(t); i++) {
		struct topology_link l = topology_link(t, i);
		bool a_transit = l.node_a < TRANSIT, b_transit = l.node_b < TRANSIT;

		if (i >= base)
			assert_in_range(l.delay_ns, 200000, 2000000);
		else if (a_transit && b_transit && l.node_a / 10 == l.node_b / 10)
			assert_in_range(l.delay_ns, 5000000, 20000000);
		else if (a_transit && b_transit)
			assert_in_range(l.delay_ns, 20000000, 60000000);
		else if (a_transit || b_transit)
			assert_in_range(l.delay_ns, 2000000, 10000000);
		else
			assert_in_range(l.delay_ns, 1000000, 5000000);
	}
	topology_free(t);
}

static void on_a_lan_all_are_equally_near(void **state)
{
	struct topology *t = make(TOPOLOGY_LAN, 5, 1);
	uint32_t links[TOPOLOGY_ROUTE_MAX];

	(void)state;
	for (uint32_t a = 0; a < 5; a++)
		for (uint32_t b = 0; b < 5; b++)
			assert_int_equal(topology_delay_ns(t, a, b), a == b ? 0 : 100000);
	assert_int_equal(topology_router_count(t), 1);
	assert_int_equal(topology_link_count(t), 5);
	assert_int_equal(topology_route(t, 4, 2, links), 2);
	assert_int_equal(links[0], 4);
	assert_int_equal(links[1], 2);
	assert_int_equal(topology_route(t, 3, 3, links), 0);
	topology_free(t);
}

static void on_the_plane_delays_are_distances(void **state)
{
	struct topology *t = make(TOPOLOGY_UNIFORM, HOSTS, 1);
	uint32_t links[TOPOLOGY_ROUTE_MAX];
	int64_t longest = 0;

	(void)state;
	for (uint32_t b = 1; b < HOSTS; b++) {
		struct topology_point p = topology_point(t, 0), q = topology_point(t, b);
		double away = hypot((double)(p.x_ns - q.x_ns), (double)(p.y_ns - q.y_ns));
		int64_t delay = topology_delay_ns(t, 0, b);

		assert_in_range(q.x_ns, 0, TOPOLOGY_SQUARE_NS);
		assert_in_range(q.y_ns, 0, TOPOLOGY_SQUARE_NS);
		assert_true(fabs((double)delay - 1e6 - away) <= 1);
		assert_in_range(delay, 1000000, 51000000);
		longest = delay > longest ? delay : longest;
	}
	assert_true(longest > 20000000); /* to a corner it is half a diagonal at least */
	assert_int_equal(topology_delay_ns(t, 7, 7), 0);
	assert_int_equal(topology_route(t, 1, 2, links), 0);
	assert_int_equal(topology_link_count(t), 0);
	topology_free(t);
}

/* FNV-1a over delays between many pairs. */
static uint64_t hash_of(const struct topology *t)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (uint32_t a = 0; a < 100; a++)
		for (uint32_t b = 0; b < 100; b++) {
			hash ^= (uint64_t)topology_delay_ns(t, a, b);
			hash *= UINT64_C(0x100000001b3);
		}
	return hash;
}

static uint64_t hash_of_new(enum topology_kind kind, uint32_t hosts, uint64_t seed)
{
	struct topology *t = make(kind, hosts, seed);
	uint64_t hash = hash_of(t);

	topology_free(t);
	return hash;
}

static void a_seed_gives_one_network(void **state)
{
	static const enum topology_kind kinds[] = {TOPOLOGY_UNIFORM, TOPOLOGY_TRANSIT_STUB};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		uint64_t hash = hash_of_new(kinds[i], 100, 42);

		assert_true(hash == hash_of_new(kinds[i], 100, 42));
		assert_true(hash == hash_of_new(kinds[i], 200, 42)); /* more hosts, same network */
		assert_false(hash == hash_of_new(kinds[i], 100, 43));
	}
}

/* Whatever the machine and the compiler: the runs that are kept as seeds depend on it. */
static void networks_are_the_same_everywhere(void **state)
{
	(void)state;
	assert_true(hash_of_new(TOPOLOGY_UNIFORM, 100, 42) == UINT64_C(0xd2b18b77c6b7064f));
	assert_true(hash_of_new(TOPOLOGY_TRANSIT_STUB, 100, 42) == UINT64_C(0x5f356cc87dc9f135));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transit_stub_delays_are_those_of_a_plain_search),
		cmocka_unit_test(neighbours_and_stubs_with_two_uplinks_are_right_too),
		cmocka_unit_test(routes_lead_there_and_take_as_long_as_is_said),
		cmocka_unit_test(transit_stub_has_the_size_that_is_usual),
		cmocka_unit_test(transit_stub_delays_are_in_their_ranges),
		cmocka_unit_test(on_a_lan_all_are_equally_near),
		cmocka_unit_test(on_the_plane_delays_are_distances),
		cmocka_unit_test(a_seed_gives_one_network),
		cmocka_unit_test(networks_are_the_same_everywhere),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
