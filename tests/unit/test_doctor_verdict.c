/* What the doctor says at the end, how its lines are wrapped, and what a health report finds wrong.
 */
#include "cli/doctor/doctor_show.h"
#include "cli/doctor/verdict.h"
#include "doctor/health_judge.h"
#include "net/address.h"
#include "unit.h"

#include <net/if_arp.h>

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	assert_true(address_parse_with_port(text, 0, &address));
	return address;
}

/* ---- Lines ---- */

static void expect_wrapped(const char *words, size_t used, const char *expected)
{
	struct text out = {0};

	show_wrapped(&out, words, used, 4, 20);
	assert_string_equal(text_string(&out), expected);
	text_done(&out);
}

static void words_are_wrapped(void **state)
{
	(void)state;
	expect_wrapped("", 4, "");
	expect_wrapped("short", 4, "short");
	expect_wrapped("sixteen chars ok", 4, "sixteen chars ok");
	expect_wrapped("seventeen chars k", 4, "seventeen chars\n    k");
	expect_wrapped("one two  three four", 12, "one two\n    three four");
	/* A word that is too long stands alone, and is not cut. */
	expect_wrapped("a net.ipv4.igmp_max_memberships=20 b", 4,
		       "a\n    net.ipv4.igmp_max_memberships=20\n    b");
	expect_wrapped(
		"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbc \xc3\x9f\xc3\xa4\xc3\xb6"
		"\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbc",
		4,
		"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbc \xc3\x9f\xc3\xa4\xc3\xb6"
		"\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbc");
}

static void what_acts_on_a_terminal_is_escaped(void **state)
{
	struct text lines = {0}, out = {0};

	(void)state;
	show_safely(&out, &lines);
	assert_int_equal(out.size, 0);
	text_add_string(&lines, "\x1b[2Jeth0 is \\x1b up\n\xc3\xa4\xff\n");
	show_safely(&out, &lines);
	assert_string_equal(text_string(&out), "\\x1b[2Jeth0 is \\x1b up\n\xc3\xa4\\xff\n");
	assert_int_equal(lines.size, 0);
	text_done(&lines);
	text_done(&out);
}

static void commands_alone_are_not_wrapped(void **state)
{
	struct finding finding = {.state = RUNG_CAUSE};
	struct text out = {0};

	(void)state;
	text_add_string(finding_saw(&finding), "it is down");
	text_add_string(finding_command(&finding),
			"ip -6 route replace multicast ff00::/8 dev eth0 table local metric 1 "
			"# which goes on and on");
	text_add_string(finding_remedy(&finding),
			"or another, of which much is to be said, more than stands on one line of "
			"a terminal: it goes on");
	doctor_show_rung(&out, &rungs[0], &finding);
	assert_string_equal(text_string(&out), " 1  interface             CAUSE  it is down\n"
					       "    mend it:  ip -6 route replace multicast "
					       "ff00::/8 dev eth0 table local metric 1 # which "
					       "goes on and on\n"
					       "              or another, of which much is to be "
					       "said, more than stands on one line of a terminal:\n"
					       "              it goes on\n");
	text_clear(&out);
	doctor_show_rung_json(&out, &rungs[0], &finding);
	assert_non_null(strstr(text_string(&out), "\"remedy\":[\"ip -6 route"));
	assert_non_null(strstr(text_string(&out), "goes on and on\"]}")); /* of "commands" */
	text_clear(&out);
	finding.state = RUNG_GOOD;
	doctor_show_rung(&out, &rungs[0], &finding);
	assert_string_equal(text_string(&out), " 1  interface             ok     it is down\n");
	finding_done(&finding);
	text_done(&out);
}

/* ---- The verdict ---- */

static struct observation heard;
static struct verdict verdict;
static struct text words;

static struct doctor_case case_of(const char *group)
{
	memset(&heard, 0, sizeof heard);
	return (struct doctor_case){.group = parse(group), .observation = &heard};
}

static void add(unsigned rung, enum rung_state state, const char *saw)
{
	struct finding finding = {.state = state};

	text_add_string(&finding.saw, saw);
	verdict_add(&verdict, &rungs[rung - 1], &finding);
	finding_done(&finding);
}

static void expect_verdict(const struct doctor_case *c, enum verdict_kind kind, const char *text)
{
	text_clear(&words);
	verdict_explain(&verdict, c, &words);
	assert_int_equal(verdict_kind(&verdict, c), kind);
	if (!strstr(text_string(&words), text))
		fail_msg("'%s' is not in '%s'", text, text_string(&words));
}

static int forget(void **state)
{
	(void)state;
	verdict_done(&verdict);
	verdict = (struct verdict){0};
	text_done(&words);
	return 0;
}

static void a_cause_is_told(void **state)
{
	struct doctor_case c = case_of("239.1.2.3:5004");

	(void)state;
	add(1, RUNG_GOOD, "eth0 is up");
	add(3, RUNG_CAUSE, "no route leads to 239.1.2.3");
	expect_verdict(&c, VERDICT_CAUSE,
		       "The cause is on rung 3, route: no route leads to 239.1.2.3. Mend it");
	verdict.are_rungs_shown = true;
	expect_verdict(&c, VERDICT_CAUSE, "The cause is on rung 3, route. Mend it");
	add(5, RUNG_CAUSE, "joining is refused");
	add(6, RUNG_CAUSE, "nobody has joined");
	expect_verdict(&c, VERDICT_CAUSE,
		       "3 causes, on the rungs 3 (route), 5 (joining) and 6 (membership).");
}

static void what_arrives_is_healthy(void **state)
{
	struct doctor_case c = case_of("239.1.2.3:5004");
	struct interface one = {.index = 2, .name = "eth0"};

	(void)state;
	add(1, RUNG_GOOD, "eth0 is up");
	heard.lasted_ns = 3000000000;
	heard.source_count = 1;
	heard.sources[0] = (struct seen_source){.source = parse("10.0.0.1"), .at_socket = 7};
	expect_verdict(&c, VERDICT_HEALTHY, "7 datagrams to 239.1.2.3:5004 arrived here in 3.0 s");
	heard.sources[0].is_own = true;
	expect_verdict(&c, VERDICT_SILENT, "nobody sends"); /* TTL 0: it stays inside */
	heard.sources[0].ttl_most = 1;
	expect_verdict(&c, VERDICT_HEALTHY, "this host sends to 239.1.2.3:5004.");
	heard.sources[0].on_wire = 7;
	heard.sources[0].interface = one.index;
	c.interfaces = (struct interfaces){.list = &one, .count = 1};
	expect_verdict(&c, VERDICT_HEALTHY,
		       "this host sends to 239.1.2.3:5004, and it leaves by eth0.");
}

static void silence_is_no_health(void **state)
{
	struct doctor_case c = case_of("239.1.2.3:5004");

	(void)state;
	heard.lasted_ns = 3000000000;
	expect_verdict(&c, VERDICT_SILENT, "nobody sends, or the network does not carry it");
	expect_verdict(&c, VERDICT_SILENT, "--peer THAT-HOST 239.1.2.3:5004");
	c.group = parse("[ff15::77]:6000");
	expect_verdict(&c, VERDICT_SILENT, "--peer THAT-HOST '[ff15::77]:6000'");
	c.group = parse("239.1.2.3:5004");
	c.is_sender = true;
	expect_verdict(&c, VERDICT_SILENT, "it sent nothing to 239.1.2.3:5004 in 3.0 s");
	strcpy(heard.no_wire_reason, "it takes CAP_NET_RAW");
	expect_verdict(&c, VERDICT_SILENT, "whether it sends to 239.1.2.3:5004 could not be seen");
	heard.no_wire_reason[0] = '\0';
	heard.source_count = 1;
	heard.sources[0] = (struct seen_source){.source = parse("10.0.0.1"), .on_wire = 7};
	expect_verdict(&c, VERDICT_SILENT,
		       "7 datagrams to 239.1.2.3:5004 came in, and none reached");
	heard.sources[0].on_wire = 1;
	expect_verdict(&c, VERDICT_SILENT, "1 datagram to 239.1.2.3:5004 came in");
	c.observation = NULL;
	expect_verdict(&c, VERDICT_SILENT, "as far as it could be examined");
}

static void a_peer_that_does_not_answer_is_no_health(void **state)
{
	struct doctor_case c = case_of("239.1.2.3:5004");
	struct peer_results peer = {.peer_error = "nobody answers\x1b[31m"};

	(void)state;
	c.has_peer = true;
	expect_verdict(&c, VERDICT_NO_ANSWER, "could not be asked.");
	c.peer = &peer;
	expect_verdict(&c, VERDICT_NO_ANSWER, "could not be asked: nobody answers\\x1b[31m.");
	peer.is_complete = true;
	expect_verdict(&c, VERDICT_SILENT, "could not be seen (rung 14)");
	peer.to_peer.counts[PROBE_GROUP].arrived = 10;
	expect_verdict(&c, VERDICT_HEALTHY, "gets through, there and back");
}

static void what_was_cut_short_or_not_seen_is_told(void **state)
{
	struct doctor_case c = case_of("239.1.2.3:5004");

	(void)state;
	verdict.is_cut_short = true;
	expect_verdict(&c, VERDICT_SILENT, "The listening was cut short.");
	text_clear(&words);
	verdict_explain_unseen(&c, &words);
	assert_int_equal(words.size, 0);
	strcpy(heard.no_wire_reason, "it takes CAP_NET_RAW");
	verdict_explain_unseen(&c, &words);
	assert_string_equal(text_string(&words), "The wire was not seen: it takes CAP_NET_RAW.");
}

static void what_was_passed_over_is_told_where_there_is_some(void **state)
{
	struct doctor_case c = case_of("239.1.2.3:5004");

	(void)state;
	doctor_show_drops(&words, &c);
	assert_int_equal(words.size, 0);
	heard.passed_over = (struct passed_over){.bad_checksum = 5, .martian = 1};
	doctor_show_drops(&words, &c);
	assert_string_equal(text_string(&words),
			    "Passed over: 5 with a wrong checksum of IP, IGMP or MLD, 1 from "
			    "addresses that no sender has.\n");
	text_clear(&words);
	c.observation = NULL;
	doctor_show_drops(&words, &c);
	assert_int_equal(words.size, 0);
}

static void what_doctor_itself_has_lost_is_told(void **state)
{
	struct doctor_case c = case_of("239.1.2.3:5004");

	(void)state;
	heard.interface_count = 2;
	heard.interfaces[0].wire_dropped = 3;
	heard.interfaces[1].wire_dropped = 4;
	heard.socket_dropped = 2;
	heard.queriers.forgotten = 1;
	doctor_show_drops(&words, &c);
	assert_string_equal(text_string(&words),
			    "Lost by doctor itself: 7 on the wire, 2 at its socket, 1 of more "
			    "queriers than it has room for.\n");
}

/* ---- Health ---- */

static struct interface interfaces[2];
static struct link links[2];
static struct health_interface list[2];
static struct health health;

/* Two interfaces without a fault, on a host without one. */
static int set_up_health(void **state)
{
	(void)state;
	health = (struct health){.list = list, .count = 2};
	for (unsigned i = 0; i < 2; i++) {
		links[i] = (struct link){.index = i + 2,
					 .name = "eth0",
					 .type = ARPHRD_ETHER,
					 .is_up = true,
					 .has_carrier = true,
					 .can_multicast = true};
		links[i].name[3] = (char)('0' + i);
		interfaces[i] = (struct interface){.index = i + 2,
						   .is_up = true,
						   .can_multicast = true,
						   .v4 = parse("10.0.0.1"),
						   .v6 = parse("fe80::1")};
		strcpy(interfaces[i].name, links[i].name);
		list[i] = (struct health_interface){.interface = &interfaces[i],
						    .link = &links[i],
						    .link_local = LINK_LOCAL_READY,
						    .igmp = 3,
						    .mld = 2};
		health.routes[i].group = parse(i == 0 ? "239.255.0.1" : "ff15::1");
		strcpy(health.routes[i].interface, "eth0");
	}
	health.limits = (struct health_limits){20, 10, 64, 131072, 4 << 20, 212992};
	return 0;
}

static int forget_problems(void **state)
{
	(void)state;
	for (size_t i = 0; i < health.problem_count; i++)
		finding_done(&health.problems[i].finding);
	text_done(&health.most_groups_by);
	return 0;
}

static void expect_problem(const char *about, enum rung_state state, const char *saw)
{
	health_judge(&health);
	for (size_t i = 0; i < health.problem_count; i++) {
		struct health_problem *problem = &health.problems[i];

		if (strcmp(problem->about, about) != 0 ||
		    !strstr(text_string(&problem->finding.saw), saw))
			continue;
		assert_int_equal(problem->finding.state, state);
		return;
	}
	fail_msg("nothing is said of %s", about);
}

static void a_healthy_host_has_no_problem(void **state)
{
	(void)state;
	health_judge(&health);
	assert_int_equal(health.problem_count, 0);
}

static void a_missing_flag_is_wrong(void **state)
{
	(void)state;
	links[1].can_multicast = false;
	expect_problem("eth1", RUNG_CAUSE, "MULTICAST");
}

static void a_tunnel_without_the_flag_is_noted(void **state)
{
	(void)state;
	strcpy(links[1].kind, "wireguard");
	links[1].can_multicast = false;
	expect_problem("eth1", RUNG_NOTED, "MULTICAST");
	assert_int_equal(health.problems[0].finding.remedy.size, 0); /* the flag would not help */
}

static void ports_of_a_bond_are_no_problem(void **state)
{
	struct link bond = {.name = "bond0", .kind = "bond"};

	(void)state;
	list[1].master = &bond;
	links[1].can_multicast = false;
	health_judge(&health);
	assert_int_equal(health.problem_count, 0);
}

static void networks_of_containers_are_no_problem(void **state)
{
	(void)state;
	strcpy(links[1].name, "docker0");
	strcpy(links[1].kind, "bridge");
	links[1].has_carrier = false;
	health_judge(&health);
	assert_int_equal(health.problem_count, 0);
}

static void the_route_is_that_of_all_groups(void **state)
{
	(void)state;
	strcpy(health.routes[0].interface, "tun0");
	health.routes[0].purpose = LINK_TUNNEL;
	health.routes[0].is_example = health.routes[0].is_used_beside = true;
	strcpy(health.routes[0].usable, "eth0");
	expect_problem("route", RUNG_NOTED,
		       "the route to groups (tried: 239.255.0.1) leads out of");
}

static void what_leads_to_no_hosts_needs_no_multicast(void **state)
{
	(void)state;
	strcpy(links[1].kind, "dummy");
	links[1].can_multicast = false;
	health_judge(&health);
	assert_int_equal(health.problem_count, 0);
}

static void a_missing_flag_without_an_address_is_noted(void **state)
{
	(void)state;
	links[1].can_multicast = false;
	interfaces[1].v4 = interfaces[1].v6 = (union hostcast_address){0};
	expect_problem("eth1", RUNG_NOTED, "MULTICAST");
}

static void one_of_two_without_carrier_is_noted(void **state)
{
	(void)state;
	links[1].has_carrier = false;
	expect_problem("eth1", RUNG_NOTED, "no carrier");
}

static void an_interface_that_is_down_is_no_problem_of_its_own(void **state)
{
	(void)state;
	links[1].is_up = links[1].has_carrier = interfaces[1].is_up = false;
	health_judge(&health);
	assert_int_equal(health.problem_count, 0);
}

static void no_interface_at_all_is_wrong(void **state)
{
	(void)state;
	links[0].is_up = links[1].is_up = false;
	expect_problem("interfaces", RUNG_CAUSE, "no interface but loopback");
}

static void an_address_that_failed_is_wrong(void **state)
{
	(void)state;
	list[0].link_local = LINK_LOCAL_FAILED;
	expect_problem("eth0", RUNG_CAUSE, "another host of the link");
}

static void no_route_is_wrong(void **state)
{
	(void)state;
	health.routes[1].status = -101;
	health.routes[1].interface[0] = '\0';
	expect_problem("route", RUNG_CAUSE, "no route leads to ff15::1");
}

static void old_versions_are_noted(void **state)
{
	(void)state;
	list[0].igmp = 2;
	expect_problem("eth0", RUNG_NOTED, "speaks IGMP version 2");
}

static void a_strict_filter_is_noted_where_there_are_two_ways(void **state)
{
	(void)state;
	list[0].rp_filter = list[1].rp_filter = 1;
	expect_problem("rp_filter", RUNG_NOTED, "eth0, eth1 (reverse-path filter strict)");
}

static void a_strict_filter_of_one_interface_is_no_problem(void **state)
{
	(void)state;
	list[0].rp_filter = 1;
	health.count = 1;
	health_judge(&health);
	assert_int_equal(health.problem_count, 0);
}

static void limits_and_counters_are_noted(void **state)
{
	(void)state;
	health.most_groups = 20;
	text_add_string(&health.most_groups_by, "python3 (process 12)");
	health.limits.rmem_max = 212992;
	health.counters[0].udp_buffer_errors = 5;
	expect_problem("limits", RUNG_NOTED, "python3 (process 12) has joined 20 groups");
	forget_problems(state);
	health.problem_count = 0;
	expect_problem("buffers", RUNG_NOTED, "212992 bytes");
	forget_problems(state);
	health.problem_count = 0;
	expect_problem("dropped", RUNG_NOTED, "5 datagrams over IPv4 were lost");
}

static void a_bridge_that_nobody_asks_is_noted(void **state)
{
	(void)state;
	strcpy(links[1].kind, "bridge");
	list[1].bridge = (struct bridge_view){.is_there = true, .is_snooping = true};
	expect_problem("eth1", RUNG_NOTED, "nobody asks");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_wrapped),
		cmocka_unit_test(what_acts_on_a_terminal_is_escaped),
		cmocka_unit_test(commands_alone_are_not_wrapped),
		cmocka_unit_test_teardown(a_cause_is_told, forget),
		cmocka_unit_test_teardown(what_arrives_is_healthy, forget),
		cmocka_unit_test_teardown(silence_is_no_health, forget),
		cmocka_unit_test_teardown(a_peer_that_does_not_answer_is_no_health, forget),
		cmocka_unit_test_teardown(what_was_cut_short_or_not_seen_is_told, forget),
		cmocka_unit_test_teardown(what_was_passed_over_is_told_where_there_is_some, forget),
		cmocka_unit_test_teardown(what_doctor_itself_has_lost_is_told, forget),
		cmocka_unit_test_setup_teardown(a_healthy_host_has_no_problem, set_up_health,
						forget_problems),
		cmocka_unit_test_setup_teardown(a_missing_flag_is_wrong, set_up_health,
						forget_problems),
		cmocka_unit_test_setup_teardown(a_tunnel_without_the_flag_is_noted, set_up_health,
						forget_problems),
		cmocka_unit_test_setup_teardown(ports_of_a_bond_are_no_problem, set_up_health,
						forget_problems),
		cmocka_unit_test_setup_teardown(networks_of_containers_are_no_problem,
						set_up_health, forget_problems),
		cmocka_unit_test_setup_teardown(the_route_is_that_of_all_groups, set_up_health,
						forget_problems),
		cmocka_unit_test_setup_teardown(what_leads_to_no_hosts_needs_no_multicast,
						set_up_health, forget_problems),
		cmocka_unit_test_setup_teardown(a_missing_flag_without_an_address_is_noted,
						set_up_health, forget_problems),
		cmocka_unit_test_setup_teardown(one_of_two_without_carrier_is_noted, set_up_health,
						forget_problems),
		cmocka_unit_test_setup_teardown(an_interface_that_is_down_is_no_problem_of_its_own,
						set_up_health, forget_problems),
		cmocka_unit_test_setup_teardown(no_interface_at_all_is_wrong, set_up_health,
						forget_problems),
		cmocka_unit_test_setup_teardown(an_address_that_failed_is_wrong, set_up_health,
						forget_problems),
		cmocka_unit_test_setup_teardown(no_route_is_wrong, set_up_health, forget_problems),
		cmocka_unit_test_setup_teardown(old_versions_are_noted, set_up_health,
						forget_problems),
		cmocka_unit_test_setup_teardown(a_strict_filter_is_noted_where_there_are_two_ways,
						set_up_health, forget_problems),
		cmocka_unit_test_setup_teardown(a_strict_filter_of_one_interface_is_no_problem,
						set_up_health, forget_problems),
		cmocka_unit_test_setup_teardown(limits_and_counters_are_noted, set_up_health,
						forget_problems),
		cmocka_unit_test_setup_teardown(a_bridge_that_nobody_asks_is_noted, set_up_health,
						forget_problems),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
