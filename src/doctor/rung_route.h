/* Rung 3: no route for the group, or one that leads out of the wrong interface. Programs that name
 * no interface both join and send where the route leads. */
#ifndef DOCTOR_RUNG_ROUTE_H
#define DOCTOR_RUNG_ROUTE_H

#include "finding.h"
#include "hostcast.h"
#include "net/link.h"

#include <net/if.h>

struct route_facts {
	union hostcast_address group;
	bool is_example;             /* it stands for all of its family */
	int status;                  /* of route_find() */
	char interface[IF_NAMESIZE]; /* where the route leads */
	enum link_purpose purpose;   /* of that one */
	bool is_data_there;          /* it comes in, or leaves from this host */
	char wanted[IF_NAMESIZE];    /* another one, which the user has chosen; "": none */
	bool is_wanted_in_use;       /* the group is joined or sent there, or data comes in */
	bool has_peer;
	bool is_switch;                   /* this host passes on what others send, and needs none */
	char data_interface[IF_NAMESIZE]; /* another one, where the group comes in; "": none */
	bool is_joined_on_data;           /* by a program, there */
	char usable[IF_NAMESIZE];         /* another one that could carry the group; "": none */
	char loopback[IF_NAMESIZE];       /* the name of that interface */
	bool is_used_beside;              /* programs have joined on another one than that of the
					     route, or send by it: they name it */
	bool need_not_hear;               /* this host only sends */
	char peer_at[IF_NAMESIZE];        /* another one, at which the peer is, which the group did
					     not reach; "": it did */
};

void judge_route(const struct route_facts *facts, struct finding *finding);

/* Adds the command that sets a route for the group's range to an interface. */
void route_add_command(struct text *text, const union hostcast_address *group,
		       const char *interface);

#endif
