/* How values are spread: counts in buckets whose width grows with the value, so that any number of
 * values takes one small fixed room and a percentile is known to within 1/64 of itself. */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stdint.h>

enum {
	HISTOGRAM_STEPS = 64,                     /* buckets to each doubling of the value */
	HISTOGRAM_BUCKETS = HISTOGRAM_STEPS * 38, /* up to 2^43 ns, more than two hours */
};

struct histogram {
	uint64_t count;
	int64_t least, most; /* exact; 0 while there is no value */
	double sum;
	uint32_t buckets[HISTOGRAM_BUCKETS];
};

/* Negative values count as 0, those beyond the last bucket in the last one. */
void histogram_add(struct histogram *histogram, int64_t value);

double histogram_mean(const struct histogram *histogram);

/* The smallest value that at least this fraction (0 to 1) of the values do not exceed, to within
 * 1/64; between the least and the largest value. 0 if there are none. */
int64_t histogram_percentile(const struct histogram *histogram, double fraction);

#endif
