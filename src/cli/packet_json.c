#include "packet_show.h"

#include "base/monotime.h"
#include "json.h"
#include "net/address.h"
#include "net/mac.h"
#include "packet_kind.h"
#include "run/tree/tree_address.h"
#include "traffic/group_mac.h"

/* ---- Values ---- */

static void add_endpoint(struct text *out, const char *key, const union hostcast_address *address,
			 bool has_ports)
{
	if (has_ports)
		json_address(out, key, address);
	else
		json_ip(out, key, address);
}

static void add_mac(struct text *out, const char *key, const uint8_t mac[MAC_SIZE])
{
	char text[MAC_TEXT_SIZE];

	json_string(out, key, mac_text(mac, text));
}

static void add_checksum(struct text *out, enum checksum checksum)
{
	static const char *const names[] = {
		[CHECKSUM_NONE] = "none", [CHECKSUM_GOOD] = "good",       [CHECKSUM_BAD] = "bad",
		[CHECKSUM_LEFT] = "left", [CHECKSUM_UNKNOWN] = "unknown",
	};

	json_string(out, "checksum", names[checksum]);
}

static void add_name(struct text *out, const char *key, const char *name)
{
	if (name)
		json_string(out, key, name);
}

/* Bytes that are not all there: as many as are. */
static void add_payload(struct text *out, const struct reader *payload, size_t size)
{
	size_t there = reader_left(payload);

	json_integer(out, "size", (int64_t)size);
	if (there < size)
		json_integer(out, "captured", (int64_t)there);
	json_payload(out, payload->at, there);
}

/* ---- Below IP ---- */

static const char *link_type_name(unsigned type)
{
	switch (type) {
	case LINK_NULL:
		return "null";
	case LINK_ETHERNET:
		return "ethernet";
	case LINK_RAW:
		return "raw";
	case LINK_LOOP:
		return "loop";
	case LINK_SLL:
		return "sll";
	case LINK_IPV4:
		return "ipv4";
	case LINK_IPV6:
		return "ipv6";
	case LINK_SLL2:
		return "sll2";
	default:
		return NULL;
	}
}

static void add_vlans(struct text *out, const struct link_layer *link)
{
	if (link->vlan_count == 0)
		return;
	json_begin_array(out, "vlans");
	for (size_t i = 0; i < link->vlan_count; i++) {
		const struct vlan_tag *tag = &link->vlans[i];

		json_begin_object(out);
		json_integer(out, "id", tag->id);
		json_integer(out, "priority", tag->priority);
		json_bool(out, "may_be_dropped", tag->may_be_dropped);
		json_integer(out, "type", tag->type);
		json_end_object(out);
	}
	json_end_array(out);
}

static void add_cooked(struct text *out, const struct link_layer *link)
{
	static const char *const ways[] = {
		[COOKED_TO_US] = "to_us",         [COOKED_BROADCAST] = "broadcast",
		[COOKED_MULTICAST] = "multicast", [COOKED_TO_OTHERS] = "to_others",
		[COOKED_SENT] = "sent",
	};

	if (!link->is_cooked)
		return;
	json_string(out, "way", ways[link->cooked]);
	if (link->cooked_interface > 0)
		json_integer(out, "interface_index", link->cooked_interface);
}

static void add_group_mac(struct text *out, const struct packet *packet)
{
	static const char *const names[] = {
		[GROUP_MAC_RIGHT] = "right",
		[GROUP_MAC_BROADCAST] = "broadcast",
		[GROUP_MAC_UNICAST] = "unicast",
		[GROUP_MAC_OTHER] = "other",
	};
	enum group_mac mac = packet_group_mac(packet);

	if (mac != GROUP_MAC_UNTOLD)
		json_string(out, "group_mac", names[mac]);
}

static void add_link(struct text *out, const struct frame *frame, const struct packet *packet)
{
	const struct link_layer *link = &packet->link;

	json_begin_member_object(out, "link");
	json_integer(out, "type", frame->link_type);
	add_name(out, "name", link_type_name(frame->link_type));
	if (link->has_source)
		add_mac(out, "source", link->source);
	if (link->has_destination)
		add_mac(out, "destination", link->destination);
	add_group_mac(out, packet);
	add_vlans(out, link);
	add_cooked(out, link);
	if (link->ethertype > 0) {
		json_integer(out, "ethertype", link->ethertype);
		add_name(out, "ethertype_name", ethertype_name(link->ethertype));
	}
	if (reader_left(&link->padding) > 0)
		json_integer(out, "padding", (int64_t)reader_left(&link->padding));
	json_end_object(out);
}

/* ---- IP ---- */

static void add_fragment(struct text *out, const struct ip_layer *ip)
{
	json_begin_member_object(out, "fragment");
	json_integer(out, "offset", ip->offset);
	json_bool(out, "more", ip->more_fragments);
	json_end_object(out);
}

static void add_ip_layer(struct text *out, const struct ip_layer *ip)
{
	json_begin_member_object(out, "ip");
	json_integer(out, "version", ip->version);
	json_integer(out, "header_size", (int64_t)ip->header_size);
	json_integer(out, "size", (int64_t)ip->size);
	json_integer(out, "dscp", ip->dscp);
	json_integer(out, "ecn", ip->ecn);
	json_integer(out, "ttl", ip->ttl);
	json_integer(out, "protocol", ip->protocol);
	add_name(out, "protocol_name", ip_protocol_name(ip->protocol));
	json_bool(out, "router_alert", ip->has_router_alert);
	if (ip->version == 4) {
		json_bool(out, "dont_fragment", ip->dont_fragment);
		add_checksum(out, ip->checksum);
	} else {
		json_integer(out, "flow_label", ip->flow_label);
		json_bool(out, "source_routed", ip->is_source_routed);
	}
	if (ip->version == 4 || ip->is_fragment)
		json_integer(out, "identification", ip->identification);
	if (ip->is_fragment)
		add_fragment(out, ip);
	json_end_object(out);
}

/* ---- IGMP and MLD ---- */

static void add_sources(struct text *out, const struct membership_message *message,
			struct reader sources)
{
	char text[HOSTCAST_TEXT_SIZE];
	union hostcast_address source;

	json_begin_array(out, "sources");
	while (membership_next_source(message, &sources, &source))
		json_array_string(out, address_ip_text(&source, text));
	json_end_array(out);
}

static void add_record(struct text *out, const struct membership_message *message,
		       const struct group_record *record)
{
	json_begin_object(out);
	json_integer(out, "type", record->type);
	json_string(out, "type_name", record_type_name(record->type));
	json_ip(out, "group", &record->group);
	json_integer(out, "count", record->count);
	add_sources(out, message, record->sources);
	json_end_object(out);
}

static void add_records(struct text *out, const struct membership_message *message)
{
	struct membership_message left = *message;
	struct group_record record;

	json_integer(out, "count", message->count);
	json_begin_array(out, "records");
	while (membership_next_record(&left, &record))
		add_record(out, message, &record);
	json_end_array(out);
}

static void add_query(struct text *out, const struct membership_message *query)
{
	bool has_sources = query->version == (query->is_mld ? 2 : 3);

	json_integer(out, "response_ns", query->response_ns);
	if (!has_sources)
		return;
	json_bool(out, "suppresses", query->suppresses);
	json_integer(out, "robustness", query->robustness);
	json_integer(out, "interval_ns", query->interval_ns);
	json_integer(out, "count", query->count);
	add_sources(out, query, query->sources);
}

static void add_membership(struct text *out, const struct membership_message *message)
{
	static const char *const kinds[] = {
		[MEMBERSHIP_QUERY] = "query",
		[MEMBERSHIP_REPORT] = "report",
		[MEMBERSHIP_LEAVE] = "leave",
		[MEMBERSHIP_OTHER] = "other",
	};

	json_begin_member_object(out, message->is_mld ? "mld" : "igmp");
	json_string(out, "kind", kinds[message->kind]);
	json_integer(out, "version", message->version);
	json_integer(out, "type", message->type);
	json_integer(out, "code", message->code);
	add_checksum(out, message->checksum);
	json_ip(out, "group", &message->group);
	if (message->kind == MEMBERSHIP_QUERY)
		add_query(out, message);
	else if (message->kind == MEMBERSHIP_REPORT && message->group.any.sa_family == AF_UNSPEC)
		add_records(out, message);
	json_end_object(out);
}

/* ---- ICMP ---- */

static void add_about(struct text *out, const struct icmp_message *icmp)
{
	bool has_ports =
		address_port(&icmp->about_source) > 0 || address_port(&icmp->about_destination) > 0;

	if (icmp->about_source.any.sa_family == AF_UNSPEC)
		return;
	json_begin_member_object(out, "about");
	json_integer(out, "protocol", icmp->about_protocol);
	add_name(out, "protocol_name", ip_protocol_name(icmp->about_protocol));
	add_endpoint(out, "source", &icmp->about_source, has_ports);
	add_endpoint(out, "destination", &icmp->about_destination, has_ports);
	json_end_object(out);
}

static void add_icmp(struct text *out, const struct icmp_message *icmp)
{
	json_begin_member_object(out, "icmp");
	json_integer(out, "version", icmp->is_v6 ? 6 : 4);
	json_integer(out, "type", icmp->type);
	json_integer(out, "code", icmp->code);
	json_string(out, "meaning", icmp_meaning(icmp));
	add_checksum(out, icmp->checksum);
	json_bool(out, "is_error", icmp->is_error);
	if (icmp->mtu > 0)
		json_integer(out, "mtu", icmp->mtu);
	if (icmp->identifier > 0 || icmp->number > 0) {
		json_integer(out, "identifier", icmp->identifier);
		json_integer(out, "number", icmp->number);
	}
	if (icmp->is_error)
		add_about(out, icmp);
	json_end_object(out);
}

/* ---- UDP and the tree ---- */

static void add_addresses(struct text *out, struct message message)
{
	struct wire_address wire;
	char text[HOSTCAST_TEXT_SIZE];

	json_begin_array(out, "addresses");
	while (message_next_address(&message, &wire)) {
		union hostcast_address address = address_of_wire(&wire);

		json_array_string(out, hostcast_address_text(&address, text));
	}
	json_end_array(out);
}

static void add_refused(struct text *out, struct message message)
{
	struct wire_address wire;
	struct reader payload = message_refused_payload(&message, &wire);
	union hostcast_address root = address_of_wire(&wire);

	json_address(out, "root", &root);
	json_integer(out, "payload_size", (int64_t)reader_left(&payload));
	json_payload(out, payload.at, reader_left(&payload));
}

static void add_tree(struct text *out, const struct message *message)
{
	json_begin_member_object(out, "tree");
	json_string(out, "type", message_type_name(message->type));
	switch (message->type) {
	case MESSAGE_TOOR:
	case MESSAGE_YJOI:
	case MESSAGE_NJOI:
		add_addresses(out, *message);
		break;
	case MESSAGE_NDAT:
		add_refused(out, *message);
		break;
	case MESSAGE_DATA:
		json_integer(out, "payload_size", (int64_t)reader_left(&message->body));
		json_payload(out, message->body.at, reader_left(&message->body));
		break;
	default: /* the body has no meaning, or is text that stands in "udp" already */
		break;
	}
	json_end_object(out);
}

static void add_udp(struct text *out, const struct udp_datagram *udp)
{
	json_begin_member_object(out, "udp");
	add_checksum(out, udp->checksum);
	add_payload(out, &udp->payload, udp->size);
	json_end_object(out);
	if (udp->is_tree)
		add_tree(out, &udp->tree);
}

/* ---- TCP ---- */

static void add_sacks(struct text *out, const struct tcp_segment *tcp)
{
	if (tcp->sack_count == 0)
		return;
	json_begin_array(out, "sacks");
	for (size_t i = 0; i < tcp->sack_count; i++) {
		json_begin_object(out);
		json_integer(out, "left", tcp->sacks[i].left);
		json_integer(out, "right", tcp->sacks[i].right);
		json_end_object(out);
	}
	json_end_array(out);
}

static void add_tcp_options(struct text *out, const struct tcp_segment *tcp)
{
	if (tcp->mss > 0)
		json_integer(out, "mss", tcp->mss);
	if (tcp->has_window_scale)
		json_integer(out, "window_scale", tcp->window_scale);
	if (tcp->may_sack)
		json_bool(out, "may_sack", true);
	if (tcp->has_timestamps) {
		json_integer(out, "timestamp", tcp->timestamp);
		json_integer(out, "timestamp_echo", tcp->timestamp_echo);
	}
	add_sacks(out, tcp);
}

static void add_tcp(struct text *out, const struct tcp_segment *tcp)
{
	char flags[TCP_FLAGS_SIZE];

	json_begin_member_object(out, "tcp");
	json_integer(out, "sequence", tcp->sequence);
	json_integer(out, "acknowledgement", tcp->acknowledgement);
	json_string(out, "flags", tcp_flags_text(tcp->flags, flags));
	json_integer(out, "flag_bits", tcp->flags);
	json_integer(out, "window", tcp->window);
	json_integer(out, "urgent", tcp->urgent);
	add_checksum(out, tcp->checksum);
	add_tcp_options(out, tcp);
	add_payload(out, &tcp->payload, tcp->size);
	json_end_object(out);
}

/* ---- All ---- */

static void add_transport(struct text *out, const struct packet *packet)
{
	switch (packet->transport) {
	case TRANSPORT_UDP:
		add_udp(out, &packet->udp);
		break;
	case TRANSPORT_TCP:
		add_tcp(out, &packet->tcp);
		break;
	case TRANSPORT_MEMBERSHIP:
		add_membership(out, &packet->membership);
		break;
	case TRANSPORT_ICMP:
		add_icmp(out, &packet->icmp);
		break;
	case TRANSPORT_NONE:
		break;
	}
}

/* A comment is of whoever made the file, and need not be valid UTF-8. */
static void add_comment(struct text *out, const struct frame *frame)
{
	struct text comment = {0};

	if (!frame->comment)
		return;
	text_add(&comment, frame->comment, frame->comment_size);
	json_string(out, "comment", text_string(&comment));
	text_done(&comment);
}

void packet_show_json(struct text *out, const struct frame *frame, const struct packet *packet)
{
	bool has_ports = packet->transport == TRANSPORT_UDP || packet->transport == TRANSPORT_TCP;

	json_integer(out, "time_ns", frame->time_ns);
	json_string(out, "kind", packet_kind_name(packet_kind(packet)));
	json_integer(out, "size", (int64_t)frame->wire_size);
	json_integer(out, "captured", (int64_t)frame->size);
	add_endpoint(out, "source", &packet->source, has_ports);
	add_endpoint(out, "destination", &packet->destination, has_ports);
	add_link(out, frame, packet);
	if (packet->ip.version > 0)
		add_ip_layer(out, &packet->ip);
	add_transport(out, packet);
	add_name(out, "problem", packet->problem);
	add_comment(out, frame);
}
