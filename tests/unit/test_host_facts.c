/* What is read of this host: settings, links, link-local addresses, routes, sockets. */
#include "net/address.h"
#include "net/interface.h"
#include "net/link.h"
#include "net/link_local.h"
#include "net/route.h"
#include "net/socket.h"
#include "net/sysctl.h"
#include "net/udp_sockets.h"
#include "unit.h"

#include <errno.h>
#include <net/if_arp.h>
#include <unistd.h>

/* ---- Settings ---- */

static void settings_are_written_as_people_write_them(void **state)
{
	char path[SYSCTL_NAME_SIZE], name[SYSCTL_NAME_SIZE];

	(void)state;
	assert_string_equal(sysctl_name("net/core/rmem_max", name), "net.core.rmem_max");
	sysctl_interface_path(AF_INET, "eth0", "rp_filter", path);
	assert_string_equal(path, "net/ipv4/conf/eth0/rp_filter");
	assert_string_equal(sysctl_name(path, name), "net.ipv4.conf.eth0.rp_filter");
	sysctl_interface_path(AF_INET6, "eth0.100", "disable_ipv6", path);
	assert_string_equal(sysctl_name(path, name), "net/ipv6/conf/eth0.100/disable_ipv6");
}

static void settings_are_read(void **state)
{
	int64_t value = -1;

	(void)state;
	assert_int_equal(sysctl_read("kernel/pid_max", &value), 0);
	assert_true(value > 0);
	value = -1;
	assert_int_equal(sysctl_read("kernel/no_such_setting", &value), -ENOENT);
	assert_int_equal(sysctl_read("kernel/ostype", &value), -EINVAL);
	assert_int_equal(value, -1);
}

/* ---- Link-local addresses ---- */

static enum link_local_state link_local_of(const char *text, unsigned interface)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	enum link_local_state found;

	assert_non_null(file);
	found = link_local_parse(file, interface);
	fclose(file);
	return found;
}

static void link_local_addresses_are_found(void **state)
{
	static const char text[] = "00000000000000000000000000000001 01 80 10 80       lo\n"
				   "fd000000000000000000000000000002 02 40 00 80     eth0\n"
				   "fe80000000000000d4fa4ffffe3f2b01 02 40 20 80     eth0\n"
				   "fe80000000000000d4fa4ffffe3f2b02 03 40 20 c0     eth1\n"
				   "fe80000000000000d4fa4ffffe3f2b03 04 40 20 c8     eth2\n"
				   "fe80000000000000d4fa4ffffe3f2b04 04 40 20 c0     eth2\n"
				   "fe80000000000000d4fa4ffffe3f2b05 05 40 20 c8     eth3\n"
				   "fe80000000000000d4fa4ffffe3f2b06 1f 40 20 44     eth4\n"
				   "fec00000000000000000000000000001 06 40 40 80     eth5\n"
				   "fe8000000000 06 40 20 80     eth5\n"
				   "nonsense\n";

	(void)state;
	assert_int_equal(link_local_of(text, 1), LINK_LOCAL_NONE);
	assert_int_equal(link_local_of(text, 2), LINK_LOCAL_READY);
	assert_int_equal(link_local_of(text, 3), LINK_LOCAL_TENTATIVE);
	assert_int_equal(link_local_of(text, 4), LINK_LOCAL_TENTATIVE); /* the better of two */
	assert_int_equal(link_local_of(text, 5), LINK_LOCAL_FAILED);
	assert_int_equal(link_local_of(text, 31), LINK_LOCAL_READY); /* optimistic (RFC 4429) */
	assert_int_equal(link_local_of(text, 6), LINK_LOCAL_NONE);
	assert_int_equal(link_local_of(text, 7), LINK_LOCAL_NONE);
}

/* ---- Links ---- */

static enum link_purpose purpose_of(const char *name, const char *kind, unsigned type)
{
	struct link link = {.type = type};

	strcpy(link.name, name);
	strcpy(link.kind, kind);
	return link_purpose(&link);
}

static void the_purpose_of_links_is_guessed(void **state)
{
	(void)state;
	assert_int_equal(purpose_of("eth0", "", ARPHRD_ETHER), LINK_ORDINARY);
	assert_int_equal(purpose_of("eth0", "veth", ARPHRD_ETHER), LINK_ORDINARY);
	assert_int_equal(purpose_of("br0", "bridge", ARPHRD_ETHER), LINK_ORDINARY);
	assert_int_equal(purpose_of("br-lan", "bridge", ARPHRD_ETHER), LINK_ORDINARY);
	assert_int_equal(purpose_of("tap0", "tun", ARPHRD_ETHER), LINK_ORDINARY);
	assert_int_equal(purpose_of("tun0", "tun", ARPHRD_NONE), LINK_TUNNEL);
	assert_int_equal(purpose_of("wg0", "wireguard", ARPHRD_NONE), LINK_TUNNEL);
	assert_int_equal(purpose_of("ppp0", "", ARPHRD_PPP), LINK_TUNNEL);
	assert_int_equal(purpose_of("docker0", "bridge", ARPHRD_ETHER), LINK_CONTAINER);
	assert_int_equal(purpose_of("br-3f2a91c04d7e", "bridge", ARPHRD_ETHER), LINK_CONTAINER);
	assert_int_equal(purpose_of("virbr0", "bridge", ARPHRD_ETHER), LINK_CONTAINER);
	assert_int_equal(purpose_of("flannel.1", "vxlan", ARPHRD_ETHER), LINK_CONTAINER);
}

static void what_a_port_receives_its_master_gets(void **state)
{
	static const char *const kinds[] = {"bridge", "bond", "team", "openvswitch", ""};
	struct link list[] = {{.index = 1, .master = 2}, {.index = 2}};
	struct links links = {.list = list, .count = 2};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		strcpy(list[1].kind, kinds[i]);
		assert_true(link_has_ports(&list[1]));
		assert_true(links_have_port(&links, 1));
	}
	assert_false(links_have_port(&links, 2));
	assert_false(links_have_port(&links, 3));
	strcpy(list[1].kind, "vrf");
	assert_false(link_has_ports(&list[1]));
	assert_false(links_have_port(&links, 1));
	assert_false(link_has_ports(NULL));
}

static void some_links_lead_to_no_hosts(void **state)
{
	struct link link = {.type = ARPHRD_CAN, .kind = "vcan"};

	(void)state;
	assert_false(link_has_hosts(&link));
	link = (struct link){.type = ARPHRD_ETHER, .kind = "dummy"};
	assert_false(link_has_hosts(&link));
	strcpy(link.kind, "veth");
	assert_true(link_has_hosts(&link));
	strcpy(link.kind, "");
	assert_true(link_has_hosts(&link));
}

static void loopback_is_among_the_links(void **state)
{
	struct links links;
	struct error error;
	const struct link *loopback;

	(void)state;
	assert_int_equal(links_read(&links, &error), 0);
	loopback = link_by_index(&links, if_nametoindex("lo"));
	assert_non_null(loopback);
	assert_string_equal(loopback->name, "lo");
	assert_true(loopback->is_loopback && loopback->can_multicast && loopback->mtu > 0);
	assert_null(link_by_index(&links, 1 << 30));
	links_done(&links);
}

static void an_interface_is_in_a_list_or_not(void **state)
{
	const unsigned list[] = {2, 7};

	(void)state;
	assert_true(interface_is_listed(list, 2, 2));
	assert_true(interface_is_listed(list, 2, 7));
	assert_false(interface_is_listed(list, 2, 3));
	assert_false(interface_is_listed(list, 1, 7));
	assert_false(interface_is_listed(list, 0, 2));
}

/* ---- Routes ---- */

static void the_route_to_loopback_leads_there(void **state)
{
	union hostcast_address to;
	struct route route;

	(void)state;
	assert_true(address_parse("127.0.0.1", &to));
	assert_int_equal(route_find(&to, &route), 0);
	assert_int_equal(route.interface, if_nametoindex("lo"));
	assert_true(route.is_local);
	assert_true(address_same_ip(&route.from, &to));
}

static void links_have_their_mac_address(void **state)
{
	struct links links;
	struct error error;

	(void)state;
	assert_int_equal(links_read(&links, &error), 0);
	for (size_t i = 0; i < links.count; i++)
		if (links.list[i].is_loopback) /* all 0, which is no host's */
			assert_true(mac_is_none(links.list[i].mac));
	links_done(&links);
}

/* ---- Sockets ---- */

static void an_own_socket_is_found(void **state)
{
	union hostcast_address local = {.v4.sin_family = AF_INET,
					.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct udp_sockets sockets;
	const struct udp_socket *found = NULL;
	struct error error;
	int fd = socket_open(AF_INET, SOCK_DGRAM, &error);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(socket_bind(fd, &local, &error), 0);
	assert_int_equal(socket_local_address(fd, &local, &error), 0);
	assert_int_equal(udp_sockets_read(address_port(&local), &sockets, &error), 0);
	for (size_t i = 0; i < sockets.count; i++)
		if (address_equal(&sockets.list[i].local, &local))
			found = &sockets.list[i];
	assert_non_null(found);
	assert_int_equal(found->pid, getpid());
	assert_int_equal(found->fd, fd);
	assert_int_equal(found->uid, geteuid());
	assert_int_equal(found->drops, 0);
	assert_ptr_equal(udp_socket_by_inode(&sockets, found->inode), found);
	assert_null(udp_socket_by_inode(&sockets, 0));
	udp_sockets_done(&sockets);
	close(fd);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_have_their_mac_address),
		cmocka_unit_test(settings_are_written_as_people_write_them),
		cmocka_unit_test(settings_are_read),
		cmocka_unit_test(link_local_addresses_are_found),
		cmocka_unit_test(the_purpose_of_links_is_guessed),
		cmocka_unit_test(what_a_port_receives_its_master_gets),
		cmocka_unit_test(some_links_lead_to_no_hosts),
		cmocka_unit_test(loopback_is_among_the_links),
		cmocka_unit_test(an_interface_is_in_a_list_or_not),
		cmocka_unit_test(the_route_to_loopback_leads_there),
		cmocka_unit_test(an_own_socket_is_found),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
