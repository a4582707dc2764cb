/* What came, and what is missing. */
#include <stdio.h>

#include "limit.h"

void count_begin(int fd)
{
	wait_at_most(fd, WAIT_FOR_FIRST);
	fputs("ready\n", stderr);
}

void count_read(struct count *count, int fd)
{
	count->last_read = now();
	if (count->reads++ == 0) {
		count->start = meter_read();
		count->start.seconds = count->last_read;
		wait_at_most(fd, WAIT_FOR_NEXT);
	}
}

/* Of several segments only the last one's number is needed: it is the highest. */
void count_take(struct count *count, const char *bytes, size_t length, size_t segment)
{
	size_t segments = segment > 0 ? (length + segment - 1) / segment : 1;
	uint64_t last;

	if (length < MARKER_BYTES)
		return;
	if (number_of(bytes) == MARKER) {
		count->is_done = 1;
		count->expected = number_of(bytes + sizeof(uint64_t));
		return;
	}
	last = number_of(bytes + (segments - 1) * segment);
	count->messages += segments;
	count->bytes += length;
	count->end = count->last_read; /* which a marker does not change */
	if (last >= count->expected)
		count->expected = last + 1;
}

void count_end(struct count *count)
{
	if (count->messages == 0)
		return;
	count->spent = meter_since(count->start);
	count->spent.seconds = count->end - count->start.seconds;
}

void count_show(const struct count *count)
{
	uint64_t lost = count->expected > count->messages ? count->expected - count->messages : 0;

	printf("messages=%llu bytes=%llu lost=%llu loss=%.6f told=%d reads=%llu",
	       (unsigned long long)count->messages, (unsigned long long)count->bytes,
	       (unsigned long long)lost,
	       count->expected > 0 ? (double)lost / (double)count->expected : 0, count->is_done,
	       (unsigned long long)count->reads);
}
