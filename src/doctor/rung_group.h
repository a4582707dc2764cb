/* Rung 4: a group that cannot be used, or only in a way of its own: reserved, of a scope that never
 * leaves the host, source-specific. */
#ifndef DOCTOR_RUNG_GROUP_H
#define DOCTOR_RUNG_GROUP_H

#include "finding.h"
#include "hostcast.h"

struct group_facts {
	union hostcast_address group;
	union hostcast_address source; /* that the user has named; family 0: any */
	bool is_loopback_meant;        /* the loopback interface alone is examined */
	bool is_interface_named;       /* with -i, or as the zone */
	bool does_arrive;              /* data of the group came to doctor's socket */
	bool need_not_hear;            /* this host only sends */
	bool are_sources_named;        /* by all programs here that have joined; there is one */
};

void judge_group(const struct group_facts *facts, struct finding *finding);

#endif
