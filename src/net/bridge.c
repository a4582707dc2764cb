#include "bridge.h"

#include "config.h"

#include <errno.h>

#ifdef HAVE_LIBMNL

#include "address.h"
#include "base/monotime.h"

#include <libmnl/libmnl.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <string.h>

enum { BUFFER_SIZE = 32768 };

struct question {
	const union hostcast_address *group;
	struct bridge_view *view;
	unsigned interface;
	bool is_bridge; /* the interface that was asked for is one */
};

static bool is_v4(const struct question *q)
{
	return q->group->any.sa_family == AF_INET;
}

/* Times are in hundredths of a second (USER_HZ). */
static int64_t time_of(uint64_t hundredths)
{
	return hundredths < (uint64_t)INT64_MAX / (10 * NS_PER_MS)
		       ? (int64_t)hundredths * 10 * NS_PER_MS
		       : INT64_MAX;
}

/* ---- Numbers in attributes: 0 where there is none of that size ---- */

static uint64_t number_of(const struct nlattr *attribute)
{
	switch (mnl_attr_get_payload_len(attribute)) {
	case 1:
		return mnl_attr_get_u8(attribute);
	case 4:
		return mnl_attr_get_u32(attribute);
	case 8:
		return mnl_attr_get_u64(attribute);
	default:
		return 0;
	}
}

static bool take_ip(const struct nlattr *attribute, int family, union hostcast_address *address)
{
	size_t size = family == AF_INET ? 4 : 16;

	if (mnl_attr_get_payload_len(attribute) != size)
		return false;
	*address = (union hostcast_address){.any.sa_family = (sa_family_t)family};
	memcpy(family == AF_INET ? (void *)&address->v4.sin_addr : (void *)&address->v6.sin6_addr,
	       mnl_attr_get_payload(attribute), size);
	return true;
}

static bool is_bridge_kind(const struct nlattr *attribute)
{
	return mnl_attr_get_payload_len(attribute) >= sizeof "bridge" - 1 &&
	       memcmp(mnl_attr_get_payload(attribute), "bridge", sizeof "bridge" - 1) == 0;
}

/* ---- The interface: a bridge, or a port of one ---- */

/* Who asks, but the bridge itself: for somebody else there is a time for which he counts. */
static int take_querier(const struct nlattr *attribute, void *context)
{
	struct question *q = context;
	struct bridge_view *view = q->view;
	int type = mnl_attr_get_type(attribute);

	if (type == (is_v4(q) ? BRIDGE_QUERIER_IP_ADDRESS : BRIDGE_QUERIER_IPV6_ADDRESS)) {
		take_ip(attribute, q->group->any.sa_family, &view->other_querier);
	} else if (type ==
		   (is_v4(q) ? BRIDGE_QUERIER_IP_OTHER_TIMER : BRIDGE_QUERIER_IPV6_OTHER_TIMER)) {
		view->other_left_ns = time_of(number_of(attribute));
		view->has_other_querier = view->other_left_ns > 0;
	}
	return MNL_CB_OK;
}

static int take_bridge(const struct nlattr *attribute, void *context)
{
	struct question *q = context;
	struct bridge_view *view = q->view;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_BR_MCAST_SNOOPING:
		view->is_snooping = number_of(attribute) != 0;
		break;
	case IFLA_BR_MCAST_QUERIER:
		view->is_querier = number_of(attribute) != 0;
		break;
	case IFLA_BR_MCAST_QUERY_INTVL:
		view->query_interval_ns = time_of(number_of(attribute));
		break;
	case IFLA_BR_MCAST_MEMBERSHIP_INTVL:
		view->membership_interval_ns = time_of(number_of(attribute));
		break;
	case IFLA_BR_MCAST_QUERIER_STATE:
		mnl_attr_parse_nested(attribute, take_querier, q);
		break;
	}
	return MNL_CB_OK;
}

static int take_port(const struct nlattr *attribute, void *context)
{
	struct question *q = context;

	if (mnl_attr_get_type(attribute) == IFLA_BRPORT_MCAST_FLOOD)
		q->view->is_flooding_port = number_of(attribute) != 0;
	return MNL_CB_OK;
}

static int take_info(const struct nlattr *attribute, void *context)
{
	struct question *q = context;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_INFO_KIND:
		q->is_bridge = is_bridge_kind(attribute);
		break;
	case IFLA_INFO_DATA: /* comes after the kind */
		if (q->is_bridge)
			mnl_attr_parse_nested(attribute, take_bridge, q);
		break;
	case IFLA_INFO_SLAVE_KIND:
		q->view->is_port = is_bridge_kind(attribute);
		break;
	case IFLA_INFO_SLAVE_DATA:
		if (q->view->is_port)
			mnl_attr_parse_nested(attribute, take_port, q);
		break;
	}
	return MNL_CB_OK;
}

static int take_link(const struct nlattr *attribute, void *context)
{
	struct question *q = context;
	size_t size = mnl_attr_get_payload_len(attribute);

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		size = size < IF_NAMESIZE ? size : IF_NAMESIZE - 1;
		memcpy(q->view->name, mnl_attr_get_payload(attribute), size);
		break;
	case IFLA_MASTER:
		q->view->bridge = (unsigned)number_of(attribute);
		break;
	case IFLA_LINKINFO:
		mnl_attr_parse_nested(attribute, take_info, q);
		break;
	}
	return MNL_CB_OK;
}

static int on_link(const struct nlmsghdr *message, void *context)
{
	if (message->nlmsg_type == RTM_NEWLINK &&
	    mnl_nlmsg_get_payload_len(message) >= sizeof(struct ifinfomsg))
		mnl_attr_parse(message, sizeof(struct ifinfomsg), take_link, context);
	return MNL_CB_STOP; /* there is one answer */
}

/* ---- The table of groups ---- */

static int take_timer(const struct nlattr *attribute, void *context)
{
	struct bridge_view *view = context;

	if (mnl_attr_get_type(attribute) == MDBA_MDB_EATTR_TIMER)
		view->entry_left_ns = time_of(number_of(attribute));
	return MNL_CB_OK;
}

static bool is_group(const struct br_mdb_entry *entry, const struct question *q)
{
	if (is_v4(q))
		return entry->addr.proto == htons(ETH_P_IP) &&
		       entry->addr.u.ip4 == q->group->v4.sin_addr.s_addr;
	return entry->addr.proto == htons(ETH_P_IPV6) &&
	       memcmp(&entry->addr.u.ip6, &q->group->v6.sin6_addr, 16) == 0;
}

static int take_entry(const struct nlattr *attribute, void *context)
{
	struct question *q = context;
	struct br_mdb_entry entry;
	size_t size = mnl_attr_get_payload_len(attribute);
	size_t head = (sizeof entry + NLA_ALIGNTO - 1) / NLA_ALIGNTO * NLA_ALIGNTO;

	if (mnl_attr_get_type(attribute) != MDBA_MDB_ENTRY_INFO || size < sizeof entry)
		return MNL_CB_OK;
	memcpy(&entry, mnl_attr_get_payload(attribute), sizeof entry);
	if (entry.ifindex != q->interface || !is_group(&entry, q))
		return MNL_CB_OK;
	q->view->has_entry = true;
	q->view->is_permanent = entry.state == MDB_PERMANENT;
	if (size > head)
		mnl_attr_parse_payload((const char *)mnl_attr_get_payload(attribute) + head,
				       size - head, take_timer, q->view);
	return MNL_CB_OK;
}

static int take_mdb_entry(const struct nlattr *attribute, void *context)
{
	if (mnl_attr_get_type(attribute) == MDBA_MDB_ENTRY)
		mnl_attr_parse_nested(attribute, take_entry, context);
	return MNL_CB_OK;
}

static int take_mdb(const struct nlattr *attribute, void *context)
{
	if (mnl_attr_get_type(attribute) == MDBA_MDB)
		mnl_attr_parse_nested(attribute, take_mdb_entry, context);
	return MNL_CB_OK;
}

static int on_mdb(const struct nlmsghdr *message, void *context)
{
	const struct question *q = context;
	const struct br_port_msg *header = mnl_nlmsg_get_payload(message);

	if (mnl_nlmsg_get_payload_len(message) >= sizeof *header &&
	    header->ifindex == q->view->bridge)
		mnl_attr_parse(message, sizeof *header, take_mdb, context);
	return MNL_CB_OK;
}

/* ---- Asking ---- */

static int converse(struct mnl_socket *socket, const struct nlmsghdr *message, mnl_cb_t function,
		    struct question *q)
{
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];
	int status;

	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t size = mnl_socket_recvfrom(socket, buffer, sizeof buffer);

		if (size < 0)
			return -errno;
		status = mnl_cb_run(buffer, (size_t)size, message->nlmsg_seq,
				    mnl_socket_get_portid(socket), function, q);
	} while (status > 0);
	return status < 0 ? -errno : 0;
}

static int ask_link(struct mnl_socket *socket, unsigned interface, struct question *q)
{
	_Alignas(struct nlmsghdr) char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *header;

	message->nlmsg_type = RTM_GETLINK;
	message->nlmsg_flags = NLM_F_REQUEST;
	message->nlmsg_seq = interface;
	header = mnl_nlmsg_put_extra_header(message, sizeof *header);
	header->ifi_index = (int)interface;
	return converse(socket, message, on_link, q);
}

static int ask_mdb(struct mnl_socket *socket, struct question *q)
{
	_Alignas(struct nlmsghdr) char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct br_port_msg *header;

	message->nlmsg_type = RTM_GETMDB;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = 1;
	header = mnl_nlmsg_put_extra_header(message, sizeof *header);
	header->family = PF_BRIDGE;
	return converse(socket, message, on_mdb, q);
}

static int ask(struct mnl_socket *socket, unsigned interface, struct question *q)
{
	struct bridge_view *view = q->view;
	int status = ask_link(socket, interface, q);

	if (status < 0 || (!view->is_port && !q->is_bridge))
		return status;
	/* A port's own attributes say where it belongs, its bridge's all the rest. */
	if (view->is_port) {
		unsigned bridge = view->bridge;

		*view->name = '\0';
		status = ask_link(socket, bridge, q);
		view->bridge = bridge;
		view->is_port = true;
	} else {
		view->bridge = interface;
	}
	if (status == 0)
		status = ask_mdb(socket, q);
	view->is_there = status == 0;
	return status;
}

int bridge_view_read(unsigned interface, const union hostcast_address *group,
		     struct bridge_view *view)
{
	struct question q = {.group = group, .view = view, .interface = interface};
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int status;

	*view = (struct bridge_view){0};
	if (!socket)
		return -errno;
	status = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno
								    : ask(socket, interface, &q);
	mnl_socket_close(socket);
	return status;
}

#else

int bridge_view_read(unsigned interface, const union hostcast_address *group,
		     struct bridge_view *view)
{
	(void)interface;
	(void)group;
	*view = (struct bridge_view){0};
	return -ENOSYS;
}

#endif
