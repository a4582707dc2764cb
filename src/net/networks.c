#include "networks.h"

#include "address.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NETWORK_TEXT_MAX = 64 };

static unsigned bits_of(const union hostcast_address *address)
{
	return address->any.sa_family == AF_INET6 ? 128 : 32;
}

static uint8_t *bytes_of(union hostcast_address *address)
{
	return address->any.sa_family == AF_INET6 ? address->v6.sin6_addr.s6_addr
						  : (uint8_t *)&address->v4.sin_addr.s_addr;
}

static bool parse_prefix(const char *text, unsigned most, unsigned *prefix)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 3 || text[digits])
		return false;
	*prefix = (unsigned)strtoul(text, NULL, 10);
	return *prefix <= most;
}

int network_parse(const char *text, struct network *network, struct error *error)
{
	char copy[NETWORK_TEXT_MAX];
	struct network read;
	char *slash;

	snprintf(copy, sizeof copy, "%s", text);
	slash = strchr(copy, '/');
	if (slash)
		*slash = '\0';
	if (strlen(text) >= sizeof copy || !address_parse(copy, &read.address) ||
	    address_is_multicast(&read.address))
		return error_set(error, HOSTCAST_INVALID,
				 "'%.80s' is no network: ADDRESS/PREFIX is meant, as in "
				 "192.0.2.0/24 or fd00::/64",
				 text);
	read.prefix = bits_of(&read.address);
	if (slash && !parse_prefix(slash + 1, read.prefix, &read.prefix))
		return error_set(error, HOSTCAST_INVALID, "the prefix '%s' in '%s' must be 0 to %u",
				 slash + 1, text, bits_of(&read.address));
	*network = read;
	return 0;
}

/* ---- What this host is attached to ---- */

static bool is_ip(const struct sockaddr *address)
{
	return address && (address->sa_family == AF_INET || address->sa_family == AF_INET6);
}

static unsigned count_bits(union hostcast_address *mask)
{
	unsigned bits = 0, most = bits_of(mask);
	const uint8_t *bytes = bytes_of(mask);

	while (bits < most && bytes[bits / 8] >> (7 - bits % 8) & 1)
		bits++;
	return bits;
}

static void copy_address(union hostcast_address *to, const struct sockaddr *from)
{
	*to = (union hostcast_address){0};
	memcpy(to, from, from->sa_family == AF_INET6 ? sizeof to->v6 : sizeof to->v4);
}

static void clear_bits_beyond_prefix(struct network *network)
{
	uint8_t *bytes = bytes_of(&network->address);
	unsigned bits = bits_of(&network->address);

	for (unsigned bit = network->prefix; bit < bits; bit++)
		bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
}

static struct attachment attachment_of(const struct ifaddrs *entry)
{
	bool has_peer = entry->ifa_flags & IFF_POINTOPOINT && is_ip(entry->ifa_dstaddr);
	struct attachment attachment;
	union hostcast_address mask;

	copy_address(&attachment.own, entry->ifa_addr);
	copy_address(&attachment.network.address, has_peer ? entry->ifa_dstaddr : entry->ifa_addr);
	copy_address(&mask, entry->ifa_netmask);
	attachment.network.prefix = count_bits(&mask);
	clear_bits_beyond_prefix(&attachment.network);
	return attachment;
}

static bool is_attached(const struct ifaddrs *entry)
{
	return is_ip(entry->ifa_addr) && is_ip(entry->ifa_netmask) && entry->ifa_flags & IFF_UP;
}

int attachments_read(struct attachment **list, size_t *count, struct error *error)
{
	struct ifaddrs *entries, *entry;
	struct attachment *attachments;
	size_t most = 0, found = 0;

	if (getifaddrs(&entries) < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno,
				    "cannot list the addresses of this host");
	for (entry = entries; entry; entry = entry->ifa_next)
		most++;
	attachments = calloc(most + 1, sizeof *attachments);
	for (entry = entries; attachments && entry; entry = entry->ifa_next)
		if (is_attached(entry))
			attachments[found++] = attachment_of(entry);
	freeifaddrs(entries);
	if (!attachments)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	*list = attachments;
	*count = found;
	return 0;
}

/* ---- One that would do ---- */

struct network network_around(const union hostcast_address *address)
{
	struct network network = {*address, address->any.sa_family == AF_INET6 ? 64 : 24};

	address_set_port(&network.address, 0);
	clear_bits_beyond_prefix(&network);
	return network;
}

const char *network_text(const struct network *network, char text[HOSTCAST_TEXT_SIZE])
{
	char ip[HOSTCAST_TEXT_SIZE];

	snprintf(text, HOSTCAST_TEXT_SIZE, "%.70s/%u", address_ip_text(&network->address, ip),
		 network->prefix);
	return text;
}
