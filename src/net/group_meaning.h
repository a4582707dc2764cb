/* What a group address says of itself: its range, how far it reaches, what is written inside of it,
 * and which RFC says so. Pure: asks nothing of this host. */
#ifndef NET_GROUP_MEANING_H
#define NET_GROUP_MEANING_H

#include "hostcast.h"

struct group_meaning {
	char range[40];    /* "224.0.0.0/24", "ff02::/16" */
	const char *title; /* "local network control" */
	const char *scope; /* how far it reaches: "link-local", "global" */
	const char *rfc;   /* where that is laid down: "RFC 5771" */
	const char
		*explanation; /* what it means to who wants to use it; "" if the rest says it all */
	char detail[160]; /* what is written inside: "AS 64496", "prefix 2001:db8::/32"; or "" */
	char flags[4];    /* of IPv6: some of "XRPT", those that are set */
	const char *name; /* of group_name(), or NULL */

	/* What is written inside, in parts; family 0 or -1 where there is none. */
	int64_t as_number;             /* GLOP */
	union hostcast_address prefix; /* unicast-prefix-based and embedded rendezvous point */
	unsigned prefix_length;
	union hostcast_address rp; /* embedded rendezvous point */
};

/* group must be a multicast address. */
void group_meaning_of(const union hostcast_address *group, struct group_meaning *meaning);

#endif
