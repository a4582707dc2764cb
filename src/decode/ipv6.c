#include "layers.h"

enum {
	FIXED_SIZE = 40,     /* RFC 8200 section 3 */
	EXTENSIONS_MAX = 16, /* of one packet, before somebody plays with us */

	HOP_BY_HOP = 0, /* RFC 8200 section 4 */
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51, /* RFC 4302 section 2 */
	DESTINATION = 60,

	FRAGMENT_SIZE = 8,
	PAD_1 = 0,
	ROUTER_ALERT = 5, /* RFC 2711 */
};

static uint16_t read_fixed_header(struct packet *packet, struct reader *reader)
{
	struct ip_layer *ip = &packet->ip;
	uint32_t first = reader_be32(reader);
	uint16_t payload_size = reader_be16(reader);

	ip->version = 6;
	ip->header_size = FIXED_SIZE;
	ip->dscp = (first >> 22) & 0x3f;
	ip->ecn = (first >> 20) & 3;
	ip->flow_label = first & 0xfffff;
	ip->protocol = reader_byte(reader);
	ip->ttl = reader_byte(reader);
	read_ipv6_address(reader, &packet->source);
	read_ipv6_address(reader, &packet->destination);
	return payload_size;
}

/* RFC 8200 section 4.2 */
static void look_at_hop_by_hop(struct packet *packet, struct reader options)
{
	while (reader_left(&options) > 0 && !options.failed) {
		uint8_t type = reader_byte(&options);

		if (type == PAD_1)
			continue;
		reader_skip(&options, reader_byte(&options));
		if (type == ROUTER_ALERT && !options.failed)
			packet->ip.has_router_alert = true;
	}
	if (options.failed)
		note_problem(packet, "a malformed IPv6 hop-by-hop option");
}

/* A fragment that is all there is of its packet (RFC 6946) is none. */
static void read_fragment(struct ip_layer *ip, struct reader contents)
{
	uint16_t field = reader_be16(&contents);

	ip->offset = field & 0xfff8u;
	ip->more_fragments = (field & 1) != 0;
	ip->identification = reader_be32(&contents);
	ip->is_fragment = ip->more_fragments || ip->offset > 0;
}

static void look_at_routing(struct ip_layer *ip, struct reader contents)
{
	reader_skip(&contents, 1); /* its type */
	ip->is_source_routed = reader_byte(&contents) > 0;
}

static bool is_extension(uint8_t protocol)
{
	return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == FRAGMENT ||
	       protocol == AUTHENTICATION || protocol == DESTINATION;
}

static size_t extension_size(uint8_t type, uint8_t length)
{
	if (type == FRAGMENT)
		return FRAGMENT_SIZE;
	return type == AUTHENTICATION ? (length + 2u) * 4u : (length + 1u) * 8u;
}

/* Leaves ip.protocol as it is if the header is not all there. */
static void read_extension(struct packet *packet, struct reader *reader)
{
	uint8_t type = packet->ip.protocol;
	uint8_t next = reader_byte(reader);
	size_t size = extension_size(type, reader_byte(reader));
	struct reader contents = reader_take(reader, size - 2);

	if (contents.failed)
		return;
	packet->ip.protocol = next;
	packet->ip.header_size += size;
	if (type == HOP_BY_HOP)
		look_at_hop_by_hop(packet, contents);
	else if (type == FRAGMENT)
		read_fragment(&packet->ip, contents);
	else if (type == ROUTING)
		look_at_routing(&packet->ip, contents);
}

/* Behind the header of a later fragment there are no extension headers, only its piece of all that
 * is behind that header. */
static bool read_extensions(struct packet *packet, struct reader *reader)
{
	for (unsigned count = 0; is_extension(packet->ip.protocol); count++) {
		if (packet->ip.offset > 0)
			return true;
		if (count == EXTENSIONS_MAX) {
			note_problem(packet, "more IPv6 extension headers than are decoded");
			return false;
		}
		read_extension(packet, reader);
		if (reader->failed) {
			note_problem(packet, "cut off in an IPv6 extension header");
			return false;
		}
	}
	return true;
}

bool ipv6_decode(struct packet *packet, struct body body, struct body *payload)
{
	struct ip_layer *ip = &packet->ip;
	struct reader reader = body.bytes;
	uint16_t payload_size;
	bool goes_on;

	if (reader_left(&reader) < FIXED_SIZE) {
		note_problem(packet, "cut off in the IPv6 header");
		return false;
	}
	if (reader_peek(&reader) >> 4 != 6) {
		note_problem(packet, "not version 6 in an IPv6 header");
		return false;
	}
	payload_size = read_fixed_header(packet, &reader);
	/* A jumbogram (RFC 2675), or left to an interface as in IPv4: it fills its frame. */
	ip->size = payload_size > 0 ? FIXED_SIZE + (size_t)payload_size : body.size;
	reader = body_of(reader, ip->size - FIXED_SIZE).bytes;
	ip->options = reader;
	goes_on = read_extensions(packet, &reader);
	ip->options.end = body.bytes.at + ip->header_size;
	*payload = body_of_ip(ip, &body, reader);
	return goes_on;
}
