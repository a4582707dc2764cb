/* What becomes of the messages to an echo server: each answer is shown and counted, and the counts
 * decide the exit status. */
#ifndef CLI_ECHO_ANSWERS_H
#define CLI_ECHO_ANSWERS_H

#include "base/histogram.h"
#include "cli/session.h"
#include "client.h"

struct echo_answers {
	struct session *session;
	const union hostcast_address *server;
	const struct echo_transport *transport;
	int64_t wait_ns;
	bool is_out_terminal;
	uint64_t limit; /* messages to be sent in all; UINT64_MAX: until the input ends */
	uint64_t sent, sent_bytes;
	bool is_broken_off; /* not all could be sent */
	uint64_t answered, answer_bytes;
	uint64_t unanswered; /* nothing came */
	uint64_t cut_off;    /* not all came: --wait passed, or the connection broke */
	uint64_t shorter;    /* of the answered: the server closed before as many bytes had come */
	uint64_t unexpected_bytes;
	struct histogram rtt_ns;
};

/* The answer to the message that was sent last is over. */
void echo_answers_take(struct echo_answers *answers, const struct echo_message *message,
		       const struct echo_answer *answer);

/* Of `limit`; 0 if there is none. */
uint64_t echo_answers_unsent(const struct echo_answers *answers);

/* The exit status if nothing more comes. */
int echo_answers_status(const struct echo_answers *answers);

void echo_answers_summary(struct echo_answers *answers, bool is_connected);

#endif
