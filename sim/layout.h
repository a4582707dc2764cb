/* Where a picture shows the nodes of a network, and which way an overlay edge takes between them.
 */
#ifndef SIM_LAYOUT_H
#define SIM_LAYOUT_H

#include "topology.h"

/* In pixels; y grows downwards. */
struct place {
	double x, y;
};

#define LAYOUT_SIZE 1160.0 /* all places are in a square of this size */

struct layout {
	const struct topology *topology; /* belongs to the caller */
	struct place *places;            /* of each node: routers, then hosts */
};

/* Where things are placed:
 *
 *   uniform        as the hosts stand in their square
 *   lan            hosts on a circle round the switch
 *   transit-stub   transit domains on a ring, the stub domains of each beyond it, hosts at their
 *                  routers
 *
 * False if memory is short. */
bool layout_init(struct layout *layout, const struct topology *topology);
void layout_done(struct layout *layout);

struct place layout_host(const struct layout *layout, uint32_t host);

/* The two control points of a Bezier curve from host to host. On a transit-stub network these are
 * the home transit routers of the two, so that what crosses the same part of it runs together:
 * Holten, "Hierarchical edge bundles", 2006. */
void layout_bend(const struct layout *layout, uint32_t from, uint32_t to, struct place bend[2]);

#endif
