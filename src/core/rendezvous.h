/* The rendezvous point: knows who the root is (T-3, T-4, T-5, T-15). Pure: datagrams and the time
 * go in, an output comes out. Nothing here waits, allocates or can fail. */
#ifndef CORE_RENDEZVOUS_H
#define CORE_RENDEZVOUS_H

#include "admission.h"
#include "base/monotime.h"
#include "output.h"

/* Counters: what they count, in the order of the state's report. */
#define RENDEZVOUS_COUNTERS(X) \
	X(asked)               \
	X(registered)          \
	X(refreshed)           \
	X(refused)             \
	X(expired)             \
	X(left)                \
	X(not_allowed)         \
	X(malformed)           \
	X(unknown)             \
	X(unasked)

struct rendezvous_counters {
#define RENDEZVOUS_COUNTER_FIELD(name) uint64_t name;
	RENDEZVOUS_COUNTERS(RENDEZVOUS_COUNTER_FIELD)
#undef RENDEZVOUS_COUNTER_FIELD
};

struct rendezvous {
	struct admission admission;
	const struct own *own;
	int64_t hold_ns;
	struct wire_address root;   /* none: there is none */
	struct monotime heard;      /* when the root was heard last */
	struct monotime registered; /* since when it is the root */
	struct rendezvous_counters counters;
};

/* Networks and own addresses stay the caller's, and must live as long. */
void rendezvous_init(struct rendezvous *rendezvous, struct admission admission,
		     const struct own *own, int64_t hold_ns);

void rendezvous_receive(struct rendezvous *rendezvous, struct monotime now,
			const struct incoming *datagram, struct output *output);

/* To be called at the deadline, or later. */
void rendezvous_tick(struct rendezvous *rendezvous, struct monotime now, struct output *output);

/* When to tick next; NEVER if there is nothing to wait for. */
struct monotime rendezvous_deadline(const struct rendezvous *rendezvous);

#endif
