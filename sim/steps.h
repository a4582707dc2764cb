/* One step of a member or of the rendezvous point: something goes into the core, and what comes out
 * is carried out. */
#ifndef SIM_STEPS_H
#define SIM_STEPS_H

#include "run_state.h"

/* A life begins, or begins again, knowing nothing. Does nothing if the member is alive. */
void step_begin(struct simulation *sim, uint32_t host);

/* It ends without a word. */
void step_stop(struct simulation *sim, uint32_t host);

/* It ends with a goodbye (T-15). */
void step_leave(struct simulation *sim, uint32_t host);

/* A datagram has come, by its number in the post. */
void step_receive(struct simulation *sim, uint32_t number);

/* A timer is due that was set for this time. */
void step_tick(struct simulation *sim, uint32_t host, int64_t set_for_ns);

/* A payload comes from a program on the member's host. */
void step_offer(struct simulation *sim, uint32_t host, uint32_t payload);

/* A member stops to do anything, and goes on. */
void step_pause(struct simulation *sim, uint32_t host);
void step_resume(struct simulation *sim, uint32_t host);

void step_begin_rendezvous(struct simulation *sim);
void step_stop_rendezvous(struct simulation *sim);

#endif
