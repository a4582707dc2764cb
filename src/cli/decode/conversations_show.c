#include "conversations_show.h"

#include "base/monotime.h"
#include "cli/show.h"
#include "conversation_outcome.h"
#include "conversation_words.h"
#include "view_link.h"
#include "view_time.h"

#include <inttypes.h>

enum {
	CALLS_WIDTH_MAX = 48, /* what is longer moves its own line only */
	LABEL_WIDTH_MAX = 64,
	ONE_WAY_SHOWN = 10, /* datagrams of a stream that nobody answers */
};

/* Columns of a table, in characters. */
struct widths {
	size_t client, label;
};

static void add_escaped(struct text *out, const struct text *raw)
{
	text_add_escaped(out, raw->bytes, raw->size);
}

static size_t width_of(const struct text *raw)
{
	return text_escaped_length(raw->bytes, raw->size);
}

static void add_spaces(struct text *out, size_t count)
{
	text_addf(out, "%*s", (int)count, "");
}

static void add_column(struct text *out, const struct text *raw, size_t width)
{
	size_t used = width_of(raw);

	add_escaped(out, raw);
	if (used < width)
		add_spaces(out, width - used);
}

/* ---- Before the table ---- */

static void show_side(struct text *out, const struct conversation *c, enum side side)
{
	char address[HOSTCAST_TEXT_SIZE];

	text_addf(out, "  %s %s: ", side_name(c, side),
		  hostcast_address_text(&c->ends[side], address));
	add_side_counters(out, c, side);
	text_add_string(out, "\n");
}

static void show_title(struct text *out, const struct conversation *c, size_t number,
		       const struct view_options *options)
{
	text_addf(out, "%s conversation %zu", c->transport == TRANSPORT_TCP ? "TCP" : "UDP",
		  number);
	view_interface(out, " on ", options, c->interface, c->cooked_interface);
	if (c->count > 0) {
		text_add_string(out, ", from ");
		view_date(out, c->steps[0].time_ns);
	}
	text_add_string(out, "\n");
	show_side(out, c, SIDE_CLIENT);
	show_side(out, c, SIDE_SERVER);
	text_add_string(out, "  ");
	add_outcome(out, c);
	text_add_string(out, "\n\n");
}

/* ---- The table ---- */

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void find_widths(const struct conversation *c, size_t shown, struct widths *widths)
{
	struct text raw = {0};

	for (size_t i = 0; i < shown; i++) {
		size_t width;

		text_clear(&raw);
		add_end_column(&raw, c, i, SIDE_CLIENT);
		width = width_of(&raw);
		if (width <= CALLS_WIDTH_MAX)
			widths->client = larger(widths->client, width);
		text_clear(&raw);
		add_packet_label(&raw, c, &c->steps[i]);
		width = width_of(&raw);
		if (width <= LABEL_WIDTH_MAX)
			widths->label = larger(widths->label, width);
	}
	text_done(&raw);
}

/* Since its first packet. */
static double seconds_at(const struct conversation *c, size_t index)
{
	return (double)(c->steps[index].time_ns - c->steps[0].time_ns) / (double)NS_PER_S;
}

static const char *arrow_of(const struct step *step)
{
	bool is_lost = step->marks & MARK_SENT_AGAIN;

	if (step->from == SIDE_CLIENT)
		return is_lost ? "--X" : "-->";
	return is_lost ? "X--" : "<--";
}

static void show_notes(struct text *out, const struct conversation *c, const struct step *step,
		       size_t indent)
{
	struct text raw = {0};
	unsigned at = 0;

	while (add_next_note(&raw, c, step, &at)) {
		add_spaces(out, indent);
		text_add_string(out, "| ");
		add_escaped(out, &raw);
		text_add_string(out, "\n");
		text_clear(&raw);
	}
	text_done(&raw);
}

static void trim(struct text *out)
{
	while (out->size > 0 && out->bytes[out->size - 1] == ' ')
		out->size--;
}

static void show_step(struct text *out, const struct conversation *c, size_t index,
		      const struct widths *widths)
{
	const struct step *step = &c->steps[index];
	struct text raw = {0};

	text_addf(out, "%6" PRIu64 " %12.6f  ", step->number, seconds_at(c, index));
	add_end_column(&raw, c, index, SIDE_CLIENT);
	add_column(out, &raw, widths->client);
	text_addf(out, "  %s  ", arrow_of(step));
	text_clear(&raw);
	add_packet_label(&raw, c, step);
	add_column(out, &raw, widths->label);
	text_add_string(out, "  ");
	text_clear(&raw);
	add_end_column(&raw, c, index, SIDE_SERVER);
	add_escaped(out, &raw);
	trim(out);
	text_add_string(out, "\n");
	text_done(&raw);
	show_notes(out, c, step, 21 + widths->client + 7);
}

static void show_head(struct text *out, const struct conversation *c, const struct widths *widths)
{
	text_addf(out, "%6s %12s  %-*s  %-3s  %-*s  %s\n", "PACKET", "SECONDS", (int)widths->client,
		  "CLIENT", "", (int)widths->label, "", c->is_to_group ? "MEMBERS" : "SERVER");
}

static size_t steps_shown(const struct conversation *c)
{
	return conversation_is_one_way(c) && c->count > ONE_WAY_SHOWN ? ONE_WAY_SHOWN : c->count;
}

static void show_rest(struct text *out, const struct conversation *c, size_t shown)
{
	uint64_t bytes = 0;

	for (size_t i = shown; i < c->count; i++)
		bytes += c->steps[i].size;
	if (shown < c->count) {
		text_addf(out, "       ... %zu more like these, ", c->count - shown);
		show_quantity(out, bytes, "byte", "bytes");
		text_addf(out, ", until %.6f\n", seconds_at(c, c->count - 1));
	}
	if (c->not_kept > 0) {
		text_add_string(out, "       ... ");
		show_quantity(out, c->not_kept, "more packet", "more packets");
		text_add_string(out, ", for which there was no room\n");
	}
}

void conversation_show(struct text *out, const struct conversation *c, size_t number,
		       const struct view_options *options)
{
	struct widths widths = {sizeof "CLIENT" - 1, 0};
	size_t shown = steps_shown(c);

	show_title(out, c, number, options);
	find_widths(c, shown, &widths);
	show_head(out, c, &widths);
	for (size_t i = 0; i < shown; i++)
		show_step(out, c, i, &widths);
	show_rest(out, c, shown);
	text_add_string(out, "\n");
}
