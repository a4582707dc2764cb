#include "alarm.h"

#include "clock.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

int alarm_open(struct alarm *alarm)
{
	alarm->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	alarm->deadline = MONOTIME_NEVER;
	return alarm->fd < 0 ? -errno : 0;
}

void alarm_close(struct alarm *alarm)
{
	if (alarm->fd >= 0)
		close(alarm->fd);
}

/* Of an alarm that has gone off the kernel still says so until it is set again. */
void alarm_set(struct alarm *alarm, struct monotime deadline)
{
	int64_t ns = deadline.ns < 1 ? 1 : deadline.ns; /* 0 would disarm it */
	struct itimerspec when = {.it_value = {ns / NS_PER_S, ns % NS_PER_S}};

	if (deadline.ns == alarm->deadline.ns && !monotime_is_before(deadline, clock_monotonic()))
		return;
	if (deadline.ns == MONOTIME_NEVER.ns)
		when.it_value = (struct timespec){0, 0};
	timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &when, NULL);
	alarm->deadline = deadline;
}
