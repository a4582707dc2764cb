/* A packet as it was captured, from a file or live: bytes, and what is known of them. */
#ifndef DECODE_FRAME_H
#define DECODE_FRAME_H

#include <stddef.h>
#include <stdint.h>

/* What the bytes begin with: the numbers that pcap and pcapng files use (LINKTYPE_). Others are not
 * decoded. */
enum link_type {
	LINK_NULL = 0,     /* BSD loopback: the family in 4 bytes, in the byte order of its host */
	LINK_ETHERNET = 1, /* IEEE 802.3 */
	LINK_RAW = 101,    /* IPv4 or IPv6, by its first 4 bits */
	LINK_LOOP = 108,   /* OpenBSD loopback: the family in 4 bytes, in network byte order */
	LINK_SLL = 113,    /* Linux cooked capture: `tcpdump -i any` */
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276, /* Linux cooked capture, version 2 */
};

/* Times of packets are from 1896 to 2116, the nearest where a file says others, so that whoever
 * subtracts them, or adds some hours, need not look. Of pcap there are none beyond 2106. */
#define FRAME_TIME_LEAST_NS (-(INT64_C(1) << 61))
#define FRAME_TIME_MOST_NS  (INT64_C(1) << 62)

struct frame {
	int64_t time_ns;      /* since 1970, UTC */
	unsigned interface;   /* number in its source's list of interfaces, from 0 */
	unsigned link_type;   /* enum link_type, or another number */
	const uint8_t *bytes; /* its source's, valid until the next frame is asked for */
	size_t size;          /* bytes that were captured */
	size_t wire_size;     /* bytes that it had: more, if it was cut off */
	const char *comment;  /* that stands with it in a file, not terminated; NULL: none */
	size_t comment_size;
};

#endif
