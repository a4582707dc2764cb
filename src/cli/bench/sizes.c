#include "sizes.h"

#include "base/cursor.h"

#include <string.h>

enum { KINDS_MAX = 32 };

struct kind {
	uint32_t size;
	int64_t share;
	int64_t credit; /* who has most is next */
};

static bool read_kind(struct reader *reader, struct kind *kind)
{
	kind->size = (uint32_t)reader_decimal(reader, UINT16_MAX);
	kind->share = 1;
	kind->credit = 0;
	if (reader_peek(reader) == 'x') {
		reader_expect(reader, 'x');
		kind->share = (int64_t)reader_decimal(reader, SIZES_MAX);
	}
	return !reader->failed && kind->share > 0;
}

/* Each turn gives every kind its share of credit, and the richest pays for its turn with all of it:
 * after a whole round each had as many turns as its share, as far apart as can be. */
static const struct kind *next_kind(struct kind *kinds, size_t count, int64_t round)
{
	struct kind *richest = kinds;

	for (size_t i = 0; i < count; i++) {
		kinds[i].credit += kinds[i].share;
		if (kinds[i].credit > richest->credit)
			richest = &kinds[i];
	}
	richest->credit -= round;
	return richest;
}

static void spread(struct sizes *sizes, struct kind *kinds, size_t count)
{
	for (size_t i = 0; i < sizes->count; i++) {
		uint32_t size = next_kind(kinds, count, (int64_t)sizes->count)->size;

		sizes->list[i] = size;
		if (i == 0 || size < sizes->least)
			sizes->least = size;
		if (size > sizes->most)
			sizes->most = size;
	}
}

bool sizes_parse(struct sizes *sizes, const char *text)
{
	struct reader reader = reader_of(text, strlen(text));
	struct kind kinds[KINDS_MAX];
	size_t count = 0;

	*sizes = (struct sizes){0};
	do {
		if (count > 0)
			reader_expect(&reader, ',');
		if (count == KINDS_MAX || !read_kind(&reader, &kinds[count]))
			return false;
		sizes->count += (size_t)kinds[count++].share;
		if (sizes->count > SIZES_MAX)
			return false;
	} while (reader_left(&reader) > 0);
	spread(sizes, kinds, count);
	return true;
}

double sizes_mean(const struct sizes *sizes)
{
	double sum = 0;

	for (size_t i = 0; i < sizes->count; i++)
		sum += sizes->list[i];
	return sum / (double)sizes->count;
}
