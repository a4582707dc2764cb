/* The timers of a node (T-13), as its user sets them. */
#ifndef CORE_TIMERS_H
#define CORE_TIMERS_H

#include "wire/protocol.h"

struct timers {
	int64_t refresh_ns, hold_ns, retry_ns, cache_ns;
};

#define TIMERS_DEFAULT ((struct timers){REFRESH_NS, HOLD_NS, RETRY_NS, CACHE_NS})

#endif
