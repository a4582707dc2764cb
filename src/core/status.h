/* What a node or RP tells of itself (T-16). */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include "output.h"

struct member;
struct rendezvous;

/* Answers STAT with TATS, never larger than the request: where it does not fit, all it says is how
 * large a request would do. False if not even that fits: nothing is answered. */
bool status_of_member(const struct member *member, struct monotime now, const struct incoming *in,
		      struct output *output);
bool status_of_rendezvous(const struct rendezvous *rendezvous, struct monotime now,
			  const struct incoming *in, struct output *output);

#endif
