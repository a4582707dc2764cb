/* Times of packets in a view. */
#ifndef CLI_DECODE_VIEW_TIME_H
#define CLI_DECODE_VIEW_TIME_H

#include "views.h"

/* "09:30:00.123456Z", of UTC, or "12.345678", seconds since the first packet. */
void view_time(struct text *out, const struct view_options *options, int64_t time_ns,
	       int64_t since_first_ns);

/* "2026-11-21 09:30:00 UTC" */
void view_date(struct text *out, int64_t time_ns);

#endif
