/* What a run has measured, when it is over. */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include "measures.h"
#include "overlay.h"
#include "simulation.h"

struct report {
	uint32_t members, alive, attached, roots;
	uint32_t payloads;
	uint64_t expected, delivered_once, lost, duplicated; /* payloads, each at each member */
	double seconds;                                      /* of simulated time */

	/* Of a member, sent and received; and of the busiest one. */
	double messages_per_s, bits_per_s, busiest_messages_per_s, busiest_bits_per_s;
	uint64_t rendezvous_messages; /* sent and received */

	bool has_tree; /* there is a root: what follows is of its tree */
	struct measures tree;
};

/* False if memory is short. */
bool report_make(const struct simulation *sim, struct report *report);

/* Each host's parent, for the picture: of world.count hosts. The root's number is returned, NOBODY
 * if there is none. */
uint32_t report_parents(const struct simulation *sim, uint32_t *parents);

#endif
