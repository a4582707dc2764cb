/* A link of a network. Nodes are numbered: first the routers (or the switch), then the hosts, so
 * that host h is node topology_router_count() + h. */
#ifndef SIM_TOPOLOGY_LINK_H
#define SIM_TOPOLOGY_LINK_H

#include <stdint.h>

enum { TOPOLOGY_ROUTE_MAX = 128 }; /* links of one route, at the most */

struct topology_link {
	uint32_t node_a, node_b;
	uint32_t delay_ns;
};

#endif
