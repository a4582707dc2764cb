/* All that a run has: what the rooms that take it forward share. */
#ifndef SIM_RUN_STATE_H
#define SIM_RUN_STATE_H

#include "accounts.h"
#include "base/histogram.h"
#include "post.h"
#include "queue.h"
#include "watcher.h"
#include "world.h"

/* A payload that waits at its source for a root. */
struct held {
	uint32_t payload, next;
	uint8_t attempts;
	bool may_repeat;
};

struct simulation {
	struct world world;
	struct topology *topology;
	struct queue queue;
	struct accounts accounts;
	struct post post;
	struct watcher watcher;
	struct output output;
	struct datagram arriving; /* packet NULL: no datagram does */
	struct random workload;
	struct held *held;
	size_t held_made, held_room;
	uint32_t held_free;
	uint32_t *victims; /* of each fault: whom it has hit */
	uint8_t *payload;  /* bytes of the payload that is offered */
	int64_t settled_ns;
	bool has_ended;

	/* What is measured. */
	struct histogram attach_ns, bereft_ns;
	uint16_t hops_most; /* of one copy of a payload */
	uint64_t steps, control_messages, control_bytes, rendezvous_messages;
	int64_t healed_ns; /* after the faults were over, until all were settled; -1: no faults */
};

#endif
