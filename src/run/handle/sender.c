#include "sender.h"

#include "net/address.h"
#include "net/group.h"
#include "net/socket.h"

#include <errno.h>
#include <unistd.h>

enum { DEFAULT_GROUP_TTL = 1 };

static int set_ttl(struct hostcast *h, int fd, int family)
{
	struct error *error = &h->error;
	int ttl = h->options.ttl;
	int group_ttl = ttl < 0 ? DEFAULT_GROUP_TTL : ttl;
	int status;

	status = family == AF_INET
			 ? socket_set(fd, IPPROTO_IP, IP_MULTICAST_TTL, group_ttl, "TTL", error)
			 : socket_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, group_ttl, "hop limit",
				      error);
	if (status < 0 || ttl < 1) /* a host is not reached with TTL 0: left as it is */
		return status;
	return family == AF_INET
		       ? socket_set(fd, IPPROTO_IP, IP_TTL, ttl, "TTL", error)
		       : socket_set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl, "hop limit", error);
}

static int set_dscp(struct hostcast *h, int fd, int family)
{
	int octet = h->options.dscp << 2; /* the other two bits are ECN's (RFC 3168) */

	if (octet == 0)
		return 0;
	return family == AF_INET
		       ? socket_set(fd, IPPROTO_IP, IP_TOS, octet, "DSCP", &h->error)
		       : socket_set(fd, IPPROTO_IPV6, IPV6_TCLASS, octet, "DSCP", &h->error);
}

/* Where to send from: what the user said; by the loopback interface 127.0.0.1, for which the kernel
 * would take another interface's address or, where there is none, 0.0.0.0; else its choice. */
static union hostcast_address local_address(const struct hostcast *h, int family,
					    unsigned interface)
{
	union hostcast_address local = {.any.sa_family = (sa_family_t)family};

	if (h->options.source.any.sa_family == family)
		return h->options.source;
	if (family == AF_INET && interface > 0 && interface == if_nametoindex("lo"))
		local.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return local;
}

static int set_up_sender(struct hostcast *h, int fd, int family, unsigned interface)
{
	struct error *error = &h->error;
	union hostcast_address local = local_address(h, family, interface);
	int loop = h->options.loop;
	int status = datagrams_want_details(fd, family, error);

	if (status == 0)
		status = family == AF_INET ? socket_set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, loop,
							"loop", error)
					   : socket_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, loop,
							"loop", error);
	if (status == 0)
		status = set_ttl(h, fd, family);
	if (status == 0)
		status = set_dscp(h, fd, family);
	if (status == 0)
		status = socket_send_by(fd, family, interface, error);
	if (status == 0 && h->options.no_fragment)
		status = socket_set_no_fragment(fd, family, true, error);
	if (status < 0)
		return status;
	handle_set_buffer(h, fd, SO_SNDBUF, h->options.send_buffer, 0);
	handle_set_buffer(h, fd, SO_RCVBUF, h->options.receive_buffer, 0);
	return socket_bind(fd, &local, error);
}

int sender_add(struct hostcast *h, int family, unsigned interface)
{
	struct handle_socket sender = {
		.is_sender = true, .interface = interface, .setting = h->setting};
	int status;

	sender.fd = socket_open(family, SOCK_DGRAM, &h->error);
	if (sender.fd < 0)
		return sender.fd;
	status = set_up_sender(h, sender.fd, family, interface);
	if (status == 0)
		status = socket_local_address(sender.fd, &sender.local, &h->error);
	if (status < 0) {
		close(sender.fd);
		return status;
	}
	return handle_add_socket(h, &sender);
}

/* One sender serves all groups of a family that leave by one interface in one way. */
static int group_sender(struct hostcast *h, int family, unsigned interface)
{
	for (size_t i = 0; i < h->socket_count; i++) {
		const struct handle_socket *socket = &h->sockets[i];

		if (socket->is_sender && !socket->is_connected &&
		    socket->local.any.sa_family == family && socket->interface == interface &&
		    socket->setting == h->setting)
			return (int)i;
	}
	return sender_add(h, family, interface);
}

/* A host gets a socket of its own, connected, so that an ICMP error is told to it. */
int send_to_host(struct hostcast *h, const union hostcast_address *to)
{
	int status = sender_add(h, to->any.sa_family, 0);
	size_t index = (size_t)status;
	int fd;

	if (status < 0)
		return status;
	fd = h->sockets[index].fd;
	if (h->options.ttl == 0)
		return error_set(&h->error, HOSTCAST_INVALID,
				 "TTL 0 reaches no host; use 1 to 255");
	if (h->options.interface_count > 1)
		return error_set(&h->error, HOSTCAST_INVALID,
				 "a host is sent to by one interface only");
	if (h->options.interface_count == 1 &&
	    (status = socket_bind_interface(fd, h->options.interfaces[0], &h->error)) < 0)
		return status;
	if (connect(fd, &to->any, address_size(to)) < 0)
		return socket_send_error(errno, fd, to, 0, &h->error);
	h->sockets[index].is_connected = true;
	status = socket_local_address(fd, &h->sockets[index].local, &h->error);
	return status < 0 ? status : handle_add_route(h, index, to);
}

/* With TTL 0 a message must not leave this host. Linux keeps it only where the sending host is a
 * member itself (it then copies it to its members and drops the rest); so the sender joins. */
static int keep_on_host(struct hostcast *h, int fd, const union hostcast_address *group,
			unsigned interface)
{
	int refusal = h->options.ttl == 0 ? group_join(fd, group, interface) : 0;
	char text[HOSTCAST_TEXT_SIZE];

	if (refusal == 0 || refusal == EADDRINUSE)
		return 0;
	return error_system(&h->error, HOSTCAST_REFUSED, refusal,
			    "cannot keep what is sent to %s with TTL 0 on this host (that takes a "
			    "membership, see net.ipv4.igmp_max_memberships)",
			    address_ip_text(group, text));
}

int send_to_group(struct hostcast *h, const union hostcast_address *group,
		  const struct choice *interfaces)
{
	union hostcast_address to = *group;

	for (size_t i = 0; i < interfaces->count; i++) {
		unsigned interface = interfaces->list[i];
		int sender = group_sender(h, group->any.sa_family, interface);
		int status;

		if (sender < 0)
			return sender;
		if (address_needs_zone(&to))
			to.v6.sin6_scope_id = interface;
		status = keep_on_host(h, h->sockets[sender].fd, &to, interface);
		if (status == 0)
			status = handle_add_route(h, (size_t)sender, &to);
		if (status < 0)
			return status;
	}
	return 0;
}
