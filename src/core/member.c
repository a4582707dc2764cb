#include "member.h"

#include "adoption.h"
#include "distribution.h"
#include "member_status.h"
#include "walk.h"

#include <assert.h>

void member_init(struct member *m, const struct member_config *config, const struct own *own,
		 uint64_t seed, struct sent *table, size_t table_size,
		 struct member_counters *counters)
{
	assert(config->children_most <= CHILDREN_MAX);
	*m = (struct member){
		.config = config, .own = own, .counters = counters, .random = {.state = seed}};
	origin_init(&m->origin, &config->rendezvous, &config->timers, table, table_size,
		    &counters->origin);
}

void member_begin(struct member *m, struct monotime now, struct output *output)
{
	assert(m->state == MEMBER_IDLE);
	output_clear(output);
	walk_begin(m, now, output);
}

/* ---- What arrives ---- */

static bool is_rendezvous(const struct member *m, const struct wire_address *address)
{
	return wire_address_equal(&m->config->rendezvous, address);
}

/* T-14: those whom we have dealings with, and the networks that are allowed. */
static bool is_admitted(struct member *m, const struct wire_address *address)
{
	bool is_root = wire_address_equal(&m->origin.root, address); /* NDAT comes from there */

	return wire_address_is_usable(address) &&
	       (is_rendezvous(m, address) || member_is_parent(m, address) ||
		member_is_candidate(m, address) || is_root ||
		children_find(&m->children, address) ||
		admission_has(&m->config->admission, address));
}

/* T-15 */
static void take_leave(struct member *m, struct monotime now, const struct incoming *in,
		       struct output *output)
{
	struct child *child = children_find(&m->children, &in->from);

	if (child)
		adoption_take_leave(m, child, output);
	else if (member_is_parent(m, &in->from))
		walk_lose_parent(m, now, true, output);
	else if (!wire_address_equal(&in->from, &m->origin.root)) /* who says so to every source */
		m->counters->unasked++;
}

static void take_from_rendezvous(struct member *m, struct monotime now, struct message *message,
				 struct output *output)
{
	if (message->type == MESSAGE_TOOR)
		walk_take_root(m, now, message, output);
	else
		walk_take_registration(m, now, message->type == MESSAGE_YREG, output);
}

/* T-11. What comes back to one who has become root meanwhile goes out from here. */
static void take_refusal(struct member *m, struct monotime now, const struct incoming *in,
			 struct message *message, struct output *output)
{
	origin_take_refusal(&m->origin, now, in, message, output);
	if (m->state != MEMBER_ROOT)
		return;
	origin_rest(&m->origin);
	output->release = output->fate == FATE_HELD;
}

static void take(struct member *m, struct monotime now, const struct incoming *in,
		 struct message *message, struct output *output)
{
	switch (message->type) {
	case MESSAGE_TOOR:
	case MESSAGE_YREG:
	case MESSAGE_NREG:
		if (is_rendezvous(m, &in->from))
			take_from_rendezvous(m, now, message, output);
		else
			m->counters->unasked++;
		break;
	case MESSAGE_RJOI:
		adoption_take_request(m, now, in, output);
		break;
	case MESSAGE_YJOI:
		walk_take_yes(m, now, in, message, output);
		break;
	case MESSAGE_NJOI:
		walk_take_no(m, now, in, message, output);
		break;
	case MESSAGE_DATA:
		distribution_take(m, now, in, message->body, output);
		break;
	case MESSAGE_NDAT:
		take_refusal(m, now, in, message, output);
		break;
	case MESSAGE_LEAV:
		take_leave(m, now, in, output);
		break;
	case MESSAGE_STAT:
		if (!member_status_answer(m, now, in, output))
			m->counters->malformed++;
		break;
	case MESSAGE_ROOT: /* these are for the RP, or for who asked */
	case MESSAGE_RREG:
	case MESSAGE_TATS:
		m->counters->unasked++;
	}
}

void member_receive(struct member *m, struct monotime now, const struct incoming *in,
		    struct output *output)
{
	struct message message;

	output_clear(output);
	if (m->state == MEMBER_IDLE)
		return;
	if (!is_admitted(m, &in->from) || own_has(m->own, &in->from)) {
		m->counters->not_allowed++;
		output_event(output, EVENT_NOT_ALLOWED, &in->from);
		return;
	}
	switch (message_decode(in->bytes, in->size, &message)) { /* T-2 */
	case DECODED_MALFORMED:
		m->counters->malformed++;
		return;
	case DECODED_UNKNOWN:
		m->counters->unknown++;
		return;
	case DECODED:
		take(m, now, in, &message, output);
	}
}

/* T-10 */
void member_offer(struct member *m, struct monotime now, struct reader payload, unsigned attempts,
		  struct output *output)
{
	output_clear(output);
	if (m->state == MEMBER_ROOT) {
		distribution_pass_on(m, payload, output);
		output->fate = FATE_SENT;
	} else {
		/* A child would take it for what comes down from its parent (T-11); NDAT may
		 * have named ourselves. */
		if (children_find(&m->children, &m->origin.root) ||
		    member_is_self(m, &m->origin.root))
			origin_know_none(&m->origin);
		origin_offer(&m->origin, now, payload, attempts, output);
	}
}

void member_unreachable(struct member *m, const struct wire_address *address)
{
	origin_forget_if(&m->origin, address);
}

/* ---- Time ---- */

struct monotime member_deadline(const struct member *m)
{
	if (m->state == MEMBER_IDLE)
		return MONOTIME_NEVER;
	return monotime_earlier(
		m->due, monotime_earlier(adoption_deadline(m), origin_deadline(&m->origin)));
}

void member_tick(struct member *m, struct monotime now, struct output *output)
{
	output_clear(output);
	if (m->state == MEMBER_IDLE)
		return;
	adoption_tick(m, now, output);
	if (m->path_length > 0)
		origin_suppose(&m->origin, &m->path[m->path_length - 1]);
	origin_tick(&m->origin, now, output);
	if (!monotime_is_before(now, m->due))
		walk_tick(m, now, output);
}

/* T-15 */
void member_leave(struct member *m, struct output *output)
{
	output_clear(output);
	if (m->state == MEMBER_IDLE)
		return;
	output_send(output, MESSAGE_LEAV, (struct destination){m->config->rendezvous, OWN_ANY});
	if (m->path_length > 0)
		output_send(output, MESSAGE_LEAV, (struct destination){m->path[0], OWN_ANY});
	if (m->state == MEMBER_JOINING && !children_find(&m->children, &m->candidate))
		/* it may have taken us in already */
		output_send(output, MESSAGE_LEAV, (struct destination){m->candidate, OWN_ANY});
	for (size_t i = 0; i < m->children.count; i++) {
		const struct child *child = &m->children.list[i];

		output_send(output, MESSAGE_LEAV, (struct destination){child->address, child->at});
	}
	m->state = MEMBER_IDLE;
	m->path_length = 0;
	m->children.count = 0;
	origin_rest(&m->origin);
}
