/* The last lines of what happened, for the screen. */
#ifndef WATCH_EVENT_LOG_H
#define WATCH_EVENT_LOG_H

#include <stddef.h>

enum { EVENT_LOG_LINES = 10, EVENT_LINE_SIZE = 200 };

struct event_log {
	char lines[EVENT_LOG_LINES][EVENT_LINE_SIZE]; /* a ring */
	size_t first, count;
};

/* Keeps a line, of what is too long the beginning. The oldest one makes room. */
void event_log_add(struct event_log *log, const char *line);

/* The one of this number, 0 the oldest. */
const char *event_log_line(const struct event_log *log, size_t number);

#endif
