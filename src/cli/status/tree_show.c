#include "tree_show.h"

#include "cli/json.h"
#include "state_show.h"
#include "tree_drawing.h"
#include "tree_picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_SIZE = HOSTCAST_TEXT_SIZE + 64 };

/* The strings that a drawing points to. */
struct label {
	char name[HOSTCAST_TEXT_SIZE];
	char note[NOTE_SIZE];
};

/* ---- What is said of a node ---- */

/* Its parent is another node of the tree than the one that names it: it has moved, and the old
 * parent has not noticed yet. An address that nobody here has may be another one of the same
 * parent. */
static bool is_elsewhere(const struct survey *s, const struct survey_node *node)
{
	if (wire_address_is_none(&node->parent))
		return false;
	if (node->named_by == SURVEY_TOP)
		return true;
	return survey_find(s, &node->parent) != SURVEY_TOP &&
	       !wire_address_equal(&s->nodes[node->named_by].address, &node->parent);
}

static void write_answered_note(const struct survey *s, const struct survey_node *node,
				char note[static NOTE_SIZE])
{
	char parent[HOSTCAST_TEXT_SIZE];

	if (node->role == REPORT_RENDEZVOUS)
		snprintf(note, NOTE_SIZE, "a rendezvous point, no node");
	else if (is_elsewhere(s, node))
		snprintf(note, NOTE_SIZE, "now a child of %s",
			 state_address_text(&node->parent, parent));
	else if (strcmp(node->word, "attached") != 0)
		snprintf(note, NOTE_SIZE, "%s", node->word);
}

static void write_note(const struct survey *s, const struct survey_node *node,
		       char note[static NOTE_SIZE])
{
	if (node->state == SURVEY_ANSWERED)
		write_answered_note(s, node, note);
	else if (node->state == SURVEY_SILENT)
		snprintf(note, NOTE_SIZE, "%s", node->problem);
	else if (node->state == SURVEY_REPEATED)
		snprintf(note, NOTE_SIZE, "named twice, see there");
}

/* ---- Drawings ---- */

static bool draw(struct text *out, const struct drawn_node *nodes, size_t count,
		 enum tree_form form)
{
	switch (form) {
	case TREE_DOT:
		return tree_drawing_add_dot(out, nodes, count);
	case TREE_SVG:
		return tree_picture_add(out, "the tree, as its nodes tell", nodes, count);
	default:
		return tree_drawing_add(out, nodes, count);
	}
}

bool tree_show(struct text *out, const struct survey *s, enum tree_form form)
{
	struct drawn_node *drawn = calloc(s->count, sizeof *drawn);
	struct label *labels = calloc(s->count, sizeof *labels);
	bool is_done = drawn && labels;

	for (size_t i = 0; is_done && i < s->count; i++) {
		const struct survey_node *node = &s->nodes[i];

		state_address_text(&node->address, labels[i].name);
		write_note(s, node, labels[i].note);
		drawn[i] = (struct drawn_node){
			.name = labels[i].name,
			.note = labels[i].note,
			.parent = node->named_by == SURVEY_TOP ? DRAWN_ROOT : node->named_by,
		};
	}
	is_done = is_done && draw(out, drawn, s->count, form);
	free(drawn);
	free(labels);
	return is_done;
}

/* ---- Totals ---- */

static size_t depth_of(const struct survey *s, size_t index)
{
	size_t depth = 0;

	while ((index = s->nodes[index].named_by) != SURVEY_TOP)
		depth++;
	return depth;
}

struct tree_totals tree_totals(const struct survey *s)
{
	struct tree_totals totals = {.nodes = 0};

	for (size_t i = 0; i < s->count; i++) {
		enum survey_state state = s->nodes[i].state;
		size_t depth = depth_of(s, i);

		totals.nodes += state != SURVEY_REPEATED;
		totals.answered += state == SURVEY_ANSWERED;
		totals.silent += state == SURVEY_SILENT;
		totals.repeated += state == SURVEY_REPEATED;
		if (state != SURVEY_REPEATED && depth > totals.depth)
			totals.depth = depth;
	}
	return totals;
}

/* ---- JSON ---- */

void tree_show_json(struct text *out, const struct survey *s, size_t index,
		    const struct report *report)
{
	const struct survey_node *node = &s->nodes[index];
	char text[HOSTCAST_TEXT_SIZE];

	json_begin_event(out, "node");
	json_string(out, "address", state_address_text(&node->address, text));
	if (node->named_by != SURVEY_TOP)
		json_string(out, "named_by",
			    state_address_text(&s->nodes[node->named_by].address, text));
	json_integer(out, "depth", (int64_t)depth_of(s, index));
	json_bool(out, "answered", report != NULL);
	json_bool(out, "repeated", node->state == SURVEY_REPEATED);
	if (node->state == SURVEY_SILENT)
		json_string(out, "problem", node->problem);
	if (report)
		state_add_json(out, report);
	json_end_event(out);
}

void tree_totals_add_json(struct text *out, const struct survey *s)
{
	struct tree_totals totals = tree_totals(s);
	char text[HOSTCAST_TEXT_SIZE];

	json_string(out, "root", state_address_text(&s->nodes[0].address, text));
	json_integer(out, "nodes", (int64_t)totals.nodes);
	json_integer(out, "answered", (int64_t)totals.answered);
	json_integer(out, "silent", (int64_t)totals.silent);
	json_integer(out, "repeated", (int64_t)totals.repeated);
	json_integer(out, "cut_off", (int64_t)s->cut_off);
	json_integer(out, "depth", (int64_t)totals.depth);
}
