/* Payloads that wait for a root (T-10), in their order, bounded in number and bytes. */
#ifndef RUN_HELD_H
#define RUN_HELD_H

#include "base/error.h"

#include <sys/uio.h>

enum {
	HELD_MAX = 1024,      /* payloads that wait, at the most */
	HELD_BYTES = 4 << 20, /* and their bytes */
};

struct held_payload {
	struct held_payload *next;
	unsigned attempts; /* of sending it, so far */
	size_t size;
	uint8_t bytes[];
};

struct held {
	struct held_payload *first, *last;
	size_t count, bytes;
};

void held_clear(struct held *held);

/* Keeps a copy, behind the others. False: there would be too many, or memory is short. */
bool held_add(struct held *held, const void *bytes, size_t size, unsigned attempts);

/* Keeps copies of new ones, which may have size_most bytes, as many as it can. Returns how many,
 * or, if it is none, HOSTCAST_TOO_LARGE or HOSTCAST_AGAIN. */
int held_accept(struct held *held, const struct iovec *payloads, size_t count, size_t size_most,
		struct error *error);

/* Takes the first one away, which must be there, and puts one behind the others. */
struct held_payload *held_take(struct held *held);
void held_append(struct held *held, struct held_payload *payload);

#endif
