#include "origin.h"

#include <assert.h>

void origin_init(struct origin *o, const struct wire_address *rendezvous,
		 const struct timers *timers, struct sent *ring, size_t ring_size,
		 struct origin_counters *counters)
{
	*o = (struct origin){
		.rendezvous = *rendezvous,
		.timers = timers,
		.sent = ring,
		.sent_room = ring_size,
		.counters = counters,
	};
}

static void ask(struct origin *o, struct monotime now, struct output *output)
{
	o->is_asking = true;
	if (o->attempts <= ATTEMPTS) /* more are not told apart */
		o->attempts++;
	o->due = monotime_add(now, o->timers->retry_ns);
	output_send(output, MESSAGE_ROOT, (struct destination){o->rendezvous, OWN_ANY});
}

static void begin_to_ask(struct origin *o, struct monotime now, struct output *output)
{
	if (o->is_asking)
		return;
	o->attempts = 0;
	ask(o, now, output);
}

/* Fowler, Noll and Vo's hash (FNV-1a, 64 bits): it need not withstand anybody, because a refusal
 * counts only if it comes from where the payload went. */
static uint64_t hash_of(struct reader payload)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	while (payload.at < payload.end)
		hash = (hash ^ *payload.at++) * UINT64_C(0x100000001b3);
	return hash;
}

static void remember(struct origin *o, struct reader payload, unsigned attempts)
{
	if (o->sent_room == 0)
		return;
	o->sent[o->sent_next] = (struct sent){hash_of(payload), o->root, (uint8_t)attempts};
	o->sent_next = (o->sent_next + 1) % o->sent_room;
}

static bool is_older_than(const struct origin *o, struct monotime now, int64_t age_ns)
{
	return !monotime_is_before(now, monotime_add(o->known, age_ns));
}

/* The RP is asked ahead of time, so that a steady flow of payloads never waits for it. */
void origin_offer(struct origin *o, struct monotime now, struct reader payload, unsigned attempts,
		  struct output *output)
{
	if (is_older_than(o, now, o->timers->cache_ns))
		origin_forget(o);
	if (!o->is_usable || is_older_than(o, now, o->timers->cache_ns / 4 * 3))
		begin_to_ask(o, now, output);
	output->payload = payload;
	output->attempts = attempts;
	if (!o->is_usable) {
		output->fate = FATE_HELD;
		o->counters->input_held++;
		return;
	}
	output->fate = FATE_SENT;
	output->copies[output->copy_count++] = (struct destination){o->root, OWN_ANY};
	remember(o, payload, attempts);
	o->counters->input_sent++;
}

static void use_root(struct origin *o, struct monotime now, struct output *output)
{
	o->is_usable = true;
	o->known = now;
	output->release = true;
}

bool origin_take_root(struct origin *o, struct monotime now, const struct wire_address *root,
		      struct output *output)
{
	bool was_asked = o->is_asking;

	if (!was_asked)
		return false;
	if (!wire_address_is_none(root)) {
		if (!wire_address_equal(root, &o->root))
			output_event(output, EVENT_ROOT_FOUND, root);
		o->is_asking = false;
		o->is_denied = false;
		o->root = *root;
		use_root(o, now, output);
	} else { /* asked again when it is due: there may be one soon */
		o->is_usable = false;
		o->is_denied = true;
		o->attempts = 0;
		o->root = *root;
	}
	return true;
}

static struct sent *find_sent(const struct origin *o, uint64_t hash, const struct wire_address *to)
{
	for (size_t back = 1; back <= o->sent_room; back++) { /* the latest first */
		struct sent *sent = &o->sent[(o->sent_next + o->sent_room - back) % o->sent_room];

		if (sent->hash == hash && !wire_address_is_none(&sent->to) &&
		    (!to || wire_address_equal(&sent->to, to)))
			return sent;
	}
	return NULL;
}

static void forget_sent(struct sent *sent)
{
	sent->to = (struct wire_address){.port = 0};
}

bool origin_recognize(struct origin *o, struct reader payload)
{
	struct sent *sent = find_sent(o, hash_of(payload), NULL);

	if (sent)
		forget_sent(sent);
	return sent != NULL;
}

void origin_take_refusal(struct origin *o, struct monotime now, const struct incoming *in,
			 struct message *message, struct output *output)
{
	struct wire_address hint;
	struct reader payload = message_refused_payload(message, &hint);
	struct sent *sent = find_sent(o, hash_of(payload), &in->from);

	if (!sent) { /* only the origin acts on it */
		o->counters->input_unknown++;
		return;
	}
	forget_sent(sent); /* it comes back once */
	o->counters->input_refused++;
	if (wire_address_equal(&in->from, &o->root)) {
		origin_forget(o);
		if (!wire_address_is_none(&hint) &&
		    wire_address_same_family(&hint, &o->rendezvous)) /* T-1 */
			o->root = hint; /* used only if the RP is silent */
	}
	if (!o->is_usable)
		begin_to_ask(o, now, output);
	output->payload = payload;
	output->attempts = sent->attempts + 1u;
	if (output->attempts > NDAT_ATTEMPTS) {
		output->fate = FATE_LOST;
		o->counters->input_lost++;
		return;
	}
	output->fate = FATE_HELD;
	output->release = o->is_usable;
}

void origin_forget(struct origin *o)
{
	o->is_usable = false;
}

void origin_rest(struct origin *o)
{
	o->is_usable = false;
	o->is_asking = false;
}

void origin_know_none(struct origin *o)
{
	origin_forget(o);
	o->root = (struct wire_address){.port = 0};
}

void origin_suppose(struct origin *o, const struct wire_address *root)
{
	bool is_silent = o->is_asking && o->attempts >= ATTEMPTS;

	if (is_silent && wire_address_is_none(&o->root) && !o->is_denied)
		o->root = *root;
}

void origin_forget_if(struct origin *o, const struct wire_address *address)
{
	if (wire_address_equal(&o->root, address))
		origin_forget(o);
}

struct monotime origin_deadline(const struct origin *o)
{
	return o->is_asking ? o->due : MONOTIME_NEVER;
}

/* While the RP is silent the last known root stays in use. */
void origin_tick(struct origin *o, struct monotime now, struct output *output)
{
	if (monotime_is_before(now, origin_deadline(o)))
		return;
	if (o->attempts < ATTEMPTS || wire_address_is_none(&o->root)) {
		if (o->attempts == ATTEMPTS)
			output_event(output, EVENT_RDV_SILENT, &o->rendezvous);
		ask(o, now, output);
		return;
	}
	output_event(output, EVENT_RDV_SILENT, &o->rendezvous);
	o->is_asking = false;
	use_root(o, now, output);
}
