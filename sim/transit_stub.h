/* Routers after GT-ITM's transit-stub model: Zegura, Calvert and Bhattacharjee, "How to model an
 * internetwork", INFOCOM 1996. In a size that overlay multicast is often studied on: 10,100
 * routers, mean degree 4.
 *
 *   transit domains    10 of 10 routers; two routers of one are joined with probability 0.6, two
 *                      domains with probability 0.5, by one link between random routers
 *   stub domains       10 at each transit router, 1,000 in all, of 10 routers; two routers of one
 *                      are joined with probability 0.415
 *   stub to transit    one link from a random router of each stub domain to its transit router;
 *                      from one domain in ten a second one, to any other transit router
 *   stub to stub       no links
 *
 * As in GT-ITM, what is not connected is drawn again, and routes are those of the hierarchy: what
 * stays within a stub domain does not leave it, and a stub domain carries nothing for others. Other
 * than that a route is the one with the least delay. Delays are uniform in these ranges, our choice
 * in the orders of magnitude that are usual:
 *
 *   between transit domains     20 to 60 ms
 *   within a transit domain      5 to 20 ms
 *   stub to transit              2 to 10 ms
 *   within a stub domain         1 to  5 ms
 *   host to stub router        0.2 to  2 ms
 */
#ifndef SIM_TRANSIT_STUB_H
#define SIM_TRANSIT_STUB_H

#include "base/random.h"
#include "topology_link.h"

#include <stddef.h>

enum {
	TRANSIT_DOMAINS = 10,
	TRANSIT_DOMAIN_SIZE = 10,
	TRANSIT_ROUTERS = TRANSIT_DOMAINS * TRANSIT_DOMAIN_SIZE,
	STUBS_EACH = 10, /* stub domains of one transit router */
	STUB_DOMAINS = TRANSIT_ROUTERS * STUBS_EACH,
	STUB_SIZE = 10,
	STUB_ROUTERS = STUB_DOMAINS * STUB_SIZE,
};

/* Transit routers are numbered first, domain by domain; then stub routers, domain by domain, in the
 * order of their transit routers: stub domain s belongs to transit router s / STUBS_EACH. */
enum { TRANSIT_STUB_ROUTERS = TRANSIT_ROUTERS + STUB_ROUTERS };

struct transit_stub;

/* NULL if memory is short. */
struct transit_stub *transit_stub_new(uint64_t seed);
void transit_stub_free(struct transit_stub *network);

uint32_t transit_stub_link_count(const struct transit_stub *network);
struct topology_link transit_stub_link(const struct transit_stub *network, uint32_t link);

/* Both must be stub routers. */
int64_t transit_stub_delay_ns(const struct transit_stub *network, uint32_t router_a,
			      uint32_t router_b);
size_t transit_stub_route(const struct transit_stub *network, uint32_t router_a, uint32_t router_b,
			  uint32_t links[static TOPOLOGY_ROUTE_MAX]);

/* Of a host's own link. */
uint32_t transit_stub_access_delay_ns(struct random *random);

#endif
