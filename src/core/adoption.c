#include "adoption.h"

#include <assert.h>

static struct destination to_child(const struct child *child)
{
	return (struct destination){child->address, child->at};
}

/* T-9: who the receiver is to us, and the root path without ourselves. */
static void send_yes(struct member *m, const struct child *child, struct output *output)
{
	struct writer writer = output_begin(output, MESSAGE_YJOI);

	message_add_address(&writer, true, &child->address);
	for (size_t i = 0; i < m->path_length; i++) {
		struct wire_address told =
			own_as_told(m->own, m->path[i], &child->address, child->at);

		message_add_address(&writer, false, &told);
	}
	output_end(output, &writer, to_child(child));
}

/* Bytes that an answer may have, so that who forges its request's source gains little (T-14). */
static size_t answer_room(const struct incoming *in)
{
	size_t headers = wire_address_is_v4(&in->from) ? IP_AND_UDP_4 : IP_AND_UDP_6;

	return AMPLIFICATION_MAX * (headers + in->size) - headers;
}

/* T-6: the children from a random one on, as many as fit; the asker is none of them, or it would
 * not be refused. Says nothing rather than to name nobody, which breaks naive implementations. */
static void send_no(struct member *m, const struct incoming *in, struct output *output)
{
	struct writer writer = output_begin(output, MESSAGE_NJOI);
	size_t count = m->children.count, first, named = 0;
	size_t room = writer.size + answer_room(in) - HEADER_SIZE;

	if (room < writer.room)
		writer.room = room;
	first = count > 0 ? random_below(&m->random, count) : 0;
	for (size_t i = 0; i < count; i++) {
		const struct child *child = &m->children.list[(first + i) % count];
		struct wire_address told = own_as_told(m->own, child->address, &in->from, in->at);
		struct writer before = writer;

		message_add_address(&writer, named == 0, &told);
		if (writer.failed) {
			writer = before;
			break;
		}
		named++;
	}
	if (named == 0) {
		m->counters->joins_unanswered++;
		return;
	}
	m->counters->joins_refused++;
	output_end(output, &writer, (struct destination){in->from, in->at});
}

static bool is_on_path(const struct member *m, const struct wire_address *address)
{
	for (size_t i = 0; i < m->path_length; i++)
		if (wire_address_equal(&m->path[i], address))
			return true;
	return false;
}

static bool has_root_path(const struct member *m)
{
	return m->state == MEMBER_ATTACHED || m->state == MEMBER_ROOT;
}

static bool has_room_for(const struct member *m, const struct wire_address *asker)
{
	return m->children.count < m->config->children_most && m->path_length < PATH_MAX_LENGTH &&
	       !is_on_path(m, asker) && !member_is_self(m, asker) &&
	       !wire_address_equal(asker, &m->config->rendezvous);
}

void adoption_take_request(struct member *m, struct monotime now, const struct incoming *in,
			   struct output *output)
{
	struct child *child = children_find(&m->children, &in->from);

	if (!child && !has_root_path(m)) { /* T-6: an orphan is silent to newcomers */
		m->counters->joins_unanswered++;
		return;
	}
	if (!child && !has_room_for(m, &in->from)) {
		output_event(output, EVENT_CHILD_REFUSED, &in->from);
		send_no(m, in, output);
		return;
	}
	if (!child) {
		child = children_add(&m->children, &in->from, now);
		m->counters->children_joined++;
		output_event(output, EVENT_CHILD_JOINED, &in->from);
	}
	child->heard = now;
	child->at = in->at;
	child->is_owed = false;
	send_yes(m, child, output);
}

void adoption_take_leave(struct member *m, struct child *child, struct output *output)
{
	m->counters->children_left++;
	output_event(output, EVENT_CHILD_LEFT, &child->address);
	children_remove(&m->children, child);
}

static struct monotime may_be_told(const struct child *child)
{
	return monotime_add(child->told, SECOND_WORD_NS);
}

static void tell(struct member *m, struct child *child, struct monotime now, struct output *output)
{
	child->told = now;
	send_yes(m, child, output);
}

void adoption_path_changed(struct member *m, struct monotime now, struct output *output)
{
	for (size_t i = m->children.count; i-- > 0;) {
		struct child *child = &m->children.list[i];

		if (is_on_path(m, &child->address)) { /* T-9 */
			m->counters->children_removed++;
			output_event(output, EVENT_CHILD_REMOVED, &child->address);
			/* T-15. Our parent would take it for our leaving. */
			if (!wire_address_equal(&child->address, &m->path[0]))
				output_send(output, MESSAGE_LEAV, to_child(child));
			children_remove(&m->children, child);
			continue;
		}
		child->is_owed = true;
		if (!monotime_is_before(now, may_be_told(child)))
			tell(m, child, now, output);
	}
}

static struct monotime expiry(const struct member *m, const struct child *child)
{
	return monotime_add(child->heard, m->config->timers.hold_ns);
}

void adoption_tick(struct member *m, struct monotime now, struct output *output)
{
	for (size_t i = m->children.count; i-- > 0;) {
		struct child *child = &m->children.list[i];

		if (!monotime_is_before(now, expiry(m, child))) { /* T-8 */
			m->counters->children_expired++;
			output_event(output, EVENT_CHILD_EXPIRED, &child->address);
			children_remove(&m->children, child);
		} else if (child->is_owed && !monotime_is_before(now, may_be_told(child))) {
			tell(m, child, now, output);
		}
	}
}

struct monotime adoption_deadline(const struct member *m)
{
	struct monotime deadline = MONOTIME_NEVER;

	for (size_t i = 0; i < m->children.count; i++) {
		const struct child *child = &m->children.list[i];

		deadline = monotime_earlier(deadline, expiry(m, child));
		if (child->is_owed)
			deadline = monotime_earlier(deadline, may_be_told(child));
	}
	return deadline;
}
