#include "simulation.h"

#include "steps.h"
#include "trouble.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CROWD = 1000 }; /* datagrams under way for each host: more is no tree any more */

#define LOOK_NS  NS_PER_S
#define GRACE_NS (10 * NS_PER_S) /* for the last payloads */
#define NEXT_NS  NS_PER_S        /* between the payloads at the end */

/* ---- The beginning ---- */

static void init_nodes(struct world *world)
{
	const struct scenario *scenario = world->scenario;
	struct random clocks = scenario_random(scenario->seed, PURPOSE_CLOCKS);

	for (uint32_t host = 0; host < world->count; host++) {
		struct node *node = &world->nodes[host];
		struct wire_address address = world_address(host);

		memcpy(node->ip, address.ip, IP_SIZE);
		node->own = (struct own){.ips = &node->ip, .count = 1, .port = address.port};
		node->parent = NOBODY;
		node->timer_ns = node->attached_ns = node->bereft_ns = NEVER_NS;
		if (scenario->drift > 0)
			node->drift =
				(int32_t)((int64_t)random_below(&clocks,
								2 * (uint64_t)scenario->drift + 1) -
					  scenario->drift);
	}
}

static void init_world(struct world *world, const struct scenario *scenario)
{
	struct wire_address rendezvous = world_address((uint32_t)scenario->members);

	*world = (struct world){
		.scenario = scenario,
		.count = (uint32_t)scenario->members,
		.journal = {.rendezvous = (uint32_t)scenario->members},
		.rendezvous_timer_ns = NEVER_NS,
		.whole_ns = NEVER_NS,
		.is_calm = scenario_is_faultless(scenario),
	};
	world->config = (struct member_config){
		.rendezvous = rendezvous,
		.admission = {&world->everybody, 1},
		.timers = scenario->timers,
		.children_most = (unsigned)scenario->children,
	};
	memcpy(world->rendezvous_ip, rendezvous.ip, IP_SIZE);
	world->rendezvous_own =
		(struct own){.ips = &world->rendezvous_ip, .count = 1, .port = rendezvous.port};
	world->nodes = calloc(world->count, sizeof *world->nodes);
	if (world->nodes)
		init_nodes(world);
}

static void plan(struct simulation *sim, int64_t at_ns, enum due due, uint32_t which)
{
	if (!queue_add(&sim->queue, at_ns, due, which))
		sim->world.is_out_of_memory = true;
}

static int64_t draw_ns(struct random *random, int64_t from_ns, int64_t to_ns)
{
	return from_ns + (int64_t)random_below(random, (uint64_t)(to_ns - from_ns) + 1);
}

static void plan_all(struct simulation *sim)
{
	const struct scenario *scenario = sim->world.scenario;
	struct random joins = scenario_random(scenario->seed, PURPOSE_JOINS);

	for (uint32_t host = 0; host < sim->world.count; host++)
		plan(sim, draw_ns(&joins, 0, scenario->join_ns), DUE_BEGIN, host);
	for (uint32_t i = 0; i < scenario->payloads; i++)
		plan(sim, draw_ns(&sim->workload, scenario->time_ns / 2, scenario->time_ns),
		     DUE_OFFER, i);
	for (uint32_t i = 0; i < scenario->faults.count; i++) {
		const struct fault *fault = &scenario->faults.list[i];

		plan(sim, fault->at_ns, DUE_FAULT, i);
		plan(sim, fault->at_ns + fault->for_ns, DUE_FAULT_END, i);
	}
	plan(sim, scenario_calm_ns(scenario), DUE_CALM, 0);
	plan(sim, LOOK_NS, DUE_LOOK, 0);
}

static int64_t round_trip_ns(const struct simulation *sim)
{
	const struct link_quality *links = &sim->world.scenario->links;
	int64_t one_way_ns = links->delay_ns + links->jitter_ns + NS_PER_S / 2;

	return 2 * one_way_ns;
}

static bool init(struct simulation *sim, const struct scenario *scenario)
{
	struct world *world = &sim->world;
	struct random network = scenario_random(scenario->seed, PURPOSE_TOPOLOGY);

	init_world(world, scenario);
	sim->held_free = NOBODY;
	sim->healed_ns = -1;
	sim->workload = scenario_random(scenario->seed, PURPOSE_WORKLOAD);
	sim->topology = topology_new(scenario->network, world->count + 1, random_next(&network));
	sim->victims = calloc(scenario->faults.count + 1, sizeof *sim->victims);
	sim->payload = malloc((size_t)scenario->payload_size);
	if (!world->nodes || !sim->topology || !sim->victims || !sim->payload)
		return false;
	memset(sim->payload, '.', (size_t)scenario->payload_size);
	watcher_init(&sim->watcher);
	world->heal_ns = scenario_heal_ns(scenario, round_trip_ns(sim));
	if (!accounts_init(&sim->accounts, (uint32_t)scenario->payloads + SETTLED_PAYLOADS,
			   world->count) ||
	    !post_init(&sim->post, world, sim->topology, &sim->queue, &sim->accounts))
		return false;
	step_begin_rendezvous(sim);
	plan_all(sim);
	return !world->is_out_of_memory;
}

struct simulation *simulation_new(const struct scenario *scenario)
{
	struct simulation *sim = calloc(1, sizeof *sim);

	if (sim && !init(sim, scenario)) {
		simulation_free(sim);
		return NULL;
	}
	return sim;
}

void simulation_free(struct simulation *sim)
{
	if (!sim)
		return;
	post_done(&sim->post);
	accounts_done(&sim->accounts);
	watcher_done(&sim->watcher);
	queue_done(&sim->queue);
	topology_free(sim->topology);
	free(sim->world.nodes);
	free(sim->victims);
	free(sim->payload);
	free(sim->held);
	free(sim);
}

/* ---- What is due ---- */

/* A random member; if that one is not there, the next that is. */
static void offer(struct simulation *sim, uint32_t payload, bool is_strict)
{
	struct world *world = &sim->world;
	uint32_t host = (uint32_t)random_below(&sim->workload, world->count);

	for (uint32_t i = 0; i < world->count; i++, host = (host + 1) % world->count) {
		if (!world->nodes[host].is_alive || world->nodes[host].is_paused)
			continue;
		accounts_offer(&sim->accounts, world, payload, host, is_strict);
		step_offer(sim, host, payload);
		return;
	}
}

static void become_calm(struct simulation *sim)
{
	struct world *world = &sim->world;
	bool is_faultless = scenario_is_faultless(world->scenario);

	world_note(world, DEED_CALM, NOBODY, NOBODY);
	post_become_perfect(&sim->post);
	world->is_calm = true;
	world->disturbed_ns = world->now_ns;
	plan(sim, world->now_ns + (is_faultless ? 0 : world->heal_ns), DUE_SETTLED, 0);
}

/* Without faults there is nothing to heal: members need their time to walk, no more. */
static bool still_joins(const struct simulation *sim)
{
	const struct world *world = &sim->world;

	return scenario_is_faultless(world->scenario) && world->settled < world->alive &&
	       world->now_ns < world->scenario->join_ns + world->heal_ns;
}

static void become_settled(struct simulation *sim)
{
	struct world *world = &sim->world;
	bool is_faultless = scenario_is_faultless(world->scenario);
	int64_t trouble_over_ns = scenario_trouble_over_ns(world->scenario);

	if (still_joins(sim)) {
		plan(sim, world->now_ns + LOOK_NS, DUE_SETTLED, 0);
		return;
	}
	world_note(world, DEED_SETTLED, NOBODY, NOBODY);
	if (!is_faultless)
		sim->healed_ns =
			world->whole_ns > trouble_over_ns ? world->whole_ns - trouble_over_ns : 0;
	watcher_look_at_all(world);
	world->is_healed = true;
	for (uint32_t i = 0; i < SETTLED_PAYLOADS && !is_faultless; i++)
		plan(sim, world->now_ns + i * NEXT_NS, DUE_OFFER,
		     (uint32_t)world->scenario->payloads + i);
	plan(sim, world->now_ns + GRACE_NS, DUE_END, 0);
}

static void end(struct simulation *sim)
{
	sim->has_ended = true;
	watcher_look_at_all(&sim->world);
	if (sim->accounts.left > 0)
		world_fail(&sim->world, "%" PRIu32 " payloads are still under way",
			   sim->accounts.left);
}

static void look(struct simulation *sim)
{
	struct world *world = &sim->world;

	watcher_look_round(&sim->watcher, world);
	plan(sim, world->now_ns + LOOK_NS, DUE_LOOK, 0);
}

static void handle(struct simulation *sim, const struct queue_entry *entry)
{
	struct world *world = &sim->world;

	switch ((enum due)entry->kind) {
	case DUE_BEGIN:
		step_begin(sim, entry->which);
		break;
	case DUE_TIMER:
		step_tick(sim, entry->which, entry->at_ns);
		break;
	case DUE_ARRIVAL:
		step_receive(sim, entry->which);
		break;
	case DUE_OFFER:
		offer(sim, entry->which,
		      world->is_healed || scenario_is_faultless(world->scenario));
		break;
	case DUE_FAULT:
		trouble_begin(sim, entry->which);
		break;
	case DUE_FAULT_END:
		trouble_end(sim, entry->which);
		break;
	case DUE_CALM:
		become_calm(sim);
		break;
	case DUE_SETTLED:
		become_settled(sim);
		break;
	case DUE_LOOK:
		look(sim);
		break;
	case DUE_END:
		end(sim);
	}
}

static void check_limits(struct simulation *sim)
{
	struct world *world = &sim->world;

	if (sim->post.under_way > (uint64_t)CROWD * (world->count + 1))
		world_fail(world, "datagrams multiply: %" PRIu64 " are under way",
			   sim->post.under_way);
	if (world->is_out_of_memory)
		world_fail(world, "out of memory");
}

bool simulation_run(struct simulation *sim, uint64_t most)
{
	struct world *world = &sim->world;
	struct queue_entry entry;

	while (most-- > 0 && !sim->has_ended && queue_take(&sim->queue, &entry)) {
		world->now_ns = entry.at_ns;
		handle(sim, &entry);
		check_limits(sim);
		if (world_has_failed(world))
			sim->has_ended = true;
	}
	return !sim->has_ended;
}

bool simulation_run_all(struct simulation *sim)
{
	while (simulation_run(sim, UINT64_MAX))
		;
	return !world_has_failed(&sim->world);
}
