#include "layers.h"

enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_LEAST = 0x0600, /* below: the length of an IEEE 802.3 frame */
	COOKED_ADDRESS_BYTES = 8,
};

/* ---- Ethernet ---- */

static void read_ethernet(struct link_layer *link, struct reader *reader)
{
	reader_copy(reader, link->destination, MAC_SIZE);
	link->has_destination = !reader->failed;
	reader_copy(reader, link->source, MAC_SIZE);
	link->has_source = !reader->failed;
	link->ethertype = reader_be16(reader);
}

/* What an IEEE 802.3 frame carries is only named, by its destination service access point. */
static const char *llc_name(int service)
{
	switch (service) {
	case 0x42:
		return "IEEE 802.3 with LLC: spanning tree";
	case 0xaa:
		return "IEEE 802.3 with LLC: SNAP";
	case 0xfe:
		return "IEEE 802.3 with LLC: ISO protocols";
	default:
		return "IEEE 802.3 with LLC";
	}
}

/* ---- Others ---- */

/* AF_INET, and AF_INET6 of Linux, of NetBSD and OpenBSD, of FreeBSD, of macOS. */
static uint16_t ethertype_of_family(uint32_t family)
{
	switch (family) {
	case 2:
		return ETHERTYPE_IPV4;
	case 10:
	case 24:
	case 28:
	case 30:
		return ETHERTYPE_IPV6;
	default:
		return 0;
	}
}

/* No family is so large that it would not show in which byte order it is. */
static void read_null(struct link_layer *link, struct reader *reader)
{
	uint32_t family = reader_be32(reader);

	if (family > UINT16_MAX)
		family = __builtin_bswap32(family);
	link->ethertype = ethertype_of_family(family);
}

static void read_loop(struct link_layer *link, struct reader *reader)
{
	link->ethertype = ethertype_of_family(reader_be32(reader));
}

static void read_cooked_address(struct link_layer *link, struct reader *reader, size_t size)
{
	struct reader address = reader_take(reader, COOKED_ADDRESS_BYTES);

	link->has_source = size == MAC_SIZE && !reader->failed;
	if (link->has_source)
		reader_copy(&address, link->source, MAC_SIZE);
}

/* Of other types, which are of traffic inside of a host, nothing is known. */
static void set_cooked_type(struct link_layer *link, const struct reader *reader, unsigned type)
{
	link->is_cooked = !reader->failed && type <= COOKED_SENT;
	if (link->is_cooked)
		link->cooked = (enum cooked_type)type;
}

static void read_sll(struct link_layer *link, struct reader *reader)
{
	unsigned type = reader_be16(reader);

	reader_skip(reader, 2); /* the kind of the interface */
	read_cooked_address(link, reader, reader_be16(reader));
	link->ethertype = reader_be16(reader);
	set_cooked_type(link, reader, type);
}

static void read_sll2(struct link_layer *link, struct reader *reader)
{
	unsigned type;

	link->ethertype = reader_be16(reader);
	reader_skip(reader, 2);
	link->cooked_interface = reader_be32(reader);
	reader_skip(reader, 2); /* the kind of the interface */
	type = reader_byte(reader);
	read_cooked_address(link, reader, reader_byte(reader));
	set_cooked_type(link, reader, type);
}

static void read_raw(struct link_layer *link, struct reader *reader)
{
	int first = reader_peek(reader);

	if (first < 0)
		reader->failed = true;
	else if (first >> 4 == 4)
		link->ethertype = ETHERTYPE_IPV4;
	else if (first >> 4 == 6)
		link->ethertype = ETHERTYPE_IPV6;
}

/* ---- All ---- */

static bool is_vlan(uint16_t ethertype)
{
	return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100;
}

static void read_vlan(struct link_layer *link, struct reader *reader)
{
	struct vlan_tag tag = {.type = link->ethertype};
	uint16_t control = reader_be16(reader);

	tag.priority = (uint8_t)(control >> 13);
	tag.may_be_dropped = (control & 0x1000) != 0;
	tag.id = control & 0x0fff;
	link->ethertype = reader_be16(reader);
	if (!reader->failed)
		link->vlans[link->vlan_count++] = tag;
}

/* False: the kind of link is not known. */
static bool read_header(struct link_layer *link, unsigned type, struct reader *reader)
{
	switch (type) {
	case LINK_ETHERNET:
		read_ethernet(link, reader);
		return true;
	case LINK_NULL:
		read_null(link, reader);
		return true;
	case LINK_LOOP:
		read_loop(link, reader);
		return true;
	case LINK_SLL:
		read_sll(link, reader);
		return true;
	case LINK_SLL2:
		read_sll2(link, reader);
		return true;
	case LINK_RAW:
		read_raw(link, reader);
		return true;
	case LINK_IPV4:
		link->ethertype = ETHERTYPE_IPV4;
		return true;
	case LINK_IPV6:
		link->ethertype = ETHERTYPE_IPV6;
		return true;
	default:
		return false;
	}
}

/* Why there is no EtherType; NULL if there is one. */
static const char *missing_ethertype(const struct link_layer *link, const struct reader *rest)
{
	if (rest->failed)
		return "cut off in the link-layer header";
	if (link->ethertype >= ETHERTYPE_LEAST)
		return NULL;
	return link->has_destination ? llc_name(reader_peek(rest)) : "neither IPv4 nor IPv6";
}

bool link_decode(struct packet *packet, const struct frame *frame, struct body *ip)
{
	struct link_layer *link = &packet->link;
	struct body all = {
		.bytes = reader_of(frame->bytes, frame->size),
		.size = frame->wire_size > frame->size ? frame->wire_size : frame->size,
	};
	struct reader rest = all.bytes;
	const char *problem;

	if (!read_header(link, frame->link_type, &rest)) {
		note_problem(packet, "a link type that is not decoded");
		return false;
	}
	while (is_vlan(link->ethertype) && link->vlan_count < VLANS_MAX)
		read_vlan(link, &rest);
	problem = missing_ethertype(link, &rest);
	if (problem) {
		note_problem(packet, problem);
		link->ethertype = 0;
		return false;
	}
	if (is_vlan(link->ethertype))
		note_problem(packet, "more VLAN tags than are decoded");
	*ip = body_behind(&all, rest);
	return link->ethertype == ETHERTYPE_IPV4 || link->ethertype == ETHERTYPE_IPV6;
}
