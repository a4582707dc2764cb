/* Rung 7: the program that has joined is bound to another address or port than the group's, so that
 * its socket never gets what the interface lets in. */
#ifndef DOCTOR_RUNG_BINDING_H
#define DOCTOR_RUNG_BINDING_H

#include "finding.h"
#include "hostcast.h"

enum { BOUND_MEMBERS_MAX = 16, MEMBER_TEXT_SIZE = 96 };

/* A process that has joined. */
struct bound_member {
	char who[MEMBER_TEXT_SIZE];   /* described, escaped */
	bool does_hear;               /* one of its sockets can get the group */
	union hostcast_address local; /* of the socket that does, else of one that has joined;
					 family 0: it is bound to no port */
};

struct binding_facts {
	union hostcast_address group; /* with its port */
	bool is_port_given;           /* else it is a guess */
	uint16_t data_port;     /* at which the group comes in, if at another one only; else 0 */
	bool is_data_of_others; /* what comes there is another application's */
	bool is_routing;        /* a daemon routes groups here */
	bool is_member_hidden;  /* some have joined whose sockets may not be looked at */
	struct bound_member members[BOUND_MEMBERS_MAX];
	size_t count;
};

void judge_binding(const struct binding_facts *facts, struct finding *finding);

#endif
