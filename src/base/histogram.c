#include "histogram.h"

#include <math.h>
#include <stddef.h>

/* The first 64 buckets are one value wide; from there on each doubling has 64 of equal width. */
static size_t bucket_of(uint64_t value)
{
	unsigned doublings = 0;
	size_t bucket;

	if (value >= 2 * HISTOGRAM_STEPS) /* so many that the value, halved as often, is a step */
		doublings = (unsigned)(__builtin_clzll(HISTOGRAM_STEPS) - __builtin_clzll(value));
	bucket = doublings * HISTOGRAM_STEPS + (size_t)(value >> doublings);
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* The largest value that falls into the bucket. */
static int64_t end_of(size_t bucket)
{
	size_t doublings = bucket < 2 * HISTOGRAM_STEPS ? 0 : bucket / HISTOGRAM_STEPS - 1;
	uint64_t step = bucket - doublings * HISTOGRAM_STEPS;

	return (int64_t)(((step + 1) << doublings) - 1);
}

void histogram_add(struct histogram *h, int64_t value)
{
	if (value < 0)
		value = 0;
	if (h->count == 0 || value < h->least)
		h->least = value;
	if (h->count == 0 || value > h->most)
		h->most = value;
	h->count++;
	h->sum += (double)value;
	h->buckets[bucket_of((uint64_t)value)]++;
}

double histogram_mean(const struct histogram *h)
{
	return h->count > 0 ? h->sum / (double)h->count : 0;
}

int64_t histogram_percentile(const struct histogram *h, double fraction)
{
	uint64_t wanted = (uint64_t)ceil(fraction * (double)h->count);
	uint64_t seen = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= wanted && seen > 0)
			return end_of(i) < h->most ? end_of(i) : h->most;
	}
	return h->most;
}
