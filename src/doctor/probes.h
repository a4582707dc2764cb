/* Probes as they come in: which of each kind, how often, and by which ways. Nothing here calls the
 * system. */
#ifndef DOCTOR_PROBES_H
#define DOCTOR_PROBES_H

#include "peer_message.h"

struct probe_tally {
	struct one_way way;         /* what one_way.counts[].sent says is for others to fill in */
	uint64_t seen[PROBE_KINDS]; /* a bit for each number */
};

/* A probe came. It counts only as what it could be: one to the group that was sent to this host is
 * none. False then. */
bool probe_tally_take(struct probe_tally *tally, const struct peer_message *probe,
		      const struct hostcast_message *message, const char *interface);

/* One was seen on the wire, where no socket could be had: what goes in fragments does not count. */
void probe_tally_take_captured(struct probe_tally *tally, const struct peer_message *probe,
			       unsigned ttl);

/* Another way by which the group's probes come, or more about one that is known. */
void probe_tally_add_path(struct probe_tally *tally, const struct probe_path *path);

#endif
