/* Memberships as the kernel tells them over netlink (RTM_GETMULTICAST). */
#ifndef NET_MEMBERSHIP_NETLINK_H
#define NET_MEMBERSHIP_NETLINK_H

#include "membership_list.h"

/* Adds every membership of the family (AF_INET or AF_INET6). It tells which groups are joined
 * where, but neither how many users each has nor their sources: users is USERS_UNKNOWN. Returns 0,
 * -ENOMEM, or another -errno, after which nothing of the answer counts: the kernel tells nothing
 * this way (IPv4 in older ones, such as 6.1), or this program was built without libmnl (-ENOSYS).
 */
int membership_netlink_read(int family, struct memberships *memberships);

/* The membership that a message of netlink is about, whatever its type; false: of none. Only where
 * this program was built with libmnl. */
struct nlmsghdr;
bool membership_netlink_parse(const struct nlmsghdr *message, unsigned *interface,
			      union hostcast_address *group);

#endif
