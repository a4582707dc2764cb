/* What two hosts found out together: `doctor --listen` on one, `doctor --peer` on the other. Each
 * sends probes by unicast and to the group, of several TTLs and sizes, and both count what arrived.
 */
#ifndef DOCTOR_PEER_RESULTS_H
#define DOCTOR_PEER_RESULTS_H

#include "base/mac.h"
#include "finding.h"
#include "hostcast.h"

#include <net/if.h>

/* Probes are of these kinds; the names are those in messages and in --json. */
#define PROBE_KIND_LIST(X)                                                                        \
	X(PROBE_UNICAST, "unicast")             /* to the other host, TTL PROBE_TTL */            \
	X(PROBE_GROUP_NEAR, "group_ttl_1")      /* to the group with TTL 1, */                    \
	X(PROBE_GROUP_CHOSEN, "group_ttl_user") /* with the TTL that the user has chosen, */      \
	X(PROBE_GROUP, "group")                 /* and with one that reaches as far as unicast */ \
	X(PROBE_UNICAST_LARGE, "unicast_large") /* larger than the MTU: in fragments */           \
	X(PROBE_GROUP_LARGE, "group_large")

enum probe_kind {
#define PROBE_KIND_VALUE(kind, name) kind,
	PROBE_KIND_LIST(PROBE_KIND_VALUE)
#undef PROBE_KIND_VALUE
		PROBE_KINDS
};

enum {
	PROBES_EACH = 10,     /* probes of a kind, each way */
	PROBE_TTL = 64,       /* of those that are to get as far as anything does */
	PEER_TEXT_SIZE = 160, /* of the sentences that one host tells the other */
};

struct probe_count {
	unsigned sent;
	unsigned arrived;             /* different ones */
	unsigned repeated;            /* copies, beyond the first of each */
	unsigned ttl_least, ttl_most; /* on arrival; 0: none arrived, or not known */
};

/* One of the ways by which the group's datagrams came: two of them make duplicates. */
struct probe_path {
	union hostcast_address source; /* with its port; family 0: there is no such path */
	char interface[IF_NAMESIZE];   /* by which it came in, at the host that received it */
	unsigned ttl;                  /* on arrival */
	uint8_t mac[MAC_SIZE];         /* who put it on that link; all 0: not known */
};

enum { PROBE_PATHS = 2 }; /* that are told; copies by further ones only count */

/* Probes one way. The two errors are what a stranger says. */
struct one_way {
	/* The receiver captures: what was on its wire and did not reach its socket is in `paths`.
	 */
	bool is_wire_seen;
	struct probe_count counts[PROBE_KINDS];
	struct probe_path paths[PROBE_PATHS]; /* of probes to the group */
	unsigned mtu; /* of the interface by which the group's left; 0: not known */
	char send_error[PEER_TEXT_SIZE]; /* why the group's could not be sent; "": they could */
	char join_error[PEER_TEXT_SIZE]; /* why the receiver could not join; "": it did */
};

/* What the listener's own rungs say, of those that take no other host. */
enum { PEER_RUNGS = 17 };
struct peer_ladder {
	bool is_told[PEER_RUNGS + 1]; /* by number */
	enum rung_state states[PEER_RUNGS + 1];
	char cause[PEER_TEXT_SIZE]; /* what a stranger says of the first that is one; "": none */
};

struct peer_results {
	union hostcast_address peer; /* with its port */
	bool is_answering;
	bool is_complete;                /* both ways were tried to the end */
	char peer_error[PEER_TEXT_SIZE]; /* why not; safe for a terminal */
	struct one_way to_peer, from_peer;
	unsigned user_ttl;
	bool is_ttl_given;         /* by the user; else it is that of programs which choose none */
	unsigned large_size;       /* bytes of a large probe */
	struct peer_ladder ladder; /* of the peer */
};

/* "unicast" */
const char *probe_kind_name(enum probe_kind kind);

/* The TTL that probes of a kind leave with. */
unsigned probe_ttl(enum probe_kind kind, unsigned user_ttl);

bool probe_is_large(enum probe_kind kind);
bool probe_is_to_group(enum probe_kind kind);

#endif
