/* What a person writes where a group, a host or a tree is meant:
 * [SOURCE@]GROUP[+COUNT][:PORT], HOST[:PORT] or tree://HOST[:PORT]. */
#ifndef NET_TARGET_H
#define NET_TARGET_H

#include "base/error.h"

enum { TARGET_GROUPS_MAX = 65536 };

enum target_kind { TARGET_HOST, TARGET_GROUP, TARGET_TREE };

struct target {
	enum target_kind kind;
	union hostcast_address address; /* the first group, the host, or the tree's rendezvous
					   point; with the port */
	union hostcast_address source;  /* of a source-specific group; family 0: any source */
	unsigned count;                 /* groups from address on; else 1 */
	bool is_port_given;             /* else it is the default one */
};

/* Is a tree meant, whether or not the rest can be understood? */
bool target_names_tree(const char *text);

/* Family AF_UNSPEC: either. Names of hosts are resolved, which may take a while. Port 0:
 * HOSTCAST_PORT, of a tree HOSTCAST_TREE_PORT.
 * HOSTCAST_INVALID: not understood; HOSTCAST_ADDRESS: a name that does not resolve. */
int target_parse(const char *text, int family, uint16_t default_port, struct target *target,
		 struct error *error);

/* The same where only a group makes sense; names are not resolved. */
int target_parse_group(const char *text, int family, uint16_t default_port, struct target *target,
		       struct error *error);

#endif
