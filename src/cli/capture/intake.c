#include "intake.h"

#include "base/list.h"

#include <stdio.h>
#include <stdlib.h>

int intake_add(struct intake *intake, const char *interface, const struct live_options *options,
	       struct error *error)
{
	struct live_options numbered = *options;
	struct intake_source *list;
	struct live *live;

	list = list_grow(intake->list, intake->count, &intake->room, sizeof *list);
	if (!list)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	intake->list = list;
	numbered.number = (unsigned)intake->count;
	live = live_open(interface, &numbered, error);
	if (!live)
		return error->code;
	list[intake->count] = (struct intake_source){.live = live};
	snprintf(list[intake->count].name, sizeof list->name, "%s", interface);
	intake->count++;
	return 0;
}

void intake_done(struct intake *intake)
{
	for (size_t i = 0; i < intake->count; i++)
		live_close(intake->list[i].live);
	free(intake->list);
	*intake = (struct intake){0};
}

static int fill_head(struct intake_source *source, struct error *error)
{
	int status;

	if (source->has_head || source->is_over)
		return 0;
	status = live_next(source->live, &source->head, error);
	source->has_head = status > 0;
	source->is_over = status < 0;
	return status;
}

static struct intake_source *oldest(const struct intake *intake)
{
	struct intake_source *oldest = NULL;

	for (size_t i = 0; i < intake->count; i++) {
		struct intake_source *source = &intake->list[i];

		if (source->has_head && (!oldest || source->head.time_ns < oldest->head.time_ns))
			oldest = source;
	}
	return oldest;
}

static bool has_all_heads(const struct intake *intake)
{
	for (size_t i = 0; i < intake->count; i++)
		if (!intake->list[i].has_head && !intake->list[i].is_over)
			return false;
	return true;
}

/* A packet that is far in the future has another clock: there has been a step in it. */
static bool is_ripe(const struct intake *intake, const struct frame *frame, int64_t now_ns)
{
	return now_ns == INTAKE_ALL || has_all_heads(intake) ||
	       frame->time_ns - now_ns > NS_PER_S || now_ns - frame->time_ns >= INTAKE_HOLD_NS;
}

int intake_next(struct intake *intake, int64_t now_ns, struct frame *frame, struct error *error)
{
	struct intake_source *source;

	for (size_t i = 0; i < intake->count; i++)
		if (fill_head(&intake->list[i], error) < 0)
			return error->code;
	source = oldest(intake);
	if (!source || !is_ripe(intake, &source->head, now_ns))
		return 0;
	*frame = source->head;
	source->has_head = false;
	return 1;
}

bool intake_is_to_be_looked_at(const struct intake *intake)
{
	for (size_t i = 0; i < intake->count; i++) {
		const struct intake_source *source = &intake->list[i];

		if (source->has_head || (!source->is_over && live_is_down(source->live)))
			return true;
	}
	return false;
}

size_t intake_open_count(const struct intake *intake)
{
	size_t count = 0;

	for (size_t i = 0; i < intake->count; i++)
		count += !intake->list[i].is_over;
	return count;
}

struct live_counters intake_count(struct intake *intake)
{
	struct live_counters sum = {0};

	for (size_t i = 0; i < intake->count; i++) {
		struct intake_source *source = &intake->list[i];

		source->counters = live_counters(source->live);
		sum.received += source->counters.received;
		sum.dropped += source->counters.dropped;
	}
	return sum;
}
