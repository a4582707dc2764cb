/* Messages on their way out: gathered and sent in batches, none lost when the socket is full. */
#ifndef CLI_OUTBOX_H
#define CLI_OUTBOX_H

#include "base/text.h"
#include "hostcast.h"

struct outbox {
	struct hostcast *handle;
	struct text bytes; /* of all messages, one after the other, */
	size_t offset;     /* of which the first ones have been sent */
	size_t sizes[HOSTCAST_BATCH];
	size_t first, count; /* in sizes: those that have not */
	bool is_blocked;     /* the socket is full: its descriptor tells when it is not */
};

/* Takes a copy of a message, and sends the batch when another like it could not leave together with
 * it. To be called only while the outbox is not blocked. Returns 0 or an error code of the handle.
 */
int outbox_add(struct outbox *outbox, const void *data, size_t size);

/* Sends what is there. Blocked again afterwards: the rest waits. */
int outbox_send(struct outbox *outbox);

void outbox_done(struct outbox *outbox);

#endif
