/* Rung 1: an interface that is down, has no carrier, cannot do multicast, or hands its traffic to
 * another one. */
#ifndef DOCTOR_RUNG_INTERFACE_H
#define DOCTOR_RUNG_INTERFACE_H

#include "finding.h"
#include "net/link.h"

/* Adds what is to be said of one interface; `master` is the bridge or bond of which it is a port,
 * NULL if it is none. */
void judge_interface(const struct link *link, const struct link *master, struct finding *finding);

/* Is anything wrong with it? */
bool is_interface_fit(const struct link *link, const struct link *master);

#endif
