/* Opening targets: what a target means to the handle. */
#include "choice.h"
#include "net/address.h"
#include "receiver.h"
#include "sender.h"
#include "tree.h"

#include <stdio.h>

/* The target as it may be written: GROUP[+COUNT]:PORT. */
static void write_groups(const struct target *target, char *text, size_t size)
{
	bool is_v6 = target->address.any.sa_family == AF_INET6;
	char ip[HOSTCAST_TEXT_SIZE], count[16] = "";

	if (target->count > 1)
		snprintf(count, sizeof count, "+%u", target->count);
	snprintf(text, size, "%s%s%s%s:%u", is_v6 ? "[" : "", address_ip_text(&target->address, ip),
		 is_v6 ? "]" : "", count, address_port(&target->address));
}

/* Says on which interfaces a group is heard, and from whom: the first thing to know when nothing
 * arrives. */
static void tell_joined(struct hostcast *h, const struct target *target,
			const struct choice *interfaces)
{
	char groups[128], names[96] = "", name[IF_NAMESIZE], source[HOSTCAST_TEXT_SIZE];
	bool is_any_source = target->source.any.sa_family == AF_UNSPEC;
	size_t used = 0;

	for (size_t i = 0; i < interfaces->count && used < sizeof names; i++) {
		if (!if_indextoname(interfaces->list[i], name))
			continue;
		used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
					 used > 0 ? ", " : "", name);
	}
	write_groups(target, groups, sizeof groups);
	notices_add(&h->notices, "joined %s on %s%s%s", groups, names,
		    is_any_source ? "" : ", only from ",
		    is_any_source ? "" : address_ip_text(&target->source, source));
}

static int open_groups(struct hostcast *h, const struct target *target, unsigned mode)
{
	struct interfaces all;
	struct choice sending = {.count = 0}, receiving = {.count = 0};
	union hostcast_address group = target->address;
	int status = interfaces_read(&all, &h->error);

	if (status < 0)
		return status;
	if (mode & HOSTCAST_SEND)
		status = choose_sending(h, &all, &group, &sending);
	if (status == 0 && mode & HOSTCAST_RECEIVE)
		status = choose_receiving(h, &all, &group, &receiving);
	interfaces_done(&all);
	for (unsigned i = 0; status == 0 && i < target->count; i++) {
		if (mode & HOSTCAST_SEND)
			status = send_to_group(h, &group, &sending);
		if (status == 0 && mode & HOSTCAST_RECEIVE)
			status = receive_group(h, target, group, &receiving);
		if (i + 1 < target->count)
			address_advance(&group, 1);
	}
	if (status == 0 && mode & HOSTCAST_RECEIVE)
		tell_joined(h, target, &receiving);
	return status;
}

static int open_host(struct hostcast *h, const struct target *target, unsigned mode)
{
	int status = 0;

	if (mode & HOSTCAST_SEND)
		status = send_to_host(h, &target->address);
	if (status == 0 && mode & HOSTCAST_RECEIVE)
		status = receive_at_host(h, &target->address);
	return status;
}

static int open_tree(struct hostcast *h, const struct target *target, unsigned mode)
{
	struct handle_socket socket = {
		.tree = tree_new(&target->address, mode, &h->options, &h->notices, &h->error)};
	int index;

	if (!socket.tree)
		return h->error.code;
	socket.fd = tree_fd(socket.tree);
	index = handle_add_socket(h, &socket);
	if (index < 0 || !(mode & HOSTCAST_SEND))
		return index < 0 ? index : 0;
	return handle_add_route(h, (size_t)index, &target->address);
}

static int open_target(struct hostcast *h, const struct target *target, unsigned mode)
{
	switch (target->kind) {
	case TARGET_GROUP:
		return open_groups(h, target, mode);
	case TARGET_TREE:
		return open_tree(h, target, mode);
	case TARGET_HOST:
		break;
	}
	return open_host(h, target, mode);
}

int hostcast_open(struct hostcast *h, const char *text, unsigned mode)
{
	size_t sockets = h->socket_count, routes = h->route_count;
	struct target target;
	int status;

	if (mode == 0 || mode & ~(unsigned)(HOSTCAST_SEND | HOSTCAST_RECEIVE))
		return error_set(&h->error, HOSTCAST_INVALID,
				 "mode %u is not made of HOSTCAST_SEND and HOSTCAST_RECEIVE", mode);
	status = target_parse(text, h->options.family, h->options.port, &target, &h->error);
	if (status < 0)
		return status;
	if (mode == HOSTCAST_SEND && target.source.any.sa_family != AF_UNSPEC)
		return error_set(
			&h->error, HOSTCAST_INVALID,
			"'%s' names a source, which only a receiver chooses; the address to "
			"send from is set apart (--source)",
			text);
	status = open_target(h, &target, mode);
	if (status < 0) {
		handle_close_from(h, sockets);
		h->route_count = routes;
	}
	return status;
}
