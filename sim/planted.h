/* Faults of the protocol itself, for the tests of the watcher: around the core, not in it. */
#ifndef SIM_PLANTED_H
#define SIM_PLANTED_H

#include "world.h"

/* Changes what a member is about to receive. False: it does not get it. */
bool planted_receive(const struct world *world, const struct node *node, struct incoming *in);

/* How often it is handled. */
unsigned planted_times(const struct world *world, const struct incoming *in);

/* After each step of a member. */
void planted_after(const struct world *world, struct node *node);

#endif
