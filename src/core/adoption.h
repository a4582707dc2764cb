/* The member as a parent (T-6, T-8, T-9): takes children in, tells them of its root path, and lets
 * go of those that are not heard any more. */
#ifndef CORE_ADOPTION_H
#define CORE_ADOPTION_H

#include "state.h"

/* RJOI: somebody wants to become our child, or still is. */
void adoption_take_request(struct member *member, struct monotime now, const struct incoming *in,
			   struct output *output);

/* LEAV from a child. */
void adoption_take_leave(struct member *member, struct child *child, struct output *output);

/* Our root path has changed. */
void adoption_path_changed(struct member *member, struct monotime now, struct output *output);

void adoption_tick(struct member *member, struct monotime now, struct output *output);
struct monotime adoption_deadline(const struct member *member);

#endif
