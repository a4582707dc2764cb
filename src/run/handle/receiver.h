/* Sockets that hear a group, or what is sent to an address of this host. */
#ifndef RUN_RECEIVER_H
#define RUN_RECEIVER_H

#include "choice.h"

/* Joins one group of the target on each of these interfaces. */
int receive_group(struct hostcast *h, const struct target *target, union hostcast_address group,
		  const struct choice *interfaces);

/* Listens at an address of this host. */
int receive_at_host(struct hostcast *h, const union hostcast_address *address);

#endif
