#include "rendezvous.h"

#include "status.h"

void rendezvous_init(struct rendezvous *r, struct admission admission, const struct own *own,
		     int64_t hold_ns)
{
	*r = (struct rendezvous){.admission = admission, .own = own, .hold_ns = hold_ns};
}

static bool is_root(const struct rendezvous *r, const struct wire_address *address)
{
	return wire_address_equal(&r->root, address); /* nobody has the address of none */
}

static void forget_root(struct rendezvous *r, enum event_type why, struct output *output)
{
	output_event(output, why, &r->root);
	r->root = (struct wire_address){.port = 0};
}

/* T-3 */
static void answer_who(struct rendezvous *r, const struct incoming *in, struct output *output)
{
	struct writer writer = output_begin(output, MESSAGE_TOOR);

	r->counters.asked++;
	if (!wire_address_is_none(&r->root)) {
		struct wire_address told = own_as_told(r->own, r->root, &in->from, in->at);

		message_add_address(&writer, true, &told);
	}
	output_end(output, &writer, (struct destination){in->from, in->at});
}

/* T-4, T-5 */
static void answer_registration(struct rendezvous *r, struct monotime now,
				const struct incoming *in, struct output *output)
{
	struct destination back = {in->from, in->at};

	if (is_root(r, &in->from)) {
		r->heard = now;
		r->counters.refreshed++;
		output_event(output, EVENT_REFRESHED, &in->from);
		output_send(output, MESSAGE_YREG, back);
	} else if (wire_address_is_none(&r->root)) {
		r->root = in->from;
		r->registered = r->heard = now;
		r->counters.registered++;
		output_event(output, EVENT_REGISTERED, &in->from);
		output_send(output, MESSAGE_YREG, back);
	} else {
		r->counters.refused++;
		output_event(output, EVENT_REFUSED, &in->from);
		output_send(output, MESSAGE_NREG, back);
	}
}

/* T-16 */
static bool answer_status(const struct rendezvous *r, struct monotime now,
			  const struct incoming *in, struct output *output)
{
	struct status status;

	status_begin(&status, r->own, in);
	status_add_word(&status, "role", "rdv");
	if (!wire_address_is_none(&r->root)) {
		status_add_address(&status, "root", &r->root);
		status_add_age(&status, "root_heard_ms", now, r->heard);
		status_add_age(&status, "root_since_ms", now, r->registered);
	}
#define ADD_COUNT(name) status_add_count(&status, #name, r->counters.name);
	RENDEZVOUS_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
	return status_send(&status, output);
}

static void take(struct rendezvous *r, struct monotime now, const struct incoming *in,
		 const struct message *message, struct output *output)
{
	switch (message->type) {
	case MESSAGE_ROOT:
		answer_who(r, in, output);
		break;
	case MESSAGE_RREG:
		answer_registration(r, now, in, output);
		break;
	case MESSAGE_LEAV: /* T-15 */
		if (!is_root(r, &in->from)) {
			r->counters.unasked++;
			break;
		}
		r->counters.left++;
		forget_root(r, EVENT_LEFT, output);
		break;
	case MESSAGE_STAT:
		if (!answer_status(r, now, in, output))
			r->counters.malformed++;
		break;
	default:
		r->counters.unasked++;
	}
}

void rendezvous_receive(struct rendezvous *r, struct monotime now, const struct incoming *in,
			struct output *output)
{
	struct message message;

	output_clear(output);
	if (!wire_address_is_usable(&in->from) || own_has(r->own, &in->from) ||
	    !admission_has(&r->admission, &in->from)) { /* T-14; from ourselves: it is forged */
		r->counters.not_allowed++;
		output_event(output, EVENT_NOT_ALLOWED, &in->from);
		return;
	}
	switch (message_decode(in->bytes, in->size, &message)) { /* T-2 */
	case DECODED_MALFORMED:
		r->counters.malformed++;
		return;
	case DECODED_UNKNOWN:
		r->counters.unknown++;
		return;
	case DECODED:
		take(r, now, in, &message, output);
	}
}

struct monotime rendezvous_deadline(const struct rendezvous *r)
{
	return wire_address_is_none(&r->root) ? MONOTIME_NEVER : monotime_add(r->heard, r->hold_ns);
}

/* T-5 */
void rendezvous_tick(struct rendezvous *r, struct monotime now, struct output *output)
{
	output_clear(output);
	if (monotime_is_before(now, rendezvous_deadline(r)))
		return;
	r->counters.expired++;
	forget_root(r, EVENT_EXPIRED, output);
}
