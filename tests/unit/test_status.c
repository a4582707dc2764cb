/* T-16: what a node and a rendezvous point tell of themselves, and how much they send for it. */

#include "tree.h"

#include <stdio.h>

/* STAT, padded to so many bytes. */
static const char *request_of(size_t size)
{
	static char request[16 * 1024];

	assert_in_range(size, 5, sizeof request - 1);
	memset(request, '.', size);
	memcpy(request, "STAT\n", 5);
	request[size] = '\0';
	return request;
}

static bool has_line(const struct tree_node *n, const char *line)
{
	char whole[256];

	snprintf(whole, sizeof whole, "\n%s\n", line);
	return strstr(n->said, whole) != NULL;
}

/* T-16 */
static void a_node_tells_of_itself(void **state)
{
	static const char *const LINES[] = {
		"role node",
		"state attached",
		"rendezvous " RDV,
		"seen_as " ME,
		"path " PARENT,
		"path " ROOT,
		"children_most 3",
		"child " CHILD_1 " 2500",
		"child " CHILD_2 " 500",
		"count data_delivered 1",
		"count data_copied 1",
		"count not_allowed 0",
		"count input_sent 0",
	};
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_hears(n, PARENT, "DATA\nx");
	node_waits(n, 2 * NS_PER_S);
	node_hears(n, CHILD_2, "RJOI\n");
	node_waits(n, NS_PER_S / 2);
	node_hears_at(n, AT_ME_ELSEWHERE, NEIGHBOUR, request_of(4096));
	assert_int_equal(n->output.datagram_count, 1);
	assert_ptr_equal(strstr(n->said, "to " NEIGHBOUR " from 10.1.0.2 TATS\nrole"), n->said);
	for (size_t i = 0; i < COUNT_OF(LINES); i++)
		if (!has_line(n, LINES[i]))
			fail_msg("no line '%s' in: %s", LINES[i], n->said);
}

/* T-16: every state, and nothing where there is nothing. */
static void an_orphan_tells_of_itself(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	node_hears(n, NEIGHBOUR, request_of(4096));
	assert_true(has_line(n, "state asking"));
	assert_int_equal(tree_count(n, "\nseen_as "), 0);
	assert_int_equal(tree_count(n, "\npath "), 0);
	assert_int_equal(tree_count(n, "\nchild "), 0);
	node_hears(n, RDV, "TOOR\n");
	node_hears(n, NEIGHBOUR, request_of(4096));
	assert_true(has_line(n, "state registering"));
	node_hears(n, RDV, "YREG\n");
	node_hears(n, NEIGHBOUR, request_of(4096));
	assert_true(has_line(n, "state root"));
}

/* T-16 */
static void an_rdv_tells_of_itself(void **state)
{
	struct tree_node *n = *state;

	rdv_hears(n, NEIGHBOUR, request_of(4096));
	assert_ptr_equal(strstr(n->said, "to " NEIGHBOUR " TATS\nrole rdv\ncount "), n->said);
	rdv_hears(n, ROOT, "RREG\n");
	rdv_waits(n, 3 * NS_PER_S);
	rdv_hears(n, ROOT, "RREG\n");
	rdv_waits(n, NS_PER_S);
	rdv_hears(n, NEIGHBOUR, request_of(4096));
	assert_true(has_line(n, "root " ROOT));
	assert_true(has_line(n, "root_heard_ms 1000"));
	assert_true(has_line(n, "root_since_ms 4000"));
	assert_true(has_line(n, "count registered 1"));
	assert_true(has_line(n, "count refreshed 1"));
}

/* T-3, T-16: as the asker can use it. */
static void loopback_is_told_to_loopback_only(void **state)
{
	struct tree_node *n = *state;

	node_attaches_to(n, "127.0.0.7 10007", "127.0.0.9 10009");
	node_hears_at(n, AT_ME_LOCALLY, "127.0.0.8 10008", "RJOI\n");
	node_hears(n, NEIGHBOUR, request_of(4096));
	assert_int_equal(tree_count(n, "127.0.0."), 0);
	assert_true(has_line(n, "path 10.0.0.2 10007"));
	assert_true(has_line(n, "path 10.0.0.2 10009"));
	assert_true(has_line(n, "child 10.0.0.2 10008 0"));
	node_hears_at(n, AT_ME_LOCALLY, LOCAL, request_of(4096));
	assert_true(has_line(n, "path 127.0.0.7 10007"));
	rdv_hears(n, "127.0.0.7 10007", "RREG\n");
	rdv_hears(n, NEIGHBOUR, request_of(4096));
	assert_true(has_line(n, "root 10.0.0.2 10007"));
}

/* As much as there can be to tell. */
static void fill(struct tree_node *n)
{
	char path[PATH_MAX_LENGTH * 64] = "", child[64];
	size_t size = 0;

	n->config.children_most = CHILDREN_MAX;
	for (unsigned i = 0; i < PATH_MAX_LENGTH - 2; i++)
		size += (size_t)snprintf(path + size, sizeof path - size,
					 "210.211.212.1%02u 60000\n", i);
	node_attaches_to(n, PARENT, path);
	for (unsigned i = 0; i < CHILDREN_MAX; i++) {
		snprintf(child, sizeof child, "2001:db8:1111:2222:3333:4444:7777:66%02u 60000", i);
		node_hears(n, child, "RJOI\n");
	}
	memset(&n->counters, 0xff, sizeof n->counters); /* the largest numbers there are */
	assert_int_equal(n->member.children.count, CHILDREN_MAX);
}

/* T-16: padded to the size of its reply: never more bytes go out than came in. */
static void the_reply_is_never_larger_than_the_request(void **state)
{
	struct tree_node *n = *state;
	size_t answered = 0, whole = 0;

	fill(n);
	for (size_t size = 5; size < 8 * 1024; size++) {
		node_hears(n, NEIGHBOUR, request_of(size));
		assert_in_range(n->output.datagram_count, 0, 1);
		if (n->output.datagram_count == 0)
			continue;
		answered++;
		whole += tree_count(n, "\nrole node\n");
		assert_in_range(n->output.datagrams[0].size, 5, size);
		rdv_hears(n, NEIGHBOUR, request_of(size));
		assert_in_range(n->output.datagram_count, 0, 1);
		assert_in_range(n->output.datagrams[0].size, 0, size);
	}
	assert_true(answered > whole && whole > 0);
}

/* T-16: where it does not fit, all that is said is how large a request would do; and that does. */
static void a_small_request_is_told_which_size_would_do(void **state)
{
	struct tree_node *n = *state;
	unsigned size = 0;

	fill(n);
	node_hears(n, NEIGHBOUR, request_of(32));
	assert_int_equal(sscanf(n->said, "to " NEIGHBOUR " TATS\nsize %u\n", &size), 1);
	assert_int_equal(tree_count(n, "\nrole"), 0);
	node_hears(n, NEIGHBOUR, request_of(size));
	assert_true(has_line(n, "role node"));
	assert_int_equal(n->output.datagrams[0].size, size);
	assert_int_equal(tree_count(n, "\nchild "), CHILDREN_MAX);
	assert_int_equal(tree_count(n, "\npath "), PATH_MAX_LENGTH - 1);
	node_hears(n, NEIGHBOUR, request_of(size - 1));
	assert_int_equal(tree_count(n, "\nrole"), 0);
	assert_int_equal(tree_count(n, "TATS\nsize "), 1);
}

/* A request too small even for that gets nothing. */
static void the_smallest_request_gets_no_answer(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, NEIGHBOUR, "STAT");
	assert_said(n, "");
	assert_int_equal(n->counters.malformed, 1);
	rdv_hears(n, NEIGHBOUR, "STAT\n");
	assert_said(n, "");
	assert_int_equal(n->rendezvous.counters.malformed, 1);
}

/* T-14, T-16: and nobody outside; asking changes nothing. */
static void a_state_is_told_to_those_admitted(void **state)
{
	struct tree_node *n = *state;
	struct tree_snapshot before;

	node_attaches(n);
	tree_take_snapshot(n, &before);
	node_hears(n, OUTSIDER, request_of(4096));
	assert_said(n, "");
	node_hears(n, NEIGHBOUR, request_of(4096));
	assert_int_equal(tree_count(n, "TATS"), 1);
	assert_unchanged(n, &before);
	rdv_hears(n, OUTSIDER, request_of(4096));
	assert_said(n, "");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_node_tells_of_itself, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(an_orphan_tells_of_itself, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(an_rdv_tells_of_itself, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(loopback_is_told_to_loopback_only, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_reply_is_never_larger_than_the_request,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_small_request_is_told_which_size_would_do,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(the_smallest_request_gets_no_answer, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_state_is_told_to_those_admitted, tree_setup,
						tree_teardown),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
