/* Bridges of this host (Linux's own switches), and what snooping has taught them: to whom they
 * forward a group, until when, and who asks for memberships. By netlink. */
#ifndef NET_BRIDGE_H
#define NET_BRIDGE_H

#include "hostcast.h"

#include <net/if.h>

/* An interface that is a bridge or one of its ports, and a group as the bridge sees it there. */
struct bridge_view {
	bool is_there;   /* else the interface has to do with no bridge, or the system does not tell
			  */
	bool is_port;    /* the interface is a port; else the bridge itself */
	unsigned bridge; /* its index */
	char name[IF_NAMESIZE];
	bool is_snooping;
	bool is_querier; /* it asks itself, unless somebody else does */

	/* Somebody else who asks, of the group's family. */
	bool has_other_querier;
	union hostcast_address other_querier;
	int64_t other_left_ns; /* for so long the bridge counts on him without a query */

	int64_t query_interval_ns, membership_interval_ns;
	bool is_flooding_port; /* a port that gets groups which nobody is known to have joined */

	/* The group in the bridge's table, at this port or at the bridge itself. */
	bool has_entry;
	bool is_permanent;     /* the entry does not expire; */
	int64_t entry_left_ns; /* else when it does */
};

/* Returns 0 or -errno, -ENOSYS: built without libmnl; *view is filled in in any case. */
int bridge_view_read(unsigned interface, const union hostcast_address *group,
		     struct bridge_view *view);

/* Does the bridge forward by its table, because somebody asks? Without a querier it floods. */
static inline bool bridge_has_querier(const struct bridge_view *view)
{
	return view->is_querier || view->has_other_querier;
}

#endif
