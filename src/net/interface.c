#include "interface.h"

#include "address.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const union hostcast_address *of_ifaddrs(const struct ifaddrs *entry)
{
	int family = entry->ifa_addr ? entry->ifa_addr->sa_family : AF_UNSPEC;

	return family == AF_INET || family == AF_INET6 ? (const void *)entry->ifa_addr : NULL;
}

static void copy_address(union hostcast_address *to, const union hostcast_address *from)
{
	memcpy(to, from, address_size(from));
}

/* The first of each family, but an IPv6 link-local one rather than another: it is what IPv6 needs
 * on a link, and what MLD sends from. */
static void keep_address(struct interface *interface, const union hostcast_address *address)
{
	if (address->any.sa_family == AF_INET) {
		if (interface->v4.any.sa_family == AF_UNSPEC)
			copy_address(&interface->v4, address);
	} else if (interface->v6.any.sa_family == AF_UNSPEC ||
		   (address_needs_zone(address) && !address_needs_zone(&interface->v6))) {
		copy_address(&interface->v6, address);
	}
}

static struct interface *find_by_name(struct interfaces *interfaces, const char *name)
{
	for (size_t i = 0; i < interfaces->count; i++)
		if (strcmp(interfaces->list[i].name, name) == 0)
			return &interfaces->list[i];
	return NULL;
}

static void add_entry(struct interfaces *interfaces, const struct ifaddrs *entry)
{
	struct interface *interface = find_by_name(interfaces, entry->ifa_name);

	if (!interface) {
		unsigned index = if_nametoindex(entry->ifa_name);

		if (index == 0) /* gone since it was listed, or only an alias label */
			return;
		interface = &interfaces->list[interfaces->count++];
		*interface = (struct interface){
			.index = index,
			.is_up = entry->ifa_flags & IFF_UP,
			.is_loopback = entry->ifa_flags & IFF_LOOPBACK,
			.can_multicast = entry->ifa_flags & (IFF_MULTICAST | IFF_LOOPBACK),
		};
		snprintf(interface->name, sizeof interface->name, "%s", entry->ifa_name);
	}
	if (of_ifaddrs(entry))
		keep_address(interface, of_ifaddrs(entry));
}

static int by_index(const void *a, const void *b)
{
	const struct interface *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

int interfaces_read(struct interfaces *interfaces, struct error *error)
{
	struct ifaddrs *entries, *entry;
	size_t count = 0;

	if (getifaddrs(&entries) < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot list the interfaces");
	for (entry = entries; entry; entry = entry->ifa_next)
		count++;
	*interfaces = (struct interfaces){.list = calloc(count + 1, sizeof *interfaces->list)};
	if (!interfaces->list) {
		freeifaddrs(entries);
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	}
	for (entry = entries; entry; entry = entry->ifa_next)
		add_entry(interfaces, entry);
	freeifaddrs(entries);
	qsort(interfaces->list, interfaces->count, sizeof *interfaces->list, by_index);
	return 0;
}

void interfaces_done(struct interfaces *interfaces)
{
	free(interfaces->list);
	*interfaces = (struct interfaces){0};
}

const struct interface *interface_by_index(const struct interfaces *interfaces, unsigned index)
{
	for (size_t i = 0; i < interfaces->count; i++)
		if (interfaces->list[i].index == index)
			return &interfaces->list[i];
	return NULL;
}

bool interface_is_listed(const unsigned list[], size_t count, unsigned index)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == index)
			return true;
	return false;
}

/* The interface that has this address, also where it is not the first one; 0 if none. */
static unsigned index_of_address(const union hostcast_address *address)
{
	struct ifaddrs *entries, *entry;
	unsigned index = 0;

	if (getifaddrs(&entries) < 0)
		return 0;
	for (entry = entries; entry && index == 0; entry = entry->ifa_next)
		if (of_ifaddrs(entry) && address_same_ip(of_ifaddrs(entry), address))
			index = if_nametoindex(entry->ifa_name);
	freeifaddrs(entries);
	return index;
}

bool is_local_address(const union hostcast_address *address)
{
	return address_is_loopback(address) || index_of_address(address) > 0;
}

size_t local_addresses_read(union hostcast_address list[], size_t most)
{
	struct ifaddrs *entries, *entry;
	size_t count = 0;

	if (getifaddrs(&entries) < 0)
		return 0;
	for (entry = entries; entry; entry = entry->ifa_next) {
		if (!of_ifaddrs(entry))
			continue;
		if (count < most)
			copy_address(&list[count], of_ifaddrs(entry));
		count++;
	}
	freeifaddrs(entries);
	return count;
}

static int none_such(const struct interfaces *interfaces, const char *text, struct error *error)
{
	size_t used;

	error_set(error, HOSTCAST_INTERFACE, "no interface '%.80s'; this host has", text);
	for (size_t i = 0; i < interfaces->count; i++) {
		used = strlen(error->text);
		snprintf(error->text + used, sizeof error->text - used, "%s %s (%u)", i ? "," : "",
			 interfaces->list[i].name, interfaces->list[i].index);
	}
	return error->code;
}

int interface_find(const struct interfaces *interfaces, const char *text, unsigned *index,
		   struct error *error)
{
	union hostcast_address address;
	char *end;

	for (size_t i = 0; i < interfaces->count; i++) {
		if (strcmp(interfaces->list[i].name, text) == 0) {
			*index = interfaces->list[i].index;
			return 0;
		}
	}
	if (address_parse(text, &address) && index_of_address(&address) > 0) {
		*index = index_of_address(&address);
		return 0;
	}
	if (*text >= '0' && *text <= '9') {
		unsigned long number = strtoul(text, &end, 10);

		if (!*end && number <= INT32_MAX &&
		    interface_by_index(interfaces, (unsigned)number)) {
			*index = (unsigned)number;
			return 0;
		}
	}
	return none_such(interfaces, text, error);
}

bool interface_has_address(const struct interface *interface, int family)
{
	return (family == AF_INET ? interface->v4 : interface->v6).any.sa_family != AF_UNSPEC;
}

bool interface_is_usable(const struct interface *interface, int family)
{
	return interface->is_up && interface->can_multicast &&
	       interface_has_address(interface, family);
}
