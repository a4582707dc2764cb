/* The version of IGMP or MLD that an interface speaks. It is the latest that the system knows,
 * unless a setting forces another, or a querier of an older one was heard (RFC 3376 section 7.2.1).
 */
#ifndef NET_MEMBERSHIP_VERSION_H
#define NET_MEMBERSHIP_VERSION_H

#include <stdint.h>
#include <stdio.h>

struct membership_version {
	unsigned spoken;                      /* now; 0: the system does not tell */
	int64_t forced_all, forced_interface; /* by force_igmp_version, force_mld_version of `all`
						 and of the interface; 0: not */
};

/* family AF_INET: IGMP; AF_INET6: MLD, of which the system tells only what is forced. */
struct membership_version membership_version_read(int family, unsigned interface, const char *name);

/* The latest: 3 of IGMP, 2 of MLD. */
unsigned membership_version_latest(int family);

/* From a file like /proc/net/igmp; 0: it does not tell of this interface. */
unsigned membership_version_find(FILE *file, unsigned interface);

#endif
