#include "overlay.h"

#include <assert.h>
#include <stdlib.h>

/* The children of each host: the first one, and from each to the next. */
struct families {
	uint32_t *first;
	uint32_t *next;
};

static void families_done(struct families *families)
{
	free(families->first);
	free(families->next);
}

static bool families_init(struct families *families, const struct overlay *o, uint32_t count)
{
	families->first = calloc(count, sizeof *families->first);
	families->next = calloc(count, sizeof *families->next);
	if (!families->first || !families->next) {
		families_done(families);
		return false;
	}
	for (uint32_t host = 0; host < count; host++)
		families->first[host] = OVERLAY_NO_PARENT;
	for (uint32_t host = count;
	     host-- > 0;) { /* so that children come out in ascending order */
		uint32_t parent = o->parent[host];

		if (host == o->root || parent >= count)
			continue;
		families->next[host] = families->first[parent];
		families->first[parent] = host;
	}
	return true;
}

/* Breadth first. A circle is never entered: each of its hosts has its one parent inside. */
static void descend(struct overlay *o, const struct families *families)
{
	o->members[o->member_count++] = o->root;
	o->depth[o->root] = 0;
	for (uint32_t i = 0; i < o->member_count; i++) {
		uint32_t host = o->members[i], child = families->first[host];

		for (; child != OVERLAY_NO_PARENT; child = families->next[child]) {
			o->members[o->member_count++] = child;
			o->depth[child] = o->depth[host] + 1;
		}
	}
}

bool overlay_init(struct overlay *o, const uint32_t *parent, uint32_t count, uint32_t root)
{
	struct families families;

	assert(root < count);
	*o = (struct overlay){.parent = parent, .root = root};
	o->members = calloc(count, sizeof *o->members);
	o->depth = calloc(count, sizeof *o->depth);
	if (!o->members || !o->depth || !families_init(&families, o, count)) {
		overlay_done(o);
		return false;
	}
	for (uint32_t host = 0; host < count; host++)
		o->depth[host] = OVERLAY_OUTSIDE;
	descend(o, &families);
	families_done(&families);
	return true;
}

void overlay_done(struct overlay *overlay)
{
	free(overlay->members);
	free(overlay->depth);
}
