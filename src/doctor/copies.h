/* Datagrams that come more than once, because two paths or relays carry them. Two are the same if
 * source, identification and bytes are. Systems that send what may not be fragmented number it 0
 * (RFC 6864), and IPv6 numbers fragments only; then two are the same only if they also came by
 * different ways, for a program may say the same thing twice. Pure, in fixed room. */
#ifndef DOCTOR_COPIES_H
#define DOCTOR_COPIES_H

#include "decode/packet.h"

enum { COPIES_MAX = 1024, COPIES_CHAINS = 2048 };

/* The way by which a packet came, as far as it shows. */
struct copy_way {
	unsigned interface;
	unsigned ttl;
	bool has_mac;
	uint8_t mac[MAC_SIZE]; /* who put it on this link */
};

struct copy_seen {
	uint64_t hash;
	uint64_t earlier; /* number of the one before it in its chain; 0: there was none */
	int64_t time_ns;
	struct copy_way way;
};

/* The last ones: a ring, in which those with a like hash are a chain. */
struct copies {
	struct copy_seen list[COPIES_MAX];
	uint64_t last; /* number of the last one, from 1 */
	uint64_t last_in[COPIES_CHAINS];
};

/* Takes a datagram (the first fragment of one). If it came before, gives the way by which it did
 * then, else NULL. */
const struct copy_way *copies_take(struct copies *copies, const struct frame *frame,
				   const struct packet *packet);

struct copy_way copy_way_of(const struct frame *frame, const struct packet *packet);

#endif
