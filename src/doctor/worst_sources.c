#include "worst_sources.h"

static bool is_worse(const struct worst_source *a, const struct worst_source *b)
{
	return a->is_cause == b->is_cause ? a->count > b->count : a->is_cause;
}

void worst_sources_add(struct worst_sources *worst, struct worst_source one)
{
	size_t place;

	if (worst->count == WORST_SOURCES_MAX) {
		worst->others++;
		if (!is_worse(&one, &worst->list[WORST_SOURCES_MAX - 1]))
			return;
	} else {
		worst->count++;
	}
	for (place = worst->count - 1; place > 0 && is_worse(&one, &worst->list[place - 1]);
	     place--)
		worst->list[place] = worst->list[place - 1];
	worst->list[place] = one;
}

void worst_sources_add_others(const struct worst_sources *worst, struct finding *finding)
{
	if (worst->others > 0)
		text_addf(finding_saw(finding), "and %zu more source%s", worst->others,
			  worst->others == 1 ? "" : "s");
}
