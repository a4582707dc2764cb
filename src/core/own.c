#include "own.h"

#include <string.h>

bool own_has(const struct own *own, const struct wire_address *address)
{
	if (address->port != own->port)
		return false;
	for (size_t i = 0; i < own->count; i++)
		if (memcmp(own->ips[i], address->ip, IP_SIZE) == 0)
			return true;
	return false;
}

struct wire_address own_as_told(const struct own *own, struct wire_address address,
				const struct wire_address *asker, uint8_t at)
{
	bool is_foreign = wire_address_is_loopback(&address) && !wire_address_is_loopback(asker);

	if (is_foreign && at < own->count)
		memcpy(address.ip, own->ips[at], IP_SIZE);
	return address;
}
