/* Which way the kernel sends: one question to its routing tables. */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include "hostcast.h"

struct route {
	unsigned interface;          /* by which it leaves */
	union hostcast_address from; /* the address that it would send from; family 0: not told */
	bool is_local;               /* to this host itself */
};

/* The route to an address (a group, or a host) for who names no interface; the zone of a link-local
 * one is its interface. Returns 0 or -errno: -ENETUNREACH: there is none; -EHOSTUNREACH, -EACCES
 * and -EINVAL: the tables say unreachable, prohibit and blackhole; others: the kernel could not be
 * asked. */
int route_find(const union hostcast_address *to, struct route *route);

#endif
