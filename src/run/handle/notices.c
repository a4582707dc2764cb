#include "notices.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char *notice_at(struct notices *n, size_t index)
{
	return n->list[(n->first + index) % NOTICES_MAX];
}

void notices_add(struct notices *n, const char *format, ...)
{
	char *last = notice_at(n, n->count);
	va_list arguments;

	if (n->count == NOTICES_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(last, NOTICE_SIZE, format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(notice_at(n, i), last) == 0)
			return;
	n->count++;
}

const char *notices_take(struct notices *n)
{
	const char *notice = notice_at(n, 0);

	if (n->count == 0)
		return NULL;
	n->first = (n->first + 1) % NOTICES_MAX;
	n->count--;
	return notice;
}
