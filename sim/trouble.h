/* The scenario's faults happen. */
#ifndef SIM_TROUBLE_H
#define SIM_TROUBLE_H

#include "run_state.h"

void trouble_begin(struct simulation *sim, size_t fault);
void trouble_end(struct simulation *sim, size_t fault);

#endif
