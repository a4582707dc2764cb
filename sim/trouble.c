#include "trouble.h"

#include "steps.h"

static uint32_t find_root(const struct world *world)
{
	for (uint32_t host = 0; host < world->count; host++)
		if (world->nodes[host].was_root)
			return host;
	return NOBODY;
}

/* Everybody below somebody who has just stopped gets no payload for a while. */
static void bereave(struct world *world, uint32_t host)
{
	const struct children *children = &world->nodes[host].member.children;

	for (size_t i = 0; i < children->count; i++) {
		uint32_t child = world_host(world, &children->list[i].address);
		struct node *node = child < world->count ? &world->nodes[child] : NULL;

		if (!node || node->parent != host || node->bereft_ns != NEVER_NS)
			continue; /* the last: it was below somebody else who stopped, or a circle
				   */
		node->bereft_ns = world->now_ns;
		bereave(world, child);
	}
}

static void crash(struct simulation *sim, uint32_t host)
{
	if (!sim->world.nodes[host].is_alive)
		return;
	bereave(&sim->world, host);
	step_stop(sim, host);
}

/* The same members when it begins and when it ends. */
static void storm(struct simulation *sim, size_t fault, void (*act)(struct simulation *, uint32_t))
{
	const struct fault *f = &sim->world.scenario->faults.list[fault];
	struct random random = scenario_random(sim->world.scenario->seed, PURPOSE_FAULTS);

	random.state += (uint64_t)f->at_ns;
	for (uint32_t i = 0; i < f->who; i++)
		act(sim, (uint32_t)random_below(&random, sim->world.count));
}

static void set_apart(struct simulation *sim, size_t fault, bool is_alone, uint32_t who)
{
	struct world *world = &sim->world;
	const struct barrier barrier = {fault, is_alone, who};

	world_note(world, is_alone ? DEED_CUT_OFF : DEED_PARTED, is_alone ? who : NOBODY, NOBODY);
	if (!post_set_apart(&sim->post, &barrier))
		world->is_out_of_memory = true;
}

/* Whom it hits: the root may be another one when it ends. */
static uint32_t choose(struct simulation *sim, size_t fault)
{
	const struct fault *f = &sim->world.scenario->faults.list[fault];
	uint32_t who = f->who;

	if (who == WHO_ROOT)
		who = find_root(&sim->world);
	sim->victims[fault] = who;
	return who;
}

void trouble_begin(struct simulation *sim, size_t fault)
{
	uint32_t who = choose(sim, fault);

	sim->world.disturbed_ns = sim->world.now_ns;
	if (who == NOBODY) /* there is no root */
		return;
	switch (sim->world.scenario->faults.list[fault].kind) {
	case FAULT_CRASH:
	case FAULT_RESTART:
		crash(sim, who);
		break;
	case FAULT_PAUSE:
		step_pause(sim, who);
		break;
	case FAULT_LEAVE:
		step_leave(sim, who);
		break;
	case FAULT_CUT:
		set_apart(sim, fault, true, who);
		break;
	case FAULT_PARTITION:
		set_apart(sim, fault, false, who);
		break;
	case FAULT_RDV:
		step_stop_rendezvous(sim);
		break;
	case FAULT_STORM:
		storm(sim, fault, crash);
		break;
	case FAULT_KINDS:
		break;
	}
}

void trouble_end(struct simulation *sim, size_t fault)
{
	struct world *world = &sim->world;
	uint32_t who = sim->victims[fault];

	world->disturbed_ns = world->now_ns;
	if (who == NOBODY)
		return;
	switch (world->scenario->faults.list[fault].kind) {
	case FAULT_RESTART:
	case FAULT_LEAVE:
		step_begin(sim, who);
		break;
	case FAULT_PAUSE:
		step_resume(sim, who);
		break;
	case FAULT_CUT:
		world_note(world, DEED_REACHED, who, NOBODY);
		post_reunite(&sim->post, fault);
		break;
	case FAULT_PARTITION:
		world_note(world, DEED_WHOLE, NOBODY, NOBODY);
		post_reunite(&sim->post, fault);
		break;
	case FAULT_RDV:
		step_begin_rendezvous(sim);
		break;
	case FAULT_STORM:
		storm(sim, fault, step_begin);
		break;
	case FAULT_CRASH:
	case FAULT_KINDS:
		break;
	}
}
