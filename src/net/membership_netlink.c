#include "membership_netlink.h"

#include "config.h"

#include <errno.h>

#ifdef HAVE_LIBMNL

#include "netlink.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

/* A dump answers with the type of its request; RTM_NEWMULTICAST, two below it and not in Debian
 * 12's headers, is what everything else of rtnetlink would answer with. */
static bool is_membership(uint16_t type)
{
	return type == RTM_GETMULTICAST || type == RTM_GETMULTICAST - 2;
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
	return attribute && netlink_take_ip(attribute, header->ifa_family, group);
}

/* Those of one family, behind what is in the list already. */
struct growing {
	struct memberships *memberships;
	size_t before;
};

static int on_message(const struct nlmsghdr *message, void *context)
{
	const struct growing *list = context;
	union hostcast_address group;
	unsigned interface;

	if (!is_membership(message->nlmsg_type) ||
	    !membership_netlink_parse(message, &interface, &group) ||
	    memberships_add(list->memberships, interface, &group, USERS_UNKNOWN))
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

static void forget(void *context)
{
	const struct growing *list = context;

	list->memberships->count = list->before;
}

int membership_netlink_read(int family, struct memberships *memberships)
{
	struct growing list = {memberships, memberships->count};
	struct netlink_request request;
	struct nlmsghdr *question = netlink_begin(&request, RTM_GETMULTICAST, NLM_F_DUMP);
	struct ifaddrmsg *header = mnl_nlmsg_put_extra_header(question, sizeof *header);
	int status;

	header->ifa_family = (uint8_t)family;
	status = netlink_ask(question, on_message, forget, &list);
	if (status < 0)
		forget(&list);
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
