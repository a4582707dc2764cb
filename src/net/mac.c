#include "mac.h"

#include "address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { LOW_23_BITS = 0x7fffff, LOW_BITS_4 = 23 };

void mac_of_group(const union hostcast_address *group, uint8_t mac[static MAC_SIZE])
{
	uint32_t low;

	if (group->any.sa_family == AF_INET6) {
		mac[0] = mac[1] = 0x33;
		memcpy(mac + 2, group->v6.sin6_addr.s6_addr + 12, 4);
		return;
	}
	low = htonl(ntohl(group->v4.sin_addr.s_addr) & LOW_23_BITS);
	memcpy(mac + 2, &low, 4);
	mac[0] = 0x01;
	mac[1] = 0x00;
	mac[2] = 0x5e;
}

const char *mac_text(const uint8_t mac[static MAC_SIZE], char text[static MAC_TEXT_SIZE])
{
	snprintf(text, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return text;
}

double mac_sharers(int family)
{
	return family == AF_INET ? MAC_GROUPS_4 - 1 : 0x1p80 - 1;
}

union hostcast_address mac_sharer_4(const union hostcast_address *group, unsigned number)
{
	union hostcast_address sharer = {.v4.sin_family = AF_INET};
	uint32_t low = ntohl(group->v4.sin_addr.s_addr) & LOW_23_BITS;

	sharer.v4.sin_addr.s_addr = htonl(INADDR_UNSPEC_GROUP | number << LOW_BITS_4 | low);
	return sharer;
}

static union hostcast_address control_group_6(const union hostcast_address *group)
{
	union hostcast_address control = {.v6.sin6_family = AF_INET6};

	control.v6.sin6_addr.s6_addr[0] = 0xff;
	control.v6.sin6_addr.s6_addr[1] = 0x02;
	memcpy(control.v6.sin6_addr.s6_addr + 12, group->v6.sin6_addr.s6_addr + 12, 4);
	return control;
}

bool mac_control_sharer(const union hostcast_address *group, union hostcast_address *control)
{
	union hostcast_address c;

	if (group->any.sa_family == AF_INET6) {
		c = control_group_6(group);
	} else {
		c = mac_sharer_4(group, 0);
		if (ntohl(c.v4.sin_addr.s_addr) > INADDR_MAX_LOCAL_GROUP)
			return false;
	}
	if (address_same_ip(&c, group))
		return false;
	*control = c;
	return true;
}
