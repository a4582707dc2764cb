#include "link.h"

#include "base/list.h"
#include "config.h"

#include <errno.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>

/* ---- The list ---- */

static bool add_link(struct links *links, const struct link *one)
{
	struct link *grown = list_grow(links->list, links->count, &links->room, sizeof *grown);

	if (!grown)
		return false;
	links->list = grown;
	links->list[links->count++] = *one;
	return true;
}

static void take_flags(struct link *one, unsigned flags)
{
	one->is_up = flags & IFF_UP;
	one->is_loopback = flags & IFF_LOOPBACK;
	one->can_multicast = flags & (IFF_MULTICAST | IFF_LOOPBACK);
	one->is_promiscuous = flags & IFF_PROMISC;
}

static int by_index(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/* ---- Reading ---- */

#ifdef HAVE_LIBMNL

#include "netlink.h"

#include <linux/rtnetlink.h>

static int take_info(const struct nlattr *attribute, void *context)
{
	struct link *one = context;

	if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND)
		netlink_take_name(attribute, one->kind, sizeof one->kind);
	return MNL_CB_OK;
}

static uint64_t dropped(const struct nlattr *attribute)
{
	struct rtnl_link_stats64 numbers = {0};
	size_t size = mnl_attr_get_payload_len(attribute);

	memcpy(&numbers, mnl_attr_get_payload(attribute),
	       size < sizeof numbers ? size : sizeof numbers);
	return numbers.rx_dropped + numbers.rx_missed_errors;
}

static void take_mac(const struct nlattr *attribute, struct link *one)
{
	one->has_mac = mnl_attr_get_payload_len(attribute) == MAC_SIZE;
	if (one->has_mac)
		memcpy(one->mac, mnl_attr_get_payload(attribute), MAC_SIZE);
}

static int take_attribute(const struct nlattr *attribute, void *context)
{
	struct link *one = context;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		netlink_take_name(attribute, one->name, sizeof one->name);
		break;
	case IFLA_ADDRESS:
		take_mac(attribute, one);
		break;
	case IFLA_MTU:
		one->mtu = (unsigned)netlink_number(attribute);
		break;
	case IFLA_MASTER:
		one->master = (unsigned)netlink_number(attribute);
		break;
	case IFLA_CARRIER:
		one->has_carrier = netlink_number(attribute) != 0;
		break;
	case IFLA_STATS64:
		one->receive_drops = dropped(attribute);
		break;
	case IFLA_LINKINFO:
		mnl_attr_parse_nested(attribute, take_info, one);
		break;
	}
	return MNL_CB_OK;
}

static int on_message(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
	struct link one = {0};

	if (message->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(message) < sizeof *header)
		return MNL_CB_OK;
	one.index = (unsigned)header->ifi_index;
	one.type = header->ifi_type;
	take_flags(&one, header->ifi_flags);
	mnl_attr_parse(message, sizeof *header, take_attribute, &one);
	if (add_link(context, &one))
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

static void forget(void *context)
{
	struct links *links = context;

	links->count = 0;
}

/* 0 or -errno. */
static int read_all(struct links *links)
{
	struct netlink_request request;
	struct nlmsghdr *question = netlink_begin(&request, RTM_GETLINK, NLM_F_DUMP);

	mnl_nlmsg_put_extra_header(question, sizeof(struct ifinfomsg));
	return netlink_ask(question, on_message, forget, links);
}

#else

#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool ask(int fd, unsigned long question, const char *name, struct ifreq *request)
{
	*request = (struct ifreq){0};
	snprintf(request->ifr_name, sizeof request->ifr_name, "%s", name);
	return ioctl(fd, question, request) == 0;
}

static bool add_named(int fd, const struct if_nameindex *entry, struct links *links)
{
	struct link one = {.index = entry->if_index};
	struct ifreq request;

	snprintf(one.name, sizeof one.name, "%s", entry->if_name);
	if (ask(fd, SIOCGIFFLAGS, one.name, &request)) {
		take_flags(&one, (unsigned short)request.ifr_flags);
		one.has_carrier = request.ifr_flags & IFF_RUNNING;
	}
	if (ask(fd, SIOCGIFMTU, one.name, &request))
		one.mtu = (unsigned)request.ifr_mtu;
	return add_link(links, &one);
}

static int read_all(struct links *links)
{
	struct if_nameindex *entries = if_nameindex();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int status = entries && fd >= 0 ? 0 : -errno;

	for (size_t i = 0; status == 0 && entries[i].if_index != 0; i++)
		status = add_named(fd, &entries[i], links) ? 0 : -ENOMEM;
	if (fd >= 0)
		close(fd);
	if (entries)
		if_freenameindex(entries);
	return status;
}

#endif

int links_read(struct links *links, struct error *error)
{
	int status;

	*links = (struct links){0};
	status = read_all(links);
	if (status == -ENOMEM)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	if (status < 0)
		return error_system(error, HOSTCAST_SYSTEM, -status, "cannot list the interfaces");
	if (links->count > 0)
		qsort(links->list, links->count, sizeof *links->list, by_index);
	return 0;
}

void links_done(struct links *links)
{
	free(links->list);
	*links = (struct links){0};
}

const struct link *link_by_index(const struct links *links, unsigned index)
{
	for (size_t i = 0; i < links->count; i++)
		if (links->list[i].index == index)
			return &links->list[i];
	return NULL;
}

/* ---- Ports ---- */

bool link_has_ports(const struct link *master)
{
	return master && strcmp(master->kind, "vrf") != 0;
}

bool links_have_port(const struct links *links, unsigned index)
{
	const struct link *link = link_by_index(links, index);

	return link && link_has_ports(link_by_index(links, link->master));
}

/* ---- What it is for ---- */

static bool is_one_of(const char *kind, const char *const *kinds)
{
	for (; *kinds; kinds++)
		if (strcmp(kind, *kinds) == 0)
			return true;
	return false;
}

static bool is_tunnel(const struct link *one)
{
	static const char *const kinds[] = {"wireguard", "ipip", "gre",  "sit",  "ip6tnl", "ip6gre",
					    "vti",       "vti6", "xfrm", "l2tp", "ppp",    NULL};

	if (strcmp(one->kind, "tun") == 0) /* tap too, which is Ethernet */
		return one->type != ARPHRD_ETHER;
	return is_one_of(one->kind, kinds) || one->type == ARPHRD_PPP ||
	       one->type == ARPHRD_TUNNEL || one->type == ARPHRD_TUNNEL6 ||
	       one->type == ARPHRD_SIT || one->type == ARPHRD_IPGRE;
}

bool link_has_hosts(const struct link *one)
{
	static const char *const kinds[] = {"dummy", "ifb", "nlmon", NULL};

	return !is_one_of(one->kind, kinds) && one->type != ARPHRD_CAN;
}

/* The names that container engines and hypervisors give to the bridges and cables which they make,
 * followed by a number ("docker0", "virbr1", "flannel.1") or by hexadecimal digits
 * ("br-3f2a91c04d7e"). */
static bool is_container_name(const char *name)
{
	static const char *const begins[] = {"docker", "br-",   "virbr",  "cni",     "podman",
					     "lxcbr",  "lxdbr", "cali",   "flannel", "weave",
					     "vmnet",  "vnet",  "vboxnet"};

	for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
		size_t size = strlen(begins[i]);

		if (strncmp(name, begins[i], size) == 0 &&
		    strspn(name + size, ".0123456789abcdef") == strlen(name + size))
			return true;
	}
	return false;
}

enum link_purpose link_purpose(const struct link *one)
{
	if (is_container_name(one->name))
		return LINK_CONTAINER;
	return is_tunnel(one) ? LINK_TUNNEL : LINK_ORDINARY;
}
