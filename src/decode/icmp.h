/* ICMP (RFC 792, 1191) and ICMPv6 (RFC 4443): above all errors, and what they are about. */
#ifndef DECODE_ICMP_H
#define DECODE_ICMP_H

#include "base/cursor.h"
#include "checksum.h"
#include "hostcast.h"

struct icmp_message {
	bool is_v6;
	uint8_t type, code;
	enum checksum checksum;
	bool is_error;
	unsigned mtu; /* that fragmentation needed, or packet too big, tells; 0: none */
	uint16_t identifier, number; /* of an echo request or reply */

	/* The packet that an error is about, as much as is there: family 0 if not even the
	 * addresses are. Ports 0 where they are missing. */
	uint8_t about_protocol;
	union hostcast_address about_source, about_destination;
};

/* "port unreachable", "time exceeded in transit"; never NULL. */
const char *icmp_meaning(const struct icmp_message *icmp);

#endif
