#include "event_log.h"

#include <stdio.h>

void event_log_add(struct event_log *log, const char *line)
{
	size_t at = (log->first + log->count) % EVENT_LOG_LINES;

	if (log->count == EVENT_LOG_LINES)
		log->first = (log->first + 1) % EVENT_LOG_LINES;
	else
		log->count++;
	snprintf(log->lines[at], EVENT_LINE_SIZE, "%s", line);
}

const char *event_log_line(const struct event_log *log, size_t number)
{
	return log->lines[(log->first + number) % EVENT_LOG_LINES];
}
