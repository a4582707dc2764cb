/* The nodes of a tree that is to be drawn, and the order in which drawings show them. */
#ifndef CLI_TREE_NODES_H
#define CLI_TREE_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DRAWN_ROOT           SIZE_MAX
#define DRAWN_PARENT_UNKNOWN (SIZE_MAX - 1)

struct drawn_node {
	const char *name;
	const char *note; /* shown beside the name, or under it; NULL or "" for none */
	size_t parent; /* an index, DRAWN_ROOT, or DRAWN_PARENT_UNKNOWN (any that is out of range)
			*/
};

/* Why a node stands at depth 0. */
enum tree_top {
	TREE_NO_TOP, /* it does not */
	TREE_ROOT,
	TREE_PARENT_UNKNOWN, /* it has a parent that is not in the list */
	TREE_CYCLE,          /* its parent stands below it */
};

struct tree_row {
	size_t node; /* index in the list */
	size_t depth;
	size_t parent_row; /* SIZE_MAX at depth 0 */
	bool is_last;      /* of its parent's children; at depth 0 always */
	enum tree_top top;
};

/* Every node once, each followed by what stands below it; children and roots in the order of the
 * list. Roots come first, then nodes whose parent is unknown, then cycles, each cut open above the
 * first of its nodes in the list. Free with free(); NULL if memory is short, and only then. */
struct tree_row *tree_rows(const struct drawn_node *nodes, size_t count);

/* What to say of a node at depth 0 that is no root: "parent unknown", ...; else NULL. */
const char *tree_top_remark(enum tree_top top);

#endif
