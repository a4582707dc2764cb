/* The rendezvous point, clause by clause. */

#include "tree.h"

static void set_root(struct tree_node *n, const char *root)
{
	struct wire_address expected = tree_address(root);

	rdv_hears(n, root, "RREG\n");
	assert_true(wire_address_equal(&n->rendezvous.root, &expected));
}

/* T-1: the four letters alone, and CRLF, are accepted; a body that has no meaning is none. */
static void a_request_is_understood_in_all_its_forms(void **state)
{
	static const char *const FORMS[] = {"ROOT", "ROOT\n", "ROOT\r\n", "ROOT\r", "ROOT\nbody\n"};
	struct tree_node *n = *state;

	for (size_t i = 0; i < COUNT_OF(FORMS); i++) {
		rdv_hears(n, NEIGHBOUR, FORMS[i]);
		assert_said(n, "to " NEIGHBOUR " TOOR\n");
	}
}

/* T-1: a reply leaves from the address at which its request arrived. */
static void a_reply_leaves_from_where_the_request_arrived(void **state)
{
	struct tree_node *n = *state;

	rdv_hears_at(n, AT_ME_ELSEWHERE, NEIGHBOUR, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR " from 10.1.0.2 TOOR\n");
	rdv_hears_at(n, AT_ME_ELSEWHERE, NEIGHBOUR, "RREG\n");
	assert_said(n, "to " NEIGHBOUR " from 10.1.0.2 YREG\n");
	rdv_hears_at(n, AT_ME_ELSEWHERE, OTHER, "RREG\n");
	assert_said(n, "to " OTHER " from 10.1.0.2 NREG\n");
}

/* T-2: dropped and counted, never answered. */
static void what_is_no_message_is_counted(void **state)
{
	static const char *const MALFORMED[] = {"",      "R",      "ROO",   "ROOT ",
						"ROOTx", "RO0T\n", "\nROOT"};
	static const char *const UNKNOWN[] = {"ABCD", "root\n", "PING\n", "HELO\nwho\n"};
	struct tree_node *n = *state;

	for (size_t i = 0; i < COUNT_OF(MALFORMED); i++) {
		rdv_hears(n, NEIGHBOUR, MALFORMED[i]);
		assert_said(n, "");
		assert_int_equal(n->rendezvous.counters.malformed, i + 1);
	}
	for (size_t i = 0; i < COUNT_OF(UNKNOWN); i++) {
		rdv_hears(n, NEIGHBOUR, UNKNOWN[i]);
		assert_said(n, "");
		assert_int_equal(n->rendezvous.counters.unknown, i + 1);
	}
}

/* T-2: what an RP is never asked; answers have no answer, or two RPs could talk for ever. */
static void what_is_not_for_it_is_counted(void **state)
{
	static const char *const OTHERS[] = {"TOOR\n", "YREG\n",  "NREG\n",    "RJOI\n", "YJOI\n",
					     "NJOI\n", "DATA\nx", "NDAT\n\nx", "TATS\n"};
	struct tree_node *n = *state;

	for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
		rdv_hears(n, NEIGHBOUR, OTHERS[i]);
		assert_said(n, "");
		assert_int_equal(n->rendezvous.counters.unasked, i + 1);
	}
}

/* T-3 */
static void it_names_the_root_or_nobody(void **state)
{
	struct tree_node *n = *state;

	rdv_hears(n, NEIGHBOUR, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR " TOOR\n");
	set_root(n, ROOT);
	rdv_hears(n, NEIGHBOUR, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR " TOOR\n" ROOT "\n");
	rdv_hears(n, ROOT, "ROOT\n"); /* the root itself, too */
	assert_said(n, "to " ROOT " TOOR\n" ROOT "\n");
	assert_int_equal(n->rendezvous.counters.asked, 3);
}

/* T-3: a root on the RP's own host registers as loopback, which means another host elsewhere. */
static void a_root_on_loopback_is_told_as_the_asker_can_use_it(void **state)
{
	struct tree_node *n = *state;

	set_root(n, "127.0.0.7 10007");
	rdv_hears_at(n, AT_ME_LOCALLY, "127.0.0.9 10000", "ROOT\n");
	assert_said(n, "to 127.0.0.9 10000 from 127.0.0.1 TOOR\n127.0.0.7 10007\n");
	rdv_hears_at(n, AT_ME, NEIGHBOUR, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR " TOOR\n10.0.0.2 10007\n");
	rdv_hears_at(n, AT_ME_ELSEWHERE, NEIGHBOUR, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR " from 10.1.0.2 TOOR\n10.1.0.2 10007\n");
	rdv_hears_at(n, AT_ME_6, NEIGHBOUR_6, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR_6 " from 2001:db8::2 TOOR\n2001:db8::2 10007\n");
}

/* T-4: the first one; the same one again; nobody else. */
static void the_first_to_register_is_the_root(void **state)
{
	struct tree_node *n = *state;

	rdv_hears(n, ROOT, "RREG\n");
	assert_said(n, "to " ROOT " YREG\n");
	assert_true(tree_had_event(n, EVENT_REGISTERED));
	rdv_hears(n, ROOT, "RREG\n");
	assert_said(n, "to " ROOT " YREG\n");
	assert_true(tree_had_event(n, EVENT_REFRESHED));
	rdv_hears(n, OTHER, "RREG\n");
	assert_said(n, "to " OTHER " NREG\n");
	assert_true(tree_had_event(n, EVENT_REFUSED));
	rdv_hears(n, "10.0.0.9 10001", "RREG\n"); /* another node on the root's host */
	assert_said(n, "to 10.0.0.9 10001 NREG\n");
	rdv_hears(n, NEIGHBOUR, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR " TOOR\n" ROOT "\n");
	assert_int_equal(n->rendezvous.counters.registered, 1);
	assert_int_equal(n->rendezvous.counters.refreshed, 1);
	assert_int_equal(n->rendezvous.counters.refused, 2);
}

/* T-4: the datagram's source, whatever a body says. */
static void the_source_is_recorded_and_not_the_body(void **state)
{
	struct tree_node *n = *state;

	rdv_hears(n, ROOT, "RREG\n" OTHER "\n");
	rdv_hears(n, NEIGHBOUR, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR " TOOR\n" ROOT "\n");
}

/* T-1: a link-local source would stand in TOOR. */
static void a_source_that_cannot_be_told_is_not_recorded(void **state)
{
	struct tree_node *n = *state;
	const uint8_t message[] = "RREG";
	struct incoming in = {{.ip = {0xfe, 0x80, [15] = 1}, .port = 10000}, AT_ME_6, message, 4};

	n->admitted[0] = (struct wire_network){.prefix = 0}; /* everybody */
	rendezvous_receive(&n->rendezvous, n->now, &in, &n->output);
	assert_int_equal(n->output.datagram_count, 0);
	assert_int_equal(n->rendezvous.counters.not_allowed, 1);
	assert_true(wire_address_is_none(&n->rendezvous.root));
}

/* T-5 */
static void a_root_not_heard_for_180_s_is_forgotten(void **state)
{
	struct tree_node *n = *state;

	set_root(n, ROOT);
	rdv_waits(n, HOLD_NS - 1);
	rdv_hears(n, NEIGHBOUR, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR " TOOR\n" ROOT "\n");
	assert_int_equal(n->rendezvous.counters.expired, 0);
	rdv_waits(n, 1);
	assert_int_equal(n->rendezvous.counters.expired, 1);
	assert_true(tree_had_event(n, EVENT_EXPIRED));
	rdv_hears(n, NEIGHBOUR, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR " TOOR\n");
	rdv_hears(n, OTHER, "RREG\n");
	assert_said(n, "to " OTHER " YREG\n");
}

/* T-5: a refresh keeps it; what anybody else says does not. */
static void a_refresh_keeps_the_root(void **state)
{
	struct tree_node *n = *state;

	set_root(n, ROOT);
	rdv_waits(n, REFRESH_NS);
	rdv_hears(n, ROOT, "RREG\n");
	rdv_waits(n, REFRESH_NS);
	rdv_hears(n, OTHER, "RREG\n"); /* 120 s after the refresh */
	assert_said(n, "to " OTHER " NREG\n");
	rdv_waits(n, HOLD_NS - REFRESH_NS);
	assert_int_equal(n->rendezvous.counters.expired, 1);
}

/* T-5: what came while nobody looked is taken before the time is told: a process that was stopped
 * for a while does not forget a root whose refresh waits. */
static void a_refresh_that_waited_keeps_the_root(void **state)
{
	struct tree_node *n = *state;

	set_root(n, ROOT);
	n->now = monotime_add(n->now, HOLD_NS);
	rdv_hears(n, OTHER, "RREG\n");
	assert_said(n, "to " OTHER " NREG\n");
	rdv_hears(n, ROOT, "RREG\n");
	assert_said(n, "to " ROOT " YREG\n");
	rdv_waits(n, HOLD_NS - 1);
	assert_int_equal(n->rendezvous.counters.expired, 0);
}

/* T-13: --hold */
static void the_hold_time_is_as_it_was_set(void **state)
{
	struct tree_node *n = *state;

	rendezvous_init(&n->rendezvous, n->config.admission, &n->own, NS_PER_S / 4);
	set_root(n, ROOT);
	assert_int_equal(rendezvous_deadline(&n->rendezvous).ns, NS_PER_S / 4);
	rdv_waits(n, NS_PER_S / 4);
	assert_int_equal(n->rendezvous.counters.expired, 1);
	assert_int_equal(rendezvous_deadline(&n->rendezvous).ns, INT64_MAX);
}

/* T-14: not one byte to whom it does not admit, and nothing of it is kept. */
static void those_not_admitted_get_no_answer(void **state)
{
	static const char *const REQUESTS[] = {"ROOT\n", "RREG\n", "LEAV\n",
					       "STAT\n................................", "?"};
	struct tree_node *n = *state;
	struct rendezvous before = n->rendezvous;

	for (size_t i = 0; i < COUNT_OF(REQUESTS); i++) {
		rdv_hears(n, OUTSIDER, REQUESTS[i]);
		assert_said(n, "");
		assert_true(tree_had_event(n, EVENT_NOT_ALLOWED)); /* so that it can be named */
		assert_int_equal(n->rendezvous.counters.not_allowed, i + 1);
	}
	before.counters = n->rendezvous.counters;
	assert_memory_equal(&n->rendezvous, &before, sizeof before);
}

/* From ourselves: forged, or it would answer itself. */
static void what_comes_from_its_own_address_is_dropped(void **state)
{
	static const char *const OWN[] = {ME, ME_ELSEWHERE, ME_LOCALLY, ME_6};
	struct tree_node *n = *state;

	for (size_t i = 0; i < COUNT_OF(OWN); i++) {
		rdv_hears(n, OWN[i], "RREG\n");
		assert_said(n, "");
		assert_int_equal(n->rendezvous.counters.not_allowed, i + 1);
	}
	assert_true(wire_address_is_none(&n->rendezvous.root));
}

/* T-14: not a means to turn a small request into a large answer. */
static void toor_is_at_most_four_times_its_request(void **state)
{
	struct tree_node *n = *state;
	const size_t headers_4 = 28, headers_6 = 48;

	set_root(n, "10.255.255.255 65535");
	rdv_hears(n, NEIGHBOUR, "ROOT");
	assert_int_equal(n->output.datagram_count, 1);
	assert_true(headers_4 + n->output.datagrams[0].size <= 4 * (headers_4 + 4));

	rdv_hears(n, "10.255.255.255 65535", "LEAV\n");
	set_root(n, "2001:db8:1111:2222:3333:4444:5555:6666 65535");
	rdv_hears(n, NEIGHBOUR_6, "ROOT");
	assert_int_equal(n->output.datagram_count, 1);
	assert_true(headers_6 + n->output.datagrams[0].size <= 4 * (headers_6 + 4));
}

/* T-15 */
static void a_root_that_leaves_is_forgotten(void **state)
{
	struct tree_node *n = *state;

	set_root(n, ROOT);
	rdv_hears(n, ROOT, "LEAV\n");
	assert_said(n, "");
	assert_int_equal(n->rendezvous.counters.left, 1);
	assert_true(tree_had_event(n, EVENT_LEFT));
	rdv_hears(n, NEIGHBOUR, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR " TOOR\n");
}

/* T-15: from anyone else it is dropped. */
static void a_forged_leav_changes_nothing(void **state)
{
	struct tree_node *n = *state;

	rdv_hears(n, OTHER, "LEAV\n"); /* there is no root yet */
	assert_int_equal(n->rendezvous.counters.unasked, 1);
	set_root(n, ROOT);
	rdv_hears(n, OTHER, "LEAV\n");
	rdv_hears(n, "10.0.0.9 10001", "LEAV\n");
	assert_said(n, "");
	assert_int_equal(n->rendezvous.counters.unasked, 3);
	rdv_hears(n, NEIGHBOUR, "ROOT\n");
	assert_said(n, "to " NEIGHBOUR " TOOR\n" ROOT "\n");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_request_is_understood_in_all_its_forms,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_reply_leaves_from_where_the_request_arrived,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(what_is_no_message_is_counted, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(what_is_not_for_it_is_counted, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(it_names_the_root_or_nobody, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_root_on_loopback_is_told_as_the_asker_can_use_it,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(the_first_to_register_is_the_root, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_source_is_recorded_and_not_the_body, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_source_that_cannot_be_told_is_not_recorded,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_root_not_heard_for_180_s_is_forgotten, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_refresh_keeps_the_root, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_refresh_that_waited_keeps_the_root, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_hold_time_is_as_it_was_set, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(those_not_admitted_get_no_answer, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(what_comes_from_its_own_address_is_dropped,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(toor_is_at_most_four_times_its_request, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_root_that_leaves_is_forgotten, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_forged_leav_changes_nothing, tree_setup,
						tree_teardown),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
