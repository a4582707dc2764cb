/* What a node shows of itself: its place in the tree, and what it counted. */
#ifndef CLI_TREE_NODE_SHOW_H
#define CLI_TREE_NODE_SHOW_H

#include "cli/session.h"
#include "local_program.h"

void node_show_json(struct session *session, const struct node *node,
		    const struct local_program *program);

/* Lines on standard error. */
void node_show_text(struct session *session, const struct node *node,
		    const struct local_program *program);

#endif
