/* --groups: per group who is a member, who sends; and who asks. */
#include "base/error.h"
#include "cli/json.h"
#include "cli/show.h"
#include "groups_show.h"
#include "net/address.h"

#include <stdlib.h>

struct groups_state {
	const struct view_options *options;
	struct group_history history;
	const struct history_group *sorted[HISTORY_GROUPS_MAX]; /* at the end */
};

static void *begin(const struct view_options *options)
{
	struct groups_state *state = calloc(1, sizeof *state);

	if (state)
		state->options = options;
	return state;
}

static int take(void *context, const struct view_packet *packet, struct text *out,
		struct error *error)
{
	struct groups_state *state = context;
	int code = group_history_take(&state->history, packet->frame, packet->packet);

	(void)out;
	return code < 0 ? error_set(error, code, "out of memory") : 0;
}

static int compare(const void *a, const void *b)
{
	const struct history_group *const *one = a, *const *other = b;

	return address_compare_ip(&(*one)->address, &(*other)->address);
}

static void sort(struct groups_state *state)
{
	const struct group_history *history = &state->history;

	for (size_t i = 0; i < history->group_count; i++)
		state->sorted[i] = &history->groups[i];
	qsort(state->sorted, history->group_count, sizeof state->sorted[0], compare);
}

static int end(void *context, struct text *out, struct error *error)
{
	struct groups_state *state = context;
	const struct group_history *history = &state->history;
	bool json = state->options->json;

	(void)error;
	sort(state);
	for (size_t i = 0; i < history->group_count; i++)
		(json ? group_show_json : group_show)(out, history, state->sorted[i],
						      state->options);
	(json ? queriers_show_json : queriers_show)(out, history, state->options);
	return 0;
}

static void summary_json(const void *context, struct text *out)
{
	const struct group_history *history = &((const struct groups_state *)context)->history;

	json_integer(out, "groups", (int64_t)history->group_count);
	json_integer(out, "queriers", (int64_t)history->queriers.count);
	json_integer(out, "forgotten_group_packets", (int64_t)history->forgotten_packets);
	json_integer(out, "forgotten_reports", (int64_t)history->forgotten_reports);
	json_integer(out, "forgotten_sources", (int64_t)history->forgotten_sources);
	json_integer(out, "forgotten_sender_packets", (int64_t)history->senders.forgotten);
	json_integer(out, "forgotten_queries", (int64_t)history->queriers.forgotten);
}

static void summary_text(const void *context, struct text *line)
{
	const struct group_history *history = &((const struct groups_state *)context)->history;

	show_nonzero(line, history->forgotten_packets,
		     "packets of groups for which there was no room");
	show_nonzero(line, history->forgotten_reports,
		     "reports of members for which there was no room");
	show_nonzero(line, history->forgotten_sources,
		     "wanted sources for which there was no room");
	show_nonzero(line, history->senders.forgotten,
		     "packets of senders for which there was no room");
	show_nonzero(line, history->queriers.forgotten,
		     "queries of queriers for which there was no room");
}

static void free_state(void *context)
{
	struct groups_state *state = context;

	if (state)
		group_history_done(&state->history);
	free(state);
}

const struct view groups_view = {
	.option = "groups",
	.begin = begin,
	.take = take,
	.end = end,
	.summary_json = summary_json,
	.summary_text = summary_text,
	.free = free_state,
};
