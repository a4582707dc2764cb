/* The children of a node: who they are, when each was heard, and whether it knows our root path
 * (T-6, T-8, T-9). */
#ifndef CORE_CHILDREN_H
#define CORE_CHILDREN_H

#include "base/monotime.h"
#include "wire/address.h"
#include "wire/protocol.h"

struct child {
	struct wire_address address;
	uint8_t at;            /* the own address by which it knows us */
	bool is_owed;          /* our path has changed, and it has not asked since (T-9) */
	struct monotime heard; /* its last RJOI */
	struct monotime told;  /* the last YJOI that it had not asked for */
};

struct children {
	struct child list[CHILDREN_MAX];
	size_t count;
};

/* NULL if it is none. */
struct child *children_find(struct children *children, const struct wire_address *address);

/* There must be room. */
struct child *children_add(struct children *children, const struct wire_address *address,
			   struct monotime now);
void children_remove(struct children *children, struct child *child);

#endif
