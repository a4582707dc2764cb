/* What a member tells of itself (T-16). */
#ifndef CORE_MEMBER_STATUS_H
#define CORE_MEMBER_STATUS_H

#include "state.h"

/* Answers STAT; false if the request is too small for any answer. */
bool member_status_answer(const struct member *member, struct monotime now,
			  const struct incoming *in, struct output *output);

#endif
