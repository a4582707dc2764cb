/* The network interfaces of this host. */
#ifndef NET_INTERFACE_H
#define NET_INTERFACE_H

#include "base/error.h"

#include <net/if.h>

struct interface {
	unsigned index;
	char name[IF_NAMESIZE];
	bool is_up;
	bool is_loopback;
	bool can_multicast;        /* the MULTICAST flag; Linux lets loopback do it without */
	union hostcast_address v4; /* the first address of each family; family 0: none */
	union hostcast_address v6; /* a link-local one if there is any */
};

struct interfaces {
	struct interface *list;
	size_t count;
};

/* All of them as they are now, in the order of their indexes. Free with interfaces_done(). */
int interfaces_read(struct interfaces *interfaces, struct error *error);
void interfaces_done(struct interfaces *interfaces);

/* The one of that NAME, INDEX or ADDRESS. HOSTCAST_INTERFACE: none; the text lists those that are.
 */
int interface_find(const struct interfaces *interfaces, const char *text, unsigned *index,
		   struct error *error);
const struct interface *interface_by_index(const struct interfaces *interfaces, unsigned index);

/* Is it in this list of indexes, of those that were named, or are examined? */
bool interface_is_listed(const unsigned list[], size_t count, unsigned index);

/* Up, and able to send and hear groups of this family. */
bool interface_is_usable(const struct interface *interface, int family);
bool interface_has_address(const struct interface *interface, int family);

/* Is this IP (whatever its port) one of this host's own, now? */
bool is_local_address(const union hostcast_address *address);

/* The first `most` of these IPs; returns how many there are, 0 if the system does not tell. */
size_t local_addresses_read(union hostcast_address list[], size_t most);

#endif
