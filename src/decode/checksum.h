/* Checksums of IP and of what it carries (RFC 1071). */
#ifndef DECODE_CHECKSUM_H
#define DECODE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

enum checksum {
	CHECKSUM_NONE, /* this layer has none, or (UDP over IPv4) the sender made none */
	CHECKSUM_GOOD,
	CHECKSUM_BAD,
	CHECKSUM_LEFT,    /* to the sender's interface (offload): captured before it was made */
	CHECKSUM_UNKNOWN, /* not all of it was captured, it is of a datagram in fragments, or a
			     routing header hides the destination that it is made with */
};

/* Adds the 16-bit words of bytes to a sum, which begins as 0; of several pieces only the last may
 * have an odd size. Wide enough for any packet. */
uint64_t checksum_add(uint64_t sum, const void *bytes, size_t size);

/* The sum in 16 bits, the carries added in (one's complement). 0xffff where a checksum is among the
 * words and right. */
uint16_t checksum_fold(uint64_t sum);

#endif
