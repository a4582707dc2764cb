/* What a receiver does with the datagrams that come: messages are measured, control messages
 * answered, everything else counted. */
#ifndef BENCH_METER_H
#define BENCH_METER_H

#include "cli/allowed.h"
#include "control.h"
#include "pattern.h"
#include "streams.h"

/* Datagrams that were not measured, by the reason. */
#define METER_COUNTERS(X)                                                                \
	X(foreign)     /* neither of hostcast bench nor of iperf */                      \
	X(malformed)   /* that cannot be understood, or are for senders */               \
	X(stale)       /* messages, and ends, of a step that is over */                  \
	X(unlisted)    /* of more senders than are kept */                               \
	X(unheard)     /* ends of senders of whom no hello and no message came */        \
	X(too_soon)    /* ends that were answered just before */                         \
	X(not_allowed) /* to which an answer was wanted where none may go (allowed.h) */ \
	X(unanswered)  /* to which the answer would be larger, or could not be sent */

struct meter_counters {
#define METER_COUNTER(name) uint64_t name;
	METER_COUNTERS(METER_COUNTER)
#undef METER_COUNTER
};

/* Of one batch. */
struct meter_time {
	struct monotime monotonic;
	int64_t realtime_ns;
};

struct meter {
	struct hostcast *handle;  /* that receives */
	struct hostcast *answers; /* that answers: from a port of its own, also where the other
				     is a node of a tree */
	struct allowed *allowed;  /* whom it answers */
	bool clocks_agree;        /* the user says so */
	void (*step_is_over)(void *context, const struct stream *stream,
			     const struct result *result);
	void (*run_is_over)(void *context, const struct stream *stream);
	void *context;
	/* Its own: */
	uint32_t clock;
	char name[CONTROL_NAME_SIZE]; /* of this host */
	struct pattern pattern;
	struct streams streams;
	struct meter_counters counters;
};

/* A new one, NULL if memory is short; the caller fills in the first part. */
struct meter *meter_new(void);
void meter_free(struct meter *meter);

/* Takes in one batch. */
void meter_take(struct meter *meter, const struct hostcast_message *messages, size_t count,
		struct meter_time now);

/* Ends the runs of senders that have been silent for so long; all with 0. */
void meter_end_silent(struct meter *meter, struct monotime now, int64_t silence_ns);

#endif
