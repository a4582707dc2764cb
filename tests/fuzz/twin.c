#include "twin.h"

#include "core/distribution.h"
#include "must.h"

#include <string.h>

enum { SENT_MAX = 16 };

struct twin {
	struct member member;
	struct member_counters counters;
	struct sent sent[SENT_MAX];
	struct output output;
	uint64_t told;    /* all that came out of it, as one number */
	size_t delivered; /* payloads */
};

static void twin_init(struct twin *t, const struct member *m)
{
	must(m->origin.sent_room <= SENT_MAX, "a twin has room for what was sent");
	memset(t, 0, sizeof *t);
	memcpy(&t->member, m, sizeof *m);
	memcpy(t->sent, m->origin.sent, m->origin.sent_room * sizeof t->sent[0]);
	t->counters = *m->counters;
	t->member.counters = &t->counters;
	t->member.origin.counters = &t->counters.origin;
	t->member.origin.sent = t->sent;
}

/* ---- What comes out ---- */

static void tell(struct twin *t, const void *bytes, size_t size)
{
	for (const uint8_t *at = bytes; size > 0; at++, size--)
		t->told = (t->told ^ *at) * UINT64_C(0x100000001b3);
}

static void tell_number(struct twin *t, uint64_t number)
{
	tell(t, &number, sizeof number);
}

static void tell_destination(struct twin *t, const struct destination *destination)
{
	tell(t, destination->to.ip, sizeof destination->to.ip);
	tell_number(t, destination->to.port);
	tell_number(t, destination->from);
}

/* All but payloads. */
static void tell_output(struct twin *t)
{
	const struct output *out = &t->output;

	for (size_t i = 0; i < out->datagram_count; i++) {
		const struct output_datagram *datagram = &out->datagrams[i];

		tell_destination(t, &datagram->destination);
		tell(t, datagram->bytes, datagram->size);
		tell(t, datagram->tail.at, reader_left(&datagram->tail));
	}
	for (size_t i = 0; i < out->event_count; i++)
		tell_number(t, out->events[i].type);
	if (out->fate != FATE_NONE || out->release) {
		tell_number(t, out->fate);
		tell_number(t, out->attempts);
		tell_number(t, out->release);
	}
}

/* A datagram is passed on, with a payload behind its header. */
static void tell_delivery(struct twin *t, const uint8_t *datagram, size_t size, size_t header)
{
	t->delivered++;
	tell_number(t, size);
	tell_number(t, header);
	tell(t, datagram, size);
	for (size_t i = 0; i < t->output.copy_count; i++)
		tell_destination(t, &t->output.copies[i]);
}

/* ---- What is taken ---- */

static size_t header_of(const struct twin *t, const struct incoming *in)
{
	return (size_t)(t->output.payload.at - in->bytes);
}

static void take_one(struct twin *t, struct monotime now, const struct incoming *in)
{
	member_receive(&t->member, now, in, &t->output);
	tell_output(t);
	if (t->output.is_delivered)
		tell_delivery(t, in->bytes, in->size, header_of(t, in));
}

/* Returns the bytes of those behind this one that shared its fate. */
static size_t take_alike(struct twin *t, struct monotime now, const struct incoming *in,
			 size_t left)
{
	size_t taken;

	if (!t->output.is_delivered || left == 0 || origin_is_expecting(&t->member.origin, now))
		return 0;
	taken = distribution_take_alike(&t->member, in, left, &t->output);
	must(taken <= left, "no more is taken than there is");
	must(taken == left || taken % in->size == 0, "no datagram is taken in part");
	for (size_t at = 0; at < taken; at += in->size) {
		size_t size = taken - at < in->size ? taken - at : in->size;

		tell_delivery(t, in->bytes + in->size + at, size, header_of(t, in));
	}
	return taken;
}

static void take_train(struct twin *t, struct monotime now, struct incoming in, size_t segment,
		       bool in_runs)
{
	size_t left = in.size, taken;

	do {
		in.size = left < segment ? left : segment;
		take_one(t, now, &in);
		taken = in.size;
		if (in_runs)
			taken += take_alike(t, now, &in, left - taken);
		in.bytes += taken;
		left -= taken;
	} while (left > 0);
}

/* ---- Are they still twins? ---- */

/* What stands between the fields of a structure is nobody's business. */
static void clear_padding(struct member *m)
{
	for (size_t i = 0; i < ACQUAINTANCES_MAX; i++) {
		const struct acquaintance a = m->acquaintances[i];

		memset(&m->acquaintances[i], 0, sizeof a);
		m->acquaintances[i].address = a.address;
		m->acquaintances[i].failed_walk = a.failed_walk;
		m->acquaintances[i].was_parent = a.was_parent;
		m->acquaintances[i].met = a.met;
		m->acquaintances[i].parted = a.parted;
	}
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		const struct child child = m->children.list[i];

		memset(&m->children.list[i], 0, sizeof child);
		m->children.list[i].address = child.address;
		m->children.list[i].at = child.at;
		m->children.list[i].is_owed = child.is_owed;
		m->children.list[i].heard = child.heard;
		m->children.list[i].told = child.told;
	}
}

/* So that the members can be compared. */
static void forget_places(struct twin *t)
{
	t->member.counters = NULL;
	t->member.origin.counters = NULL;
	t->member.origin.sent = NULL;
	clear_padding(&t->member);
}

void check_twins(const struct member *member, struct monotime now, const struct incoming *in,
		 size_t segment)
{
	static struct twin train, single; /* large, and of no use after this */

	twin_init(&train, member);
	twin_init(&single, member);
	take_train(&train, now, *in, segment, true);
	take_train(&single, now, *in, segment, false);
	must(train.delivered == single.delivered, "as much is delivered of a train");
	must(train.told == single.told, "the same comes out of a train");
	must(memcmp(&train.counters, &single.counters, sizeof train.counters) == 0,
	     "the same is counted of a train");
	forget_places(&train);
	forget_places(&single);
	must(memcmp(train.sent, single.sent, sizeof train.sent) == 0,
	     "the same is known of what was sent");
	must(memcmp(&train.member, &single.member, sizeof train.member) == 0,
	     "the member is the same after a train");
}
