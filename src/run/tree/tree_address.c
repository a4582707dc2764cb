#include "tree_address.h"

#include "net/address.h"

#include <arpa/inet.h>
#include <string.h>

enum { V4_SIZE = 4, V4_AT = IP_SIZE - V4_SIZE, V4_BITS = 8 * V4_AT };

struct wire_address wire_of_address(const union hostcast_address *address)
{
	struct wire_address wire = {.port = 0};

	if (address->any.sa_family == AF_INET)
		return wire_address_v4(ntohl(address->v4.sin_addr.s_addr), address_port(address));
	if (address->any.sa_family == AF_INET6) {
		memcpy(wire.ip, &address->v6.sin6_addr, IP_SIZE);
		wire.port = address_port(address);
	}
	return wire;
}

union hostcast_address address_of_wire(const struct wire_address *wire)
{
	union hostcast_address address = {0};

	if (wire_address_is_none(wire))
		return address;
	if (wire_address_is_v4(wire)) {
		address.v4.sin_family = AF_INET;
		memcpy(&address.v4.sin_addr, wire->ip + V4_AT, V4_SIZE);
	} else {
		address.v6.sin6_family = AF_INET6;
		memcpy(&address.v6.sin6_addr, wire->ip, IP_SIZE);
	}
	address_set_port(&address, wire->port);
	return address;
}

struct wire_network wire_of_network(const struct network *network)
{
	struct wire_address address = wire_of_address(&network->address);
	bool is_v4 = network->address.any.sa_family == AF_INET;
	struct wire_network wire = {.prefix = (uint8_t)(network->prefix + (is_v4 ? V4_BITS : 0))};

	memcpy(wire.ip, address.ip, IP_SIZE);
	return wire;
}

struct network network_of_wire(const struct wire_network *wire)
{
	struct wire_address address = {.port = 1}; /* none would be no address */
	struct network network;

	memcpy(address.ip, wire->ip, IP_SIZE);
	network.address = address_of_wire(&address);
	address_set_port(&network.address, 0);
	network.prefix = wire->prefix - (wire_address_is_v4(&address) ? V4_BITS : 0u);
	return network;
}
