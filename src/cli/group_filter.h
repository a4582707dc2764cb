/* A group as one looks for it among packets: [SOURCE@]GROUP[:PORT]. */
#ifndef CLI_GROUP_FILTER_H
#define CLI_GROUP_FILTER_H

#include "base/error.h"
#include "decode/packet.h"

struct group_match {
	union hostcast_address group;  /* port 0: any port */
	union hostcast_address source; /* family 0: any source */
};

/* Without a port all ports are meant. HOSTCAST_INVALID: no group, or a range of them. */
int group_filter_parse(const char *text, int family, struct group_match *filter,
		       struct error *error);

/* Data to the group, a report, leave or query about it, a general query of its family, an ICMP
 * error about what was sent to it. */
bool group_filter_matches(const struct group_match *filter, const struct packet *packet);

#endif
