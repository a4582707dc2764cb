/* The facts of the rungs that compare this host with another one. */
#ifndef DOCTOR_PEER_FACTS_H
#define DOCTOR_PEER_FACTS_H

#include "case.h"
#include "finding.h"

struct peer_facts {
	union hostcast_address group;
	union hostcast_address source;         /* that the user asks for; family 0: any */
	const struct peer_results *peer;       /* NULL: there is none */
	const struct observation *observation; /* NULL: doctor has not listened */
};

struct peer_facts peer_facts_of(const struct doctor_case *c);

/* Were both ways tried to the end? If not, the finding says what is missing. */
bool peer_facts_are_complete(const struct peer_facts *facts, struct finding *finding);

/* "from here to 10.0.0.2", "from 10.0.0.2 to here", and of no single way (NULL) "between here and
 * 10.0.0.2, both ways,"; returns text. */
enum { PEER_WAY_TEXT_SIZE = HOSTCAST_TEXT_SIZE + 32 };
const char *peer_way_text(const struct peer_facts *facts, const struct one_way *way,
			  char text[PEER_WAY_TEXT_SIZE]);

/* Routers that a kind of probes has crossed, by the TTL that is left; -1: not known. */
int peer_routers(const struct peer_facts *facts, const struct one_way *way, enum probe_kind kind);

/* Judges the way there and the way back. */
typedef void peer_judge_fn(const struct peer_facts *facts, const struct one_way *way,
			   struct finding *finding);
void peer_judge_both(const struct peer_facts *facts, peer_judge_fn *judge, struct finding *finding);

#endif
