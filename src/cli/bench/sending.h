/* A run of bench send: who is there, then step after step, each announced as over until everybody
 * has reported on it, and a farewell. */
#ifndef BENCH_SENDING_H
#define BENCH_SENDING_H

#include "audience.h"
#include "cli/session.h"
#include "hostcast.h"
#include "net/target.h"
#include "post.h"
#include "pump.h"
#include "search.h"

enum { RATES_MAX = 64 };

struct bench_send_options {
	struct common_options common;
	struct rate rates[RATES_MAX]; /* one for each step; the first one of a search */
	size_t rate_count;
	struct sizes sizes;
	int64_t time_ns; /* of a step; NOT_GIVEN: until `count` messages went */
	int64_t burst;
	bool search, verify, iperf, clocks_agree;
	int64_t echo_each; /* messages of which one comes back; 0: as needed */
	int64_t receivers; /* to wait for; NOT_GIVEN: whoever is there */
	struct limits limits;
	const char *source, *report_to;
	int64_t send_buffer;
	const char *target;
};

enum sending_phase {
	PHASE_HELLO,   /* asking who is there */
	PHASE_STEP,    /* messages go */
	PHASE_END,     /* asking for reports */
	PHASE_GOODBYE, /* telling that it is over */
};

struct sending {
	struct session session;
	const struct bench_send_options *options;
	struct target target;
	struct hostcast *handle;
	struct post post; /* no handle: nobody answers there (iperf) */
	struct audience audience;
	struct pump pump;
	struct search search;
	enum sending_phase phase;
	int stop_status; /* to exit with, because it was broken off; EXIT_DONE: it was not */
	unsigned asked;  /* times in this phase */
	struct monotime phase_began;
	struct loop_timer timer;
	uint16_t step;      /* now, from 1 */
	bool is_round_trip; /* that is the latency which is measured */
	int64_t cpu_ns;     /* when the step began; then what it took */
	/* For output: */
	bool is_headed;
	uint64_t total;        /* messages that went */
	uint64_t refused;      /* messages, by the system */
	uint64_t icmp_refused; /* before the farewell, when receivers may leave */
	double worst_loss;     /* of a receiver in a step, in percent */
	bool is_beyond;        /* what is allowed, in a step */
	bool is_incomplete;    /* somebody did not report */
	bool is_slow;          /* a rate was not reached */
	bool has_reports;
};

/* Opens the sockets and prepares the messages; sending_start() calls it. Returns the status to exit
 * with after it printed the reason. */
int sending_open(struct sending *sending);

/* Begins. To be called after the session has begun; returns a status in the same way. */
int sending_start(struct sending *sending);
void sending_done(struct sending *sending);

/* At SIGINT or the deadline: no more messages, but the results of those that went. */
void sending_stop(struct sending *sending, int status);

/* ---- What is printed, and what is made of it (sending_show.c) ---- */

/* Who answered the hello; and the error that too few did. */
void sending_show_audience(struct sending *sending);
void sending_show_missing(struct sending *sending);

/* The lines of a step that is over. Is it good: did all that are known report, and within the
 * limits? */
bool sending_show_step(struct sending *sending, const struct result *sent);

/* All is over: ends the session with the status that fits. */
void sending_end(struct sending *sending);

void sending_summary(void *context);

#endif
