/* What a person writes where a group or a host is meant:
 * [SOURCE@]GROUP[+COUNT][:PORT] or HOST[:PORT]. */
#ifndef NET_TARGET_H
#define NET_TARGET_H

#include "base/error.h"

enum { TARGET_GROUPS_MAX = 65536 };

struct target {
	union hostcast_address address; /* the first group, or the host; with the port */
	union hostcast_address source;  /* of a source-specific group; family 0: any source */
	unsigned count;                 /* groups from address on; 1 for a host */
	bool is_group;
};

/* Family AF_UNSPEC: either. Names of hosts are resolved, which may take a while.
 * HOSTCAST_INVALID: not understood; HOSTCAST_ADDRESS: a name that does not resolve. */
int target_parse(const char *text, int family, uint16_t default_port, struct target *target,
		 struct error *error);

/* The same where only a group makes sense; names are not resolved. */
int target_parse_group(const char *text, int family, uint16_t default_port, struct target *target,
		       struct error *error);

#endif
