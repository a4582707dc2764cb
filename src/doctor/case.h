/* The case that doctor examines: a group, on this host, perhaps with a peer; and what was gathered
 * for more than one rung. */
#ifndef DOCTOR_CASE_H
#define DOCTOR_CASE_H

#include "base/error.h"
#include "finding.h"
#include "net/group_users.h"
#include "net/interface.h"
#include "net/link.h"
#include "net/route.h"
#include "net/udp_sockets.h"
#include "observation.h"
#include "peer_results.h"

enum { CASE_INTERFACES_MAX = 64 };

/* What is asked. */
struct case_question {
	union hostcast_address group;  /* with its port */
	union hostcast_address source; /* of a source-specific group; family 0: any */
	bool is_port_given;            /* else that of a program here which has joined is taken */
	bool is_sender; /* this host only sends: that nobody here has joined is no cause */
	bool has_peer;  /* doctor asks one: the path is of interest, whoever has joined here */
	const unsigned *interfaces; /* that the user has named; at most CASE_INTERFACES_MAX */
	size_t interface_count;
};

struct doctor_case {
	union hostcast_address group;
	union hostcast_address source;
	bool is_port_given; /* else the port is a guess, and rungs about ports only note */
	bool is_sender;
	bool has_peer; /* one was named; what it found is in `peer` once it has answered */

	struct interfaces interfaces; /* all of this host */
	struct links links;

	/* To the group, for programs that name no interface: 0, or the -errno of route_find(). */
	int route_status;
	struct route route;

	/* The interfaces that are examined: those given with -i; else the one that the routing
	 * table chooses for the group, or those on which it is joined, if it is not there and this
	 * host does not only send; count 0: there is none, which is for rung 3 to tell. */
	unsigned chosen[CASE_INTERFACES_MAX];
	size_t chosen_count;
	bool are_chosen_by_user, are_chosen_by_route;
	bool is_switch; /* this host has no address and joins nothing, but has bridges, which are
			   the chosen ones: it passes on what others send. Doctor does not join
			   there either */

	/* Where doctor listens: the chosen ones that can, and unless the user has chosen all others
	 * that can, because data may come in where nobody expects it. Ports of bridges and bonds
	 * only if they are chosen, the loopback interface also where programs have joined there
	 * alone. */
	unsigned listened[CASE_INTERFACES_MAX];
	size_t listened_count;

	/* As it was before doctor itself joined the group; once it has listened, as it is after
	 * that: programs start meanwhile. */
	struct memberships memberships; /* of the group's family, all groups */
	struct group_users users;
	struct udp_sockets sockets;        /* all */
	struct udp_sockets sockets_before; /* as they were before; none if there was no after */

	/* What came by while doctor listened: on the wire, at a socket of its own; NULL: it has not
	 * listened. */
	const struct observation *observation;

	/* What a peer and this host found out together; NULL: there is no peer. */
	const struct peer_results *peer;
};

/* Gathers all but observation and peer, which the caller sets when it has them. Errors are the
 * system's. Free with case_done(), also after a failure. */
int case_open(struct doctor_case *c, const struct case_question *question, struct error *error);
void case_done(struct doctor_case *c);

/* Who has joined, and where programs are bound, once more. Doctor itself has left the group. After
 * an error all is as it was. */
int case_look_again(struct doctor_case *c, struct error *error);

/* The name of an interface, "?" if it is gone; valid as long as the case. */
const char *case_interface_name(const struct doctor_case *c, unsigned index);

/* The loopback interface's; "": there is none. */
const char *case_loopback_name(const struct doctor_case *c);

/* Examines each of the chosen interfaces on which doctor has listened. */
typedef void case_examine_fn(const struct doctor_case *c, const struct seen_interface *seen,
			     struct finding *finding);
void case_examine_chosen(const struct doctor_case *c, case_examine_fn *examine,
			 struct finding *finding);

bool case_is_chosen(const struct doctor_case *c, unsigned interface);

/* Is the group expected on this interface: is it chosen, or has a program joined there? Elsewhere
 * doctor only learns where the group comes in; that it does not reach a socket there, or comes
 * there too, is no fault. */
bool case_is_expected(const struct doctor_case *c, unsigned interface);

/* The VRF of this interface, if sockets outside of it, as this process's are, get nothing that
 * comes in there; NULL: there is none, or they do. */
const char *case_foreign_vrf(const struct doctor_case *c, unsigned interface);

/* The sockets that have joined the group on this interface, as far as they are visible; NULL: none.
 */
const struct group_user *case_users(const struct doctor_case *c, unsigned interface, size_t *count);

/* Has a program (not the kernel) joined the group on this interface? Also true where it is not
 * visible to us. */
bool case_is_joined(const struct doctor_case *c, unsigned interface);

/* The same, on any but this one (0: no exception), and not only on loopback, where programs join
 * that name no interface and find no route, unless it is chosen. */
bool case_is_joined_beside(const struct doctor_case *c, unsigned except);

/* Would a program here be given what this source sends? One that could not be asked is taken to. */
bool case_is_wanted(const struct doctor_case *c, const union hostcast_address *source);

/* Can a socket that is bound to this address get the group's datagrams? The port is not looked at.
 */
bool case_reaches(const union hostcast_address *local, const union hostcast_address *group);

/* Datagrams of the group and port from other hosts that were seen on an interface (0: on any), on
 * the wire or at the socket; 0 without an observation. */
uint64_t case_data_seen(const struct doctor_case *c, unsigned interface);

/* The interface on which most of them came in; 0: none came. */
unsigned case_data_interface(const struct doctor_case *c);

/* Was data of the group seen that this host itself sends, on this interface (0: on any)? */
bool case_is_sending(const struct doctor_case *c, unsigned interface);

/* Need it hear nothing of the group? The user says so, or it sends and nobody here has joined. */
bool case_only_sends(const struct doctor_case *c);

/* An interface may be examined only because the route leads there, into a VPN or among containers,
 * though another one could carry the group: then what it lacks is no cause, and only noted. That
 * the route leads there may be one, which rung 3 judges. */
void case_excuse_detour(const struct doctor_case *c, unsigned interface, struct finding *finding);

/* An interface that could carry the group, other than this one: neither loopback nor a port, a
 * tunnel or a container's; 0: there is none. */
unsigned case_usable_interface(const struct doctor_case *c, unsigned except);

#endif
