#include "spanning_tree.h"

#include <stdlib.h>

/* A host that the tree has not reached yet, and how near it has come. */
struct candidate {
	uint32_t host;
	int64_t delay_ns;
};

/* Brings the delays up to date after `added` has joined the tree; returns the index of the nearest
 * candidate. */
static uint32_t update(const struct topology *topology, struct candidate *candidates,
		       uint32_t count, uint32_t added)
{
	uint32_t nearest = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct candidate *one = &candidates[i];
		int64_t delay_ns = topology_delay_ns(topology, added, one->host);

		if (delay_ns < one->delay_ns)
			one->delay_ns = delay_ns;
		if (one->delay_ns < candidates[nearest].delay_ns)
			nearest = i;
	}
	return nearest;
}

/* Prim's algorithm, in its form for dense graphs. */
int64_t spanning_tree_cost_ns(const struct topology *topology, const uint32_t *hosts,
			      uint32_t count)
{
	struct candidate *candidates = calloc(count, sizeof *candidates);
	uint32_t left = count - 1, added = hosts[0];
	int64_t cost_ns = 0;

	if (!candidates)
		return -1;
	for (uint32_t i = 0; i < left; i++)
		candidates[i] = (struct candidate){hosts[i + 1], INT64_MAX};
	while (left > 0) {
		uint32_t nearest = update(topology, candidates, left, added);

		cost_ns += candidates[nearest].delay_ns;
		added = candidates[nearest].host;
		candidates[nearest] = candidates[--left];
	}
	free(candidates);
	return cost_ns;
}
