#include "answer.h"

#include "address.h"

#include <errno.h>
#include <string.h>

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static size_t put_control(struct cmsghdr *control, int level, int type, const void *info,
			  size_t size)
{
	control->cmsg_level = level;
	control->cmsg_type = type;
	control->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(control), info, size);
	return CMSG_SPACE(size);
}

/* The control message that sets where a datagram comes from. The interface is left to the routing
 * table, except where the address says nothing without it. */
static size_t source_control(const union hostcast_address *from, union control *control)
{
	struct in6_pktinfo v6 = {.ipi6_addr = from->v6.sin6_addr,
				 .ipi6_ifindex = from->v6.sin6_scope_id};
	struct in_pktinfo v4 = {.ipi_spec_dst = from->v4.sin_addr};

	memset(control, 0, sizeof *control);
	if (from->any.sa_family == AF_INET)
		return put_control(&control->align, IPPROTO_IP, IP_PKTINFO, &v4, sizeof v4);
	return put_control(&control->align, IPPROTO_IPV6, IPV6_PKTINFO, &v6, sizeof v6);
}

static int send_one(int fd, const struct msghdr *header)
{
	ssize_t sent;

	do
		sent = sendmsg(fd, header, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

int answer_send(int fd, const struct hostcast_message *message, const void *data, size_t size)
{
	const union hostcast_address *from = &message->destination;
	union hostcast_address to = message->source;
	struct iovec payload = {(void *)(uintptr_t)data,
				size}; /* only read, but the type says not */
	struct msghdr header = {.msg_name = &to,
				.msg_namelen = address_size(&to),
				.msg_iov = &payload,
				.msg_iovlen = 1};
	union control control;
	int status;

	if (!address_is_any(from) && !address_is_multicast(from)) {
		header.msg_control = &control;
		header.msg_controllen = source_control(from, &control);
		status = send_one(fd, &header);
		/* What the kernel says of a broadcast address, which is no source either. */
		if (status != -EINVAL && status != -ENETUNREACH)
			return status;
		header.msg_control = NULL;
		header.msg_controllen = 0;
	}
	status = send_one(fd, &header);
	return status < 0 ? status : ANSWER_FROM_ANY;
}
