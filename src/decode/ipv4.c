#include "layers.h"

enum {
	FIXED_SIZE = 20, /* RFC 791 section 3.1 */
	CHECKSUM_AT = 10,
	ROUTER_ALERT = 148, /* RFC 2113, with the bit that says "copied into fragments" */
};

static void read_fixed_header(struct packet *packet, struct reader *reader)
{
	struct ip_layer *ip = &packet->ip;
	uint8_t first = reader_byte(reader);
	uint8_t service = reader_byte(reader);
	uint16_t fragment;

	ip->version = 4;
	ip->header_size = (first & 0x0fu) * 4u;
	ip->dscp = service >> 2;
	ip->ecn = service & 3;
	ip->size = reader_be16(reader);
	ip->identification = reader_be16(reader);
	fragment = reader_be16(reader);
	ip->dont_fragment = (fragment & 0x4000) != 0;
	ip->more_fragments = (fragment & 0x2000) != 0;
	ip->offset = (fragment & 0x1fffu) * 8u;
	ip->is_fragment = ip->more_fragments || ip->offset > 0;
	ip->ttl = reader_byte(reader);
	ip->protocol = reader_byte(reader);
	reader_skip(reader, 2); /* the checksum */
	read_ipv4_address(reader, &packet->source);
	read_ipv4_address(reader, &packet->destination);
}

static void look_at_options(struct packet *packet)
{
	struct reader options = packet->ip.options, value;
	uint8_t kind;

	while (option_next(&options, &kind, &value))
		if (kind == ROUTER_ALERT)
			packet->ip.has_router_alert = true;
	if (options.failed)
		note_problem(packet, "a malformed IPv4 option");
}

/* 0 stands where it was left to the interface. */
static enum checksum header_checksum(const uint8_t *header, size_t size)
{
	if (checksum_fold(checksum_add(0, header, size)) == UINT16_MAX)
		return CHECKSUM_GOOD;
	return header[CHECKSUM_AT] == 0 && header[CHECKSUM_AT + 1] == 0 ? CHECKSUM_LEFT
									: CHECKSUM_BAD;
}

/* False: the packet ends in its header, or says that it does. */
static bool read_options(struct packet *packet, const struct body *body, struct reader *reader)
{
	struct ip_layer *ip = &packet->ip;

	ip->options = body_of(*reader, 0).bytes;
	ip->checksum = CHECKSUM_UNKNOWN;
	if (ip->header_size < FIXED_SIZE) {
		note_problem(packet, "an IPv4 header length below 20 bytes");
		return false;
	}
	ip->options = body_of(*reader, ip->header_size - FIXED_SIZE).bytes;
	reader_skip(reader, ip->header_size - FIXED_SIZE);
	if (reader->failed) {
		note_problem(packet, "cut off in the IPv4 options");
		return false;
	}
	look_at_options(packet);
	ip->checksum = header_checksum(body->bytes.at, ip->header_size);
	return true;
}

bool ipv4_decode(struct packet *packet, struct body body, struct body *payload)
{
	struct ip_layer *ip = &packet->ip;
	struct reader reader = body.bytes;

	if (reader_left(&reader) < FIXED_SIZE) {
		note_problem(packet, "cut off in the IPv4 header");
		return false;
	}
	if (reader_peek(&reader) >> 4 != 4) {
		note_problem(packet, "not version 4 in an IPv4 header");
		return false;
	}
	read_fixed_header(packet, &reader);
	/* The length of what an interface is to cut into segments, or has put together, may not fit
	 * into the field: the packet then fills its frame. */
	if (ip->size == 0)
		ip->size = body.size;
	if (!read_options(packet, &body, &reader))
		return false;
	if (ip->size < ip->header_size) {
		note_problem(packet, "an IPv4 total length that is shorter than the header");
		return false;
	}
	*payload = body_of_ip(ip, &body, reader);
	return true;
}
