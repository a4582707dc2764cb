/* The messages of one step: made, paced and sent, in batches of as many as may go. */
#ifndef BENCH_PUMP_H
#define BENCH_PUMP_H

#include "base/pace.h"
#include "hostcast.h"
#include "packet.h"
#include "pattern.h"
#include "result.h"
#include "sizes.h"

struct pump_settings {
	struct hostcast *handle;
	const struct sizes *sizes;
	bool is_iperf;        /* iperf's header rather than ours */
	bool has_pattern;     /* the content can be checked */
	uint64_t echo_each;   /* every so many messages are to come back; 0: none */
	uint64_t burst;       /* messages that go together, at least 1 */
	struct packet header; /* flags, stream and clock of every message */
};

struct pump {
	struct pump_settings settings;
	struct pattern *pattern; /* NULL: not wanted */
	struct pace pace;
	uint64_t limit;      /* messages of this step */
	uint64_t made;       /* messages; those not in the batch any more went, or were refused */
	uint64_t refused;    /* by the system */
	uint64_t bytes;      /* that went */
	uint64_t burst_left; /* messages that may go without looking at the pace */
	size_t next_size;    /* index in sizes */
	struct monotime first, last; /* when the first and the last message went */
	bool is_blocked;             /* until the handle's descriptor tells that there is room */
	bool is_stamped;             /* the batch: it has been tried to send it */
	/* The batch: payloads[begin] to payloads[end - 1] are still to go. */
	uint8_t *buffers;
	struct iovec payloads[HOSTCAST_BATCH];
	size_t begin, end;
};

/* False if memory is short. */
bool pump_init(struct pump *pump, const struct pump_settings *settings);
void pump_done(struct pump *pump);

/* A new step, of up to `limit` messages. */
void pump_begin(struct pump *pump, uint16_t step, struct rate rate, uint64_t limit,
		struct monotime now);

/* Is there something that may go now? */
bool pump_may_go(struct pump *pump, struct monotime now);

/* Makes what may go now, at most one batch, unless some of the last one is left. False: nothing may
 * go. */
bool pump_fill(struct pump *pump, struct monotime now);

/* Sends what was made; realtime_ns is when, for the receivers to see. Returns 0, or an error of the
 * handle. */
int pump_send(struct pump *pump, struct monotime now, int64_t realtime_ns);

/* Makes no more messages in this step; those that are made still go. */
void pump_stop(struct pump *pump);

bool pump_is_done(const struct pump *pump);

/* When to take the next turn, if nothing may go now. */
struct monotime pump_next(const struct pump *pump, struct monotime now);

/* Messages that went or were refused; the last one has the highest number. */
uint64_t pump_passed(const struct pump *pump);

/* What went: sent, received, bytes, elapsed_ns. */
void pump_result(const struct pump *pump, struct result *result);

#endif
