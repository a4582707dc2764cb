/* What a packet is in one word, as it is counted and shown in JSON. */
#ifndef CLI_PACKET_KIND_H
#define CLI_PACKET_KIND_H

#include "decode/packet.h"

#define PACKET_KINDS(X)                                                         \
	X(TREE, "tree") /* a message of the tree protocol, which is UDP too */  \
	X(UDP, "udp")                                                           \
	X(TCP, "tcp")                                                           \
	X(IGMP, "igmp")                                                         \
	X(MLD, "mld")                                                           \
	X(ICMP, "icmp")         /* ICMPv6 too */                                \
	X(FRAGMENT, "fragment") /* one that is not the first of its datagram */ \
	X(IP, "ip")             /* another protocol, or too broken to tell */   \
	X(OTHER, "other")       /* no IP packet */

enum packet_kind {
#define PACKET_KIND_VALUE(name, word) PACKET_##name,
	PACKET_KINDS(PACKET_KIND_VALUE)
#undef PACKET_KIND_VALUE
		PACKET_KIND_COUNT
};

enum packet_kind packet_kind(const struct packet *packet);
const char *packet_kind_name(enum packet_kind kind);

/* Is a checksum wrong in any layer? */
bool packet_has_bad_checksum(const struct packet *packet);

/* Of what is above IP; CHECKSUM_NONE: there is nothing that has one. */
enum checksum packet_transport_checksum(const struct packet *packet);

#endif
