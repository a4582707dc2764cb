#include "own.h"

#include "base/monotime.h"
#include "net/address.h"
#include "net/interface.h"

/* Forged reports, from whatever addresses, have them read so often and not more often. */
#define READ_LEAST_NS (100 * NS_PER_MS)

static bool is_in(const struct own_ips *own, const union hostcast_address *address)
{
	for (size_t i = 0; i < own->count; i++)
		if (address_same_ip(&own->list[i], address))
			return true;
	return false;
}

static void read_all(struct own_ips *own, int64_t now_ns)
{
	size_t count = local_addresses_read(own->list, OWN_IPS_MAX);

	own->read_ns = now_ns;
	own->count = count < OWN_IPS_MAX ? count : OWN_IPS_MAX;
}

bool own_ips_have(struct own_ips *own, const union hostcast_address *address, int64_t now_ns)
{
	bool is_old = now_ns < own->read_ns || now_ns - own->read_ns >= READ_LEAST_NS;

	if (address_is_loopback(address))
		return true;
	if (own->read_ns == 0 || (is_old && !is_in(own, address)))
		read_all(own, now_ns);
	return is_in(own, address);
}

void own_ips_forget(struct own_ips *own)
{
	own->read_ns = 0;
}
