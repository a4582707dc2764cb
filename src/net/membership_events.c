#include "membership_events.h"

#include "config.h"

#include <errno.h>
#include <stdlib.h>

#ifdef HAVE_LIBMNL

#include "membership_netlink.h"

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

enum { BUFFER_SIZE = 32768 };

/* Not in Debian 12's headers. */
enum {
	GROUP_IPV4_MCADDR = 37,
	GROUP_IPV6_MCADDR = 38,
	NEW_MULTICAST = RTM_GETMULTICAST - 2,
	DEL_MULTICAST = RTM_GETMULTICAST - 1,
};

struct membership_events {
	struct mnl_socket *socket;
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];
	const struct nlmsghdr *message; /* the next one in the buffer */
	int left;                       /* bytes there */
};

/* EINVAL: a kernel that has no such group. */
static int subscribe(struct mnl_socket *socket, struct error *error)
{
	int groups[] = {GROUP_IPV4_MCADDR, GROUP_IPV6_MCADDR};

	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot bind a netlink socket");
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		if (mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &groups[i],
					  sizeof groups[i]) < 0)
			return error_set(error, HOSTCAST_SYSTEM,
					 "this kernel does not tell of joins and leaves (Linux "
					 "6.14 and later do)");
	return 0;
}

struct membership_events *membership_events_open(struct error *error)
{
	struct membership_events *events = calloc(1, sizeof *events);

	if (!events) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	events->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!events->socket)
		error_system(error, HOSTCAST_SYSTEM, errno, "cannot open a netlink socket");
	else if (subscribe(events->socket, error) == 0)
		return events;
	membership_events_close(events);
	return NULL;
}

void membership_events_close(struct membership_events *events)
{
	if (events && events->socket)
		mnl_socket_close(events->socket);
	free(events);
}

int membership_events_fd(const struct membership_events *events)
{
	return mnl_socket_get_fd(events->socket);
}

/* Fills the buffer: 1, 0 if nothing is there, or an error's code. */
static int read_messages(struct membership_events *events, struct error *error)
{
	ssize_t size = mnl_socket_recvfrom(events->socket, events->buffer, sizeof events->buffer);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (size < 0 && errno == ENOBUFS)
		return error_set(error, HOSTCAST_AGAIN, "joins and leaves came too fast");
	if (size < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno,
				    "cannot read joins and leaves from netlink");
	events->message = (const struct nlmsghdr *)events->buffer;
	events->left = (int)size;
	return 1;
}

static bool take_message(const struct nlmsghdr *message, struct membership_event *event)
{
	if (message->nlmsg_type != NEW_MULTICAST && message->nlmsg_type != DEL_MULTICAST)
		return false;
	event->is_join = message->nlmsg_type == NEW_MULTICAST;
	return membership_netlink_parse(message, &event->interface, &event->group);
}

/* The next event in the buffer. */
static bool next_in_buffer(struct membership_events *events, struct membership_event *event)
{
	while (events->left > 0 && mnl_nlmsg_ok(events->message, events->left)) {
		const struct nlmsghdr *message = events->message;

		events->message = mnl_nlmsg_next(message, &events->left);
		if (take_message(message, event))
			return true;
	}
	events->left = 0;
	return false;
}

int membership_events_next(struct membership_events *events, struct membership_event *event,
			   struct error *error)
{
	int status = 1;

	while (status > 0 && !next_in_buffer(events, event))
		status = read_messages(events, error);
	return status;
}

#else

struct membership_events *membership_events_open(struct error *error)
{
	error_set(error, HOSTCAST_SYSTEM,
		  "this program was built without libmnl, by which the kernel tells of joins and "
		  "leaves");
	return NULL;
}

void membership_events_close(struct membership_events *events)
{
	(void)events;
}

int membership_events_fd(const struct membership_events *events)
{
	(void)events;
	return -1;
}

int membership_events_next(struct membership_events *events, struct membership_event *event,
			   struct error *error)
{
	(void)events;
	(void)event;
	(void)error;
	return 0;
}

#endif
