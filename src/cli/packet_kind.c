#include "packet_kind.h"

enum packet_kind packet_kind(const struct packet *packet)
{
	switch (packet->transport) {
	case TRANSPORT_UDP:
		return packet->udp.is_tree ? PACKET_TREE : PACKET_UDP;
	case TRANSPORT_TCP:
		return PACKET_TCP;
	case TRANSPORT_MEMBERSHIP:
		return packet->membership.is_mld ? PACKET_MLD : PACKET_IGMP;
	case TRANSPORT_ICMP:
		return PACKET_ICMP;
	case TRANSPORT_NONE:
		break;
	}
	if (packet->ip.version == 0)
		return PACKET_OTHER;
	return packet->ip.offset > 0 ? PACKET_FRAGMENT : PACKET_IP;
}

const char *packet_kind_name(enum packet_kind kind)
{
	static const char *const names[] = {
#define PACKET_KIND_NAME(name, word) word,
		PACKET_KINDS(PACKET_KIND_NAME)
#undef PACKET_KIND_NAME
	};

	return names[kind];
}

enum checksum packet_transport_checksum(const struct packet *packet)
{
	switch (packet->transport) {
	case TRANSPORT_UDP:
		return packet->udp.checksum;
	case TRANSPORT_TCP:
		return packet->tcp.checksum;
	case TRANSPORT_MEMBERSHIP:
		return packet->membership.checksum;
	case TRANSPORT_ICMP:
		return packet->icmp.checksum;
	case TRANSPORT_NONE:
		break;
	}
	return CHECKSUM_NONE;
}

bool packet_has_bad_checksum(const struct packet *packet)
{
	return packet->ip.checksum == CHECKSUM_BAD ||
	       packet_transport_checksum(packet) == CHECKSUM_BAD;
}
