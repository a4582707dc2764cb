#include "peer_tokens.h"

#include "net/address.h"

#include <sys/random.h>

/* The index of an asker's session; PEER_TOKENS_MAX: it has none. */
static size_t find(const struct peer_tokens *tokens, const union hostcast_address *asker,
		   uint64_t session)
{
	size_t i = 0;

	while (i < PEER_TOKENS_MAX && !(address_equal(&tokens->list[i].asker, asker) &&
					tokens->list[i].session == session))
		i++;
	return i;
}

/* A free place, or that of the oldest. */
static struct peer_token *place_for_one(struct peer_tokens *tokens)
{
	struct peer_token *oldest = &tokens->list[0];

	for (size_t i = 0; i < PEER_TOKENS_MAX; i++) {
		struct peer_token *place = &tokens->list[i];

		if (place->asker.any.sa_family == AF_UNSPEC)
			return place;
		if (monotime_is_before(place->since, oldest->since))
			oldest = place;
	}
	return oldest;
}

bool peer_tokens_give(struct peer_tokens *tokens, const union hostcast_address *asker,
		      uint64_t session, struct monotime now, uint64_t *token)
{
	size_t index = find(tokens, asker, session);

	if (index < PEER_TOKENS_MAX) {
		*token = tokens->list[index].token;
		return true;
	}
	if (getrandom(token, sizeof *token, 0) != sizeof *token)
		return false;
	*place_for_one(tokens) = (struct peer_token){*asker, session, *token, now};
	return true;
}

bool peer_tokens_have(const struct peer_tokens *tokens, const union hostcast_address *asker,
		      uint64_t session, uint64_t token)
{
	size_t index = find(tokens, asker, session);

	return index < PEER_TOKENS_MAX && tokens->list[index].token == token;
}

void peer_tokens_use_up(struct peer_tokens *tokens, const union hostcast_address *asker,
			uint64_t session)
{
	size_t index = find(tokens, asker, session);

	if (index < PEER_TOKENS_MAX)
		tokens->list[index] = (struct peer_token){.session = 0};
}
