/* A member as a whole (T-2 to T-16): a script of datagrams, payloads and time. Its first letter
 * says how many children the member may have. There are more steps than every script has:
 *
 *   =WHO AT SEGMENT|REST
 *              a train: datagrams as long as SEGMENT, the last perhaps shorter, which stand behind
 *              each other
 *   !PAYLOAD   a payload of our own (T-10)
 *   ^          leaves the tree, and begins again
 *   _          leaves the tree, and hears on
 *   xWHO       an ICMP error from WHO
 *
 * WHO may also be C, the candidate that is asked now, P, the parent, K and L, the first child and
 * the last, and Q, the root that payloads go to. */
#include "must.h"
#include "output_checks.h"
#include "script.h"
#include "target.h"
#include "twin.h"

#include "core/member.h"

#include <string.h>

enum { RING_SIZE = 4, HELD_MAX = 4, STALLS_MAX = 4 };

static const struct timers TIMERS = {REFRESH_NS, HOLD_NS, RETRY_NS, CACHE_NS};

struct held {
	struct reader payload; /* in memory of its own */
	unsigned attempts;
};

struct bench {
	struct cast cast;
	struct member_config config;
	struct member_counters counters;
	struct sent ring[RING_SIZE];
	struct member member;
	struct monotime now;
	unsigned stalls; /* ticks in a row that left a deadline which has passed */
	struct held held[HELD_MAX];
	size_t held_count;

	/* before the step */
	struct member member_before;
	struct sent ring_before[RING_SIZE];
	struct member_counters counters_before;

	struct output output; /* the last: it is large, and each step begins by clearing it */
};

/* ---- Who the sender is ---- */

static bool is_parent(const struct member *m, const struct wire_address *address)
{
	return m->state == MEMBER_ATTACHED && wire_address_equal(&m->path[0], address);
}

static bool is_candidate(const struct member *m, const struct wire_address *address)
{
	return m->state == MEMBER_JOINING && wire_address_equal(&m->candidate, address);
}

/* One with whom the member had dealings before the step. */
static bool is_partner(struct bench *b, const struct wire_address *address)
{
	struct member *m = &b->member_before;

	return wire_address_equal(&b->config.rendezvous, address) || is_parent(m, address) ||
	       is_candidate(m, address) || children_find(&m->children, address) != NULL ||
	       wire_address_equal(&m->origin.root, address);
}

static bool is_acquaintance(const struct bench *b, const struct wire_address *address)
{
	for (size_t i = 0; i < ACQUAINTANCES_MAX; i++)
		if (wire_address_equal(&b->member_before.acquaintances[i].address, address))
			return true;
	return false;
}

static bool was_sent_a_payload(const struct bench *b, const struct wire_address *address)
{
	for (size_t i = 0; i < RING_SIZE; i++)
		if (wire_address_equal(&b->ring_before[i].to, address))
			return true;
	return false;
}

static bool is_served(struct bench *b, const struct wire_address *address)
{
	return wire_address_is_usable(address) && !own_has(&b->cast.own, address) &&
	       (is_partner(b, address) || admission_has(&b->config.admission, address));
}

/* ---- What must hold after every step ---- */

static void check_path(const struct member *m)
{
	for (size_t i = 0; i < m->path_length; i++)
		must(!member_is_self(m, &m->path[i]), "nobody stands on its own root path");
}

/* The member always has something to wait for, and not for long. */
static void check_deadline(const struct bench *b)
{
	struct monotime deadline = member_deadline(&b->member);
	int64_t wait_ns = monotime_diff_ns(deadline, b->now);

	if (b->member.state == MEMBER_IDLE)
		must(deadline.ns == MONOTIME_NEVER.ns, "who has left waits for nothing");
	else
		must(wait_ns <= REFRESH_NS, "no member waits for longer than a refresh");
}

/* What is delivered is copied to every child, and to nobody else. */
static void check_copies(const struct bench *b)
{
	const struct output *out = &b->output;
	const struct children *children = &b->member_before.children;

	if (!out->is_delivered)
		return;
	must(out->copy_count == children->count, "a payload goes to every child");
	for (size_t i = 0; i < out->copy_count; i++) {
		must(wire_address_equal(&out->copies[i].to, &children->list[i].address),
		     "a copy goes to a child");
		must(out->copies[i].from == children->list[i].at,
		     "a copy leaves from where the child knows us");
	}
}

static void check_fate(const struct output *out)
{
	if (out->fate == FATE_HELD)
		must(out->attempts <= NDAT_ATTEMPTS, "a payload is not held for ever");
	if (out->fate == FATE_LOST)
		must(out->attempts > NDAT_ATTEMPTS, "a payload is not lost too early");
	if (out->fate == FATE_SENT && !out->is_delivered)
		must(out->copy_count == 1, "a payload goes to one root");
}

/* T-9: a child is told no more than once a second, unless it asks. */
static void check_told(struct bench *b, const struct wire_address *asker)
{
	for (size_t i = 0; i < b->output.datagram_count; i++) {
		const struct output_datagram *datagram = &b->output.datagrams[i];
		const struct wire_address *to = &datagram->destination.to;
		const struct child *child = children_find(&b->member_before.children, to);
		bool is_asked = asker && wire_address_equal(asker, to);

		if (type_of(datagram) == MESSAGE_YJOI && !is_asked) {
			must(child != NULL, "YJOI goes to children");
			must(monotime_diff_ns(b->now, child->told) >= SECOND_WORD_NS,
			     "a child is not told too often");
		}
	}
}

/* But the RP, which the walk and the origin ask each for itself, and which may be a node too. */
static void check_not_twice(const struct bench *b)
{
	const struct output *out = &b->output;

	for (size_t i = 0; i < out->datagram_count; i++) {
		const struct wire_address *to = &out->datagrams[i].destination.to;

		if (wire_address_equal(to, &b->config.rendezvous))
			continue;
		for (size_t j = 0; j < i; j++)
			must(!wire_address_equal(to, &out->datagrams[j].destination.to) ||
				     type_of(&out->datagrams[i]) != type_of(&out->datagrams[j]),
			     "nobody is told one thing twice in one step");
	}
}

static void check_step(struct bench *b, const struct wire_address *asker)
{
	const char *broken = member_check(&b->member);

	must(!broken, broken);
	check_path(&b->member);
	check_deadline(b);
	check_output(&b->output, &b->cast.own);
	check_not_twice(b);
	check_copies(b);
	check_fate(&b->output);
	check_told(b, asker);
}

static void begin_step(struct bench *b)
{
	memcpy(&b->member_before, &b->member, sizeof b->member);
	memcpy(b->ring_before, b->ring, sizeof b->ring);
	b->counters_before = b->counters;
}

/* ---- What is held (as whoever runs a member does it) ---- */

static void hold(struct bench *b)
{
	size_t size = reader_left(&b->output.payload);
	uint8_t *bytes;

	if (b->held_count == HELD_MAX)
		return;
	bytes = malloc(size);
	must(bytes || size == 0, "there is memory");
	if (size > 0)
		memcpy(bytes, b->output.payload.at, size);
	b->held[b->held_count++] = (struct held){reader_of(bytes, size), b->output.attempts};
}

static void check_offered(const struct bench *b, struct reader payload)
{
	const struct output *out = &b->output;

	must(out->fate == FATE_SENT || out->fate == FATE_HELD, "an offered payload has a fate");
	must(out->payload.at == payload.at && out->payload.end == payload.end,
	     "a payload is not touched");
	must(out->is_delivered == (b->member_before.state == MEMBER_ROOT),
	     "only the root delivers its own payloads at once");
}

static void offer(struct bench *b, struct reader payload, unsigned attempts)
{
	begin_step(b);
	member_offer(&b->member, b->now, payload, attempts, &b->output);
	check_offered(b, payload);
	check_step(b, NULL);
	if (b->output.fate == FATE_HELD)
		hold(b);
	free((void *)payload.at);
}

static void offer_what_is_held(struct bench *b)
{
	struct held held[HELD_MAX];
	size_t count = b->held_count;

	memcpy(held, b->held, sizeof held);
	b->held_count = 0;
	for (size_t i = 0; i < count; i++)
		offer(b, held[i].payload, held[i].attempts);
}

static void finish_step(struct bench *b, const struct wire_address *asker)
{
	check_step(b, asker);
	if (b->output.fate == FATE_HELD)
		hold(b);
	if (b->output.release)
		offer_what_is_held(b);
}

/* ---- Datagrams ---- */

static bool is_nothing_done(const struct bench *b)
{
	return b->output.datagram_count == 0 && b->output.copy_count == 0 &&
	       !b->output.is_delivered && b->output.fate == FATE_NONE;
}

static bool is_member_unchanged(const struct bench *b)
{
	return memcmp(&b->member, &b->member_before, sizeof b->member) == 0 &&
	       memcmp(b->ring, b->ring_before, sizeof b->ring) == 0;
}

static bool is_counted(const struct bench *b)
{
	return memcmp(&b->counters, &b->counters_before, sizeof b->counters) != 0;
}

/* T-2, T-14: nothing happens, but it is counted. */
static void check_dropped(const struct bench *b, uint64_t counter, uint64_t counter_before)
{
	must(is_nothing_done(b), "what is dropped has no effect");
	must(is_member_unchanged(b), "what is dropped changes nothing");
	must(counter == counter_before + 1, "what is dropped is counted");
}

/* The first thing that a stranger may change: T-6, it becomes a child. */
static void check_unchanged_but_for_children(struct bench *b)
{
	struct member after;

	memcpy(&after, &b->member, sizeof after);
	memcpy(&after.children, &b->member_before.children, sizeof after.children);
	after.random = b->member_before.random;
	must(memcmp(&after, &b->member_before, sizeof after) == 0,
	     "RJOI changes nothing but the children");
	must(after.path_length < PATH_MAX_LENGTH ||
		     b->member.children.count == b->member_before.children.count,
	     "who is as deep as can be takes nobody in");
}

/* T-11: the root remembers to whom it has said lately that it is no child. */
static void check_unchanged_but_for_acquaintances(const struct bench *b)
{
	struct member after;

	memcpy(&after, &b->member, sizeof after);
	memcpy(after.acquaintances, b->member_before.acquaintances, sizeof after.acquaintances);
	must(memcmp(&after, &b->member_before, sizeof after) == 0,
	     "DATA changes nothing but whom the root knows");
}

/* T-11: a payload that came back makes the origin ask, and nobody else hear of it. */
static void check_asks_for_root(const struct bench *b)
{
	for (size_t i = 0; i < b->output.datagram_count; i++) {
		const struct output_datagram *datagram = &b->output.datagrams[i];

		must(type_of(datagram) == MESSAGE_ROOT, "a refusal makes us ask for the root");
		must(wire_address_equal(&datagram->destination.to, &b->config.rendezvous),
		     "the RP is asked for the root");
	}
}

/* Nobody whom we have dealings with: it gets an answer at the most, and changes no more than a
 * request may. */
static void check_stranger(struct bench *b, const struct incoming *in, enum message_type type)
{
	if (type == MESSAGE_NDAT && was_sent_a_payload(b, &in->from)) {
		check_asks_for_root(b);
		return;
	}
	check_answer(&b->output, in);
	if (type == MESSAGE_RJOI)
		check_unchanged_but_for_children(b);
	else if (type == MESSAGE_DATA && b->member_before.state == MEMBER_ROOT)
		check_unchanged_but_for_acquaintances(b);
	else if (!is_acquaintance(b, &in->from))
		must(is_member_unchanged(b), "a stranger changes nothing");
	must(!is_nothing_done(b) || !is_member_unchanged(b) || is_counted(b),
	     "nothing is dropped in silence");
}

static uint64_t data_counted(const struct member_counters *c)
{
	return c->data_received + c->data_stranger + c->data_candidate + c->data_former +
	       c->data_unreturned;
}

/* T-11 */
static void check_data(struct bench *b, const struct incoming *in, struct reader body)
{
	const struct output *out = &b->output;
	bool is_from_parent = is_parent(&b->member_before, &in->from);
	bool is_root = b->member_before.state == MEMBER_ROOT;

	must(data_counted(&b->counters) == data_counted(&b->counters_before) + 1,
	     "DATA is counted once");
	must(!out->is_delivered || is_root || is_from_parent, "DATA is the parent's or the root's");
	must(out->is_delivered || !is_from_parent, "DATA from the parent is delivered");
	must(out->is_delivered || !is_root || is_acquaintance(b, &in->from),
	     "DATA to the root is delivered");
	if (out->is_delivered)
		must(out->payload.at == body.at && out->payload.end == body.end,
		     "a payload is not touched");
}

/* T-6: NJOI names children, and not the asker. */
static void check_njoi(struct bench *b, const struct incoming *in)
{
	const struct output_datagram *answer = &b->output.datagrams[0];
	struct message message;
	struct wire_address told;
	size_t count = 0;

	must(message_decode(answer->bytes, answer->size, &message) == DECODED, "NJOI is decoded");
	for (; message_next_address(&message, &told); count++) {
		must(!wire_address_equal(&told, &in->from), "NJOI does not name the asker");
		must(children_find(&b->member.children, &told) || own_has(&b->cast.own, &told) ||
			     !wire_address_is_loopback(&in->from),
		     "NJOI names children");
	}
	must(count > 0, "NJOI is never empty");
}

static void check_message(struct bench *b, const struct incoming *in, const struct message *message)
{
	const struct output *out = &b->output;

	if (!is_partner(b, &in->from))
		check_stranger(b, in, message->type);
	if (message->type == MESSAGE_DATA)
		check_data(b, in, message->body);
	else
		must(!out->is_delivered && out->copy_count == 0, "only DATA is copied");
	if (message->type == MESSAGE_RJOI || message->type == MESSAGE_STAT)
		check_answer(out, in);
	if (message->type == MESSAGE_RJOI && out->datagram_count > 0 &&
	    type_of(&out->datagrams[0]) == MESSAGE_NJOI)
		check_njoi(b, in);
}

static void check_heard(struct bench *b, const struct incoming *in)
{
	struct message message;

	if (b->member_before.state == MEMBER_IDLE) {
		must(is_nothing_done(b) && is_member_unchanged(b), "who has left does nothing");
		return;
	}
	if (!is_served(b, &in->from)) {
		check_dropped(b, b->counters.not_allowed, b->counters_before.not_allowed);
		return;
	}
	switch (message_decode(in->bytes, in->size, &message)) {
	case DECODED_MALFORMED:
		check_dropped(b, b->counters.malformed, b->counters_before.malformed);
		break;
	case DECODED_UNKNOWN:
		check_dropped(b, b->counters.unknown, b->counters_before.unknown);
		break;
	case DECODED:
		check_message(b, in, &message);
	}
}

static void take(struct bench *b, const struct incoming *in)
{
	b->stalls = 0;
	begin_step(b);
	member_receive(&b->member, b->now, in, &b->output);
	check_heard(b, in);
	finish_step(b, &in->from);
}

static void hear(struct bench *b, struct reader *step)
{
	struct incoming in = script_datagram(step, &b->cast);

	take(b, &in);
	free((void *)in.bytes);
}

/* Takes the first '|' out. Returns where it stood, or the size. */
static size_t take_segment(struct incoming *in)
{
	uint8_t *bytes = (uint8_t *)(uintptr_t)in->bytes; /* script_datagram() gave it to us */
	uint8_t *mark = in->size > 0 ? memchr(bytes, '|', in->size) : NULL;

	if (!mark)
		return in->size;
	in->size--;
	memmove(mark, mark + 1, (size_t)(bytes + in->size - mark));
	return (size_t)(mark - bytes);
}

/* Each datagram of it in memory of exactly its size. */
static void hear_segment(struct bench *b, struct incoming in)
{
	uint8_t *bytes = malloc(in.size);

	must(bytes || in.size == 0, "there is memory");
	if (in.size > 0)
		memcpy(bytes, in.bytes, in.size);
	in.bytes = bytes;
	take(b, &in);
	free(bytes);
}

static void hear_train(struct bench *b, struct reader *step)
{
	struct incoming in = script_datagram(step, &b->cast), one = in;
	size_t segment = take_segment(&in);

	if (segment > 0)
		check_twins(&b->member, b->now, &in, segment);
	for (size_t at = 0; segment > 0 && at < in.size; at += segment) {
		one.bytes = in.bytes + at;
		one.size = in.size - at < segment ? in.size - at : segment;
		hear_segment(b, one);
	}
	free((void *)in.bytes);
}

/* ---- The other steps ---- */

/* T-7: a back-off may be of no length at all, but not again and again. */
static void tick(struct bench *b)
{
	begin_step(b);
	member_tick(&b->member, b->now, &b->output);
	must(!monotime_is_before(member_deadline(&b->member), b->now),
	     "after a tick no deadline has passed");
	b->stalls = member_deadline(&b->member).ns == b->now.ns ? b->stalls + 1 : 0;
	must(b->stalls <= STALLS_MAX, "time goes on");
	finish_step(b, NULL);
}

static void wait(struct bench *b, int64_t duration_ns)
{
	b->now = monotime_add(b->now, duration_ns);
	if (!monotime_is_before(b->now, member_deadline(&b->member)))
		tick(b);
}

static void wait_for_deadline(struct bench *b)
{
	struct monotime deadline = member_deadline(&b->member);

	if (deadline.ns != MONOTIME_NEVER.ns)
		wait(b, deadline.ns > b->now.ns ? monotime_diff_ns(deadline, b->now) : 0);
}

static void begin(struct bench *b)
{
	if (b->member.state != MEMBER_IDLE)
		return;
	begin_step(b);
	member_begin(&b->member, b->now, &b->output);
	finish_step(b, NULL);
}

/* T-15 */
static void leave(struct bench *b)
{
	begin_step(b);
	member_leave(&b->member, &b->output);
	for (size_t i = 0; i < b->output.datagram_count; i++)
		must(type_of(&b->output.datagrams[i]) == MESSAGE_LEAV, "who leaves says LEAV");
	must(b->member.state == MEMBER_IDLE && b->member.children.count == 0,
	     "who has left has nobody");
	finish_step(b, NULL);
}

static void become_unreachable(struct bench *b, struct reader *step)
{
	struct wire_address address = cast_address(&b->cast, reader_peek(step));

	begin_step(b);
	output_clear(&b->output);
	member_unreachable(&b->member, &address);
	finish_step(b, NULL);
}

/* The letters that stand for what the member has made of somebody. */
static void cast_roles(struct bench *b)
{
	const struct member *m = &b->member;
	size_t children = m->children.count;

	b->cast.hosts['C'] = m->candidate;
	b->cast.hosts['P'] = m->path[0];
	b->cast.hosts['K'] = m->children.list[0].address;
	b->cast.hosts['L'] = m->children.list[children > 0 ? children - 1 : 0].address;
	b->cast.hosts['Q'] = m->origin.root;
}

static void take_step(struct bench *b, struct reader *step)
{
	cast_roles(b);
	switch (step->at < step->end ? *step->at++ : 0) {
	case '<':
		hear(b, step);
		break;
	case '=':
		hear_train(b, step);
		break;
	case '.':
		wait_for_deadline(b);
		break;
	case '+':
		wait(b, script_duration_ns(step));
		break;
	case '!':
		offer(b, script_text(step, &b->cast, PAYLOAD_MAX_4), 0);
		break;
	case 'x':
		become_unreachable(b, step);
		break;
	case '_':
		leave(b);
		break;
	case '^':
		leave(b);
		begin(b);
		break;
	default:
		break;
	}
}

static void bench_init(struct bench *b, struct reader *script)
{
	unsigned children = CHILDREN_DEFAULT;

	memset(b, 0, offsetof(struct bench, output));
	if (reader_left(script) > 0)
		children = (*script->at++ + 3u) % (CHILDREN_MAX + 1u); /* '0' is 0, '@' 16 */
	cast_init(&b->cast);
	b->config = (struct member_config){
		.rendezvous = cast_address(&b->cast, 'R'),
		.admission = {b->cast.admitted, ADMITTED_COUNT},
		.timers = TIMERS,
		.children_most = children,
	};
	member_init(&b->member, &b->config, &b->cast.own, 1, b->ring, RING_SIZE, &b->counters);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader script = reader_of(data, size), step;
	struct bench bench;

	bench_init(&bench, &script);
	begin(&bench);
	while (script_next(&script, &step))
		take_step(&bench, &step);
	for (size_t i = 0; i < bench.held_count; i++)
		free((void *)bench.held[i].payload.at);
	return 0;
}
