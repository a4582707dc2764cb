/* Payloads on their way down the tree (T-10, T-11). */
#ifndef CORE_DISTRIBUTION_H
#define CORE_DISTRIBUTION_H

#include "state.h"

/* A DATA message. */
void distribution_take(struct member *member, struct monotime now, const struct incoming *in,
		       struct reader payload, struct output *output);

/* Delivers a payload here and copies it to every child. */
void distribution_pass_on(struct member *member, struct reader payload, struct output *output);

#endif
