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

/* Where the value of this rank in the bucket, from 1 on, most likely is: they are taken to be
 * spread evenly. */
static int64_t value_in(const struct histogram *h, size_t bucket, uint64_t rank)
{
	size_t doublings = bucket < 2 * HISTOGRAM_STEPS ? 0 : bucket / HISTOGRAM_STEPS - 1;
	int64_t first = (int64_t)(bucket - doublings * HISTOGRAM_STEPS) << doublings;
	int64_t width = INT64_C(1) << doublings;
	double part = ((double)rank - 0.5) / h->buckets[bucket];
	int64_t value = first + (int64_t)((double)(width - 1) * part);

	if (value < h->least)
		return h->least;
	return value < h->most ? value : h->most;
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
	uint64_t before = 0;

	if (wanted < 1)
		return h->least;
	for (size_t i = 0; wanted < h->count && i < HISTOGRAM_BUCKETS; i++) {
		if (before + h->buckets[i] >= wanted)
			return value_in(h, i, wanted - before);
		before += h->buckets[i];
	}
	return h->most;
}
