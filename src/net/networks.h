/* Networks: as people write them (CIDR, RFC 4632), and those that this host is attached to. */
#ifndef NET_NETWORKS_H
#define NET_NETWORKS_H

#include "base/error.h"

struct network {
	union hostcast_address
		address; /* one of its addresses, port 0; bits beyond the prefix may be set */
	unsigned prefix; /* bits */
};

/* ADDRESS or ADDRESS/PREFIX, all of the text. HOSTCAST_INVALID: it is none. */
int network_parse(const char *text, struct network *network, struct error *error);

/* An address of this host, and the network in which it is (of a point-to-point link, the other
 * end's). */
struct attachment {
	union hostcast_address own; /* port 0 */
	struct network network;
};

/* One for each address of each interface that is up. The caller frees the list. */
int attachments_read(struct attachment **list, size_t *count, struct error *error);

/* The network around an address that somebody would be likely to admit: of 256 addresses over IPv4,
 * of one link over IPv6. The bits beyond the prefix are 0. */
struct network network_around(const union hostcast_address *address);

/* ADDRESS/PREFIX; returns text. */
const char *network_text(const struct network *network, char text[HOSTCAST_TEXT_SIZE]);

#endif
