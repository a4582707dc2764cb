/* Where payloads enter the tree (T-10): who the root is, as the RP says it, and what becomes of a
 * payload that was sent to one who is not (T-11, NDAT). A node has one, and a program that only
 * sends has one without a node. The payloads themselves stay with the caller, who holds those that
 * have to wait. */
#ifndef CORE_ORIGIN_H
#define CORE_ORIGIN_H

#include "output.h"
#include "timers.h"

/* A payload that was sent, so that it is known again. */
struct sent {
	uint64_t hash;
	struct wire_address to; /* none: an empty place */
	uint8_t attempts;       /* before this one */
	uint16_t times;         /* that the same was sent, and is not known again */
	uint32_t order;         /* in which they were sent */
};

/* input_sent     payloads sent to the root, each time
 * input_held     those that had to wait for a root, each time
 * input_refused  those that came back, because the receiver is not the root
 * input_lost     those that came back too often
 * input_unknown  refusals of what was not sent, or too long ago to be known */
#define ORIGIN_COUNTERS(X) \
	X(input_sent)      \
	X(input_held)      \
	X(input_refused)   \
	X(input_lost)      \
	X(input_unknown)

struct origin_counters {
#define ORIGIN_COUNTER_FIELD(name) uint64_t name;
	ORIGIN_COUNTERS(ORIGIN_COUNTER_FIELD)
#undef ORIGIN_COUNTER_FIELD
};

struct origin {
	struct wire_address rendezvous;
	const struct timers *timers;
	struct sent *sent; /* the caller's: a hash table of payloads sent lately */
	size_t sent_room;
	size_t sent_count; /* places that are taken */
	uint32_t order;
	struct monotime last_sent;
	struct wire_address root; /* the last known; none: none */
	bool is_usable;           /* payloads go to it */
	bool is_asking;
	bool is_denied; /* the RP says that there is no root */
	uint8_t attempts;
	struct monotime known; /* when the RP named it */
	struct monotime due;   /* when to ask again */
	struct origin_counters *counters;
};

/* The table, timers and counters stay the caller's. With a table of no entries nothing that is
 * refused is sent again. */
void origin_init(struct origin *origin, const struct wire_address *rendezvous,
		 const struct timers *timers, struct sent *table, size_t table_size,
		 struct origin_counters *counters);

/* A payload to be sent, the first time or after it was held: sets fate and copies. */
void origin_offer(struct origin *origin, struct monotime now, struct reader payload,
		  unsigned attempts, struct output *output);

/* TOOR from the RP: this is the root, or none. False if nobody had asked. */
bool origin_take_root(struct origin *origin, struct monotime now, const struct wire_address *root,
		      struct output *output);

/* NDAT: a payload comes back. */
void origin_take_refusal(struct origin *origin, struct monotime now, const struct incoming *in,
			 struct message *message, struct output *output);

/* The root may be another one now. */
void origin_forget(struct origin *origin);

/* Forgets the root if it is this one, which does not answer. */
void origin_forget_if(struct origin *origin, const struct wire_address *address);

/* Whom we know is certainly not the root. */
void origin_know_none(struct origin *origin);

/* This seems to be the root: it is used if no other was known before the RP fell silent, and the RP
 * has not said that there is none. */
void origin_suppose(struct origin *origin, const struct wire_address *root);

/* Nothing goes to the root any more (we are it): asks no more. */
void origin_rest(struct origin *origin);

/* Is this payload one of those that were sent? Each is recognized once: others may send the same.
 */
bool origin_recognize(struct origin *origin, struct reader payload);

/* Can any be recognized at all? What has not come back for a while does not come any more. */
bool origin_is_expecting(const struct origin *origin, struct monotime now);

void origin_tick(struct origin *origin, struct monotime now, struct output *output);
struct monotime origin_deadline(const struct origin *origin);

#endif
