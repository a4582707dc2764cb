/* Rung 6: nobody on this host has joined the group, or on another interface only, or not for the
 * source that sends. */
#ifndef DOCTOR_RUNG_MEMBERSHIP_H
#define DOCTOR_RUNG_MEMBERSHIP_H

#include "finding.h"
#include "hostcast.h"

#include <net/if.h>

/* Texts are descriptions, escaped; empty where there is nothing of the kind. */
struct membership_facts {
	union hostcast_address group;  /* with its port */
	union hostcast_address source; /* that the user asks for; family 0: any */
	char examined[IF_NAMESIZE];    /* the interface that is examined, the first of several; "":
					  none */
	bool is_examined_named;        /* by the user, with -i */
	struct text members;           /* programs that have joined there */
	bool is_joined;                /* there, also by programs that are not visible */
	char elsewhere[IF_NAMESIZE];   /* else another one where the group is joined; "": none */
	bool is_elsewhere_loopback;
	bool is_sending_elsewhere; /* this host sends there, too */
	struct text members_elsewhere;
	struct text bound;                /* programs bound to the port that have joined nowhere */
	char data_interface[IF_NAMESIZE]; /* where the group comes in; "": it was not seen */
	bool is_data_joined;              /* the group is joined on one where it comes in */
	union hostcast_address unwanted;  /* the source that is asked for, or the only ones that
					     send,  and no member wants it; family 0: none */
	char loopback[IF_NAMESIZE];       /* the name of that interface */
	bool is_of_kernel;                /* the kernel itself has joined */
	bool is_sender;                   /* the user says that this host only sends */
	bool is_sending;                  /* it was seen to */
	bool has_peer;
	bool is_switch; /* this host passes on what others send */
};

void judge_membership(struct membership_facts *facts, struct finding *finding);
void membership_facts_done(struct membership_facts *facts);

#endif
