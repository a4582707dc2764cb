#include "tree_nodes.h"

#include <stdlib.h>

#define NO_NODE SIZE_MAX

/* Families: the first child of each node, and from each child to the next one. */
struct builder {
	const struct drawn_node *nodes;
	size_t count;
	size_t *first, *next;
	bool *is_shown;
	struct tree_row *rows;
	size_t row_count;
};

static bool has_parent(const struct builder *b, size_t node)
{
	return b->nodes[node].parent < b->count;
}

static void find_families(struct builder *b)
{
	for (size_t i = 0; i < b->count; i++)
		b->first[i] = b->next[i] = NO_NODE;
	for (size_t i = b->count; i-- > 0;) { /* so that children come out in the list's order */
		size_t parent = b->nodes[i].parent;

		if (!has_parent(b, i))
			continue;
		b->next[i] = b->first[parent];
		b->first[parent] = i;
	}
}

static size_t add_row(struct builder *b, size_t node, size_t parent_row, enum tree_top top)
{
	b->rows[b->row_count] = (struct tree_row){
		.node = node,
		.depth = parent_row == SIZE_MAX ? 0 : b->rows[parent_row].depth + 1,
		.parent_row = parent_row,
		.is_last = b->next[node] == NO_NODE,
		.top = top,
	};
	b->is_shown[node] = true;
	return b->row_count++;
}

/* The node, whose family must not know it as a child, and all below it: from each row down to the
 * first child, else on to the nearest next one on the way up. */
static void add_rows(struct builder *b, size_t node, enum tree_top top)
{
	size_t row = add_row(b, node, SIZE_MAX, top);

	for (;;) {
		size_t child = b->first[b->rows[row].node];

		if (child != NO_NODE) {
			row = add_row(b, child, row, TREE_NO_TOP);
			continue;
		}
		while (b->rows[row].parent_row != SIZE_MAX && b->rows[row].is_last)
			row = b->rows[row].parent_row;
		if (b->rows[row].parent_row == SIZE_MAX)
			return;
		row = add_row(b, b->next[b->rows[row].node], b->rows[row].parent_row, TREE_NO_TOP);
	}
}

/* The first node in the list of the cycle that one comes to from here by parents: one goes at twice
 * the speed of another, and they can only meet on the cycle. */
static size_t find_cycle(const struct builder *b, size_t from)
{
	const struct drawn_node *nodes = b->nodes;
	size_t slow = from, fast = from, lowest, at;

	do {
		slow = nodes[slow].parent;
		fast = nodes[nodes[fast].parent].parent;
	} while (slow != fast);
	lowest = slow;
	for (at = nodes[slow].parent; at != slow; at = nodes[at].parent)
		if (at < lowest)
			lowest = at;
	return lowest;
}

static void cut_from_parent(struct builder *b, size_t node)
{
	size_t *link = &b->first[b->nodes[node].parent];

	while (*link != node)
		link = &b->next[*link];
	*link = b->next[node];
	b->next[node] = NO_NODE;
}

static void add_all(struct builder *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->nodes[i].parent == DRAWN_ROOT)
			add_rows(b, i, TREE_ROOT);
	for (size_t i = 0; i < b->count; i++)
		if (!has_parent(b, i) && b->nodes[i].parent != DRAWN_ROOT)
			add_rows(b, i, TREE_PARENT_UNKNOWN);
	/* Whoever is left has come from no top: it stands on a cycle, or below one. */
	for (size_t i = 0; i < b->count; i++)
		if (!b->is_shown[i]) {
			size_t node = find_cycle(b, i);

			cut_from_parent(b, node);
			add_rows(b, node, TREE_CYCLE);
		}
}

struct tree_row *tree_rows(const struct drawn_node *nodes, size_t count)
{
	size_t room = count > 0 ? count : 1;
	struct builder b = {
		.nodes = nodes,
		.count = count,
		.first = calloc(room, sizeof *b.first),
		.next = calloc(room, sizeof *b.next),
		.is_shown = calloc(room, sizeof *b.is_shown),
		.rows = calloc(room, sizeof *b.rows),
	};

	if (b.first && b.next && b.is_shown && b.rows) {
		find_families(&b);
		add_all(&b);
	} else {
		free(b.rows);
		b.rows = NULL;
	}
	free(b.first);
	free(b.next);
	free(b.is_shown);
	return b.rows;
}

const char *tree_top_remark(enum tree_top top)
{
	switch (top) {
	case TREE_PARENT_UNKNOWN:
		return "parent unknown";
	case TREE_CYCLE:
		return "cycle: its parent is below it";
	case TREE_ROOT:
	case TREE_NO_TOP:
		break;
	}
	return NULL;
}
