/* What the programs that other software is measured with have in common.
 *
 *   peer_NAME send|recv TARGET SIZE RATE SECONDS
 *
 * The receivers are started first, each says "ready" once it has heard the sender, and a line on
 * the sender's standard input lets it begin: RATE messages a second (0: as fast as they are taken)
 * of SIZE bytes for SECONDS. At the end each prints one line of key=value pairs: messages, seconds,
 * cpu (user and system, in seconds, while messages flowed), and a receiver also lost and, where the
 * rate is low enough for it to mean something, the latency from application to application, p50 and
 * p99 in microseconds. Sender and receivers share one clock, CLOCK_MONOTONIC of this host. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Above this rate messages carry no time: reading the clock would cost as much as some contenders.
 */
enum { LATENCY_RATE_MAX = 10000 };

struct run {
	const char *target; /* how it is written, each peer says */
	size_t size;        /* bytes of a message */
	double rate;        /* messages a second; 0: as fast as they are taken */
	double seconds;
};

/* Few messages, and how soon each arrives is what counts: what a manual advises may differ. */
bool is_for_latency(const struct run *run);

/* What each peer provides. A failure ends the program with die(). */
void peer_open_sender(const struct run *run);
void peer_send(const void *message, size_t size); /* waits where the peer can make a sender wait */
void peer_flush(void);                    /* the sender pauses: what waits to be batched leaves */
void peer_close_sender(void);             /* returns when what was sent has left */
void peer_receive(const struct run *run); /* hands each message to received() until told to end */

/* Takes a message that arrived; false: it was the last one, and the result has been printed. */
bool received(const void *message, size_t size);

/* Says on standard error what failed and why, and ends the program. */
_Noreturn void die(const char *what, const char *why);
