/* Tokens that askers have been sent, and have not used yet: who says the one that was sent to an
 * address is reached there. */
#ifndef DOCTOR_PEER_TOKENS_H
#define DOCTOR_PEER_TOKENS_H

#include "base/monotime.h"
#include "hostcast.h"

enum { PEER_TOKENS_MAX = 16 };

struct peer_tokens {
	struct peer_token {
		union hostcast_address asker; /* family 0: this place is free */
		uint64_t session, token;
		struct monotime since;
	} list[PEER_TOKENS_MAX]; /* the oldest makes room for a new one */
};

/* The token for an asker's session: the one that it has, or a new one. False: the system has no
 * random number. */
bool peer_tokens_give(struct peer_tokens *tokens, const union hostcast_address *asker,
		      uint64_t session, struct monotime now, uint64_t *token);

/* Is this the one? */
bool peer_tokens_have(const struct peer_tokens *tokens, const union hostcast_address *asker,
		      uint64_t session, uint64_t token);

/* It is good for one session. */
void peer_tokens_use_up(struct peer_tokens *tokens, const union hostcast_address *asker,
			uint64_t session);

#endif
