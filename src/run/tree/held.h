/* Payloads that wait for a root (T-10), in their order, bounded in number and bytes. */
#ifndef RUN_HELD_H
#define RUN_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Keeps a copy, behind the others. False: there would be more than count_most, or bytes_most of
 * payload, or memory is short. */
bool held_add(struct held *held, const void *bytes, size_t size, unsigned attempts,
	      size_t count_most, size_t bytes_most);

/* Takes the first one away, which must be there, and puts one behind the others. */
struct held_payload *held_take(struct held *held);
void held_append(struct held *held, struct held_payload *payload);

#endif
