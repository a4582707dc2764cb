/* The cheapest overlay tree that there is, to compare others with. */
#ifndef SIM_SPANNING_TREE_H
#define SIM_SPANNING_TREE_H

#include "topology.h"

/* The sum of the delays in the minimum spanning tree of the complete graph of these hosts, whose
 * edges weigh the unicast delay; -1 if memory is short. Takes time in proportion to count^2. */
int64_t spanning_tree_cost_ns(const struct topology *topology, const uint32_t *hosts,
			      uint32_t count);

#endif
