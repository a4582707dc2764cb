/* The conversations in a stream of packets, TCP and UDP, told apart by addresses, ports, interface
 * and VLAN. All are kept until the end, in bounded room: what an answer means, or whether a segment
 * was lost, is often known only by what follows. Pure, but allocates. */
#ifndef TRAFFIC_CONVERSATIONS_H
#define TRAFFIC_CONVERSATIONS_H

#include "conversation.h"

enum { CONVERSATIONS_MAX = 10000, STEPS_MAX = 200000 /* in all of them */ };

struct conversations;

struct conversations *conversations_new(void); /* NULL: no memory */
void conversations_free(struct conversations *conversations);

/* Takes any packet; `number` is what steps are told to be. */
void conversations_take(struct conversations *conversations, const struct frame *frame,
			const struct packet *packet, uint64_t number);

/* The same, but only if it is an answer to who asked a group, or an ICMP error about one. */
void conversations_take_answer(struct conversations *conversations, const struct frame *frame,
			       const struct packet *packet, uint64_t number);

/* No more packets come: finds out how each ended, and the socket calls behind its steps. */
void conversations_finish(struct conversations *conversations);

/* In the order in which they began. */
size_t conversations_count(const struct conversations *conversations);
const struct conversation *conversations_at(const struct conversations *conversations,
					    size_t index);

struct conversations_counters {
	uint64_t taken;    /* packets that are steps of a conversation */
	uint64_t not_kept; /* packets that there was no room for */
	uint64_t others;   /* packets of no conversation */
};
struct conversations_counters conversations_counters(const struct conversations *conversations);

#endif
