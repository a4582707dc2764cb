/* What a stream of packets says of groups: who was a member from when to when, who sends, who asks.
 * Pure, but allocates. Everything is bounded; what there was no room for is counted. */
#ifndef TRAFFIC_GROUP_HISTORY_H
#define TRAFFIC_GROUP_HISTORY_H

#include "decode/packet.h"
#include "queriers.h"
#include "report_records.h"
#include "senders.h"
#include "source_filter.h"

enum {
	HISTORY_GROUPS_MAX = 1024,
	HISTORY_STAYS_MAX = 4096,
	HISTORY_GROUP_PLACES = 2 * HISTORY_GROUPS_MAX,
	HISTORY_STAY_PLACES = 2 * HISTORY_STAYS_MAX,
};

enum stay_begin {
	STAY_JOINED, /* a report that nobody had asked for */
	STAY_FOUND,  /* an answer to a query: since when it had been a member is not known */
	STAY_BEFORE, /* only its end was seen */
};

/* A membership of one host in one group, from its beginning to its end. Who joins again has another
 * one. */
struct member_stay {
	union hostcast_address host; /* that reported; port 0 */
	unsigned interface;          /* as frames number them */
	uint32_t cooked_interface;   /* of the device `any`, as its host numbers it; else 0 */
	uint16_t vlan;               /* 0: none */
	unsigned version;            /* of IGMP or MLD, of its last report */
	enum stay_begin begin;
	int64_t begin_ns; /* of STAY_BEFORE: when it ended */
	bool is_over;     /* it left: */
	int64_t end_ns;   /* then */
	uint64_t reports; /* that confirmed it, the first included */
	uint64_t changes; /* of what it wants to hear, while it was a member */

	struct source_filter wanted; /* what it wanted last; nothing, when it is over */

	/* Queries that it should have answered since its last report: how many, when the first of
	 * them came, and until when it had time. */
	uint64_t asked;
	int64_t asked_ns, due_ns;
};

struct history_group {
	union hostcast_address address; /* port 0 */
	struct member_stay *stays;      /* in the order in which they began */
	size_t stay_count, stay_room;
	size_t asked;             /* stays that did not answer yet */
	int64_t answers_until_ns; /* to the last query for this group alone, or sources of it */
};

struct stay_number {
	uint16_t group, stay; /* among the groups, and the stays of the group */
};

struct group_history {
	struct history_group *groups; /* in the order in which they were first seen */
	size_t group_count, group_room;
	hash_place group_places[HISTORY_GROUP_PLACES];
	size_t stay_count;                            /* of all groups */
	struct stay_number latest[HISTORY_STAYS_MAX]; /* stay of each host in each group */
	size_t latest_count;
	hash_place stay_places[HISTORY_STAY_PLACES]; /* in the latest ones */
	struct senders senders;
	struct queriers queriers;
	int64_t first_ns, last_ns;  /* of all packets */
	uint64_t packets;           /* that it took */
	uint64_t forgotten_packets; /* of groups, */
	uint64_t forgotten_reports; /* of members, */
	uint64_t forgotten_sources; /* and sources wanted, that there was no room for */
};

/* A new one is all zero. Packets come in the order of time. HOSTCAST_NO_MEMORY; else 0. */
int group_history_take(struct group_history *history, const struct frame *frame,
		       const struct packet *packet);
void group_history_done(struct group_history *history);

/* Is it a member that a query should have confirmed, and did not, though there was time for it? A
 * router forgets it soon, or has (RFC 3376 section 6.2.2, 6.4.2). */
bool stay_is_unconfirmed(const struct group_history *history, const struct member_stay *stay);

#endif
