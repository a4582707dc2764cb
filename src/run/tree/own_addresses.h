/* The addresses of this host at which a socket of the tree is reached, each with an index that it
 * keeps (core/own.h). */
#ifndef RUN_OWN_ADDRESSES_H
#define RUN_OWN_ADDRESSES_H

#include "core/own.h"
#include "net/networks.h"

enum { FOREIGN_MAX = 16 };

struct own_addresses {
	struct own own; /* for the core */
	uint8_t ips[OWN_MAX][IP_SIZE];
	union hostcast_address addresses[OWN_MAX]; /* the same, to send from */
	bool is_wildcard;                          /* the socket hears all of them */
	union hostcast_address
		foreign[FOREIGN_MAX]; /* destinations that were none of them, lately */
	size_t next_foreign;
};

/* `local` is where the socket is bound; with a wildcard the attachments count. */
void own_addresses_init(struct own_addresses *own, const union hostcast_address *local,
			const struct attachment *attachments, size_t count);

/* The index of the address to which a datagram came, new ones included; OWN_ANY if it is no address
 * of this host, or if there are too many. */
uint8_t own_addresses_index(struct own_addresses *own, const union hostcast_address *destination);

/* Is what has no index no address of this host? Not with more of them than have one, and not where
 * the socket hears a single address, whichever that is. */
bool own_addresses_are_complete(const struct own_addresses *own);

/* What to send from; NULL: the system chooses. */
const union hostcast_address *own_addresses_at(const struct own_addresses *own, uint8_t index);

#endif
