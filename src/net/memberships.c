#include "memberships.h"

#include "address.h"
#include "membership_files.h"
#include "membership_netlink.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- The lists ---- */

/* Room for one more. */
static void *grow(void *list, size_t count, size_t *room, size_t size)
{
	size_t new_room = *room > 0 ? 2 * *room : 16;
	void *grown;

	if (count < *room)
		return list;
	grown = reallocarray(list, new_room, size);
	if (grown)
		*room = new_room;
	return grown;
}

bool memberships_add(struct memberships *memberships, unsigned interface,
		     const union hostcast_address *group, long users)
{
	struct membership *list =
		grow(memberships->list, memberships->count, &memberships->room, sizeof *list);

	if (!list)
		return false;
	memberships->list = list;
	list[memberships->count++] =
		(struct membership){.interface = interface, .group = *group, .users = users};
	return true;
}

bool memberships_add_filter(struct memberships *memberships, unsigned interface,
			    const uint8_t mac[static MAC_SIZE])
{
	struct mac_filter *filters = grow(memberships->filters, memberships->filter_count,
					  &memberships->filter_room, sizeof *filters);

	if (!filters)
		return false;
	memberships->filters = filters;
	filters[memberships->filter_count].interface = interface;
	memcpy(filters[memberships->filter_count++].mac, mac, MAC_SIZE);
	return true;
}

bool membership_add_source(struct membership *membership, const struct membership_source *source)
{
	size_t count = membership->source_count;
	struct membership_source *sources =
		reallocarray(membership->sources, count + 1, sizeof *sources);

	if (!sources)
		return false;
	membership->sources = sources;
	sources[membership->source_count++] = *source;
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct membership *x = a, *y = b;

	if (x->interface != y->interface)
		return x->interface < y->interface ? -1 : 1;
	return address_compare_ip(&x->group, &y->group);
}

static int by_mac(const void *a, const void *b)
{
	const struct mac_filter *x = a, *y = b;

	if (x->interface != y->interface)
		return x->interface < y->interface ? -1 : 1;
	return memcmp(x->mac, y->mac, MAC_SIZE);
}

void memberships_sort(struct memberships *memberships)
{
	size_t kept = 0;

	if (memberships->count > 0)
		qsort(memberships->list, memberships->count, sizeof *memberships->list, by_place);
	for (size_t i = 0; i < memberships->count; i++)
		if (kept == 0 || by_place(&memberships->list[kept - 1], &memberships->list[i]) != 0)
			memberships->list[kept++] = memberships->list[i];
	memberships->count = kept;
}

struct membership *memberships_get(struct memberships *memberships, unsigned interface,
				   const union hostcast_address *group)
{
	struct membership key = {.interface = interface, .group = *group};

	if (memberships->count == 0)
		return NULL;
	return bsearch(&key, memberships->list, memberships->count, sizeof key, by_place);
}

const struct membership *memberships_find(const struct memberships *memberships, unsigned interface,
					  const union hostcast_address *group)
{
	struct memberships view = *memberships;

	return memberships_get(&view, interface, group);
}

void memberships_keep(struct memberships *memberships, membership_wanted_fn *is_wanted,
		      void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < memberships->count; i++) {
		if (is_wanted(context, &memberships->list[i]))
			memberships->list[kept++] = memberships->list[i];
		else
			free(memberships->list[i].sources);
	}
	memberships->count = kept;
}

void memberships_done(struct memberships *memberships)
{
	for (size_t i = 0; i < memberships->count; i++)
		free(memberships->list[i].sources);
	free(memberships->list);
	free(memberships->filters);
	*memberships = (struct memberships){0};
}

/* ---- Reading ---- */

static int no_memory(struct error *error)
{
	return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
}

/* Netlink tells the pairs of interface and group without the trouble of text; the counts of users
 * stand in /proc only, so both are read. Between the two a group may be joined or left: then its
 * count is not known. */
static int read_groups(int family, struct memberships *memberships, struct error *error)
{
	const char *path = family == AF_INET ? "/proc/net/igmp" : "/proc/net/igmp6";
	int status = membership_netlink_read(family, memberships);
	FILE *file = fopen(path, "re");
	int failure = errno;
	bool is_read = true;

	memberships->is_from_netlink[family == AF_INET6] = status == 0;
	memberships_sort(memberships);
	if (file) {
		is_read = membership_files_read_groups(
			file, family, status == 0 ? FILES_COMPLETE : FILES_ADD, memberships);
		fclose(file);
	}
	memberships_sort(memberships);
	if (!is_read || status == -ENOMEM)
		return no_memory(error);
	if (!file && status < 0 && failure != ENOENT) /* no file: a kernel without that family */
		return error_system(error, HOSTCAST_SYSTEM, failure, "cannot read '%s'", path);
	return 0;
}

typedef bool read_fn(FILE *file, struct memberships *memberships);

/* Returns whether the file is there; out of memory is told by *is_read. */
static bool read_file(const char *path, read_fn *read, struct memberships *memberships,
		      bool *is_read)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return false;
	*is_read = read(file, memberships) && *is_read;
	fclose(file);
	return true;
}

int memberships_read(int family, struct memberships *memberships, struct error *error)
{
	bool is_read = true;
	int status = 0;

	*memberships = (struct memberships){0};
	if (family != AF_INET6)
		status = read_groups(AF_INET, memberships, error);
	if (status == 0 && family != AF_INET)
		status = read_groups(AF_INET6, memberships, error);
	if (status < 0)
		return status;
	read_file("/proc/net/mcfilter", membership_files_read_sources, memberships, &is_read);
	read_file("/proc/net/mcfilter6", membership_files_read_sources, memberships, &is_read);
	memberships->has_filters = read_file("/proc/net/dev_mcast", membership_files_read_filters,
					     memberships, &is_read);
	if (!is_read)
		return no_memory(error);
	if (memberships->filter_count > 0)
		qsort(memberships->filters, memberships->filter_count, sizeof *memberships->filters,
		      by_mac);
	return 0;
}

/* ---- Questions ---- */

static bool is_ethernet(const char *interface_name)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool answered;

	if (fd < 0)
		fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	strncpy(request.ifr_name, interface_name, sizeof request.ifr_name - 1);
	answered = fd >= 0 && ioctl(fd, SIOCGIFHWADDR, &request) == 0;
	if (fd >= 0)
		close(fd);
	return answered && request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
}

/* Of scope 0 or 1 (interface-local), which never leaves the host: no card needs to know. */
static bool stays_inside(const union hostcast_address *group)
{
	return group->any.sa_family == AF_INET6 && (group->v6.sin6_addr.s6_addr[1] & 0x0f) < 2;
}

enum mac_state memberships_mac_state(const struct memberships *memberships, unsigned interface,
				     const char *interface_name,
				     const union hostcast_address *group)
{
	struct mac_filter key = {.interface = interface};

	if (stays_inside(group) || !is_ethernet(interface_name))
		return MAC_NOT_USED;
	if (!memberships->has_filters)
		return MAC_UNKNOWN;
	mac_of_group(group, key.mac);
	if (memberships->filter_count > 0 &&
	    bsearch(&key, memberships->filters, memberships->filter_count, sizeof key, by_mac))
		return MAC_JOINED;
	return MAC_NOT_JOINED;
}

static bool is_solicited_node(const struct in6_addr *ip)
{
	static const uint8_t prefix[13] = {0xff, 0x02, [11] = 0x01, [12] = 0xff};

	return memcmp(ip->s6_addr, prefix, sizeof prefix) == 0;
}

bool membership_is_of_kernel(const union hostcast_address *group)
{
	static const char *const joined[] = {
		"224.0.0.1",   "ff01::1",  "ff02::1", /* every host */
		"ff01::2",     "ff02::2",  "ff05::2", /* routers (RFC 4291 section 2.8) */
		"224.0.0.106", "ff02::6a",            /* bridges that snoop (RFC 4286) */
	};
	union hostcast_address known;

	for (size_t i = 0; i < sizeof joined / sizeof joined[0]; i++)
		if (address_parse(joined[i], &known) && address_same_ip(&known, group))
			return true;
	return group->any.sa_family == AF_INET6 && is_solicited_node(&group->v6.sin6_addr);
}
