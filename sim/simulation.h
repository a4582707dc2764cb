/* One run of a scenario, from the first member's start to the last look of the watcher. */
#ifndef SIM_SIMULATION_H
#define SIM_SIMULATION_H

#include "run_state.h"

/* NULL if memory is short. The scenario outlives it. */
struct simulation *simulation_new(const struct scenario *scenario);
void simulation_free(struct simulation *sim);

/* Does what is next, up to so many things; true while there is more. It is over when its time is,
 * or when something failed: world_has_failed(). */
bool simulation_run(struct simulation *sim, uint64_t most);

/* The same to the end. Returns whether all was well. */
bool simulation_run_all(struct simulation *sim);

#endif
