/* What a node or RP told of itself in TATS (T-16), read from the network. Pure: bytes go in, a
 * report comes out. */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "wire/address.h"
#include "wire/protocol.h"

enum { REPORT_WORD_SIZE = 32, REPORT_COUNTS_MAX = 96 };

enum report_role { REPORT_NODE, REPORT_RENDEZVOUS };

struct report_child {
	struct wire_address address;
	uint64_t heard_ms; /* ago */
};

struct report_count {
	char name[REPORT_WORD_SIZE]; /* a to z, 0 to 9 and _ */
	uint64_t value;
};

/* Addresses that were not told are none. */
struct report {
	size_t size_needed; /* not 0: the request was too small, and nothing else was told */

	enum report_role role;
	char state[REPORT_WORD_SIZE]; /* a node's; as the name of a count */
	struct wire_address rendezvous, seen_as;
	struct wire_address path[PATH_MAX_LENGTH]; /* the parent first, the root last */
	size_t path_length;
	unsigned children_most;
	struct report_child children[CHILDREN_MAX];
	size_t child_count;

	struct wire_address root; /* an RP's */
	uint64_t root_heard_ms, root_since_ms;

	struct report_count counts[REPORT_COUNTS_MAX];
	size_t count_count;
};

/* Reads a whole datagram. Keys that we don't know are passed over, so that newer nodes can be
 * asked; counts past REPORT_COUNTS_MAX are, too. False, and the report is not to be used, if it is
 * no TATS or anything in it is not as it has to be. */
bool report_read(struct report *report, const void *bytes, size_t size);

#endif
