#include "packet.h"

#include "layers.h"

enum { ETHERTYPE_IPV6 = 0x86dd };

/* What Ethernet adds to frames that would be too short, and whatever else stands there. */
static void keep_padding(struct packet *packet, const struct body *ip)
{
	if (reader_left(&ip->bytes) <= packet->ip.size)
		return;
	packet->link.padding = ip->bytes;
	packet->link.padding.at += packet->ip.size;
}

/* What goes over the one version of IP alone. */
static void decode_control(struct packet *packet, struct body body)
{
	bool is_v6 = packet->ip.version == 6;

	if (is_v6 && packet->ip.protocol == IPPROTO_ICMPV6 && is_mld(&body))
		mld_decode(packet, body);
	else if (packet->ip.protocol == (is_v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		icmp_decode(packet, body);
	else if (!is_v6 && packet->ip.protocol == IPPROTO_IGMP)
		igmp_decode(packet, body);
}

static void decode_over_ip(struct packet *packet, struct body body)
{
	if (packet->ip.offset > 0) /* what this is a piece of stands in the first fragment */
		return;
	if (packet->ip.protocol == IPPROTO_UDP)
		udp_decode(packet, body);
	else if (packet->ip.protocol == IPPROTO_TCP)
		tcp_decode(packet, body);
	else
		decode_control(packet, body);
}

void packet_decode(const struct frame *frame, struct packet *packet)
{
	struct body ip, payload;
	bool goes_on;

	*packet = (struct packet){.problem = NULL};
	if (!link_decode(packet, frame, &ip))
		return;
	goes_on = packet->link.ethertype == ETHERTYPE_IPV6 ? ipv6_decode(packet, ip, &payload)
							   : ipv4_decode(packet, ip, &payload);
	if (!goes_on)
		return;
	keep_padding(packet, &ip);
	if (packet->ip.size > ip.size)
		note_problem(packet, "an IP length that is longer than the frame");
	decode_over_ip(packet, payload);
}

uint16_t packet_vlan(const struct packet *packet)
{
	const struct link_layer *link = &packet->link;

	return link->vlan_count > 0 ? link->vlans[link->vlan_count - 1].id : 0;
}
