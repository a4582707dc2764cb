/* Where payloads enter the tree: who the root is, and what becomes of a payload that comes back. */

#include "tree.h"

#include <stdio.h>

/* Attached, and its payloads go to ROOT. */
static void begin_to_send(struct tree_node *n)
{
	node_attaches(n);
	node_offers(n, "first", 0);
	assert_said(n, "to " RDV " ROOT\nhold first\n");
	node_hears(n, RDV, "TOOR\n" ROOT);
	assert_said(n, "release\n");
	node_offers(n, "first", 0);
	assert_said(n, "copy first to " ROOT "\n");
}

static void find_root(struct tree_node *n, const char *root)
{
	char message[64];

	snprintf(message, sizeof message, "TOOR\n%s", root);
	node_hears(n, RDV, message);
	assert_said(n, "release\n");
}

/* ---- T-10: the root's address ---- */

/* T-10: the RP is asked; while no root is known, payloads wait. */
static void the_rdv_is_asked_who_the_root_is(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_offers(n, "one", 0);
	assert_said(n, "to " RDV " ROOT\nhold one\n");
	node_offers(n, "two", 0); /* it is asked once */
	assert_said(n, "hold two\n");
	assert_int_equal(n->counters.origin.input_held, 2);
	node_hears(n, RDV, "TOOR\n" ROOT);
	assert_said(n, "release\n");
	assert_true(tree_had_event(n, EVENT_ROOT_FOUND));
	node_offers(n, "one", 0);
	assert_said(n, "copy one to " ROOT "\n");
	assert_int_equal(n->output.fate, FATE_SENT);
	assert_int_equal(n->counters.origin.input_sent, 1);
}

/* T-10: to the root as the RP names it, even if our path ends elsewhere. */
static void a_payload_goes_to_the_root_of_the_rdv(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_offers(n, "x", 0);
	find_root(n, OTHER);
	node_offers(n, "x", 0);
	assert_said(n, "copy x to " OTHER "\n");
}

/* An orphan's payloads need no parent. */
static void an_orphan_sends_to_a_root_that_it_knows(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_offers(n, "x", 0);
	assert_said(n, "to " RDV " ROOT\nhold x\n");
	find_root(n, ROOT);
	node_offers(n, "x", 0);
	assert_said(n, "copy x to " ROOT "\n");
}

/* T-10: may be remembered for 60 s; then payloads wait until it is known again. */
static void the_root_is_remembered_for_60_s(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_waits(n, CACHE_NS - 1);
	assert_said(n, ""); /* nothing to send, nothing to ask */
	node_offers(n, "x", 0);
	assert_int_equal(tree_count(n, "copy x to " ROOT), 1);
	node_waits(n, 1);
	node_offers(n, "x", 0);
	assert_said(n, "hold x\n");
	node_hears(n, RDV, "TOOR\n" OTHER);
	node_offers(n, "x", 0);
	assert_said(n, "copy x to " OTHER "\n");
}

/* T-10: a steady flow asks ahead of time, and never waits. */
static void a_steady_flow_does_not_wait_for_the_rdv(void **state)
{
	struct tree_node *n = *state;
	size_t asked = 0;

	begin_to_send(n);
	for (size_t i = 0; i < 100; i++) {
		node_waits(n, NS_PER_S);
		node_offers(n, "x", 0);
		assert_int_equal(tree_count(n, "copy x to " ROOT), 1);
		if (tree_count(n, "to " RDV " ROOT\n") == 1) {
			find_root(n, ROOT);
			asked++;
		}
	}
	assert_int_equal(asked, 2); /* every 45 s */
}

/* T-13: --cache */
static void the_cache_time_is_as_it_was_set(void **state)
{
	struct tree_node *n = *state;

	n->config.timers.cache_ns = NS_PER_S / 2;
	begin_to_send(n);
	node_waits(n, NS_PER_S / 2 - 1);
	node_offers(n, "x", 0);
	assert_int_equal(tree_count(n, "copy x to " ROOT), 1);
	node_waits(n, 1);
	node_offers(n, "x", 0);
	assert_said(n, "hold x\n");
}

/* T-8, T-10: asked again every second, as long as something waits. */
static void the_rdv_is_asked_until_it_answers(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_offers(n, "x", 0);
	node_hears(n, RDV, "TOOR\n");
	node_waits(n, RETRY_NS - 1);
	assert_said(n, "");
	node_waits(n, 1);
	assert_said(n, "to " RDV " ROOT\n");
	node_waits(n, 8 * RETRY_NS);
	assert_int_equal(tree_count(n, "to " RDV " ROOT\n"), 8);
	assert_int_equal(tree_count(n, "release"), 0);
	find_root(n, ROOT);
	node_waits(n, 8 * RETRY_NS);
	assert_said(n, "");
}

/* T-10: while the RP is silent the last known root stays in use, which is the end of the root path
 * for one that has never sent. */
static void a_silent_rdv_leaves_the_end_of_the_root_path(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_offers(n, "x", 0);
	assert_said(n, "to " RDV " ROOT\nhold x\n");
	node_waits(n, 3 * RETRY_NS - 1);
	assert_int_equal(tree_count(n, "release"), 0);
	node_waits(n, 1);
	assert_int_equal(tree_count(n, "release"), 1);
	node_offers(n, "x", 0);
	assert_said(n, "copy x to " ROOT "\n");
}

/* T-10: while the RP is silent the last known root stays in use. */
static void while_the_rdv_is_silent_the_last_root_stays_in_use(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	member_unreachable(&n->member, &(struct wire_address){.port = 1}); /* somebody else */
	node_offers(n, "x", 0);
	assert_said(n, "copy x to " ROOT "\n");
	node_hears(n, PARENT, "YJOI\n" ME "\n" THIRD "\n" ROOT); /* another path: forgotten */
	node_offers(n, "x", 0);
	assert_int_equal(tree_count(n, "hold x"), 1);
	node_waits(n, 3 * RETRY_NS - 1);
	assert_int_equal(tree_count(n, "release"), 0);
	node_waits(n, 1);
	assert_int_equal(tree_count(n, "release"), 1);
	node_offers(n, "x", 0);
	assert_said(n, "copy x to " ROOT "\n");
}

/* T-10: not while it says 'none'. */
static void while_the_rdv_says_none_payloads_wait(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_waits(n, CACHE_NS - 1);
	node_offers(n, "x", 0);
	assert_said(n, "to " RDV " ROOT\ncopy x to " ROOT "\n");
	node_hears(n, RDV, "TOOR\n");
	assert_said(n, "");
	node_offers(n, "x", 0);
	assert_said(n, "hold x\n");
	for (size_t i = 0; i < 10; i++) {
		node_waits(n, RETRY_NS);
		assert_said(n, "to " RDV " ROOT\n");
		node_hears(n, RDV, "TOOR\n");
		assert_said(n, "");
	}
	node_waits(n, 10 * RETRY_NS); /* and then is silent: there is no last one to be used */
	assert_int_equal(tree_count(n, "release"), 0);
	find_root(n, OTHER);
}

/* T-4, T-10: named ourselves, we are not the root, and send nothing to ourselves. */
static void a_root_that_is_ourselves_is_none(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_offers(n, "x", 0);
	node_hears(n, RDV, "TOOR\n" ME);
	assert_said(n, "to " RDV " LEAV\n");
	node_offers(n, "x", 0);
	assert_said(n, "hold x\n");
}

/* T-10: an ICMP error from it. */
static void the_root_is_forgotten_at_an_icmp_error(void **state)
{
	struct tree_node *n = *state;
	struct wire_address root = tree_address(ROOT);

	begin_to_send(n);
	member_unreachable(&n->member, &root);
	node_offers(n, "x", 0);
	assert_said(n, "to " RDV " ROOT\nhold x\n");
}

/* T-10: an unanswered RJOI to it, of a child. */
static void the_root_is_forgotten_when_a_refresh_is_not_answered(void **state)
{
	struct tree_node *n = *state;

	node_attaches_to(n, ROOT, "");
	node_waits(n, REFRESH_NS - NS_PER_S);
	node_offers(n, "x", 0);
	find_root(n, ROOT);
	node_waits(n, NS_PER_S);
	assert_said(n, "to " ROOT " RJOI\n");
	node_offers(n, "x", 0);
	assert_said(n, "copy x to " ROOT "\n");
	node_waits(n, RETRY_NS); /* now it is unanswered */
	node_offers(n, "x", 0);
	assert_said(n, "to " RDV " ROOT\nhold x\n");
}

/* T-10: and of one who asks to be a child. */
static void the_root_is_forgotten_when_a_join_is_not_answered(void **state)
{
	struct tree_node *n = *state;

	node_asks(n, ROOT);
	node_offers(n, "x", 0);
	find_root(n, ROOT);
	node_waits(n, RETRY_NS);
	node_offers(n, "x", 0);
	assert_said(n, "to " RDV " ROOT\nhold x\n");
}

/* T-10: a change of the root path. */
static void the_root_is_forgotten_when_the_path_changes(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_hears(n, PARENT, "YJOI\n" ME "\n" ROOT); /* no change */
	node_offers(n, "x", 0);
	assert_said(n, "copy x to " ROOT "\n");
	node_hears(n, PARENT, "YJOI\n" ME "\n" OTHER);
	node_offers(n, "x", 0);
	assert_int_equal(tree_count(n, "to " RDV " ROOT\n"), 1);
	assert_int_equal(tree_count(n, "hold x"), 1);
}

/* T-10: who becomes root sends what is held itself. */
static void what_is_held_is_released_at_the_new_root(void **state)
{
	struct tree_node *n = *state;

	node_begins(n);
	node_offers(n, "x", 0);
	assert_said(n, "to " RDV " ROOT\nhold x\n");
	node_hears(n, RDV, "TOOR\n");
	node_hears(n, RDV, "YREG\n");
	assert_said(n, "release\n");
	node_offers(n, "x", 0);
	assert_said(n, "deliver x\n");
	node_waits(n, REFRESH_NS - 1);
	assert_said(n, ""); /* and asks nobody who the root is */
}

/* ---- T-11: NDAT ---- */

/* T-11: the origin asks the RP and sends that payload again. */
static void a_refused_payload_is_sent_again(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_offers(n, "hello", 0);
	node_hears(n, ROOT, "NDAT\n" OTHER "\nhello");
	assert_said(n, "to " RDV " ROOT\nhold hello (1)\n");
	assert_int_equal(n->counters.origin.input_refused, 1);
	find_root(n, OTHER);
	node_offers(n, "hello", 1);
	assert_said(n, "copy hello to " OTHER "\n");
}

/* T-10, T-11: the root that NDAT names is only a hint: the RP decides; it counts if the RP is
 * silent. */
static void the_root_of_ndat_is_used_if_the_rdv_is_silent(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_offers(n, "hello", 0);
	node_hears(n, ROOT, "NDAT\n" OTHER "\nhello");
	node_waits(n, 3 * RETRY_NS);
	assert_int_equal(tree_count(n, "release"), 1);
	node_offers(n, "hello", 1);
	assert_said(n, "copy hello to " OTHER "\n");
}

/* The hint is ourselves: one who took us for the root while we were it. */
static void the_root_of_ndat_is_never_ourselves(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_offers(n, "hello", 0);
	node_hears(n, ROOT, "NDAT\n" ME "\nhello");
	assert_said(n, "to " RDV " ROOT\nhold hello (1)\n");
	node_waits(n, 3 * RETRY_NS);
	node_offers(n, "hello", 1);
	assert_said(n, "to " RDV " ROOT\nhold hello (1)\n");
	node_waits(n, 10 * RETRY_NS);
	node_offers(n, "hello", 1);
	assert_said(n, "copy hello to " ROOT "\n"); /* the end of the root path */
}

/* T-10, T-11: nor a child, which would take it for what comes down to it from its parent. */
static void a_root_that_is_a_child_of_ours_is_none(void **state)
{
	struct tree_node *n = *state;

	node_attaches(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_offers(n, "hello", 0);
	node_hears(n, RDV, "TOOR\n" CHILD_1);
	assert_said(n, "");
	node_offers(n, "hello", 0);
	assert_said(n, "hold hello\n");
	find_root(n, CHILD_2);
	node_hears(n, CHILD_2, "RJOI\n"); /* which becomes one later */
	node_offers(n, "hello", 0);
	assert_said(n, "to " RDV " ROOT\nhold hello\n");
}

/* T-11: sent again at most three times, then counted lost. */
static void a_payload_refused_four_times_is_lost(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	for (unsigned attempt = 0; attempt <= NDAT_ATTEMPTS; attempt++) {
		node_offers(n, "hello", attempt);
		assert_said(n, "copy hello to " ROOT "\n");
		node_hears(n, ROOT, "NDAT\n\nhello");
		if (attempt < NDAT_ATTEMPTS) {
			assert_int_equal(tree_count(n, "hold hello"), 1);
			assert_int_equal(n->output.attempts, attempt + 1);
			find_root(n, ROOT);
		}
	}
	assert_int_equal(tree_count(n, "lost hello"), 1);
	assert_int_equal(tree_count(n, "hold"), 0);
	assert_int_equal(n->counters.origin.input_lost, 1);
	assert_int_equal(n->counters.origin.input_refused, 4);
}

/* T-11: once for each time that it was sent; a second NDAT is somebody's mistake, or an attack. */
static void a_second_ndat_for_one_payload_is_nothing(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_offers(n, "hello", 0);
	node_hears(n, ROOT, "NDAT\n\nhello");
	assert_int_equal(tree_count(n, "hold hello (1)"), 1);
	for (size_t i = 0; i < 5; i++) {
		struct tree_snapshot before;

		tree_take_snapshot(n, &before);
		node_hears(n, ROOT, "NDAT\n\nhello");
		assert_said(n, "");
		assert_int_equal(n->counters.origin.input_unknown, i + 1);
		assert_unchanged(n, &before);
	}
}

/* T-11: sent twice, refused twice. */
static void two_equal_payloads_come_back_each(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_offers(n, "hello", 0);
	node_offers(n, "hello", 0);
	node_hears(n, ROOT, "NDAT\n\nhello");
	assert_int_equal(tree_count(n, "hold hello (1)"), 1);
	node_hears(n, ROOT, "NDAT\n\nhello");
	assert_int_equal(tree_count(n, "hold hello (1)"), 1);
	node_hears(n, ROOT, "NDAT\n\nhello");
	assert_said(n, "");
}

/* Attack: NDAT by somebody else, and for what was never sent. */
static void a_forged_ndat_changes_nothing(void **state)
{
	static const char *const FROM[] = {NEIGHBOUR, PARENT, RDV, CHILD_1, "10.0.0.9 10001"};
	struct tree_node *n = *state;
	struct tree_snapshot before;

	begin_to_send(n);
	node_hears(n, CHILD_1, "RJOI\n");
	node_offers(n, "hello", 0);
	tree_take_snapshot(n, &before);
	for (size_t i = 0; i < COUNT_OF(FROM); i++) {
		node_hears(n, FROM[i], "NDAT\n" OTHER "\nhello");
		assert_said(n, "");
	}
	node_hears(n, ROOT, "NDAT\n" OTHER "\nhellO");
	assert_said(n, "");
	node_hears(n, ROOT, "NDAT\n" OTHER "\n");
	assert_said(n, "");
	assert_int_equal(n->counters.origin.input_unknown, COUNT_OF(FROM) + 2);
	assert_unchanged(n, &before);
}

/* T-1, T-2: the line of the root has to be there, and to be an address or nothing. */
static void a_malformed_ndat_is_counted(void **state)
{
	static const char *const BODIES[] = {"NDAT", "NDAT\n", "NDAT\nhello", "NDAT\nnobody\nhello",
					     "NDAT\n10.0.0.9\nhello"};
	struct tree_node *n = *state;

	begin_to_send(n);
	node_offers(n, "hello", 0);
	for (size_t i = 0; i < COUNT_OF(BODIES); i++) {
		node_hears(n, ROOT, BODIES[i]);
		assert_said(n, "");
		assert_int_equal(n->counters.malformed, i + 1);
	}
}

/* A payload may have any bytes, LF too; the first LF ends the address. */
static void a_refused_payload_may_have_any_bytes(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_offers(n, "\nNDAT\n\n" ROOT "\n", 0);
	node_hears(n, ROOT, "NDAT\n\n\nNDAT\n\n" ROOT "\n");
	assert_int_equal(n->output.fate, FATE_HELD);
	assert_int_equal(reader_left(&n->output.payload), strlen("\nNDAT\n\n" ROOT "\n"));
	node_offers(n, "", 0);
	assert_int_equal(n->output.fate, FATE_HELD);
}

/* The ring is bounded: what was sent too long ago is not known any more, and counted. */
static void what_was_sent_too_long_ago_is_unknown(void **state)
{
	enum { SENT = 16 * RING_SIZE };
	struct tree_node *n = *state;
	char payload[16], message[32];

	begin_to_send(n);
	for (unsigned i = 0; i < SENT; i++) {
		snprintf(payload, sizeof payload, "payload %u", i);
		node_offers(n, payload, 0);
	}
	node_hears(n, ROOT, "NDAT\n\npayload 0");
	assert_said(n, "");
	assert_int_equal(n->counters.origin.input_unknown, 1);
	snprintf(message, sizeof message, "NDAT\n\npayload %u", SENT - 1);
	node_hears(n, ROOT, message);
	assert_int_equal(n->output.fate, FATE_HELD);
}

/* Heartbeats are all alike, and as many come back as were sent. */
static void the_same_payload_is_known_as_often_as_it_was_sent(void **state)
{
	enum { BEATS = 3 * RING_SIZE };
	struct tree_node *n = *state;
	size_t before;

	begin_to_send(n);
	before = n->member.origin.sent_count;
	for (unsigned i = 0; i < BEATS; i++)
		node_offers(n, "beat", 0);
	for (unsigned i = 0; i < BEATS; i++) {
		node_hears(n, ROOT, "NDAT\n\nbeat");
		assert_int_equal(n->output.fate, FATE_HELD);
	}
	assert_int_equal(n->member.origin.sent_count, before);
	node_hears(n, ROOT, "NDAT\n\nbeat");
	assert_int_equal(n->counters.origin.input_unknown, 1);
}

static void what_does_not_come_back_is_not_expected_for_ever(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_offers(n, "gone", 0);
	assert_true(origin_is_expecting(&n->member.origin, n->now));
	assert_true(
		origin_is_expecting(&n->member.origin, monotime_add(n->now, 10 * NS_PER_S - 1)));
	assert_false(origin_is_expecting(&n->member.origin, monotime_add(n->now, 10 * NS_PER_S)));
}

/* A late NDAT, of a root that is not in use any more, takes nothing away from the one that is. */
static void an_ndat_of_an_old_root_leaves_the_new_one_in_use(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_waits(n, CACHE_NS - 1);
	node_offers(n, "hello", 0);
	node_waits(n, 1);
	node_offers(n, "next", 0);
	find_root(n, OTHER);
	node_hears(n, ROOT, "NDAT\n" THIRD "\nhello");
	assert_said(n, "hold hello (1)\nrelease\n");
	node_offers(n, "hello", 1);
	assert_said(n, "copy hello to " OTHER "\n");
}

/* T-10, T-11: who has become root meanwhile is the one to send it. */
static void a_payload_that_comes_back_to_the_new_root_goes_out_at_once(void **state)
{
	struct tree_node *n = *state;

	node_attaches_to(n, ROOT, "");
	node_offers(n, "hello", 0);
	find_root(n, ROOT);
	node_offers(n, "hello", 0);
	node_hears(n, ROOT, "LEAV\n");
	node_hears(n, RDV, "TOOR\n");
	node_hears(n, RDV, "YREG\n");
	assert_said(n, "release\n");
	node_hears(n, ROOT, "NDAT\n\nhello");
	assert_int_equal(tree_count(n, "hold hello (1)\nrelease\n"), 1);
	node_offers(n, "hello", 1);
	assert_said(n, "deliver hello\n");
	node_waits(n, 10 * NS_PER_S);
	assert_said(n, ""); /* T-5: the root asks nobody who the root is */
}

/* ---- An origin by itself: a program that only sends ---- */

struct sender {
	struct origin origin;
	struct origin_counters counters;
	struct timers timers;
};

static void make_sender(struct sender *s)
{
	struct wire_address rendezvous = tree_address(RDV);

	*s = (struct sender){.timers = TIMERS_DEFAULT};
	origin_init(&s->origin, &rendezvous, &s->timers, NULL, 0, &s->counters);
}

/* T-11: without a ring nothing is known again, and nothing breaks. */
static void without_a_ring_nothing_is_sent_again(void **state)
{
	struct tree_node *n = *state;
	struct wire_address root = tree_address(ROOT);
	struct sender s;
	const uint8_t bytes[] = "NDAT\n\nhello";
	struct incoming in = {root, AT_ME, bytes, sizeof bytes - 1};
	struct message message;

	make_sender(&s);
	output_clear(&n->output);
	origin_offer(&s.origin, n->now, reader_of("hello", 5), 0, &n->output);
	assert_int_equal(n->output.fate, FATE_HELD);
	assert_true(origin_take_root(&s.origin, n->now, &root, &n->output));
	assert_false(origin_take_root(&s.origin, n->now, &root, &n->output));
	output_clear(&n->output);
	origin_offer(&s.origin, n->now, reader_of("hello", 5), 0, &n->output);
	assert_int_equal(n->output.fate, FATE_SENT);
	assert_false(origin_recognize(&s.origin, reader_of("hello", 5)));
	assert_int_equal(message_decode(bytes, sizeof bytes - 1, &message), DECODED);
	output_clear(&n->output);
	origin_take_refusal(&s.origin, n->now, &in, &message, &n->output);
	assert_int_equal(n->output.fate, FATE_NONE);
	assert_int_equal(s.counters.input_unknown, 1);
}

/* An origin that sends nothing waits for nothing. */
static void an_origin_at_rest_has_no_deadline(void **state)
{
	struct tree_node *n = *state;
	struct sender s;

	make_sender(&s);
	assert_int_equal(origin_deadline(&s.origin).ns, INT64_MAX);
	output_clear(&n->output);
	origin_offer(&s.origin, n->now, reader_of("x", 1), 0, &n->output);
	assert_int_equal(origin_deadline(&s.origin).ns, RETRY_NS);
	origin_rest(&s.origin);
	assert_int_equal(origin_deadline(&s.origin).ns, INT64_MAX);
}

/* T-1, T-11: a root of the other family that NDAT names is not used. */
static void the_root_of_ndat_is_of_our_family(void **state)
{
	struct tree_node *n = *state;

	begin_to_send(n);
	node_offers(n, "hello", 0);
	node_hears(n, ROOT, "NDAT\n2001:db8::1 10000\nhello");
	node_waits(n, 3 * RETRY_NS);
	node_offers(n, "hello", 1);
	assert_said(n, "copy hello to " ROOT "\n");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_root_of_ndat_is_of_our_family, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_rdv_is_asked_who_the_root_is, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_payload_goes_to_the_root_of_the_rdv, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(an_orphan_sends_to_a_root_that_it_knows, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_root_is_remembered_for_60_s, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_steady_flow_does_not_wait_for_the_rdv, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_cache_time_is_as_it_was_set, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_rdv_is_asked_until_it_answers, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_silent_rdv_leaves_the_end_of_the_root_path,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(while_the_rdv_is_silent_the_last_root_stays_in_use,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(while_the_rdv_says_none_payloads_wait, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_root_that_is_ourselves_is_none, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_root_is_forgotten_at_an_icmp_error, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(
			the_root_is_forgotten_when_a_refresh_is_not_answered, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(the_root_is_forgotten_when_a_join_is_not_answered,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(the_root_is_forgotten_when_the_path_changes,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(what_is_held_is_released_at_the_new_root,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(a_refused_payload_is_sent_again, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_root_of_ndat_is_used_if_the_rdv_is_silent,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(the_root_of_ndat_is_never_ourselves, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_root_that_is_a_child_of_ours_is_none, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_payload_refused_four_times_is_lost, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_second_ndat_for_one_payload_is_nothing,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(two_equal_payloads_come_back_each, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_forged_ndat_changes_nothing, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_malformed_ndat_is_counted, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(a_refused_payload_may_have_any_bytes, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(what_was_sent_too_long_ago_is_unknown, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(the_same_payload_is_known_as_often_as_it_was_sent,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(what_does_not_come_back_is_not_expected_for_ever,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(an_ndat_of_an_old_root_leaves_the_new_one_in_use,
						tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(
			a_payload_that_comes_back_to_the_new_root_goes_out_at_once, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(without_a_ring_nothing_is_sent_again, tree_setup,
						tree_teardown),
		cmocka_unit_test_setup_teardown(an_origin_at_rest_has_no_deadline, tree_setup,
						tree_teardown),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
