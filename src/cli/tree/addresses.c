#include "addresses.h"

#include "net/address.h"
#include "net/interface.h"
#include "net/target.h"
#include "run/loop.h"
#include "wire/protocol.h"

#include <stdio.h>

int parse_listen(const char *text, int family, union hostcast_address *address, struct error *error)
{
	const char *listen = text ? text : family == AF_INET6 ? "::" : "0.0.0.0";

	if (!address_parse_with_port(listen, MCAST_PORT, address) || address_is_multicast(address))
		return error_set(error, HOSTCAST_INVALID,
				 "--listen '%.80s' must be an address of this host, ADDR or "
				 "ADDR:PORT, as in 0.0.0.0:10002 or [::]:10002",
				 listen);
	if (address_is_link_local(address) || address_needs_zone(address))
		return error_set(
			error, HOSTCAST_INVALID,
			"--listen '%.80s' is link-local: the addresses of a tree must mean "
			"the same on every host",
			listen);
	if (family != AF_UNSPEC && address->any.sa_family != family)
		return error_set(error, HOSTCAST_INVALID,
				 "--listen '%.80s' is not IPv%c, and one tree has one family",
				 listen, family == AF_INET ? '4' : '6');
	return 0;
}

int parse_rendezvous(const char *text, int family, union hostcast_address *address,
		     struct error *error)
{
	char tree[512];
	struct target target;
	int status;

	snprintf(tree, sizeof tree, "%s%s", target_names_tree(text) ? "" : "tree://", text);
	loop_release_signals(); /* a resolver may take its time */
	status = target_parse(tree, family, 0, &target, error);
	loop_hold_signals();
	if (status == 0)
		*address = target.address;
	return status;
}

int parse_local_program(const char *text, union hostcast_address *address, struct error *error)
{
	if (!address_parse_with_port(text, 0, address) || address_port(address) == 0)
		return error_set(
			error, HOSTCAST_INVALID,
			"--deliver '%.80s' must be ADDR:PORT of a program on this host, as "
			"in 127.0.0.1:5004",
			text);
	if (address_is_any(address) || !is_local_address(address))
		return error_set(error, HOSTCAST_ADDRESS,
				 "--deliver '%.80s' is no address of this host ('ip address' lists "
				 "those that are); what goes to other hosts goes by the tree",
				 text);
	return 0;
}
