/* Which groups are joined on the interfaces of this host, and what their network cards let in. */
#ifndef NET_MEMBERSHIPS_H
#define NET_MEMBERSHIPS_H

#include "base/error.h"
#include "membership_list.h"

/* Family AF_UNSPEC: both. HOSTCAST_SYSTEM: neither netlink nor /proc tells. Free with
 * memberships_done(), also after a failure. */
int memberships_read(int family, struct memberships *memberships, struct error *error);

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

/* And of these, as every host must, and tells nobody (224.0.0.1, ff01::1, ff02::1)? */
bool membership_is_of_every_host(const union hostcast_address *group);

#endif
