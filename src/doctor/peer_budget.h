/* How many answers the listener gives in a second: so few that nobody can have it flood others, and
 * shared so that nobody can have them all. Pure. */
#ifndef DOCTOR_PEER_BUDGET_H
#define DOCTOR_PEER_BUDGET_H

#include "base/monotime.h"
#include "hostcast.h"

enum {
	PEER_ANSWERS_SERVED = 10, /* to the asker who is served, */
	PEER_ANSWERS_EACH = 10,   /* to one address of the others, */
	PEER_ANSWERS_OTHERS = 40, /* and to all of these */
};

struct peer_budget {
	struct monotime second; /* that the counts are of */
	unsigned served, others;
	struct peer_share {
		union hostcast_address asker;
		unsigned answers;
	} shares[PEER_ANSWERS_OTHERS]; /* of the others; as many as can be answered */
	size_t share_count;
};

/* May this asker be answered now? It counts as answered then. */
bool peer_budget_take(struct peer_budget *budget, const union hostcast_address *asker,
		      bool is_served, struct monotime now);

#endif
