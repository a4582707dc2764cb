/* A list of memberships, and of what the network cards let in: filled by its readers, then looked
 * things up in. */
#ifndef NET_MEMBERSHIP_LIST_H
#define NET_MEMBERSHIP_LIST_H

#include "hostcast.h"
#include "mac.h"

enum { USERS_UNKNOWN = -1 };

/* A source that some socket named when it joined, or blocked. */
struct membership_source {
	union hostcast_address address;
	unsigned include, exclude; /* how many sockets want it, and do not want it */
};

struct membership {
	unsigned interface;
	union hostcast_address group; /* port 0, no zone: the interface tells */
	long users; /* sockets that joined, and the kernel itself; USERS_UNKNOWN */
	struct membership_source *sources;
	size_t source_count;
};

/* An Ethernet address that an interface lets in besides its own. */
struct mac_filter {
	unsigned interface;
	uint8_t mac[MAC_SIZE];
};

struct memberships {
	struct membership *list; /* by interface, IPv4 before IPv6, by group */
	size_t count, room;
	struct mac_filter *filters; /* in order */
	size_t filter_count, filter_room;
	bool is_from_netlink[2]; /* IPv4, IPv6; else from /proc */
	bool has_filters;        /* /proc/net/dev_mcast could be read */
};

void memberships_done(struct memberships *memberships);

/* NULL: not joined. */
const struct membership *memberships_find(const struct memberships *memberships, unsigned interface,
					  const union hostcast_address *group);

/* Does the interface let in this Ethernet address? */
bool memberships_let_in(const struct memberships *memberships, unsigned interface,
			const uint8_t mac[static MAC_SIZE]);

/* One comes, or goes; the list is and stays in order. What is there already, or is not there, is no
 * matter. False: out of memory. */
bool memberships_insert(struct memberships *memberships, unsigned interface,
			const union hostcast_address *group, long users);
void memberships_remove(struct memberships *memberships, unsigned interface,
			const union hostcast_address *group);

/* Forgets all but those that the function wants. */
typedef bool membership_wanted_fn(void *context, const struct membership *membership);
void memberships_keep(struct memberships *memberships, membership_wanted_fn *is_wanted,
		      void *context);

/* ---- For those who fill it ---- */

/* Adds one. memberships_sort() must follow before any is looked for. False: out of memory. */
bool memberships_add(struct memberships *memberships, unsigned interface,
		     const union hostcast_address *group, long users);
bool memberships_add_filter(struct memberships *memberships, unsigned interface,
			    const uint8_t mac[static MAC_SIZE]);

/* Puts all in order, and those that were added twice into one. */
void memberships_sort(struct memberships *memberships);

/* Puts the filters in order, after which they can be looked for. */
void memberships_sort_filters(struct memberships *memberships);

/* memberships_find() for who fills in the rest. */
struct membership *memberships_get(struct memberships *memberships, unsigned interface,
				   const union hostcast_address *group);
bool membership_add_source(struct membership *membership, const struct membership_source *source);

#endif
