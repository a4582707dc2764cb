#include "error_queue.h"

#include "socket.h"

#include <errno.h>
#include <string.h>
#include <time.h> /* linux/errqueue.h uses struct timespec */

#include <linux/errqueue.h>

int error_queue_enable(int fd, int family, struct error *error)
{
	if (family == AF_INET)
		return socket_set(fd, IPPROTO_IP, IP_RECVERR, 1, "IP_RECVERR", error);
	return socket_set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1, "IPV6_RECVERR", error);
}

static bool is_error(const struct cmsghdr *control)
{
	return (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_RECVERR) ||
	       (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_RECVERR);
}

static void take(const struct cmsghdr *control, struct queued_error *queued)
{
	struct sock_extended_err extended;

	memcpy(&extended, CMSG_DATA(control), sizeof extended);
	queued->system = (int)extended.ee_errno;
	queued->is_local = extended.ee_origin == SO_EE_ORIGIN_LOCAL;
	queued->mtu = extended.ee_errno == EMSGSIZE ? extended.ee_info : 0;
}

bool error_queue_next(int fd, struct queued_error *queued)
{
	union {
		struct cmsghdr align;
		char bytes[512];
	} room;
	struct msghdr header = {
		.msg_name = &queued->to,
		.msg_namelen = sizeof queued->to,
		.msg_control = &room,
		.msg_controllen = sizeof room,
	};
	struct cmsghdr *control;

	*queued = (struct queued_error){.system = 0};
	if (recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	if (header.msg_namelen == 0)
		queued->to = (union hostcast_address){0};
	for (control = CMSG_FIRSTHDR(&header); control; control = CMSG_NXTHDR(&header, control))
		if (is_error(control))
			take(control, queued);
	return true;
}
