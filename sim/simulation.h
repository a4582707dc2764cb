/* One run of a scenario, from the first member's start to the last look of the watcher. */
#ifndef SIM_SIMULATION_H
#define SIM_SIMULATION_H

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

/* NULL if memory is short. The scenario outlives it. */
struct simulation *simulation_new(const struct scenario *scenario);
void simulation_free(struct simulation *sim);

/* Does what is next, up to so many things; true while there is more. It is over when its time is,
 * or when something failed: world_has_failed(). */
bool simulation_run(struct simulation *sim, uint64_t most);

/* The same to the end. Returns whether all was well. */
bool simulation_run_all(struct simulation *sim);

#endif
