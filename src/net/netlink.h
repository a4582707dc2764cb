/* Questions to the kernel's tables (rtnetlink(7)). For who is built with libmnl. */
#ifndef NET_NETLINK_H
#define NET_NETLINK_H

#include "hostcast.h"

#include <libmnl/libmnl.h>

enum { NETLINK_REQUEST_SIZE = 256 };

/* A question, which the caller completes: its header (mnl_nlmsg_put_extra_header()) and attributes.
 */
struct netlink_request {
	_Alignas(struct nlmsghdr) char bytes[NETLINK_REQUEST_SIZE];
};

/* Begins it: RTM_GET..., and NLM_F_DUMP for a whole table, 0 for one entry. */
struct nlmsghdr *netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags);

/* Takes back what an answer has told so far, because it begins again. */
typedef void netlink_again_fn(void *context);

/* Asks, and gives each message of the answer to `function`, until that returns MNL_CB_STOP (as it
 * must after the answer about one entry) or the table is over. A dump that was interrupted, because
 * the table changed meanwhile, may have gaps: it is asked for again, a few times. Returns 0 or
 * -errno. */
int netlink_ask(const struct nlmsghdr *question, mnl_cb_t function, netlink_again_fn *again,
		void *context);

/* ---- Attributes ---- */

/* Of 1, 4 or 8 bytes; 0: it is of another size. */
uint64_t netlink_number(const struct nlattr *attribute);

/* Port 0. False: it has not the size of that family's addresses; *address is as it was. */
bool netlink_take_ip(const struct nlattr *attribute, int family, union hostcast_address *address);

/* Cut off where there is no room for it. */
void netlink_take_name(const struct nlattr *attribute, char *name, size_t room);

#endif
