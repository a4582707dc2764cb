/* The health of this host's multicast, whatever the group: the facts that the rungs look at, of
 * every interface, and what is wrong with them. */
#ifndef DOCTOR_HEALTH_H
#define DOCTOR_HEALTH_H

#include "finding.h"
#include "net/bridge.h"
#include "net/group_users.h"
#include "net/interface.h"
#include "net/kernel_counters.h"
#include "net/link.h"
#include "net/link_local.h"
#include "rung_route.h"

enum { HEALTH_UNKNOWN = -1, HEALTH_PROBLEMS_MAX = 64 };

struct health_interface {
	const struct interface *interface;
	const struct link *link;
	const struct link *master; /* the bridge, bond... of which it is a port; NULL: none */
	enum link_local_state link_local;
	unsigned igmp, mld; /* versions; 0: not told */
	int64_t rp_filter;  /* that applies: the greater of `all` and its own; HEALTH_UNKNOWN */
	size_t groups;      /* joined, of both families */
	struct bridge_view bridge;
};

/* A limit of the system: HEALTH_UNKNOWN where it does not tell. */
struct health_limits {
	int64_t igmp_max_memberships, igmp_max_msf, mld_max_msf, optmem_max, rmem_max, rmem_default;
};

struct health_problem {
	char about[IF_NAMESIZE]; /* "eth0", "route", "limits"... */
	struct finding finding;  /* RUNG_CAUSE: it is wrong; RUNG_NOTED: it should be known */
};

struct health {
	struct interfaces interfaces;
	struct links links;
	struct memberships memberships;
	struct group_users users;
	struct health_interface *list; /* those to be shown */
	size_t count;
	struct route_facts routes[2]; /* IPv4, IPv6: of a group for private use */
	struct kernel_counters counters[2];
	struct health_limits limits;
	int64_t most_groups;        /* that one socket has joined, of IPv4, */
	struct text most_groups_by; /* and whose it is */
	struct error no_capture;    /* code 0: this process may capture */
	struct text environment;    /* what is known of where it runs; may be empty */
	struct health_problem problems[HEALTH_PROBLEMS_MAX];
	size_t problem_count;
	size_t problems_left_out; /* more than there is room for */
};

/* Gathers, and leaves the problems to health_judge(); `wanted` are the interfaces to look at, none:
 * all. Free with health_done(), also after a failure. */
int health_read(struct health *health, const unsigned *wanted, size_t wanted_count,
		struct error *error);
void health_done(struct health *health);

/* Can groups of the family be heard and sent there? */
bool health_is_usable(const struct health_interface *one, int family);

#endif
