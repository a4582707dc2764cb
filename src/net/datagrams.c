#include "datagrams.h"

#include "address.h"
#include "base/monotime.h"
#include "socket.h"
#include "vector.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	TRAINS_AT_ONCE = 8, /* 512 KiB; measured: twice as many cost a third more */
	/* Room for the control messages of an arrival: packet info (IPv6's is the longest), TTL,
	 * time, and the size of a train's datagrams. */
	CONTROL_SIZE = CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) +
		       CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(int)),
};

union control {
	struct cmsghdr align;
	char bytes[CONTROL_SIZE];
};

struct datagrams {
	size_t receive_size;
	bool are_trains; /* what was read last, */
	size_t segment;  /* and how long its datagrams were */
	struct mmsghdr headers[HOSTCAST_BATCH];
	struct iovec vectors[HOSTCAST_BATCH];
	union hostcast_address names[HOSTCAST_BATCH];
	union control controls[HOSTCAST_BATCH];
	unsigned char *buffers;
};

int datagrams_want_destination(int fd, int family, struct error *error)
{
	if (family == AF_INET)
		return socket_set(fd, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO", error);
	return socket_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO", error);
}

int datagrams_want_details(int fd, int family, struct error *error)
{
	int status = datagrams_want_destination(fd, family, error);

	if (status == 0)
		status = socket_set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS", error);
	if (status < 0)
		return status;
	return family == AF_INET ? socket_set(fd, IPPROTO_IP, IP_RECVTTL, 1, "IP_RECVTTL", error)
				 : socket_set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1,
					      "IPV6_RECVHOPLIMIT", error);
}

void datagrams_want_trains(int fd)
{
	const int on = 1;

	setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on);
}

/* For the next read: the kernel has written there what it knew of the last one. */
static void make_ready(struct datagrams *d, size_t slot)
{
	d->headers[slot].msg_hdr = (struct msghdr){
		.msg_name = &d->names[slot],
		.msg_namelen = sizeof d->names[slot],
		.msg_iov = &d->vectors[slot],
		.msg_iovlen = 1,
		.msg_control = &d->controls[slot],
		.msg_controllen = sizeof d->controls[slot],
	};
}

struct datagrams *datagrams_new(size_t receive_size)
{
	struct datagrams *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->receive_size = receive_size;
	d->buffers = malloc(HOSTCAST_BATCH * receive_size);
	if (!d->buffers) {
		free(d);
		return NULL;
	}
	for (size_t i = 0; i < HOSTCAST_BATCH; i++) {
		d->vectors[i] = (struct iovec){d->buffers + i * receive_size, receive_size};
		make_ready(d, i);
	}
	return d;
}

void datagrams_free(struct datagrams *d)
{
	if (!d)
		return;
	free(d->buffers);
	free(d);
}

static void take_control(const struct cmsghdr *control, struct arrival *arrival)
{
	struct hostcast_message *message = &arrival->whole;
	const void *data = CMSG_DATA(control);
	struct in_pktinfo v4;
	struct in6_pktinfo v6;
	struct timespec time;
	int segment;

	if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
		memcpy(&v4, data, sizeof v4);
		message->destination.v4.sin_addr = v4.ipi_addr;
		message->interface_index = (unsigned)v4.ipi_ifindex;
	} else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
		memcpy(&v6, data, sizeof v6);
		message->destination.v6.sin6_addr = v6.ipi6_addr;
		message->interface_index = v6.ipi6_ifindex;
		if (address_needs_zone(&message->destination))
			message->destination.v6.sin6_scope_id = v6.ipi6_ifindex;
	} else if ((control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TTL) ||
		   (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_HOPLIMIT)) {
		memcpy(&message->ttl, data, sizeof message->ttl);
	} else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
		memcpy(&time, data, sizeof time);
		message->time_ns = time.tv_sec * NS_PER_S + time.tv_nsec;
	} else if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO) {
		memcpy(&segment, data, sizeof segment);
		if (segment > 0)
			arrival->segment = (size_t)segment;
	}
}

static void describe(struct mmsghdr *header, const union hostcast_address *local,
		     struct arrival *arrival)
{
	struct msghdr *head = &header->msg_hdr;
	size_t room = head->msg_iov->iov_len;
	size_t size = header->msg_len < room ? header->msg_len : room;
	struct cmsghdr *control;

	*arrival = (struct arrival){
		.whole =
			{
				.data = head->msg_iov->iov_base,
				.full_size = header->msg_len, /* with MSG_TRUNC: what it had */
				.size = size,
				.flags = head->msg_flags & MSG_TRUNC ? HOSTCAST_CUT_OFF : 0,
				.destination = *local,
				.ttl = -1,
			},
		.segment = size,
	};
	memcpy(&arrival->whole.source, head->msg_name, head->msg_namelen);
	for (control = CMSG_FIRSTHDR(head); control; control = CMSG_NXTHDR(head, control))
		take_control(control, arrival);
}

size_t arrival_count(const struct arrival *arrival)
{
	if (arrival->segment >= arrival->whole.size) /* also one without a byte */
		return 1;
	return (arrival->whole.size + arrival->segment - 1) / arrival->segment;
}

struct iovec arrival_payload(const struct arrival *arrival, size_t index)
{
	size_t offset = index * arrival->segment;
	size_t left = arrival->whole.size - offset;
	size_t size = left < arrival->segment ? left : arrival->segment;
	const char *at = (const char *)arrival->whole.data + offset + arrival->header;

	return iovec_of(at, size - arrival->header);
}

void arrival_at(const struct arrival *arrival, size_t index, struct hostcast_message *message)
{
	struct iovec payload = arrival_payload(arrival, index);

	*message = arrival->whole;
	message->data = payload.iov_base;
	message->size = payload.iov_len;
	if (!(message->flags & HOSTCAST_CUT_OFF)) /* else it is the only one */
		message->full_size = message->size;
}

size_t datagrams_share(const struct datagrams *d, size_t count)
{
	size_t most = TRAINS_AT_ONCE;

	if (!d->are_trains)
		most = d->segment > 0 ? HOSTCAST_TRAIN / d->segment : count;
	if (most < 1)
		most = 1;
	return count < most ? count : most;
}

int datagrams_receive(struct datagrams *d, int fd, const union hostcast_address *local,
		      size_t first, struct arrival *arrivals, size_t count)
{
	int got;

	got = recvmmsg(fd, d->headers + first, (unsigned)count, MSG_DONTWAIT | MSG_TRUNC, NULL);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (size_t i = 0; i < (size_t)got; i++) {
		describe(&d->headers[first + i], local, &arrivals[i]);
		make_ready(d, first + i);
	}
	if (got > 0) {
		d->segment = arrivals[got - 1].segment;
		d->are_trains = d->segment < arrivals[got - 1].whole.size;
	}
	return got;
}

/* The counter that SO_RXQ_OVFL puts on each datagram, asked directly: so it is known also when the
 * last datagrams were the ones dropped, and costs nothing per datagram. */
uint64_t datagrams_dropped(int fd)
{
	uint32_t values[SK_MEMINFO_VARS] = {0};
	socklen_t size = sizeof values;

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values, &size) < 0)
		return 0;
	return values[SK_MEMINFO_DROPS];
}
