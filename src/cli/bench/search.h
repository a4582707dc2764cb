/* The search for the highest rate without loss: the rate doubles until there is too much, then what
 * lies between the best and the worst is halved. A rate that seems too high is tried once more: a
 * receiver that had to wait for its turn of the processor says nothing about the rate. */
#ifndef BENCH_SEARCH_H
#define BENCH_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

enum { SEARCH_STEPS_MAX = 64, SEARCH_PRECISION_PERCENT = 5, SEARCH_TRIES = 2 };

struct search {
	int64_t rate; /* to try now */
	int64_t good; /* highest that was; 0: none yet */
	int64_t bad;  /* lowest above it that was not; 0: none yet */
	unsigned steps;
	unsigned tries; /* of this rate, in vain */
	bool is_over;
	bool is_sender_limited; /* more than `good` could not be sent */
};

void search_begin(struct search *search, int64_t rate);

/* What came of the rate: was it good, and at how many units a second was it really sent? */
void search_take(struct search *search, bool is_good, double achieved);

#endif
