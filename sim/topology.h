/* The simulated networks: where hosts stand, how long a datagram takes from one to another, and
 * over which links it goes. The same kind, number of hosts and seed give the same network
 * everywhere. */
#ifndef SIM_TOPOLOGY_H
#define SIM_TOPOLOGY_H

#include "topology_link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum topology_kind {
	/* Hosts at random points of a square; the delay is 1 ms and up to 50 ms more, from corner
	 * to corner, in proportion to the distance. There are no routers and no links. */
	TOPOLOGY_UNIFORM,
	/* One switch; each host has a link of 0.05 ms to it, 0.1 ms from host to host. */
	TOPOLOGY_LAN,
	/* 10,100 routers in transit and stub domains, hosts on random stub routers
	   (transit_stub.h). */
	TOPOLOGY_TRANSIT_STUB,
	TOPOLOGY_KINDS
};

enum { TOPOLOGY_HOSTS_MAX = 16 * 1024 * 1024 };

struct topology;

/* "uniform", "lan", "transit-stub". */
const char *topology_kind_name(enum topology_kind kind);

/* NULL if memory is short. At most TOPOLOGY_HOSTS_MAX hosts. */
struct topology *topology_new(enum topology_kind kind, uint32_t host_count, uint64_t seed);
void topology_free(struct topology *topology);

enum topology_kind topology_kind(const struct topology *topology);
uint32_t topology_host_count(const struct topology *topology);

/* From host to host, the same both ways; 0 from a host to itself, else more than that. */
int64_t topology_delay_ns(const struct topology *topology, uint32_t host_a, uint32_t host_b);

/* The links of the route from host to host, in this order, the same ones the other way; their
 * delays add up to topology_delay_ns(). Returns how many there are: 0 from a host to itself, and
 * always in a network without links. */
size_t topology_route(const struct topology *topology, uint32_t host_a, uint32_t host_b,
		      uint32_t links[static TOPOLOGY_ROUTE_MAX]);

/* The graph itself, as links. */
uint32_t topology_router_count(const struct topology *topology);
uint32_t topology_link_count(const struct topology *topology); /* 0 for uniform */
struct topology_link topology_link(const struct topology *topology, uint32_t link);

/* Where host stands in the square of a uniform network: each from 0 to TOPOLOGY_SQUARE_NS, a
 * distance being the delay that it stands for. */
struct topology_point {
	int64_t x_ns, y_ns;
};

#define TOPOLOGY_SQUARE_NS INT64_C(35355339) /* 50 ms from corner to corner */

struct topology_point topology_point(const struct topology *topology, uint32_t host);

/* The router that host is attached to: a node number. Not in a uniform network. */
uint32_t topology_router_of(const struct topology *topology, uint32_t host);

#endif
