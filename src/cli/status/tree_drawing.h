/* A tree in the terminal, one node a line, and as Graphviz DOT. */
#ifndef CLI_TREE_DRAWING_H
#define CLI_TREE_DRAWING_H

#include "base/text.h"
#include "tree_nodes.h"

/* Names and notes may come from the network: they are escaped here. False if memory is short. */
bool tree_drawing_add(struct text *out, const struct drawn_node *nodes, size_t count);
bool tree_drawing_add_dot(struct text *out, const struct drawn_node *nodes, size_t count);

#endif
