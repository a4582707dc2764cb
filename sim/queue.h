/* What happens next: a heap of small entries, the earliest on top. Of those that are due at one
 * time the one that was added first comes first, so that a run is the same every time. */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is due, and for whom. */
enum due {
	DUE_BEGIN,     /* the life of a member */
	DUE_TIMER,     /* of a member, or of the RP */
	DUE_ARRIVAL,   /* of a datagram */
	DUE_OFFER,     /* of a payload */
	DUE_FAULT,     /* one of the scenario's begins */
	DUE_FAULT_END, /* and ends */
	DUE_CALM,      /* faults are over */
	DUE_SETTLED,   /* all must be well */
	DUE_LOOK,      /* of the watcher, at what lasts */
	DUE_END,
};

struct queue_entry {
	int64_t at_ns;
	uint64_t order;
	uint32_t kind, which;
};

struct queue {
	struct queue_entry *entries;
	size_t count, room;
	uint64_t order;
};

void queue_done(struct queue *queue);

/* False if memory is short. */
bool queue_add(struct queue *queue, int64_t at_ns, enum due kind, uint32_t which);

/* The next entry, which leaves; false if there is none. */
bool queue_take(struct queue *queue, struct queue_entry *entry);

#endif
