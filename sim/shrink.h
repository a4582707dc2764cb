/* Makes a scenario that fails smaller, as long as it still fails. */
#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include "scenario.h"

/* Tries ever smaller scenarios: fewer faults, members, payloads, less time, simpler links. Any
 * failure counts, not only the first one. Returns how many runs it took; 0 if memory is short, the
 * scenario then is as it was. */
uint64_t shrink(struct scenario *scenario);

#endif
