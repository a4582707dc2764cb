/* Is the destination MAC address of a packet to a group the one that belongs to the group? Pure. */
#ifndef TRAFFIC_GROUP_MAC_H
#define TRAFFIC_GROUP_MAC_H

#include "decode/packet.h"

enum group_mac {
	GROUP_MAC_UNTOLD, /* not to a group, or there is none (cooked, raw, the loopback interface)
			   */
	GROUP_MAC_RIGHT,
	GROUP_MAC_BROADCAST, /* no filter looks at these: every host gets them */
	GROUP_MAC_UNICAST,   /* some access points and switches make copies to single hosts */
	GROUP_MAC_OTHER,     /* of another group */
};

enum group_mac packet_group_mac(const struct packet *packet);

static inline bool group_mac_is_wrong(enum group_mac mac)
{
	return mac >= GROUP_MAC_BROADCAST;
}

#endif
