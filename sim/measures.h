/* How good a tree is on its network, in the terms of those who proposed such trees:
 *
 *   Narada  Chu, Rao, Zhang, "A case for end system multicast", SIGMETRICS 2000
 *   HMTP    Zhang, Jamin, Zhang, "Host multicast: a framework for delivering
 *           multicast to end users", INFOCOM 2002
 *
 * Members are the hosts that reach the root by way of their parents, and the root. Others (without
 * a parent, on an island, in a circle) count in no measure. Means over members leave out the root.
 */
#ifndef SIM_MEASURES_H
#define SIM_MEASURES_H

#include "topology.h"

enum { MEASURES_SPANNING_MAX = 10000 }; /* members, for the minimum spanning tree: O(n^2) */

/* A measure that was not taken is NAN: see measure_is_taken(). With the root alone there are no
 * means, percentiles and ratios either. */
struct measures {
	uint32_t members; /* with the root */

	/* Overlay hops from the root. */
	double depth_mean;
	uint32_t depth_max;

	/* Tree cost: the sum of the delays of all overlay edges (HMTP). As each edge's delay is the
	 * sum of those of the links it crosses, this is also Narada's "resource usage": the sum
	 * over links of delay times stress. */
	int64_t cost_ns;

	/* Tree cost over that of the minimum spanning tree of the complete graph of members, whose
	 * edges weigh the unicast delay: 1 is the cheapest overlay that any protocol could build,
	 * with no limit of children (HMTP). Not taken above MEASURES_SPANNING_MAX members. */
	double cost_to_spanning_tree;

	/* Tree cost over that of the unicast star, in which the root sends each member its own
	 * copy: the sum of the unicast delays from the root. Below 1 the tree saves. */
	double cost_to_star;

	/* Tree cost over the sum of the delays of the distinct links in the union of the routes
	 * from the root to each member: what multicast by routers would use, on a shortest-path
	 * tree. Narada's "normalized resource usage". Not taken where the network has no links
	 * (uniform). */
	double cost_to_router_tree;
	uint64_t router_tree_links; /* in that union; 0 if not taken */

	/* Delay from the root along the tree over the unicast delay from the root: Narada's
	 * "relative delay penalty", one for each member. The 90th percentile is by nearest rank. */
	double stretch_mean, stretch_p90, stretch_max;

	/* Link stress (Narada): copies of one payload that cross a link, both directions together,
	 * when each member gets it from its parent; over the links that at least one crosses,
	 * hosts' access links among them. Not taken where the network has no links. */
	double stress_mean;
	uint64_t stress_max;   /* 0 if not taken */
	uint64_t stress_links; /* that at least one copy crosses; 0 if not taken */
};

bool measure_is_taken(double measure);

/* Of the tree in which host h has the parent parent[h], or OVERLAY_NO_PARENT (overlay.h). count is
 * at most the number of hosts, root less than count; root's own entry is not looked at. False if
 * memory is short; *measures is then as it was. */
bool measures_take(const struct topology *topology, const uint32_t *parent, uint32_t count,
		   uint32_t root, struct measures *measures);

#endif
