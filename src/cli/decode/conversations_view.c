/* --conversations: each conversation, step by step; and --ladder, the same as a picture. */
#include "cli/json.h"
#include "cli/show.h"
#include "conversations_show.h"
#include "ladder.h"
#include "traffic/conversations.h"

#include <inttypes.h>
#include <stdlib.h>

struct conversations_state {
	const struct view_options *options;
	struct conversations *conversations;
};

static void free_state(void *context)
{
	struct conversations_state *state = context;

	if (state)
		conversations_free(state->conversations);
	free(state);
}

static void *begin(const struct view_options *options)
{
	struct conversations_state *state = calloc(1, sizeof *state);

	if (!state)
		return NULL;
	state->options = options;
	state->conversations = conversations_new();
	if (state->conversations)
		return state;
	free_state(state);
	return NULL;
}

static int take(void *context, const struct view_packet *packet, struct text *out,
		struct error *error)
{
	struct conversations_state *state = context;

	(void)out;
	(void)error;
	conversations_take(state->conversations, packet->frame, packet->packet, packet->number);
	return 0;
}

/* Who asks a group is answered by unicast. */
static void take_other(void *context, const struct view_packet *packet)
{
	struct conversations_state *state = context;

	conversations_take_answer(state->conversations, packet->frame, packet->packet,
				  packet->number);
}

/* Those that are to be shown: from `first` on, as many as the result. An error's code: there is no
 * such one. */
static int choose(const struct conversations_state *state, size_t *first, struct error *error)
{
	size_t count = conversations_count(state->conversations);
	int64_t only = state->options->only;

	*first = only > 0 ? (size_t)only - 1 : 0;
	if (only == 0)
		return (int)count;
	if ((uint64_t)only <= count)
		return 1;
	return error_set(error, HOSTCAST_INVALID,
			 "there is no conversation %" PRId64 ": the file has %zu of them", only,
			 count);
}

static int end(void *context, struct text *out, struct error *error)
{
	struct conversations_state *state = context;
	size_t first;
	int count;

	conversations_finish(state->conversations);
	count = choose(state, &first, error);
	for (size_t i = first; count > 0 && i < first + (size_t)count; i++)
		(state->options->json ? conversation_show_json : conversation_show)(
			out, conversations_at(state->conversations, i), i + 1, state->options);
	return count < 0 ? count : 0;
}

static int end_with_ladder(void *context, struct text *out, struct error *error)
{
	struct conversations_state *state = context;
	size_t first;
	int count;

	conversations_finish(state->conversations);
	count = choose(state, &first, error);
	if (count < 0)
		return count;
	if (!ladder_add(out, state->conversations, first, (size_t)count))
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory for the ladder");
	return count == 0 ? VIEW_EMPTY : 0;
}

static void summary_json(const void *context, struct text *out)
{
	const struct conversations_state *state = context;

	json_integer(out, "conversations", (int64_t)conversations_count(state->conversations));
	json_integer(out, "not_kept",
		     (int64_t)conversations_counters(state->conversations).not_kept);
}

static void ladder_summary_json(const void *context, struct text *out)
{
	const struct conversations_state *state = context;

	json_integer(out, "ladder_not_kept",
		     (int64_t)conversations_counters(state->conversations).not_kept);
}

static void summary_text(const void *context, struct text *line)
{
	const struct conversations_state *state = context;

	show_nonzero(line, conversations_counters(state->conversations).not_kept,
		     "packets of conversations for which there was no room");
}

static void ladder_summary_text(const void *context, struct text *line)
{
	const struct conversations_state *state = context;

	show_nonzero(line, conversations_counters(state->conversations).not_kept,
		     "packets of the ladder for which there was no room");
}

const struct view conversations_view = {
	.option = "conversations",
	.begin = begin,
	.take = take,
	.take_other = take_other,
	.end = end,
	.summary_json = summary_json,
	.summary_text = summary_text,
	.free = free_state,
};

const struct view ladder_view = {
	.option = "ladder",
	.begin = begin,
	.take = take,
	.take_other = take_other,
	.end = end_with_ladder,
	.why_empty = "there is no conversation over TCP or UDP",
	.summary_json = ladder_summary_json,
	.summary_text = ladder_summary_text,
	.free = free_state,
};
