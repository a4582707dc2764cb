/* Which programs of this host have joined which groups. The kernel keeps no list of that, but each
 * socket can be asked whether it is a member: a copy of it is fetched from its process
 * (pidfd_getfd(2)) and getsockopt(MCAST_MSFILTER), RFC 3678 section 5.2, answers EADDRNOTAVAIL
 * unless it is. Where a process may not be asked, a socket that is bound to a group's address is
 * taken for a likely member. */
#ifndef NET_GROUP_USERS_H
#define NET_GROUP_USERS_H

#include "memberships.h"

#include <sys/types.h>

/* A process and the socket with which it is a member. */
struct group_user {
	size_t membership;    /* index in memberships->list */
	pid_t pid;            /* 0: not visible to us, but its socket is bound to the group */
	unsigned uid;         /* whose socket it is, where pid is 0 */
	uint64_t inode;       /* the socket: processes may share one */
	bool is_asked;        /* it said so itself; else only its bound address does */
	uint32_t filter_mode; /* MCAST_INCLUDE or MCAST_EXCLUDE, if asked */
	union hostcast_address *sources; /* that it includes or excludes */
	size_t source_count;
};

struct group_users {
	struct group_user *list; /* by membership, process, socket */
	size_t count, room;
	size_t *first;  /* of each membership: index of its first user; one more at the end */
	size_t refused; /* processes that could not be asked, of those that are visible */
};

/* HOSTCAST_NO_MEMORY. Free with group_users_done(), also after a failure. */
int group_users_read(const struct memberships *memberships, struct group_users *users,
		     struct error *error);
void group_users_done(struct group_users *users);

/* The users of one membership; NULL if there are none. */
const struct group_user *group_users_of(const struct group_users *users, size_t membership,
					size_t *count);

/* With how many sockets they are members: of those that said so. */
size_t group_users_sockets(const struct group_users *users, size_t membership);

#endif
