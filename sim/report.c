#include "report.h"

#include <stdlib.h>

_Static_assert(OVERLAY_NO_PARENT == NOBODY, "nobody has the same number everywhere");

uint32_t report_parents(const struct simulation *sim, uint32_t *parents)
{
	const struct world *world = &sim->world;
	uint32_t root = world_host(world, &world->rendezvous.root);

	for (uint32_t host = 0; host < world->count; host++)
		parents[host] = world->nodes[host].parent;
	return root < world->count && world->nodes[root].was_root ? root : NOBODY;
}

static bool measure_tree(const struct simulation *sim, struct report *report)
{
	uint32_t *parents = malloc(sim->world.count * sizeof *parents);
	uint32_t root;
	bool is_done = true;

	if (!parents)
		return false;
	root = report_parents(sim, parents);
	report->has_tree = root != NOBODY;
	if (report->has_tree)
		is_done = measures_take(sim->topology, parents, sim->world.count, root,
					&report->tree);
	free(parents);
	return is_done;
}

static void measure_control(const struct simulation *sim, struct report *report)
{
	const struct world *world = &sim->world;
	uint64_t most_messages = 0, most_bytes = 0;

	for (uint32_t host = 0; host < world->count; host++) {
		const struct node *node = &world->nodes[host];

		if (node->control_messages > most_messages)
			most_messages = node->control_messages;
		if (node->control_bytes > most_bytes)
			most_bytes = node->control_bytes;
	}
	report->messages_per_s = (double)sim->control_messages / world->count / report->seconds;
	report->bits_per_s = 8 * (double)sim->control_bytes / world->count / report->seconds;
	report->busiest_messages_per_s = (double)most_messages / report->seconds;
	report->busiest_bits_per_s = 8 * (double)most_bytes / report->seconds;
}

static uint32_t count_payloads(const struct accounts *accounts)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < accounts->count; i++)
		count += accounts->list[i].is_offered;
	return count;
}

bool report_make(const struct simulation *sim, struct report *report)
{
	const struct world *world = &sim->world;

	*report = (struct report){
		.members = world->count,
		.alive = world->alive,
		.attached = world->settled,
		.roots = world->roots,
		.payloads = count_payloads(&sim->accounts),
		.expected = accounts_expected(&sim->accounts),
		.delivered_once = accounts_delivered_once(&sim->accounts),
		.lost = accounts_lost(&sim->accounts),
		.duplicated = sim->accounts.repeats,
		.seconds = (double)(world->now_ns > 0 ? world->now_ns : 1) / (double)NS_PER_S,
		.rendezvous_messages = sim->rendezvous_messages,
	};
	measure_control(sim, report);
	return measure_tree(sim, report);
}
