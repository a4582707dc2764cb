#include "membership_netlink.h"

#include "config.h"

#include <errno.h>

#ifdef HAVE_LIBMNL

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

enum { BUFFER_SIZE = 32768, TRIES = 5 };

/* A dump answers with the type of its request; RTM_NEWMULTICAST, two below it and not in Debian
 * 12's headers, is what everything else of rtnetlink would answer with. */
static bool is_membership(uint16_t type)
{
	return type == RTM_GETMULTICAST || type == RTM_GETMULTICAST - 2;
}

static bool take_group(const struct nlattr *attribute, int family, union hostcast_address *group)
{
	size_t size = family == AF_INET ? 4 : 16;

	if (mnl_attr_get_payload_len(attribute) != size)
		return false;
	*group = (union hostcast_address){.any.sa_family = (sa_family_t)family};
	memcpy(family == AF_INET ? (void *)&group->v4.sin_addr : (void *)&group->v6.sin6_addr,
	       mnl_attr_get_payload(attribute), size);
	return true;
}

static int find_group(const struct nlattr *attribute, void *found)
{
	if (mnl_attr_get_type(attribute) == IFA_MULTICAST)
		*(const struct nlattr **)found = attribute;
	return MNL_CB_OK;
}

bool membership_netlink_parse(const struct nlmsghdr *message, unsigned *interface,
			      union hostcast_address *group)
{
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute = NULL;

	if (mnl_nlmsg_get_payload_len(message) < sizeof *header ||
	    (header->ifa_family != AF_INET && header->ifa_family != AF_INET6))
		return false;
	mnl_attr_parse(message, sizeof *header, find_group, &attribute);
	*interface = header->ifa_index;
	return attribute && take_group(attribute, header->ifa_family, group);
}

static int on_message(const struct nlmsghdr *message, void *context)
{
	union hostcast_address group;
	unsigned interface;

	if (!is_membership(message->nlmsg_type) ||
	    !membership_netlink_parse(message, &interface, &group) ||
	    memberships_add(context, interface, &group, USERS_UNKNOWN))
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

static int send_request(struct mnl_socket *socket, int family)
{
	char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *header;

	message->nlmsg_type = RTM_GETMULTICAST;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = 1;
	header = mnl_nlmsg_put_extra_header(message, sizeof *header);
	header->ifa_family = (uint8_t)family;
	return mnl_socket_sendto(socket, message, message->nlmsg_len) < 0 ? -errno : 0;
}

static int dump(struct mnl_socket *socket, int family, struct memberships *memberships)
{
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];
	int status = send_request(socket, family);

	if (status < 0)
		return status;
	do {
		ssize_t size = mnl_socket_recvfrom(socket, buffer, sizeof buffer);

		if (size < 0)
			return -errno;
		status = mnl_cb_run(buffer, (size_t)size, 1, mnl_socket_get_portid(socket),
				    on_message, memberships);
	} while (status > 0);
	return status < 0 ? -errno : 0;
}

int membership_netlink_read(int family, struct memberships *memberships)
{
	size_t count = memberships->count;
	int status = -EINTR;

	/* EINTR: something was joined or left meanwhile and the list may have gaps. */
	for (int i = 0; i < TRIES && status == -EINTR; i++) {
		struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

		memberships->count = count;
		if (!socket)
			return -errno;
		status = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0
				 ? -errno
				 : dump(socket, family, memberships);
		mnl_socket_close(socket);
	}
	if (status < 0)
		memberships->count = count;
	return status;
}

#else

int membership_netlink_read(int family, struct memberships *memberships)
{
	(void)family;
	(void)memberships;
	return -ENOSYS;
}

#endif
