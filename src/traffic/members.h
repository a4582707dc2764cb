/* Who is a member of which group now, on each link, as the reports tell (IGMP, MLD). Pure. */
#ifndef TRAFFIC_MEMBERS_H
#define TRAFFIC_MEMBERS_H

#include "queriers.h"
#include "source_filter.h"

enum { MEMBERS_MAX = 2048 };

/* Leaves are said more than once (RFC 3376 section 8.11); those within so long are one. */
#define MEMBER_LEFT_NS (10 * INT64_C(1000000000))

/* A host that reports a group. */
struct member {
	union hostcast_address group, address; /* port 0; 0.0.0.0: a host that has no address yet */
	unsigned interface;                    /* as frames number them */
	uint16_t vlan;
	bool is_mld;
	unsigned version;            /* of its last report */
	bool has_left;               /* remembered for MEMBER_LEFT_NS only */
	struct source_filter wanted; /* nothing, when it has left */
	int64_t first_ns, last_ns;   /* since when, and when it said so last */
};

struct members {
	/* Does this group concern the caller? NULL: all do. Others take no room, since one report
	 * can name nearly two hundred groups. */
	bool (*is_wanted)(const void *context, const union hostcast_address *group);
	const void *wanted_context;
	struct member list[MEMBERS_MAX]; /* without gaps, in no order: it stands in places[] */
	uint16_t places[MEMBERS_MAX];
	size_t count;
	int64_t room_ns;    /* when room was looked for last; 0: it was not */
	uint64_t forgotten; /* members and sources that there was no room for, each time they came
			     */
};

/* The members in order: group, interface, VLAN, address. */
static inline const struct member *members_at(const struct members *members, size_t place)
{
	return &members->list[members->places[place]];
}

enum member_change { MEMBER_JOINED, MEMBER_LEFT, MEMBER_EXPIRED };

/* The member is valid during the call. */
typedef void member_changed_fn(void *context, enum member_change change,
			       const struct member *member);

/* Takes any packet. */
void members_take(struct members *members, const struct frame *frame, const struct packet *packet,
		  member_changed_fn *function, void *context);

/* When the routers will forget this membership, if it is not reported again; 0: nobody asks, or it
 * asks itself (its own answer to that may never leave it), so that it does not end. Of IGMPv1, v2
 * and MLDv1 one member answers for all. */
int64_t member_ends_ns(const struct members *members, const struct member *member,
		       const struct queriers *queriers, int64_t now_ns);

/* Time has passed: those whose time is over are no members any more. Who had no address (0.0.0.0,
 * RFC 3376 section 4.2.13) is not told of then: it may go on under one. */
void members_tick(struct members *members, const struct queriers *queriers, int64_t now_ns,
		  member_changed_fn *function, void *context);

#endif
