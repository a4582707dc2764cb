#include "route.h"

#include "address.h"
#include "config.h"
#include "interface.h"
#include "socket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static unsigned zone_of(const union hostcast_address *to)
{
	return to->any.sa_family == AF_INET6 ? to->v6.sin6_scope_id : 0;
}

#ifdef HAVE_LIBMNL

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

enum { BUFFER_SIZE = 8192 };

static size_t ip_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

static const void *ip_bytes(const union hostcast_address *address)
{
	return address->any.sa_family == AF_INET ? (const void *)&address->v4.sin_addr
						 : (const void *)&address->v6.sin6_addr;
}

static void take_ip(const struct nlattr *attribute, int family, union hostcast_address *address)
{
	if (mnl_attr_get_payload_len(attribute) != ip_size(family))
		return;
	*address = (union hostcast_address){.any.sa_family = (sa_family_t)family};
	memcpy(family == AF_INET ? (void *)&address->v4.sin_addr : (void *)&address->v6.sin6_addr,
	       mnl_attr_get_payload(attribute), ip_size(family));
}

struct answer {
	struct route *route;
	int family;
};

static int take_attribute(const struct nlattr *attribute, void *context)
{
	const struct answer *answer = context;

	switch (mnl_attr_get_type(attribute)) {
	case RTA_OIF:
		if (mnl_attr_validate(attribute, MNL_TYPE_U32) == 0)
			answer->route->interface = mnl_attr_get_u32(attribute);
		break;
	case RTA_PREFSRC:
		take_ip(attribute, answer->family, &answer->route->from);
		break;
	case RTA_GATEWAY:
		take_ip(attribute, answer->family, &answer->route->gateway);
		break;
	}
	return MNL_CB_OK;
}

static int on_message(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	struct answer answer = {.route = context};

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof *header)
		return MNL_CB_OK;
	answer.family = header->rtm_family;
	answer.route->is_local = header->rtm_type == RTN_LOCAL;
	mnl_attr_parse(message, sizeof *header, take_attribute, &answer);
	return MNL_CB_STOP;
}

static int send_question(struct mnl_socket *socket, const union hostcast_address *to)
{
	_Alignas(struct nlmsghdr) char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *header;

	message->nlmsg_type = RTM_GETROUTE;
	message->nlmsg_flags = NLM_F_REQUEST;
	message->nlmsg_seq = 1;
	header = mnl_nlmsg_put_extra_header(message, sizeof *header);
	header->rtm_family = (unsigned char)to->any.sa_family;
	header->rtm_dst_len = (unsigned char)(8 * ip_size(to->any.sa_family));
	mnl_attr_put(message, RTA_DST, ip_size(to->any.sa_family), ip_bytes(to));
	if (zone_of(to) > 0)
		mnl_attr_put_u32(message, RTA_OIF, zone_of(to));
	return mnl_socket_sendto(socket, message, message->nlmsg_len) < 0 ? -errno : 0;
}

static int read_answer(struct mnl_socket *socket, struct route *route)
{
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];
	ssize_t size = mnl_socket_recvfrom(socket, buffer, sizeof buffer);

	if (size < 0 || mnl_cb_run(buffer, (size_t)size, 1, mnl_socket_get_portid(socket),
				   on_message, route) < 0)
		return -errno;
	return 0;
}

static int ask(const union hostcast_address *to, struct route *route)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int status;

	if (!socket)
		return -errno;
	status = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno
								    : send_question(socket, to);
	if (status == 0)
		status = read_answer(socket, route);
	mnl_socket_close(socket);
	return status;
}

#else

static unsigned interface_of(const union hostcast_address *address)
{
	struct interfaces interfaces;
	char text[HOSTCAST_TEXT_SIZE];
	struct error ignored;
	unsigned index = 0;

	if (interfaces_read(&interfaces, &ignored) < 0)
		return 0;
	interface_find(&interfaces, address_ip_text(address, text), &index, &ignored);
	interfaces_done(&interfaces);
	return index;
}

/* A connected socket has the address that it would send from, and that belongs to an interface. */
static int ask(const union hostcast_address *to, struct route *route)
{
	union hostcast_address there = *to;
	struct error error;
	int fd = socket_open(to->any.sa_family, SOCK_DGRAM, &error);
	int status = 0;

	if (fd < 0)
		return -EAFNOSUPPORT;
	address_set_port(&there, HOSTCAST_PORT);
	if (connect(fd, &there.any, address_size(&there)) < 0)
		status = -errno;
	else if (socket_local_address(fd, &route->from, &error) < 0)
		status = -ENOTSOCK;
	close(fd);
	if (status < 0)
		return status;
	address_set_port(&route->from, 0);
	route->interface = zone_of(to) > 0 ? zone_of(to) : interface_of(&route->from);
	route->is_local = is_local_address(to);
	return 0;
}

#endif

int route_find(const union hostcast_address *to, struct route *route)
{
	struct route found = {0};
	int status = ask(to, &found);

	if (status < 0)
		return status;
	if (found.interface == 0)
		return -ENETUNREACH;
	*route = found;
	return 0;
}
