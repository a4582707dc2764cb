#include "own_addresses.h"

#include "net/address.h"
#include "net/interface.h"
#include "tree_address.h"

#include <string.h>

static uint8_t add(struct own_addresses *own, const union hostcast_address *address)
{
	size_t index = own->own.count;
	union hostcast_address with_port = *address;
	struct wire_address wire;

	address_set_port(&with_port, own->own.port);
	wire = wire_of_address(&with_port);
	if (index == OWN_MAX || !wire_address_is_usable(&wire))
		return OWN_ANY;
	memcpy(own->ips[index], wire.ip, IP_SIZE);
	own->addresses[index] = with_port;
	own->own.count++;
	return (uint8_t)index;
}

static uint8_t find(const struct own_addresses *own, const union hostcast_address *address)
{
	for (size_t i = 0; i < own->own.count; i++)
		if (address_same_ip(&own->addresses[i], address))
			return (uint8_t)i;
	return OWN_ANY;
}

void own_addresses_init(struct own_addresses *own, const union hostcast_address *local,
			const struct attachment *attachments, size_t count)
{
	*own = (struct own_addresses){.is_wildcard = address_is_any(local)};
	own->own.port = address_port(local);
	own->own.ips = (const uint8_t(*)[IP_SIZE])own->ips;
	if (!own->is_wildcard)
		add(own, local);
	for (size_t i = 0; own->is_wildcard && i < count; i++)
		if (attachments[i].own.any.sa_family == local->any.sa_family &&
		    find(own, &attachments[i].own) == OWN_ANY)
			add(own, &attachments[i].own);
}

/* The system is asked once for each, not for each datagram. */
static bool is_known_as_foreign(const struct own_addresses *own,
				const union hostcast_address *destination)
{
	for (size_t i = 0; i < FOREIGN_MAX; i++)
		if (address_same_ip(&own->foreign[i], destination))
			return true;
	return false;
}

uint8_t own_addresses_index(struct own_addresses *own, const union hostcast_address *destination)
{
	uint8_t index = find(own, destination);

	if (index != OWN_ANY || !own->is_wildcard || is_known_as_foreign(own, destination))
		return index;
	if (is_local_address(destination))
		return add(own, destination);
	own->foreign[own->next_foreign] = *destination;
	own->next_foreign = (own->next_foreign + 1) % FOREIGN_MAX;
	return OWN_ANY;
}

bool own_addresses_are_complete(const struct own_addresses *own)
{
	return own->is_wildcard && own->own.count < OWN_MAX;
}

const union hostcast_address *own_addresses_at(const struct own_addresses *own, uint8_t index)
{
	return own->is_wildcard && index < own->own.count ? &own->addresses[index] : NULL;
}
