#include "layers.h"

enum { HEADER = 8 }; /* bytes, RFC 768 */

static enum checksum checksum_of(const struct packet *packet, const struct body *body, size_t size,
				 uint16_t field)
{
	if (field == 0 && packet->ip.version == 4)
		return CHECKSUM_NONE;
	if (field == 0) /* RFC 8200 section 8.1: over IPv6 there has to be one */
		return CHECKSUM_BAD;
	return checksum_with_addresses(packet, body, size, field);
}

static void note_size(struct packet *packet, const struct body *body, size_t size)
{
	if (size < HEADER)
		note_problem(packet, "a UDP length below 8 bytes");
	/* That of a first fragment is the length of them all. */
	if (size > body->size && !packet->ip.is_fragment)
		note_problem(packet, "a UDP length that is longer than the IP packet");
}

void udp_decode(struct packet *packet, struct body body)
{
	struct udp_datagram *udp = &packet->udp;
	struct reader reader = body.bytes;
	size_t size;
	uint16_t field;

	if (reader_left(&reader) < HEADER) {
		note_problem(packet, "cut off in the UDP header");
		return;
	}
	packet->transport = TRANSPORT_UDP;
	*udp = (struct udp_datagram){.size = 0};
	read_ports(&reader, packet);
	size = reader_be16(&reader);
	field = reader_be16(&reader);
	if (size == 0) /* of a jumbogram (RFC 2675 section 4), or left to the interface */
		size = body.size;
	note_size(packet, &body, size);
	udp->size = size > HEADER ? size - HEADER : 0;
	udp->payload = body_of(reader, udp->size).bytes;
	udp->checksum = checksum_of(packet, &body, size, field);
	udp->is_tree = read_tree_message(packet, udp, &udp->tree);
}
