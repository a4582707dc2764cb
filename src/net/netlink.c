#include "config.h"

#include <errno.h>

#ifdef HAVE_LIBMNL

#include "netlink.h"

#include <linux/netlink.h>
#include <string.h>

enum { BUFFER_SIZE = 32768, TRIES = 5, SEQUENCE = 1 };

/* ---- Asking ---- */

struct nlmsghdr *netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *question = mnl_nlmsg_put_header(request->bytes);

	question->nlmsg_type = type;
	question->nlmsg_flags = NLM_F_REQUEST | flags;
	question->nlmsg_seq = SEQUENCE;
	return question;
}

static int converse(struct mnl_socket *socket, const struct nlmsghdr *question, mnl_cb_t function,
		    void *context)
{
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];
	int status;

	if (mnl_socket_sendto(socket, question, question->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t size = mnl_socket_recvfrom(socket, buffer, sizeof buffer);

		if (size < 0)
			return -errno;
		status = mnl_cb_run(buffer, (size_t)size, SEQUENCE, mnl_socket_get_portid(socket),
				    function, context);
	} while (status > 0);
	return status < 0 ? -errno : 0;
}

/* With a socket of its own: in that of a try that was given up the rest of the answer waits. */
static int try_once(const struct nlmsghdr *question, mnl_cb_t function, void *context)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int status;

	if (!socket)
		return -errno;
	status = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0
			 ? -errno
			 : converse(socket, question, function, context);
	mnl_socket_close(socket);
	return status;
}

int netlink_ask(const struct nlmsghdr *question, mnl_cb_t function, netlink_again_fn *again,
		void *context)
{
	int status = try_once(question, function, context);

	for (int i = 1; i < TRIES && status == -EINTR; i++) {
		if (again)
			again(context);
		status = try_once(question, function, context);
	}
	return status;
}

/* ---- Attributes ---- */

uint64_t netlink_number(const struct nlattr *attribute)
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

bool netlink_take_ip(const struct nlattr *attribute, int family, union hostcast_address *address)
{
	size_t size =
		family == AF_INET ? sizeof address->v4.sin_addr : sizeof address->v6.sin6_addr;

	if (mnl_attr_get_payload_len(attribute) != size)
		return false;
	*address = (union hostcast_address){.any.sa_family = (sa_family_t)family};
	memcpy(family == AF_INET ? (void *)&address->v4.sin_addr : (void *)&address->v6.sin6_addr,
	       mnl_attr_get_payload(attribute), size);
	return true;
}

void netlink_take_name(const struct nlattr *attribute, char *name, size_t room)
{
	size_t size = mnl_attr_get_payload_len(attribute);

	size = size < room ? size : room - 1;
	memcpy(name, mnl_attr_get_payload(attribute), size);
	name[size] = '\0';
}

#endif
