#include "packet_checks.h"

#include "must.h"

#include <string.h>

/* ---- Within the frame ---- */

static void check_reader(const struct frame *frame, struct reader reader)
{
	if (!reader.at && !reader.end)
		return;
	must(!reader.failed, "a reader that is handed out has not failed");
	must(reader.at >= frame->bytes && reader.at <= reader.end &&
		     reader.end <= frame->bytes + frame->size,
	     "a reader is within the frame");
}

static void check_link(const struct frame *frame, const struct link_layer *link)
{
	must(link->vlan_count <= VLANS_MAX, "VLAN tags have a limit");
	for (size_t i = 0; i < link->vlan_count; i++)
		must(link->vlans[i].id <= 4095 && link->vlans[i].priority <= 7,
		     "a VLAN tag has 12 bits of id and 3 of priority");
	must(!link->is_cooked || link->cooked <= COOKED_SENT, "a cooked type is known");
	check_reader(frame, link->padding);
}

static void check_ip(const struct frame *frame, const struct packet *packet)
{
	const struct ip_layer *ip = &packet->ip;
	int family = ip->version == 4 ? AF_INET : ip->version == 6 ? AF_INET6 : AF_UNSPEC;

	must(ip->version == 0 || ip->version == 4 || ip->version == 6, "a version is known");
	must(packet->source.any.sa_family == family && packet->destination.any.sa_family == family,
	     "addresses are of the version");
	must(ip->version != 0 || (ip->size == 0 && packet->transport == TRANSPORT_NONE),
	     "without IP there is nothing");
	must(packet->transport == TRANSPORT_NONE || ip->header_size <= ip->size,
	     "a header is within its packet");
	must(packet->transport == TRANSPORT_NONE || ip->offset == 0,
	     "a later fragment has no header of a transport");
	must(ip->is_fragment == (ip->more_fragments || ip->offset > 0), "a fragment is one");
	check_reader(frame, ip->options);
}

static size_t check_sources(const struct frame *frame, const struct membership_message *message,
			    struct reader sources, size_t most)
{
	union hostcast_address source;
	size_t count = 0;

	check_reader(frame, sources);
	while (membership_next_source(message, &sources, &source)) {
		must(source.any.sa_family == (message->is_mld ? AF_INET6 : AF_INET),
		     "a source is of the protocol's family");
		count++;
	}
	must(count <= most, "there are no more sources than the message says");
	return count;
}

static void check_records(const struct frame *frame, const struct packet *packet)
{
	struct membership_message message = packet->membership;
	struct group_record record;
	size_t promised = message.count, count = 0, missing = 0;

	if (message.kind != MEMBERSHIP_REPORT)
		return;
	while (membership_next_record(&message, &record)) {
		missing +=
			record.count - check_sources(frame, &message, record.sources, record.count);
		must(record_type_name(record.type), "a type has a name");
		must(group_record_meaning(&record) <= RECORD_CHANGES, "a record means something");
		count++;
	}
	must(count <= promised, "there are no more records than the message says");
	must(packet->problem || (count == promised && missing == 0), "what is missing is said");
}

static void check_membership(const struct frame *frame, const struct packet *packet)
{
	const struct membership_message *message = &packet->membership;
	size_t sources = check_sources(frame, message, message->sources, message->count);

	must(message->kind <= MEMBERSHIP_OTHER, "a kind is known");
	must((message->version == 0) == (message->kind == MEMBERSHIP_OTHER), "versions are known");
	must(message->version <= (message->is_mld ? 2 : 3), "versions have a limit");
	must(message->is_mld == (packet->ip.version == 6), "MLD is spoken over IPv6");
	must(message->response_ns >= 0 && message->interval_ns >= 0, "times do not run backwards");
	must(message->kind != MEMBERSHIP_QUERY || packet->problem || sources == message->count,
	     "sources that are missing are said");
	check_reader(frame, message->records);
	check_records(frame, packet);
}

static void check_icmp(const struct packet *packet)
{
	const struct icmp_message *icmp = &packet->icmp;
	int family = icmp->about_source.any.sa_family;

	must(icmp->is_v6 == (packet->ip.version == 6), "ICMP is of the version of IP");
	must(icmp_meaning(icmp), "a message means something");
	must(family == icmp->about_destination.any.sa_family, "both addresses are there, or none");
	must(family == AF_UNSPEC || (icmp->is_error && family == packet->source.any.sa_family),
	     "only an error is about a packet, and about one of its kind");
}

static void check_tree_message(const struct udp_datagram *udp)
{
	struct message message = udp->tree;
	struct wire_address address;

	must(message.body.at > udp->payload.at && message.body.end == udp->payload.end,
	     "a message ends with its datagram");
	must(memcmp(message_type_name(message.type), udp->payload.at, 4) == 0,
	     "a message has its letters");
	if (message.type == MESSAGE_TOOR || message.type == MESSAGE_YJOI ||
	    message.type == MESSAGE_NJOI)
		while (message_next_address(&message, &address))
			must(wire_address_is_usable(&address), "an address can be used");
	must(!message.body.failed, "a message that was decoded can be read");
}

static void check_udp(const struct frame *frame, const struct udp_datagram *udp)
{
	must(reader_left(&udp->payload) <= udp->size, "no more is captured than there is");
	check_reader(frame, udp->payload);
	if (udp->is_tree)
		check_tree_message(udp);
}

static void check_tcp(const struct frame *frame, const struct tcp_segment *tcp)
{
	char text[TCP_FLAGS_SIZE];

	must(reader_left(&tcp->payload) <= tcp->size, "no more is captured than there is");
	must(tcp->sack_count <= TCP_SACKS_MAX, "blocks have a limit");
	must(strlen(tcp_flags_text(tcp->flags, text)) < sizeof text, "flags have room");
	check_reader(frame, tcp->payload);
}

void check_packet(const struct frame *frame, const struct packet *packet)
{
	check_link(frame, &packet->link);
	check_ip(frame, packet);
	switch (packet->transport) {
	case TRANSPORT_MEMBERSHIP:
		check_membership(frame, packet);
		break;
	case TRANSPORT_ICMP:
		check_icmp(packet);
		break;
	case TRANSPORT_UDP:
		check_udp(frame, &packet->udp);
		break;
	case TRANSPORT_TCP:
		check_tcp(frame, &packet->tcp);
		break;
	case TRANSPORT_NONE:
		break;
	}
}

/* ---- Checksums, by another way than the decoder's ---- */

/* What a checksum covers, by offsets in the frame, and where it stands. */
struct covered {
	size_t at, size, field;
	bool with_addresses;
	enum checksum checksum;
};

static size_t ip_start(const struct frame *frame, const struct packet *packet)
{
	size_t fixed_size = packet->ip.version == 4 ? 20 : 40;

	return (size_t)(packet->ip.options.at - frame->bytes) - fixed_size;
}

static uint64_t word_at(const uint8_t *bytes)
{
	return (uint64_t)bytes[0] * 256 + bytes[1];
}

static uint64_t sum_of(const uint8_t *bytes, size_t size)
{
	uint64_t sum = size % 2 == 1 ? (uint64_t)bytes[size - 1] * 256 : 0;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += word_at(bytes + i);
	return sum;
}

static uint64_t sum_of_covered(const uint8_t *bytes, const struct packet *packet, size_t ip,
			       const struct covered *covered)
{
	uint64_t sum = sum_of(bytes + covered->at, covered->size);

	if (!covered->with_addresses)
		return sum;
	sum += packet->ip.protocol + covered->size;
	return sum +
	       (packet->ip.version == 4 ? sum_of(bytes + ip + 12, 8) : sum_of(bytes + ip + 8, 32));
}

static struct covered header_of(const struct packet *packet, size_t ip)
{
	return (struct covered){.at = ip,
				.size = packet->ip.header_size,
				.field = ip + 10,
				.checksum = packet->ip.checksum};
}

static struct covered body_of_ip(const struct frame *frame, const struct packet *packet, size_t ip)
{
	size_t size =
		frame->wire_size - ip < packet->ip.size ? frame->wire_size - ip : packet->ip.size;
	struct covered covered = {.at = ip + packet->ip.header_size,
				  .size = size - packet->ip.header_size,
				  .with_addresses = true};

	switch (packet->transport) {
	case TRANSPORT_UDP:
		covered.checksum = packet->udp.checksum;
		covered.field = covered.at + 6;
		if (word_at(frame->bytes + covered.field) == 0)
			covered.checksum = CHECKSUM_NONE; /* to calculate, even if it is missed */
		if (word_at(frame->bytes + covered.at + 4) > 0)
			covered.size = word_at(frame->bytes + covered.at + 4);
		break;
	case TRANSPORT_TCP:
		covered.checksum = packet->tcp.checksum;
		covered.field = covered.at + 16;
		break;
	case TRANSPORT_ICMP:
		covered.checksum = packet->icmp.checksum;
		covered.field = covered.at + 2;
		covered.with_addresses = packet->icmp.is_v6;
		break;
	case TRANSPORT_MEMBERSHIP:
		covered.checksum = packet->membership.checksum;
		covered.field = covered.at + 2;
		covered.with_addresses = packet->membership.is_mld;
		break;
	case TRANSPORT_NONE:
		break;
	}
	return covered;
}

static enum checksum checksum_again(const struct frame *frame, const uint8_t *bytes,
				    const struct packet *was, bool is_header)
{
	struct frame again = *frame;
	struct packet packet;

	again.bytes = bytes;
	packet_decode(&again, &packet);
	check_packet(&again, &packet);
	must(packet.transport == was->transport, "a checksum decides nothing");
	return is_header ? packet.ip.checksum
			 : body_of_ip(&again, &packet, ip_start(&again, &packet)).checksum;
}

/* In one's complement all multiples of 65,535 are 0; the 0 of no words at all is not right. */
static bool is_right(uint64_t sum)
{
	return sum > 0 && sum % 65535 == 0;
}

/* UDP may say that it is shorter than its header. */
static bool has_field(const struct covered *covered)
{
	return covered->field + 2 <= covered->at + covered->size;
}

static void check_checksum(const struct frame *frame, const struct packet *packet, size_t ip,
			   const struct covered *covered, bool is_header)
{
	uint8_t *bytes;
	uint64_t sum, right;

	if (covered->checksum == CHECKSUM_NONE || covered->checksum == CHECKSUM_UNKNOWN ||
	    !has_field(covered))
		return;
	must(covered->at + covered->size <= frame->size, "what is checked is there");
	bytes = malloc(frame->size);
	must(bytes, "there is memory");
	memcpy(bytes, frame->bytes, frame->size);
	sum = sum_of_covered(bytes, packet, ip, covered);
	must((covered->checksum == CHECKSUM_GOOD) == is_right(sum),
	     "a checksum is good exactly where it is right");
	right = 65535 - (sum - word_at(bytes + covered->field)) % 65535;
	bytes[covered->field] = (uint8_t)(right / 256);
	bytes[covered->field + 1] = (uint8_t)(right % 256);
	must(checksum_again(frame, bytes, packet, is_header) == CHECKSUM_GOOD,
	     "a checksum that was put right is good");
	free(bytes);
}

void check_checksums(const struct frame *frame, const struct packet *packet)
{
	struct covered covered;
	size_t ip;

	if (packet->ip.version == 0)
		return;
	ip = ip_start(frame, packet);
	if (packet->ip.version == 4) {
		covered = header_of(packet, ip);
		check_checksum(frame, packet, ip, &covered, true);
	}
	if (packet->transport != TRANSPORT_NONE) {
		covered = body_of_ip(frame, packet, ip);
		check_checksum(frame, packet, ip, &covered, false);
	}
}

/* ---- A part against the whole ---- */

static bool is_same_ip(const union hostcast_address *a, const union hostcast_address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET6)
		return memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
	return a->any.sa_family == AF_UNSPEC || a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

/* Where the part has any. */
static void must_be_same_ip(const union hostcast_address *part, const union hostcast_address *whole)
{
	must(part->any.sa_family == AF_UNSPEC || is_same_ip(part, whole),
	     "an address of a part is that of the whole");
}

static void compare_link(const struct link_layer *part, const struct link_layer *whole)
{
	must(part->has_source <= whole->has_source &&
		     part->has_destination <= whole->has_destination,
	     "a part has no more addresses");
	must(!part->has_source || memcmp(part->source, whole->source, MAC_SIZE) == 0,
	     "a part has the same source");
	must(!part->has_destination || memcmp(part->destination, whole->destination, MAC_SIZE) == 0,
	     "a part has the same destination");
	must(part->vlan_count <= whole->vlan_count, "a part has no more VLAN tags");
	must(part->ethertype == 0 || part->ethertype == whole->ethertype,
	     "a part carries the same");
	must(part->is_cooked <= whole->is_cooked, "a part knows no more");
	must(reader_left(&part->padding) <= reader_left(&whole->padding),
	     "a part has no more padding");
}

static void compare_membership(struct membership_message part, struct membership_message whole)
{
	struct group_record record, record_of_whole;

	must(part.kind == whole.kind && part.version == whole.version &&
		     part.count == whole.count && part.response_ns == whole.response_ns &&
		     part.interval_ns == whole.interval_ns,
	     "a message of which a part is missing is the same");
	must(is_same_ip(&part.group, &whole.group), "a message is of the same group");
	must(reader_left(&part.sources) <= reader_left(&whole.sources),
	     "a part has no more sources");
	while (membership_next_record(&part, &record)) {
		must(membership_next_record(&whole, &record_of_whole),
		     "a part has no more records");
		must(record.type == record_of_whole.type && record.count == record_of_whole.count &&
			     is_same_ip(&record.group, &record_of_whole.group),
		     "a part has the same records");
		must(reader_left(&record.sources) <= reader_left(&record_of_whole.sources),
		     "a record of a part has no more sources");
	}
}

static void compare_udp(const struct udp_datagram *part, const struct udp_datagram *whole)
{
	must(part->size == whole->size &&
		     reader_left(&part->payload) <= reader_left(&whole->payload),
	     "a part has no more payload");
	must(part->is_tree <= whole->is_tree, "a part is no message where the whole is none");
	must(!part->is_tree || part->tree.type == whole->tree.type, "a part is the same message");
}

static void compare_tcp(const struct tcp_segment *part, const struct tcp_segment *whole)
{
	must(part->sequence == whole->sequence && part->flags == whole->flags,
	     "a part has the same header");
	must(part->mss == 0 || part->mss == whole->mss, "a part has the same options");
	must(part->sack_count <= whole->sack_count, "a part has no more options");
	must(reader_left(&part->payload) <= reader_left(&whole->payload),
	     "a part has no more payload");
}

static void compare_icmp(const struct icmp_message *part, const struct icmp_message *whole)
{
	must(part->type == whole->type && part->code == whole->code, "a part has the same header");
	must(part->mtu == 0 || part->mtu == whole->mtu, "a part tells the same MTU");
	must_be_same_ip(&part->about_source, &whole->about_source);
	must_be_same_ip(&part->about_destination, &whole->about_destination);
}

static void compare_transport(const struct packet *part, const struct packet *whole)
{
	switch (part->transport) {
	case TRANSPORT_MEMBERSHIP:
		compare_membership(part->membership, whole->membership);
		break;
	case TRANSPORT_ICMP:
		compare_icmp(&part->icmp, &whole->icmp);
		break;
	case TRANSPORT_UDP:
		compare_udp(&part->udp, &whole->udp);
		break;
	case TRANSPORT_TCP:
		compare_tcp(&part->tcp, &whole->tcp);
		break;
	case TRANSPORT_NONE:
		break;
	}
}

static void compare(const struct packet *part, const struct packet *whole)
{
	compare_link(&part->link, &whole->link);
	must(part->ip.version == 0 || part->ip.version == whole->ip.version,
	     "a part has the same version");
	must(part->ip.version == 0 || part->ip.size == whole->ip.size, "a part has the same size");
	must(part->ip.header_size <= whole->ip.header_size, "a part has no more headers");
	must_be_same_ip(&part->source, &whole->source);
	must_be_same_ip(&part->destination, &whole->destination);
	must(part->transport == TRANSPORT_NONE || part->transport == whole->transport,
	     "a part has the same transport");
	must(part->problem || part->transport == whole->transport,
	     "what is missing of a part is said");
	compare_transport(part, whole);
}

void check_prefix(const struct frame *frame, const struct packet *whole, size_t size)
{
	struct frame cut = *frame;
	struct packet part;
	uint8_t *bytes = malloc(size + (size == 0)); /* exactly so many, for a sanitizer */

	must(bytes && size <= frame->size, "there is memory");
	memcpy(bytes, frame->bytes, size);
	cut.bytes = bytes;
	cut.size = size;
	if (cut.wire_size < frame->size)
		cut.wire_size = frame->size;
	packet_decode(&cut, &part);
	check_packet(&cut, &part);
	check_checksums(&cut, &part);
	compare(&part, whole);
	free(bytes);
}
