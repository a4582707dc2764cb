/* Sending at a rate: how much may go by now, and when the next message may. No clock is read here.
 * What may go is counted from the beginning, so that the rate does not drift; after a stall at most
 * PACE_CATCH_UP_NS of it is made good, and the rest is forgone and counted. */
#ifndef BASE_PACE_H
#define BASE_PACE_H

#include "monotime.h"

#include <stddef.h>

#define PACE_CATCH_UP_NS (10 * NS_PER_MS)
#define PACE_STEP_NS     (100 * NS_PER_US) /* messages within so short a time may leave together */
#define RATE_MOST        INT64_C(1000000000000) /* a second */

/* Messages or bits (of payload) a second; 0: as fast as it goes. */
struct rate {
	int64_t per_second;
	bool is_bits;
};

/* How a rate is written, for errors. */
#define RATE_FORM                                                                              \
	"bits a second, as 10M or 10Mbit, messages a second, as 5000pps or 5kpps, or max; at " \
	"most 1000G"

/* RATE as people write it: a number, with fractions, then k, M or G, then bit, bps or nothing for
 * bits a second, or pps for messages a second; or max. Returns false if it is none, or not 1 to
 * RATE_MOST. */
bool rate_parse(const char *text, struct rate *rate);

struct pace {
	struct rate rate;
	struct monotime start; /* of this second */
	int64_t allowed;       /* units (messages or bits) that were due before now, since start */
	int64_t spent;         /* units that went since start; below 0 when behind */
	uint64_t forgone;      /* units that stalls have cost */
};

void pace_begin(struct pace *pace, struct rate rate, struct monotime now);

/* Makes it `now`: to be called before pace_may_go(), once for any number of messages. */
void pace_advance(struct pace *pace, struct monotime now);

/* May the next message go? It may when those before it have had their time. */
static inline bool pace_may_go(const struct pace *pace)
{
	return pace->rate.per_second == 0 || pace->spent <= pace->allowed;
}

static inline void pace_went(struct pace *pace, size_t bytes)
{
	pace->spent += pace->rate.is_bits ? (int64_t)bytes * 8 : 1;
}

/* When to look again: when the next message may go or, where many are due within PACE_STEP_NS, when
 * so many of them, or a batch, may go together. */
struct monotime pace_next(const struct pace *pace, struct monotime now, size_t batch, size_t bytes);

#endif
