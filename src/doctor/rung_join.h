/* Rung 5: joining is refused, by a limit or for want of a right. doctor tries it itself; and a
 * program whose socket has as many groups, or sources, as the system allows will have been refused
 * another. */
#ifndef DOCTOR_RUNG_JOIN_H
#define DOCTOR_RUNG_JOIN_H

#include "finding.h"
#include "hostcast.h"

#include <net/if.h>

enum { NO_LIMIT_KNOWN = -1 };

struct join_facts {
	union hostcast_address group, source; /* source: family 0: any */
	int refusal;                          /* errno of doctor's own attempt; 0: it joined */
	char interface[IF_NAMESIZE];          /* where; "": it was not tried anywhere */
	int64_t group_limit;  /* groups that one socket may join; NO_LIMIT_KNOWN; IPv6 has none */
	int64_t source_limit; /* sources in one membership; NO_LIMIT_KNOWN */
	bool is_joined;       /* by a program, on an interface that is examined */

	/* Programs at the limit, described; "": none. */
	struct text full_of_groups;  /* bound to the group's port, and without this group */
	struct text full_of_sources; /* in this group, and without the source that is wanted, */
	bool is_wanted;              /* which another program here gets */
};

void judge_join(struct join_facts *facts, struct finding *finding);

#endif
