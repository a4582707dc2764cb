/* Rung 11: the TTL is too small for the path. */
#ifndef DOCTOR_RUNG_TTL_H
#define DOCTOR_RUNG_TTL_H

#include "peer_facts.h"

void judge_ttl(const struct peer_facts *facts, struct finding *finding);

#endif
