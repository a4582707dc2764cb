/* What one layer hands to the next: for the files of this folder alone. Each decoder fills in its
 * part of a packet that began as zeros, and notes what kept it from more. */
#ifndef DECODE_LAYERS_H
#define DECODE_LAYERS_H

#include "packet.h"

/* What a layer carries: as much of it as was captured, never more than its size on the wire. */
struct body {
	struct reader bytes;
	size_t size;
};

static inline struct body body_of(struct reader bytes, size_t size)
{
	if (reader_left(&bytes) > size)
		bytes.end = bytes.at + size;
	return (struct body){bytes, size};
}

/* What is left of a body behind what was read of it. */
static inline struct body body_behind(const struct body *body, struct reader left)
{
	return body_of(left, body->size - (size_t)(left.at - body->bytes.at));
}

/* What is behind the headers of an IP packet: not more than its frame had, whatever the packet says
 * of its size. */
static inline struct body body_of_ip(const struct ip_layer *ip, const struct body *packet,
				     struct reader left)
{
	size_t size = ip->size < packet->size ? ip->size : packet->size;

	return body_of(left, size - ip->header_size);
}

/* The first problem stays: it is what led to the others. */
static inline void note_problem(struct packet *packet, const char *problem)
{
	if (!packet->problem)
		packet->problem = problem;
}

/* The IP packet in a frame, by packet->link.ethertype; false if there is none, or its beginning
 * cannot be found. */
bool link_decode(struct packet *packet, const struct frame *frame, struct body *ip);

/* What an IPv4 or IPv6 packet carries, also a later fragment; false if that cannot be found. A
 * packet of which the fixed header is not all there leaves packet->ip and the addresses zero. */
bool ipv4_decode(struct packet *packet, struct body body, struct body *payload);
bool ipv6_decode(struct packet *packet, struct body body, struct body *payload);

void read_ipv4_address(struct reader *reader, union hostcast_address *address);
void read_ipv6_address(struct reader *reader, union hostcast_address *address);

/* The next option of a list as IPv4 and TCP have it (RFC 791 section 3.1, RFC 9293 section 3.1):
 * its kind, and what follows its length. False at the end; a malformed one fails the reader. */
bool option_next(struct reader *options, uint8_t *kind, struct reader *value);

/* What IP carries. packet->transport stays TRANSPORT_NONE if the header is not all there. */
void igmp_decode(struct packet *packet, struct body body);
void mld_decode(struct packet *packet, struct body body);
void icmp_decode(struct packet *packet, struct body body);
void udp_decode(struct packet *packet, struct body body);
void tcp_decode(struct packet *packet, struct body body);

/* Bytes of an address in a message: 4 in IGMP, 16 in MLD. */
size_t membership_address_size(const struct membership_message *message);

/* Is it a message of MLD, rather than another one of ICMPv6? */
bool is_mld(const struct body *icmp);

/* The ports, with which UDP and TCP begin. */
void read_ports(struct reader *reader, struct packet *packet);

/* Of what IP carries: over all of it (IGMP, ICMP), or over its first `size` bytes and the
 * pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1), with `field` as it stands there. */
enum checksum checksum_alone(const struct packet *packet, const struct body *body);
enum checksum checksum_with_addresses(const struct packet *packet, const struct body *body,
				      size_t size, uint16_t field);

/* Is udp, whose payload was found, a message of the tree protocol? Then it is read. */
bool read_tree_message(const struct packet *packet, const struct udp_datagram *udp,
		       struct message *message);

#endif
