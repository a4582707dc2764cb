/* What the user should be told, until it is read: the library prints nothing itself. */
#ifndef RUN_NOTICES_H
#define RUN_NOTICES_H

#include <stddef.h>

enum { NOTICES_MAX = 16, NOTICE_SIZE = 600 };

struct notices {
	char list[NOTICES_MAX][NOTICE_SIZE];
	size_t first, count;
};

/* Adds one, unless it already waits to be read, or too many do. */
__attribute__((format(printf, 2, 3))) void notices_add(struct notices *notices, const char *format,
						       ...);

/* Takes the first one, which stays until the next call; NULL: there is none. */
const char *notices_take(struct notices *notices);

#endif
