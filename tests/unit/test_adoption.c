/* The member as a parent: whom it takes in, whom it sends on, and what it tells its children. */

#include "tree.h"

#include <stdio.h>

enum { HEADERS_4 = 28, HEADERS_6 = 48 }; /* of IP and UDP */

static void adopt(struct tree_node *n, const char *child)
{
	node_hears(n, child, "RJOI\n");
	assert_int_equal(tree_count(n, "YJOI"), 1);
}

static void adopt_many(struct tree_node *n, size_t count, const char *format_of_ip)
{
	for (unsigned i = 0; i < count; i++) {
		char ip[48], address[64];

		snprintf(ip, sizeof ip, "%s%x", format_of_ip, i + 1);
		snprintf(address, sizeof address, "%s 10000", ip);
		adopt(n, address);
	}
}

/* ---- T-6: attachment ---- */

/* T-6, T-9: the root's path is empty: the child's is the root alone, which it knows itself. */
static void the_root_takes_a_child_in(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	node_hears(n, CHILD_1, "RJOI\n");
	assert_said(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\n");
	assert_true(tree_had_event(n, EVENT_CHILD_JOINED));
	assert_int_equal(n->counters.children_joined, 1);
}

/* T-6, T-9: who you are to me, and my path without me. */
static void an_attached_member_takes_a_child_in(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, CHILD_1, "RJOI\n");
	assert_said(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\n" PARENT "\n" ROOT "\n");
}

/* T-1: a reply leaves from the address at which its request arrived; so does what follows it. */
static void a_child_hears_us_from_the_address_that_it_asked(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears_at(n, AT_ME_ELSEWHERE, CHILD_1, "RJOI\n");
	assert_said(n, "to " CHILD_1 " from 10.1.0.2 YJOI\n" CHILD_1 "\n" PARENT "\n" ROOT "\n");
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "deliver x\ncopy x to " CHILD_1 " from 10.1.0.2\n");
	node_hears_at(n, AT_ME, CHILD_1, "RJOI\n"); /* from now on the other one */
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "deliver x\ncopy x to " CHILD_1 "\n");
}

/* T-6: the body of RJOI is ours, and has no meaning yet. */
static void the_body_of_a_request_is_passed_over(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	node_hears(n, CHILD_1, "RJOI\nnative 1\n\xff");
	assert_said(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\n");
}

/* T-6: CHILDREN_MAX = 3: the fourth is told of the three, in any order. */
static void the_fourth_is_told_of_the_three(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	adopt(n, CHILD_1);
	adopt(n, CHILD_2);
	adopt(n, CHILD_3);
	node_hears(n, CHILD_4, "RJOI\n");
	assert_int_equal(tree_count(n, "to " CHILD_4 " NJOI\n"), 1);
	assert_int_equal(tree_count(n, CHILD_1), 1);
	assert_int_equal(tree_count(n, CHILD_2), 1);
	assert_int_equal(tree_count(n, CHILD_3), 1);
	assert_true(tree_had_event(n, EVENT_CHILD_REFUSED));
	assert_int_equal(n->counters.joins_refused, 1);
	assert_int_equal(n->member.children.count, 3);
}

/* T-6: there already: always yes, also if there is no room. */
static void who_is_there_already_is_taken_in_again(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	adopt(n, CHILD_1);
	adopt(n, CHILD_2);
	adopt(n, CHILD_3);
	node_hears(n, CHILD_2, "RJOI\n");
	assert_said(n, "to " CHILD_2 " YJOI\n" CHILD_2 "\n");
	assert_int_equal(n->member.children.count, 3);
	assert_int_equal(n->counters.children_joined, 3);
}

/* Two nodes on one host are two children. */
static void a_child_is_an_address_and_a_port(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	adopt(n, CHILD_1);
	adopt(n, "10.0.0.21 10001");
	assert_int_equal(n->member.children.count, 2);
}

/* T-6: --children, 0 to 16. */
static void as_many_children_as_were_set(void **state)
{
	static const unsigned MOST[] = {1, 2, 16};
	struct tree_node *n = *state;

	for (size_t i = 0; i < COUNT_OF(MOST); i++) {
		n->config.children_most = MOST[i];
		node_becomes_root(n);
		adopt_many(n, MOST[i], "2001:db8::1:");
		assert_int_equal(n->member.children.count, MOST[i]);
		node_hears(n, CHILD_4, "RJOI\n");
		assert_int_equal(tree_count(n, "NJOI"), 1);
		assert_int_equal(n->member.children.count, MOST[i]);
		node_leaves(n);
	}
}

/* T-6: an empty NJOI breaks naive implementations: silence. */
static void who_has_no_children_to_name_is_silent(void **state)
{
	struct tree_node *n = *state;

	n->config.children_most = 0;
	node_becomes_root(n);
	node_hears(n, CHILD_1, "RJOI\n");
	assert_said(n, "");
	assert_int_equal(n->counters.joins_unanswered, 1);
	assert_int_equal(n->counters.joins_refused, 0);
}

/* T-3: a child on the loopback of this host, as the asker can use it. */
static void a_child_on_loopback_is_told_as_the_asker_can_use_it(void **state)
{
	struct tree_node *n = *state;

	n->config.children_most = 1;
	node_becomes_root(n);
	node_hears_at(n, AT_ME_LOCALLY, "127.0.0.7 10007", "RJOI\n");
	node_hears_at(n, AT_ME_LOCALLY, "127.0.0.9 10000", "RJOI\n");
	assert_said(n, "to 127.0.0.9 10000 from 127.0.0.1 NJOI\n127.0.0.7 10007\n");
	node_hears(n, NEIGHBOUR, "RJOI\n");
	assert_said(n, "to " NEIGHBOUR " NJOI\n10.0.0.2 10007\n");
	node_hears_at(n, AT_ME_6, NEIGHBOUR_6, "RJOI\n");
	assert_said(n, "to " NEIGHBOUR_6 " from 2001:db8::2 NJOI\n2001:db8::2 10007\n");
}

/* T-3, T-9: so is an ancestor on loopback. */
static void an_ancestor_on_loopback_is_told_as_the_child_can_use_it(void **state)
{
	struct tree_node *n = *state;

	node_attaches_to(n, "127.0.0.7 10007", "127.0.0.9 10009");
	node_hears(n, CHILD_1, "RJOI\n");
	assert_said(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\n10.0.0.2 10007\n10.0.0.2 10009\n");
	node_hears_at(n, AT_ME_LOCALLY, LOCAL, "RJOI\n");
	assert_said(n, "to " LOCAL " from 127.0.0.1 YJOI\n" LOCAL
		       "\n127.0.0.7 10007\n127.0.0.9 10009\n");
}

/* T-6: an asker that stands on our own root path: the parent, or the root. */
static void an_ancestor_is_refused(void **state)
{
	static const char *const ANCESTORS[] = {PARENT, OTHER, ROOT};
	struct tree_node *n = *state;

	node_attaches_to(n, PARENT, OTHER "\n" ROOT);
	for (size_t i = 0; i < COUNT_OF(ANCESTORS); i++) {
		node_hears(n, ANCESTORS[i], "RJOI\n");
		assert_said(n, ""); /* nobody to name */
		assert_int_equal(n->member.children.count, 0);
	}
	adopt(n, CHILD_1);
	node_hears(n, ROOT, "RJOI\n");
	assert_said(n, "to " ROOT " NJOI\n" CHILD_1 "\n");
}

/* T-6: an orphan, in each of its states, is silent to newcomers. */
static void an_orphan_is_silent_to_newcomers(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	node_hears(n, CHILD_1, "RJOI\n");
	assert_said(n, "");
	node_hears(n, RDV, "TOOR\n");
	node_hears(n, CHILD_1, "RJOI\n"); /* registering */
	assert_said(n, "");
	node_hears(n, RDV, "NREG\n");
	node_hears(n, RDV, "TOOR\n" ROOT);
	node_hears(n, CHILD_1, "RJOI\n"); /* joining */
	assert_said(n, "");
	node_hears(n, ROOT, "NJOI\n");
	node_hears(n, CHILD_1, "RJOI\n"); /* waiting */
	assert_said(n, "");
	assert_int_equal(n->counters.joins_unanswered, 4);
	assert_int_equal(n->member.children.count, 0);
}

/* T-6: it keeps the children it has, and answers them. */
static void an_orphan_keeps_its_children(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	adopt(n, CHILD_1);
	node_hears(n, PARENT, "LEAV\n");
	node_hears(n, CHILD_1, "RJOI\n");
	assert_said(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\n");
	node_hears(n, CHILD_2, "RJOI\n");
	assert_said(n, "");
	node_hears(n, RDV, "TOOR\n");
	node_hears(n, RDV, "YREG\n"); /* an orphan with children that becomes root */
	node_offers(n, "x", 0);
	assert_said(n, "deliver x\ncopy x to " CHILD_1 "\n");
}

/* T-9: at 32 entries a child's path would have 33. */
static void the_deepest_node_refuses_newcomers(void **state)
{
	struct tree_node *n = *state;
	char path[2048] = "";
	size_t size = 0;

	for (unsigned i = 1; i < PATH_MAX_LENGTH; i++)
		size += (size_t)snprintf(path + size, sizeof path - size, "10.7.0.%u 10000\n", i);
	node_attaches_to(n, PARENT, path);
	assert_int_equal(n->member.path_length, PATH_MAX_LENGTH);
	node_hears(n, CHILD_1, "RJOI\n");
	assert_said(n, "");
	assert_int_equal(n->member.children.count, 0);
	node_leaves(n);

	*strrchr(path, '\n') = '\0'; /* the last entry goes */
	*strrchr(path, '\n') = '\0';
	node_attaches_to(n, PARENT, path);
	assert_int_equal(n->member.path_length, PATH_MAX_LENGTH - 1);
	adopt(n, CHILD_1);
}

/* ---- T-8: children that are not heard ---- */

/* T-8 */
static void a_child_not_heard_for_180_s_is_forgotten(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	adopt(n, CHILD_1);
	node_waits(n, HOLD_NS - 1);
	assert_int_equal(n->member.children.count, 1);
	node_waits(n, 1);
	assert_int_equal(n->member.children.count, 0);
	assert_int_equal(n->counters.children_expired, 1);
	assert_true(tree_had_event(n, EVENT_CHILD_EXPIRED));
}

/* T-8: each by itself; a refresh keeps it. */
static void a_refresh_keeps_the_child(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	adopt(n, CHILD_1);
	adopt(n, CHILD_2);
	adopt(n, CHILD_3);
	node_waits(n, REFRESH_NS);
	adopt(n, CHILD_2);
	node_waits(n, HOLD_NS - REFRESH_NS);
	assert_int_equal(n->counters.children_expired, 2);
	node_offers(n, "x", 0);
	assert_said(n, "deliver x\ncopy x to " CHILD_2 "\n");
	node_waits(n, REFRESH_NS);
	assert_int_equal(n->counters.children_expired, 3);
}

/* T-8, T-14: what keeps a child is RJOI; what it sends as DATA does not. */
static void data_from_a_child_does_not_keep_it(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	adopt(n, CHILD_1);
	node_waits(n, HOLD_NS - 1);
	node_hears(n, CHILD_1, "DATA\nx");
	node_waits(n, 1);
	assert_int_equal(n->member.children.count, 0);
}

/* T-13 */
static void the_hold_time_is_as_it_was_set(void **state)
{
	struct tree_node *n = *state;

	n->config.timers.hold_ns = NS_PER_S / 2;
	node_becomes_root(n);
	adopt(n, CHILD_1);
	assert_int_equal(member_deadline(&n->member).ns, NS_PER_S / 2);
	node_waits(n, NS_PER_S / 2);
	assert_int_equal(n->member.children.count, 0);
}

/* T-15: LEAV to the parent, which removes the child, and no other. */
static void a_child_that_leaves_is_removed(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	adopt(n, CHILD_1);
	adopt(n, CHILD_2);
	node_hears(n, CHILD_1, "LEAV\n");
	assert_said(n, "");
	assert_int_equal(n->counters.children_left, 1);
	assert_true(tree_had_event(n, EVENT_CHILD_LEFT));
	node_offers(n, "x", 0);
	assert_said(n, "deliver x\ncopy x to " CHILD_2 "\n");
	node_hears(n, CHILD_1, "LEAV\n");
	assert_int_equal(n->counters.unasked, 1);
}

/* ---- T-9: the path changes ---- */

/* T-9: at once, again every second, until its next RJOI. */
static void news_of_the_path_goes_to_the_children_until_they_ask(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	adopt(n, CHILD_1);
	node_waits(n, 10 * NS_PER_S);
	assert_said(n, ""); /* nothing has changed */
	node_hears(n, PARENT, "YJOI\n" ME "\n" OTHER);
	assert_said(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\n" PARENT "\n" OTHER "\nto " PARENT
		       " RJOI\n");
}

static void news_of_the_path_is_repeated_every_second(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	adopt(n, CHILD_1);
	node_hears(n, PARENT, "YJOI\n" ME "\n" OTHER);
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI"), 1);
	node_hears(n, PARENT, "YJOI\n" ME "\n" OTHER); /* no change */
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI"), 0);
	node_waits(n, SECOND_WORD_NS - 1);
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI"), 0);
	node_waits(n, 1);
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI"), 1);
	node_waits(n, 5 * SECOND_WORD_NS);
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI"), 5);
	adopt(n, CHILD_1);
	node_waits(n, 20 * SECOND_WORD_NS);
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI"), 0);
}

/* T-9: at most one a second to each, however often it changes; the last state is what is told. */
static void news_of_the_path_goes_out_at_most_once_a_second(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	adopt(n, CHILD_1);
	node_hears(n, PARENT, "YJOI\n" ME "\n" OTHER);
	assert_int_equal(tree_count(n, "YJOI"), 1);
	for (size_t i = 0; i < 9; i++) {
		node_hears(n, PARENT, i % 2 ? "YJOI\n" ME "\n" OTHER : "YJOI\n" ME "\n" THIRD);
		assert_int_equal(tree_count(n, "YJOI"), 0);
	}
	node_waits(n, SECOND_WORD_NS);
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\n" PARENT "\n" THIRD "\n"),
			 1);
	assert_int_equal(tree_count(n, "YJOI"), 1);
}

/* T-9: what was asked for does not count against it. */
static void an_answer_does_not_delay_news(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	adopt(n, CHILD_1);
	adopt(n, CHILD_1);
	node_hears(n, PARENT, "LEAV\n");
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\n"), 1);
}

/* T-9: a lost parent is a change of path, and so is a new one. */
static void children_learn_of_the_loss_of_the_parent(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	adopt(n, CHILD_1);
	node_waits(n, REFRESH_NS + 3 * RETRY_NS);
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\n"), 1);
	node_waits(n, SECOND_WORD_NS);
	node_hears(n, RDV, "TOOR\n" ROOT);
	node_hears(n, ROOT, "YJOI\n" ME);
	node_waits(n, SECOND_WORD_NS);
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\n" ROOT "\n"), 1);
}

/* T-9: whoever stands on the path is no child any more. */
static void a_child_on_our_root_path_is_removed(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	adopt(n, CHILD_1);
	adopt(n, CHILD_2);
	node_hears(n, PARENT, "YJOI\n" ME "\n" CHILD_1 "\n" ROOT);
	assert_int_equal(tree_count(n, "to " CHILD_1 " LEAV\n"), 1); /* T-15: it walks at once */
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI\n"), 0);
	assert_int_equal(n->member.children.count, 1);
	assert_int_equal(n->counters.children_removed, 1);
	node_hears(n, PARENT, "DATA\nx");
	assert_said(n, "deliver x\ncopy x to " CHILD_2 "\n");
	node_hears(n, CHILD_1, "RJOI\n"); /* T-6: and not taken in again */
	assert_said(n, "to " CHILD_1 " NJOI\n" CHILD_2 "\n");
}

/* T-9: also one whose child we become. */
static void a_child_whose_child_we_become_is_removed(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	adopt(n, CHILD_1);
	node_hears(n, PARENT, "NJOI\n" CHILD_1);
	node_hears(n, CHILD_1, "YJOI\n" ME "\n" ROOT);
	assert_int_equal(n->member.children.count, 0);
	assert_int_equal(n->counters.children_removed, 1);
	assert_int_equal(tree_count(n, "LEAV"), 0); /* T-15: it would think that we leave it */
	node_hears(n, CHILD_1, "DATA\nx");
	assert_said(n, "deliver x\n");
}

/* ---- Attacks ---- */

/* T-14: each joins from another port; those who were first are served, and memory is what it was.
 */
static void a_flood_of_requests_leaves_the_children_alone(void **state)
{
	struct tree_node *n = *state;
	char port[32];

	node_attaches(n);
	adopt(n, CHILD_1);
	adopt(n, CHILD_2);
	for (unsigned i = 1; i <= 60000; i++) {
		snprintf(port, sizeof port, "10.66.0.1 %u", i);
		node_hears(n, port, "RJOI\n");
		assert_in_range(n->output.datagram_count, 0, 1);
		assert_in_range(n->member.children.count, 2, CHILDREN_DEFAULT);
	}
	node_hears(n, PARENT, "DATA\nx");
	assert_int_equal(tree_count(n, "copy x to " CHILD_1), 1);
	assert_int_equal(tree_count(n, "copy x to " CHILD_2), 1);
	node_hears(n, CHILD_1, "RJOI\n");
	assert_int_equal(tree_count(n, "to " CHILD_1 " YJOI\n"), 1);
	assert_int_equal(n->counters.joins_refused, 60000 - 1);
	node_waits(n, REFRESH_NS);
	node_hears(n, PARENT, "YJOI\n" ME "\n" ROOT);
	node_hears(n, CHILD_1, "RJOI\n");
	node_hears(n, CHILD_2, "RJOI\n");
	node_waits(n, HOLD_NS - REFRESH_NS); /* what the flood took in is gone again */
	assert_int_equal(n->member.children.count, 2);
}

static void assert_bounded(const struct tree_node *n, size_t request, size_t headers)
{
	assert_int_equal(n->output.datagram_count, 1);
	assert_true(headers + n->output.datagrams[0].size <= 4 * (headers + request));
}

/* T-14: with 16 children of the longest addresses there are, for the shortest request. */
static void njoi_is_at_most_four_times_its_request(void **state)
{
	struct tree_node *n = *state;

	n->config.children_most = CHILDREN_MAX;
	n->admitted[0] = (struct wire_network){.prefix = 0};
	node_becomes_root(n);
	for (unsigned i = 0; i < CHILDREN_MAX; i++) {
		char child[64];

		snprintf(child, sizeof child, "203.203.203.1%02u 60000", i);
		adopt(n, child);
	}
	node_hears(n, "203.203.203.200 60000", "RJOI");
	assert_int_equal(tree_count(n, "NJOI"), 1);
	assert_bounded(n, 4, HEADERS_4);
	assert_in_range(tree_count(n, " 60000\n"), 4, 5); /* those that fit, and nothing cut */
	node_hears(n, "203.203.203.200 60000", "RJOI\n");
	assert_bounded(n, 5, HEADERS_4);
	node_leaves(n);

	node_becomes_root(n);
	for (unsigned i = 0; i < CHILDREN_MAX; i++) {
		char child[64];

		snprintf(child, sizeof child, "2001:db8:1111:2222:3333:4444:5555:66%02u 60000", i);
		adopt(n, child);
	}
	node_hears(n, NEIGHBOUR_6, "RJOI");
	assert_int_equal(tree_count(n, "NJOI"), 1);
	assert_bounded(n, 4, HEADERS_6);
	assert_in_range(tree_count(n, " 60000\n"), 3, 4);
}

/* T-14: so all that are told are whole addresses of children, and every child has its turn. */
static void of_many_children_all_are_told_in_turn(void **state)
{
	struct tree_node *n = *state;
	char child[COUNT_OF("2001:db8::1:10 10000") + 8];

	n->config.children_most = CHILDREN_MAX;
	node_becomes_root(n);
	adopt_many(n, CHILDREN_MAX, "2001:db8::1:");
	for (unsigned i = 1; i <= CHILDREN_MAX; i++) {
		size_t told = 0;

		snprintf(child, sizeof child, "\n2001:db8::1:%x 10000\n", i);
		for (size_t round = 0; round < 500 && told == 0; round++) {
			node_hears(n, NEIGHBOUR, "RJOI");
			told = tree_count(n, child);
		}
		assert_int_equal(told, 1);
	}
}

/* A larger request may have a larger answer, and never one without end. */
static void a_large_request_gets_all_children_and_no_more(void **state)
{
	static char request[60000];
	struct tree_node *n = *state;

	memset(request, 'x', sizeof request);
	memcpy(request, "RJOI\n", 5);
	n->config.children_most = CHILDREN_MAX;
	node_becomes_root(n);
	adopt_many(n, CHILDREN_MAX, "2001:db8::1:");
	node_hears_bytes(n, NEIGHBOUR, request, sizeof request);
	assert_int_equal(tree_count(n, " 10000\n2001:") + 1, CHILDREN_MAX);
}

/* T-14: a child in a network that is not admitted any more is served on; newcomers are not. */
static void a_child_is_served_wherever_it_is(void **state)
{
	struct tree_node *n = *state;
	struct wire_network all = {.prefix = 0}, ten = n->admitted[0];

	n->admitted[0] = all;
	node_becomes_root(n);
	adopt(n, OUTSIDER);
	n->admitted[0] = ten;
	node_hears(n, OUTSIDER, "RJOI\n");
	assert_said(n, "to " OUTSIDER " YJOI\n" OUTSIDER "\n");
	node_hears(n, "192.0.2.67 10000", "RJOI\n");
	assert_said(n, "");
	assert_int_equal(n->counters.not_allowed, 1);
}

/* T-6, T-14: a forged request would send the RP all of the data. */
static void the_rdv_is_nobodys_child(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, RDV, "RJOI\n");
	assert_said(n, "");
	assert_int_equal(n->member.children.count, 0);
	assert_int_equal(n->counters.joins_unanswered, 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_rdv_is_nobodys_child, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_root_takes_a_child_in, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(an_attached_member_takes_a_child_in, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_child_hears_us_from_the_address_that_it_asked,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(the_body_of_a_request_is_passed_over, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_fourth_is_told_of_the_three, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(who_is_there_already_is_taken_in_again, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_child_is_an_address_and_a_port, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(as_many_children_as_were_set, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(who_has_no_children_to_name_is_silent, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_child_on_loopback_is_told_as_the_asker_can_use_it,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(
			an_ancestor_on_loopback_is_told_as_the_child_can_use_it, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(an_ancestor_is_refused, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(an_orphan_is_silent_to_newcomers, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(an_orphan_keeps_its_children, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_deepest_node_refuses_newcomers, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_child_not_heard_for_180_s_is_forgotten,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_refresh_keeps_the_child, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(data_from_a_child_does_not_keep_it, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_hold_time_is_as_it_was_set, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_child_that_leaves_is_removed, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(
			news_of_the_path_goes_to_the_children_until_they_ask, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(news_of_the_path_is_repeated_every_second,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(news_of_the_path_goes_out_at_most_once_a_second,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(an_answer_does_not_delay_news, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(children_learn_of_the_loss_of_the_parent,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_child_on_our_root_path_is_removed, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_child_whose_child_we_become_is_removed,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_flood_of_requests_leaves_the_children_alone,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(njoi_is_at_most_four_times_its_request, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(of_many_children_all_are_told_in_turn, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_large_request_gets_all_children_and_no_more,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_child_is_served_wherever_it_is, tree_setup,
						tree_teardown),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
