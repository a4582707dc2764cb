/* Whether an interface has an IPv6 link-local address that it may use. */
#ifndef NET_LINK_LOCAL_H
#define NET_LINK_LOCAL_H

#include <stdio.h>

/* In the order in which they get better. */
enum link_local_state {
	LINK_LOCAL_NONE,
	LINK_LOCAL_FAILED,    /* another host of the link has it */
	LINK_LOCAL_TENTATIVE, /* duplicate address detection still asks for it (RFC 4862
				 section 5.4) */
	LINK_LOCAL_READY,
};

/* Of several addresses the best. NONE also where this kernel has no IPv6. */
enum link_local_state link_local_read(unsigned interface);

/* The same from a file that is written as /proc/net/if_inet6. */
enum link_local_state link_local_parse(FILE *file, unsigned interface);

#endif
