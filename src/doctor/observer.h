/* Listening: captures on the interfaces of a case, joins the group with a socket of its own where
 * it is expected, and on the others if it does not come there, makes this host report its
 * membership once, and gives what came to an observation. All of it in the caller's loop, so that
 * signals work meanwhile; but at its begin and end it waits for the programs that list the
 * firewall's rules (firewall_read.h). */
#ifndef DOCTOR_OBSERVER_H
#define DOCTOR_OBSERVER_H

#include "case.h"
#include "run/loop.h"

struct observer;

/* The time is over; observer_observation() is finished. */
typedef void observer_done_fn(void *context);

/* Begins to listen for so long. That it may not capture, or can't join, is a result and stands in
 * the observation. NULL: the error is doctor's own. `c` and `loop` outlive it. */
struct observer *observer_open(const struct doctor_case *c, struct loop *loop, int64_t wait_ns,
			       observer_done_fn *done, void *context, struct error *error);
void observer_close(struct observer *observer);

/* Ends it before its time, as after a signal; done is not called. */
void observer_finish(struct observer *observer);

/* For doctor_case.observation; as long as the observer. */
const struct observation *observer_observation(const struct observer *observer);

#endif
