/* Who receives what a sender sends, as far as they say so: so many, found by where they answer
 * from. */
#ifndef BENCH_AUDIENCE_H
#define BENCH_AUDIENCE_H

#include "base/histogram.h"
#include "control.h"

enum { AUDIENCE_MAX = 256 };

struct listener {
	union hostcast_address address;
	char name[CONTROL_NAME_SIZE]; /* any bytes: to be escaped */
	uint32_t clock;               /* as in packet.h */
	bool has_reported;            /* on this step */
	struct result result;
	struct histogram rtt_ns; /* of the messages of this step that came back */
};

/* Answers that were not taken in, by the reason. */
#define AUDIENCE_COUNTERS(X)                                                          \
	X(strays)    /* of another run, from an earlier step, or no answers at all */ \
	X(malformed) /* that cannot be understood */                                  \
	X(unlisted)  /* of more receivers than are kept */

struct audience {
	struct listener *list[AUDIENCE_MAX];
	size_t count;
	uint32_t stream; /* of this run */
	uint16_t step;   /* now */
#define AUDIENCE_COUNTER(name) uint64_t name;
	AUDIENCE_COUNTERS(AUDIENCE_COUNTER)
#undef AUDIENCE_COUNTER
};

void audience_done(struct audience *audience);

/* A new step: nobody has reported on it. Those that are known stand in the order of their
 * addresses. */
void audience_begin(struct audience *audience, uint16_t step);

/* Takes in an answer, a report, or a message that came back. */
void audience_take(struct audience *audience, const struct hostcast_message *message,
		   int64_t realtime_ns);

/* How many have reported on this step. */
size_t audience_reported(const struct audience *audience);

/* The one at this address, made if it is new; NULL if there is no room. */
struct listener *audience_find(struct audience *audience, const union hostcast_address *address);

#endif
