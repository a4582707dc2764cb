/* Which groups are joined on the interfaces of this host, and what their network cards let in. */
#ifndef NET_MEMBERSHIPS_H
#define NET_MEMBERSHIPS_H

#include "base/error.h"
#include "mac.h"

#include <stdio.h>

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

/* Family AF_UNSPEC: both. HOSTCAST_SYSTEM: neither netlink nor /proc tells. Free with
 * memberships_done(), also after a failure. */
int memberships_read(int family, struct memberships *memberships, struct error *error);
void memberships_done(struct memberships *memberships);

/* NULL: not joined. */
const struct membership *memberships_find(const struct memberships *memberships, unsigned interface,
					  const union hostcast_address *group);

/* Forgets all but those that the function wants. */
typedef bool membership_wanted_fn(void *context, const struct membership *membership);
void memberships_keep(struct memberships *memberships, membership_wanted_fn *is_wanted,
		      void *context);

enum mac_state {
	MAC_JOINED, /* the interface lets the group's MAC address in */
	MAC_NOT_JOINED,
	MAC_NOT_USED, /* no Ethernet (loopback, tunnel), or the group stays inside of the host */
	MAC_UNKNOWN,  /* the system does not tell */
};

enum mac_state memberships_mac_state(const struct memberships *memberships, unsigned interface,
				     const char *interface_name,
				     const union hostcast_address *group);

/* Does the kernel join this group itself, as every host or router must? */
bool membership_is_of_kernel(const union hostcast_address *group);

/* ---- For the readers ---- */

/* Adds one. memberships_sort() must follow before any is looked for. False: out of memory. */
bool memberships_add(struct memberships *memberships, unsigned interface,
		     const union hostcast_address *group, long users);
bool memberships_add_filter(struct memberships *memberships, unsigned interface,
			    const uint8_t mac[static MAC_SIZE]);

/* Puts all in order, and those that were added twice into one. */
void memberships_sort(struct memberships *memberships);

/* memberships_find() for who fills in the rest. */
struct membership *memberships_get(struct memberships *memberships, unsigned interface,
				   const union hostcast_address *group);
bool membership_add_source(struct membership *membership, const struct membership_source *source);

#endif
