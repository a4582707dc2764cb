/* The system's clocks, read in this one place. */
#ifndef RUN_CLOCK_H
#define RUN_CLOCK_H

#include "base/monotime.h"

/* CLOCK_MONOTONIC: what timers go by. */
struct monotime clock_monotonic(void);

/* CLOCK_REALTIME, in nanoseconds since 1970: what people and logs go by. */
int64_t clock_realtime_ns(void);

/* CPU time that this process has used, user and system, in nanoseconds. */
int64_t clock_cpu_ns(void);

#endif
