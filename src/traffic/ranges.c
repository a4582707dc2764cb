#include "ranges.h"

#include <string.h>

static void remove_at(struct ranges *r, size_t at)
{
	r->count--;
	memmove(&r->beyond[at], &r->beyond[at + 1], (r->count - at) * sizeof r->beyond[0]);
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
	if (at == RANGES_MAX)
		return;
	if (r->count == RANGES_MAX)
		r->count--;
	memmove(&r->beyond[at + 1], &r->beyond[at], (r->count - at) * sizeof r->beyond[0]);
	r->beyond[at] = *range;
	r->count++;
}

void ranges_add(struct ranges *r, int64_t begin, int64_t end)
{
	struct range range = {begin, end};

	if (end <= r->end || end <= begin)
		return;
	absorb(r, &range);
	if (range.begin <= r->end)
		r->end = range.end;
	else
		insert(r, &range);
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

int64_t ranges_total(const struct ranges *r)
{
	int64_t total = r->end;

	for (size_t i = 0; i < r->count; i++)
		total += r->beyond[i].end - r->beyond[i].begin;
	return total;
}
