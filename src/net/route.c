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

#include "netlink.h"

#include <linux/rtnetlink.h>

static size_t ip_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

static const void *ip_bytes(const union hostcast_address *address)
{
	return address->any.sa_family == AF_INET ? (const void *)&address->v4.sin_addr
						 : (const void *)&address->v6.sin6_addr;
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
		answer->route->interface = (unsigned)netlink_number(attribute);
		break;
	case RTA_PREFSRC:
		netlink_take_ip(attribute, answer->family, &answer->route->from);
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
		return MNL_CB_STOP; /* there is one answer */
	answer.family = header->rtm_family;
	answer.route->is_local = header->rtm_type == RTN_LOCAL;
	mnl_attr_parse(message, sizeof *header, take_attribute, &answer);
	return MNL_CB_STOP;
}

static int ask(const union hostcast_address *to, struct route *route)
{
	struct netlink_request request;
	struct nlmsghdr *question = netlink_begin(&request, RTM_GETROUTE, 0);
	struct rtmsg *header = mnl_nlmsg_put_extra_header(question, sizeof *header);

	header->rtm_family = (unsigned char)to->any.sa_family;
	header->rtm_dst_len = (unsigned char)(8 * ip_size(to->any.sa_family));
	mnl_attr_put(question, RTA_DST, ip_size(to->any.sa_family), ip_bytes(to));
	if (zone_of(to) > 0)
		mnl_attr_put_u32(question, RTA_OIF, zone_of(to));
	return netlink_ask(question, on_message, NULL, route);
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
