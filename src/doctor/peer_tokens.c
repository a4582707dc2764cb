#include "peer_tokens.h"

#include "net/address.h"

#include <string.h>
#include <sys/random.h>

bool peer_tokens_init(struct peer_tokens *tokens, struct monotime now)
{
	tokens->began = now;
	return getrandom(tokens->secret, sizeof tokens->secret, 0) == sizeof tokens->secret;
}

static int64_t window_of(const struct peer_tokens *tokens, struct monotime now)
{
	return monotime_diff_ns(now, tokens->began) / PEER_TOKEN_WINDOW_NS;
}

/* All that a token is for, without the bytes between that mean nothing. */
static uint64_t token_of(const struct peer_tokens *tokens, const union hostcast_address *asker,
			 uint64_t session, int64_t window)
{
	struct {
		uint64_t session, window;
		uint32_t port, zone;
		uint8_t ip[16];
	} of = {.session = session, .window = (uint64_t)window, .port = address_port(asker)};

	if (asker->any.sa_family == AF_INET6) {
		memcpy(of.ip, &asker->v6.sin6_addr, sizeof asker->v6.sin6_addr);
		of.zone = asker->v6.sin6_scope_id;
	} else {
		memcpy(of.ip, &asker->v4.sin_addr, sizeof asker->v4.sin_addr);
	}
	return siphash(tokens->secret, &of, sizeof of);
}

uint64_t peer_tokens_give(const struct peer_tokens *tokens, const union hostcast_address *asker,
			  uint64_t session, struct monotime now)
{
	return token_of(tokens, asker, session, window_of(tokens, now));
}

bool peer_tokens_have(const struct peer_tokens *tokens, const union hostcast_address *asker,
		      uint64_t session, uint64_t token, struct monotime now)
{
	int64_t window = window_of(tokens, now);

	return token == token_of(tokens, asker, session, window) ||
	       token == token_of(tokens, asker, session, window - 1);
}
