#include "group.h"

#include "address.h"
#include "socket.h"

#include <errno.h>
#include <string.h>

static int level_of(const union hostcast_address *group)
{
	return group->any.sa_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
}

/* The kernel compares no ports here, but the structures carry whole socket addresses. */
static void put(struct sockaddr_storage *storage, const union hostcast_address *address)
{
	memcpy(storage, address, address_size(address));
}

int group_join(int fd, const union hostcast_address *group, unsigned interface)
{
	struct group_req request = {.gr_interface = interface};

	put(&request.gr_group, group);
	if (setsockopt(fd, level_of(group), MCAST_JOIN_GROUP, &request, sizeof request) == 0)
		return 0;
	return errno;
}

static int source_request(int fd, int option, const union hostcast_address *group,
			  const union hostcast_address *source, unsigned interface)
{
	struct group_source_req request = {.gsr_interface = interface};

	put(&request.gsr_group, group);
	put(&request.gsr_source, source);
	if (setsockopt(fd, level_of(group), option, &request, sizeof request) == 0)
		return 0;
	return errno;
}

int group_join_source(int fd, const union hostcast_address *group,
		      const union hostcast_address *source, unsigned interface)
{
	return source_request(fd, MCAST_JOIN_SOURCE_GROUP, group, source, interface);
}

int group_block_source(int fd, const union hostcast_address *group,
		       const union hostcast_address *source, unsigned interface)
{
	return source_request(fd, MCAST_BLOCK_SOURCE, group, source, interface);
}

int group_only_joined(int fd, int family, struct error *error)
{
	if (family == AF_INET)
		return socket_set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL", error);
	return socket_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0, "IPV6_MULTICAST_ALL", error);
}

int group_prepare_receiver(int fd, int family, struct error *error)
{
	int status = socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR", error);

	return status < 0 ? status : group_only_joined(fd, family, error);
}
