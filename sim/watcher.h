/* The watcher sees everything, and says what must never be, or not for so long (docs/protocol.md).
 * It looks at a member after each of its steps, and at all of them when all must be well. */
#ifndef SIM_WATCHER_H
#define SIM_WATCHER_H

#include "world.h"

struct watcher {
	struct suspect *suspects; /* members on a circle, as far as is known */
	size_t count, room;
	int64_t roots_ns; /* since when there are two or more; NEVER_NS */
};

void watcher_init(struct watcher *watcher);
void watcher_done(struct watcher *watcher);

/* A member has made a step, begun or stopped. */
void watcher_look_at(struct watcher *watcher, struct world *world, uint32_t host);

/* What lasts too long; to be called every now and then. */
void watcher_look_round(struct watcher *watcher, struct world *world);

/* The faults are over for so long that one tree must hold all. */
void watcher_look_at_all(struct world *world);

#endif
