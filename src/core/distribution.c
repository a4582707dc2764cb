#include "distribution.h"

#include "walk.h"

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

	if (m->state == MEMBER_JOINING && wire_address_equal(&in->from, &m->candidate)) {
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
 * its own; so it is told that it has no child here, which is nothing to a source. */
static void end_circle(struct member *m, struct monotime now, const struct incoming *in,
		       struct output *output)
{
	if (!children_find(&m->children, &in->from))
		walk_disown(m, now, in, output);
}

/* T-11 */
void distribution_take(struct member *m, struct monotime now, const struct incoming *in,
		       struct reader payload, struct output *output)
{
	struct acquaintance *a = walk_acquaintance(m, &in->from, now);
	bool is_former = m->state == MEMBER_ROOT && a && a->was_parent &&
			 !children_find(&m->children, &in->from);
	bool is_from_parent =
		m->state == MEMBER_ATTACHED && wire_address_equal(&in->from, &m->path[0]);

	if (is_former) {
		m->counters->data_former++;
		walk_part(a, now, in->at, output);
	} else if (m->state == MEMBER_ROOT || is_from_parent) {
		if (m->state == MEMBER_ROOT)
			end_circle(m, now, in, output);
		m->counters->data_received++;
		distribution_pass_on(m, payload, output);
	} else {
		refuse(m, now, in, payload, output);
	}
}
