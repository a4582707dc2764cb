/* The member: how it looks for a parent, keeps it, learns who stands above it, and leaves. */

#include "tree.h"

#include <stdio.h>

/* A whole message: the type, LF, and a list of `count` addresses of `format`, which has the place
 * of one number. */
__attribute__((format(printf, 5, 0))) static void
write_list(char *message, size_t room, const char *head, size_t count, const char *format)
{
	size_t size = strlen(head);

	assert_true(size < room);
	memcpy(message, head, size + 1);
	for (size_t i = 0; i < count; i++) {
		assert_true(size < room);
		size += (size_t)snprintf(message + size, room - size, format, (unsigned)i);
		assert_true(size < room);
	}
}

static const char *state_of(const struct tree_node *n)
{
	return member_state_name(n->member.state);
}

static void assert_address(const struct wire_address *address, const char *text)
{
	struct wire_address expected = tree_address(text);

	assert_true(wire_address_equal(address, &expected));
}

/* ---- T-1, T-2: messages ---- */

/* T-1: the four letters alone, CRLF, and an LF at the end of the body. */
static void answers_are_understood_in_all_their_forms(void **state)
{
	static const char *const FORMS[] = {
		"TOOR\n" ROOT,
		"TOOR\n" ROOT "\n",
		"TOOR\r\n" ROOT "\r\n",
		"TOOR\n" ROOT "\r",
	};
	struct tree_node *n = *state;

	for (size_t i = 0; i < COUNT_OF(FORMS); i++) {
		node_begins(n);
		node_hears(n, RDV, FORMS[i]);
		assert_said(n, "to " ROOT " RJOI\n");
		node_leaves(n);
	}
	node_begins(n);
	node_hears(n, RDV, "TOOR");
	assert_said(n, "to " RDV " RREG\n");
	node_hears(n, RDV, "YREG");
	assert_string_equal(state_of(n), "root");
}

/* T-2: dropped, counted, never answered, and the request is still under way. */
static void malformed_and_unknown_messages_are_counted(void **state)
{
	static const char *const MALFORMED[] = {
		"",
		"YJO",
		"TOOR\nnobody",
		"TOOR\n" ROOT "\n" OTHER,
		"TOOR\n10.0.0.9",
		"TOOR\n ",
		"TOOR\n10.0.0.9  10000",
		"TOOR\n10.0.0.9 10000 ",
		"TOOR\n10.0.0.9 0",
		"TOOR\n10.0.0.9 65536",
		"TOOR\n010.0.0.9 10000",
		"TOOR\n224.0.0.1 10000",
		"TOOR\n0.0.0.0 10000",
		"TOOR\n\n" ROOT,
		"TOOR" ROOT,
		/* T-1: link-local addresses never stand in a body; IPv4 is written as IPv4 */
		"TOOR\n169.254.1.1 10000",
		"TOOR\nfe80::1 10000",
		"TOOR\n::ffff:10.0.0.9 10000",
	};
	struct tree_node *n = *state;
	struct tree_snapshot before;

	node_begins(n);
	tree_take_snapshot(n, &before);
	for (size_t i = 0; i < COUNT_OF(MALFORMED); i++) {
		node_hears(n, RDV, MALFORMED[i]);
		assert_said(n, "");
		assert_int_equal(n->counters.malformed, i + 1);
	}
	node_hears(n, RDV, "toor\n" ROOT);
	node_hears(n, RDV, "WHAT\n");
	assert_int_equal(n->counters.unknown, 2);
	assert_unchanged(n, &before);
}

/* T-2: what is for the RP, or for one who asked for a state. */
static void what_a_node_is_never_asked_is_counted(void **state)
{
	static const char *const OTHERS[] = {"ROOT\n", "RREG\n", "TATS\nrole node\n"};
	struct tree_node *n = *state;
	struct tree_snapshot before;

	node_attaches(n);
	tree_take_snapshot(n, &before);
	for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
		node_hears(n, NEIGHBOUR, OTHERS[i]);
		assert_said(n, "");
		assert_int_equal(n->counters.unasked, i + 1);
	}
	assert_unchanged(n, &before);
}

/* ---- T-3, T-4, T-5: the rendezvous point ---- */

/* T-7: a walk begins with ROOT. T-3, T-4: nobody is the root, so we ask to be. */
static void the_first_member_becomes_the_root(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	assert_said(n, "to " RDV " ROOT\n");
	node_hears(n, RDV, "TOOR\n");
	assert_said(n, "to " RDV " RREG\n");
	node_hears(n, RDV, "YREG\n");
	assert_said(n, "release\n"); /* T-10: what is held goes out from here */
	assert_true(tree_had_event(n, EVENT_ROOT_GAINED));
	assert_string_equal(state_of(n), "root");
	assert_true(member_parent(&n->member).port == 0);
}

/* T-4: it restarted, by any of its own addresses. */
static void a_member_that_is_named_itself_registers(void **state)
{
	static const char *const NAMES[] = {ME, ME_ELSEWHERE, ME_LOCALLY};
	struct tree_node *n = *state;
	char message[64];

	for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
		node_begins(n);
		snprintf(message, sizeof message, "TOOR\n%s", NAMES[i]);
		node_hears(n, RDV, message);
		assert_said(n, "to " RDV " RREG\n");
		node_leaves(n);
	}
	node_begins(n);
	node_hears(n, RDV, "TOOR\n10.0.0.2 10009"); /* another node on our host */
	assert_said(n, "to 10.0.0.2 10009 RJOI\n");
}

/* T-4, T-9: also by the address that others see. */
static void a_member_behind_nat_knows_itself_as_root(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_hears(n, PARENT, "YJOI\n203.0.113.5 4444\n" ROOT);
	node_hears(n, PARENT, "LEAV\n");
	node_hears(n, RDV, "TOOR\n203.0.113.5 4444");
	assert_said(n, "to " RDV " RREG\n");
}

/* T-4, T-9: our address became another's, who is the root now: we are not it for ever. */
static void an_address_that_is_anothers_now_is_forgotten(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_hears(n, PARENT, "YJOI\n203.0.113.5 4444\n" ROOT);
	node_hears(n, PARENT, "LEAV\n");
	node_hears(n, RDV, "TOOR\n203.0.113.5 4444");
	assert_said(n, "to " RDV " RREG\n");
	node_hears(n, RDV, "NREG\n");
	assert_said(n, "to " RDV " ROOT\n");
	node_hears(n, RDV, "TOOR\n203.0.113.5 4444");
	assert_said(n, "to 203.0.113.5 4444 RJOI\n");
}

/* T-1: one tree, one family. */
static void addresses_of_another_family_are_not_tried(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	node_hears(n, RDV, "TOOR\n2001:db8::9 10000");
	assert_said(n, "");
	assert_int_equal(n->counters.malformed, 1);
	node_hears(n, RDV, "TOOR\n" ROOT);
	node_hears(n, ROOT, "NJOI\n2001:db8::10 10000\n" OTHER "\n2001:db8::11 10000");
	assert_said(n, "to " OTHER " RJOI\n");
	assert_int_equal(n->member.candidate_count, 0);
	node_leaves(n);

	n->config.rendezvous = n->member.origin.rendezvous = tree_address("2001:db8::1 10000");
	node_begins(n);
	node_hears(n, "2001:db8::1 10000", "TOOR\n" ROOT);
	assert_said(n, "");
	node_hears(n, "2001:db8::1 10000", "TOOR\n2001:db8::9 10000");
	assert_said(n, "to 2001:db8::9 10000 RJOI\n");
}

/* T-4: somebody else was faster. */
static void after_nreg_it_asks_again(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	node_hears(n, RDV, "TOOR\n");
	node_hears(n, RDV, "NREG\n");
	assert_said(n, "to " RDV " ROOT\n");
	node_hears(n, RDV, "TOOR\n" ROOT);
	assert_said(n, "to " ROOT " RJOI\n");
}

/* An RP that says "none" and refuses us, again and again, costs a bounded number of messages. */
static void a_contrary_rdv_is_not_asked_for_ever(void **state)
{
	struct tree_node *n = *state;
	size_t rounds = 0;

	node_begins(n);
	while (n->member.state != MEMBER_WAITING && rounds++ < 1000) {
		node_hears(n, RDV, "TOOR\n");
		node_hears(n, RDV, "NREG\n");
	}
	assert_int_equal(rounds, 2); /* once more, and then it backs off */
}

/* T-4: the RP holds us for the root, and we are not. */
static void an_attached_member_gives_a_registration_back(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, RDV, "YREG\n");
	assert_said(n, "to " RDV " LEAV\n");
	node_hears(n, RDV, "TOOR\n" ME);
	assert_said(n, "to " RDV " LEAV\n");
	node_hears(n, RDV, "TOOR\n" ME_ELSEWHERE);
	assert_said(n, "to " RDV " LEAV\n");
	assert_string_equal(state_of(n), "attached");
	node_hears(n, RDV, "NREG\n");
	assert_said(n, "");
	node_hears(n, RDV, "TOOR\n" OTHER);
	assert_said(n, "");
	assert_string_equal(state_of(n), "attached");
}

/* T-4: the same a moment before it is attached: a registration that came late would otherwise name
 * one who never says that it is not the root, until the RP forgets it. */
static void a_joining_member_gives_a_late_registration_back(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, RDV, "YREG\n");
	assert_said(n, "to " RDV " LEAV\n");
	assert_string_equal(state_of(n), "joining");
}

/* T-5 */
static void the_root_registers_every_120_s(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	for (size_t i = 0; i < 3; i++) {
		node_waits(n, REFRESH_NS - 1);
		assert_said(n, "");
		node_waits(n, 1);
		assert_said(n, "to " RDV " RREG\n");
		node_hears(n, RDV, "YREG\n");
		assert_said(n, "");
	}
	assert_string_equal(state_of(n), "root");
}

/* T-5 */
static void a_root_refused_at_a_refresh_rejoins(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_waits(n, REFRESH_NS);
	node_hears(n, RDV, "NREG\n");
	assert_said(n, "to " RDV " ROOT\n");
	assert_true(tree_had_event(n, EVENT_ROOT_LOST));
	assert_int_equal(n->member.children.count, 1); /* T-6: an orphan keeps its children */
	node_hears(n, RDV, "TOOR\n" ROOT);
	node_hears(n, ROOT, "YJOI\n" ME);
	assert_said(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\n" ROOT "\n"); /* T-9 */
	assert_string_equal(state_of(n), "attached");
}

/* T-5: to a refresh: a late one answers nothing. */
static void a_refusal_nobody_asked_for_deposes_no_root(void **state)
{
	struct tree_node *n = *state;
	struct tree_snapshot before;

	node_becomes_root(n);
	tree_take_snapshot(n, &before);
	node_hears(n, RDV, "NREG\n");
	node_hears(n, RDV, "YREG\n");
	node_hears(n, RDV, "TOOR\n" OTHER);
	assert_said(n, "");
	assert_int_equal(n->counters.unasked, 3);
	assert_unchanged(n, &before);
}

/* T-5, T-8: the RP is silent, which does not end a root; it goes on to ask, more and more rarely.
 */
static void a_root_stays_root_while_the_rdv_is_silent(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	node_waits(n, REFRESH_NS + 2 * RETRY_NS);
	assert_said(n, "to " RDV " RREG\nto " RDV " RREG\nto " RDV " RREG\n");
	assert_false(tree_had_event(n, EVENT_RDV_SILENT));
	node_waits(n, RETRY_NS);
	assert_true(tree_had_event(n, EVENT_RDV_SILENT)); /* said once */
	node_waits(n, 60 * NS_PER_S);
	assert_false(tree_had_event(n, EVENT_RDV_SILENT));
	node_waits(n, 3600 * NS_PER_S);
	assert_string_equal(state_of(n), "root");
	assert_in_range(tree_count(n, "RREG"), 3600 / 31, 3600 / 5);
	node_hears(n, RDV, "YREG\n");
	node_waits(n, REFRESH_NS - 1);
	assert_said(n, "");
	node_waits(n, 1);
	assert_said(n, "to " RDV " RREG\n");
}

/* T-8: an unanswered request is sent again after 1 s, three times in all; T-7: then back-off. */
static void a_silent_rdv_is_asked_three_times(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	node_waits(n, RETRY_NS - 1);
	assert_said(n, "");
	node_waits(n, 1);
	assert_said(n, "to " RDV " ROOT\n");
	node_waits(n, RETRY_NS);
	assert_said(n, "to " RDV " ROOT\n");
	node_waits(n, RETRY_NS - 1);
	assert_said(n, "");
	n->now = monotime_add(n->now, 1);
	member_tick(&n->member, n->now, &n->output);
	assert_true(tree_had_event(n, EVENT_RDV_SILENT));
	assert_string_equal(state_of(n), "waiting");
	node_waits(n, RETRY_NS);
	assert_string_equal(state_of(n), "asking");
}

static void a_registration_is_asked_for_three_times(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	node_hears(n, RDV, "TOOR\n");
	node_waits(n, 2 * RETRY_NS);
	assert_said(n, "to " RDV " RREG\nto " RDV " RREG\n");
	n->now = monotime_add(n->now, RETRY_NS);
	member_tick(&n->member, n->now, &n->output);
	assert_string_equal(state_of(n), "waiting");
}

/* ---- T-7: the walk ---- */

/* T-3, T-6, T-7: from the root, one step down, attached. */
static void walks_from_the_root_to_a_parent(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	node_hears(n, RDV, "TOOR\n" ROOT);
	assert_said(n, "to " ROOT " RJOI\n");
	node_hears(n, ROOT, "NJOI\n" PARENT);
	assert_said(n, "to " PARENT " RJOI\n");
	node_hears(n, PARENT, "YJOI\n" ME "\n" ROOT);
	assert_said(n, "");
	assert_true(tree_had_event(n, EVENT_ATTACHED));
	assert_string_equal(state_of(n), "attached");
	assert_int_equal(n->member.path_length, 2);
	assert_int_equal(n->counters.parents, 1);
	assert_int_equal(n->counters.walks, 1);
}

/* T-7: never itself, by none of its addresses. */
static void it_never_tries_itself(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" ME "\n" ME_ELSEWHERE "\n" ME_LOCALLY "\n" OTHER);
	assert_said(n, "to " OTHER " RJOI\n");
}

/* T-7: none left: it waits, and begins again with ROOT. */
static void a_list_of_only_ourselves_ends_the_walk(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" ME);
	assert_said(n, "");
	assert_string_equal(state_of(n), "waiting");
	node_waits(n, RETRY_NS);
	assert_said(n, "to " RDV " ROOT\n");
}

static void an_empty_list_ends_the_walk(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n");
	assert_string_equal(state_of(n), "waiting");
}

/* T-7: an address that only the answer taught it to be its own (T-9) was already on the list. */
static void it_never_tries_an_address_it_has_since_learned_to_be_its_own(void **state)
{
	struct tree_node *n = *state;

	for (n->member.random.state = 0; n->member.random.state < 16; n->member.random.state++) {
		struct random seed = n->member.random;

		node_asks(n, ROOT);
		node_hears(n, ROOT, "NJOI\n" OTHER "\n203.0.113.5 4444");
		node_hears(n, OTHER, "YJOI\n203.0.113.5 4444\n" ROOT "\n203.0.113.5 4444");
		assert_int_equal(tree_count(n, "203.0.113.5 4444 RJOI"), 0);
		node_leaves(n);
		memset(&n->member.seen_as, 0, sizeof n->member.seen_as);
		n->member.random = seed;
	}
}

/* Which of the two is being asked. */
static const char *asked_of(const struct tree_node *n, const char *one, const char *another)
{
	struct wire_address address = tree_address(one);

	return wire_address_equal(&n->member.candidate, &address) ? one : another;
}

/* T-7: never one that failed in this walk. */
static void it_never_tries_twice_who_failed_in_this_walk(void **state)
{
	struct tree_node *n = *state;
	const char *first, *second;
	char message[128];

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" PARENT "\n" OTHER);
	first = asked_of(n, PARENT, OTHER);
	second = strcmp(first, PARENT) == 0 ? OTHER : PARENT;
	node_waits(n, 3 * RETRY_NS);
	assert_string_equal(asked_of(n, PARENT, OTHER), second);
	snprintf(message, sizeof message, "NJOI\n%s\n" THIRD, first);
	node_hears(n, second, message);
	assert_said(n, "to " THIRD " RJOI\n");
}

/* T-7: in the next walk it may have come back. */
static void it_tries_again_in_the_next_walk_who_failed_in_this_one(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" PARENT);
	n->now = monotime_add(n->now, 3 * RETRY_NS);
	node_waits(n, 3 * RETRY_NS + RETRY_NS);
	node_waits(n, 30 * NS_PER_S);
	while (n->member.state != MEMBER_ASKING)
		node_waits(n, NS_PER_S / 8);
	node_hears(n, RDV, "TOOR\n" ROOT);
	node_hears(n, ROOT, "NJOI\n" PARENT);
	assert_said(n, "to " PARENT " RJOI\n");
}

/* T-7: down, and never back up: the list of a child takes the place of its parent's. */
static void a_list_takes_the_place_of_the_one_before(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" PARENT "\n" OTHER);
	node_hears(n, asked_of(n, PARENT, OTHER), "NJOI\n" THIRD);
	assert_said(n, "to " THIRD " RJOI\n");
	node_hears(n, THIRD, "NJOI\n");
	assert_string_equal(state_of(n), "waiting");
}

/* T-7: at random, each with the same chance; a repeated address has no better one. */
static void each_child_of_a_list_is_tried_as_often(void **state)
{
	static const char *const NAMES[] = {PARENT, OTHER, THIRD};
	struct tree_node *n = *state;
	size_t tried[COUNT_OF(NAMES)] = {0};
	const size_t rounds = 3000;

	for (size_t i = 0; i < rounds; i++) {
		node_asks(n, ROOT);
		node_hears(n, ROOT, "NJOI\n" PARENT "\n" OTHER "\n" PARENT "\n" PARENT "\n" THIRD);
		for (size_t j = 0; j < COUNT_OF(NAMES); j++)
			if (strstr(n->said, NAMES[j]))
				tried[j]++;
		node_leaves(n);
	}
	for (size_t j = 0; j < COUNT_OF(NAMES); j++)
		assert_in_range(tried[j], rounds / 3 - 150, rounds / 3 + 150);
}

/* The same of a list that is longer than what is kept of it. */
static void of_a_long_list_the_last_is_tried_as_often_as_the_first(void **state)
{
	struct tree_node *n = *state;
	char message[2048];
	size_t tried[32] = {0};
	const size_t rounds = 16000;

	write_list(message, sizeof message, "NJOI\n", COUNT_OF(tried), "10.7.0.%u 10000\n");
	for (size_t i = 0; i < rounds; i++) {
		struct wire_address candidate;

		node_asks(n, ROOT);
		node_hears(n, ROOT, message);
		candidate = n->member.candidate;
		assert_in_range(candidate.ip[IP_SIZE - 1], 0, COUNT_OF(tried) - 1);
		tried[candidate.ip[IP_SIZE - 1]]++;
		node_leaves(n);
	}
	for (size_t j = 0; j < COUNT_OF(tried); j++)
		assert_in_range(tried[j], rounds / 32 - 120, rounds / 32 + 120);
}

/* Attack: as many lines as there are, from the one who was asked. */
static void a_list_of_10000_lines_is_read_within_bounds(void **state)
{
	struct tree_node *n = *state;
	static const size_t room = 10000 * 24 + 8;
	char *message = malloc(room);

	assert_non_null(message);
	node_asks(n, ROOT);
	write_list(message, room, "NJOI\n", 10000, "10.9.9.9 1%04u\n");
	node_hears(n, ROOT, message);
	assert_int_equal(tree_count(n, "RJOI"), 1);
	assert_int_equal(n->member.candidate_count, CANDIDATES_MAX - 1);
	node_hears(n, ROOT, message); /* it is not asked any more */
	assert_said(n, "");
	free(message);
}

/* Attack: one address, again and again. */
static void a_repeated_address_is_one_candidate(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" OTHER "\n" OTHER "\n" OTHER "\n" OTHER);
	assert_said(n, "to " OTHER " RJOI\n");
	assert_int_equal(n->member.candidate_count, 0);
	node_waits(n, 2 * RETRY_NS);
	n->now = monotime_add(n->now, RETRY_NS);
	member_tick(&n->member, n->now, &n->output);
	assert_string_equal(state_of(n), "waiting");
}

/* Attack: two who send us to each other. */
static void a_walk_in_a_circle_ends(void **state)
{
	struct tree_node *n = *state;
	size_t steps = 0;

	node_asks(n, PARENT);
	while (n->member.state == MEMBER_JOINING && steps++ < 1000) {
		if (steps % 2 == 1)
			node_hears(n, PARENT, "NJOI\n" OTHER);
		else
			node_hears(n, OTHER, "NJOI\n" PARENT);
	}
	assert_string_equal(state_of(n), "waiting");
	assert_in_range(steps, PATH_MAX_LENGTH, WALK_STEPS_MAX + 1);
}

/* T-8: three requests, a second apart; then the next one of the list. */
static void a_silent_candidate_is_asked_three_times(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" OTHER);
	node_waits(n, RETRY_NS - 1);
	assert_said(n, "");
	node_waits(n, 1 + RETRY_NS);
	assert_said(n, "to " OTHER " RJOI\nto " OTHER " RJOI\n");
	n->now = monotime_add(n->now, RETRY_NS);
	member_tick(&n->member, n->now, &n->output);
	assert_true(tree_had_event(n, EVENT_UNREACHABLE));
	assert_string_equal(state_of(n), "waiting");
}

/* The length of the back-off that comes now; -1 if none does. */
static int64_t back_off_after_silence(struct tree_node *n)
{
	while (n->member.state != MEMBER_WAITING) {
		n->now = member_deadline(&n->member);
		member_tick(&n->member, n->now, &n->output);
	}
	return monotime_diff_ns(n->member.due, n->now);
}

/* T-7: uniform in 0 to min(retry x 2^n, refresh, 30 s). */
static void the_back_off_doubles_up_to_30_s(void **state)
{
	static const int64_t MOST_S[] = {1, 2, 4, 8, 16, 30, 30, 30};
	struct tree_node *n = *state;
	int64_t sum[COUNT_OF(MOST_S)] = {0}, longest[COUNT_OF(MOST_S)] = {0};
	const int64_t rounds = 400;

	for (int64_t i = 0; i < rounds; i++) {
		node_begins(n);
		for (size_t j = 0; j < COUNT_OF(MOST_S); j++) {
			int64_t length = back_off_after_silence(n);

			assert_in_range(length, 0, MOST_S[j] * NS_PER_S);
			sum[j] += length;
			if (length > longest[j])
				longest[j] = length;
			n->now = n->member.due;
			member_tick(&n->member, n->now, &n->output);
		}
		node_leaves(n);
		node_becomes_root(n); /* YREG: forgotten */
		node_leaves(n);
	}
	for (size_t j = 0; j < COUNT_OF(MOST_S); j++) {
		assert_in_range(sum[j] / rounds, MOST_S[j] * NS_PER_S * 4 / 10,
				MOST_S[j] * NS_PER_S * 6 / 10);
		assert_true(longest[j] > MOST_S[j] * NS_PER_S * 9 / 10);
	}
}

/* T-7, T-13: no longer than a refresh. */
static void the_back_off_is_no_longer_than_a_refresh(void **state)
{
	struct tree_node *n = *state;

	n->config.timers.refresh_ns = 3 * NS_PER_S;
	node_begins(n);
	for (size_t i = 0; i < 50; i++) {
		assert_in_range(back_off_after_silence(n), 0, 3 * NS_PER_S);
		n->now = n->member.due;
		member_tick(&n->member, n->now, &n->output);
	}
}

/* T-7: forgotten at YJOI. */
static void the_back_off_is_forgotten_once_attached(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	for (size_t i = 0; i < 10; i++) {
		back_off_after_silence(n);
		n->now = n->member.due;
		member_tick(&n->member, n->now, &n->output);
	}
	node_hears(n, RDV, "TOOR\n" ROOT);
	node_hears(n, ROOT, "YJOI\n" ME);
	node_hears(n, ROOT, "LEAV\n");
	assert_in_range(back_off_after_silence(n), 0, RETRY_NS);
}

/* T-7, T-9: a YJOI that is declined forgets nothing. */
static void the_back_off_is_kept_by_a_circle(void **state)
{
	struct tree_node *n = *state;
	int64_t longest = 0;

	node_begins(n);
	for (size_t i = 0; i < 40; i++) {
		if (n->member.state == MEMBER_ASKING)
			node_hears(n, RDV, "TOOR\n" ROOT);
		node_hears(n, ROOT, "YJOI\n" ME "\n" ME);
		assert_string_equal(state_of(n), "waiting");
		if (monotime_diff_ns(n->member.due, n->now) > longest)
			longest = monotime_diff_ns(n->member.due, n->now);
		n->now = n->member.due;
		member_tick(&n->member, n->now, &n->output);
	}
	assert_true(longest > 20 * NS_PER_S);
}

/* T-7: NJOI from one's own parent: the walk goes on with its children, then from the root. */
static void a_parent_that_refuses_sends_us_on(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_waits(n, REFRESH_NS);
	assert_said(n, "to " PARENT " RJOI\n");
	node_hears(n, PARENT, "NJOI\n" OTHER "\n" PARENT);
	assert_said(n, "to " PARENT " LEAV\nto " OTHER " RJOI\n"); /* T-15 */
	assert_true(tree_had_event(n, EVENT_PARENT_LOST));
	node_hears(n, OTHER, "NJOI\n" PARENT); /* it failed in this walk */
	assert_said(n, "");
	assert_string_equal(state_of(n), "waiting");
	node_waits(n, RETRY_NS);
	assert_said(n, "to " RDV " ROOT\n");
}

/* ---- Answers of others than those who were asked ---- */

struct forgery {
	const char *from, *message;
};

static const struct forgery FORGERIES[] = {
	{NEIGHBOUR, "YJOI\n" ME "\n" OTHER},
	{NEIGHBOUR, "YJOI\n"},
	{NEIGHBOUR, "NJOI\n" OTHER},
	{NEIGHBOUR, "NJOI\n"},
	{NEIGHBOUR, "TOOR\n" OTHER},
	{NEIGHBOUR, "TOOR\n" ME},
	{NEIGHBOUR, "TOOR\n"},
	{NEIGHBOUR, "YREG\n"},
	{NEIGHBOUR, "NREG\n"},
	{NEIGHBOUR, "LEAV\n"},
	{NEIGHBOUR, "NDAT\n" OTHER "\npayload"},
	{NEIGHBOUR, "NDAT\n\npayload"},
	{"10.0.0.1 10001", "TOOR\n" OTHER}, /* the RP's host, but not the RP */
	{"10.0.0.1 10001", "NREG\n"},
	{"10.0.0.10 10001", "LEAV\n"}, /* the parent's host */
	{"10.0.0.10 10001", "NJOI\n" OTHER},
	{"10.0.0.10 10001", "YJOI\n" ME "\n" ME},
	{RDV, "LEAV\n"}, /* the RP is neither parent nor child */
	{RDV, "YJOI\n" ME},
	{RDV, "NJOI\n" OTHER},
	{OUTSIDER, "YJOI\n" ME},
	{OUTSIDER, "LEAV\n"},
	{OUTSIDER, "RJOI\n"},
	{OUTSIDER, "DATA\nx"},
};

static uint64_t drops(const struct tree_node *n)
{
	return n->counters.unasked + n->counters.not_allowed + n->counters.origin.input_unknown;
}

/* T-4, T-6, T-14, T-15: nothing from a stranger changes state; all of it is counted. */
static void assert_forgeries_change_nothing(struct tree_node *n)
{
	struct tree_snapshot before;
	uint64_t dropped = drops(n);

	tree_take_snapshot(n, &before);
	for (size_t i = 0; i < COUNT_OF(FORGERIES); i++) {
		node_hears(n, FORGERIES[i].from, FORGERIES[i].message);
		assert_said(n, "");
		assert_int_equal(drops(n), dropped + i + 1);
	}
	assert_unchanged(n, &before);
}

static void forgeries_change_nothing_while_asking(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	assert_forgeries_change_nothing(n);
}

static void forgeries_change_nothing_while_registering(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	node_hears(n, RDV, "TOOR\n");
	assert_forgeries_change_nothing(n);
}

static void forgeries_change_nothing_while_joining(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	assert_forgeries_change_nothing(n);
}

static void forgeries_change_nothing_while_waiting(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_hears(n, PARENT, "NJOI\n");
	assert_string_equal(state_of(n), "waiting");
	assert_forgeries_change_nothing(n);
}

static void forgeries_change_nothing_while_attached(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_waits(n, REFRESH_NS); /* a refresh is under way, too */
	assert_forgeries_change_nothing(n);
}

static void forgeries_change_nothing_at_the_root(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_waits(n, REFRESH_NS);
	assert_forgeries_change_nothing(n);
}

/* T-4, T-5: the RP's own answers, to what was not asked. */
static void answers_of_the_rdv_that_nobody_asked_for_change_nothing(void **state)
{
	struct tree_node *n = *state;
	struct tree_snapshot before;

	node_asks(n, PARENT);
	tree_take_snapshot(n, &before);
	node_hears(n, RDV, "TOOR\n" OTHER); /* twice in the network */
	node_hears(n, RDV, "NREG\n");
	assert_said(n, "");
	assert_int_equal(n->counters.unasked, 2);
	assert_unchanged(n, &before);
}

/* Answers that come twice: the second one is nobody's. */
static void a_second_refusal_of_a_candidate_changes_nothing(void **state)
{
	struct tree_node *n = *state;
	struct tree_snapshot before;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" PARENT);
	tree_take_snapshot(n, &before);
	node_hears(n, ROOT, "NJOI\n" OTHER);
	assert_said(n, "");
	assert_unchanged(n, &before);
	node_hears(n, PARENT, "YJOI\n" ME "\n" ROOT);
	assert_string_equal(state_of(n), "attached");
}

/* Ourselves, by our own address: a loop, or a forgery. */
static void what_comes_from_ourselves_is_dropped(void **state)
{
	static const char *const OWN[] = {ME, ME_ELSEWHERE, ME_LOCALLY, ME_6};
	static const char *const MESSAGES[] = {"RJOI\n", "YJOI\n", "DATA\nx", "LEAV\n", "STAT\n"};
	struct tree_node *n = *state;
	struct tree_snapshot before;

	node_becomes_root(n);
	tree_take_snapshot(n, &before);
	for (size_t i = 0; i < COUNT_OF(OWN); i++) {
		for (size_t j = 0; j < COUNT_OF(MESSAGES); j++) {
			node_hears(n, OWN[i], MESSAGES[j]);
			assert_said(n, "");
		}
	}
	assert_int_equal(n->counters.not_allowed, COUNT_OF(OWN) * COUNT_OF(MESSAGES));
	assert_unchanged(n, &before);
}

/* T-9, T-11: a root that took in the address by which others see it would hear its own DATA, and
 * copy it to itself, for ever. */
static void the_address_that_others_see_is_no_child(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_hears(n, PARENT, "YJOI\n10.8.8.8 4444\n");
	node_hears(n, PARENT, "LEAV\n");
	node_hears(n, RDV, "TOOR\n");
	node_hears(n, RDV, "YREG\n");
	assert_string_equal(state_of(n), "root");
	node_hears(n, "10.8.8.8 4444", "RJOI\n");
	assert_said(n, "");
	assert_int_equal(n->member.children.count, 0);
	node_hears(n, CHILD_1, "RJOI\n");
	node_hears(n, "10.8.8.8 4444", "RJOI\n");
	assert_said(n, "to 10.8.8.8 4444 NJOI\n" CHILD_1 "\n");
}

/* Attack: a candidate that says that we are the RP, or the root, would make us deaf to them. */
static void who_we_are_is_said_by_a_liar_and_set_right(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_hears(n, PARENT, "YJOI\n" RDV);
	node_hears(n, PARENT, "LEAV\n");
	node_hears(n, RDV, "TOOR\n" OTHER);
	assert_said(n, "to " OTHER " RJOI\n");
	node_hears(n, OTHER, "YJOI\n" ROOT);
	node_hears(n, OTHER, "LEAV\n");
	node_hears(n, RDV, "TOOR\n" ROOT);
	assert_said(n, "to " RDV " RREG\n");
	node_hears(n, RDV, "NREG\n");
	node_hears(n, RDV, "TOOR\n" ROOT);
	assert_said(n, "to " ROOT " RJOI\n");
}

/* T-14: those whom we deal with are heard wherever they are. */
static void a_candidate_and_parent_elsewhere_is_accepted(void **state)
{
	struct tree_node *n = *state;

	n->config.rendezvous = n->member.origin.rendezvous = tree_address("198.51.100.1 10000");
	node_begins(n);
	node_hears(n, "198.51.100.1 10000", "TOOR\n" OUTSIDER);
	assert_said(n, "to " OUTSIDER " RJOI\n");
	node_hears(n, OUTSIDER, "YJOI\n" ME);
	assert_string_equal(state_of(n), "attached");
	node_hears(n, OUTSIDER, "DATA\nx");
	assert_said(n, "deliver x\n");
	node_hears(n, OUTSIDER, "LEAV\n");
	assert_said(n, "to 198.51.100.1 10000 ROOT\n");
	assert_int_equal(n->counters.not_allowed, 0);
	node_hears(n, OUTSIDER, "RJOI\n"); /* not any more */
	assert_int_equal(n->counters.not_allowed, 1);
}

/* T-14: others get nothing, whatever they send, and each is told to the user. */
static void those_not_admitted_get_no_answer(void **state)
{
	static const char *const MESSAGES[] = {"RJOI\n",    "DATA\nx", "LEAV\n",
					       "NDAT\n\nx", "ROOT\n",  "STAT\n....................",
					       "garbage!",  "WHAT\n"};
	struct tree_node *n = *state;
	struct tree_snapshot before;

	node_attaches(n);
	tree_take_snapshot(n, &before);
	for (size_t i = 0; i < COUNT_OF(MESSAGES); i++) {
		node_hears(n, OUTSIDER, MESSAGES[i]);
		assert_said(n, "");
		assert_true(tree_had_event(n, EVENT_NOT_ALLOWED));
		assert_int_equal(n->counters.not_allowed, i + 1);
	}
	assert_unchanged(n, &before);
}

/* ---- T-8: the refresh ---- */

/* T-8 */
static void a_child_asks_its_parent_every_120_s(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	for (size_t i = 0; i < 3; i++) {
		node_waits(n, REFRESH_NS - 1);
		assert_said(n, "");
		node_waits(n, 1);
		assert_said(n, "to " PARENT " RJOI\n");
		node_hears(n, PARENT, "YJOI\n" ME "\n" ROOT);
		assert_said(n, "");
	}
	assert_int_equal(n->counters.parents, 1);
	assert_int_equal(n->counters.walks, 1);
}

/* T-8: three unanswered in a row, and it walks. */
static void a_silent_parent_is_left_after_three_requests(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_waits(n, REFRESH_NS + 2 * RETRY_NS);
	assert_said(n, "to " PARENT " RJOI\nto " PARENT " RJOI\nto " PARENT " RJOI\n");
	node_waits(n, RETRY_NS - 1);
	assert_said(n, "");
	node_waits(n, 1);
	assert_said(n, "to " PARENT " LEAV\nto " RDV " ROOT\n"); /* T-15 */
	assert_true(tree_had_event(n, EVENT_UNREACHABLE));
	assert_string_equal(state_of(n), "asking");
}

/* T-8: in a row: one answer is enough, and the counting starts anew. */
static void one_answer_of_three_keeps_the_parent(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_waits(n, REFRESH_NS + 2 * RETRY_NS);
	node_hears(n, PARENT, "YJOI\n" ME "\n" ROOT);
	node_waits(n, REFRESH_NS + 2 * RETRY_NS);
	assert_int_equal(tree_count(n, "RJOI"), 3);
	assert_string_equal(state_of(n), "attached");
}

/* T-13 */
static void the_timers_are_as_they_were_set(void **state)
{
	struct tree_node *n = *state;

	n->config.timers = (struct timers){
		.refresh_ns = NS_PER_S / 2,
		.hold_ns = NS_PER_S,
		.retry_ns = NS_PER_S / 10,
		.cache_ns = NS_PER_S,
	};
	node_attaches(n);
	node_waits(n, NS_PER_S / 2 - 1);
	assert_said(n, "");
	node_waits(n, 1);
	assert_said(n, "to " PARENT " RJOI\n");
	node_waits(n, 3 * (NS_PER_S / 10));
	assert_said(n, "to " PARENT " RJOI\nto " PARENT " RJOI\nto " PARENT " LEAV\nto " RDV
		       " ROOT\n");
}

/* T-5, T-8: a tick that comes late does the work of one, not of all that were missed. */
static void a_late_tick_sends_one_request(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	n->now = monotime_add(n->now, 10 * REFRESH_NS);
	node_waits(n, 0);
	assert_said(n, "to " PARENT " RJOI\n");
	assert_string_equal(state_of(n), "attached");
}

/* ---- T-9: the root path ---- */

/* T-9: first line: who we are to the sender; then its path, without itself. */
static void yjoi_tells_who_we_are_and_who_is_above(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_hears(n, PARENT, "YJOI\n203.0.113.5 4444\n" OTHER "\n" ROOT);
	assert_address(&n->member.seen_as, "203.0.113.5 4444");
	assert_int_equal(n->member.path_length, 3);
	assert_address(&n->member.path[0], PARENT);
	assert_address(&n->member.path[1], OTHER);
	assert_address(&n->member.path[2], ROOT);
}

/* Nodes of other implementations say YJOI without a body: all that is known is the parent. */
static void a_yjoi_without_a_body_is_enough(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_hears(n, PARENT, "YJOI");
	assert_string_equal(state_of(n), "attached");
	assert_int_equal(n->member.path_length, 1);
}

/* "YJOI", who we are, and a path of `length` in which `self` stands at `place`. */
static void write_path(char *message, size_t room, const char *seen_as, const char *self,
		       size_t place, size_t length)
{
	size_t size = (size_t)snprintf(message, room, "YJOI\n%s", seen_as);

	for (size_t i = 0; i < length; i++) {
		char entry[64];

		snprintf(entry, sizeof entry, "10.7.0.%u 10000", (unsigned)i + 1);
		size += (size_t)snprintf(message + size, room - size, "\n%s",
					 i == place ? self : entry);
	}
	assert_true(size < room);
}

enum { NOWHERE = PATH_MAX_LENGTH };

/* Attack, and T-9: who finds itself in it must not attach: by whatever address, at every place. */
static void a_path_that_names_us_is_declined(void **state)
{
	static const char *const SELVES[] = {ME, ME_ELSEWHERE, ME_LOCALLY, ME_6,
					     "203.0.113.5 4444"};
	struct tree_node *n = *state;
	char message[2048];

	for (size_t i = 0; i < COUNT_OF(SELVES); i++) {
		for (size_t place = 0; place < PATH_MAX_LENGTH - 1; place++) {
			uint64_t circles = n->counters.circles;

			node_asks(n, PARENT);
			write_path(message, sizeof message, "203.0.113.5 4444", SELVES[i], place,
				   PATH_MAX_LENGTH - 1);
			node_hears(n, PARENT, message);
			assert_said(n, "to " PARENT " LEAV\n"); /* T-15 */
			assert_true(tree_had_event(n, EVENT_DECLINED));
			assert_int_equal(n->counters.circles, circles + 1);
			assert_string_equal(state_of(n), "waiting");
			node_leaves(n);
		}
	}
}

/* T-9: another node on our host, or behind our NAT, is not us. */
static void our_host_with_another_port_is_not_us(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_hears(n, PARENT, "YJOI\n203.0.113.5 4444\n10.0.0.2 10009\n203.0.113.5 4445\n" ROOT);
	assert_string_equal(state_of(n), "attached");
}

/* T-9: and if attached leaves and walks. */
static void a_path_that_comes_to_name_us_ends_the_attachment(void **state)
{
	static const char *const SELVES[] = {ME, ME_ELSEWHERE, "203.0.113.5 4444"};
	struct tree_node *n = *state;
	char message[2048];

	for (size_t i = 0; i < COUNT_OF(SELVES); i++) {
		for (size_t place = 0; place < PATH_MAX_LENGTH - 1; place++) {
			node_attaches(n);
			write_path(message, sizeof message, "203.0.113.5 4444", SELVES[i], place,
				   PATH_MAX_LENGTH - 1);
			node_hears(n, PARENT, message);
			assert_said(n, "to " PARENT " LEAV\nto " RDV " ROOT\n");
			assert_int_equal(n->member.path_length, 0);
			node_leaves(n);
		}
	}
}

/* T-9: at most 32 entries, the parent among them; a longer path is a cycle. */
static void a_path_of_32_entries_is_taken_and_one_of_33_is_not(void **state)
{
	struct tree_node *n = *state;
	char message[2048];

	node_asks(n, PARENT);
	write_path(message, sizeof message, ME, "", NOWHERE, PATH_MAX_LENGTH - 1);
	node_hears(n, PARENT, message);
	assert_string_equal(state_of(n), "attached");
	assert_int_equal(n->member.path_length, 32);

	write_path(message, sizeof message, ME, "", NOWHERE, PATH_MAX_LENGTH);
	node_hears(n, PARENT, message);
	assert_said(n, "to " PARENT " LEAV\nto " RDV " ROOT\n");
	node_hears(n, RDV, "TOOR\n" OTHER);
	node_hears(n, OTHER, message);
	assert_said(n, "to " OTHER " LEAV\n");
	assert_int_equal(n->counters.circles, 2);
}

/* T-9: news of the path is acknowledged with RJOI, or it would come again. */
static void news_of_the_path_is_acknowledged(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_waits(n, SECOND_WORD_NS);
	node_hears(n, PARENT, "YJOI\n" ME "\n" OTHER "\n" ROOT);
	assert_said(n, "to " PARENT " RJOI\n");
	assert_int_equal(n->member.path_length, 3);
	node_hears(n, PARENT, "YJOI\n" ME "\n" OTHER "\n" ROOT);
	assert_said(n, "");
	node_waits(n, REFRESH_NS - 1);
	assert_said(n, "");
}

/* Once a second is enough, whatever a parent sends. */
static void news_of_the_path_is_acknowledged_once_a_second(void **state)
{
	struct tree_node *n = *state;

	n->now = (struct monotime){3600 * NS_PER_S};
	node_attaches(n);
	for (size_t i = 0; i < 20; i++) {
		node_hears(n, PARENT, i % 2 ? "YJOI\n" ME "\n" OTHER : "YJOI\n" ME "\n" ROOT);
		assert_said(n, "");
	}
	node_waits(n, SECOND_WORD_NS);
	assert_said(n, "to " PARENT " RJOI\n");
}

/* A YJOI from before a change that comes after it: the next answer sets it right. */
static void an_old_path_that_comes_late_is_set_right(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_waits(n, SECOND_WORD_NS);
	node_hears(n, PARENT, "YJOI\n" ME "\n" OTHER); /* the news */
	assert_said(n, "to " PARENT " RJOI\n");
	node_hears(n, PARENT, "YJOI\n" ME "\n" ROOT); /* overtaken */
	assert_address(&n->member.path[1], ROOT);
	node_hears(n, PARENT, "YJOI\n" ME "\n" OTHER); /* the answer */
	assert_int_equal(n->member.path_length, 2);
	assert_address(&n->member.path[1], OTHER);
}

/* ---- T-15: parting ---- */

/* T-15: when a node stops: to the RP, to the parent and to the children. */
static void a_member_that_stops_tells_everybody(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_hears_at(n, AT_ME_ELSEWHERE, CHILD_2, "RJOI\n");
	node_leaves(n);
	assert_said(n, "to " RDV " LEAV\nto " PARENT " LEAV\nto " CHILD_1 " LEAV\nto " CHILD_2
		       " from 10.1.0.2 LEAV\n");
	assert_int_equal(member_deadline(&n->member).ns, INT64_MAX);
	node_leaves(n);
	assert_said(n, "");
}

static void a_child_of_the_root_that_stops_tells_the_root(void **state)
{
	struct tree_node *n = *state;
	struct wire_address parent;

	node_attaches_to(n, ROOT, "");
	parent = member_parent(&n->member);
	assert_address(&parent, ROOT);
	node_leaves(n);
	assert_said(n, "to " RDV " LEAV\nto " ROOT " LEAV\n");
}

/* T-15: the candidate may have taken us in, and its YJOI be under way. */
static void a_member_that_stops_tells_the_candidate(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_leaves(n);
	assert_said(n, "to " RDV " LEAV\nto " PARENT " LEAV\n");
}

static void a_root_that_stops_tells_the_rdv_and_its_children(void **state)
{
	struct tree_node *n = *state;

	node_becomes_root(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_leaves(n);
	assert_said(n, "to " RDV " LEAV\nto " CHILD_1 " LEAV\n");
}

/* T-15: the children of one that stops are orphans at once. */
static void a_parent_that_leaves_makes_an_orphan(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_hears(n, PARENT, "LEAV\n");
	assert_said(n, "to " CHILD_1 " YJOI\n" CHILD_1 "\nto " RDV " ROOT\n"); /* no LEAV back */
	assert_true(tree_had_event(n, EVENT_PARENT_LOST));
	assert_int_equal(n->member.children.count, 1);
	node_hears(n, PARENT, "LEAV\n"); /* twice in the network */
	assert_said(n, "");
	assert_int_equal(n->counters.unasked, 1);
}

/* T-15: a YJOI that is declined, because we went elsewhere meanwhile. */
static void a_late_yes_is_declined(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" PARENT);
	node_hears(n, ROOT, "YJOI\n" ME); /* its answer to a request that came twice */
	assert_said(n, "to " ROOT " LEAV\n");
	assert_string_equal(state_of(n), "joining");
	node_hears(n, PARENT, "YJOI\n" ME "\n" ROOT);
	node_hears(n, ROOT, "YJOI\n" ME);
	assert_said(n, "to " ROOT " LEAV\n");
	assert_string_equal(state_of(n), "attached");
}

/* T-15: our request, sent again, overtaken by our LEAV: the parent has taken us in anew. */
static void a_yes_that_crosses_our_leav_is_declined(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_waits(n, REFRESH_NS + 3 * RETRY_NS);
	assert_int_equal(tree_count(n, "to " PARENT " LEAV"), 1);
	node_hears(n, PARENT, "YJOI\n" ME "\n" ROOT);
	assert_said(n, "to " PARENT " LEAV\n");
}

/* T-1: the parent knows us by the address at which its YJOI arrives. */
static void a_decline_leaves_from_where_the_yes_arrived(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_hears(n, ROOT, "NJOI\n" PARENT);
	node_hears_at(n, AT_ME_ELSEWHERE, ROOT, "YJOI\n10.1.0.2 10000");
	assert_said(n, "to " ROOT " from 10.1.0.2 LEAV\n");
	node_hears_at(n, AT_ME_ELSEWHERE, PARENT, "YJOI\n10.1.0.2 10000\n10.1.0.2 10000");
	assert_said(n, "to " PARENT " from 10.1.0.2 LEAV\n");
}

/* T-15: as many as there is room for, the latest of them; the one asked just now is one. */
static void a_late_yes_of_the_last_seven_is_declined(void **state)
{
	struct tree_node *n = *state;
	char from[32], message[64];

	node_asks(n, "10.7.0.0 10000");
	for (unsigned i = 0; i < 12; i++) {
		n->now = monotime_add(n->now, NS_PER_MS);
		snprintf(from, sizeof from, "10.7.0.%u 10000", i);
		snprintf(message, sizeof message, "NJOI\n10.7.0.%u 10000", i + 1);
		node_hears(n, from, message);
	}
	for (unsigned i = 0; i < 12; i++) {
		snprintf(from, sizeof from, "10.7.0.%u 10000", i);
		node_hears(n, from, "YJOI\n" ME);
		assert_int_equal(tree_count(n, "LEAV"), i < 12 - (ACQUAINTANCES_MAX - 1) ? 0 : 1);
	}
}

/* After the hold time it is nobody to us, and so gets no answer. */
static void a_very_late_yes_is_only_counted(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_waits(n, HOLD_NS);
	node_hears(n, ROOT, "YJOI\n" ME);
	assert_said(n, "");
	assert_int_equal(n->counters.unasked, 1);
}

/* What comes after it has left, and before it has begun. */
static void an_idle_member_does_nothing(void **state)
{
	static const char *const MESSAGES[] = {"YREG\n", "TOOR\n", "DATA\nx", "RJOI\n", "YJOI\n"};
	struct tree_node *n = *state;
	struct tree_snapshot before;

	for (size_t round = 0; round < 2; round++) {
		tree_take_snapshot(n, &before);
		for (size_t i = 0; i < COUNT_OF(MESSAGES); i++) {
			node_hears(n, RDV, MESSAGES[i]);
			assert_said(n, "");
			node_hears(n, PARENT, MESSAGES[i]);
			assert_said(n, "");
		}
		node_waits(n, 3600 * NS_PER_S);
		assert_said(n, "");
		assert_unchanged(n, &before);
		if (round == 0) {
			node_attaches(n);
			node_leaves(n);
		}
	}
}

/* One seed, one run (STYLE: the simulator depends on it). */
static void one_seed_gives_one_run(void **state)
{
	struct tree_node *n = *state;
	struct wire_address first[20];

	for (size_t round = 0; round < 2; round++) {
		member_init(&n->member, &n->config, &n->own, 42, n->ring, RING_SIZE, &n->counters);
		for (size_t i = 0; i < COUNT_OF(first); i++) {
			node_asks(n, ROOT);
			node_hears(n, ROOT, "NJOI\n" PARENT "\n" OTHER "\n" THIRD);
			if (round == 0)
				first[i] = n->member.candidate;
			assert_memory_equal(&first[i], &n->member.candidate, sizeof first[i]);
			node_leaves(n);
		}
	}
}

/* T-1: one tree, one family. */
static void a_root_path_of_the_other_family_is_declined(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, PARENT);
	node_hears(n, PARENT, "YJOI\n" ME "\n2001:db8::1 10000");
	assert_int_equal(tree_count(n, "to " PARENT " LEAV\n"), 1);
	assert_int_not_equal(n->member.state, MEMBER_ATTACHED);
	assert_int_equal(n->member.path_length, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_root_path_of_the_other_family_is_declined,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(answers_are_understood_in_all_their_forms,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(malformed_and_unknown_messages_are_counted,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(what_a_node_is_never_asked_is_counted, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_first_member_becomes_the_root, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_member_that_is_named_itself_registers, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_member_behind_nat_knows_itself_as_root,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(an_address_that_is_anothers_now_is_forgotten,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(addresses_of_another_family_are_not_tried,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(after_nreg_it_asks_again, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_contrary_rdv_is_not_asked_for_ever, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(an_attached_member_gives_a_registration_back,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_joining_member_gives_a_late_registration_back,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(the_root_registers_every_120_s, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_root_refused_at_a_refresh_rejoins, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_refusal_nobody_asked_for_deposes_no_root,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_root_stays_root_while_the_rdv_is_silent,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_silent_rdv_is_asked_three_times, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_registration_is_asked_for_three_times, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(walks_from_the_root_to_a_parent, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(it_never_tries_itself, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_list_of_only_ourselves_ends_the_walk, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(an_empty_list_ends_the_walk, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(
			it_never_tries_an_address_it_has_since_learned_to_be_its_own, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(it_never_tries_twice_who_failed_in_this_walk,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(
			it_tries_again_in_the_next_walk_who_failed_in_this_one, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(a_list_takes_the_place_of_the_one_before,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(each_child_of_a_list_is_tried_as_often, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(
			of_a_long_list_the_last_is_tried_as_often_as_the_first, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(a_list_of_10000_lines_is_read_within_bounds,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_repeated_address_is_one_candidate, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_walk_in_a_circle_ends, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_silent_candidate_is_asked_three_times, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_back_off_doubles_up_to_30_s, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_back_off_is_no_longer_than_a_refresh,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(the_back_off_is_forgotten_once_attached, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_back_off_is_kept_by_a_circle, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_parent_that_refuses_sends_us_on, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(forgeries_change_nothing_while_asking, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(forgeries_change_nothing_while_registering,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(forgeries_change_nothing_while_joining, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(forgeries_change_nothing_while_waiting, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(forgeries_change_nothing_while_attached, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(forgeries_change_nothing_at_the_root, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(
			answers_of_the_rdv_that_nobody_asked_for_change_nothing, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(a_second_refusal_of_a_candidate_changes_nothing,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(what_comes_from_ourselves_is_dropped, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_address_that_others_see_is_no_child, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(who_we_are_is_said_by_a_liar_and_set_right,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_candidate_and_parent_elsewhere_is_accepted,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(those_not_admitted_get_no_answer, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_child_asks_its_parent_every_120_s, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_silent_parent_is_left_after_three_requests,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(one_answer_of_three_keeps_the_parent, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_timers_are_as_they_were_set, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_late_tick_sends_one_request, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(yjoi_tells_who_we_are_and_who_is_above, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_yjoi_without_a_body_is_enough, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_path_that_names_us_is_declined, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(our_host_with_another_port_is_not_us, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_path_that_comes_to_name_us_ends_the_attachment,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_path_of_32_entries_is_taken_and_one_of_33_is_not,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(news_of_the_path_is_acknowledged, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(news_of_the_path_is_acknowledged_once_a_second,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(an_old_path_that_comes_late_is_set_right,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_member_that_stops_tells_everybody, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_child_of_the_root_that_stops_tells_the_root,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_member_that_stops_tells_the_candidate, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_root_that_stops_tells_the_rdv_and_its_children,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_parent_that_leaves_makes_an_orphan, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_late_yes_is_declined, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_yes_that_crosses_our_leav_is_declined, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_decline_leaves_from_where_the_yes_arrived,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_late_yes_of_the_last_seven_is_declined,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_very_late_yes_is_only_counted, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(an_idle_member_does_nothing, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(one_seed_gives_one_run, tree_setup, tree_teardown),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
