/* What bench send prints, and what it makes of it. */
#ifndef BENCH_SENDING_SHOW_H
#define BENCH_SENDING_SHOW_H

#include "sending.h"

/* Who answered the hello; and the error that too few did. */
void sending_show_audience(struct sending *sending);
void sending_show_missing(struct sending *sending);

/* The lines of a step that is over. Is it good: did all that are known report, and within the
 * limits? */
bool sending_show_step(struct sending *sending, const struct result *sent);

/* All is over: ends the session with the status that fits. */
void sending_end(struct sending *sending);

void sending_summary(void *context);

#endif
