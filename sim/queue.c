#include "queue.h"

#include "base/list.h"

#include <stdlib.h>

/* Four children each: half as deep as a binary heap, and the four lie side by side in memory. */
enum { ARITY = 4 };

void queue_done(struct queue *queue)
{
	free(queue->entries);
	*queue = (struct queue){0};
}

static bool is_earlier(const struct queue_entry *a, const struct queue_entry *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

bool queue_add(struct queue *queue, int64_t at_ns, enum due kind, uint32_t which)
{
	struct queue_entry entry = {at_ns, queue->order++, kind, which};
	struct queue_entry *entries =
		list_grow(queue->entries, queue->count, &queue->room, sizeof *entries);
	size_t place = queue->count;

	if (!entries)
		return false;
	queue->entries = entries;
	queue->count++;
	while (place > 0 && is_earlier(&entry, &entries[(place - 1) / ARITY])) {
		entries[place] = entries[(place - 1) / ARITY];
		place = (place - 1) / ARITY;
	}
	entries[place] = entry;
	return true;
}

/* The earliest child of a place; count if it has none. */
static size_t earliest_child(const struct queue *queue, size_t place)
{
	size_t first = ARITY * place + 1, best = first;

	if (first >= queue->count)
		return queue->count;
	for (size_t i = first + 1; i < first + ARITY && i < queue->count; i++)
		if (is_earlier(&queue->entries[i], &queue->entries[best]))
			best = i;
	return best;
}

bool queue_take(struct queue *queue, struct queue_entry *entry)
{
	struct queue_entry last;
	size_t place = 0, child;

	if (queue->count == 0)
		return false;
	*entry = queue->entries[0];
	last = queue->entries[--queue->count];
	while ((child = earliest_child(queue, place)) < queue->count &&
	       is_earlier(&queue->entries[child], &last)) {
		queue->entries[place] = queue->entries[child];
		place = child;
	}
	if (queue->count > 0)
		queue->entries[place] = last;
	return true;
}
