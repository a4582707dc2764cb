#include "ranges.h"

#include <string.h>

static void remove_at(struct ranges *r, size_t at)
{
	r->count--;
	memmove(&r->beyond[at], &r->beyond[at + 1], (r->count - at) * sizeof r->beyond[0]);
}

/* How many bytes of it are not there. */
static int64_t missing_in(const struct ranges *r, const struct range *range)
{
	int64_t missing = range->end - range->begin;

	for (size_t i = 0; i < r->count; i++) {
		const struct range *other = &r->beyond[i];
		int64_t begin = other->begin > range->begin ? other->begin : range->begin;
		int64_t end = other->end < range->end ? other->end : range->end;

		missing -= end > begin ? end - begin : 0;
	}
	return missing;
}

/* Takes out whatever overlaps or touches it, and makes it larger by that. */
static void absorb(struct ranges *r, struct range *range)
{
	for (size_t i = 0; i < r->count;) {
		const struct range *other = &r->beyond[i];

		if (other->end < range->begin || other->begin > range->end) {
			i++;
			continue;
		}
		if (other->begin < range->begin)
			range->begin = other->begin;
		if (other->end > range->end)
			range->end = other->end;
		remove_at(r, i);
	}
}

static void insert(struct ranges *r, const struct range *range)
{
	size_t at = 0;

	while (at < r->count && r->beyond[at].begin < range->begin)
		at++;
	memmove(&r->beyond[at + 1], &r->beyond[at], (r->count - at) * sizeof r->beyond[0]);
	r->beyond[at] = *range;
	r->count++;
}

static void fill_last_hole(struct ranges *r)
{
	r->beyond[r->count - 2].end = r->beyond[r->count - 1].end;
	r->count--;
}

int64_t ranges_add(struct ranges *r, int64_t begin, int64_t end)
{
	struct range range = {begin > r->end ? begin : r->end, end};
	int64_t added;

	if (end <= r->end || end <= begin)
		return 0;
	added = missing_in(r, &range);
	absorb(r, &range);
	if (range.begin <= r->end) {
		r->end = range.end;
		return added;
	}
	if (r->count == RANGES_MAX) {
		fill_last_hole(r);
		absorb(r, &range); /* it may lie in that */
	}
	insert(r, &range);
	return added;
}

bool ranges_has(const struct ranges *r, int64_t begin, int64_t end)
{
	if (end <= r->end)
		return true;
	for (size_t i = 0; i < r->count; i++)
		if (begin >= r->beyond[i].begin && end <= r->beyond[i].end)
			return true;
	return false;
}

int64_t ranges_highest(const struct ranges *r)
{
	return r->count > 0 ? r->beyond[r->count - 1].end : r->end;
}
