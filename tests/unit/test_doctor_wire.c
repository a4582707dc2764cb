/* Rungs 8, 9, 10, 12 and 13 of the doctor, from recorded facts: what each blames, and how to mend
 * it; and which sources 15 and 16 name where there are many. */
#include "base/monotime.h"
#include "doctor/firewall_read.h"
#include "doctor/rung_buffer.h"
#include "doctor/rung_duplicates.h"
#include "doctor/rung_firewall.h"
#include "doctor/rung_fragments.h"
#include "doctor/rung_reverse.h"
#include "doctor/rung_snooping.h"
#include "doctor/rung_version.h"
#include "doctor/rungs.h"
#include "net/address.h"
#include "net/kernel_counters.h"
#include "unit.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void must_contain(struct text *text, const char *wanted)
{
	if (!strstr(text_string(text), wanted))
		fail_msg("'%s' is not in '%s'", wanted, text_string(text));
}

/* What the finding must be, and what its texts must contain; NULL: that text must be empty. */
static void expect_finding(enum rung_state state, const char *saw, const char *remedy)
{
	if (finding.state != state)
		fail_msg("%s instead of %s: %s", rung_state_name(finding.state),
			 rung_state_name(state), text_string(&finding.saw));
	if (saw)
		must_contain(&finding.saw, saw);
	else
		assert_int_equal(finding.saw.size, 0);
	if (remedy)
		must_contain(&finding.remedy, remedy);
	else if (finding.remedy.size > 0)
		fail_msg("nothing is to be mended, but: %s", text_string(&finding.remedy));
	finding_clear(&finding);
}

/* ---- 8: reverse-path filter ---- */

static struct reverse_facts asymmetric(void)
{
	return (struct reverse_facts){
		.source = parse("10.9.0.7"),
		.interface = "eth1",
		.back = "eth0",
		.filter_interface = FILTER_STRICT,
		.on_wire = 20,
		.filtered = 20,
	};
}

static void a_strict_filter_and_another_way_back_is_a_cause(void **state)
{
	struct reverse_facts facts = asymmetric();

	(void)state;
	judge_reverse(&facts, &finding);
	must_contain(&finding.remedy, "ip route add 10.9.0.7 dev eth1");
	expect_finding(RUNG_CAUSE, "the way back to 10.9.0.7 goes by eth0, and rp_filter is strict",
		       "sysctl -w net.ipv4.conf.eth1.rp_filter=2");
}

static void two_datagrams_with_another_way_back_are_noted(void **state)
{
	struct reverse_facts facts = asymmetric();

	(void)state;
	facts.on_wire = 2;
	facts.filtered = 2;
	judge_reverse(&facts, &finding);
	expect_finding(RUNG_NOTED, "2 of its datagrams came in there", "sysctl -w");
}

static void the_larger_number_counts(void **state)
{
	struct reverse_facts facts = asymmetric();

	(void)state;
	facts.filter_interface = FILTER_OFF;
	assert_false(reverse_drops(&facts));
	facts.filter_all = FILTER_STRICT;
	assert_true(reverse_drops(&facts));
	facts.filter_interface = FILTER_LOOSE;
	assert_false(reverse_drops(&facts));
	judge_reverse(&facts, &finding);
	expect_finding(RUNG_GOOD, NULL, NULL);
}

static void a_loose_filter_drops_where_there_is_no_route(void **state)
{
	struct reverse_facts facts = asymmetric();

	(void)state;
	facts.filter_all = FILTER_LOOSE;
	facts.back[0] = '\0';
	judge_reverse(&facts, &finding);
	must_contain(&finding.remedy, "net.ipv4.conf.all.rp_filter=0");
	must_contain(&finding.remedy, "net.ipv4.conf.eth1.rp_filter=0");
	expect_finding(RUNG_CAUSE, "no route back to 10.9.0.7", "ip route add 10.9.0.7 dev eth1");
}

static void a_filter_that_counted_nothing_is_no_cause(void **state)
{
	struct reverse_facts facts = asymmetric();

	(void)state;
	facts.filtered = 0;
	judge_reverse(&facts, &finding);
	expect_finding(RUNG_NOTED, "rp_filter", "sysctl");
	facts.filtered = COUNTER_UNKNOWN;
	judge_reverse(&facts, &finding);
	expect_finding(RUNG_CAUSE, "rp_filter", "sysctl");
}

static void what_arrives_is_not_filtered(void **state)
{
	struct reverse_facts facts = asymmetric();

	(void)state;
	facts.at_socket = 3;
	judge_reverse(&facts, &finding);
	expect_finding(RUNG_GOOD, NULL, NULL);
}

static void what_another_interface_brings_is_noted(void **state)
{
	struct reverse_facts facts = asymmetric();

	(void)state;
	facts.is_heard_elsewhere = true;
	judge_reverse(&facts, &finding);
	expect_finding(RUNG_NOTED, "but by another interface they do", "sysctl");
}

static void a_source_that_was_not_heard_is_noted(void **state)
{
	struct reverse_facts facts = asymmetric();

	(void)state;
	facts.on_wire = 0;
	judge_reverse(&facts, &finding);
	expect_finding(RUNG_NOTED, "what it sends will be dropped", "sysctl");
}

/* ---- 9: firewall ---- */

static struct firewall_rule drop_rule(void)
{
	static char text[] = "udp dport 5004 counter packets 20 bytes 1 drop";

	return (struct firewall_rule){
		.family = "inet",
		.table = "filter",
		.chain = "input",
		.hooks = HOOK_INPUT,
		.handle = 4,
		.has_counter = true,
		.packets = 20,
		.text = text,
	};
}

static struct firewall_facts dropped(const struct firewall_rule *rule)
{
	return (struct firewall_facts){
		.group = parse("239.1.1.1:5004"),
		.interface = "eth0",
		.on_wire = 20,
		.missing = 20,
		.is_wire_seen = true,
		.no_socket_reason = "",
		.is_known = true,
		.rule = rule,
	};
}

static void what_reaches_the_socket_is_good(void **state)
{
	struct firewall_facts facts = dropped(NULL);

	(void)state;
	facts.at_socket = 20;
	facts.missing = 0;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_GOOD, "reaches the socket", NULL);
}

static void the_rule_is_named_with_its_counter(void **state)
{
	struct firewall_rule rule = drop_rule();
	struct firewall_facts facts = dropped(&rule);

	(void)state;
	judge_firewall(&facts, &finding);
	must_contain(&finding.saw, "20 datagrams came in on eth0, and none reached the socket");
	must_contain(&finding.saw, "chain inet filter input, handle 4, whose counter grew by 20");
	must_contain(&finding.remedy, "nft delete rule inet filter input handle 4");
	expect_finding(
		RUNG_CAUSE, "'udp dport 5004",
		"nft insert rule inet filter input handle 4 ip daddr 239.1.1.1 udp dport 5004 "
		"accept");
}

static void a_policy_has_no_handle(void **state)
{
	struct firewall_rule rule = drop_rule();
	struct firewall_facts facts = dropped(&rule);

	(void)state;
	rule.is_policy = true;
	rule.has_counter = false;
	rule.handle = 0;
	facts.group = parse("[ff15::1]:5004");
	judge_firewall(&facts, &finding);
	assert_null(strstr(text_string(&finding.remedy), "delete"));
	expect_finding(RUNG_CAUSE, "the policy (drop) of chain inet filter input",
		       "nft insert rule inet filter input ip6 daddr ff15::1 udp dport 5004 accept");
}

static void rules_of_iptables_are_mended_with_iptables(void **state)
{
	static char text[] = "-A INPUT -p udp -j DROP";
	struct firewall_rule rule = drop_rule();
	struct firewall_facts facts = dropped(&rule);

	(void)state;
	strcpy(rule.family, "ip");
	strcpy(rule.chain, "INPUT");
	rule.text = text;
	rule.is_legacy = rule.is_iptables = true;
	rule.handle = 0;
	judge_firewall(&facts, &finding);
	must_contain(&finding.remedy, "iptables -D INPUT -p udp -j DROP");
	expect_finding(RUNG_CAUSE, "iptables",
		       "$ iptables -I INPUT -d 239.1.1.1 -p udp --dport 5004 -j ACCEPT\n");
	rule.is_legacy = false;
	rule.handle = 9;
	rule.number = 2;
	judge_firewall(&facts, &finding);
	assert_null(strstr(text_string(&finding.remedy), "nft"));
	expect_finding(RUNG_CAUSE, "handle 9", "$ iptables -D INPUT 2");
}

/* Whoever has written the rule must not speak to root's shell. */
static void what_rules_hold_is_quoted_for_a_shell(void **state)
{
	static char text[] =
		"-A INPUT -d 239.1.1.1/32 -m comment --comment \"$(reboot) \\\"it\\'s\" "
		"-j DROP";
	struct firewall_rule rule = drop_rule();
	struct firewall_facts facts = dropped(&rule);

	(void)state;
	strcpy(rule.family, "ip");
	strcpy(rule.table, "my table");
	strcpy(rule.chain, "IN;ls");
	rule.text = text;
	rule.is_legacy = rule.is_iptables = true;
	rule.handle = 0;
	judge_firewall(&facts, &finding);
	must_contain(&finding.remedy, "iptables -t 'my table' -I 'IN;ls' -d 239.1.1.1");
	expect_finding(RUNG_CAUSE, "most likely",
		       "iptables -t 'my table' -D INPUT -d 239.1.1.1/32 -m comment --comment "
		       "'$(reboot) \"it'\\''s' -j DROP");
	facts = dropped(NULL);
	strcpy(facts.interface, "e`id`");
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_CAUSE, "no rule of nftables", "dev 'e`id`' ingress");
	strcpy(facts.interface, "e\033[31m'");
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_CAUSE, "no rule of nftables", "dev $'e\\033[31m\\047' ingress");
}

static void without_a_rule_it_is_still_the_cause(void **state)
{
	struct firewall_facts facts = dropped(NULL);

	(void)state;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_CAUSE, "no rule of nftables", "tc filter show dev eth0 ingress");
	facts.is_known = false;
	facts.unknown_reason = "it takes CAP_NET_ADMIN";
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_CAUSE, "it takes CAP_NET_ADMIN", "nft list ruleset");
}

static void a_few_of_many_are_no_cause(void **state)
{
	struct firewall_facts facts = dropped(NULL);

	(void)state;
	facts.on_wire = 1000;
	facts.at_socket = 998;
	facts.missing = 2;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_GOOD, "reaches the socket", NULL);
	facts.at_socket = 500;
	facts.missing = 500;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_CAUSE, "500 of them did not reach the socket", "tc filter");
}

/* Anybody can forge one or two. */
static void two_that_are_missing_or_wrong_are_noted(void **state)
{
	struct firewall_facts facts = dropped(NULL);

	(void)state;
	facts.on_wire = facts.missing = 2;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_NOTED, "so few may have been forged", NULL);
	facts.missing = 0;
	facts.bad_checksums = 2;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_NOTED, "2 of 2 datagrams came in on eth0 with a wrong UDP checksum",
		       "tx-checksumming off");
	facts.bad_checksums = 0;
	facts.wrong_mac = facts.foreign_mac = 2;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_NOTED, "it is another host's", "01:00:5e:01:01:01");
	facts.on_wire = facts.missing = 3;
	facts.wrong_mac = facts.foreign_mac = 0;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_CAUSE, "3 datagrams came in on eth0, and none", "tc filter");
}

static void wrong_checksums_are_no_firewall(void **state)
{
	struct firewall_facts facts = dropped(NULL);

	(void)state;
	facts.missing = 0;
	facts.bad_checksums = 20;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_CAUSE, "wrong UDP checksum", "tx-checksumming off");
}

static void who_has_no_address_is_no_firewall(void **state)
{
	struct firewall_facts facts = dropped(NULL);

	(void)state;
	facts.missing = 0;
	facts.of_nobody = 20;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_CAUSE, "20 of 20 datagrams came in on eth0 from 0.0.0.0",
		       "an IPv4 address");
	facts.on_wire = 40;
	facts.at_socket = 20;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_NOTED, "20 of 40 datagrams came in on eth0 from 0.0.0.0",
		       "an IPv4 address");
}

static void a_few_wrong_ones_stand_behind_the_rule_that_drops_all(void **state)
{
	struct firewall_rule rule = drop_rule();
	struct firewall_facts facts = dropped(&rule);

	(void)state;
	facts.on_wire = 273;
	facts.missing = 271;
	facts.bad_checksums = facts.wrong_mac = facts.foreign_mac = 1;
	judge_firewall(&facts, &finding);
	assert_int_equal(strncmp(text_string(&finding.saw), "273 datagrams came in", 21), 0);
	assert_int_equal(strncmp(text_string(&finding.remedy), "$ nft insert rule", 17), 0);
	expect_finding(RUNG_CAUSE, "1 of 273 datagrams came in on eth0 with a wrong UDP checksum",
		       "tx-checksumming off");
	facts.missing = 0; /* in fragments, perhaps, that were lost */
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_NOTED, "1 of 273 datagrams came in on eth0 with a wrong UDP checksum",
		       "tx-checksumming off");
}

static void a_wrong_mac_address_is_no_firewall(void **state)
{
	struct firewall_facts facts = dropped(NULL);

	(void)state;
	facts.missing = 0;
	facts.wrong_mac = facts.foreign_mac = 20;
	memcpy(facts.mac, "\x02\x00\x00\x00\x00\x63", MAC_SIZE);
	judge_firewall(&facts, &finding);
	must_contain(&finding.saw, "20 of 20 datagrams came in on eth0 to the MAC address "
				   "02:00:00:00:00:63, and the group's is 01:00:5e:01:01:01");
	expect_finding(RUNG_CAUSE, "it is another host's, so the kernel drops them",
		       "ip neighbour delete 239.1.1.1 dev INTERFACE");
	facts.at_socket = 1; /* not all of them went wrong */
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_NOTED, "it is another host's", "01:00:5e:01:01:01");
	facts.at_socket = 20;
	facts.foreign_mac = 0;
	memset(facts.mac, 0xff, MAC_SIZE);
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_NOTED, "to the MAC address ff:ff:ff:ff:ff:ff", "01:00:5e:01:01:01");
}

/* ---- 9: reading the rules ---- */

/* A program of that name in a folder of its own, which is all of PATH. */
static void plant_nft(char folder[static 32], const char *script)
{
	char path[64];
	FILE *file;

	strcpy(folder, "/tmp/hostcast-nft-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/nft", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(script, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(setenv("PATH", folder, 1), 0);
}

static void remove_nft(const char *folder)
{
	char path[64];

	snprintf(path, sizeof path, "%s/nft", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* Neither begins nor ends with it: what another program prints would be read as rules. */
static void a_program_that_lists_no_rules_in_time_is_ended(void **state)
{
	struct firewall firewall;
	char folder[32];

	(void)state;
	plant_nft(folder, "#!/bin/sh\nexec >&-\nexec /bin/sleep 600\n");
	firewall_read(&firewall, 5);
	remove_nft(folder);
	assert_false(firewall.is_known);
	assert_non_null(strstr(firewall.reason, "nft was not done within 5 s"));
	firewall_done(&firewall);
}

static void why_a_program_cannot_be_run_is_told(void **state)
{
	struct rlimit before, none;
	struct firewall firewall;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	firewall_read(&firewall, 5);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_false(firewall.is_known);
	assert_string_equal(firewall.reason, "the rules can't be listed: cannot make a pipe: Too "
					     "many open files");
	firewall_done(&firewall);
}

static void where_nothing_was_seen_only_rules_speak(void **state)
{
	struct firewall_rule rule = drop_rule();
	struct firewall_facts facts = dropped(NULL);

	(void)state;
	facts.on_wire = facts.missing = 0;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_UNKNOWN, "no datagram of another host came by", NULL);
	facts.rule = &rule;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_NOTED, "unless a rule before accepts it, by the rule 'udp dport 5004",
		       "nft insert rule");
	facts.reach = REACH_SURELY;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_NOTED, "one may be dropped by the rule 'udp dport 5004",
		       "nft insert rule");
	facts.is_rule_sure = true;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_NOTED, "one would be dropped by the rule 'udp dport 5004",
		       "nft insert rule");
	facts.is_wire_seen = false;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_CAUSE, "whose counter grew by 20", "nft insert rule");
	facts.rule = NULL;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_UNKNOWN, "can't be seen without capturing", NULL);
}

static void what_doctor_could_not_take_in_is_said(void **state)
{
	struct firewall_facts facts = dropped(NULL);

	(void)state;
	facts.at_socket = 20;
	facts.missing = 0;
	facts.wire_dropped = 7;
	facts.rules_forgotten = 3;
	judge_firewall(&facts, &finding);
	must_contain(&finding.saw, "the capture lost 7 packets");
	expect_finding(RUNG_GOOD, "3 rules or chains were too many", NULL);
}

static void what_comes_into_a_vrf_only_its_programs_get(void **state)
{
	struct link list[] = {{.index = 2, .name = "eth0", .master = 3},
			      {.index = 3, .name = "blue", .kind = "vrf"}};
	const struct doctor_case c = {.links = {.list = list, .count = 2}};

	(void)state;
	assert_string_equal(case_foreign_vrf(&c, 2), "blue");
	assert_null(case_foreign_vrf(&c, 3));
	strcpy(list[1].kind, "bridge");
	assert_null(case_foreign_vrf(&c, 2));
}

static void without_a_socket_there_is_nothing_to_compare(void **state)
{
	struct firewall_facts facts = dropped(NULL);

	(void)state;
	facts.no_socket_reason = "the port is in use";
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_UNKNOWN, "no socket to compare the wire with: the port is in use",
		       NULL);
}

static void what_a_sender_may_not_send_is_its_cause(void **state)
{
	struct firewall_rule rule = drop_rule();
	struct firewall_facts facts = dropped(NULL);

	(void)state;
	facts.on_wire = facts.missing = 0;
	facts.is_send_refused = facts.is_only_sender = true;
	facts.out_rule = &rule;
	strcpy(rule.chain, "output");
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_CAUSE, "is refused before it leaves",
		       "nft insert rule inet filter output handle 4");
	facts.is_only_sender = false;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_NOTED, "is refused before it leaves", "nft");
	facts.is_send_refused = false;
	facts.is_only_sender = true;
	facts.out_rule = NULL;
	judge_firewall(&facts, &finding);
	expect_finding(RUNG_GOOD, "not refused", NULL);
}

/* ---- 10: receive buffer ---- */

static struct buffer_facts one_reader(void)
{
	return (struct buffer_facts){
		.users = {{.name = "python3\n", .pid = 77, .buffer = 2304, .waiting = 2304}},
		.count = 1,
		.most = 212992,
		.all_drops = COUNTER_UNKNOWN,
		.lasted_ns = 3 * NS_PER_S,
		.port = 5004,
	};
}

static void a_buffer_that_loses_is_a_cause(void **state)
{
	struct buffer_facts facts = one_reader();

	(void)state;
	facts.users[0].drops = 9;
	judge_buffer(&facts, &finding);
	must_contain(&finding.saw, "python3\\n (process 77) lost 9 datagrams in 3.0 s");
	must_contain(&finding.remedy,
		     "allow it more than 212992 bytes:\n$ sysctl -w net.core.rmem_max=");
	expect_finding(RUNG_CAUSE, "has 2304 bytes", "read without pause");
	facts.users[0].buffer = 2 * 212992;
	judge_buffer(&facts, &finding);
	expect_finding(RUNG_CAUSE, "425984 bytes", "it has all that the system allows");
	facts.all_drops = 9;
	judge_buffer(&facts, &finding);
	expect_finding(RUNG_CAUSE, "425984 bytes", "sysctl -w net.core.rmem_max");
}

static void what_no_buffer_has_lost_has_another_reason(void **state)
{
	struct buffer_facts facts = one_reader();

	(void)state;
	facts.users[0].drops = 9;
	facts.all_drops = 0;
	facts.at_socket = 9;
	judge_buffer(&facts, &finding);
	assert_null(strstr(text_string(&finding.saw), "receive buffer has"));
	expect_finding(RUNG_NOTED, "a filter of its own passes over them", NULL);
	facts.bad_checksums = 9;
	judge_buffer(&facts, &finding);
	expect_finding(RUNG_NOTED, "9 datagrams came with a wrong checksum", "tx-checksumming off");
	facts.at_socket = 0;
	judge_buffer(&facts, &finding);
	expect_finding(RUNG_CAUSE, "9 datagrams came with a wrong checksum", "tx-checksumming off");
}

static void a_limit_that_was_not_used_is_left(void **state)
{
	struct buffer_facts facts = one_reader();

	(void)state;
	facts.users[0].drops = 9;
	facts.most = 4 << 20;
	judge_buffer(&facts, &finding);
	assert_null(strstr(text_string(&finding.remedy), "rmem_max"));
	expect_finding(RUNG_CAUSE, "has 2304 bytes", "ask for a larger buffer");
	facts.users[0].buffer = 8 << 20;
	judge_buffer(&facts, &finding);
	expect_finding(RUNG_CAUSE, "has 8388608 bytes", "sysctl -w net.core.rmem_max=");
	facts.users[0].buffer = 0; /* not known */
	judge_buffer(&facts, &finding);
	expect_finding(RUNG_CAUSE, "lost 9 datagrams", "sysctl -w net.core.rmem_max=");
}

static void what_was_lost_before_is_noted(void **state)
{
	struct buffer_facts facts = one_reader();

	(void)state;
	facts.users[0].drops_before = 9;
	judge_buffer(&facts, &finding);
	expect_finding(RUNG_NOTED, "has lost 9 datagrams since it was started", NULL);
}

static void who_loses_nothing_is_good(void **state)
{
	struct buffer_facts facts = one_reader();

	(void)state;
	judge_buffer(&facts, &finding);
	expect_finding(RUNG_GOOD, "no receive buffer has overflowed", NULL);
	facts.count = 0;
	judge_buffer(&facts, &finding);
	expect_finding(RUNG_GOOD, "no program here gets the group at port 5004", NULL);
	facts.all_drops = 5;
	judge_buffer(&facts, &finding);
	expect_finding(RUNG_NOTED, "other sockets of this host lost 5 datagrams", NULL);
}

/* ---- 12: snooping ---- */

static struct snooping_facts on_network(void)
{
	return (struct snooping_facts){
		.interface = "eth0",
		.group = parse("239.1.1.1:5004"),
		.is_wire_seen = true,
		.lasted_ns = 3 * NS_PER_S,
	};
}

static struct snooping_facts on_bridge(void)
{
	struct snooping_facts facts = on_network();

	strcpy(facts.interface, "br0");
	facts.was_joined = true;
	facts.bridge = (struct bridge_view){
		.is_there = true,
		.name = "br0",
		.is_snooping = true,
		.query_interval_ns = 125 * NS_PER_S,
		.membership_interval_ns = 260 * NS_PER_S,
		.is_flooding_port = true,
		.has_entry = true,
		.entry_left_ns = 250 * NS_PER_S,
	};
	return facts;
}

static void an_expired_membership_is_a_cause(void **state)
{
	struct snooping_facts facts = on_bridge();

	(void)state;
	facts.bridge.has_entry = false;
	facts.bridge.has_other_querier = true;
	facts.bridge.other_querier = parse("10.0.0.254");
	facts.bridge.other_left_ns = 200 * NS_PER_S;
	judge_snooping(&facts, &finding);
	must_contain(&finding.saw, "relies on the querier 10.0.0.254 for 200 s more");
	must_contain(&finding.remedy, "or let the bridge ask, once 10.0.0.254 is given up:\n"
				      "$ ip link set dev br0 type bridge mcast_querier 1");
	expect_finding(RUNG_CAUSE, "the membership has expired",
		       "ip link set dev br0 type bridge mcast_snooping 0");
	facts.was_joined = false;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_GOOD, "nobody has joined on br0", NULL);
}

static void a_bridge_that_asks_too_seldom_is_a_cause(void **state)
{
	struct snooping_facts facts = on_bridge();

	(void)state;
	facts.bridge.is_querier = true;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_GOOD, "knows that the group is wanted", NULL);
	facts.bridge.membership_interval_ns = 2 * NS_PER_S;
	facts.bridge.entry_left_ns = NS_PER_S;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_CAUSE, "expires in 1.0 s", "mcast_query_interval 12500");
	facts.bridge.is_permanent = true;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_GOOD, "knows that the group is wanted", NULL);
}

static void a_bridge_that_nobody_asks_on_is_noted(void **state)
{
	struct snooping_facts facts = on_bridge();

	(void)state;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_NOTED, "the membership on br0 expires in 250 s", NULL);
	facts.bridge.is_snooping = false;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_GOOD, "does not snoop", NULL);
}

static void a_port_that_takes_no_unknown_groups_is_a_cause(void **state)
{
	struct snooping_facts facts = on_bridge();

	(void)state;
	strcpy(facts.interface, "veth1");
	facts.bridge.is_port = true;
	facts.bridge.is_flooding_port = false;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_CAUSE, "mcast_flood off", "bridge link set dev veth1 mcast_flood on");
	facts.bridge.has_other_querier = true;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_GOOD, "knows that the group is wanted", NULL);
}

static void a_late_querier_is_noted(void **state)
{
	struct snooping_facts facts = on_bridge();

	(void)state;
	facts.bridge.has_other_querier = true;
	facts.bridge.other_querier = parse("10.0.0.254");
	facts.bridge.other_left_ns = 255 * NS_PER_S;
	facts.bridge.entry_left_ns = 30 * NS_PER_S;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_NOTED, "expires in 30 s unless a query comes", NULL);
	facts.queries = 1;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_GOOD, "knows that the group is wanted", NULL);
}

static void a_querier_on_the_network_is_good(void **state)
{
	struct snooping_facts facts = on_network();

	(void)state;
	facts.queries = 2;
	facts.querier = parse("10.0.0.254");
	facts.querier_version = 3;
	facts.querier_interval_ns = 125 * NS_PER_S;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_GOOD, "10.0.0.254 asks for memberships on eth0 (IGMPv3, every 125 s)",
		       NULL);
}

static void add_querier(struct observation *o, const char *address, int64_t told_ns)
{
	o->queriers.list[o->queriers.count++] = (struct querier){
		.address = parse(address),
		.interface = 2,
		.version = 3,
		.general = 1,
		.last_ns = NS_PER_S,
		.last_general_ns = NS_PER_S,
		.told_interval_ns = told_ns,
	};
}

/* RFC 3376 section 6.6.2: the lowest address. */
static void of_two_queriers_the_elected_one_is_named(void **state)
{
	struct observation *o = calloc(1, sizeof *o);
	struct doctor_case c = {
		.group = parse("239.1.1.1:5004"),
		.chosen = {2},
		.chosen_count = 1,
		.observation = o,
	};
	struct error error;

	(void)state;
	assert_non_null(o);
	o->finished_ns = 3 * NS_PER_S;
	observation_add_interface(o, 2)->queries = 2;
	add_querier(o, "10.0.0.1", 0);
	add_querier(o, "10.0.0.9", 60 * NS_PER_S);
	assert_int_equal(rung_snooping(&c, &finding, &error), 0);
	expect_finding(RUNG_GOOD, "10.0.0.1 asks for memberships on ? (IGMPv3)", NULL);
	o->queriers.list[0].general = 0; /* it asks for single groups only */
	assert_int_equal(rung_snooping(&c, &finding, &error), 0);
	expect_finding(RUNG_GOOD, "10.0.0.9 asks for memberships on ? (IGMPv3, every 60 s)", NULL);
	o->queriers.list[1].general = 0;
	o->queriers.list[0].last_ns++;
	o->queriers.forgotten = 7;
	assert_int_equal(rung_snooping(&c, &finding, &error), 0);
	must_contain(&finding.saw, "7 queries came from more queriers");
	expect_finding(RUNG_GOOD, "10.0.0.1 asks for memberships on ? (IGMPv3)", NULL);
	free(o);
}

static void a_bridge_that_the_system_did_not_tell_of_is_unknown(void **state)
{
	struct snooping_facts facts = on_network();

	(void)state;
	facts.bridge_errno = EBUSY;
	facts.queries = 1;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_UNKNOWN, "the system did not tell (Device or resource busy)", NULL);
}

static void silence_on_the_network_is_only_noted(void **state)
{
	struct snooping_facts facts = on_network();

	(void)state;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_NOTED,
		       "no query on eth0 in 3.0 s; queriers mostly ask every 125 s: --wait "
		       "130 outlasts that",
		       NULL);
	facts.lasted_ns = 130 * NS_PER_S;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_NOTED, "no query on eth0 in 130 s: nobody asks", NULL);
	facts.is_wire_seen = false;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_UNKNOWN, "can't be seen without capturing", NULL);
}

static void data_that_comes_only_after_a_report_is_evidence(void **state)
{
	struct snooping_facts facts = on_network();

	(void)state;
	facts.was_joined = facts.is_report_sent = true;
	facts.data_after = 40;
	facts.lasting_ns = NS_PER_S;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_CAUSE, "nothing came on eth0 until doctor made this host report",
		       "mcast_querier 1");
	facts.data_before = 1;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_NOTED, "no query", NULL);
	facts.data_before = 0;
	facts.delay_ns = NS_PER_S; /* somebody began to send */
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_NOTED, "no query", NULL);
	facts.delay_ns = 0;
	facts.data_after = 2; /* an accident */
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_NOTED, "no query", NULL);
}

static void who_sends_already_is_heard_within_his_interval(void **state)
{
	struct snooping_facts facts = on_network();

	(void)state;
	facts.was_joined = facts.is_report_sent = true;
	facts.data_after = 11;
	facts.lasting_ns = NS_PER_S; /* one each 0.1 s */
	facts.lasted_ns = 10 * NS_PER_S;
	facts.delay_ns = 190 * NS_PER_MS;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_CAUSE, "nothing came on eth0 until", "mcast_querier 1");
	facts.delay_ns = 210 * NS_PER_MS;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_NOTED, "no query", NULL);
	facts.delay_ns = 190 * NS_PER_MS;
	facts.lasted_ns = 3 * NS_PER_S; /* a beginner may well come so soon after the report */
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_NOTED, "no query", NULL);
}

static void some_groups_and_interfaces_need_no_querier(void **state)
{
	struct snooping_facts facts = on_network();

	(void)state;
	facts.is_flooded = true;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_GOOD, "flood", NULL);
	facts.is_loopback = true;
	judge_snooping(&facts, &finding);
	expect_finding(RUNG_GOOD, "no switch", NULL);
}

/* ---- 13: versions and reports ---- */

static struct version_facts modern(void)
{
	return (struct version_facts){
		.interface = "eth0",
		.group = parse("239.1.1.1:5004"),
		.version = {.spoken = 3},
		.is_wire_seen = true,
		.reports_expected = 1,
		.reports_sent = 1,
		.report_version = 3,
	};
}

static void a_report_that_left_is_good(void **state)
{
	struct version_facts facts = modern();

	(void)state;
	judge_version(&facts, &finding);
	expect_finding(RUNG_GOOD, "this host's IGMPv3 report left by eth0", NULL);
	facts.report_version = 2; /* what was sent counts, whatever is spoken since */
	judge_version(&facts, &finding);
	expect_finding(RUNG_GOOD, "this host's IGMPv2 report left by eth0", NULL);
	facts.reports_expected = facts.reports_sent = 0;
	judge_version(&facts, &finding);
	expect_finding(RUNG_GOOD, "no report was due", NULL);
	facts.is_wire_seen = false;
	judge_version(&facts, &finding);
	expect_finding(RUNG_UNKNOWN, "can't be seen without capturing", NULL);
}

static void a_report_that_does_not_leave_is_a_cause(void **state)
{
	static char text[] = "ip protocol igmp drop";
	struct firewall_rule rule = drop_rule();
	struct version_facts facts = modern();

	(void)state;
	rule.text = text;
	facts.reports_sent = 0;
	judge_version(&facts, &finding);
	expect_finding(RUNG_CAUSE, "no IGMP report of it leaves by eth0", "nft list ruleset");
	facts.report_rule = &rule;
	judge_version(&facts, &finding);
	expect_finding(RUNG_CAUSE, "'ip protocol igmp drop'",
		       "nft insert rule inet filter input handle 4 ip protocol igmp accept");
	facts.data_seen = 5; /* the network floods */
	judge_version(&facts, &finding);
	expect_finding(RUNG_NOTED, "no IGMP report", "nft insert");
	facts.data_seen = 0;
	facts.is_unreported = true;
	judge_version(&facts, &finding);
	expect_finding(RUNG_GOOD, "nobody reports this group", NULL);
}

static void a_refused_report_counts_as_a_missing_one(void **state)
{
	struct version_facts facts = modern();

	(void)state;
	facts.reports_expected = facts.reports_sent = 0;
	facts.are_reports_refused = true;
	judge_version(&facts, &finding);
	expect_finding(RUNG_CAUSE, "no IGMP report", "nft list ruleset");
}

/* Hosts need not be allowed to ask. */
static void a_refused_query_says_nothing_of_reports(void **state)
{
	struct version_facts facts = modern();

	(void)state;
	facts.reports_expected = facts.reports_sent = 0;
	facts.is_query_refused = true;
	judge_version(&facts, &finding);
	expect_finding(RUNG_UNKNOWN, "refuses the query", NULL);
	facts.reports_sent = 1;
	judge_version(&facts, &finding);
	expect_finding(RUNG_GOOD, "report left by eth0", NULL);
}

static void an_older_version_is_no_part_of_another_fault(void **state)
{
	struct version_facts facts = modern();

	(void)state;
	facts.version = (struct membership_version){.spoken = 2, .forced_all = 2};
	facts.reports_sent = 0;
	judge_version(&facts, &finding);
	assert_null(strstr(text_string(&finding.saw), "IGMPv2"));
	expect_finding(RUNG_CAUSE, "no IGMP report of it leaves by eth0", "nft list ruleset");
	facts.group = parse("232.1.1.1:5004");
	judge_version(&facts, &finding);
	expect_finding(RUNG_CAUSE, "joining for one source takes IGMPv3", "sysctl");
}

static void queries_that_are_not_answered_are_a_cause(void **state)
{
	struct firewall_rule rule = drop_rule();
	struct version_facts facts = modern();

	(void)state;
	facts.queries = 3;
	facts.unanswered = 2;
	facts.query_rule = &rule;
	judge_version(&facts, &finding);
	expect_finding(RUNG_CAUSE, "does not answer IGMP queries on eth0 (2 of 3 meanwhile)",
		       "ip protocol igmp accept");
	facts.reports_sent = 0; /* not even one: what asks for it is not heard */
	judge_version(&facts, &finding);
	expect_finding(RUNG_CAUSE, "does not answer IGMP queries", "ip protocol igmp accept");
	facts.queries = facts.unanswered = 0; /* doctor alone has asked */
	judge_version(&facts, &finding);
	expect_finding(RUNG_CAUSE, "does not hear IGMP queries on eth0, not even doctor's own:",
		       "ip protocol igmp accept");
	facts.data_seen = 5;
	judge_version(&facts, &finding);
	expect_finding(RUNG_NOTED, "nobody else asked meanwhile, and the group came in",
		       "ip protocol igmp accept");
	facts.is_unreported = true;
	judge_version(&facts, &finding);
	expect_finding(RUNG_GOOD, "nobody reports this group", NULL);
}

static void a_query_alone_that_is_not_answered_is_noted(void **state)
{
	struct firewall_rule rule = drop_rule();
	struct version_facts facts = modern();

	(void)state;
	facts.queries = 3;
	facts.unanswered = 1;
	facts.query_rule = &rule;
	judge_version(&facts, &finding);
	expect_finding(RUNG_NOTED, "1 of 3 IGMP queries on eth0 had no answer", NULL);
	facts.unanswered = 2;
	facts.query_rule = NULL;
	judge_version(&facts, &finding);
	expect_finding(RUNG_NOTED, "2 of 3 IGMP queries on eth0 had no answer", NULL);
	facts.unanswered = 3;
	judge_version(&facts, &finding);
	expect_finding(RUNG_CAUSE, "does not answer IGMP queries on eth0", "nft list ruleset");
}

static void an_older_version_is_noted(void **state)
{
	struct version_facts facts = modern();

	(void)state;
	facts.version = (struct membership_version){.spoken = 2, .forced_all = 2};
	judge_version(&facts, &finding);
	expect_finding(RUNG_NOTED,
		       "IGMPv2 on eth0, because net.ipv4.conf.all.force_igmp_version is 2",
		       "sysctl -w net.ipv4.conf.all.force_igmp_version=0");
	facts.version = (struct membership_version){.spoken = 2};
	facts.old_querier = parse("10.0.0.254");
	facts.old_version = 2;
	judge_version(&facts, &finding);
	expect_finding(RUNG_NOTED, "because the querier 10.0.0.254 asks with IGMPv2",
		       "mcast_igmp_version 3");
}

static void an_older_version_breaks_source_specific_groups(void **state)
{
	struct version_facts facts = modern();

	(void)state;
	facts.version = (struct membership_version){.spoken = 2, .forced_interface = 2};
	facts.group = parse("232.1.1.1:5004");
	judge_version(&facts, &finding);
	expect_finding(RUNG_CAUSE, "joining for one source takes IGMPv3",
		       "sysctl -w net.ipv4.conf.eth0.force_igmp_version=0");
	facts.data_seen = 1;
	judge_version(&facts, &finding);
	expect_finding(RUNG_NOTED, "takes IGMPv3", "sysctl");
}

static void who_speaks_igmpv1_may_report_later(void **state)
{
	struct version_facts facts = modern();

	(void)state;
	facts.reports_sent = 0;
	facts.version.spoken = 1;
	judge_version(&facts, &finding);
	expect_finding(RUNG_NOTED, "this host speaks IGMPv1", NULL);
}

static void queries_that_hosts_must_pass_over_are_noted(void **state)
{
	struct version_facts facts = modern();

	(void)state;
	facts.group = parse("[ff15::1]:5004");
	facts.version.spoken = 2;
	facts.void_queries = 3;
	judge_version(&facts, &finding);
	expect_finding(RUNG_NOTED, "3 MLD queries on eth0 came from no link-local address",
		       "link-local address to ask with");
}

static void an_older_version_only_leaves_out_the_source_of_an_ordinary_group(void **state)
{
	struct version_facts facts = modern();

	(void)state;
	facts.version = (struct membership_version){.spoken = 2, .forced_interface = 2};
	facts.has_source = true;
	judge_version(&facts, &finding);
	expect_finding(RUNG_NOTED, "to ask for one source takes IGMPv3", "sysctl");
}

static void mld_has_versions_too(void **state)
{
	struct version_facts facts = modern();

	(void)state;
	facts.group = parse("[ff15::1]:5004");
	facts.version = (struct membership_version){.spoken = 1, .forced_all = 1};
	judge_version(&facts, &finding);
	expect_finding(RUNG_NOTED, "MLDv1", "sysctl -w net.ipv6.conf.all.force_mld_version=0");
}

/* ---- 15 and 16: many sources ---- */

static struct observation *hear(size_t count)
{
	struct observation *o = calloc(1, sizeof *o);

	assert_non_null(o);
	for (size_t i = 0; i < count; i++) {
		o->sources[i].source = parse("10.0.0.1");
		o->sources[i].source.v4.sin_addr.s_addr = htonl(0x0a000001 + (uint32_t)i);
		o->sources[i].on_wire = o->sources[i].in_fragments = 10;
	}
	o->source_count = count;
	return o;
}

static void two_copies_are_noted(void **state)
{
	struct observation *o = hear(1);
	const struct duplicates_facts facts = {.peer = {.observation = o}};

	(void)state;
	o->sources[0].on_wire = 4;
	o->sources[0].repeated = 2;
	judge_duplicates(&facts, &finding);
	expect_finding(RUNG_NOTED, "2 of 4 datagrams of 10.0.0.1 came once more", NULL);
	o->sources[0].on_wire = 6;
	o->sources[0].repeated = 3;
	judge_duplicates(&facts, &finding);
	expect_finding(RUNG_CAUSE, "3 of 6 datagrams", "two paths of different lengths");
	free(o);
}

static void of_many_sources_with_copies_the_worst_are_named(void **state)
{
	struct observation *o = hear(100);
	const struct duplicates_facts facts = {.peer = {.observation = o}};

	(void)state;
	for (size_t i = 0; i < o->source_count; i++)
		o->sources[i].repeated = 1;
	o->sources[50].on_wire = 1000; /* many, and yet a small part */
	o->sources[50].repeated = 20;
	o->sources[70].repeated = 4;
	o->sources[80].repeated = 5;
	judge_duplicates(&facts, &finding);
	assert_ptr_equal(strstr(text_string(&finding.saw), "5 of 10 datagrams of 10.0.0.81 "),
			 text_string(&finding.saw));
	must_contain(&finding.saw, "20 of 1000 datagrams of 10.0.0.51 came once more; and 97 more");
	assert_true(finding.saw.size < 500);
	expect_finding(RUNG_CAUSE, "5 of 10", "two paths of different lengths");
	free(o);
}

static void two_lost_datagrams_in_fragments_are_noted(void **state)
{
	struct observation *o = hear(1);
	const struct peer_facts facts = {.observation = o};

	(void)state;
	o->sources[0].on_wire = o->sources[0].in_fragments = o->sources[0].incomplete = 2;
	judge_fragments(&facts, &finding);
	expect_finding(RUNG_NOTED, "2 datagrams of 10.0.0.1", NULL);
	free(o);
}

static void of_many_sources_that_lose_fragments_the_worst_are_named(void **state)
{
	struct observation *o = hear(5);
	const struct peer_facts facts = {.observation = o};

	(void)state;
	for (size_t i = 0; i < o->source_count; i++)
		o->sources[i].incomplete = i + 3;
	judge_fragments(&facts, &finding);
	must_contain(&finding.saw, "7 datagrams of 10.0.0.5");
	must_contain(&finding.saw, "5 datagrams of 10.0.0.3");
	expect_finding(RUNG_CAUSE, "; and 2 more sources", "at most");
	free(o);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_strict_filter_and_another_way_back_is_a_cause),
		cmocka_unit_test(two_datagrams_with_another_way_back_are_noted),
		cmocka_unit_test(the_larger_number_counts),
		cmocka_unit_test(a_loose_filter_drops_where_there_is_no_route),
		cmocka_unit_test(a_filter_that_counted_nothing_is_no_cause),
		cmocka_unit_test(what_arrives_is_not_filtered),
		cmocka_unit_test(what_another_interface_brings_is_noted),
		cmocka_unit_test(what_comes_into_a_vrf_only_its_programs_get),
		cmocka_unit_test(a_source_that_was_not_heard_is_noted),
		cmocka_unit_test(what_reaches_the_socket_is_good),
		cmocka_unit_test(the_rule_is_named_with_its_counter),
		cmocka_unit_test(a_policy_has_no_handle),
		cmocka_unit_test(rules_of_iptables_are_mended_with_iptables),
		cmocka_unit_test(what_rules_hold_is_quoted_for_a_shell),
		cmocka_unit_test(without_a_rule_it_is_still_the_cause),
		cmocka_unit_test(a_few_of_many_are_no_cause),
		cmocka_unit_test(two_that_are_missing_or_wrong_are_noted),
		cmocka_unit_test(two_copies_are_noted),
		cmocka_unit_test(of_many_sources_with_copies_the_worst_are_named),
		cmocka_unit_test(two_lost_datagrams_in_fragments_are_noted),
		cmocka_unit_test(of_many_sources_that_lose_fragments_the_worst_are_named),
		cmocka_unit_test(wrong_checksums_are_no_firewall),
		cmocka_unit_test(who_has_no_address_is_no_firewall),
		cmocka_unit_test(a_few_wrong_ones_stand_behind_the_rule_that_drops_all),
		cmocka_unit_test(a_wrong_mac_address_is_no_firewall),
		cmocka_unit_test(a_program_that_lists_no_rules_in_time_is_ended),
		cmocka_unit_test(why_a_program_cannot_be_run_is_told),
		cmocka_unit_test(where_nothing_was_seen_only_rules_speak),
		cmocka_unit_test(what_doctor_could_not_take_in_is_said),
		cmocka_unit_test(without_a_socket_there_is_nothing_to_compare),
		cmocka_unit_test(what_a_sender_may_not_send_is_its_cause),
		cmocka_unit_test(a_buffer_that_loses_is_a_cause),
		cmocka_unit_test(what_no_buffer_has_lost_has_another_reason),
		cmocka_unit_test(a_limit_that_was_not_used_is_left),
		cmocka_unit_test(what_was_lost_before_is_noted),
		cmocka_unit_test(who_loses_nothing_is_good),
		cmocka_unit_test(an_expired_membership_is_a_cause),
		cmocka_unit_test(a_bridge_that_asks_too_seldom_is_a_cause),
		cmocka_unit_test(a_bridge_that_nobody_asks_on_is_noted),
		cmocka_unit_test(a_port_that_takes_no_unknown_groups_is_a_cause),
		cmocka_unit_test(a_late_querier_is_noted),
		cmocka_unit_test(a_querier_on_the_network_is_good),
		cmocka_unit_test(of_two_queriers_the_elected_one_is_named),
		cmocka_unit_test(a_bridge_that_the_system_did_not_tell_of_is_unknown),
		cmocka_unit_test(silence_on_the_network_is_only_noted),
		cmocka_unit_test(data_that_comes_only_after_a_report_is_evidence),
		cmocka_unit_test(who_sends_already_is_heard_within_his_interval),
		cmocka_unit_test(some_groups_and_interfaces_need_no_querier),
		cmocka_unit_test(a_report_that_left_is_good),
		cmocka_unit_test(a_report_that_does_not_leave_is_a_cause),
		cmocka_unit_test(a_refused_report_counts_as_a_missing_one),
		cmocka_unit_test(a_refused_query_says_nothing_of_reports),
		cmocka_unit_test(an_older_version_is_no_part_of_another_fault),
		cmocka_unit_test(queries_that_are_not_answered_are_a_cause),
		cmocka_unit_test(a_query_alone_that_is_not_answered_is_noted),
		cmocka_unit_test(an_older_version_is_noted),
		cmocka_unit_test(an_older_version_breaks_source_specific_groups),
		cmocka_unit_test(who_speaks_igmpv1_may_report_later),
		cmocka_unit_test(queries_that_hosts_must_pass_over_are_noted),
		cmocka_unit_test(an_older_version_only_leaves_out_the_source_of_an_ordinary_group),
		cmocka_unit_test(mld_has_versions_too),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, forget);
}
