/* The rendezvous point (T-3 to T-5, T-14 to T-16): a script of datagrams and of time, beside a twin
 * that knows no more than who the root is and since when it was not heard. */
#include "must.h"
#include "output_checks.h"
#include "script.h"
#include "target.h"

#include "core/rendezvous.h"

#include <string.h>

struct bench {
	struct cast cast;
	struct rendezvous rendezvous;
	struct monotime now;
	struct wire_address root; /* the twin's */
	struct monotime heard;
	struct output output; /* the last: it is large, and each step begins by clearing it */
};

static bool is_served(const struct bench *b, const struct incoming *in)
{
	const struct admission admission = {b->cast.admitted, ADMITTED_COUNT};

	return wire_address_is_usable(&in->from) && !own_has(&b->cast.own, &in->from) &&
	       admission_has(&admission, &in->from);
}

/* ---- The twin ---- */

static void twin_waits(struct bench *b)
{
	if (!wire_address_is_none(&b->root) && monotime_diff_ns(b->now, b->heard) >= HOLD_NS)
		b->root = (struct wire_address){.port = 0};
}

static void twin_hears(struct bench *b, const struct incoming *in, enum message_type type)
{
	bool is_root = wire_address_equal(&b->root, &in->from);

	if (type == MESSAGE_RREG && (is_root || wire_address_is_none(&b->root))) {
		b->root = in->from;
		b->heard = b->now;
	} else if (type == MESSAGE_LEAV && is_root) {
		b->root = (struct wire_address){.port = 0};
	}
}

/* What T-3 and T-4 answer; ROOT stands for nothing at all. */
static enum message_type twin_answer(const struct bench *b, const struct incoming *in,
				     enum message_type type)
{
	switch (type) {
	case MESSAGE_ROOT:
		return MESSAGE_TOOR;
	case MESSAGE_RREG:
		return wire_address_equal(&b->root, &in->from) ? MESSAGE_YREG : MESSAGE_NREG;
	default:
		return MESSAGE_ROOT;
	}
}

/* ---- Steps ---- */

/* T-3 */
static void check_toor(const struct bench *b, const struct incoming *in)
{
	const struct output_datagram *answer = &b->output.datagrams[0];
	struct message message;
	struct wire_address told = {.port = 0};

	must(message_decode(answer->bytes, answer->size, &message) == DECODED, "TOOR is decoded");
	message_next_address(&message, &told);
	if (!wire_address_is_loopback(&b->root))
		must(wire_address_equal(&told, &b->root), "TOOR names the root, or nobody");
	else if (wire_address_is_loopback(&in->from))
		must(wire_address_equal(&told, &b->root), "loopback is told to loopback");
	else
		must(told.port == b->root.port, "another host is told another address");
}

static void check_heard(struct bench *b, const struct incoming *in, enum message_type type,
			const struct rendezvous_counters *counters_before)
{
	enum message_type expected;

	twin_hears(b, in, type);
	expected = twin_answer(b, in, type);
	check_answer(&b->output, in);
	must(memcmp(&b->rendezvous.counters, counters_before, sizeof *counters_before) != 0 ||
		     (b->output.datagram_count == 1 &&
		      type_of(&b->output.datagrams[0]) == MESSAGE_TATS),
	     "what is heard is counted, or answered");
	if (type == MESSAGE_STAT)
		return;
	must(b->output.datagram_count == (expected != MESSAGE_ROOT), "it answers what is asked");
	if (expected != MESSAGE_ROOT)
		must(type_of(&b->output.datagrams[0]) == expected, "it gives the answer due");
	if (expected == MESSAGE_TOOR)
		check_toor(b, in);
}

static void hear(struct bench *b, struct reader *step)
{
	struct incoming in = script_datagram(step, &b->cast);
	struct rendezvous before = b->rendezvous;
	struct message message;

	twin_waits(b);
	rendezvous_receive(&b->rendezvous, b->now, &in, &b->output);
	if (!is_served(b, &in)) {
		must(b->output.datagram_count == 0, "who is not admitted gets no answer");
		must(b->rendezvous.counters.not_allowed == before.counters.not_allowed + 1,
		     "who is not admitted is counted");
	} else if (message_decode(in.bytes, in.size, &message) == DECODED) {
		check_heard(b, &in, message.type, &before.counters);
	} else {
		must(b->output.datagram_count == 0, "what is no message gets no answer");
		must(b->rendezvous.counters.malformed + b->rendezvous.counters.unknown ==
			     before.counters.malformed + before.counters.unknown + 1,
		     "what is no message is counted");
	}
	check_output(&b->output, &b->cast.own);
	free((void *)in.bytes);
}

static void wait(struct bench *b, int64_t duration_ns)
{
	b->now = monotime_add(b->now, duration_ns);
	twin_waits(b);
	rendezvous_tick(&b->rendezvous, b->now, &b->output);
	must(b->output.datagram_count == 0, "time alone sends nothing");
	must(monotime_is_before(b->now, rendezvous_deadline(&b->rendezvous)),
	     "after a tick the deadline lies ahead");
}

static void take_step(struct bench *b, struct reader *step)
{
	struct monotime deadline = rendezvous_deadline(&b->rendezvous);

	switch (step->at < step->end ? *step->at++ : 0) {
	case '<':
		hear(b, step);
		break;
	case '+':
		wait(b, script_duration_ns(step));
		break;
	case '.':
		if (deadline.ns != MONOTIME_NEVER.ns)
			wait(b, monotime_diff_ns(deadline, b->now));
		break;
	default:
		break;
	}
	must(wire_address_equal(&b->rendezvous.root, &b->root), "the root is the twin's");
}

static void bench_init(struct bench *b)
{
	memset(b, 0, offsetof(struct bench, output));
	cast_init(&b->cast);
	rendezvous_init(&b->rendezvous, (struct admission){b->cast.admitted, ADMITTED_COUNT},
			&b->cast.own, HOLD_NS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader script = reader_of(data, size), step;
	struct bench bench;

	bench_init(&bench);
	while (script_next(&script, &step))
		take_step(&bench, &step);
	return 0;
}
