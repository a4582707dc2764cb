/* Tokens for those who ask: who says the one that was sent to an address is reached there. They are
 * calculated, not kept, so nobody can make the listener forget another one's. */
#ifndef DOCTOR_PEER_TOKENS_H
#define DOCTOR_PEER_TOKENS_H

#include "base/monotime.h"
#include "base/siphash.h"
#include "hostcast.h"

/* A token holds from when it is calculated to the end of the next such window. */
#define PEER_TOKEN_WINDOW_NS (60 * NS_PER_S)

struct peer_tokens {
	uint8_t secret[SIPHASH_KEY_SIZE];
	struct monotime began; /* windows are counted from here */
};

/* False: the system has no random number. */
bool peer_tokens_init(struct peer_tokens *tokens, struct monotime now);

/* The token for an asker's session. */
uint64_t peer_tokens_give(const struct peer_tokens *tokens, const union hostcast_address *asker,
			  uint64_t session, struct monotime now);

/* Is this one that was given for it, and not long ago? */
bool peer_tokens_have(const struct peer_tokens *tokens, const union hostcast_address *asker,
		      uint64_t session, uint64_t token, struct monotime now);

#endif
