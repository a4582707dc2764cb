/* Rung 14: unicast passes, multicast does not: the network between two hosts does not carry it. */
#ifndef DOCTOR_RUNG_NETWORK_H
#define DOCTOR_RUNG_NETWORK_H

#include "peer_facts.h"

/* `environment` is what environment_explain() says; "": nothing. */
void judge_network(const struct peer_facts *facts, const char *environment,
		   struct finding *finding);

#endif
