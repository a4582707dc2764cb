#include "node_show.h"

#include "cli/json.h"
#include "cli/show.h"
#include "events.h"

#include <inttypes.h>

/* Every counter of a node, by name. */
typedef void count_fn(struct text *out, const char *name, uint64_t value);

static void each_count(struct text *out, const struct session *session, const struct node *node,
		       const struct local_program *program, count_fn *add)
{
	const struct member_counters *member = node_member(node)->counters;
	const struct node_counters *own = node_counters(node);
	const struct tree_socket_counters *socket = node_socket_counters(node);

#define ADD_COUNT(name) add(out, #name, member->name);
	MEMBER_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
#define ADD_COUNT(name) add(out, #name, member->origin.name);
	ORIGIN_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
#define ADD_COUNT(name) add(out, #name, own->name);
	NODE_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
#define ADD_COUNT(name) add(out, #name, socket->name);
	TREE_SOCKET_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
	add(out, "waiting", node_held(node));
	add(out, "passed_on", program->passed);
	add(out, "passed_on_failed", program->failed);
	add(out, "output_dropped", session->outlet.dropped);
}

/* ---- JSON ---- */

static void add_json_count(struct text *out, const char *name, uint64_t value)
{
	json_integer(out, name, (int64_t)value);
}

static void add_json_path(struct text *out, const struct member *m)
{
	json_begin_array(out, "path");
	for (size_t i = 0; i < m->path_length; i++) {
		struct text address = {0};

		add_wire_text(&address, &m->path[i]);
		json_array_string(out, text_string(&address));
		text_done(&address);
	}
	json_end_array(out);
}

static int64_t age_ms(const struct session *session, const struct child *child)
{
	return monotime_diff_ns(loop_clock(session->loop), child->heard) / NS_PER_MS;
}

static void add_json_children(struct session *session, const struct node *node)
{
	const struct children *children = &node_member(node)->children;
	struct text *out = &session->out;

	json_begin_array(out, "children");
	for (size_t i = 0; i < children->count; i++) {
		const struct child *child = &children->list[i];
		const struct lane *lane = node_lane(node, &child->address);

		json_begin_object(out);
		add_wire_address(out, "address", &child->address);
		json_integer(out, "heard_ms", age_ms(session, child));
		add_json_count(out, "copies", lane ? lane->copies : 0);
		add_json_count(out, "dropped", lane ? lane->dropped : 0);
		json_end_object(out);
	}
	json_end_array(out);
}

void node_show_json(struct session *session, const struct node *node,
		    const struct local_program *program)
{
	const struct member *m = node_member(node);
	struct text *out = &session->out;

	json_begin_event(out, "summary");
	json_string(out, "state", member_state_name(m->state));
	add_wire_address(out, "seen_as", &m->seen_as);
	if (m->path_length > 0)
		add_wire_address(out, "parent", &m->path[0]);
	add_json_path(out, m);
	add_json_children(session, node);
	each_count(out, session, node, program, add_json_count);
	json_end_event(out);
}

/* ---- Text ---- */

static void add_place(struct text *line, const struct member *m)
{
	text_add_string(line, member_state_name(m->state));
	if (!wire_address_is_none(&m->seen_as)) {
		text_add_string(line, ", seen as ");
		add_wire_text(line, &m->seen_as);
	}
	for (size_t i = 0; i < m->path_length; i++) {
		text_add_string(line, i == 0   ? ", parent "
				      : i == 1 ? ", whose ancestors are "
					       : ", ");
		add_wire_text(line, &m->path[i]);
	}
}

static void add_child(struct text *line, const struct session *session, const struct node *node,
		      const struct child *child)
{
	const struct lane *lane = node_lane(node, &child->address);

	add_wire_text(line, &child->address);
	text_addf(line, " (heard %.1f s ago", (double)age_ms(session, child) / 1000);
	if (lane && lane->dropped > 0)
		text_addf(line, ", has lost %" PRIu64 " payloads", lane->dropped);
	text_add_string(line, ")");
}

static void add_children(struct text *line, const struct session *session, const struct node *node)
{
	const struct children *children = &node_member(node)->children;

	if (children->count == 0)
		text_add_string(line, "; no children");
	for (size_t i = 0; i < children->count; i++) {
		text_add_string(line, i > 0                  ? ", "
				      : children->count == 1 ? "; child "
							     : "; children ");
		add_child(line, session, node, &children->list[i]);
	}
}

void node_show_text(struct session *session, const struct node *node,
		    const struct local_program *program)
{
	const struct member *m = node_member(node);
	struct text line = {0};

	if (m->state != MEMBER_IDLE) { /* it has not left yet */
		add_place(&line, m);
		add_children(&line, session, node);
		session_summary_line(session, text_string(&line));
		text_clear(&line);
	}
	each_count(&line, session, node, program, add_count_text);
	session_summary_line(session, line.size > 0 ? text_string(&line) : "nothing happened");
	text_done(&line);
}
