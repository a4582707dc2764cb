#include "choice.h"

#include "net/address.h"
#include "net/socket.h"

#include <unistd.h>

static int no_address(struct hostcast *h, const struct interface *interface, int family)
{
	return error_set(
		&h->error, HOSTCAST_INTERFACE,
		"interface %s %s; give it one (ip address add ... dev %s) or choose another",
		interface->name,
		!interface->is_up   ? "is down (ip link set up), or has no address"
		: family == AF_INET ? "has no IPv4 address"
				    : "has no IPv6 address",
		interface->name);
}

/* Those that the user named; each must be able to do it. */
static int chosen_interfaces(struct hostcast *h, const struct interfaces *all, int family,
			     struct choice *choice)
{
	for (size_t i = 0; i < h->options.interface_count; i++) {
		const struct interface *interface =
			interface_by_index(all, h->options.interfaces[i]);

		if (!interface)
			return error_set(&h->error, HOSTCAST_INTERFACE,
					 "the interface with index %u is gone",
					 h->options.interfaces[i]);
		if (interface->is_up && !interface->can_multicast)
			return error_set(
				&h->error, HOSTCAST_INTERFACE,
				"interface %s cannot do multicast (ip link set %s multicast on)",
				interface->name, interface->name);
		if (!interface_is_usable(interface, family))
			return no_address(h, interface, family);
		choice->list[choice->count++] = interface->index;
	}
	return 0;
}

static int usable_interfaces(struct hostcast *h, const struct interfaces *all, int family,
			     struct choice *choice)
{
	size_t left_out = 0;

	for (size_t i = 0; i < all->count; i++) {
		if (!interface_is_usable(&all->list[i], family))
			continue;
		if (choice->count < INTERFACES_MAX)
			choice->list[choice->count++] = all->list[i].index;
		else
			left_out++;
	}
	if (left_out > 0)
		notices_add(&h->notices,
			    "%zu interfaces are left out, %d are the most; choose with --interface",
			    left_out, INTERFACES_MAX);
	if (choice->count == 0)
		return error_set(&h->error, HOSTCAST_INTERFACE,
				 "no interface is up, can do multicast and has an IPv%c address "
				 "(ip link set lo up is the least)",
				 family == AF_INET ? '4' : '6');
	return 0;
}

int choose_receiving(struct hostcast *h, const struct interfaces *all,
		     const union hostcast_address *group, struct choice *choice)
{
	int family = group->any.sa_family;

	if (family == AF_INET6 && group->v6.sin6_scope_id > 0) {
		choice->list[choice->count++] = group->v6.sin6_scope_id;
		return 0;
	}
	if (h->options.interface_count > 0)
		return chosen_interfaces(h, all, family, choice);
	return usable_interfaces(h, all, family, choice);
}

/* Would the routing table know where to send to this address? */
static bool has_route(const union hostcast_address *to)
{
	struct error ignored;
	int fd = socket_open(to->any.sa_family, SOCK_DGRAM, &ignored);
	bool ok;

	if (fd < 0)
		return false;
	ok = connect(fd, &to->any, address_size(to)) == 0;
	close(fd);
	return ok;
}

/* Where the routing table gives no answer: the first real interface, else loopback. */
static int fall_back(struct hostcast *h, const struct interfaces *all,
		     const union hostcast_address *group, struct choice *choice)
{
	char text[HOSTCAST_TEXT_SIZE];
	const struct interface *found = NULL;

	for (size_t i = 0; i < all->count; i++) {
		const struct interface *interface = &all->list[i];

		if (interface_is_usable(interface, group->any.sa_family) &&
		    (!found || (found->is_loopback && !interface->is_loopback)))
			found = interface;
	}
	if (!found)
		return usable_interfaces(h, all, group->any.sa_family, choice);
	notices_add(&h->notices, "%s %s; sending on %s (choose with --interface)",
		    address_needs_zone(group) ? "no zone is given with" : "there is no route to",
		    address_ip_text(group, text), found->name);
	choice->list[choice->count++] = found->index;
	return 0;
}

int choose_sending(struct hostcast *h, const struct interfaces *all,
		   const union hostcast_address *group, struct choice *choice)
{
	int family = group->any.sa_family;

	if (family == AF_INET6 && group->v6.sin6_scope_id > 0)
		choice->list[choice->count++] = group->v6.sin6_scope_id;
	else if (h->options.interface_count > 0)
		return chosen_interfaces(h, all, family, choice);
	else if (h->options.source.any.sa_family == family || has_route(group))
		choice->list[choice->count++] = 0; /* a source address leads to its interface */
	else
		return fall_back(h, all, group, choice);
	return 0;
}
