/* What those who read lines tell those who want them. */
#ifndef CLI_INPUT_EVENTS_H
#define CLI_INPUT_EVENTS_H

#include <stddef.h>

enum { INPUT_LINE_MAX = 1 << 20 };

struct input_events {
	void (*line)(void *context, const char *line, size_t size);
	void (*end)(void *context); /* end of input, also ^D on an empty line */
};

#endif
