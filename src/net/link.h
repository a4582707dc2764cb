/* The links of this host's interfaces: what net/interface says of addresses, this says of what is
 * below them. */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "base/error.h"
#include "mac.h"

#include <net/if.h>

enum { LINK_KIND_SIZE = 16 };

struct link {
	unsigned index;
	char name[IF_NAMESIZE];
	char kind[LINK_KIND_SIZE]; /* "veth", "bridge", "vlan", "tun", "wireguard"...; "": a device,
				      or not told */
	unsigned type;             /* ARPHRD_... */
	unsigned master;           /* the bridge, bond, VRF... that it belongs to; 0: none */
	unsigned mtu;
	bool is_up;       /* as somebody has set it */
	bool has_carrier; /* the layer below works: a cable, an access point, the other end of a
			     veth */
	bool is_loopback;
	bool can_multicast;  /* the MULTICAST flag; Linux lets loopback do it without */
	bool is_promiscuous; /* the flag PROMISC */
	bool has_mac;        /* it has an address as Ethernet does, and that was told */
	uint8_t mac[MAC_SIZE];
	uint64_t receive_drops; /* counted by the interface since it is there; 0 where it is not
				   told */
};

struct links {
	struct link *list; /* by index */
	size_t count, room;
};

/* All of them, by netlink; without libmnl by ioctl(2), where kind, type and master are not told.
 * HOSTCAST_SYSTEM, HOSTCAST_NO_MEMORY. Free with links_done(), also after a failure. */
int links_read(struct links *links, struct error *error);
void links_done(struct links *links);

/* NULL: none. */
const struct link *link_by_index(const struct links *links, unsigned index);

/* Does this master get what its ports receive, before IP sees it? Bridges, bonds, teams and all
 * others do; a VRF takes nothing away. NULL, where a link has no master: no. */
bool link_has_ports(const struct link *master);

/* Is the interface of this index such a port? */
bool links_have_port(const struct links *links, unsigned index);

/* Are there other hosts behind it? Not behind a dummy, an ifb, a monitor of netlink or on a CAN
 * bus, as far as its kind and type tell. */
bool link_has_hosts(const struct link *link);

/* What sort of network a link leads into, as far as its kind and name tell. */
enum link_purpose {
	LINK_ORDINARY,
	LINK_TUNNEL,    /* a VPN or another tunnel, which mostly carries no multicast */
	LINK_CONTAINER, /* the inner network of containers or virtual machines of this host */
};
enum link_purpose link_purpose(const struct link *link);

#endif
