/* The axis of time: where a moment is drawn, and which moments get a number. */
#ifndef CLI_DECODE_TIMELINE_AXIS_H
#define CLI_DECODE_TIMELINE_AXIS_H

#include "base/text.h"

/* Packets from begin_ns to end_ns, between two places in pixels. */
struct axis {
	int64_t begin_ns;
	double length_s; /* above 0 */
	double left, right;
};

struct axis axis_of(int64_t begin_ns, int64_t end_ns, double left, double right);

/* Within the axis, whatever the time is; also of so many seconds after its begin. */
double axis_x(const struct axis *axis, int64_t time_ns);
double axis_x_of_seconds(const struct axis *axis, double seconds);

/* Lines at round numbers of seconds, and their numbers below the bottom. */
void axis_add(struct text *out, const struct axis *axis, double top, double bottom);

#endif
