/* The addresses of this node itself, and which of them stands for it where. */
#ifndef CORE_OWN_H
#define CORE_OWN_H

#include "wire/address.h"

enum { OWN_ANY = 255, OWN_MAX = 255 }; /* OWN_ANY: the one that the routing table chooses */

/* Belongs to the caller, who may add to it: what has an index keeps it. */
struct own {
	const uint8_t (*ips)[IP_SIZE];
	size_t count; /* at most OWN_MAX */
	uint16_t port;
};

bool own_has(const struct own *own, const struct wire_address *address);

/* An address as this asker, who reached us at own address `at`, can use it: one of loopback, which
 * means another host there, becomes the address at which the asker found this host (T-3). */
struct wire_address own_as_told(const struct own *own, struct wire_address address,
				const struct wire_address *asker, uint8_t at);

/* A datagram that came. */
struct incoming {
	struct wire_address from;
	uint8_t at; /* index of the own address it was sent to, or OWN_ANY */
	const uint8_t *bytes;
	size_t size;
};

#endif
