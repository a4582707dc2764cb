#include "outbox.h"

#include <stdlib.h>
#include <string.h>

static void drop_first(struct outbox *outbox, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(outbox->payloads[i].iov_base);
	outbox->count -= count;
	memmove(outbox->payloads, outbox->payloads + count,
		outbox->count * sizeof outbox->payloads[0]);
}

int outbox_send(struct outbox *outbox)
{
	outbox->is_blocked = false;
	while (outbox->count > 0) {
		int sent = hostcast_send(outbox->handle, outbox->payloads, outbox->count);

		if (sent == HOSTCAST_AGAIN) {
			outbox->is_blocked = true;
			return 0;
		}
		if (sent < 0)
			return sent;
		drop_first(outbox, (size_t)sent);
	}
	return 0;
}

int outbox_add(struct outbox *outbox, const void *data, size_t size)
{
	void *copy = malloc(size > 0 ? size : 1);

	if (!copy)
		return HOSTCAST_NO_MEMORY;
	if (size > 0) /* an empty message may have no bytes at all */
		memcpy(copy, data, size);
	outbox->payloads[outbox->count++] = (struct iovec){copy, size};
	return outbox->count == HOSTCAST_BATCH ? outbox_send(outbox) : 0;
}

void outbox_done(struct outbox *outbox)
{
	drop_first(outbox, outbox->count);
}
