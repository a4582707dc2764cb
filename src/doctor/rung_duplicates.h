/* Rung 15: datagrams come more than once, because two paths or relays carry them. */
#ifndef DOCTOR_RUNG_DUPLICATES_H
#define DOCTOR_RUNG_DUPLICATES_H

#include "peer_facts.h"

struct duplicates_facts {
	struct peer_facts peer;
	const struct interfaces *interfaces; /* of this host, for their names; NULL: none */
};

void judge_duplicates(const struct duplicates_facts *facts, struct finding *finding);

#endif
