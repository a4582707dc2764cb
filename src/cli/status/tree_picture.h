/* A tree as an SVG file that needs nothing else: from left to right, a box for each node with its
 * name and note. */
#ifndef CLI_TREE_PICTURE_H
#define CLI_TREE_PICTURE_H

#include "base/text.h"
#include "tree_nodes.h"

/* Names, notes and title may come from the network: they are escaped here. False if memory is
 * short. */
bool tree_picture_add(struct text *out, const char *title, const struct drawn_node *nodes,
		      size_t count);

#endif
