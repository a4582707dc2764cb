/* The tree that hosts have built, as an array of parents, and who belongs to it. */
#ifndef SIM_OVERLAY_H
#define SIM_OVERLAY_H

#include <stdbool.h>
#include <stdint.h>

#define OVERLAY_NO_PARENT UINT32_MAX
#define OVERLAY_OUTSIDE   UINT32_MAX

struct overlay {
	const uint32_t *parent; /* belongs to the caller */
	uint32_t root;
	uint32_t *members; /* the root first, each after its parent */
	uint32_t member_count;
	uint32_t *depth; /* of each host; OVERLAY_OUTSIDE if it does not reach the root */
};

/* Host h has the parent parent[h]; root's own entry is not looked at. root is less than count.
 * False if memory is short. */
bool overlay_init(struct overlay *overlay, const uint32_t *parent, uint32_t count, uint32_t root);
void overlay_done(struct overlay *overlay);

#endif
