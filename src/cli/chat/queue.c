#include "queue.h"

#include <stdlib.h>
#include <string.h>

int chat_queue_add(struct chat_queue *queue, const union hostcast_address *to, const void *data,
		   size_t size)
{
	struct chat_datagram *datagram = &queue->list[queue->count];

	if (queue->count == CHAT_QUEUE_MAX)
		return HOSTCAST_AGAIN;
	*datagram = (struct chat_datagram){.data = malloc(size), .size = size};
	if (!datagram->data)
		return HOSTCAST_NO_MEMORY;
	memcpy(datagram->data, data, size);
	if (to)
		datagram->to = *to;
	queue->count++;
	return 0;
}

static void drop_first(struct chat_queue *queue)
{
	free(queue->list[0].data);
	queue->count--;
	memmove(queue->list, queue->list + 1, queue->count * sizeof queue->list[0]);
}

static int send_first(struct chat_queue *queue)
{
	const struct chat_datagram *first = &queue->list[0];
	struct iovec payload = {first->data, first->size};

	if (first->to.any.sa_family == AF_UNSPEC)
		return hostcast_send(queue->handle, &payload, 1);
	return hostcast_send_to(queue->handle, &first->to, first->data, first->size);
}

int chat_queue_send(struct chat_queue *queue)
{
	while (queue->count > 0) {
		int status = send_first(queue);

		if (status == HOSTCAST_AGAIN)
			return 0;
		drop_first(queue);
		if (status < 0)
			return status;
	}
	return 0;
}

void chat_queue_done(struct chat_queue *queue)
{
	while (queue->count > 0)
		drop_first(queue);
}
