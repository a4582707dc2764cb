/* A watcher that finds nothing is worth nothing: with a fault planted around the core of every
 * node, some run of the usual ones must fail, and say why. */
#include "sim/shrink.h"
#include "sim/simulation.h"
#include "unit.h"

enum { SEEDS = 200 };

/* The first seed that fails, 0 if none does; the scenario is its, to be freed. */
static uint64_t find_failing_seed(enum planted planted, struct scenario *scenario,
				  char failure[static FAILURE_SIZE])
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct simulation *sim;
		bool is_well;

		assert_true(scenario_draw(scenario, seed));
		scenario->planted = planted;
		sim = simulation_new(scenario);
		assert_non_null(sim);
		is_well = simulation_run_all(sim);
		memcpy(failure, sim->world.failure, FAILURE_SIZE);
		simulation_free(sim);
		if (!is_well)
			return seed;
		scenario_done(scenario);
	}
	return 0;
}

static void assert_finds(enum planted planted, const char *words)
{
	struct scenario scenario;
	char failure[FAILURE_SIZE];

	assert_true(find_failing_seed(planted, &scenario, failure) > 0);
	if (!strstr(failure, words))
		fail_msg("'%s' is not about '%s'", failure, words);
	scenario_done(&scenario);
}

static void nothing_is_found_where_nothing_is_planted(void **state)
{
	struct scenario scenario;
	char failure[FAILURE_SIZE];

	(void)state;
	assert_int_equal(find_failing_seed(PLANTED_NONE, &scenario, failure), 0);
}

static void finds_that_payloads_of_strangers_are_taken(void **state)
{
	(void)state;
	assert_finds(PLANTED_STRANGERS, "payload");
}

static void finds_that_dead_children_are_kept(void **state)
{
	(void)state;
	assert_finds(PLANTED_IMMORTALS, "that is not its child");
}

static void finds_a_payload_that_is_dropped_in_silence(void **state)
{
	(void)state;
	assert_finds(PLANTED_SILENT_DROP, "for no reason");
}

static void finds_wrong_root_paths(void **state)
{
	(void)state;
	assert_finds(PLANTED_SHORT_PATHS, "wrong root path");
}

static void finds_a_payload_that_is_handled_twice(void **state)
{
	(void)state;
	assert_finds(PLANTED_TWICE, "delivered twice");
}

static void finds_a_second_root(void **state)
{
	(void)state;
	assert_finds(PLANTED_TWO_ROOTS, "roots");
}

/* ---- The watcher by itself: three members in a circle ---- */

static void hang_below(struct world *world, uint32_t host, uint32_t parent)
{
	struct member *m = &world->nodes[host].member;

	m->state = MEMBER_ATTACHED;
	m->path_length = 1;
	m->path[0] = world_address(parent);
}

static void a_circle_may_last_a_while_and_no_longer(void **state)
{
	struct scenario scenario = SCENARIO_DEFAULT;
	struct simulation *sim;
	struct world *world;

	(void)state;
	scenario.members = 3;
	sim = simulation_new(&scenario);
	assert_non_null(sim);
	world = &sim->world;
	for (uint32_t host = 0; host < 3; host++) {
		struct node *node = &world->nodes[host];

		member_init(&node->member, &world->config, &node->own, host, NULL, 0,
			    &world->counters);
		node->is_alive = true;
		world->alive++;
		hang_below(world, host, (host + 1) % 3);
		watcher_look_at(&sim->watcher, world, host);
	}
	assert_int_equal(sim->watcher.count, 1);
	world->now_ns = world->heal_ns;
	watcher_look_round(&sim->watcher, world);
	assert_false(world_has_failed(world));
	world->now_ns++;
	watcher_look_round(&sim->watcher, world);
	assert_non_null(strstr(world->failure, "on a circle"));
	simulation_free(sim);
}

/* ---- Shrinking ---- */

static void what_fails_is_made_smaller_and_still_fails(void **state)
{
	struct scenario scenario;
	struct simulation *sim;
	char failure[FAILURE_SIZE];
	int64_t members;
	size_t faults;

	(void)state;
	assert_true(find_failing_seed(PLANTED_TWO_ROOTS, &scenario, failure) > 0);
	members = scenario.members;
	faults = scenario.faults.count;
	assert_true(shrink(&scenario) > 0);
	assert_true(scenario.members < members);
	assert_true(scenario.faults.count <= faults);
	sim = simulation_new(&scenario);
	assert_non_null(sim);
	assert_false(simulation_run_all(sim));
	simulation_free(sim);
	scenario_done(&scenario);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_found_where_nothing_is_planted),
		cmocka_unit_test(finds_that_payloads_of_strangers_are_taken),
		cmocka_unit_test(finds_that_dead_children_are_kept),
		cmocka_unit_test(finds_a_payload_that_is_dropped_in_silence),
		cmocka_unit_test(finds_wrong_root_paths),
		cmocka_unit_test(finds_a_payload_that_is_handled_twice),
		cmocka_unit_test(finds_a_second_root),
		cmocka_unit_test(a_circle_may_last_a_while_and_no_longer),
		cmocka_unit_test(what_fails_is_made_smaller_and_still_fails),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
