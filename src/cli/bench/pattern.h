/* The content of messages that are checked: a piece of a table of random bytes, another one for
 * each message, so that bytes of one message in another, or at another place, are noticed. */
#ifndef BENCH_PATTERN_H
#define BENCH_PATTERN_H

#include "packet.h"

enum { PATTERN_SHIFTS = 4093, PATTERN_SIZE = 65536 + PATTERN_SHIFTS };

/* The same bytes in every program. */
struct pattern {
	uint8_t bytes[PATTERN_SIZE];
};

void pattern_init(struct pattern *pattern);

/* Fills in what follows the header of a message; size is that of the whole message. */
void pattern_fill(const struct pattern *pattern, const struct packet *packet, uint8_t *message,
		  size_t size);

/* Does it have the content that it should? */
bool pattern_matches(const struct pattern *pattern, const struct packet *packet,
		     const void *message, size_t size);

#endif
