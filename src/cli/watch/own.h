/* The addresses of this host, kept so that not every report asks the system. */
#ifndef WATCH_OWN_H
#define WATCH_OWN_H

#include "hostcast.h"

enum { OWN_IPS_MAX = 1024 };

/* All zero at the beginning. */
struct own_ips {
	union hostcast_address list[OWN_IPS_MAX];
	size_t count;
	int64_t read_ns; /* when they were read; 0: they were not */
};

/* Is this one of them? Those that were read long ago, and do not have it, are read again: a host
 * joins groups as soon as it has an address. */
bool own_ips_have(struct own_ips *own, const union hostcast_address *address, int64_t now_ns);

/* They are read again when they are asked for next; to be called about once a second, because
 * addresses go, too. */
void own_ips_forget(struct own_ips *own);

#endif
