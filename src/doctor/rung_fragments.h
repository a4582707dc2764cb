/* Rung 16: datagrams that are larger than the path's MTU do not arrive, because fragments are lost.
 */
#ifndef DOCTOR_RUNG_FRAGMENTS_H
#define DOCTOR_RUNG_FRAGMENTS_H

#include "peer_facts.h"

void judge_fragments(const struct peer_facts *facts, struct finding *finding);

#endif
