/* hostcast echo: its two sides, and the address that both take. */
#include "echo.h"
#include "exit.h"
#include "net/address.h"
#include "net/target.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

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
	if (target.is_group)
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

static int print_help(FILE *file)
{
	fputs("Usage: hostcast echo serve [OPTION]...\n"
	      "       hostcast echo send [OPTION]... [MESSAGE]...\n"
	      "TCP and UDP echo: a server that sends back what comes, and a client.\n"
	      "\nEach tells its options with --help (more: man hostcast-echo).\n"
	      "\nExamples:\n"
	      "  hostcast echo serve           listen at 127.0.0.1, TCP port 55556\n"
	      "  hostcast echo send hello      the other side\n"
	      "  hostcast echo serve --udp     listen at 127.0.0.1, UDP port 5001\n"
	      "  hostcast echo send --udp hi   the other side\n",
	      file);
	return fflush(file) == 0 ? EXIT_DONE : EXIT_REFUSED;
}

int verb_echo(int argc, char **argv)
{
	const char *side = argc > 1 ? argv[1] : "";

	if (strcmp(side, "serve") == 0)
		return echo_serve(argc - 1, argv + 1);
	if (strcmp(side, "send") == 0)
		return echo_send(argc - 1, argv + 1);
	if (strcmp(side, "--help") == 0 || strcmp(side, "-h") == 0 || strcmp(side, "-help") == 0)
		return print_help(stdout);
	if (argc > 1)
		fprintf(stderr,
			"hostcast echo: '%s' is neither serve nor send (see 'hostcast echo "
			"--help')\n",
			side);
	else
		print_help(stderr);
	return EXIT_USAGE;
}
