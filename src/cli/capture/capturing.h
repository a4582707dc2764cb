/* A run of `hostcast capture`: packets from the intake to the view and to the file, until there are
 * enough of them, the time is over, the command has ended, or a signal comes. */
#ifndef CLI_CAPTURE_CAPTURING_H
#define CLI_CAPTURE_CAPTURING_H

#include "capture_state.h"

/* The intake is open, and the recording, if there is one. */
int capturing_begin(struct capturing *capturing);

/* The events of its session. */
void capturing_on_stop(void *context);
void capturing_on_deadline(void *context);

/* The companion's end. */
void capturing_on_command_ended(void *context);

void capturing_done(struct capturing *capturing);

#endif
