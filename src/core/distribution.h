/* Payloads on their way down the tree (T-10, T-11). */
#ifndef CORE_DISTRIBUTION_H
#define CORE_DISTRIBUTION_H

#include "state.h"

/* A DATA message. */
void distribution_take(struct member *member, struct monotime now, const struct incoming *in,
		       struct reader payload, struct output *output);

/* After a step that delivered DATA: behind it in memory stand `size` bytes of datagrams that came
 * together with it, each as long as it is, the last perhaps shorter. Takes those, from the first
 * on, that begin with the same header; the output of the step is theirs, too. Returns their bytes.
 */
size_t distribution_take_alike(struct member *member, const struct incoming *in, size_t size,
			       const struct output *output);

/* Delivers a payload here and copies it to every child. */
void distribution_pass_on(struct member *member, struct reader payload, struct output *output);

#endif
