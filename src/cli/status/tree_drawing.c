#include "tree_drawing.h"

#include <stdlib.h>
#include <string.h>

static void add_escaped_string(struct text *out, const char *string)
{
	text_add_escaped(out, string, strlen(string));
}

static bool has_note(const struct drawn_node *node)
{
	return node->note && *node->note;
}

/* is_last tells, for each depth, whether the node there on the way to this row is the last child.
 */
static void add_branches(struct text *out, const struct tree_row *row, const bool *is_last)
{
	for (size_t depth = 1; depth < row->depth; depth++)
		text_add_string(out, is_last[depth] ? "   " : "│  ");
	if (row->depth > 0)
		text_add_string(out, row->is_last ? "└─ " : "├─ ");
}

static void add_line(struct text *out, const struct drawn_node *node, const struct tree_row *row,
		     const bool *is_last)
{
	const char *remark = tree_top_remark(row->top);

	add_branches(out, row, is_last);
	add_escaped_string(out, node->name);
	if (has_note(node)) {
		text_add_string(out, "  ");
		add_escaped_string(out, node->note);
	}
	if (remark)
		text_addf(out, "  (%s)", remark);
	text_add_string(out, "\n");
}

bool tree_drawing_add(struct text *out, const struct drawn_node *nodes, size_t count)
{
	struct tree_row *rows = tree_rows(nodes, count);
	bool *is_last = calloc(count + 1, sizeof *is_last);
	bool done = rows && is_last;

	for (size_t i = 0; done && i < count; i++) {
		is_last[rows[i].depth] = rows[i].is_last;
		add_line(out, &nodes[rows[i].node], &rows[i], is_last);
	}
	free(is_last);
	free(rows);
	return done && !out->failed;
}

/* What stands between quotes in DOT: there a backslash begins an escape. */
static void add_dot_escaped(struct text *out, const char *string)
{
	struct text harmless = {0};

	add_escaped_string(&harmless, string);
	for (size_t i = 0; i < harmless.size; i++) {
		if (harmless.bytes[i] == '"' || harmless.bytes[i] == '\\')
			text_add_string(out, "\\");
		text_add(out, &harmless.bytes[i], 1);
	}
	out->failed |= harmless.failed;
	text_done(&harmless);
}

static void add_dot_node(struct text *out, const struct drawn_node *node,
			 const struct tree_row *row)
{
	const char *remark = tree_top_remark(row->top);

	text_addf(out, "\tn%zu [label=\"", row->node);
	add_dot_escaped(out, node->name);
	if (has_note(node)) {
		text_add_string(out, "\\n");
		add_dot_escaped(out, node->note);
	}
	if (remark)
		text_addf(out, "\\n(%s)", remark);
	text_add_string(out, "\"");
	if (row->top == TREE_ROOT)
		text_add_string(out, ", penwidth=2");
	text_add_string(out, remark ? ", style=\"rounded,dashed\"];\n" : "];\n");
}

static void add_dot_edge(struct text *out, const struct drawn_node *node,
			 const struct tree_row *row)
{
	if (row->top == TREE_ROOT || row->top == TREE_PARENT_UNKNOWN)
		return;
	text_addf(out, "\tn%zu -> n%zu%s;\n", node->parent, row->node,
		  row->top == TREE_CYCLE ? " [style=dashed]" : "");
}

bool tree_drawing_add_dot(struct text *out, const struct drawn_node *nodes, size_t count)
{
	struct tree_row *rows = tree_rows(nodes, count);

	if (!rows)
		return false;
	text_add_string(out, "digraph tree {\n"
			     "\trankdir=LR;\n"
			     "\tnode [shape=box, style=rounded, fontname=\"monospace\"];\n");
	for (size_t i = 0; i < count; i++)
		add_dot_node(out, &nodes[rows[i].node], &rows[i]);
	for (size_t i = 0; i < count; i++)
		add_dot_edge(out, &nodes[rows[i].node], &rows[i]);
	text_add_string(out, "}\n");
	free(rows);
	return !out->failed;
}
