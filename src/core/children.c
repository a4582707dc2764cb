#include "children.h"

#include "own.h"

#include <assert.h>

struct child *children_find(struct children *children, const struct wire_address *address)
{
	for (size_t i = 0; i < children->count; i++)
		if (wire_address_equal(&children->list[i].address, address))
			return &children->list[i];
	return NULL;
}

struct child *children_add(struct children *children, const struct wire_address *address,
			   struct monotime now)
{
	struct child *child = &children->list[children->count];

	assert(children->count < CHILDREN_MAX);
	children->count++;
	*child = (struct child){
		.address = *address,
		.at = OWN_ANY,
		.heard = now,
		.told = monotime_add(now, -SECOND_WORD_NS), /* the first one may go at once */
	};
	return child;
}

void children_remove(struct children *children, struct child *child)
{
	assert(child >= children->list && child < children->list + children->count);
	*child = children->list[--children->count];
}
