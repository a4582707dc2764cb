#include "ladder.h"

#include "base/monotime.h"
#include "base/svg.h"
#include "cli/show.h"
#include "conversation_outcome.h"
#include "conversation_words.h"
#include "ladder_rows.h"

#include <inttypes.h>
#include <string.h>

/* In pixels. */
#define MARGIN      28.0
#define TIME_RIGHT  122.0 /* where the column of times ends */
#define LEFT        410.0 /* the client's lifeline */
#define RIGHT       870.0 /* the server's */
#define WIDTH       1190.0
#define SIDE_GAP    14.0 /* between a lifeline and what stands beside it */
#define SLANT       8.0  /* an arrow takes time */
#define LINE        15.0
#define ROW_GAP     13.0
#define BOX_WIDTH   340.0
#define BOX_HEIGHT  44.0
#define HEAD_HEIGHT 64.0 /* title, outcome */

enum {
	LABEL_MOST = 60, /* characters of 12 pixels, monospaced, between the lifelines */
	NOTE_MOST = 78,  /* of 11 pixels */
	CALLS_MOST = 36, /* beside them */
	ABOUT_MOST = 150,
	LOST_AT = 62, /* percent of its way that a lost one gets */
};

struct ladder {
	struct text *out;
	const struct conversation *conversation;
	double y; /* where the next row begins */
};

static double lifeline_of(enum side side)
{
	return side == SIDE_CLIENT ? LEFT : RIGHT;
}

/* ---- Text in lines ---- */

/* Returns how many lines it took. */
static size_t add_lines(struct text *out, const char *class_name, double x, double y,
			enum svg_anchor anchor, const struct text *raw, size_t most)
{
	size_t at = 0, lines = 0;

	while (at < raw->size) {
		size_t size = svg_line_break(raw->bytes + at, raw->size - at, most);
		struct text line = {.bytes = raw->bytes + at, .size = size};

		svg_text(out, class_name, x, y + (double)lines * LINE, anchor, &line, 0);
		at += size;
		if (at < raw->size && raw->bytes[at] == ' ')
			at++;
		lines++;
	}
	return lines;
}

/* ---- A step ---- */

static const char *class_of(const struct step *step)
{
	if (step->marks & MARK_SENT_AGAIN)
		return "lost";
	if (step->kind == STEP_ICMP)
		return "rst";
	if (step->kind == STEP_DATAGRAM)
		return "data";
	if (step->tcp.flags & TCP_RST)
		return "rst";
	if (step->marks & (MARK_RETRANSMISSION | MARK_OUT_OF_ORDER))
		return "again";
	if (step->tcp.flags & (TCP_SYN | TCP_FIN))
		return "open";
	return step->size > 0 ? "data" : "ack";
}

/* An ICMP error of a router begins between the two. */
static double begin_of(const struct step *step)
{
	if (step->kind == STEP_ICMP && step->other != NO_OTHER)
		return (LEFT + RIGHT) / 2;
	return lifeline_of((enum side)step->from);
}

static void add_head(struct text *out, const char *class_name, double x, double y, double direction)
{
	text_addf(out, "<path class=\"%s head\" d=\"M%.1f %.1fl%.1f -5.5v9.5z\"/>\n", class_name, x,
		  y, -direction * 10);
}

static void add_cross(struct text *out, const char *class_name, double x, double y)
{
	text_addf(out, "<path class=\"%s cross\" d=\"M%.1f %.1fl12 12m0 -12l-12 12\"/>\n",
		  class_name, x - 6, y - 6);
}

static void add_arrow(struct ladder *l, const struct step *step, double y)
{
	const char *class_name = class_of(step);
	double from = begin_of(step), to = lifeline_of(side_other((enum side)step->from));
	double direction = to > from ? 1 : -1;

	if (step->marks & MARK_SENT_AGAIN) {
		double part = LOST_AT / 100.0, x = from + (to - from) * part;

		svg_line(l->out, class_name, from, y, x, y + SLANT * part);
		add_cross(l->out, class_name, x, y + SLANT * part);
		return;
	}
	svg_line(l->out, class_name, from, y, to - direction * 6, y + SLANT);
	add_head(l->out, class_name, to - direction, y + SLANT, direction);
	if (step->kind == STEP_ICMP && step->other != NO_OTHER)
		text_addf(l->out, "<circle class=\"rst head\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n",
			  from, y);
}

/* Returns how many lines it took. */
static size_t add_side(struct ladder *l, size_t index, enum side side, double y)
{
	enum svg_anchor anchor = side == SIDE_CLIENT ? SVG_END : SVG_START;
	double x = lifeline_of(side) + (side == SIDE_CLIENT ? -SIDE_GAP : SIDE_GAP);
	const char *state = new_state(l->conversation, index, side);
	struct text calls = {0};
	size_t lines;

	add_calls(&calls, l->conversation, &l->conversation->steps[index], side);
	lines = add_lines(l->out, "mono call", x, y, anchor, &calls, CALLS_MOST);
	text_done(&calls);
	if (!*state)
		return lines;
	svg_string(l->out, "state", x, y + (double)lines * LINE, anchor, state);
	return lines + 1;
}

static size_t add_notes(struct ladder *l, const struct step *step, double y)
{
	struct text note = {0};
	size_t lines = 0;
	unsigned at = 0;

	while (add_next_note(&note, l->conversation, step, &at)) {
		lines += add_lines(l->out, "note", (LEFT + RIGHT) / 2, y + (double)lines * LINE,
				   SVG_MIDDLE, &note, NOTE_MOST);
		text_clear(&note);
	}
	text_done(&note);
	return lines;
}

/* And the number of its packet, which notes refer to. */
static void add_time(struct ladder *l, const struct step *step, double y)
{
	int64_t since_ns = step->time_ns - l->conversation->steps[0].time_ns;
	struct text time = {0};

	text_addf(&time, "%.6f", (double)since_ns / (double)NS_PER_S);
	svg_text(l->out, "mono time", TIME_RIGHT, y, SVG_END, &time, 0);
	text_clear(&time);
	text_addf(&time, "%" PRIu64, step->number);
	svg_text(l->out, "mono time", MARGIN, y, SVG_START, &time, 0);
	text_done(&time);
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

static void add_step(struct ladder *l, size_t index)
{
	const struct step *step = &l->conversation->steps[index];
	double label_y = l->y + 10, arrow_y = l->y + 16, side_y = arrow_y + 6;
	struct text label = {0};
	size_t notes, client, server;

	text_addf(l->out, "<g class=\"step\">\n");
	add_time(l, step, side_y);
	add_packet_label(&label, l->conversation, step);
	svg_text(l->out, "mono label", (LEFT + RIGHT) / 2, label_y, SVG_MIDDLE, &label, LABEL_MOST);
	text_done(&label);
	add_arrow(l, step, arrow_y);
	notes = add_notes(l, step, arrow_y + SLANT + 14);
	client = add_side(l, index, SIDE_CLIENT, side_y);
	server = add_side(l, index, SIDE_SERVER, side_y);
	text_add_string(l->out, "</g>\n");
	l->y = larger(arrow_y + SLANT + (double)notes * LINE,
		      side_y + larger((double)client, (double)server) * LINE - LINE) +
	       ROW_GAP;
}

/* ---- Other rows ---- */

/* Packets and bytes of one side in some steps. */
static void add_sum(struct text *text, const struct conversation *c, const struct ladder_row *row,
		    enum side side)
{
	uint64_t packets = 0, bytes = 0;

	for (size_t i = row->first; i <= row->last; i++) {
		if (c->steps[i].from != side)
			continue;
		packets++;
		bytes += c->steps[i].size;
	}
	text_addf(text, "%s %" PRIu64 " (", side_name(c, side), packets);
	show_quantity(text, bytes, "byte", "bytes");
	text_add_string(text, ")");
}

static void add_run(struct ladder *l, const struct ladder_row *row)
{
	const struct conversation *c = l->conversation;
	struct text sum = {0};

	text_addf(&sum, "… %s%zu %s: ", row->kind == LADDER_REST ? "not drawn: " : "",
		  row->last - row->first + 1,
		  c->transport == TRANSPORT_TCP ? "segments" : "datagrams");
	add_sum(&sum, c, row, SIDE_CLIENT);
	text_add_string(&sum, ", ");
	add_sum(&sum, c, row, SIDE_SERVER);
	text_add_string(&sum, " …");
	text_addf(l->out, "<path class=\"break\" d=\"M%.1f %.1fH%.1fv26H%.1fz\"/>\n", LEFT - 8,
		  l->y, RIGHT + 8, LEFT - 8);
	svg_text(l->out, "sum", (LEFT + RIGHT) / 2, l->y + 17, SVG_MIDDLE, &sum, NOTE_MOST);
	add_time(l, &c->steps[row->first], l->y + 17);
	text_done(&sum);
	l->y += 26 + ROW_GAP;
}

static void add_pause(struct ladder *l, const struct ladder_row *row)
{
	const struct step *step = &l->conversation->steps[row->first];
	int64_t pause_ns = step->time_ns - step[-1].time_ns;
	struct text text = {0};

	add_duration(&text, (double)pause_ns);
	text_add_string(&text, " later");
	text_addf(l->out,
		  "<path class=\"gap\" d=\"M%.1f %.1fh16v14h-16zM%.1f %.1fh16v14h-16z\"/>\n",
		  LEFT - 8, l->y, RIGHT - 8, l->y);
	svg_text(l->out, "pause", (LEFT + RIGHT) / 2, l->y + 11, SVG_MIDDLE, &text, 0);
	for (int side = 0; side < SIDES; side++)
		svg_line(l->out, "lifeline dots", lifeline_of((enum side)side), l->y,
			 lifeline_of((enum side)side), l->y + 14);
	text_done(&text);
	l->y += 14 + ROW_GAP;
}

static void add_row(struct ladder *l, const struct ladder_row *row)
{
	if (row->kind == LADDER_STEP)
		add_step(l, row->first);
	else if (row->kind == LADDER_PAUSE)
		add_pause(l, row);
	else
		add_run(l, row);
}

/* ---- A conversation ---- */

static void add_box(struct ladder *l, enum side side)
{
	const struct conversation *c = l->conversation;
	double x = lifeline_of(side);
	char address[HOSTCAST_TEXT_SIZE];

	text_addf(l->out,
		  "<rect class=\"box\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
		  "rx=\"6\"/>\n",
		  x - BOX_WIDTH / 2, l->y, BOX_WIDTH, BOX_HEIGHT);
	svg_string(l->out, "name", x, l->y + 18, SVG_MIDDLE, side_name(c, side));
	svg_string(l->out, "mono address", x, l->y + 35, SVG_MIDDLE,
		   hostcast_address_text(&c->ends[side], address));
}

static void add_title(struct ladder *l)
{
	const struct conversation *c = l->conversation;
	struct text text = {0};
	char client[HOSTCAST_TEXT_SIZE], server[HOSTCAST_TEXT_SIZE];

	text_addf(&text, "%s: %s and %s", c->transport == TRANSPORT_TCP ? "TCP" : "UDP",
		  hostcast_address_text(&c->ends[SIDE_CLIENT], client),
		  hostcast_address_text(&c->ends[SIDE_SERVER], server));
	svg_text(l->out, "title", MARGIN, l->y + 16, SVG_START, &text, 0);
	text_clear(&text);
	add_outcome(&text, c);
	svg_text(l->out, "about", MARGIN, l->y + 40, SVG_START, &text, ABOUT_MOST);
	text_done(&text);
	l->y += HEAD_HEIGHT;
}

static void add_lifelines(struct text *out, double top, double bottom)
{
	svg_line(out, "lifeline", LEFT, top, LEFT, bottom);
	svg_line(out, "lifeline", RIGHT, top, RIGHT, bottom);
}

/* The lifelines lie below the rest, and their length is known when the rows are there. */
static void add_conversation(struct ladder *l)
{
	struct text *out = l->out, rows_out = {0};
	struct ladder_rows rows;
	double top;

	add_title(l);
	top = l->y + BOX_HEIGHT;
	l->out = &rows_out;
	add_box(l, SIDE_CLIENT);
	add_box(l, SIDE_SERVER);
	svg_string(l->out, "small", MARGIN, l->y + 35, SVG_START, "packet");
	svg_string(l->out, "small", TIME_RIGHT, l->y + 35, SVG_END, "seconds");
	l->y = top + 20;
	ladder_rows_find(&rows, l->conversation);
	for (size_t i = 0; i < rows.count; i++)
		add_row(l, &rows.rows[i]);
	l->y += 8;
	add_lifelines(out, top, l->y);
	text_add(out, rows_out.bytes, rows_out.size);
	out->failed |= rows_out.failed;
	text_done(&rows_out);
	l->out = out;
	l->y += 44;
}

/* ---- The picture ---- */

static const char style[] =
	"path{fill:none;stroke-width:1.6}\n"
	".lifeline{stroke:#9fb0bd}\n"
	".dots{stroke-dasharray:2 3}\n"
	".box{fill:#eef4f9;stroke:#5f8fb0}\n"
	".name{font-size:13px;font-weight:bold}\n"
	".address{font-size:11px}\n"
	".time{font-size:11px;fill:#5b6b7a}\n"
	".call{fill:#1b4a72}\n"
	".state{font-size:10px;font-weight:bold;letter-spacing:0.5px;fill:#7a8794}\n"
	".note,.pause,.sum{font-size:11px;font-style:italic;fill:#8a4b00}\n"
	".pause,.sum{fill:#5b6b7a}\n"
	".open{stroke:#1f6fb2}.data{stroke:#2f3b46}.ack{stroke:#9aa7b2}\n"
	".again{stroke:#c8641e}.rst{stroke:#c22727}.lost{stroke:#c22727;stroke-dasharray:6 4}\n"
	".head,.cross{stroke-dasharray:none}\n"
	".head{stroke-width:0.5}.cross{stroke-width:2.4}\n"
	".open.head{fill:#1f6fb2}.data.head{fill:#2f3b46}.ack.head{fill:#9aa7b2}\n"
	".again.head{fill:#c8641e}.rst.head{fill:#c22727}\n"
	".break{fill:#f4f6f8;stroke:#c5ced6;stroke-width:1;stroke-dasharray:3 3}\n"
	".gap{fill:#ffffff;stroke:none}\n";

static void add_key(struct text *out, double y)
{
	static const struct {
		const char *class_name, *meaning;
	} keys[] = {
		{"open", "opens or closes"}, {"data", "data"},
		{"ack", "ACK alone"},        {"again", "sent again, late"},
		{"lost", "lost, it seems"},  {"rst", "RST, ICMP error"},
	};
	double x = MARGIN;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		svg_line(out, keys[i].class_name, x, y - 4, x + 28, y - 4);
		svg_string(out, "small", x + 36, y, SVG_START, keys[i].meaning);
		x += 52 + (double)strlen(keys[i].meaning) * 11 * SVG_SANS;
	}
	svg_string(out, "small", WIDTH - MARGIN, y, SVG_END,
		   "Socket calls and states are inferred from the segments.");
}

static void add_rest(struct ladder *l, size_t rest)
{
	struct text text = {0};

	if (rest == 0)
		return;
	text_addf(&text, "%zu more %s not drawn; decode --conversations shows them.", rest,
		  rest == 1 ? "conversation is" : "conversations are");
	svg_text(l->out, "about", MARGIN, l->y, SVG_START, &text, 0);
	text_done(&text);
	l->y += 2 * LINE;
}

bool ladder_add(struct text *out, const struct conversations *conversations, size_t first,
		size_t count)
{
	size_t drawn = count < LADDERS_MAX ? count : LADDERS_MAX;
	struct text body = {0};
	struct ladder ladder = {.out = &body, .y = MARGIN};

	for (size_t i = 0; i < drawn; i++) {
		ladder.conversation = conversations_at(conversations, first + i);
		add_conversation(&ladder);
	}
	if (count == 0)
		svg_string(&body, "about", MARGIN, ladder.y += LINE, SVG_START,
			   "No conversation over TCP or UDP.");
	add_rest(&ladder, count - drawn);
	add_key(&body, ladder.y + LINE);
	svg_begin(out, WIDTH, ladder.y + LINE + MARGIN, "Conversations", style);
	text_add(out, body.bytes, body.size);
	svg_end(out);
	out->failed |= body.failed;
	text_done(&body);
	return !out->failed;
}
