/* Who asks for memberships on a link: queriers (IGMP, MLD), as their queries tell. Pure. */
#ifndef TRAFFIC_QUERIERS_H
#define TRAFFIC_QUERIERS_H

#include "decode/packet.h"

enum { QUERIERS_MAX = 256, QUERIER_INTERVALS = 4 };

/* One of them; a link is an interface and a VLAN on it. */
struct querier {
	union hostcast_address
		address;           /* port 0; 0.0.0.0: a switch that has none (RFC 4541, 2.1.1) */
	unsigned interface;        /* as frames number them */
	uint32_t cooked_interface; /* of the device `any`, as its host numbers it; else 0 */
	uint16_t vlan;             /* the inner one; 0: none */
	bool is_mld;
	unsigned version;          /* of its last general query */
	uint64_t general;          /* queries for all groups, */
	uint64_t specific;         /* for one group, or for sources of one */
	int64_t first_ns, last_ns; /* when a query of any kind came, */
	int64_t last_general_ns;   /* when a general one did; 0: none did */
	int64_t asking_since_ns;   /* since when general ones come without a pause */
	int64_t told_interval_ns;  /* between general queries, as it says; 0: it does not */
	int64_t seen_interval_ns;  /* between its last two general ones; 0: there were not two */
	int64_t intervals_ns[QUERIER_INTERVALS]; /* the last of these, in any order; 0: no more */
	int64_t response_ns; /* within so long members answer, of its last general query */
	unsigned robustness; /* as it says; 0: it does not */
};

struct queriers {
	struct querier list[QUERIERS_MAX];
	size_t count;
	uint64_t forgotten; /* queries for which another querier had to make room */
};

/* Takes any packet. The querier that it is a query of; NULL: it is none, or its checksum is wrong.
 * Where the list is full, the one that was silent for longest makes room, and the new one has its
 * place in it: so who forges queriers hides a real one until it asks again, and no longer. */
const struct querier *queriers_take(struct queriers *queriers, const struct frame *frame,
				    const struct packet *packet);

/* Of the same protocol, too. */
bool queriers_share_link(const struct querier *a, const struct querier *b);

/* The one that asks now, as far as was seen: of those of this protocol on the link that were heard
 * within their patience, the one of the lowest address (RFC 3376 section 6.6.2; 0.0.0.0 does not
 * count unless it is alone). NULL: none. */
const struct querier *queriers_elected(const struct queriers *queriers, unsigned interface,
				       uint16_t vlan, bool is_mld, int64_t now_ns);

/* How long to wait for its next general query: as it says, else the longest of those that were seen
 * of late. At its start they come four times as fast (RFC 3376, 8.6): as long as only few were
 * seen, it is not known, and the default of 125 s (8.2) at the least. */
int64_t querier_interval_ns(const struct querier *querier);
bool querier_interval_is_known(const struct querier *querier);

/* So long after its last general query others take over (RFC 3376, 8.5). */
int64_t querier_patience_ns(const struct querier *querier);

/* When a membership ends that no report has confirmed since `report_ns`: after robustness times the
 * interval, and the time to respond (RFC 3376, 8.4), in which somebody has to have asked. */
int64_t querier_membership_ends_ns(const struct querier *querier, int64_t report_ns);

#endif
