/* Payloads on their way down the tree: from whom they are taken, and what becomes of the others. */

#include "tree.h"

#include <stdio.h>

/* ---- T-11: what is taken ---- */

/* T-11: the root accepts DATA from anyone who may speak to it, delivers it, copies it to all. */
static void the_root_takes_data_from_anyone(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_hears(n, CHILD_2, "RJOI\n");
	node_hears(n, NEIGHBOUR, "DATA\nhello");
	assert_said(n, "to " NEIGHBOUR " LEAV\ndeliver hello\ncopy hello to " CHILD_1
		       "\ncopy hello to " CHILD_2 "\n");
	node_hears(n, CHILD_1, "DATA\nhello"); /* a child's own: it gets its copy too */
	assert_said(n, "deliver hello\ncopy hello to " CHILD_1 "\ncopy hello to " CHILD_2 "\n");
	assert_int_equal(n->counters.data_received, 2);
	assert_int_equal(n->counters.data_delivered, 2);
	assert_int_equal(n->counters.data_copied, 4);
}

/* T-11, T-14: but from nobody else. */
static void the_root_takes_no_data_from_those_not_admitted(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	node_hears(n, OUTSIDER, "DATA\nhello");
	assert_said(n, "");
	assert_int_equal(n->counters.not_allowed, 1);
	assert_int_equal(n->counters.data_delivered, 0);
}

/* T-11: any other node: from its parent, to its children. */
static void an_attached_member_takes_data_from_its_parent(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, PARENT, "DATA\nhello");
	assert_said(n, "deliver hello\n");
	node_hears(n, CHILD_1, "RJOI\n");
	node_hears(n, PARENT, "DATA\nhello"); /* there are no sequence numbers: again is again */
	assert_said(n, "deliver hello\ncopy hello to " CHILD_1 "\n");
	assert_int_equal(n->counters.data_received, 2);
	assert_int_equal(n->counters.data_copied, 1);
}

/* T-11, T-12: untouched, whatever bytes there are, and none. */
static void a_payload_is_passed_on_as_it_is(void **state)
{
	static const uint8_t bytes[] = "DATA\n\0\xff\r\nDATA\nYJOI\n";
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears_bytes(n, PARENT, bytes, sizeof bytes);
	assert_int_equal(reader_left(&n->output.payload), sizeof bytes - 5);
	assert_ptr_equal(n->output.payload.at, bytes + 5); /* no copy of it */
	node_hears(n, PARENT, "DATA\n");
	assert_true(n->output.is_delivered);
	assert_int_equal(reader_left(&n->output.payload), 0);
	node_hears(n, PARENT, "DATA"); /* T-1 */
	assert_int_equal(n->counters.data_delivered, 3);
}

/* T-10: the largest payload, over IPv4. */
static void the_largest_payload_is_passed_on(void **state)
{
	static uint8_t bytes[UDP_MAX_4];
	struct tree_node *n = *state;

	memset(bytes, 'x', sizeof bytes);
	memcpy(bytes, "DATA\n", 5);
	node_attaches(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_hears_bytes(n, PARENT, bytes, sizeof bytes);
	assert_int_equal(reader_left(&n->output.payload), PAYLOAD_MAX_4);
	assert_int_equal(n->output.copy_count, 1);
}

/* ---- T-11: what is refused ---- */

/* T-11: others get NDAT, the root's address, the refused payload. */
static void a_stranger_gets_its_payload_back(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_hears(n, NEIGHBOUR, "DATA\nhello");
	assert_said(n, "to " NEIGHBOUR " NDAT\n" ROOT "\nhello\n");
	assert_int_equal(n->counters.data_stranger, 1);
	node_hears_at(n, AT_ME_ELSEWHERE, NEIGHBOUR, "DATA\nhello"); /* T-1 */
	assert_said(n, "to " NEIGHBOUR " from 10.1.0.2 NDAT\n" ROOT "\nhello\n");
	assert_int_equal(n->counters.data_delivered, 0);
}

/* T-11: the root's address if known. */
static void an_orphan_that_knows_no_root_names_none(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	node_hears(n, NEIGHBOUR, "DATA\nhello");
	assert_said(n, "to " NEIGHBOUR " NDAT\n\nhello\n");
}

static void an_orphan_names_the_root_that_it_knows(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_offers(n, "x", 0);
	node_hears(n, RDV, "TOOR\n" ROOT);
	node_hears(n, NEIGHBOUR, "DATA\nhello");
	assert_said(n, "to " NEIGHBOUR " NDAT\n" ROOT "\nhello\n");
}

/* T-3, T-11: the root's address as the asker can use it. */
static void a_root_on_loopback_is_told_as_the_sender_can_use_it(void **state)
{
	struct tree_node *n = *state;

	node_attaches_to(n, "127.0.0.7 10007", "");
	node_hears(n, NEIGHBOUR, "DATA\nhello");
	assert_said(n, "to " NEIGHBOUR " NDAT\n10.0.0.2 10007\nhello\n");
	node_hears_at(n, AT_ME_LOCALLY, LOCAL, "DATA\nhello");
	assert_said(n, "to " LOCAL " from 127.0.0.1 NDAT\n127.0.0.7 10007\nhello\n");
}

/* A payload that does not fit behind the root's address can't go back. */
static void a_payload_too_large_to_go_back_is_counted(void **state)
{
	static uint8_t bytes[UDP_MAX_4];
	struct tree_node *n = *state;
	const size_t head = strlen("NDAT\n" ROOT "\n"), most = UDP_MAX_4 - head + 5;

	memset(bytes, 'x', sizeof bytes);
	memcpy(bytes, "DATA\n", 5);
	node_attaches(n);
	node_hears_bytes(n, NEIGHBOUR, bytes, most);
	assert_int_equal(n->output.datagram_count, 1);
	assert_int_equal(n->output.datagrams[0].size + reader_left(&n->output.datagrams[0].tail),
			 UDP_MAX_4);
	assert_int_equal(n->counters.data_stranger, 1);
	node_hears_bytes(n, NEIGHBOUR, bytes, most + 1);
	assert_said(n, "");
	assert_int_equal(n->counters.data_unreturned, 1);
	assert_int_equal(n->counters.data_stranger, 1);
}

/* Attack: DATA from a stranger, in every state but root, changes nothing and is not delivered. */
static void data_from_a_stranger_changes_nothing(void **state)
{
	struct tree_node *n = *state;
	struct tree_snapshot before;

	node_begins(n);
	for (size_t step = 0; step < 4; step++) {
		tree_take_snapshot(n, &before);
		node_hears(n, NEIGHBOUR, "DATA\nx");
		assert_int_equal(tree_count(n, "NDAT"), 1);
		assert_false(n->output.is_delivered);
		assert_int_equal(n->output.copy_count, 0);
		node_hears(n, RDV, "DATA\nx"); /* the RP is no parent */
		assert_false(n->output.is_delivered);
		assert_unchanged(n, &before);
		if (step == 0)
			node_hears(n, RDV, "TOOR\n" ROOT);
		else if (step == 1)
			node_hears(n, ROOT, "NJOI\n" PARENT);
		else
			node_hears(n, PARENT, "YJOI\n" ME);
	}
	assert_int_equal(n->counters.data_delivered, 0);
}

/* T-11: the candidate now being asked gets nothing: its DATA may have overtaken YJOI. */
static void data_that_overtakes_yjoi_gets_no_answer(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "");
	assert_int_equal(n->counters.data_candidate, 1);
	node_hears(n, PARENT, "YJOI\n" ME);
	assert_string_equal(member_state_name(n->member.state), "attached");
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "deliver x\n");
}

/* T-11: a former parent gets LEAV, at most one a second. */
static void a_former_parent_gets_leav_once_a_second(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, PARENT, "NJOI\n" OTHER); /* LEAV went to it, and is lost */
	assert_int_equal(tree_count(n, "LEAV"), 1);
	node_hears(n, OTHER, "YJOI\n" ME);
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "");
	node_waits(n, SECOND_WORD_NS - 1);
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "");
	node_waits(n, 1);
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "to " PARENT " LEAV\n");
	for (size_t i = 0; i < 9; i++) {
		node_hears(n, PARENT, "DATA\nx");
		assert_said(n, "");
		node_waits(n, SECOND_WORD_NS / 10);
	}
	node_waits(n, SECOND_WORD_NS / 10);
	node_hears_at(n, AT_ME_ELSEWHERE, PARENT, "DATA\nx"); /* T-1: it knows us by that address */
	assert_said(n, "to " PARENT " from 10.1.0.2 LEAV\n");
	assert_int_equal(n->counters.data_former, 13);
	assert_int_equal(n->counters.data_delivered, 0);
}

/* T-11: however many were asked since. */
static void a_former_parent_is_known_after_a_long_walk(void **state)
{
	struct tree_node *n = *state;
	char from[32], message[64];

	node_attaches(n);
	node_hears(n, PARENT, "NJOI\n10.7.0.0 10000");
	for (unsigned i = 0; i < 3 * ACQUAINTANCES_MAX; i++) {
		snprintf(from, sizeof from, "10.7.0.%u 10000", i);
		snprintf(message, sizeof message, "NJOI\n10.7.0.%u 10000", i + 1);
		node_hears(n, from, message);
	}
	node_waits(n, SECOND_WORD_NS);
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "to " PARENT " LEAV\n");
}

/* T-11: one whose YJOI was declined takes us for its child until it hears LEAV. */
static void one_whose_yjoi_was_declined_gets_leav(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_hears(n, PARENT, "YJOI\n" ME "\n" ME);
	assert_said(n, "to " PARENT " LEAV\n"); /* which is lost */
	node_waits(n, SECOND_WORD_NS);
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "to " PARENT " LEAV\n");
	assert_int_equal(n->counters.data_former, 1);
}

/* T-11: the same of one whose YJOI was lost three times. */
static void one_that_seemed_silent_gets_leav(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" OTHER);
	n->now = monotime_add(n->now, 3 * RETRY_NS);
	node_waits(n, 2 * RETRY_NS);
	assert_int_not_equal(n->member.state, MEMBER_JOINING);
	assert_int_equal(tree_count(n, "to " OTHER " LEAV\n"), 1); /* T-15 */
	node_waits(n, SECOND_WORD_NS);
	node_hears(n, OTHER, "DATA\nx");
	assert_said(n, "to " OTHER " LEAV\n");
}

/* T-11: who said no does not take us for its child: its payload is its own. */
static void one_that_refused_us_gets_its_payload_back(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" PARENT);
	node_hears(n, PARENT, "YJOI\n" ME "\n" ROOT);
	node_hears(n, ROOT, "DATA\nx");
	assert_said(n, "to " ROOT " NDAT\n" ROOT "\nx\n");
	node_hears(n, ROOT, "YJOI\n" ME); /* but it comes to take us for one */
	assert_said(n, "to " ROOT " LEAV\n");
	node_waits(n, SECOND_WORD_NS);
	node_hears(n, ROOT, "DATA\nx");
	assert_said(n, "to " ROOT " LEAV\n");
}

/* T-11: after the hold time it is a stranger like any other. */
static void a_former_parent_is_a_stranger_after_the_hold_time(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, PARENT, "NJOI\n" OTHER);
	node_hears(n, OTHER, "YJOI\n" ME);
	node_waits(n, REFRESH_NS);
	node_hears(n, OTHER, "YJOI\n" ME);
	node_waits(n, HOLD_NS - REFRESH_NS);
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "to " PARENT " NDAT\n" OTHER "\nx\n");
}

/* T-11, T-15: our own child took us for the root: LEAV would make it an orphan. */
static void a_child_gets_its_payload_back_even_if_we_asked_it(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_waits(n, REFRESH_NS);
	node_hears(n, RDV, "NREG\n"); /* root no more */
	node_hears(n, RDV, "TOOR\n" ROOT);
	node_hears(n, ROOT, "NJOI\n" CHILD_1 "\n" CHILD_1);
	assert_said(n, "to " CHILD_1 " RJOI\n");
	n->now = monotime_add(n->now, 3 * RETRY_NS);
	node_waits(n, 2 * RETRY_NS); /* it stays silent, because we stand on its path */
	assert_int_not_equal(n->member.state, MEMBER_JOINING);
	node_hears(n, CHILD_1, "DATA\nx");
	assert_int_equal(tree_count(n, "to " CHILD_1 " NDAT\n"), 1);
	assert_int_equal(tree_count(n, "LEAV"), 0);
}

/* ---- T-11: around a change of root ---- */

/* T-11: a node that becomes root drops DATA from its former parent for the hold time, and says that
 * it is no child of it. */
static void a_new_root_takes_no_data_from_its_former_parent(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_hears(n, PARENT, "LEAV\n");
	node_hears(n, RDV, "TOOR\n");
	node_hears(n, RDV, "YREG\n");
	assert_string_equal(member_state_name(n->member.state), "root");
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "");
	assert_int_equal(n->counters.data_former, 1);
	node_hears(n, OTHER, "DATA\nx"); /* anyone else's it takes */
	assert_int_equal(tree_count(n, "deliver x"), 1);
	node_waits(n, HOLD_NS - 1);
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "to " PARENT " LEAV\n");
	node_waits(n, 1);
	node_hears(n, PARENT, "DATA\nx");
	assert_int_equal(tree_count(n, "deliver x"), 1);
}

/* T-11: a former root that restarted and is our child sends its own payloads, and no others. */
static void a_new_root_takes_data_from_a_former_parent_that_is_its_child(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, PARENT, "LEAV\n");
	node_hears(n, RDV, "TOOR\n");
	node_hears(n, RDV, "YREG\n");
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "");
	node_hears(n, PARENT, "RJOI\n");
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "deliver x\ncopy x to " PARENT "\n");
}

/* T-11: whoever was only asked was no parent. */
static void a_new_root_takes_data_from_whom_it_only_asked(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, OTHER);
	node_hears(n, OTHER, "NJOI\n");
	node_waits(n, RETRY_NS);
	node_hears(n, RDV, "TOOR\n");
	node_hears(n, RDV, "YREG\n");
	node_hears(n, OTHER, "DATA\nx");
	assert_said(n, "to " OTHER " LEAV\ndeliver x\n");
}

/* T-11: one that takes the root for its child would copy to it what came from it, round and round.
 * A source that is no parent loses nothing by LEAV. Each gets it at most once a second, and however
 * many there are, no more than can be remembered. */
static void whoever_may_take_the_root_for_its_child_is_told(void **state)
{
	struct tree_node *n = *state;
	size_t told = 0;

	node_becomes_root(n);
	node_hears(n, NEIGHBOUR, "DATA\nx");
	assert_said(n, "to " NEIGHBOUR " LEAV\ndeliver x\n");
	node_hears(n, NEIGHBOUR, "DATA\nx");
	assert_said(n, "deliver x\n");
	node_waits(n, SECOND_WORD_NS);
	node_hears(n, NEIGHBOUR, "DATA\nx");
	assert_said(n, "to " NEIGHBOUR " LEAV\ndeliver x\n");
	for (unsigned i = 0; i < 1000; i++) {
		char from[32];

		snprintf(from, sizeof from, "10.0.7.%u %u", i % 250 + 1, 20000 + i);
		node_hears(n, from, "DATA\nx");
		assert_int_equal(tree_count(n, "deliver x"), 1);
		told += tree_count(n, "LEAV");
	}
	assert_int_equal(told, ACQUAINTANCES_MAX - 1);
	assert_int_equal(n->counters.data_delivered, 1003);
}

/* T-11: an orphan takes nothing, and its former parent gets no payload back. */
static void an_orphan_takes_no_data(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_hears(n, PARENT, "LEAV\n");
	node_waits(n, SECOND_WORD_NS);
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "to " PARENT " LEAV\n");
	assert_int_equal(n->counters.data_delivered, 0);
	assert_int_equal(n->counters.data_copied, 0);
}

/* T-10: what is offered at the root starts from here; each child once. */
static void the_roots_own_payloads_go_to_its_children(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	node_offers(n, "hello", 0);
	assert_said(n, "deliver hello\n");
	assert_int_equal(n->output.fate, FATE_SENT);
	node_hears(n, CHILD_1, "RJOI\n");
	node_offers(n, "hello", 2);
	assert_said(n, "deliver hello\ncopy hello to " CHILD_1 "\n");
	assert_int_equal(n->counters.data_delivered, 2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_root_takes_data_from_anyone, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(whoever_may_take_the_root_for_its_child_is_told,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(the_root_takes_no_data_from_those_not_admitted,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(an_attached_member_takes_data_from_its_parent,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_payload_is_passed_on_as_it_is, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_largest_payload_is_passed_on, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_stranger_gets_its_payload_back, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(an_orphan_that_knows_no_root_names_none, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(an_orphan_names_the_root_that_it_knows, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_root_on_loopback_is_told_as_the_sender_can_use_it,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_payload_too_large_to_go_back_is_counted,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(data_from_a_stranger_changes_nothing, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(data_that_overtakes_yjoi_gets_no_answer, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_former_parent_gets_leav_once_a_second, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_former_parent_is_known_after_a_long_walk,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(one_whose_yjoi_was_declined_gets_leav, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(one_that_seemed_silent_gets_leav, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(one_that_refused_us_gets_its_payload_back,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_former_parent_is_a_stranger_after_the_hold_time,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_child_gets_its_payload_back_even_if_we_asked_it,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_new_root_takes_no_data_from_its_former_parent,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(
			a_new_root_takes_data_from_a_former_parent_that_is_its_child, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(a_new_root_takes_data_from_whom_it_only_asked,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(an_orphan_takes_no_data, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(the_roots_own_payloads_go_to_its_children,
						tree_setup, tree_teardown),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
