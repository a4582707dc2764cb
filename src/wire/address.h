/* Addresses as the protocol writes them: an IP address and a port (T-1). */
#ifndef WIRE_ADDRESS_H
#define WIRE_ADDRESS_H

#include "base/cursor.h"

enum { IP_SIZE = 16, WIRE_ADDRESS_TEXT_MAX = 45 }; /* text: 39 of IPv6, a space, 5 of the port */

/* IPv4 is kept as IPv6 maps it (::ffff:192.0.2.1, RFC 4291 section 2.5.5.2). All zero: none. */
struct wire_address {
	uint8_t ip[IP_SIZE];
	uint16_t port;
};

/* A network in CIDR notation. */
struct wire_network {
	uint8_t ip[IP_SIZE];
	uint8_t prefix; /* bits of ip: for IPv4 96 more than is written */
};

struct wire_address wire_address_v4(uint32_t ip, uint16_t port); /* both in host byte order */

bool wire_address_is_none(const struct wire_address *address);
bool wire_address_equal(const struct wire_address *a, const struct wire_address *b);
bool wire_address_is_v4(const struct wire_address *address);
bool wire_address_same_family(const struct wire_address *a, const struct wire_address *b);
bool wire_address_is_loopback(const struct wire_address *address);

/* Of one host, and the same wherever it is written: no group, no wildcard, not link-local; with a
 * port (T-1). */
bool wire_address_is_usable(const struct wire_address *address);

bool wire_network_has(const struct wire_network *network, const uint8_t ip[static IP_SIZE]);

/* Reads "IP SP PORT", which must be all that is left; fails on any other text and on an address
 * that is not usable. */
void wire_address_read(struct reader *reader, struct wire_address *address);
void wire_address_write(struct writer *writer, const struct wire_address *address);

#endif
