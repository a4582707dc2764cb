/* A group as one looks for it among packets: [SOURCE@]GROUP[:PORT]. */
#ifndef CLI_WANTED_GROUPS_H
#define CLI_WANTED_GROUPS_H

#include "base/error.h"
#include "decode/packet.h"
#include "options.h"

struct wanted_group {
	union hostcast_address group;  /* port 0: any port */
	union hostcast_address source; /* family 0: any source */
};

struct wanted_groups {
	struct wanted_group list[LIST_MAX];
	size_t count; /* 0: all groups */
};

/* Without a port all ports are meant. HOSTCAST_INVALID: no group, or a range of them. */
int wanted_group_parse(const char *text, int family, struct wanted_group *wanted,
		       struct error *error);

/* Data to the group, a report, leave or query about it, a general query of its family, an ICMP
 * error about what was sent to it. */
bool wanted_group_matches(const struct wanted_group *wanted, const struct packet *packet);

/* HOSTCAST_INVALID: one of them, or they are more than LIST_MAX. */
int wanted_groups_parse(struct wanted_groups *wanted, const char *const *texts, size_t count,
			int family, struct error *error);

/* Does one of them match, or are there none? */
bool wanted_groups_match(const struct wanted_groups *wanted, const struct packet *packet);

#endif
