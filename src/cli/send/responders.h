/* Who answered, how often and how fast: the table behind `send --ack`. */
#ifndef CLI_RESPONDERS_H
#define CLI_RESPONDERS_H

#include "base/histogram.h"
#include "base/text.h"
#include "hostcast.h"

enum { RESPONDERS_MAX = 4096 };

struct responder {
	union hostcast_address address;
	uint64_t answered;   /* messages */
	uint64_t duplicates; /* further answers to messages already answered */
	struct histogram rtt_ns;
};

struct responders {
	struct responder **list;
	size_t count;
	uint64_t unlisted; /* answers from more than RESPONDERS_MAX responders */
};

/* The index of the responder with this address, made if new; -1 if there are too many or memory is
 * short: that is counted as unlisted. */
int responders_find(struct responders *responders, const union hostcast_address *address);
void responders_done(struct responders *responders);

/* In percent: what part of the messages sent a responder has not answered. */
double responder_loss(const struct responder *responder, uint64_t sent);

/* A table with a line per responder, and "receivers":[...] for the JSON object that is open. */
void responders_show_text(const struct responders *responders, uint64_t sent, struct text *out);
void responders_show_json(const struct responders *responders, uint64_t sent, struct text *out);

#endif
