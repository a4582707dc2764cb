/* Which bytes of a stream are there: all up to a point, and ranges beyond it. Pure. */
#ifndef TRAFFIC_RANGES_H
#define TRAFFIC_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RANGES_MAX = 128 };

struct range {
	int64_t begin, end; /* the byte before `end` is the last one */
};

struct ranges {
	int64_t end;                     /* all before it are there */
	struct range beyond[RANGES_MAX]; /* in their order, with a hole before each */
	size_t count;
};

/* Returns how many of these bytes are new. More holes than there is room for: the one farthest off
 * counts as filled, so that what goes on behind it is known. */
int64_t ranges_add(struct ranges *ranges, int64_t begin, int64_t end);

/* Are all of these bytes there? Of none at all: is there nothing missing before them? */
bool ranges_has(const struct ranges *ranges, int64_t begin, int64_t end);

/* Behind the last byte that is there. */
int64_t ranges_highest(const struct ranges *ranges);

#endif
