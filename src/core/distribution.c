#include "distribution.h"

#include "walk.h"

#include <assert.h>
#include <string.h>

void distribution_pass_on(struct member *m, struct reader payload, struct output *output)
{
	output->payload = payload;
	output->is_delivered = true;
	m->counters->data_delivered++;
	for (size_t i = 0; i < m->children.count; i++) {
		const struct child *child = &m->children.list[i];

		output->copies[output->copy_count++] =
			(struct destination){child->address, child->at};
	}
	m->counters->data_copied += m->children.count;
}

static struct wire_address known_root(const struct member *m)
{
	return m->path_length > 0 ? m->path[m->path_length - 1] : m->origin.root;
}

/* The payload goes back, and with it who the root is, to one who takes us for it. */
static void send_back(struct member *m, const struct incoming *in, struct reader payload,
		      struct output *output)
{
	struct writer writer = output_begin(output, MESSAGE_NDAT);
	struct wire_address root = known_root(m);
	size_t most = wire_address_is_v4(&in->from) ? UDP_MAX_4 : UDP_MAX_6;
	struct output_datagram *datagram;

	if (!wire_address_is_none(&root)) {
		root = own_as_told(m->own, root, &in->from, in->at);
		message_add_address(&writer, true, &root);
	}
	writer_byte(&writer, '\n');
	if (writer.size + reader_left(&payload) > most) {
		m->counters->data_unreturned++;
		return;
	}
	m->counters->data_stranger++;
	datagram = output_end(output, &writer, (struct destination){in->from, in->at});
	datagram->tail = payload;
}

/* From somebody else than the parent, and we are not the root. */
static void refuse(struct member *m, struct monotime now, const struct incoming *in,
		   struct reader payload, struct output *output)
{
	struct acquaintance *a = walk_acquaintance(m, &in->from, now);

	if (member_is_candidate(m, &in->from)) {
		m->counters->data_candidate++; /* it may have overtaken YJOI */
	} else if (a && a->failed_walk > 0 && !children_find(&m->children, &in->from)) {
		m->counters->data_former++;
		walk_part(a, now, in->at, output);
	} else { /* a child's payload is its own, and LEAV would make it an orphan */
		send_back(m, in, payload, output);
	}
}

/* Whoever still takes the root for its child copies to it what came from it, and the payload would
 * go round, and multiply, until a root path tells (T-9). Nothing shows that it is not a payload of
 * its own; so it is told that it has no child here, which is nothing to a source. Only of a former
 * parent it is too likely. False: the payload is dropped. */
static bool is_for_root(struct member *m, struct monotime now, const struct incoming *in,
			struct output *output)
{
	const struct acquaintance *a;

	if (children_find(&m->children, &in->from))
		return true;
	walk_disown(m, now, in, output);
	a = walk_acquaintance(m, &in->from, now);
	return !(a && a->was_parent);
}

/* T-11 */
void distribution_take(struct member *m, struct monotime now, const struct incoming *in,
		       struct reader payload, struct output *output)
{
	bool is_root = m->state == MEMBER_ROOT;

	if (!is_root && !member_is_parent(m, &in->from)) {
		refuse(m, now, in, payload, output);
	} else if (is_root && !is_for_root(m, now, in, output)) {
		m->counters->data_former++;
	} else {
		m->counters->data_received++;
		distribution_pass_on(m, payload, output);
	}
}

/* T-11: who sent it, and so whether it is accepted, is the same for all; the header of each is
 * looked at. */
size_t distribution_take_alike(struct member *m, const struct incoming *in, size_t size,
			       const struct output *output)
{
	const uint8_t *at = in->bytes + in->size, *end = at + size;
	size_t header = (size_t)(output->payload.at - in->bytes);
	uint64_t count = 0;

	assert(output->is_delivered && in->size > 0);
	while (at < end) {
		size_t left = (size_t)(end - at);

		if (left < header || memcmp(at, in->bytes, header) != 0)
			break;
		at += left < in->size ? left : in->size;
		count++;
	}
	m->counters->data_received += count;
	m->counters->data_delivered += count;
	m->counters->data_copied += count * output->copy_count;
	return size - (size_t)(end - at);
}
