/* The ways to the children of a node. Each child is sent to by a socket of its own: the socket's
 * send buffer is the child's queue, and what does not fit is that child's loss, while the others do
 * not wait. All of them have the address and port at which the node listens; none of them receives
 * anything but ICMP errors. */
#ifndef RUN_LANES_H
#define RUN_LANES_H

#include "base/error.h"
#include "core/output.h"
#include "net/trains.h"

struct lane {
	int fd;                 /* the listening one, where the system gives no other */
	struct wire_address to; /* the child; none: nobody yet */
	struct train_path path;
	uint64_t copies;  /* to this child: sent, */
	uint64_t dropped; /* and not */
};

struct lanes {
	int listener;
	bool are_trains_refused; /* as the system might (struct train_path) */
	struct lane list[CHILDREN_MAX];
	size_t count;
};

/* Opens so many, beside a socket that is bound and goes on getting all that comes. */
void lanes_open(struct lanes *lanes, int listener, size_t count, bool are_trains_refused);
void lanes_close(struct lanes *lanes);

/* The lane to one of these children; a new one gets a lane that none of the others has. There must
 * not be more of them than lanes. */
struct lane *lanes_find(struct lanes *lanes, const struct destination *children, size_t count,
			const struct destination *child);

/* The lane that this child has; NULL: none, nothing was sent to it yet. */
const struct lane *lanes_of(const struct lanes *lanes, const struct wire_address *child);

#endif
