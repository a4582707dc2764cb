/* Acknowledged messages: each is sent, and the answers that come back within the waiting time are
 * listed. An answer carries nothing that tells which message it is to (any program may answer), so
 * each message leaves from a handle, and so from a port, of its own. */
#ifndef CLI_ACKS_H
#define CLI_ACKS_H

#include "cli/session.h"

struct acks;

struct acks_settings {
	int64_t wait_ns;
	uint64_t expect;   /* answers to each message, fewer are too few; 0: any */
	bool show_numbers; /* more than one message will be sent */
	/* A new handle, open for sending; NULL after it failed the session. */
	struct hostcast *(*open)(void *context);
	void (*all_over)(void *context); /* no message waits for answers any more */
	void *context;
};

/* NULL if memory is short. */
struct acks *acks_new(struct session *session, const struct acks_settings *settings);
void acks_free(struct acks *acks);

/* Sends a message and begins to wait. Returns EXIT_DONE, or the status of the failed session. */
int acks_send(struct acks *acks, const void *data, size_t size);

/* Waits no longer: what has not answered yet has not answered. */
void acks_give_up(struct acks *acks);

bool acks_are_awaited(const struct acks *acks);

/* 0 answered by all expected, 1 not a single answer, 3 the host refused, 7 fewer than expected. */
int acks_status(const struct acks *acks);

/* unsent: messages that should have gone, but the run ended before. */
void acks_summary(const struct acks *acks, uint64_t unsent);

#endif
