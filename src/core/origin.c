#include "origin.h"

#include <assert.h>
#include <string.h>

void origin_init(struct origin *o, const struct wire_address *rendezvous,
		 const struct timers *timers, struct sent *table, size_t table_size,
		 struct origin_counters *counters)
{
	*o = (struct origin){
		.rendezvous = *rendezvous,
		.timers = timers,
		.sent = table,
		.sent_room = table_size,
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

/* ---- The table of what was sent ---- */

#define RETURN_NS (10 * NS_PER_S) /* after which nothing is expected back */

enum { PROBES = 8 }; /* places, one after the other, in which a payload can stand */

/* As Fowler, Noll and Vo do it (FNV-1a), but eight bytes at a time. It need not withstand anybody,
 * because a refusal counts only if it comes from where the payload went. */
static uint64_t hash_of(struct reader payload)
{
	const uint64_t prime = UINT64_C(0x100000001b3);
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ reader_left(&payload), word;

	for (; reader_left(&payload) >= sizeof word; payload.at += sizeof word) {
		memcpy(&word, payload.at, sizeof word);
		hash = (hash ^ word) * prime;
	}
	while (payload.at < payload.end)
		hash = (hash ^ *payload.at++) * prime;
	return hash ^ hash >> 32;
}

static size_t probes(const struct origin *o)
{
	return o->sent_room < PROBES ? o->sent_room : PROBES;
}

static struct sent *place_of(const struct origin *o, uint64_t hash, size_t probe)
{
	return &o->sent[(size_t)(hash + probe) % o->sent_room];
}

static bool is_empty(const struct sent *sent)
{
	return wire_address_is_none(&sent->to);
}

static bool is_same(const struct sent *a, const struct sent *b)
{
	return a->hash == b->hash && a->attempts == b->attempts &&
	       wire_address_equal(&a->to, &b->to);
}

/* Where the same stands already, or nothing, or the oldest that can make room. */
static struct sent *place_for(const struct origin *o, const struct sent *new)
{
	struct sent *best = place_of(o, new->hash, 0);

	for (size_t i = 0; i < probes(o); i++) {
		struct sent *sent = place_of(o, new->hash, i);

		if (is_same(sent, new))
			return sent;
		if (!is_empty(best) && (is_empty(sent) || (int32_t)(sent->order - best->order) < 0))
			best = sent;
	}
	return best;
}

static void remember(struct origin *o, struct monotime now, struct reader payload,
		     unsigned attempts)
{
	struct sent new = {hash_of(payload), o->root, (uint8_t)attempts, 1, o->order++};
	struct sent *place;

	o->last_sent = now;
	if (o->sent_room == 0)
		return;
	place = place_for(o, &new);
	if (is_empty(place))
		o->sent_count++;
	else if (is_same(place, &new) && place->times < UINT16_MAX)
		new.times = (uint16_t)(place->times + 1);
	*place = new;
}

/* The latest one of those that look like this, sent to this address or (NULL) to any. */
static struct sent *find_sent(const struct origin *o, uint64_t hash, const struct wire_address *to)
{
	struct sent *latest = NULL;

	for (size_t i = 0; i < probes(o); i++) {
		struct sent *sent = place_of(o, hash, i);

		if (sent->hash == hash && !is_empty(sent) &&
		    (!to || wire_address_equal(&sent->to, to)) &&
		    (!latest || (int32_t)(sent->order - latest->order) > 0))
			latest = sent;
	}
	return latest;
}

static void forget_sent(struct origin *o, struct sent *sent)
{
	if (--sent->times > 0)
		return;
	sent->to = (struct wire_address){.port = 0};
	o->sent_count--;
}

/* ---- Payloads that are to be sent ---- */

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
	remember(o, now, payload, attempts);
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

bool origin_recognize(struct origin *o, struct reader payload)
{
	struct sent *sent = find_sent(o, hash_of(payload), NULL);

	if (sent)
		forget_sent(o, sent);
	return sent != NULL;
}

bool origin_is_expecting(const struct origin *o, struct monotime now)
{
	return o->sent_count > 0 && monotime_is_before(now, monotime_add(o->last_sent, RETURN_NS));
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
	forget_sent(o, sent); /* it comes back once */
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
