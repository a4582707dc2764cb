#include "receiver.h"

#include "net/address.h"
#include "net/group.h"
#include "net/socket.h"

#include <errno.h>
#include <unistd.h>

static int bind_receiver(struct hostcast *h, int fd, const union hostcast_address *address)
{
	struct error *error = &h->error;
	bool is_group = address_is_multicast(address);
	int status = 0;

	if (h->options.details || address_is_any(address)) /* any: to which address was it? */
		status = datagrams_want_details(fd, address->any.sa_family, error);
	if (status == 0 && is_group)
		status = group_prepare_receiver(fd, address->any.sa_family, error);
	if (status == 0 && !is_group && h->options.interface_count == 1)
		status = socket_bind_interface(fd, h->options.interfaces[0], error);
	if (status == 0)
		status = socket_bind(fd, address, error);
	if (status == 0 && h->options.trains)
		datagrams_want_trains(fd);
	if (status == 0)
		handle_set_buffer(h, fd, SO_RCVBUF, h->options.receive_buffer,
				  SOCKET_RECEIVE_BUFFER);
	return status;
}

/* A socket bound to the group (or local address) itself, so that nothing else reaches it. Returns
 * its index. */
static int add_receiver(struct hostcast *h, const union hostcast_address *address)
{
	struct handle_socket receiver = {.local = *address};
	int status;

	receiver.fd = socket_open(address->any.sa_family, SOCK_DGRAM, &h->error);
	if (receiver.fd < 0)
		return receiver.fd;
	status = bind_receiver(h, receiver.fd, address);
	if (status < 0) {
		close(receiver.fd);
		return status;
	}
	if (address_port(address) == 0)
		socket_local_address(receiver.fd, &receiver.local, &h->error);
	return handle_add_socket(h, &receiver);
}

static int block_sources(struct hostcast *h, int fd, const union hostcast_address *group,
			 unsigned interface)
{
	char text[HOSTCAST_TEXT_SIZE];

	for (size_t i = 0; i < h->options.blocked_count; i++) {
		const union hostcast_address *source = &h->options.blocked[i];
		int refusal;

		if (source->any.sa_family != group->any.sa_family)
			continue;
		refusal = group_block_source(fd, group, source, interface);
		if (refusal == ENOBUFS)
			return error_set(
				&h->error, HOSTCAST_REFUSED,
				"cannot block %s: the system allows no more sources in one "
				"membership; raise net.ipv4.igmp_max_msf (IPv6: "
				"net.ipv6.mld_max_msf)",
				address_ip_text(source, text));
		if (refusal != 0)
			return error_system(&h->error, HOSTCAST_SYSTEM, refusal, "cannot block %s",
					    address_ip_text(source, text));
	}
	return 0;
}

/* Gives 0 or the errno. */
static int join(const struct target *target, int fd, const union hostcast_address *group,
		unsigned interface)
{
	if (target->source.any.sa_family != AF_UNSPEC)
		return group_join_source(fd, group, &target->source, interface);
	return group_join(fd, group, interface);
}

static int join_error(struct hostcast *h, const union hostcast_address *group, unsigned interface,
		      int refusal)
{
	char text[HOSTCAST_TEXT_SIZE], name[IF_NAMESIZE] = "?";

	address_ip_text(group, text);
	if_indextoname(interface, name);
	switch (refusal) {
	case ENOBUFS:
	case ENOMEM:
		return error_set(
			&h->error, HOSTCAST_REFUSED,
			"cannot join %s on %s: the system allows no more memberships; raise "
			"net.ipv4.igmp_max_memberships (IPv6: net.core.optmem_max)",
			text, name);
	case ENODEV:
	case EADDRNOTAVAIL:
		return error_system(&h->error, HOSTCAST_INTERFACE, refusal, "cannot join %s on %s",
				    text, name);
	case EPERM:
	case EACCES:
		return error_system(&h->error, HOSTCAST_REFUSED, refusal, "cannot join %s on %s",
				    text, name);
	default:
		return error_system(&h->error, HOSTCAST_SYSTEM, refusal, "cannot join %s on %s",
				    text, name);
	}
}

/* Joins on one interface through the socket with this index, or through a new one if there is none
 * (-1) or the kernel takes no more memberships on it (Linux: 20, net.ipv4.igmp_max_memberships). */
static int join_through(struct hostcast *h, int *socket, const struct target *target,
			const union hostcast_address *group, unsigned interface)
{
	bool is_new = *socket < 0;
	int refusal;

	if (is_new && (*socket = add_receiver(h, group)) < 0)
		return *socket;
	refusal = join(target, h->sockets[*socket].fd, group, interface);
	if ((refusal == ENOBUFS || refusal == ENOMEM) && !is_new) {
		*socket = -1;
		return join_through(h, socket, target, group, interface);
	}
	if (refusal != 0)
		return join_error(h, group, interface, refusal);
	if (target->source.any.sa_family != AF_UNSPEC)
		return 0; /* only what that source sends: there is nothing to block */
	return block_sources(h, h->sockets[*socket].fd, group, interface);
}

/* A socket bound to a link-local IPv6 group is tied to one interface; any other hears the group on
 * all interfaces on which it joined. */
int receive_group(struct hostcast *h, const struct target *target, union hostcast_address group,
		  const struct choice *interfaces)
{
	int socket = -1, status = 0;

	for (size_t i = 0; status == 0 && i < interfaces->count; i++) {
		if (address_needs_zone(&group)) {
			group.v6.sin6_scope_id = interfaces->list[i];
			socket = -1;
		}
		status = join_through(h, &socket, target, &group, interfaces->list[i]);
	}
	return status;
}

int receive_at_host(struct hostcast *h, const union hostcast_address *address)
{
	int socket = add_receiver(h, address);
	char text[HOSTCAST_TEXT_SIZE];

	if (socket < 0)
		return socket;
	notices_add(&h->notices, "listening at %s",
		    hostcast_address_text(&h->sockets[socket].local, text));
	return 0;
}
