/* One step of one sender, as a receiver counts it: every message is taken in, and at any time there
 * is a result. */
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

#include "base/histogram.h"
#include "base/monotime.h"
#include "base/sequence.h"
#include "result.h"

/* All zero at the beginning. */
struct tally {
	struct sequence sequence;
	struct histogram latency_ns;
	uint64_t bytes;
	size_t wild_size; /* of the last message whose number was far ahead */
	uint64_t corrupt;
	uint64_t latency_backward;
	int64_t longest_pause_ns;
	struct monotime first, last;
	int64_t cpu_ns;        /* of the process, when it began */
	uint64_t kernel_drops; /* of the handle, when it began */
};

/* Takes in a message that came whole; true if it is a new one. */
bool tally_take(struct tally *tally, uint64_t number, size_t size, struct monotime now);

/* The latency of a message, where the clocks agree; negative: they do not. */
void tally_latency(struct tally *tally, int64_t ns);

/* `sent`: as the sender says, 0 if it has not. What it cost is for the caller to fill in. */
void tally_result(const struct tally *tally, uint64_t sent, struct result *result);

#endif
