#include "packet.h"

/* IANA, "Assigned Internet Protocol Numbers": those that a multicast network is likely to show. */
const char *ip_protocol_name(uint8_t protocol)
{
	switch (protocol) {
	case 0:
		return "hop-by-hop options";
	case 1:
		return "ICMP";
	case 2:
		return "IGMP";
	case 4:
		return "IPv4 in IP";
	case 6:
		return "TCP";
	case 17:
		return "UDP";
	case 33:
		return "DCCP";
	case 41:
		return "IPv6 in IP";
	case 43:
		return "routing header";
	case 44:
		return "fragment header";
	case 46:
		return "RSVP";
	case 47:
		return "GRE";
	case 50:
		return "ESP";
	case 51:
		return "AH";
	case 58:
		return "ICMPv6";
	case 59:
		return "no next header";
	case 60:
		return "destination options";
	case 88:
		return "EIGRP";
	case 89:
		return "OSPF";
	case 103:
		return "PIM";
	case 112:
		return "VRRP";
	case 113:
		return "PGM";
	case 115:
		return "L2TP";
	case 132:
		return "SCTP";
	case 136:
		return "UDP-Lite";
	default:
		return NULL;
	}
}

/* IEEE registry of EtherTypes */
const char *ethertype_name(uint16_t ethertype)
{
	switch (ethertype) {
	case 0x0800:
		return "IPv4";
	case 0x0806:
		return "ARP";
	case 0x0842:
		return "Wake-on-LAN";
	case 0x22ea:
		return "SRP";
	case 0x22f0:
		return "AVTP";
	case 0x8035:
		return "RARP";
	case 0x8100:
		return "802.1Q";
	case 0x86dd:
		return "IPv6";
	case 0x8808:
		return "Ethernet flow control";
	case 0x8809:
		return "slow protocols (LACP)";
	case 0x8847:
		return "MPLS";
	case 0x8848:
		return "MPLS with upstream label";
	case 0x8863:
		return "PPPoE discovery";
	case 0x8864:
		return "PPPoE";
	case 0x888e:
		return "802.1X";
	case 0x88a8:
		return "802.1ad";
	case 0x88b5:
	case 0x88b6:
		return "IEEE experimental";
	case 0x88cc:
		return "LLDP";
	case 0x88e5:
		return "MACsec";
	case 0x88f5:
		return "MVRP";
	case 0x88f6:
		return "MMRP";
	case 0x88f7:
		return "PTP";
	case 0x9000:
		return "Ethernet loopback test";
	case 0x9100:
		return "802.1Q in 802.1Q";
	default:
		return NULL;
	}
}
