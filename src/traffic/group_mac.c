#include "group_mac.h"

#include "net/address.h"
#include "net/mac.h"

#include <string.h>

enum group_mac packet_group_mac(const struct packet *packet)
{
	static const uint8_t none[MAC_SIZE] = {0};
	static const uint8_t broadcast[MAC_SIZE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	const uint8_t *mac = packet->link.destination;
	uint8_t right[MAC_SIZE];

	if (packet->destination.any.sa_family == AF_UNSPEC ||
	    !address_is_multicast(&packet->destination) || !packet->link.has_destination ||
	    memcmp(mac, none, MAC_SIZE) == 0)
		return GROUP_MAC_UNTOLD;
	mac_of_group(&packet->destination, right);
	if (memcmp(mac, right, MAC_SIZE) == 0)
		return GROUP_MAC_RIGHT;
	if (memcmp(mac, broadcast, MAC_SIZE) == 0)
		return GROUP_MAC_BROADCAST;
	return mac[0] & 1 ? GROUP_MAC_OTHER : GROUP_MAC_UNICAST; /* IEEE 802: the group bit */
}
