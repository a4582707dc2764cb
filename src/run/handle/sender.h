/* Sockets that send, and the routes by which payloads leave through them. */
#ifndef RUN_SENDER_H
#define RUN_SENDER_H

#include "choice.h"

/* Opens a socket to send from by this interface (0: the routing table's choice). It is bound at
 * once, so that its port is known. Returns its index in sockets, or an error. */
int sender_add(struct hostcast *h, int family, unsigned interface);

/* Adds the routes to a group by each of these interfaces. */
int send_to_group(struct hostcast *h, const union hostcast_address *group,
		  const struct choice *interfaces);

/* Adds the route to a host. */
int send_to_host(struct hostcast *h, const union hostcast_address *host);

#endif
