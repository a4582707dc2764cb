/* A point in time on the monotonic clock. A type of its own, so that a point can't be added to a
 * point or mixed up with a duration, which is a plain int64_t in nanoseconds (`..._ns`). Time comes
 * from the caller; only the loop asks the system for it. */
#ifndef BASE_MONOTIME_H
#define BASE_MONOTIME_H

#include <stdbool.h>
#include <stdint.h>

struct monotime {
	int64_t ns;
};

#define NS_PER_US      INT64_C(1000)
#define NS_PER_MS      INT64_C(1000000)
#define NS_PER_S       INT64_C(1000000000)

/* Later than anything happens: nothing to wait for. */
#define MONOTIME_NEVER ((struct monotime){INT64_MAX})

static inline struct monotime monotime_add(struct monotime t, int64_t duration_ns)
{
	return (struct monotime){t.ns + duration_ns};
}

static inline int64_t monotime_diff_ns(struct monotime later, struct monotime earlier)
{
	return later.ns - earlier.ns;
}

static inline bool monotime_is_before(struct monotime a, struct monotime b)
{
	return a.ns < b.ns;
}

static inline struct monotime monotime_earlier(struct monotime a, struct monotime b)
{
	return monotime_is_before(b, a) ? b : a;
}

#endif
