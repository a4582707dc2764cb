#include "bridge.h"

#include "config.h"

#include <errno.h>

#ifdef HAVE_LIBMNL

#include "address.h"
#include "base/monotime.h"

#include "netlink.h"

#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <string.h>

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
		netlink_take_ip(attribute, q->group->any.sa_family, &view->other_querier);
	} else if (type ==
		   (is_v4(q) ? BRIDGE_QUERIER_IP_OTHER_TIMER : BRIDGE_QUERIER_IPV6_OTHER_TIMER)) {
		view->other_left_ns = time_of(netlink_number(attribute));
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
		view->is_snooping = netlink_number(attribute) != 0;
		break;
	case IFLA_BR_MCAST_QUERIER:
		view->is_querier = netlink_number(attribute) != 0;
		break;
	case IFLA_BR_MCAST_QUERY_INTVL:
		view->query_interval_ns = time_of(netlink_number(attribute));
		break;
	case IFLA_BR_MCAST_MEMBERSHIP_INTVL:
		view->membership_interval_ns = time_of(netlink_number(attribute));
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
		q->view->is_flooding_port = netlink_number(attribute) != 0;
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

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		netlink_take_name(attribute, q->view->name, sizeof q->view->name);
		break;
	case IFLA_MASTER:
		q->view->bridge = (unsigned)netlink_number(attribute);
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
		view->entry_left_ns = time_of(netlink_number(attribute));
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

static int ask_link(unsigned interface, struct question *q)
{
	struct netlink_request request;
	struct nlmsghdr *question = netlink_begin(&request, RTM_GETLINK, 0);
	struct ifinfomsg *header = mnl_nlmsg_put_extra_header(question, sizeof *header);

	header->ifi_index = (int)interface;
	return netlink_ask(question, on_link, NULL, q);
}

static void forget_entry(void *context)
{
	const struct question *q = context;

	q->view->has_entry = q->view->is_permanent = false;
	q->view->entry_left_ns = 0;
}

static int ask_mdb(struct question *q)
{
	struct netlink_request request;
	struct nlmsghdr *question = netlink_begin(&request, RTM_GETMDB, NLM_F_DUMP);
	struct br_port_msg *header = mnl_nlmsg_put_extra_header(question, sizeof *header);

	header->family = PF_BRIDGE;
	return netlink_ask(question, on_mdb, forget_entry, q);
}

int bridge_view_read(unsigned interface, const union hostcast_address *group,
		     struct bridge_view *view)
{
	struct question q = {.group = group, .view = view, .interface = interface};
	int status;

	*view = (struct bridge_view){0};
	status = ask_link(interface, &q);
	if (status < 0 || (!view->is_port && !q.is_bridge))
		return status;
	/* A port's own attributes say where it belongs, its bridge's all the rest. */
	if (view->is_port) {
		unsigned bridge = view->bridge;

		status = ask_link(bridge, &q);
		view->bridge = bridge;
		view->is_port = true;
	} else {
		view->bridge = interface;
	}
	if (status == 0)
		status = ask_mdb(&q);
	view->is_there = status == 0;
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
