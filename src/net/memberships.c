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
	memberships_sort_filters(memberships);
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
	uint8_t mac[MAC_SIZE];

	if (stays_inside(group) || !is_ethernet(interface_name))
		return MAC_NOT_USED;
	if (!memberships->has_filters)
		return MAC_UNKNOWN;
	mac_of_group(group, mac);
	return memberships_let_in(memberships, interface, mac) ? MAC_JOINED : MAC_NOT_JOINED;
}

static bool is_solicited_node(const struct in6_addr *ip)
{
	static const uint8_t prefix[13] = {0xff, 0x02, [11] = 0x01, [12] = 0xff};

	return memcmp(ip->s6_addr, prefix, sizeof prefix) == 0;
}

static bool is_one_of(const union hostcast_address *group, const char *const *texts)
{
	union hostcast_address known;

	for (; *texts; texts++)
		if (address_parse(*texts, &known) && address_same_ip(&known, group))
			return true;
	return false;
}

bool membership_is_of_every_host(const union hostcast_address *group)
{
	static const char *const joined[] = {"224.0.0.1", "ff01::1", "ff02::1", NULL};

	return is_one_of(group, joined);
}

bool membership_is_of_kernel(const union hostcast_address *group)
{
	static const char *const joined[] = {
		"ff01::2",     "ff02::2",  "ff05::2", /* routers (RFC 4291 section 2.8) */
		"224.0.0.106", "ff02::6a",            /* bridges that snoop (RFC 4286) */
		NULL,
	};

	return membership_is_of_every_host(group) || is_one_of(group, joined) ||
	       (group->any.sa_family == AF_INET6 && is_solicited_node(&group->v6.sin6_addr));
}
