#include "held.h"

#include <stdlib.h>
#include <string.h>

void held_append(struct held *held, struct held_payload *payload)
{
	payload->next = NULL;
	if (held->last)
		held->last->next = payload;
	else
		held->first = payload;
	held->last = payload;
	held->count++;
	held->bytes += payload->size;
}

struct held_payload *held_take(struct held *held)
{
	struct held_payload *payload = held->first;

	held->first = payload->next;
	if (!held->first)
		held->last = NULL;
	held->count--;
	held->bytes -= payload->size;
	return payload;
}

bool held_add(struct held *held, const void *bytes, size_t size, unsigned attempts)
{
	struct held_payload *payload;

	if (held->count >= HELD_MAX || held->bytes + size > HELD_BYTES)
		return false;
	payload = malloc(sizeof *payload + size);
	if (!payload)
		return false;
	payload->attempts = attempts;
	payload->size = size;
	if (size > 0)
		memcpy(payload->bytes, bytes, size);
	held_append(held, payload);
	return true;
}

int held_accept(struct held *held, const struct iovec *payloads, size_t count, size_t size_most,
		struct error *error)
{
	size_t kept = 0;

	while (kept < count && payloads[kept].iov_len <= size_most &&
	       held_add(held, payloads[kept].iov_base, payloads[kept].iov_len, 0))
		kept++;
	if (kept > 0)
		return (int)kept;
	if (payloads[0].iov_len > size_most)
		return error_set(error, HOSTCAST_TOO_LARGE,
				 "a message of %zu bytes is too large: in this tree one may have "
				 "%zu",
				 payloads[0].iov_len, size_most);
	return error_set(error, HOSTCAST_AGAIN,
			 "%zu messages wait for a root already, and no more than %d and %d MiB of "
			 "them can",
			 held->count, HELD_MAX, HELD_BYTES >> 20);
}

void held_clear(struct held *held)
{
	while (held->count > 0)
		free(held_take(held));
}
