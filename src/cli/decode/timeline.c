#include "timeline.h"

#include "base/monotime.h"
#include "base/svg.h"
#include "cli/show.h"
#include "net/address.h"
#include "net/group_names.h"
#include "timeline_axis.h"
#include "view_time.h"

#include <math.h>
#include <string.h>

/* In pixels. */
#define MARGIN         28.0
#define LABELS_RIGHT   300.0
#define PLOT_LEFT      316.0
#define PLOT_RIGHT     1156.0
#define WIDTH          1190.0
#define HEAD_HEIGHT    58.0
#define GROUP_HEAD     30.0
#define LANE           36.0
#define BAR            14.0 /* the height of a membership */
#define DATA_HEIGHT    24.0
#define APART          3.0 /* marks closer together are drawn as one */
#define COLUMN_LEAST   9.0
#define MOMENTS_APART  4.0 /* packets that are each drawn, on average */
#define LEAST_WIDTH    1.6 /* of what is short */

#define COLUMN_PACKETS 8 /* in each, at least, of a steady sender */

struct timeline {
	struct text *out;
	const struct group_history *history;
	const struct group_events *events;
	const struct history_group *group; /* that is being drawn */
	struct axis axis;
	double y; /* where the next lane begins */
};

/* ---- Lanes ---- */

/* The name of a lane, and what it is, in two lines. */
static void add_label(struct timeline *t, const union hostcast_address *host,
		      const struct text *about)
{
	char address[HOSTCAST_TEXT_SIZE];

	svg_string(t->out, "mono host", LABELS_RIGHT, t->y + 14, SVG_END,
		   address_ip_text(host, address));
	svg_text(t->out, "small", LABELS_RIGHT, t->y + 28, SVG_END, about, 44);
}

static void begin_lane(struct timeline *t, const union hostcast_address *host,
		       const struct text *about)
{
	text_add_string(t->out, "<g class=\"lane\">\n");
	add_label(t, host, about);
}

static void end_lane(struct timeline *t)
{
	text_add_string(t->out, "</g>\n");
	t->y += LANE;
}

static void add_rest(struct timeline *t, size_t rest, const char *one, const char *many)
{
	struct text text = {0};

	if (rest == 0)
		return;
	text_addf(&text, "… %zu more %s not drawn", rest, rest == 1 ? one : many);
	svg_text(t->out, "small", LABELS_RIGHT, t->y + 14, SVG_END, &text, 0);
	text_done(&text);
	t->y += LANE / 2;
}

static void add_bar(struct timeline *t, const char *class_name, int64_t begin_ns, int64_t end_ns)
{
	double left = axis_x(&t->axis, begin_ns), right = axis_x(&t->axis, end_ns);

	if (right < left + LEAST_WIDTH)
		right = left + LEAST_WIDTH;
	text_addf(t->out,
		  "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
		  class_name, left, t->y + (LANE - BAR) / 2, right - left, BAR);
}

/* An upright line through the lane. */
static void add_tick(struct timeline *t, const char *class_name, int64_t time_ns, double height)
{
	double x = axis_x(&t->axis, time_ns), middle = t->y + LANE / 2;

	svg_line(t->out, class_name, x, middle - height / 2, x, middle + height / 2);
}

/* ---- Who asks ---- */

static bool is_query_for(const struct timeline *t, const struct group_event *event,
			 const union hostcast_address *querier)
{
	bool is_general = event->group.any.sa_family == AF_UNSPEC;

	return event->kind == GROUP_QUERIED && address_same_ip(&event->host, querier) &&
	       querier->any.sa_family == t->group->address.any.sa_family &&
	       (is_general || address_same_ip(&event->group, &t->group->address));
}

static size_t count_queries(const struct timeline *t, const union hostcast_address *querier)
{
	size_t count = 0;

	for (size_t i = 0; i < t->events->count; i++)
		count += is_query_for(t, &t->events->events[i], querier);
	return count;
}

static void add_queries(struct timeline *t, const union hostcast_address *querier)
{
	double last[2] = {-APART, -APART}; /* of the two kinds */

	for (size_t i = 0; i < t->events->count; i++) {
		const struct group_event *event = &t->events->events[i];
		bool is_general = event->group.any.sa_family == AF_UNSPEC;
		double x = axis_x(&t->axis, event->time_ns);

		if (!is_query_for(t, event, querier) || x < last[is_general] + APART)
			continue;
		last[is_general] = x;
		add_tick(t, is_general ? "general" : "specific", event->time_ns,
			 is_general ? LANE - 10 : LANE - 18);
	}
}

static void add_querier(struct timeline *t, const struct querier *querier)
{
	struct text about = {0};

	text_addf(&about, "asks, %sv%u", querier->is_mld ? "MLD" : "IGMP", querier->version);
	begin_lane(t, &querier->address, &about);
	add_queries(t, &querier->address);
	end_lane(t);
	text_done(&about);
}

/* Its queries on all links are in one lane. */
static bool is_first_of_querier(const struct queriers *queriers, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (address_same_ip(&queriers->list[i].address, &queriers->list[index].address))
			return false;
	return true;
}

static void add_queriers(struct timeline *t)
{
	const struct queriers *queriers = &t->history->queriers;
	size_t drawn = 0, rest = 0;

	for (size_t i = 0; i < queriers->count; i++) {
		if (!is_first_of_querier(queriers, i) ||
		    count_queries(t, &queriers->list[i].address) == 0)
			continue;
		if (drawn < TIMELINE_QUERIERS_MAX)
			add_querier(t, &queriers->list[i]);
		else
			rest++;
		drawn++;
	}
	add_rest(t, rest, "querier is", "queriers are");
}

/* ---- Who is a member ---- */

/* Before it was heard of, and after it should have answered a query, a member is one perhaps. */
static void add_stay(struct timeline *t, const struct member_stay *stay)
{
	int64_t end_ns = stay->is_over ? stay->end_ns : t->history->last_ns;
	bool is_doubtful = stay_is_unconfirmed(t->history, stay) && stay->due_ns < end_ns;
	int64_t sure_ns = is_doubtful ? stay->due_ns : end_ns;

	if (stay->begin != STAY_JOINED)
		add_bar(t, "perhaps", t->history->first_ns, stay->begin_ns);
	if (stay->begin != STAY_BEFORE)
		add_bar(t, "member", stay->begin_ns, sure_ns);
	if (is_doubtful)
		add_bar(t, "perhaps", sure_ns, end_ns);
	if (stay->begin == STAY_JOINED)
		add_tick(t, "join", stay->begin_ns, BAR + 8);
	if (stay->is_over)
		add_tick(t, "leave", end_ns, BAR + 8);
}

static void add_reports(struct timeline *t, const union hostcast_address *host)
{
	double last = -APART;

	for (size_t i = 0; i < t->events->count; i++) {
		const struct group_event *event = &t->events->events[i];
		double x = axis_x(&t->axis, event->time_ns);

		if (event->kind != GROUP_REPORTED || !address_same_ip(&event->host, host) ||
		    !address_same_ip(&event->group, &t->group->address) || x < last + 2 * APART)
			continue;
		last = x;
		text_addf(t->out, "<circle class=\"report\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\"/>\n",
			  x, t->y + LANE / 2);
	}
}

/* Its stays on all links are in one lane. */
static bool is_first_of_host(const struct history_group *group, size_t stay)
{
	for (size_t i = 0; i < stay; i++)
		if (address_same_ip(&group->stays[i].host, &group->stays[stay].host))
			return false;
	return true;
}

static void add_member(struct timeline *t, size_t first)
{
	const struct history_group *group = t->group;
	const struct member_stay *stay = &group->stays[first];
	bool is_v6 = stay->host.any.sa_family == AF_INET6;
	struct text about = {0};

	text_addf(&about, "member, %sv%u", is_v6 ? "MLD" : "IGMP", stay->version);
	begin_lane(t, &stay->host, &about);
	for (size_t i = first; i < group->stay_count; i++)
		if (address_same_ip(&group->stays[i].host, &stay->host))
			add_stay(t, &group->stays[i]);
	add_reports(t, &stay->host);
	end_lane(t);
	text_done(&about);
}

static void add_members(struct timeline *t)
{
	size_t drawn = 0, rest = 0;

	for (size_t i = 0; i < t->group->stay_count; i++) {
		if (drawn == TIMELINE_MEMBERS_MAX) {
			rest = t->group->stay_count - i;
			break;
		}
		if (!is_first_of_host(t->group, i))
			continue;
		add_member(t, i);
		drawn++;
	}
	add_rest(t, rest, "membership is", "memberships are");
}

/* ---- Who sends ---- */

static double seconds_of(int64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

/* Seconds between two packets, on average; 0: there was one. */
static double interval_of(const struct rate_track *track)
{
	return track->total_packets < 2 ? 0
					: seconds_of(track->last_ns - track->begin_ns) /
						  (double)(track->total_packets - 1);
}

/* So many bins make a column that is wide enough to be seen, and to hold so many packets that one
 * more or less makes no other height: else a steady sender would seem to have a rhythm. */
static int bins_of_column(const struct timeline *t, const struct rate_track *track)
{
	double bin_s = seconds_of(track->width_ns);
	double seen_s = COLUMN_LEAST * t->axis.length_s / (PLOT_RIGHT - PLOT_LEFT);
	double needed = fmax(seen_s, COLUMN_PACKETS * interval_of(track)) / bin_s;

	return needed < 1 ? 1 : needed < RATE_BINS ? (int)needed + 1 : RATE_BINS;
}

static void add_mark(struct timeline *t, double left, double right, double height)
{
	double bottom = t->y + LANE - 5;

	text_addf(t->out, "M%.1f %.1fV%.1fH%.1fV%.1fz", left, bottom, bottom - height,
		  fmax(right, left + LEAST_WIDTH), bottom);
}

static void add_column(struct timeline *t, const struct rate_track *track, int first, int bins,
		       double height)
{
	double begin_s = seconds_of(track->begin_ns - t->axis.begin_ns);
	double width_s = seconds_of(track->width_ns);

	add_mark(t, axis_x_of_seconds(&t->axis, begin_s + first * width_s),
		 axis_x_of_seconds(&t->axis, begin_s + (first + bins) * width_s), height);
}

/* Columns, each as high as it has packets. */
static void add_columns(struct timeline *t, const struct rate_track *track)
{
	int bins = bins_of_column(t, track);
	double most = (double)rate_track_most(track, bins);

	for (int i = 0; i < RATE_BINS; i += bins) {
		double packets = (double)rate_track_sum(track, i, bins);

		if (packets > 0)
			add_column(t, track, i, bins, DATA_HEIGHT * packets / most);
	}
}

/* How many packets from this one on are in one place of the picture. */
static size_t count_in_place(const struct timeline *t, const struct rate_track *track, size_t first)
{
	double x = axis_x(&t->axis, track->moments_ns[first]);
	size_t count = 1;

	while (first + count < track->total_packets &&
	       fabs(axis_x(&t->axis, track->moments_ns[first + count]) - x) < LEAST_WIDTH)
		count++;
	return count;
}

/* A line for each packet; what is in one place is one line, as high as it has packets. */
static void add_moments(struct timeline *t, const struct rate_track *track)
{
	size_t most = 0, count;

	for (size_t i = 0; i < track->total_packets; i += count) {
		count = count_in_place(t, track, i);
		most = count > most ? count : most;
	}
	for (size_t i = 0; i < track->total_packets; i += count) {
		double x = axis_x(&t->axis, track->moments_ns[i]);

		count = count_in_place(t, track, i);
		add_mark(t, x, x, DATA_HEIGHT * (double)count / (double)most);
	}
}

static bool are_moments_apart(const struct timeline *t, const struct rate_track *track)
{
	double interval = interval_of(track) / t->axis.length_s * (PLOT_RIGHT - PLOT_LEFT);

	return track->total_packets <= RATE_MOMENTS &&
	       (track->total_packets == 1 || interval >= MOMENTS_APART);
}

static void add_track(struct timeline *t, const struct rate_track *track)
{
	text_add_string(t->out, "<path class=\"data\" d=\"");
	if (are_moments_apart(t, track))
		add_moments(t, track);
	else
		add_columns(t, track);
	text_add_string(t->out, "\"/>\n");
}

/* Counted as --groups does: datagrams, whatever fragments they came in, and their payload. */
static void add_amount(struct text *about, const struct timeline *t,
		       const struct group_stream *stream)
{
	const struct senders *senders = &t->history->senders;
	uint64_t datagrams = 0, bytes = 0;

	for (size_t i = 0; i < senders->count; i++) {
		const struct sender *sender = &senders->list[i];

		if (!address_same_ip(&sender->source, &stream->source) ||
		    !address_same_ip(&sender->group, &stream->group))
			continue;
		datagrams += sender->datagrams;
		bytes += sender->bytes;
	}
	if (datagrams == 0) { /* later fragments alone, or no room */
		show_quantity(about, stream->track.total_packets, "packet", "packets");
		return;
	}
	show_quantity(about, datagrams, "datagram", "datagrams");
	text_add_string(about, ", ");
	show_quantity(about, bytes, "byte", "bytes");
}

static void add_stream(struct timeline *t, const struct group_stream *stream)
{
	struct text about = {0};

	text_add_string(&about, "sends ");
	add_amount(&about, t, stream);
	begin_lane(t, &stream->source, &about);
	svg_line(t->out, "floor", PLOT_LEFT, t->y + LANE - 5, PLOT_RIGHT, t->y + LANE - 5);
	add_track(t, &stream->track);
	end_lane(t);
	text_done(&about);
}

static void add_streams(struct timeline *t)
{
	size_t drawn = 0, rest = 0;

	for (size_t i = 0; i < t->events->stream_count; i++) {
		const struct group_stream *stream = &t->events->streams[i];

		if (!address_same_ip(&stream->group, &t->group->address))
			continue;
		if (drawn < TIMELINE_STREAMS_MAX)
			add_stream(t, stream);
		else
			rest++;
		drawn++;
	}
	add_rest(t, rest, "source is", "sources are");
}

/* ---- A group ---- */

static void add_group(struct timeline *t, const struct history_group *group)
{
	const char *name = group_name(&group->address);
	char address[HOSTCAST_TEXT_SIZE];
	struct text heading = {0};

	t->group = group;
	text_add_string(&heading, address_ip_text(&group->address, address));
	if (name)
		text_addf(&heading, "  (%s)", name);
	svg_line(t->out, "rule", MARGIN, t->y + 4, PLOT_RIGHT, t->y + 4);
	svg_text(t->out, "group", MARGIN, t->y + 22, SVG_START, &heading, 0);
	t->y += GROUP_HEAD;
	add_queriers(t);
	add_members(t);
	add_streams(t);
	t->y += 10;
	text_done(&heading);
}

/* Those of the local link last: what hosts and routers say to each other by themselves. */
static void add_groups(struct timeline *t)
{
	size_t drawn = 0;

	for (int is_link = 0; is_link <= 1; is_link++)
		for (size_t i = 0; i < t->history->group_count; i++) {
			const struct history_group *group = &t->history->groups[i];

			if (address_is_link_scope_group(&group->address) != is_link ||
			    drawn == TIMELINE_GROUPS_MAX)
				continue;
			add_group(t, group);
			drawn++;
		}
	add_rest(t, t->history->group_count - drawn, "group is", "groups are");
}

/* ---- The picture ---- */

static const char style[] =
	".group{font-size:14px;font-weight:bold}\n"
	".host{font-size:11px}\n"
	".grid{stroke:#e3e8ec}.rule{stroke:#c5ced6}.floor{stroke:#d5dde3}\n"
	".member{fill:#4f94c4}\n"
	".perhaps{fill:#cfe1ee;stroke:#4f94c4;stroke-width:0.8;stroke-dasharray:3 2}\n"
	".join{stroke:#1b4a72;stroke-width:2.4}.leave{stroke:#c22727;stroke-width:2.4}\n"
	".report{fill:#ffffff;stroke:#1b4a72;stroke-width:0.8}\n"
	".general{stroke:#3d4a55;stroke-width:2}.specific{stroke:#c8641e;stroke-width:2}\n"
	".data{fill:#2f8f5b}\n";

static double add_key_text(struct timeline *t, double x, const char *text)
{
	svg_string(t->out, "small", x, t->y + LANE / 2 + 4, SVG_START, text);
	return x + (double)strlen(text) * 11 * SVG_SANS + 22;
}

/* Marks, each where the text before it ends. */
static double add_key_tick(struct timeline *t, double x, const char *class_name, double height,
			   const char *text)
{
	double middle = t->y + LANE / 2;

	svg_line(t->out, class_name, x, middle - height / 2, x, middle + height / 2);
	return add_key_text(t, x + 8, text);
}

static double add_key_box(struct timeline *t, double x, const char *class_name, const char *text)
{
	text_addf(t->out,
		  "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"26\" height=\"%.1f\"/>\n",
		  class_name, x, t->y + (LANE - BAR) / 2, BAR);
	return add_key_text(t, x + 34, text);
}

static void add_key(struct timeline *t)
{
	double x = MARGIN;

	x = add_key_box(t, x, "member", "member");
	x = add_key_box(t, x, "perhaps", "member perhaps");
	x = add_key_tick(t, x, "join", BAR + 8, "joins");
	x = add_key_tick(t, x, "leave", BAR + 8, "leaves");
	text_addf(t->out, "<circle class=\"report\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\"/>\n", x,
		  t->y + LANE / 2);
	x = add_key_text(t, x + 8, "report");
	x = add_key_tick(t, x, "general", LANE - 10, "query for all groups");
	x = add_key_tick(t, x, "specific", LANE - 18, "query for this group");
	add_key_box(t, x, "data", "packets, each lane to its own scale");
	t->y += LANE;
}

static void add_head(struct timeline *t)
{
	struct text about = {0};

	svg_string(t->out, "title", MARGIN, MARGIN + 14, SVG_START, "Groups over time");
	if (t->history->group_count == 0) {
		text_add_string(&about, "No group was joined, left, asked for or sent to.");
	} else {
		show_quantity(&about, t->history->group_count, "group", "groups");
		text_add_string(&about, "; time counts from ");
		view_date(&about, t->history->first_ns);
		text_add_string(&about, "; bytes are of payload");
	}
	svg_text(t->out, "about", MARGIN, MARGIN + 38, SVG_START, &about, 0);
	text_done(&about);
}

/* The lines of the axis lie below the rest, and how long they are is known when it is there. */
static void draw(struct timeline *t, struct text *grid)
{
	double top = MARGIN + HEAD_HEIGHT;

	add_head(t);
	t->y = top;
	add_groups(t);
	if (t->history->group_count > 0)
		axis_add(grid, &t->axis, top + 6, t->y);
	t->y += 30;
	add_key(t);
}

bool timeline_add(struct text *out, const struct group_history *history,
		  const struct group_events *events)
{
	struct text body = {0}, grid = {0};
	struct timeline timeline = {
		.out = &body,
		.history = history,
		.events = events,
		.axis = axis_of(history->first_ns, history->last_ns, PLOT_LEFT, PLOT_RIGHT),
	};

	draw(&timeline, &grid);
	svg_begin(out, WIDTH, timeline.y + MARGIN / 2, "Groups over time", style);
	text_add(out, grid.bytes, grid.size);
	text_add(out, body.bytes, body.size);
	svg_end(out);
	out->failed |= body.failed || grid.failed;
	text_done(&body);
	text_done(&grid);
	return !out->failed;
}
