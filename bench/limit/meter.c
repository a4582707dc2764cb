#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "limit.h"

int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

double now(void)
{
	return (double)now_ns() / 1e9;
}

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

struct meter meter_read(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) < 0)
		die("getrusage");
	return (struct meter){now(), seconds_of(usage.ru_utime), seconds_of(usage.ru_stime)};
}

struct meter meter_since(struct meter start)
{
	struct meter end = meter_read();

	return (struct meter){end.seconds - start.seconds, end.cpu_user - start.cpu_user,
			      end.cpu_system - start.cpu_system};
}

/* The end of a line of results: time, CPU time, and both for one message or copy. */
void meter_print(struct meter spent, uint64_t units)
{
	double per_unit = units > 0 ? 1e6 / (double)units : 0;
	double rate = spent.seconds > 0 ? (double)units / spent.seconds : 0;

	printf(" seconds=%.6f rate=%.0f cpu_user=%.6f cpu_system=%.6f cpu_us_each=%.4f\n",
	       spent.seconds, rate, spent.cpu_user, spent.cpu_system,
	       (spent.cpu_user + spent.cpu_system) * per_unit);
}

int open_ticks(double interval)
{
	struct timespec each = {(time_t)interval,
				(long)((interval - (double)(time_t)interval) * 1e9)};
	struct itimerspec timer = {.it_interval = each, .it_value = each};
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	if (fd < 0 || timerfd_settime(fd, 0, &timer, NULL) < 0)
		die("timerfd");
	return fd;
}

void wait_for_tick(int ticks)
{
	uint64_t passed;

	if (read(ticks, &passed, sizeof passed) < 0 && errno != EINTR)
		die("timerfd");
}
