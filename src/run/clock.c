#include "clock.h"

#include <time.h>

static int64_t read_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time); /* cannot fail: all of them are always there */
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

struct monotime clock_monotonic(void)
{
	return (struct monotime){read_ns(CLOCK_MONOTONIC)};
}

int64_t clock_realtime_ns(void)
{
	return read_ns(CLOCK_REALTIME);
}

int64_t clock_cpu_ns(void)
{
	return read_ns(CLOCK_PROCESS_CPUTIME_ID);
}
