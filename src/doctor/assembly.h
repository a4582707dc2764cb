/* Datagrams in fragments: which of them came whole. Pure, in fixed room. */
#ifndef DOCTOR_ASSEMBLY_H
#define DOCTOR_ASSEMBLY_H

#include "decode/packet.h"
#include "traffic/ranges.h"

enum { ASSEMBLY_MAX = 128 };

/* A datagram of which fragments have come. One that is whole is still remembered, as long as there
 * is room: its fragments may come twice. */
struct assembling {
	union hostcast_address source;
	unsigned interface;
	uint32_t identification;
	struct ranges have; /* its bytes so far */
	uint32_t total;     /* bytes that it has, from its last fragment; 0: not known yet */
	int64_t last_ns;
};

struct assembly {
	struct assembling list[ASSEMBLY_MAX];
	size_t count;
};

/* A datagram that will not be whole. */
typedef void assembly_missing_fn(void *context, const union hostcast_address *source,
				 unsigned interface);

/* Takes a fragment of a datagram to the group. Datagrams are given up for those that come, where
 * there is no room, the oldest first. */
void assembly_take(struct assembly *assembly, const struct frame *frame,
		   const struct packet *packet, assembly_missing_fn *missing, void *context);

/* At the end. What began so short a time before may still be on its way. */
void assembly_finish(struct assembly *assembly, int64_t now_ns, assembly_missing_fn *missing,
		     void *context);

#endif
