/* Datagrams on their way out of a chat, to the room or to one member, in their order. */
#ifndef CLI_CHAT_QUEUE_H
#define CLI_CHAT_QUEUE_H

#include "hostcast.h"

enum { CHAT_QUEUE_MAX = 128 };

struct chat_datagram {
	union hostcast_address to; /* family 0: the room */
	void *data;
	size_t size;
};

struct chat_queue {
	struct hostcast *handle;
	struct chat_datagram list[CHAT_QUEUE_MAX];
	size_t count; /* more than 0: the socket is full, its descriptor tells when it is not */
};

/* Takes a copy; to NULL: the room. Returns 0, HOSTCAST_AGAIN if the queue is full, or
 * HOSTCAST_NO_MEMORY. */
int chat_queue_add(struct chat_queue *queue, const union hostcast_address *to, const void *data,
		   size_t size);

/* Sends what can be sent now. Returns 0 or the error of the handle for a datagram, which is then
 * dropped; call again for the rest. */
int chat_queue_send(struct chat_queue *queue);

void chat_queue_done(struct chat_queue *queue);

#endif
