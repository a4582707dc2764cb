/* A member of the tree (T-1 to T-16): it looks for a parent, keeps it and its children, and copies
 * what comes from the parent to the children; if nobody is the root, it is.
 *
 * Pure: datagrams, payloads and the time go in, an output comes out, and the next deadline can be
 * asked for. Nothing here waits, allocates or can fail. docs/protocol.md draws the states. */
#ifndef CORE_MEMBER_H
#define CORE_MEMBER_H

#include "state.h"

/* The table is for struct origin. Members with one seed and the same input do the same. */
void member_init(struct member *member, const struct member_config *config, const struct own *own,
		 uint64_t seed, struct sent *table, size_t table_size,
		 struct member_counters *counters);

/* Begins the first walk. */
void member_begin(struct member *member, struct monotime now, struct output *output);

void member_receive(struct member *member, struct monotime now, const struct incoming *datagram,
		    struct output *output);

/* A payload for everybody (T-10), not larger than PAYLOAD_MAX_4 or PAYLOAD_MAX_6. Attempts are
 * those of the output that said it was to be held, or 0. */
void member_offer(struct member *member, struct monotime now, struct reader payload,
		  unsigned attempts, struct output *output);

/* An ICMP error came back from this address (T-10). */
void member_unreachable(struct member *member, const struct wire_address *address);

/* To be called at the deadline, or later. */
void member_tick(struct member *member, struct monotime now, struct output *output);
struct monotime member_deadline(const struct member *member);

/* Leaves the tree (T-15): nothing more is to be expected of this member until it begins again. */
void member_leave(struct member *member, struct output *output);

#endif
