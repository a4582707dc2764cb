/* A tree drawn on its network, as one SVG file that needs nothing else. */
#ifndef SIM_PICTURE_H
#define SIM_PICTURE_H

#include "base/text.h"
#include "topology.h"

/* Adds the picture of the tree in which host h has the parent parent[h], or UINT32_MAX; as for
 * measures_take(). Hosts that do not reach the root are drawn hollow. Legible up to some 2,000
 * members. False if memory is short. */
bool picture_draw(struct text *out, const struct topology *topology, const uint32_t *parent,
		  uint32_t count, uint32_t root);

#endif
