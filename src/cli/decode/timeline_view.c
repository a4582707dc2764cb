/* --timeline: joins, leaves, queries and data of groups over time, as a picture. */
#include "cli/json.h"
#include "cli/show.h"
#include "timeline.h"
#include "views.h"

#include <stdlib.h>

struct timeline_state {
	struct group_history history;
	struct group_events events;
};

static void *begin(const struct view_options *options)
{
	(void)options;
	return calloc(1, sizeof(struct timeline_state));
}

static int take(void *context, const struct view_packet *packet, struct text *out,
		struct error *error)
{
	struct timeline_state *state = context;
	int code = group_history_take(&state->history, packet->frame, packet->packet);

	(void)out;
	group_events_take(&state->events, packet->frame, packet->packet);
	return code < 0 ? error_set(error, code, "out of memory") : 0;
}

static int end(void *context, struct text *out, struct error *error)
{
	const struct timeline_state *state = context;

	if (!timeline_add(out, &state->history, &state->events))
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory for the timeline");
	return state->history.group_count == 0 ? VIEW_EMPTY : 0;
}

static uint64_t not_kept(const struct timeline_state *state)
{
	return state->events.not_kept + state->history.forgotten_packets +
	       state->history.forgotten_reports + state->history.queriers.forgotten;
}

static void summary_json(const void *context, struct text *out)
{
	json_integer(out, "timeline_not_kept", (int64_t)not_kept(context));
}

static void summary_text(const void *context, struct text *line)
{
	show_nonzero(line, not_kept(context),
		     "packets of the timeline for which there was no room");
}

static void free_state(void *context)
{
	struct timeline_state *state = context;

	if (!state)
		return;
	group_history_done(&state->history);
	group_events_done(&state->events);
	free(state);
}

const struct view timeline_view = {
	.option = "timeline",
	.begin = begin,
	.take = take,
	.end = end,
	.why_empty = "no group was joined, left, asked for or sent to",
	.summary_json = summary_json,
	.summary_text = summary_text,
	.free = free_state,
};
