/* What a captured packet says, layer by layer. Nothing is copied: readers point into the frame's
 * bytes. Nothing is trusted: whatever the bytes are, what is filled in is within them. */
#ifndef DECODE_PACKET_H
#define DECODE_PACKET_H

#include "base/mac.h"
#include "frame.h"
#include "hostcast.h"
#include "icmp.h"
#include "membership_message.h"
#include "tcp.h"
#include "wire/message.h"

/* ---- Below IP ---- */

enum { VLANS_MAX = 4 };

/* IEEE 802.1Q and 802.1ad */
struct vlan_tag {
	uint16_t type; /* 0x8100, 0x88a8, 0x9100 */
	uint16_t id;   /* 0 to 4095 */
	uint8_t priority;
	bool may_be_dropped; /* DEI */
};

/* What a cooked capture says of the way that a packet went. */
enum cooked_type {
	COOKED_TO_US,
	COOKED_BROADCAST,
	COOKED_MULTICAST,
	COOKED_TO_OTHERS,
	COOKED_SENT
};

struct link_layer {
	bool has_destination, has_source; /* MAC addresses; a cooked capture has no destination */
	uint8_t destination[MAC_SIZE], source[MAC_SIZE];
	struct vlan_tag vlans[VLANS_MAX]; /* the outer one first */
	size_t vlan_count;
	bool is_cooked;
	enum cooked_type cooked;   /* if it is */
	uint32_t cooked_interface; /* LINK_SLL2: its number on the host that captured; else 0 */
	uint16_t ethertype;        /* of what follows; 0: not known */
	struct reader padding;     /* behind the IP packet, as its length says; perhaps empty */
};

/* ---- IP ---- */

struct ip_layer {
	unsigned version;   /* 4 or 6; 0: no IP packet, all else is 0 */
	size_t header_size; /* with options or extension headers */
	size_t size;        /* of the whole packet, as the header says; where that says 0, because
			       the interface was to cut it into segments, of what the frame has */
	uint8_t dscp, ecn;
	uint8_t ttl;           /* IPv6: hop limit */
	uint8_t protocol;      /* of what follows options and extension headers */
	bool has_router_alert; /* RFC 2113, RFC 2711 */
	bool is_fragment;      /* also the first one */
	bool dont_fragment;    /* IPv4 */
	bool more_fragments;
	bool is_source_routed;   /* by an IPv6 routing header, to another last destination */
	uint32_t identification; /* IPv6: of a fragment */
	uint32_t offset;         /* of a fragment, in bytes */
	uint32_t flow_label;     /* IPv6 */
	enum checksum checksum;  /* IPv4 */
	struct reader options;   /* IPv4 options, or all extension headers; perhaps empty. They
				    begin where the fixed header ends. */
};

/* ---- Above IP ---- */

enum transport {
	TRANSPORT_NONE,       /* no IP packet, a later fragment, or nothing that is decoded */
	TRANSPORT_MEMBERSHIP, /* IGMP or MLD */
	TRANSPORT_ICMP,       /* ICMP or ICMPv6, MLD aside */
	TRANSPORT_UDP,
	TRANSPORT_TCP,
};

struct udp_datagram {
	size_t size; /* of the payload, as the header says: of a datagram in fragments, of all */
	enum checksum checksum;
	struct reader payload; /* as much of it as there is in this packet */
	bool is_tree;          /* a message of the tree protocol, */
	struct message tree;   /* which can be read as wire/message.h says */
};

struct packet {
	struct link_layer link;
	struct ip_layer ip;
	union hostcast_address source, destination; /* family 0: none; with UDP's and TCP's port */
	enum transport transport;
	union {
		struct membership_message membership;
		struct icmp_message icmp;
		struct udp_datagram udp;
		struct tcp_segment tcp;
	};
	/* Why no more could be decoded, "cut off in the TCP header" (by the capture, or by who made
	 * it), or what is wrong with a length; or NULL. A payload that was cut off is no problem:
	 * its size tells, and what there is of it. */
	const char *problem;
};

/* The innermost VLAN that it was tagged with, which is the link that it was on; 0: none. */
uint16_t packet_vlan(const struct packet *packet);

/* Every layer that can be; packet->problem says what kept the next one from it. */
void packet_decode(const struct frame *frame, struct packet *packet);

/* "IGMP", "PIM"; NULL: no name is known. */
const char *ip_protocol_name(uint8_t protocol);

/* "ARP", "LLDP"; NULL: no name is known. */
const char *ethertype_name(uint16_t ethertype);

#endif
