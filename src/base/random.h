/* Seeded random numbers, for what must be the same again with the same seed. Not for secrets.
 * SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state; /* starts as the seed, any number */
};

static inline uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Uniform in 0 to below - 1 (to within 2^-64 of it for each value); below is at least 1. */
static inline uint64_t random_below(struct random *random, uint64_t below)
{
	return (uint64_t)((unsigned __int128)random_next(random) * below >> 64);
}

#endif
