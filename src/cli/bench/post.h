/* Where a sender hears what receivers answer: a port of its own, so that it is the same over
 * multicast, unicast and a tree. */
#ifndef BENCH_POST_H
#define BENCH_POST_H

#include "cli/session.h"
#include "control.h"

struct target;

struct post {
	struct hostcast *handle;
	struct hello hello; /* tells receivers where it is */
};

/* Opens it for answers from those who hear the target. `report_to`, ADDRESS[:PORT] or NULL, is what
 * receivers in a tree are told; without it the address from which this host speaks to the
 * rendezvous point. Returns the status to exit with after it printed the reason. */
int post_open(struct post *post, struct session *session, const struct target *target,
	      const char *report_to);
void post_close(struct post *post);

#endif
