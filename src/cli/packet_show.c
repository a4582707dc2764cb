#include "packet_show.h"

#include "membership_words.h"
#include "net/address.h"
#include "net/mac.h"
#include "packet_kind.h"
#include "payload_words.h"
#include "show.h"
#include "traffic/group_mac.h"
#include "tree_words.h"

/* ---- Below IP ---- */

/* "vlan 100.5: ", the outer one first. */
static void add_vlans(struct text *out, const struct link_layer *link)
{
	for (size_t i = 0; i < link->vlan_count; i++)
		text_addf(out, "%s%u", i > 0 ? "." : "vlan ", link->vlans[i].id);
	text_add_string(out, link->vlan_count > 0 ? ": " : "");
}

static void add_mac(struct text *out, bool has_it, const uint8_t mac[MAC_SIZE])
{
	char text[MAC_TEXT_SIZE];

	text_add_string(out, has_it ? mac_text(mac, text) : "-");
}

/* What is no IP packet. */
static void add_link_alone(struct text *out, const struct link_layer *link)
{
	const char *name = link->ethertype > 0 ? ethertype_name(link->ethertype) : NULL;

	if (link->has_source || link->has_destination) {
		add_mac(out, link->has_source, link->source);
		text_add_string(out, " > ");
		add_mac(out, link->has_destination, link->destination);
		text_add_string(out, ", ");
	}
	if (name)
		text_add_string(out, name);
	else if (link->ethertype > 0)
		text_addf(out, "ethertype 0x%04x", link->ethertype);
	else
		text_add_string(out, "no IP packet");
}

/* The destination MAC address of what is sent to a group, and if it is another's: the right one. */
static void add_group_mac(struct text *out, const struct packet *packet)
{
	enum group_mac mac = packet_group_mac(packet);
	uint8_t right[MAC_SIZE];

	if (mac == GROUP_MAC_UNTOLD)
		return;
	text_add_string(out, " [to ");
	add_mac(out, true, packet->link.destination);
	if (group_mac_is_wrong(mac)) {
		mac_of_group(&packet->destination, right);
		text_add_string(out, ", not the group's ");
		add_mac(out, true, right);
	}
	text_add_string(out, "]");
}

/* ---- IP ---- */

/* With ports where the protocol has them. */
static const char *endpoint_text(const struct packet *packet, const union hostcast_address *address,
				 char text[HOSTCAST_TEXT_SIZE])
{
	bool has_ports = packet->transport == TRANSPORT_UDP || packet->transport == TRANSPORT_TCP;

	return has_ports ? hostcast_address_text(address, text) : address_ip_text(address, text);
}

static void add_fragment(struct text *out, const struct ip_layer *ip)
{
	size_t size = ip->size > ip->header_size ? ip->size - ip->header_size : 0;

	if (ip->is_fragment)
		text_addf(out, ", fragment %u+%zu%s of datagram 0x%x", ip->offset, size,
			  ip->more_fragments ? "" : " (the last)", ip->identification);
}

static void add_ip(struct text *out, const struct packet *packet)
{
	char source[HOSTCAST_TEXT_SIZE], destination[HOSTCAST_TEXT_SIZE];

	text_addf(out, "%s > %s ttl %u", endpoint_text(packet, &packet->source, source),
		  endpoint_text(packet, &packet->destination, destination), packet->ip.ttl);
	add_fragment(out, &packet->ip);
}

static void add_protocol(struct text *out, uint8_t protocol)
{
	const char *name = ip_protocol_name(protocol);

	if (name)
		text_add_string(out, name);
	else
		text_addf(out, "IP protocol %u", protocol);
}

/* ---- Above IP ---- */

static void add_udp(struct text *out, const struct udp_datagram *udp)
{
	if (udp->is_tree) {
		text_addf(out, "tree %s: ", message_type_name(udp->tree.type));
		tree_words(out, &udp->tree);
		return;
	}
	text_add_string(out, "UDP, ");
	show_quantity(out, udp->size, "byte", "bytes");
	payload_words(out, &udp->payload, udp->size);
}

static void add_sacks(struct text *out, const struct tcp_segment *tcp)
{
	for (size_t i = 0; i < tcp->sack_count; i++)
		text_addf(out, "%s%u-%u", i > 0 ? "," : ", has also ", tcp->sacks[i].left,
			  tcp->sacks[i].right);
}

/* Those that are agreed at the beginning. */
static void add_syn_options(struct text *out, const struct tcp_segment *tcp)
{
	if (tcp->mss > 0)
		text_addf(out, ", mss %u", tcp->mss);
	if (tcp->has_window_scale)
		text_addf(out, ", window scale %u", tcp->window_scale);
	if (tcp->may_sack)
		text_add_string(out, ", sack");
	if (tcp->has_timestamps && tcp->flags & TCP_SYN)
		text_add_string(out, ", timestamps");
}

static void add_tcp(struct text *out, const struct tcp_segment *tcp)
{
	char flags[TCP_FLAGS_SIZE];

	text_addf(out, "TCP %s, seq %u", tcp_flags_text(tcp->flags, flags), tcp->sequence);
	if (tcp->flags & TCP_ACK)
		text_addf(out, ", ack %u", tcp->acknowledgement);
	text_addf(out, ", window %u, ", tcp->window);
	show_quantity(out, tcp->size, "byte", "bytes");
	add_syn_options(out, tcp);
	add_sacks(out, tcp);
}

/* An error is about a packet whose ports are there for UDP and TCP, as far as it was sent back. */
static void add_about(struct text *out, const struct icmp_message *icmp)
{
	char source[HOSTCAST_TEXT_SIZE], destination[HOSTCAST_TEXT_SIZE];
	bool has_ports =
		address_port(&icmp->about_source) > 0 || address_port(&icmp->about_destination) > 0;

	if (icmp->about_source.any.sa_family == AF_UNSPEC)
		return;
	text_add_string(out, ", about ");
	add_protocol(out, icmp->about_protocol);
	text_addf(out, " %s > %s",
		  has_ports ? hostcast_address_text(&icmp->about_source, source)
			    : address_ip_text(&icmp->about_source, source),
		  has_ports ? hostcast_address_text(&icmp->about_destination, destination)
			    : address_ip_text(&icmp->about_destination, destination));
}

static void add_icmp(struct text *out, const struct icmp_message *icmp)
{
	text_addf(out, "%s %s", icmp->is_v6 ? "ICMPv6" : "ICMP", icmp_meaning(icmp));
	if (icmp->mtu > 0)
		text_addf(out, ", MTU %u", icmp->mtu);
	if (icmp->is_error)
		add_about(out, icmp);
	else if (icmp->identifier > 0 || icmp->number > 0)
		text_addf(out, ", id %u, number %u", icmp->identifier, icmp->number);
}

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
		membership_words(out, &packet->membership);
		break;
	case TRANSPORT_ICMP:
		add_icmp(out, &packet->icmp);
		break;
	case TRANSPORT_NONE:
		add_protocol(out, packet->ip.protocol);
	}
}

/* ---- What is wrong ---- */

static void add_problems(struct text *out, const struct packet *packet)
{
	if (packet->ip.checksum == CHECKSUM_BAD)
		text_add_string(out, "; the IPv4 header's checksum is wrong");
	if (packet_transport_checksum(packet) == CHECKSUM_BAD)
		text_add_string(out, "; the checksum is wrong");
	if (packet->problem)
		text_addf(out, "; %s", packet->problem);
}

void packet_show_line(struct text *out, const struct frame *frame, const struct packet *packet)
{
	add_vlans(out, &packet->link);
	if (packet->ip.version == 0) {
		add_link_alone(out, &packet->link);
	} else {
		add_ip(out, packet);
		text_add_string(out, ", ");
		add_transport(out, packet);
		add_group_mac(out, packet);
	}
	add_problems(out, packet);
	if (frame->size < frame->wire_size)
		text_addf(out, "; %zu of its %zu bytes were captured", frame->size,
			  frame->wire_size);
}
