#include "outbox.h"

#include <assert.h>

static void drop_first(struct outbox *outbox, size_t count)
{
	for (size_t i = 0; i < count; i++)
		outbox->offset += outbox->sizes[outbox->first++];
	outbox->count -= count;
	if (outbox->count > 0)
		return;
	text_clear(&outbox->bytes);
	outbox->offset = outbox->first = 0;
}

static void list_payloads(const struct outbox *outbox, struct iovec payloads[HOSTCAST_BATCH])
{
	char *at = outbox->bytes.bytes + outbox->offset;

	for (size_t i = 0; i < outbox->count; i++) {
		size_t size = outbox->sizes[outbox->first + i];

		payloads[i] = (struct iovec){at, size};
		at += size;
	}
}

int outbox_send(struct outbox *outbox)
{
	struct iovec payloads[HOSTCAST_BATCH];

	outbox->is_blocked = false;
	while (outbox->count > 0) {
		int sent;

		list_payloads(outbox, payloads);
		sent = hostcast_send(outbox->handle, payloads, outbox->count);
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
	assert(outbox->first + outbox->count < HOSTCAST_BATCH);
	text_add(&outbox->bytes, data, size);
	if (outbox->bytes.failed)
		return HOSTCAST_NO_MEMORY;
	outbox->sizes[outbox->first + outbox->count++] = size;
	if (outbox->first + outbox->count == HOSTCAST_BATCH ||
	    outbox->bytes.size + size > HOSTCAST_TRAIN)
		return outbox_send(outbox);
	return 0;
}

void outbox_done(struct outbox *outbox)
{
	text_done(&outbox->bytes);
}
