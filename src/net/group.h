/* Memberships of groups: joined and left on a socket, the protocol-independent way (RFC 3678
 * section 5), the same for IPv4 and IPv6. */
#ifndef NET_GROUP_H
#define NET_GROUP_H

#include "base/error.h"

/* Each gives 0 or the errno of the refusal, of which the caller knows what it means to the user:
 * ENOBUFS or ENOMEM say that this socket has no room for another membership (or source). */
int group_join(int fd, const union hostcast_address *group, unsigned interface);
int group_join_source(int fd, const union hostcast_address *group,
		      const union hostcast_address *source, unsigned interface);
int group_block_source(int fd, const union hostcast_address *group,
		       const union hostcast_address *source, unsigned interface);

/* Makes a socket deaf to groups that only other programs of this host have joined
 * (IP_MULTICAST_ALL and its IPv6 twin off; on by default). */
int group_only_joined(int fd, int family, struct error *error);

/* What a socket that receives a group must have: shared with other programs of this host, and
 * group_only_joined(). */
int group_prepare_receiver(int fd, int family, struct error *error);

#endif
