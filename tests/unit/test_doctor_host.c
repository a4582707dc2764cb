/* Rungs 1 to 7 of the doctor, from recorded facts: which rung blames what, and with which remedy.
 */
#include "doctor/rung_address.h"
#include "doctor/rung_binding.h"
#include "doctor/rung_group.h"
#include "doctor/rung_interface.h"
#include "doctor/rung_join.h"
#include "doctor/rung_membership.h"
#include "doctor/rung_route.h"
#include "doctor/rungs.h"
#include "net/address.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

static struct finding finding;

static int forget(void **state)
{
	(void)state;
	finding_done(&finding);
	finding_clear(&finding);
	return 0;
}

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	if (!address_parse_with_port(text, 0, &address))
		fail_msg("'%s' is no address", text);
	return address;
}

static void set_text(struct text *text, const char *value)
{
	text_clear(text);
	text_add_string(text, value);
}

/* What the finding must be, and what its texts must contain; NULL: that text must be empty. */
static void expect_finding(enum rung_state state, const char *saw, const char *remedy)
{
	if (finding.state != state)
		fail_msg("%s instead of %s: %s", rung_state_name(finding.state),
			 rung_state_name(state), text_string(&finding.saw));
	if (!strstr(text_string(&finding.saw), saw))
		fail_msg("'%s' is not in '%s'", saw, text_string(&finding.saw));
	if (!remedy && finding.remedy.size > 0)
		fail_msg("nothing is to be mended, but: %s", text_string(&finding.remedy));
	if (remedy && !strstr(text_string(&finding.remedy), remedy))
		fail_msg("'%s' is not in '%s'", remedy, text_string(&finding.remedy));
	finding_clear(&finding);
}

/* ---- 1: interface ---- */

static struct link good_link(void)
{
	return (struct link){.index = 2,
			     .name = "eth0",
			     .mtu = 1500,
			     .is_up = true,
			     .has_carrier = true,
			     .can_multicast = true};
}

static void a_good_interface_is_good(void **state)
{
	struct link link = good_link();

	(void)state;
	judge_interface(&link, NULL, &finding);
	expect_finding(RUNG_GOOD, "eth0 is up", NULL);
	assert_true(is_interface_fit(&link, NULL));
}

static void an_interface_that_is_down_is_a_cause(void **state)
{
	struct link link = good_link();

	(void)state;
	link.is_up = link.has_carrier = false;
	judge_interface(&link, NULL, &finding);
	expect_finding(RUNG_CAUSE, "eth0 is down", "ip link set eth0 up");
	assert_false(is_interface_fit(&link, NULL));
}

static void a_lost_carrier_is_a_cause(void **state)
{
	struct link link = good_link();

	(void)state;
	link.has_carrier = false;
	judge_interface(&link, NULL, &finding);
	expect_finding(RUNG_CAUSE, "eth0 has no carrier", "connect the cable");
	strcpy(link.kind, "veth");
	judge_interface(&link, NULL, &finding);
	expect_finding(RUNG_CAUSE, "eth0 has no carrier", "the other end");
	strcpy(link.kind, "bridge");
	judge_interface(&link, NULL, &finding);
	expect_finding(RUNG_CAUSE, "eth0 has no carrier", "a port of this bridge");
}

static void the_flag_multicast_is_needed(void **state)
{
	struct link link = good_link();

	(void)state;
	link.can_multicast = false;
	judge_interface(&link, NULL, &finding);
	assert_non_null(strstr(text_string(&finding.instead), "hostcast rdv"));
	expect_finding(RUNG_CAUSE, "MULTICAST", "ip link set eth0 multicast on");
}

static void two_faults_of_one_interface_are_both_told(void **state)
{
	struct link link = good_link();

	(void)state;
	link.is_up = link.can_multicast = false;
	judge_interface(&link, NULL, &finding);
	assert_non_null(strstr(text_string(&finding.remedy), "ip link set eth0 up\n"));
	expect_finding(RUNG_CAUSE, "eth0 is down; eth0 cannot do multicast", "multicast on");
}

static void loopback_has_no_carrier_and_needs_none(void **state)
{
	struct link link = good_link();

	(void)state;
	strcpy(link.name, "lo");
	link.is_loopback = true;
	link.has_carrier = false;
	judge_interface(&link, NULL, &finding);
	expect_finding(RUNG_GOOD, "lo is up", NULL);
}

static void a_port_of_a_bridge_gets_nothing_itself(void **state)
{
	struct link link = good_link(), bridge = good_link();

	(void)state;
	strcpy(bridge.name, "br0");
	strcpy(bridge.kind, "bridge");
	judge_interface(&link, &bridge, &finding);
	expect_finding(RUNG_CAUSE, "eth0 is a port of the bridge br0", "use br0");
	strcpy(bridge.kind, "vrf");
	judge_interface(&link, &bridge, &finding);
	expect_finding(RUNG_GOOD, "eth0 is up", NULL);
}

/* ---- 2: address ---- */

static struct interface interface_with(const char *v4, const char *v6)
{
	struct interface interface = {
		.index = 2, .name = "eth0", .is_up = true, .can_multicast = true};

	if (v4)
		interface.v4 = parse(v4);
	if (v6)
		interface.v6 = parse(v6);
	return interface;
}

static void judge_address_of(const struct interface *interface, int family,
			     enum link_local_state link_local, bool is_ipv6_disabled)
{
	struct address_facts facts = {.interface = interface,
				      .family = family,
				      .link_local = link_local,
				      .is_ipv6_disabled = is_ipv6_disabled};

	judge_address(&facts, &finding);
}

static void ipv4_needs_an_address(void **state)
{
	struct interface none = interface_with(NULL, "fe80::1"),
			 one = interface_with("10.0.0.2", NULL);

	(void)state;
	judge_address_of(&none, AF_INET, LINK_LOCAL_READY, false);
	expect_finding(RUNG_CAUSE, "eth0 has no IPv4 address", "ip address add");
	judge_address_of(&one, AF_INET, LINK_LOCAL_NONE, false);
	expect_finding(RUNG_GOOD, "eth0 has 10.0.0.2", NULL);
}

static void ipv6_needs_a_link_local_address(void **state)
{
	struct interface global = interface_with("10.0.0.2", "fd00::2"),
			 both = interface_with(NULL, "fe80::1");

	(void)state;
	judge_address_of(&global, AF_INET6, LINK_LOCAL_NONE, false);
	expect_finding(RUNG_CAUSE, "no link-local address", "ip address add fe80::ID/64 dev eth0");
	judge_address_of(&both, AF_INET6, LINK_LOCAL_READY, false);
	expect_finding(RUNG_GOOD, "eth0 has fe80::1", NULL);
}

static void ipv6_that_is_turned_off_is_told(void **state)
{
	struct interface none = interface_with("10.0.0.2", NULL);

	(void)state;
	judge_address_of(&none, AF_INET6, LINK_LOCAL_NONE, true);
	expect_finding(RUNG_CAUSE, "IPv6 is turned off on eth0",
		       "sysctl -w net.ipv6.conf.eth0.disable_ipv6=0");
}

static void duplicate_address_detection_is_told(void **state)
{
	struct interface interface = interface_with(NULL, "fe80::1");

	(void)state;
	judge_address_of(&interface, AF_INET6, LINK_LOCAL_TENTATIVE, false);
	expect_finding(RUNG_CAUSE, "is tentative", "sysctl -w net.ipv6.conf.eth0.accept_dad=0");
	strcpy(interface.name, "eth0.5"); /* whose dot is none of sysctl's */
	judge_address_of(&interface, AF_INET6, LINK_LOCAL_TENTATIVE, false);
	expect_finding(RUNG_CAUSE, "is tentative", "sysctl -w net/ipv6/conf/eth0.5/accept_dad=0");
	judge_address_of(&interface, AF_INET6, LINK_LOCAL_FAILED, false);
	expect_finding(RUNG_CAUSE, "another host of the link has", "ip address add");
}

static void loopback_needs_no_link_local_address(void **state)
{
	struct interface loopback = interface_with("127.0.0.1", "::1");

	(void)state;
	loopback.is_loopback = true;
	judge_address_of(&loopback, AF_INET6, LINK_LOCAL_NONE, false);
	expect_finding(RUNG_GOOD, "has ::1", NULL);
}

/* ---- 3: route ---- */

static struct route_facts route_by(const char *group, const char *interface)
{
	struct route_facts facts = {.group = parse(group)};

	strcpy(facts.interface, interface);
	return facts;
}

static void a_route_is_good(void **state)
{
	struct route_facts facts = route_by("239.1.2.3", "eth0");

	(void)state;
	judge_route(&facts, &finding);
	expect_finding(RUNG_GOOD, "239.1.2.3 leaves by eth0", NULL);
}

static void no_route_is_a_cause(void **state)
{
	struct route_facts facts = route_by("239.1.2.3", "");

	(void)state;
	facts.status = -ENETUNREACH;
	strcpy(facts.usable, "eth0");
	judge_route(&facts, &finding);
	expect_finding(RUNG_CAUSE, "no route leads to 239.1.2.3",
		       "ip route replace 239.0.0.0/8 dev eth0");
	facts.group = parse("224.1.1.1");
	judge_route(&facts, &finding);
	expect_finding(RUNG_CAUSE, "no route", "ip route replace 224.0.0.0/4 dev eth0");
	facts.group = parse("ff15::1");
	judge_route(&facts, &finding);
	expect_finding(RUNG_CAUSE, "no route",
		       "ip -6 route replace multicast ff00::/8 dev eth0 table local");
}

static void kinds_of_refusal_are_told(void **state)
{
	struct route_facts facts = route_by("239.1.2.3", "");

	(void)state;
	facts.status = -EHOSTUNREACH;
	judge_route(&facts, &finding);
	expect_finding(RUNG_CAUSE, "unreachable", "dev INTERFACE");
	facts.status = -EINVAL;
	judge_route(&facts, &finding);
	expect_finding(RUNG_CAUSE, "blackhole", "ip route replace");
	facts.status = -EPERM;
	judge_route(&facts, &finding);
	expect_finding(RUNG_UNKNOWN, "could not be asked", NULL);
}

/* Who names the interface needs no route. */
static void no_route_is_only_noted_where_an_interface_is_named(void **state)
{
	struct route_facts facts = route_by("239.1.2.3", "");

	(void)state;
	facts.status = -ENETUNREACH;
	strcpy(facts.wanted, "eth1");
	judge_route(&facts, &finding);
	expect_finding(RUNG_NOTED, "no route", "dev eth1");
	facts.wanted[0] = '\0';
	facts.is_used_beside = true;
	judge_route(&facts, &finding);
	expect_finding(RUNG_NOTED, "no route", "ip route replace");
}

static void a_route_by_another_interface_than_the_one_named_is_a_cause(void **state)
{
	struct route_facts facts = route_by("239.1.2.3", "eth1");

	(void)state;
	strcpy(facts.wanted, "eth0");
	judge_route(&facts, &finding);
	expect_finding(RUNG_CAUSE, "leads out of eth1, not eth0", "239.0.0.0/8 dev eth0");
	facts.is_wanted_in_use = true;
	judge_route(&facts, &finding);
	expect_finding(RUNG_NOTED, "leads out of eth1, not eth0", "dev eth0");
}

/* It would take the range away from what other hosts send. */
static void no_route_to_loopback_is_advised(void **state)
{
	struct route_facts facts = route_by("239.1.2.3", "eth0");

	(void)state;
	strcpy(facts.wanted, "lo");
	strcpy(facts.loopback, "lo");
	judge_route(&facts, &finding);
	assert_null(strstr(text_string(&finding.remedy), "ip route"));
	expect_finding(RUNG_CAUSE, "leads out of eth0, not lo", "hostcast recv -i lo");
}

static void data_on_another_interface_than_the_route_is_a_cause(void **state)
{
	struct route_facts facts = route_by("239.1.2.3", "eth1");

	(void)state;
	strcpy(facts.data_interface, "eth0");
	judge_route(&facts, &finding);
	expect_finding(RUNG_CAUSE, "comes in on eth0, but its route leads out of eth1", "dev eth0");
	facts.is_joined_on_data = true;
	judge_route(&facts, &finding);
	expect_finding(RUNG_GOOD, "comes in on eth0", NULL);
	facts.is_joined_on_data = false;
	facts.need_not_hear = true;
	judge_route(&facts, &finding);
	expect_finding(RUNG_GOOD, "comes in on eth0", NULL);
	facts.need_not_hear = false;
	facts.is_data_there = true;
	judge_route(&facts, &finding);
	expect_finding(RUNG_GOOD, "leaves by eth1", NULL);
}

static void a_route_into_a_tunnel_is_a_cause_where_there_is_another_way(void **state)
{
	struct route_facts facts = route_by("239.1.2.3", "tun0");

	(void)state;
	facts.purpose = LINK_TUNNEL;
	judge_route(&facts, &finding);
	expect_finding(RUNG_NOTED, "VPN", NULL);
	strcpy(facts.usable, "eth0");
	judge_route(&facts, &finding);
	assert_non_null(strstr(text_string(&finding.instead), "hostcast recv tree://"));
	expect_finding(RUNG_CAUSE, "VPN", "dev eth0");
	facts.purpose = LINK_CONTAINER;
	judge_route(&facts, &finding);
	expect_finding(RUNG_CAUSE, "containers", "dev eth0");
	facts.is_used_beside = true; /* by name */
	judge_route(&facts, &finding);
	assert_int_equal(finding.instead.size, 0);
	expect_finding(RUNG_NOTED, "containers", "dev eth0");
	facts.is_data_there = true;
	judge_route(&facts, &finding);
	expect_finding(RUNG_GOOD, "leaves by tun0", NULL);
}

/* ---- 4: group ---- */

static void judge_group_text(const char *text, const char *source)
{
	struct group_facts facts = {.group = parse(text), .is_interface_named = true};

	if (source)
		facts.source = parse(source);
	judge_group(&facts, &finding);
}

static void groups_for_use_are_good(void **state)
{
	(void)state;
	judge_group_text("239.1.2.3", NULL);
	expect_finding(RUNG_GOOD, "239.1.2.3 can be used (administratively scoped", NULL);
	judge_group_text("224.1.1.1", NULL);
	expect_finding(RUNG_GOOD, "224.1.1.1 can be used", NULL);
	judge_group_text("ff15::1234", NULL);
	expect_finding(RUNG_GOOD, "ff15::1234 can be used (transient, site-local scope)", NULL);
}

static void reserved_groups_are_causes(void **state)
{
	(void)state;
	judge_group_text("224.0.0.0", NULL);
	expect_finding(RUNG_CAUSE, "224.0.0.0 is reserved", "239.0.0.0/8");
	judge_group_text("ff10::1234", NULL);
	expect_finding(RUNG_CAUSE, "reserved scope 0", "ff15::/16");
	judge_group_text("ff05::", NULL);
	expect_finding(RUNG_CAUSE, "is reserved", "ff15::/16");
}

static void interface_local_groups_stay_inside(void **state)
{
	struct group_facts facts = {.group = parse("ff11::1234"), .is_loopback_meant = true};

	(void)state;
	judge_group_text("ff11::1234", NULL);
	expect_finding(RUNG_CAUSE, "never leaves the host", "ff12::/16");
	judge_group(&facts, &finding);
	expect_finding(RUNG_GOOD, "interface-local scope", NULL);
}

static void source_specific_groups_need_a_source(void **state)
{
	struct group_facts facts = {.group = parse("232.1.1.1"), .does_arrive = true};

	(void)state;
	judge_group_text("232.1.1.1", NULL);
	expect_finding(RUNG_CAUSE, "source-specific", "hostcast recv SOURCE@232.1.1.1");
	judge_group_text("232.1.1.1", "10.0.0.7");
	expect_finding(RUNG_GOOD, "(source-specific)", NULL);
	judge_group_text("[ff35::8000:1]:6000", NULL);
	expect_finding(RUNG_CAUSE, "source-specific", "SOURCE@'[ff35::8000:1]:6000'");
	judge_group(&facts, &finding);
	expect_finding(RUNG_NOTED, "source-specific", "SOURCE@");
	facts = (struct group_facts){.group = facts.group, .need_not_hear = true};
	judge_group(&facts, &finding);
	expect_finding(RUNG_NOTED, "source-specific", "SOURCE@");
	facts = (struct group_facts){.group = facts.group, .are_sources_named = true};
	judge_group(&facts, &finding);
	expect_finding(RUNG_NOTED, "source-specific", "SOURCE@");
}

static void peculiar_groups_are_noted(void **state)
{
	struct group_facts facts = {.group = parse("ff12::1")};

	(void)state;
	judge_group_text("224.0.0.251", NULL);
	expect_finding(RUNG_NOTED, "no router forwards it", NULL);
	judge_group_text("239.0.0.1", NULL);
	expect_finding(RUNG_NOTED, "has the MAC address of 224.0.0.1", NULL);
	judge_group(&facts, &finding);
	expect_finding(RUNG_NOTED, "(GROUP%eth0); ff12::1 stays on its link", NULL);
}

/* ---- 5: join ---- */

static struct join_facts join_of(const char *group, int refusal)
{
	struct join_facts facts = {
		.group = parse(group), .refusal = refusal, .group_limit = 20, .source_limit = 10};

	strcpy(facts.interface, "eth0");
	return facts;
}

/* It says nothing of the network. */
static void that_doctor_has_no_descriptor_is_its_own_error(void **state)
{
	struct interface lo = {.index = 1, .name = "lo", .is_up = true, .can_multicast = true};
	struct doctor_case c = {
		.group = parse("239.1.2.3:5004"),
		.interfaces = {&lo, 1},
		.chosen = {1},
		.chosen_count = 1,
	};
	struct rlimit before, none;
	struct error error;
	int status;

	(void)state;
	lo.v4 = parse("127.0.0.1");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	status = rung_join(&c, &finding, &error);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_not_equal(status, 0);
	assert_non_null(strstr(error.text, "descriptor"));
	assert_int_equal(rung_join(&c, &finding, &error), 0);
}

static void a_join_that_works_is_good(void **state)
{
	struct join_facts facts = join_of("239.1.2.3", 0);

	(void)state;
	judge_join(&facts, &finding);
	expect_finding(RUNG_GOOD, "joining 239.1.2.3 on eth0 works", NULL);
	facts.interface[0] = '\0';
	judge_join(&facts, &finding);
	expect_finding(RUNG_UNKNOWN, "was not tried", NULL);
}

static void a_refused_join_is_a_cause(void **state)
{
	struct join_facts facts = join_of("239.1.2.3", ENOBUFS);

	(void)state;
	facts.group_limit = 0;
	judge_join(&facts, &finding);
	expect_finding(RUNG_CAUSE, "net.ipv4.igmp_max_memberships allows no more",
		       "sysctl -w net.ipv4.igmp_max_memberships=20");
	facts = join_of("ff15::1", ENOMEM);
	facts.group_limit = NO_LIMIT_KNOWN;
	judge_join(&facts, &finding);
	expect_finding(RUNG_CAUSE, "net.core.optmem_max", "raise the limit");
	facts = join_of("239.1.2.3", EPERM);
	judge_join(&facts, &finding);
	expect_finding(RUNG_CAUSE, "not permitted", "seccomp");
	facts = join_of("239.1.2.3", ENODEV);
	judge_join(&facts, &finding);
	expect_finding(RUNG_CAUSE, "No such device", "ip address show eth0");
}

static void a_program_at_its_limit_is_a_cause(void **state)
{
	struct join_facts facts = join_of("239.1.2.3", 0);

	(void)state;
	set_text(&facts.full_of_groups, "python3 (process 12)");
	judge_join(&facts, &finding);
	expect_finding(RUNG_CAUSE, "python3 (process 12) has joined as many groups",
		       "sysctl -w net.ipv4.igmp_max_memberships=40");
	facts.is_joined = true;
	judge_join(&facts, &finding);
	expect_finding(RUNG_NOTED, "as many groups", "start the program again");
	text_done(&facts.full_of_groups);
	facts.source = parse("10.0.0.7");
	set_text(&facts.full_of_sources, "python3 (process 12)");
	judge_join(&facts, &finding);
	expect_finding(RUNG_CAUSE, "(10), and 10.0.0.7 is none of them",
		       "sysctl -w net.ipv4.igmp_max_msf=20");
	facts.is_wanted = true; /* by another program */
	judge_join(&facts, &finding);
	expect_finding(RUNG_NOTED, "(10), and 10.0.0.7 is none of them", "start the program again");
	text_done(&facts.full_of_sources);
}

/* ---- 6: membership ---- */

static struct membership_facts nobody_on(const char *interface)
{
	struct membership_facts facts = {.group = parse("239.1.2.3:5004")};

	strcpy(facts.examined, interface);
	return facts;
}

static struct membership_facts member_on(const char *interface)
{
	struct membership_facts facts = nobody_on(interface);

	facts.is_joined = true;
	set_text(&facts.members, "python3 (process 12)");
	return facts;
}

static struct membership_facts member_elsewhere(const char *interface, const char *elsewhere)
{
	struct membership_facts facts = nobody_on(interface);

	strcpy(facts.elsewhere, elsewhere);
	set_text(&facts.members_elsewhere, "python3 (process 12)");
	return facts;
}

static void judge_and_forget(struct membership_facts *facts)
{
	judge_membership(facts, &finding);
	membership_facts_done(facts);
}

static void a_member_is_good(void **state)
{
	struct membership_facts facts = member_on("eth0"), hidden = nobody_on("eth0");

	(void)state;
	judge_and_forget(&facts);
	expect_finding(RUNG_GOOD, "python3 (process 12) has joined 239.1.2.3 on eth0", NULL);
	hidden.is_joined = true;
	judge_and_forget(&hidden);
	expect_finding(RUNG_GOOD, "a program that this user may not see has joined", NULL);
}

static void nobody_is_a_cause_on_a_receiver(void **state)
{
	struct membership_facts facts = nobody_on("eth0");

	(void)state;
	judge_and_forget(&facts);
	expect_finding(RUNG_CAUSE, "no program of this host has joined 239.1.2.3",
		       "hostcast recv 239.1.2.3:5004");
	facts = nobody_on("eth0");
	strcpy(facts.data_interface, "eth0");
	judge_and_forget(&facts);
	expect_finding(RUNG_CAUSE, "though it comes in on eth0", "--sender");
}

static void brackets_are_quoted_for_shells(void **state)
{
	struct membership_facts facts = nobody_on("eth0");

	(void)state;
	facts.group = parse("[ff15::77]:6000");
	judge_and_forget(&facts);
	expect_finding(RUNG_CAUSE, "joined ff15::77", "$ hostcast recv '[ff15::77]:6000'\n");
}

static void joining_on_loopback_takes_no_route(void **state)
{
	struct membership_facts facts = member_elsewhere("lo", "eth0");

	(void)state;
	strcpy(facts.loopback, "lo");
	facts.is_examined_named = true;
	judge_membership(&facts, &finding);
	assert_null(strstr(text_string(&finding.remedy), "ip route"));
	membership_facts_done(&facts);
	expect_finding(RUNG_CAUSE, "on eth0 only, not on lo", "recv -i lo 239.1.2.3:5004");
}

static void a_sender_need_not_join(void **state)
{
	struct membership_facts facts = nobody_on("eth0");

	(void)state;
	facts.is_sender = true;
	judge_and_forget(&facts);
	expect_finding(RUNG_GOOD, "no program", NULL);
	facts = nobody_on("eth0");
	facts.is_sending = true;
	judge_and_forget(&facts);
	expect_finding(RUNG_GOOD, "which sends to it", NULL);
	facts = nobody_on("eth0");
	facts.has_peer = true;
	judge_and_forget(&facts);
	expect_finding(RUNG_NOTED, "no program", NULL);
}

static void a_sender_misses_nothing_wherever_a_monitor_has_joined(void **state)
{
	struct membership_facts facts = member_elsewhere("eth0", "lo");

	(void)state;
	facts.is_sender = facts.is_elsewhere_loopback = facts.is_examined_named = true;
	judge_and_forget(&facts);
	expect_finding(RUNG_GOOD, "python3 (process 12) has joined 239.1.2.3 on lo", NULL);
	facts = member_on("eth0");
	facts.is_sender = true;
	facts.unwanted = parse("10.0.0.8");
	judge_and_forget(&facts);
	expect_finding(RUNG_GOOD, "has joined 239.1.2.3 on eth0", NULL);
}

static void the_group_of_all_hosts_needs_nobody(void **state)
{
	struct membership_facts facts = nobody_on("eth0");

	(void)state;
	facts.group = parse("224.0.0.1:5004");
	facts.is_of_kernel = true;
	judge_and_forget(&facts);
	expect_finding(RUNG_GOOD, "every host has joined 224.0.0.1", NULL);
}

static void joined_elsewhere_is_a_cause_with_evidence(void **state)
{
	struct membership_facts facts = member_elsewhere("eth0", "eth1");

	(void)state;
	judge_and_forget(&facts);
	expect_finding(RUNG_NOTED, "on eth1 only, not on eth0", "recv -i eth0");
	facts = member_elsewhere("eth0", "eth1");
	facts.is_examined_named = true;
	judge_and_forget(&facts);
	expect_finding(RUNG_CAUSE, "on eth1 only, not on eth0", "dev eth0");
	facts = member_elsewhere("eth0", "eth1");
	strcpy(facts.data_interface, "eth0");
	judge_and_forget(&facts);
	expect_finding(RUNG_CAUSE,
		       "comes in on eth0, but python3 (process 12) has joined it on eth1",
		       "let the program join on eth0");
	facts = member_elsewhere("eth0", "eth1");
	strcpy(facts.data_interface, "eth1");
	facts.is_data_joined = true;
	judge_and_forget(&facts);
	expect_finding(RUNG_GOOD, "on eth1, where it comes in", NULL);
}

static void joined_on_loopback_alone_is_a_cause(void **state)
{
	struct membership_facts facts = member_elsewhere("eth0", "lo");

	(void)state;
	facts.is_elsewhere_loopback = true;
	judge_and_forget(&facts);
	expect_finding(RUNG_CAUSE, "on lo only", "recv -i eth0");
	facts = member_elsewhere("eth0", "lo");
	facts.is_elsewhere_loopback = facts.is_sending_elsewhere = true;
	judge_and_forget(&facts);
	expect_finding(RUNG_NOTED, "there it hears what this host sends to lo", "recv -i eth0");
}

static void data_where_nobody_has_joined_is_a_cause(void **state)
{
	struct membership_facts facts = member_on("eth0");

	(void)state;
	strcpy(facts.data_interface, "eth1");
	judge_and_forget(&facts);
	expect_finding(RUNG_CAUSE,
		       "comes in on eth1, but python3 (process 12) has joined it on eth0",
		       "recv -i eth1");
}

static void bound_without_joining_is_a_cause(void **state)
{
	struct membership_facts facts = nobody_on("eth0");

	(void)state;
	set_text(&facts.bound, "python3 (process 12)");
	judge_and_forget(&facts);
	expect_finding(RUNG_CAUSE, "is bound to port 5004, but has not joined",
		       "$ hostcast recv --join 239.1.2.3:5004");
	facts = nobody_on("eth0");
	facts.has_peer = true; /* which may be told of a group that is of no interest here */
	set_text(&facts.bound, "python3 (process 12)");
	judge_and_forget(&facts);
	expect_finding(RUNG_NOTED, "is bound to port 5004, but has not joined", "--join");
}

static void the_source_that_is_asked_for_stays_in_what_helps(void **state)
{
	struct membership_facts facts = nobody_on("eth0");

	(void)state;
	facts.source = parse("10.0.0.7");
	judge_and_forget(&facts);
	expect_finding(RUNG_CAUSE, "no program", "$ hostcast recv 10.0.0.7@239.1.2.3:5004\n");
}

static void a_source_that_no_member_wants_is_a_cause(void **state)
{
	struct membership_facts facts = member_on("eth0");

	(void)state;
	facts.unwanted = parse("10.0.0.8");
	judge_and_forget(&facts);
	expect_finding(RUNG_CAUSE, "but not for what 10.0.0.8 sends",
		       "$ hostcast recv 10.0.0.8@239.1.2.3:5004\n$ hostcast recv 239.1.2.3:5004");
}

/* ---- 7: binding ---- */

static struct binding_facts bound_to(const char *local, bool does_hear)
{
	struct binding_facts facts = {
		.group = parse("239.1.2.3:5004"), .is_port_given = true, .count = 1};

	strcpy(facts.members[0].who, "python3 (process 12)");
	if (local)
		facts.members[0].local = parse(local);
	facts.members[0].does_hear = does_hear;
	return facts;
}

static void a_socket_that_hears_is_good(void **state)
{
	struct binding_facts facts = bound_to("0.0.0.0:5004", true);

	(void)state;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_GOOD, "python3 (process 12) is bound to 0.0.0.0:5004", NULL);
}

static void another_address_is_a_cause(void **state)
{
	struct binding_facts facts = bound_to("127.0.0.1:5004", false);

	(void)state;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_CAUSE, "is bound to 127.0.0.1:5004",
		       "bind the program to 0.0.0.0:5004, or to the group itself (239.1.2.3:5004)");
	facts.is_port_given = false;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_CAUSE, "is bound to 127.0.0.1:5004", "0.0.0.0:5004");
}

static void another_port_is_a_cause_if_the_port_is_known(void **state)
{
	struct binding_facts facts = bound_to("0.0.0.0:6000", false);

	(void)state;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_CAUSE, "is bound to 0.0.0.0:6000, where what is sent to 239.1.2.3:5004",
		       "0.0.0.0:5004");
	facts.is_port_given = false;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_NOTED, "is bound to 0.0.0.0:6000", "0.0.0.0:5004");
}

static void who_is_bound_to_nothing_is_noted(void **state)
{
	struct binding_facts facts = bound_to(NULL, false);

	(void)state;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_NOTED, "is bound to no port", "0.0.0.0:5004");
	facts.is_routing = true;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_GOOD, "is bound to no port, as routers are not", NULL);
}

static void data_at_another_port_is_a_cause(void **state)
{
	struct binding_facts facts = bound_to("0.0.0.0:5004", true);

	(void)state;
	facts.data_port = 6000;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_CAUSE, "239.1.2.3 comes in at port 6000 only, not at 5004",
		       "hostcast send 239.1.2.3:5004");
	facts.is_data_of_others = true;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_NOTED, "comes in at port 6000 only, not at 5004; python3", NULL);
}

/* One that hears is enough: the other may have its reasons. */
static void one_of_two_that_hears_excuses_the_other(void **state)
{
	struct binding_facts facts = bound_to("127.0.0.1:5004", false);

	(void)state;
	facts.members[1] = bound_to("239.1.2.3:5004", true).members[0];
	facts.count = 2;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_NOTED, "127.0.0.1:5004", NULL);
}

static void who_cannot_be_seen_is_not_judged(void **state)
{
	struct binding_facts facts = {.group = parse("239.1.2.3:5004"), .is_member_hidden = true};

	(void)state;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_UNKNOWN, "root can", NULL);
	facts = bound_to("127.0.0.1:5004", false);
	facts.is_member_hidden = true;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_NOTED, "127.0.0.1:5004", "0.0.0.0:5004");
}

static void nobody_is_not_judged_again(void **state)
{
	struct binding_facts facts = {.group = parse("239.1.2.3:5004")};

	(void)state;
	judge_binding(&facts, &finding);
	expect_finding(RUNG_GOOD, "no program has joined", NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(that_doctor_has_no_descriptor_is_its_own_error),
		cmocka_unit_test(a_good_interface_is_good),
		cmocka_unit_test(an_interface_that_is_down_is_a_cause),
		cmocka_unit_test(a_lost_carrier_is_a_cause),
		cmocka_unit_test(the_flag_multicast_is_needed),
		cmocka_unit_test(two_faults_of_one_interface_are_both_told),
		cmocka_unit_test(loopback_has_no_carrier_and_needs_none),
		cmocka_unit_test(a_port_of_a_bridge_gets_nothing_itself),
		cmocka_unit_test(ipv4_needs_an_address),
		cmocka_unit_test(ipv6_needs_a_link_local_address),
		cmocka_unit_test(ipv6_that_is_turned_off_is_told),
		cmocka_unit_test(duplicate_address_detection_is_told),
		cmocka_unit_test(loopback_needs_no_link_local_address),
		cmocka_unit_test(a_route_is_good),
		cmocka_unit_test(no_route_is_a_cause),
		cmocka_unit_test(kinds_of_refusal_are_told),
		cmocka_unit_test(no_route_is_only_noted_where_an_interface_is_named),
		cmocka_unit_test(a_route_by_another_interface_than_the_one_named_is_a_cause),
		cmocka_unit_test(no_route_to_loopback_is_advised),
		cmocka_unit_test(data_on_another_interface_than_the_route_is_a_cause),
		cmocka_unit_test(a_route_into_a_tunnel_is_a_cause_where_there_is_another_way),
		cmocka_unit_test(groups_for_use_are_good),
		cmocka_unit_test(reserved_groups_are_causes),
		cmocka_unit_test(interface_local_groups_stay_inside),
		cmocka_unit_test(source_specific_groups_need_a_source),
		cmocka_unit_test(peculiar_groups_are_noted),
		cmocka_unit_test(a_join_that_works_is_good),
		cmocka_unit_test(a_refused_join_is_a_cause),
		cmocka_unit_test(a_program_at_its_limit_is_a_cause),
		cmocka_unit_test(a_member_is_good),
		cmocka_unit_test(nobody_is_a_cause_on_a_receiver),
		cmocka_unit_test(brackets_are_quoted_for_shells),
		cmocka_unit_test(joining_on_loopback_takes_no_route),
		cmocka_unit_test(a_sender_need_not_join),
		cmocka_unit_test(a_sender_misses_nothing_wherever_a_monitor_has_joined),
		cmocka_unit_test(the_group_of_all_hosts_needs_nobody),
		cmocka_unit_test(joined_elsewhere_is_a_cause_with_evidence),
		cmocka_unit_test(joined_on_loopback_alone_is_a_cause),
		cmocka_unit_test(data_where_nobody_has_joined_is_a_cause),
		cmocka_unit_test(bound_without_joining_is_a_cause),
		cmocka_unit_test(the_source_that_is_asked_for_stays_in_what_helps),
		cmocka_unit_test(a_source_that_no_member_wants_is_a_cause),
		cmocka_unit_test(a_socket_that_hears_is_good),
		cmocka_unit_test(another_address_is_a_cause),
		cmocka_unit_test(another_port_is_a_cause_if_the_port_is_known),
		cmocka_unit_test(who_is_bound_to_nothing_is_noted),
		cmocka_unit_test(data_at_another_port_is_a_cause),
		cmocka_unit_test(one_of_two_that_hears_excuses_the_other),
		cmocka_unit_test(who_cannot_be_seen_is_not_judged),
		cmocka_unit_test(nobody_is_not_judged_again),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, forget);
}
