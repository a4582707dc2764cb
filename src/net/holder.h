/* Which programs of this host have a socket bound to a port, from /proc. */
#ifndef NET_HOLDER_H
#define NET_HOLDER_H

#include "hostcast.h"

/* Writes "python3 (process 1234)" for a program whose socket of that protocol (IPPROTO_UDP or
 * IPPROTO_TCP; for TCP only listening ones) keeps others from binding to address; several are
 * separated by commas, cut to the size. Returns false, and leaves "" in text, where none can be
 * found: other users' processes are not visible to everyone. */
bool holder_of_port(int protocol, const union hostcast_address *address, char *text, size_t size);

#endif
