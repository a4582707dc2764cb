#include "group_mac.h"

#include "net/address.h"
#include "net/mac.h"

#include <string.h>

enum group_mac packet_group_mac(const struct packet *packet)
{
	const uint8_t *mac = packet->link.destination;
	uint8_t right[MAC_SIZE];

	if (packet->destination.any.sa_family == AF_UNSPEC ||
	    !address_is_multicast(&packet->destination) || !packet->link.has_destination ||
	    mac_is_none(mac))
		return GROUP_MAC_UNTOLD;
	mac_of_group(&packet->destination, right);
	if (memcmp(mac, right, MAC_SIZE) == 0)
		return GROUP_MAC_RIGHT;
	if (mac_is_broadcast(mac))
		return GROUP_MAC_BROADCAST;
	return mac[0] & 1 ? GROUP_MAC_OTHER : GROUP_MAC_UNICAST; /* IEEE 802: the group bit */
}
