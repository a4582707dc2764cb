/* What the owner of a node, a rendezvous point or a sender is told. */
#ifndef RUN_TREE_HOOKS_H
#define RUN_TREE_HOOKS_H

#include "admitted.h"
#include "core/output.h"

/* Both functions may be NULL. */
struct tree_hooks {
	void (*event)(void *context, const struct event *event);
	void (*notice)(void *context, const char *text);
	void *context;
};

void tree_hooks_notice(const struct tree_hooks *hooks, const char *text);

/* Tells the events of a step; of refused networks each once, as a notice. admitted may be NULL
 * where nobody is refused. */
void tree_hooks_events(const struct tree_hooks *hooks, struct admitted *admitted,
		       const struct output *output);

#endif
