/* The end of sending to a tree: messages wait in the handle while no root is known, and the last
 * ones sent may come back from a node that is not the root (NDAT), to be sent again. */
#ifndef CLI_TREE_WAIT_H
#define CLI_TREE_WAIT_H

#include "cli/session.h"
#include "hostcast.h"

struct tree_wait {
	struct session *session;
	const struct hostcast *handle;
	int64_t patience_ns;         /* for a root */
	void (*over)(void *context); /* it may be that all has gone: ask tree_wait_is_over() */
	void *context;
	struct loop_timer patience;
	struct loop_timer linger;
	bool is_told;      /* that messages wait */
	bool has_lingered; /* so long, without that any came back, as is reasonable */
	uint64_t returned; /* when that began */
};

void tree_wait_init(struct tree_wait *wait);

/* To be called after each time that the handle sent or received. */
void tree_wait_look(struct tree_wait *wait);

/* Has everything that was sent gone, and stayed? If not, over() is called when it may have. */
bool tree_wait_is_over(struct tree_wait *wait);

#endif
