#include "echo_options.h"

#include "net/address.h"
#include "net/target.h"

static uint16_t port_of(const struct echo_options *o)
{
	if (o->common.port != NOT_GIVEN)
		return (uint16_t)o->common.port;
	return o->udp ? ECHO_UDP_PORT : ECHO_TCP_PORT;
}

int echo_address(const struct echo_options *o, union hostcast_address *address, struct error *error)
{
	const struct common_options *common = &o->common;
	bool is_one_family = common->ipv4 != common->ipv6;
	int family = !is_one_family ? AF_UNSPEC : common->ipv4 ? AF_INET : AF_INET6;
	const char *addr = o->addr ? o->addr : family == AF_INET6 ? "::1" : "127.0.0.1";
	struct target target;
	int status = target_parse(addr, family, port_of(o), &target, error);

	if (status < 0)
		return status;
	if (target.kind == TARGET_TREE)
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' is a tree, and an echo is between two hosts", addr);
	if (target.kind == TARGET_GROUP)
		return error_set(error, HOSTCAST_INVALID,
				 "'%s' is a group, and an echo is between two hosts (for groups: "
				 "hostcast send --ack, hostcast recv --ack)",
				 addr);
	if (address_needs_zone(&target.address) && target.address.v6.sin6_scope_id == 0)
		return error_set(
			error, HOSTCAST_ADDRESS,
			"'%s' means something else on each link: name the interface, as in "
			"%s%%eth0",
			addr, addr);
	*address = target.address;
	return 0;
}
