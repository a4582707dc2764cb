/* A descriptor that becomes readable at a point in time. */
#ifndef RUN_ALARM_H
#define RUN_ALARM_H

#include "base/monotime.h"

struct alarm {
	int fd;
	struct monotime deadline;
};

/* Returns 0 or -errno. */
int alarm_open(struct alarm *alarm);
void alarm_close(struct alarm *alarm);

/* From the deadline on the descriptor is readable, until the next setting. */
void alarm_set(struct alarm *alarm, struct monotime deadline);

#endif
