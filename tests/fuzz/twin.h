/* Datagrams that came together (a train), taken by a member as a node takes them, in runs of the
 * like (distribution_take_alike()), and one by one by a twin of it: both must come to the same. */
#ifndef FUZZ_TWIN_H
#define FUZZ_TWIN_H

#include "core/member.h"

/* The member stays as it is. `in` is the whole train, of datagrams of `segment` bytes, at least
 * one; the last may be shorter. */
void check_twins(const struct member *member, struct monotime now, const struct incoming *in,
		 size_t segment);

#endif
