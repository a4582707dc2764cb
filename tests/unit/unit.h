/* What every unit test includes: cmocka with what it needs, and random numbers that are the same in
 * every run. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct random {
	uint64_t state; /* the seed; not 0 */
};

/* xorshift64* (Vigna 2016) */
static inline uint64_t random_next(struct random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * UINT64_C(2685821657736338717) >> 16;
}

/* 0 to limit - 1 */
static inline size_t random_below(struct random *random, size_t limit)
{
	return (size_t)(random_next(random) % limit);
}

#endif
