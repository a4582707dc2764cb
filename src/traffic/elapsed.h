/* Time between packets, whose times are whatever a file says. */
#ifndef TRAFFIC_ELAPSED_H
#define TRAFFIC_ELAPSED_H

#include <stdint.h>

/* From the earlier to the later time; what does not fit into the number is cut off. */
static inline int64_t elapsed_ns(int64_t later_ns, int64_t earlier_ns)
{
	int64_t ns;

	if (__builtin_sub_overflow(later_ns, earlier_ns, &ns))
		return later_ns < earlier_ns ? INT64_MIN : INT64_MAX;
	return ns;
}

#endif
