#include "walk.h"

#include "adoption.h"

#include <assert.h>
#include <string.h>

static const struct wire_address NOBODY;

static struct destination to_rendezvous(const struct member *m)
{
	return (struct destination){m->config->rendezvous, OWN_ANY};
}

/* ---- Those we have met ---- */

static bool is_fresh(const struct member *m, const struct acquaintance *a, struct monotime now)
{
	return monotime_is_before(now, monotime_add(a->met, m->config->timers.hold_ns));
}

struct acquaintance *walk_acquaintance(struct member *m, const struct wire_address *address,
				       struct monotime now)
{
	for (size_t i = 0; i < ACQUAINTANCES_MAX; i++) {
		struct acquaintance *a = &m->acquaintances[i];

		if (is_fresh(m, a, now) && wire_address_equal(&a->address, address))
			return a;
	}
	return NULL;
}

/* Former parents are worth most, because their DATA may still come (T-11). */
static int worth(const struct member *m, const struct acquaintance *a, struct monotime now)
{
	if (wire_address_is_none(&a->address) || !is_fresh(m, a, now))
		return 0;
	return a->was_parent ? 2 : 1;
}

/* Of those that are worth least, the one met longest ago. */
static struct acquaintance *to_be_forgotten(struct member *m, struct monotime now)
{
	struct acquaintance *found = &m->acquaintances[0];

	for (size_t i = 1; i < ACQUAINTANCES_MAX; i++) {
		struct acquaintance *a = &m->acquaintances[i];
		int less = worth(m, found, now) - worth(m, a, now);

		if (less > 0 || (less == 0 && monotime_is_before(a->met, found->met)))
			found = a;
	}
	return found;
}

static struct acquaintance *meet(struct member *m, const struct wire_address *address,
				 struct monotime now)
{
	struct acquaintance *a = walk_acquaintance(m, address, now);

	if (!a) {
		a = to_be_forgotten(m, now);
		*a = (struct acquaintance){.address = *address,
					   .parted = monotime_add(now, -SECOND_WORD_NS)};
	}
	a->met = now;
	return a;
}

/* T-15 */
static void say_goodbye(struct acquaintance *a, struct monotime now, uint8_t at,
			struct output *output)
{
	a->parted = now;
	output_send(output, MESSAGE_LEAV, (struct destination){a->address, at});
}

static bool may_part(const struct acquaintance *a, struct monotime now)
{
	return !monotime_is_before(now, monotime_add(a->parted, SECOND_WORD_NS));
}

void walk_part(struct acquaintance *a, struct monotime now, uint8_t at, struct output *output)
{
	if (may_part(a, now))
		say_goodbye(a, now, at, output);
}

/* Nobody is told goodbye twice within a second, not even by being forgotten in between. */
void walk_disown(struct member *m, struct monotime now, const struct incoming *in,
		 struct output *output)
{
	struct acquaintance *a = walk_acquaintance(m, &in->from, now);

	if (!a) {
		a = to_be_forgotten(m, now);
		if (worth(m, a, now) > 0 && !may_part(a, now))
			return;
		a = meet(m, &in->from, now);
	}
	walk_part(a, now, in->at, output);
}

static bool has_failed(struct member *m, const struct wire_address *address, struct monotime now)
{
	const struct acquaintance *a = walk_acquaintance(m, address, now);

	return a && a->failed_walk == m->walk;
}

/* ---- Requests ---- */

/* What the state is waiting for is asked, the first time or again. */
static void request(struct member *m, struct monotime now, struct output *output)
{
	m->attempts++;
	m->due = monotime_add(now, m->config->timers.retry_ns);
	switch (m->state) {
	case MEMBER_ASKING:
		output_send(output, MESSAGE_ROOT, to_rendezvous(m));
		break;
	case MEMBER_REGISTERING:
	case MEMBER_ROOT:
		output_send(output, MESSAGE_RREG, to_rendezvous(m));
		break;
	case MEMBER_JOINING:
		output_send(output, MESSAGE_RJOI, (struct destination){m->candidate, OWN_ANY});
		break;
	case MEMBER_ATTACHED:
		m->asked = now;
		output_send(output, MESSAGE_RJOI, (struct destination){m->path[0], OWN_ANY});
		break;
	case MEMBER_IDLE:
	case MEMBER_WAITING:
		assert(0 && "nothing is asked in this state");
	}
}

static void enter(struct member *m, enum member_state state, struct monotime now,
		  struct output *output)
{
	m->state = state;
	m->attempts = 0;
	request(m, now, output);
}

/* In a state that lasts: the next request is a refresh (T-5, T-8). */
static void settle(struct member *m, enum member_state state, struct monotime now)
{
	m->state = state;
	m->attempts = 0;
	m->back_offs = 0;
	m->due = monotime_add(now, m->config->timers.refresh_ns);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* T-7: uniform in 0 to min(retry x 2^n, refresh, 30 s). */
static int64_t draw_back_off_ns(struct member *m)
{
	const struct timers *timers = &m->config->timers;
	int64_t most = least(timers->refresh_ns, BACK_OFF_NS);
	int64_t delay = timers->retry_ns;

	for (unsigned i = 0; i < m->back_offs && delay < most; i++)
		delay *= 2;
	if (delay < most)
		m->back_offs++;
	return (int64_t)random_below(&m->random, (uint64_t)least(delay, most) + 1);
}

static void back_off(struct member *m, struct monotime now)
{
	m->state = MEMBER_WAITING;
	m->attempts = 0;
	m->due = monotime_add(now, draw_back_off_ns(m));
}

static void count_walk(struct member *m, struct output *output)
{
	m->walk++;
	m->walk_steps = 0;
	m->candidate_count = 0;
	m->counters->walks++;
	output_event(output, EVENT_WALK_BEGUN, NULL);
}

void walk_begin(struct member *m, struct monotime now, struct output *output)
{
	count_walk(m, output);
	enter(m, MEMBER_ASKING, now, output);
}

/* A walk that takes so many steps goes in a circle. */
static bool is_endless(struct member *m)
{
	return ++m->walk_steps > WALK_STEPS_MAX;
}

/* ---- Candidates (T-7) ---- */

static void try(struct member *m, const struct wire_address *candidate, struct monotime now,
		struct output *output)
{
	m->candidate = *candidate;
	meet(m, candidate, now);
	output_event(output, EVENT_TRYING, candidate);
	enter(m, MEMBER_JOINING, now, output);
}

static struct wire_address draw_candidate(struct member *m)
{
	size_t chosen = random_below(&m->random, m->candidate_count);
	struct wire_address drawn = m->candidates[chosen];

	m->candidates[chosen] = m->candidates[--m->candidate_count];
	return drawn;
}

static void try_next(struct member *m, struct monotime now, struct output *output)
{
	while (m->candidate_count > 0 && !is_endless(m)) {
		struct wire_address next = draw_candidate(m);

		if (!member_is_self(m, &next)) { /* a YJOI may have told us since (T-9) */
			try(m, &next, now, output);
			return;
		}
	}
	output_event(output, EVENT_NO_PLACE, NULL);
	back_off(m, now);
}

static void fail_candidate(struct member *m, struct monotime now, struct output *output)
{
	struct acquaintance *a = meet(m, &m->candidate, now);

	a->failed_walk = m->walk;
	say_goodbye(a, now, OWN_ANY, output); /* it may have said yes, which was lost */
	output_event(output, EVENT_UNREACHABLE, &m->candidate);
	try_next(m, now, output);
}

/* T-1: one tree, one family. */
static bool is_of_our_family(const struct member *m, const struct wire_address *address)
{
	return wire_address_same_family(address, &m->config->rendezvous);
}

static bool is_candidate(struct member *m, const struct wire_address *address, struct monotime now)
{
	for (size_t i = 0; i < m->candidate_count; i++)
		if (wire_address_equal(&m->candidates[i], address))
			return false;
	return is_of_our_family(m, address) && !member_is_self(m, address) &&
	       !has_failed(m, address, now);
}

/* Any list, however long, leaves as many candidates as there is room for, each with the same chance
 * (Vitter's reservoir). */
static void list_candidates(struct member *m, struct message *message, struct monotime now)
{
	struct wire_address address;
	size_t seen = 0;

	m->candidate_count = 0;
	while (message_next_address(message, &address)) {
		size_t place = seen;

		if (!is_candidate(m, &address, now))
			continue;
		if (seen++ >= CANDIDATES_MAX)
			place = random_below(&m->random, seen);
		if (place < CANDIDATES_MAX)
			m->candidates[place] = address;
		if (m->candidate_count < CANDIDATES_MAX)
			m->candidate_count++;
	}
}

/* ---- Parents ---- */

static void set_path(struct member *m, const struct wire_address *path, size_t length,
		     struct monotime now, struct output *output)
{
	bool is_same =
		length == m->path_length && memcmp(path, m->path, length * sizeof *path) == 0;

	if (is_same)
		return;
	memcpy(m->path, path, length * sizeof *path);
	m->path_length = (uint8_t)length;
	origin_forget(&m->origin); /* T-10 */
	if (length > 0)
		output_event(output, EVENT_PATH_CHANGED, &m->path[0]);
	adoption_path_changed(m, now, output);
}

/* An orphan from now on; what it does next is the caller's to say, at once. */
static void leave_parent(struct member *m, struct monotime now, bool is_gone, struct output *output)
{
	struct wire_address parent = m->path[0];
	struct acquaintance *a = meet(m, &parent, now);

	assert(m->state == MEMBER_ATTACHED);
	a->was_parent = true;
	a->failed_walk = m->walk + 1; /* the walk that begins now does not lead back */
	a->parted = now;
	output_event(output, EVENT_PARENT_LOST, &parent);
	if (!is_gone) /* T-15 */
		output_send(output, MESSAGE_LEAV, (struct destination){parent, OWN_ANY});
	m->state = MEMBER_WAITING;
	set_path(m, m->path, 0, now, output);
}

void walk_lose_parent(struct member *m, struct monotime now, bool is_gone, struct output *output)
{
	leave_parent(m, now, is_gone, output);
	walk_begin(m, now, output);
}

/* ---- What the time brings ---- */

static void tick_asking(struct member *m, struct monotime now, struct output *output)
{
	if (m->attempts < ATTEMPTS) {
		request(m, now, output);
		return;
	}
	output_event(output, EVENT_RDV_SILENT, &m->config->rendezvous);
	back_off(m, now);
}

static void tick_joining(struct member *m, struct monotime now, struct output *output)
{
	origin_forget_if(&m->origin, &m->candidate); /* T-10 */
	if (m->attempts < ATTEMPTS)
		request(m, now, output);
	else
		fail_candidate(m, now, output);
}

/* T-8 */
static void tick_attached(struct member *m, struct monotime now, struct output *output)
{
	if (m->attempts > 0)
		origin_forget_if(&m->origin, &m->path[0]); /* T-10 */
	if (m->attempts < ATTEMPTS) {
		request(m, now, output);
		return;
	}
	output_event(output, EVENT_UNREACHABLE, &m->path[0]);
	walk_lose_parent(m, now, false, output);
}

/* T-5: a root stays root while the RP is silent, and goes on asking. */
static void tick_root(struct member *m, struct monotime now, struct output *output)
{
	bool is_silent = m->attempts >= ATTEMPTS;

	if (m->attempts == ATTEMPTS)
		output_event(output, EVENT_RDV_SILENT, &m->config->rendezvous);
	request(m, now, output);
	if (!is_silent)
		return;
	m->attempts = ATTEMPTS + 1;
	m->due = monotime_add(m->due, draw_back_off_ns(m));
}

void walk_tick(struct member *m, struct monotime now, struct output *output)
{
	switch (m->state) {
	case MEMBER_IDLE:
		break;
	case MEMBER_WAITING:
		walk_begin(m, now, output);
		break;
	case MEMBER_ASKING:
	case MEMBER_REGISTERING:
		tick_asking(m, now, output);
		break;
	case MEMBER_JOINING:
		tick_joining(m, now, output);
		break;
	case MEMBER_ATTACHED:
		tick_attached(m, now, output);
		break;
	case MEMBER_ROOT:
		tick_root(m, now, output);
	}
}

/* ---- Answers of the rendezvous point ---- */

static void try_to_register(struct member *m, struct monotime now, struct output *output)
{
	if (is_endless(m))
		back_off(m, now);
	else
		enter(m, MEMBER_REGISTERING, now, output);
}

/* T-3, T-4. The same answer is what the origin may wait for. */
void walk_take_root(struct member *m, struct monotime now, struct message *message,
		    struct output *output)
{
	struct wire_address root = NOBODY;
	bool names_us, is_below, was_asked;

	if (message_next_address(message, &root) && !is_of_our_family(m, &root)) {
		m->counters->malformed++;
		return;
	}
	names_us = !wire_address_is_none(&root) && member_is_self(m, &root);
	/* Our own payloads go neither to us nor to a child, which would pass them down (T-11). */
	is_below = names_us || children_find(&m->children, &root);
	was_asked = origin_take_root(&m->origin, now, is_below ? &NOBODY : &root, output);
	if (m->state == MEMBER_ASKING) {
		if (names_us || wire_address_is_none(&root))
			try_to_register(m, now, output);
		else
			try(m, &root, now, output);
	} else if (m->state == MEMBER_ATTACHED && names_us) {
		output_send(output, MESSAGE_LEAV, to_rendezvous(m));
	} else if (!was_asked) {
		m->counters->unasked++;
	}
}

static void become_root(struct member *m, struct monotime now, struct output *output)
{
	settle(m, MEMBER_ROOT, now);
	origin_rest(&m->origin);
	output->release = true;
	output_event(output, EVENT_ROOT_GAINED, NULL);
}

/* T-4, T-5: YREG (is_root) and NREG. */
void walk_take_registration(struct member *m, struct monotime now, bool is_root,
			    struct output *output)
{
	bool is_asked = m->attempts > 0;

	if (m->state == MEMBER_REGISTERING && is_root) {
		become_root(m, now, output);
	} else if (m->state == MEMBER_REGISTERING) {
		m->seen_as = NOBODY;   /* perhaps another has that address now: TOOR meant it */
		if (m->walk_steps > 1) /* the RP contradicts itself: not at the network's speed */
			back_off(m, now);
		else
			enter(m, MEMBER_ASKING, now, output);
	} else if (m->state == MEMBER_ROOT && is_asked && is_root) {
		settle(m, MEMBER_ROOT, now);
	} else if (m->state == MEMBER_ROOT && is_asked) {
		output_event(output, EVENT_ROOT_LOST, NULL);
		walk_begin(m, now, output);
	} else if ((m->state == MEMBER_ATTACHED || m->state == MEMBER_JOINING) && is_root) {
		output_send(output, MESSAGE_LEAV, to_rendezvous(m));
	} else {
		m->counters->unasked++;
	}
}

/* ---- Answers of nodes ---- */

/* T-9: reads the body of YJOI into the path that it gives us. Returns its length; 0 if we stand on
 * it ourselves, or if it is too long, which means the same. */
static size_t read_path(struct member *m, const struct wire_address *sender,
			struct message *message, struct wire_address path[static PATH_MAX_LENGTH])
{
	struct wire_address address;
	size_t length = 0;

	if (message_next_address(message, &address) && is_of_our_family(m, &address) &&
	    !wire_address_equal(&address, sender))
		m->seen_as = address; /* nobody is who tells it that */
	path[length++] = *sender;
	while (message_next_address(message, &address)) {
		if (length == PATH_MAX_LENGTH || member_is_self(m, &address) ||
		    !is_of_our_family(m, &address))
			return 0;
		path[length++] = address;
	}
	return length;
}

/* One whom we no longer ask says yes. T-15: it is declined. A stranger gets no answer. */
static void decline(struct member *m, struct monotime now, const struct incoming *in,
		    struct output *output)
{
	struct acquaintance *a = walk_acquaintance(m, &in->from, now);

	m->counters->unasked++;
	if (!a)
		return;
	a->failed_walk = m->walk;
	say_goodbye(a, now, in->at, output);
}

static void take_first_yes(struct member *m, struct monotime now, const struct incoming *in,
			   struct message *message, struct output *output)
{
	struct wire_address path[PATH_MAX_LENGTH];
	size_t length = read_path(m, &in->from, message, path);

	if (length == 0) {
		struct acquaintance *a = meet(m, &in->from, now);

		m->counters->circles++;
		a->failed_walk = m->walk;
		output_event(output, EVENT_DECLINED, &in->from);
		say_goodbye(a, now, in->at, output);
		try_next(m, now, output);
		return;
	}
	settle(m, MEMBER_ATTACHED, now);
	m->asked = now;
	m->candidate_count = 0;
	m->counters->parents++;
	output_event(output, EVENT_ATTACHED, &in->from);
	set_path(m, path, length, now, output);
}

/* A YJOI that we had not asked for comes again and again until our next RJOI (T-9). */
static void acknowledge(struct member *m, struct monotime now, struct output *output)
{
	struct monotime next = monotime_add(m->asked, SECOND_WORD_NS);

	if (monotime_is_before(now, next))
		m->due = next;
	else
		request(m, now, output);
}

/* From the parent: an answer to a refresh, or news of its path, which our next RJOI acknowledges.
 */
static void take_yes_again(struct member *m, struct monotime now, const struct incoming *in,
			   struct message *message, struct output *output)
{
	struct wire_address path[PATH_MAX_LENGTH];
	size_t length = read_path(m, &in->from, message, path);
	bool was_asked = m->attempts > 0;

	if (length == 0) {
		m->counters->circles++;
		walk_lose_parent(m, now, false, output);
		return;
	}
	settle(m, MEMBER_ATTACHED, now);
	set_path(m, path, length, now, output);
	if (!was_asked)
		acknowledge(m, now, output);
}

void walk_take_yes(struct member *m, struct monotime now, const struct incoming *in,
		   struct message *message, struct output *output)
{
	if (member_is_candidate(m, &in->from))
		take_first_yes(m, now, in, message, output);
	else if (member_is_parent(m, &in->from))
		take_yes_again(m, now, in, message, output);
	else
		decline(m, now, in, output);
}

void walk_take_no(struct member *m, struct monotime now, const struct incoming *in,
		  struct message *message, struct output *output)
{
	bool is_parent = member_is_parent(m, &in->from);
	bool is_asked = member_is_candidate(m, &in->from);

	if (!is_parent && !is_asked) {
		m->counters->unasked++;
		return;
	}
	if (is_parent) {
		leave_parent(m, now, false, output);
		count_walk(m, output);
	}
	output_event(output, EVENT_SENT_ON, &in->from);
	list_candidates(m, message, now);
	try_next(m, now, output);
}
