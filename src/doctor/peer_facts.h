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
	bool is_sender;            /* this host only sends: what comes back is nobody's concern */
	char left_by[IF_NAMESIZE]; /* by this one the group's probes left, though the peer's own
				      network is at another one, */
	char at[IF_NAMESIZE];      /* this; "": it is not so */
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

/* Did the group's probes leave where the peer is not, and not arrive? */
bool peer_is_missed(const struct peer_facts *facts, const struct one_way *way);

/* Judges the way there and the way back, which is only noted where this host only sends. */
typedef void peer_judge_fn(const struct peer_facts *facts, const struct one_way *way,
			   struct finding *finding);
void peer_judge_both(const struct peer_facts *facts, peer_judge_fn *judge, struct finding *finding);

#endif
