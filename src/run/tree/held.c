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

bool held_add(struct held *held, const void *bytes, size_t size, unsigned attempts,
	      size_t count_most, size_t bytes_most)
{
	struct held_payload *payload;

	if (held->count >= count_most || held->bytes + size > bytes_most)
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

void held_clear(struct held *held)
{
	while (held->count > 0)
		free(held_take(held));
}
