#include "group_names.h"

#include <arpa/inet.h>
#include <string.h>

/* From the IANA registries "IPv4 Multicast Address Space" and "IPv6 Multicast Address Space". */

struct name_4 {
	uint32_t first, last;
	const char *name;
};

#define GROUP(a, b, c, d)    ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define ONE(a, b, c, d)      GROUP(a, b, c, d), GROUP(a, b, c, d)
#define RANGE(a, b, c, d, e) GROUP(a, b, c, d), GROUP(a, b, c, e)

static const struct name_4 names_4[] = {
	{ONE(224, 0, 0, 0), "base address (reserved)"},
	{ONE(224, 0, 0, 1), "all systems"},
	{ONE(224, 0, 0, 2), "all routers"},
	{ONE(224, 0, 0, 4), "DVMRP routers"},
	{ONE(224, 0, 0, 5), "OSPF, all routers"},
	{ONE(224, 0, 0, 6), "OSPF, designated routers"},
	{ONE(224, 0, 0, 7), "ST routers"},
	{ONE(224, 0, 0, 8), "ST hosts"},
	{ONE(224, 0, 0, 9), "RIP2 routers"},
	{ONE(224, 0, 0, 10), "EIGRP routers"},
	{ONE(224, 0, 0, 11), "mobile agents"},
	{ONE(224, 0, 0, 12), "DHCP servers and relay agents"},
	{ONE(224, 0, 0, 13), "PIM routers"},
	{ONE(224, 0, 0, 14), "RSVP encapsulation"},
	{ONE(224, 0, 0, 15), "CBT routers"},
	{ONE(224, 0, 0, 16), "designated SBM"},
	{ONE(224, 0, 0, 17), "all SBMs"},
	{ONE(224, 0, 0, 18), "VRRP"},
	{ONE(224, 0, 0, 19), "IS-IS, all level 1 systems"},
	{ONE(224, 0, 0, 20), "IS-IS, all level 2 systems"},
	{ONE(224, 0, 0, 21), "IS-IS, all intermediate systems"},
	{ONE(224, 0, 0, 22), "IGMP"},
	{ONE(224, 0, 0, 24), "OSPF traffic engineering"},
	{ONE(224, 0, 0, 69), "AODV-RPL nodes"},
	{ONE(224, 0, 0, 101), "Cisco NHAP"},
	{ONE(224, 0, 0, 102), "HSRP version 2, GLBP"},
	{ONE(224, 0, 0, 106), "all snoopers"},
	{ONE(224, 0, 0, 107), "PTP peer delay"},
	{ONE(224, 0, 0, 108), "Saratoga"},
	{ONE(224, 0, 0, 109), "link-local MANET routers"},
	{ONE(224, 0, 0, 110), "IGRS"},
	{ONE(224, 0, 0, 111), "Babel"},
	{ONE(224, 0, 0, 113), "AllJoyn"},
	{ONE(224, 0, 0, 117), "DLEP discovery"},
	{ONE(224, 0, 0, 118), "MAAS"},
	{ONE(224, 0, 0, 119), "GRASP neighbours"},
	{ONE(224, 0, 0, 121), "RIFT routers"},
	{ONE(224, 0, 0, 251), "mDNS"},
	{ONE(224, 0, 0, 252), "LLMNR"},
	{ONE(224, 0, 0, 253), "Teredo"},
	{ONE(224, 0, 0, 254), "experiments (RFC 4727)"},
	{ONE(224, 0, 1, 1), "NTP"},
	{ONE(224, 0, 1, 3), "rwhod"},
	{ONE(224, 0, 1, 8), "NIS+"},
	{ONE(224, 0, 1, 9), "MTP"},
	{ONE(224, 0, 1, 20), "any private experiment"},
	{ONE(224, 0, 1, 22), "SLP"},
	{ONE(224, 0, 1, 24), "microsoft-ds (WINS)"},
	{ONE(224, 0, 1, 32), "mtrace"},
	{ONE(224, 0, 1, 35), "SLP directory agents"},
	{ONE(224, 0, 1, 39), "Cisco RP announce (Auto-RP)"},
	{ONE(224, 0, 1, 40), "Cisco RP discovery (Auto-RP)"},
	{ONE(224, 0, 1, 41), "H.323 gatekeepers"},
	{ONE(224, 0, 1, 60), "HP device discovery"},
	{ONE(224, 0, 1, 68), "MADCAP servers"},
	{ONE(224, 0, 1, 75), "SIP servers"},
	{ONE(224, 0, 1, 84), "Jini announcement"},
	{ONE(224, 0, 1, 85), "Jini request"},
	{ONE(224, 0, 1, 129), "PTP"},
	{RANGE(224, 0, 1, 130, 132), "PTP, alternate domains"},
	{ONE(224, 0, 1, 140), "CAPWAP access controllers"},
	{ONE(224, 0, 1, 141), "DHCP servers"},
	{ONE(224, 0, 1, 178), "IEEE IAPP"},
	{ONE(224, 0, 1, 186), "site-local MANET routers"},
	{ONE(224, 0, 1, 187), "CoAP nodes"},
	{ONE(224, 0, 1, 190), "CoRE resource directories"},
	{ONE(224, 0, 2, 1), "rwho of BSD (unofficial)"},
	{ONE(224, 0, 2, 2), "Sun RPC calls"},
	{ONE(224, 0, 2, 14), "OPC discovery"},
	{ONE(224, 0, 23, 0), "ECHONET"},
	{ONE(224, 0, 23, 12), "KNXnet/IP"},
	{ONE(224, 0, 23, 14), "DVB service discovery"},
	{ONE(224, 0, 23, 159), "LXI events"},
	{ONE(224, 0, 23, 175), "QDP (Q-SYS discovery)"},
	{ONE(224, 0, 23, 177), "AES discovery"},
	{ONE(224, 2, 127, 254), "SAP announcements"},
	{ONE(224, 2, 127, 255), "SAP version 0 announcements (deprecated)"},
};

/* RFC 2365 section 9: the last 256 groups of an administrative scope are for the same protocols in
 * each, counted back from the last one. */
static const char *const scope_relative[] = {
	"SAP announcements",
	"MADCAP",
	"SLP",
	"MZAP",
	"discovery of DNS services",
	"SSDP (UPnP discovery)",
	"DHCP",
	"AAP",
	"Mbus",
	"UPnP",
	"documentation (MCAST-TEST-NET-2, RFC 6676)",
};

enum { RELATIVE_NAMES = sizeof scope_relative / sizeof scope_relative[0] };

static const char *relative_name(uint32_t group)
{
	unsigned offset = 0xff - (group & 0xff);
	bool is_relative = group >> 8 == GROUP(239, 255, 255, 0) >> 8 || /* the local scope's end */
			   group >> 8 == GROUP(239, 195, 255, 0) >> 8;   /* the organisation's */

	return is_relative && offset < RELATIVE_NAMES ? scope_relative[offset] : NULL;
}

static const char *name_of_4(uint32_t group)
{
	for (size_t i = 0; i < sizeof names_4 / sizeof names_4[0]; i++)
		if (group >= names_4[i].first && group <= names_4[i].last)
			return names_4[i].name;
	return relative_name(group);
}

enum { ANY_SCOPE = 0 };

/* Permanent groups whose ID has at most 32 bits. */
struct name_6 {
	unsigned scope; /* ANY_SCOPE: the same in every scope */
	uint32_t first, last;
	const char *name;
};

static const struct name_6 names_6[] = {
	{1, 0x1, 0x1, "all nodes"},
	{1, 0x2, 0x2, "all routers"},
	{2, 0x1, 0x1, "all nodes"},
	{2, 0x2, 0x2, "all routers"},
	{2, 0x4, 0x4, "DVMRP routers"},
	{2, 0x5, 0x5, "OSPF, all routers"},
	{2, 0x6, 0x6, "OSPF, designated routers"},
	{2, 0x7, 0x7, "ST routers"},
	{2, 0x8, 0x8, "ST hosts"},
	{2, 0x9, 0x9, "RIP routers"},
	{2, 0xa, 0xa, "EIGRP routers"},
	{2, 0xb, 0xb, "mobile agents"},
	{2, 0xd, 0xd, "PIM routers"},
	{2, 0xe, 0xe, "RSVP encapsulation"},
	{2, 0xf, 0xf, "UPnP"},
	{2, 0x10, 0x10, "BBF access nodes"},
	{2, 0x11, 0x11, "Homenet nodes"},
	{2, 0x12, 0x12, "VRRP"},
	{2, 0x13, 0x13, "GRASP neighbours"},
	{2, 0x16, 0x16, "MLDv2-capable routers"},
	{2, 0x1a, 0x1a, "RPL nodes"},
	{2, 0x6a, 0x6a, "all snoopers"},
	{2, 0x6b, 0x6b, "PTP peer delay"},
	{2, 0x6c, 0x6c, "Saratoga"},
	{2, 0x6d, 0x6d, "link-local MANET routers"},
	{2, 0x6e, 0x6e, "IGRS"},
	{2, 0xa1f7, 0xa1f7, "RIFT routers"},
	{2, 0x10001, 0x10001, "link name"},
	{2, 0x10002, 0x10002, "DHCP servers and relay agents"},
	{2, 0x10003, 0x10003, "LLMNR"},
	{2, 0x10004, 0x10004, "DTCP announcement"},
	{2, 0x10006, 0x10006, "Babel"},
	{2, 0x10007, 0x10007, "DLEP discovery"},
	{5, 0x2, 0x2, "all routers"},
	{5, 0x10003, 0x10003, "DHCP servers"},
	{5, 0x10005, 0x10005, "site-local MANET routers"},
	{ANY_SCOPE, 0xc, 0xc, "SSDP (UPnP discovery)"},
	{ANY_SCOPE, 0xfa, 0xfa, "Matter"},
	{ANY_SCOPE, 0xfb, 0xfb, "mDNS"},
	{ANY_SCOPE, 0xfc, 0xfc, "MPL forwarders"},
	{ANY_SCOPE, 0xfd, 0xfd, "CoAP nodes"},
	{ANY_SCOPE, 0xfe, 0xfe, "CoRE resource directories"},
	{ANY_SCOPE, 0x101, 0x101, "NTP"},
	{ANY_SCOPE, 0x103, 0x103, "rwhod"},
	{ANY_SCOPE, 0x108, 0x108, "NIS+"},
	{ANY_SCOPE, 0x109, 0x109, "MTP"},
	{ANY_SCOPE, 0x114, 0x114, "any private experiment"},
	{ANY_SCOPE, 0x116, 0x116, "SLP"},
	{ANY_SCOPE, 0x120, 0x120, "mtrace"},
	{ANY_SCOPE, 0x123, 0x123, "SLP directory agents"},
	{ANY_SCOPE, 0x127, 0x127, "Cisco RP announce (Auto-RP)"},
	{ANY_SCOPE, 0x128, 0x128, "Cisco RP discovery (Auto-RP)"},
	{ANY_SCOPE, 0x129, 0x129, "H.323 gatekeepers"},
	{ANY_SCOPE, 0x12d, 0x12d, "DVB service discovery"},
	{ANY_SCOPE, 0x130, 0x130, "UPnP"},
	{ANY_SCOPE, 0x138, 0x138, "LXI events"},
	{ANY_SCOPE, 0x13a, 0x13a, "AllJoyn"},
	{ANY_SCOPE, 0x13b, 0x13b, "GNUnet"},
	{ANY_SCOPE, 0x155, 0x155, "Jini announcement"},
	{ANY_SCOPE, 0x156, 0x156, "Jini request"},
	{ANY_SCOPE, 0x158, 0x158, "OCF nodes"},
	{ANY_SCOPE, 0x160, 0x16f, "NMEA OneNet"},
	{ANY_SCOPE, 0x175, 0x175, "SIP servers"},
	{ANY_SCOPE, 0x181, 0x181, "PTP"},
	{ANY_SCOPE, 0x182, 0x184, "PTP, alternate domains"},
	{ANY_SCOPE, 0x18c, 0x18c, "CAPWAP access controllers"},
	{ANY_SCOPE, 0x202, 0x202, "Sun RPC calls"},
	{ANY_SCOPE, 0x206, 0x206, "multicast chat"},
	{ANY_SCOPE, 0x300, 0x300, "Mbus"},
	{ANY_SCOPE, 0xbac0, 0xbac0, "BACnet"},
	{ANY_SCOPE, 0x11000, 0x113ff, "SLP version 2"},
	{ANY_SCOPE, 0x20000, 0x27ffd, "multimedia conferences"},
	{ANY_SCOPE, 0x27ffe, 0x27ffe, "SAP announcements"},
	{ANY_SCOPE, 0x27fff, 0x27fff, "SAP version 0 announcements (deprecated)"},
	{ANY_SCOPE, 0x28000, 0x2ffff, "sessions announced by SAP"},
	{ANY_SCOPE, 0x30000, 0x3ffff, "DALI"},
	{ANY_SCOPE, 0x40000, 0x4ffff, "KNX"},
};

static const char *name_of_6(const uint8_t *bytes)
{
	static const uint8_t zeros[10];
	unsigned scope = bytes[1] & 0x0f;
	uint32_t id;

	if (bytes[1] >> 4 != 0 || memcmp(bytes + 2, zeros, sizeof zeros) != 0)
		return NULL;
	memcpy(&id, bytes + 12, 4);
	id = ntohl(id);
	for (size_t i = 0; i < sizeof names_6 / sizeof names_6[0]; i++) {
		const struct name_6 *n = &names_6[i];

		if ((n->scope == ANY_SCOPE || n->scope == scope) && id >= n->first && id <= n->last)
			return n->name;
	}
	return NULL;
}

const char *group_name(const union hostcast_address *group)
{
	if (group->any.sa_family == AF_INET6)
		return name_of_6(group->v6.sin6_addr.s6_addr);
	return name_of_4(ntohl(group->v4.sin_addr.s_addr));
}
