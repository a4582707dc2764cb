/* hostcast decode: what the packets of a capture file say. */
#include "capture/capture_file.h"
#include "chosen_views.h"
#include "cli/json.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "cli/wanted_groups.h"
#include "counts.h"

#include <sys/epoll.h>

enum { PACKETS_A_TURN = 1000 }; /* then signals are heard */

struct decode_options {
	struct common_options common;
	bool packets, groups, conversations;
	const char *ladder, *timeline; /* files of pictures; NULL: none */
	struct text_list group_texts;
	bool relative;
	int64_t only; /* 0: all */
};

struct decode {
	struct session session;
	const struct decode_options *options;
	struct view_options view_options;
	struct wanted_groups groups;
	const char *path;
	struct capture_file *file;
	bool is_watched; /* its descriptor, of a file that comes bit by bit */
	struct chosen_views views;
	struct counts counts;
	struct loop_timer turn;
	bool is_over; /* the views have shown all */
};

/* ---- Views ---- */

static void choose_views(struct decode *d)
{
	const struct decode_options *o = d->options;
	struct chosen_views *views = &d->views;
	bool is_any = o->groups || o->conversations || o->ladder || o->timeline;

	if (o->packets || !is_any)
		chosen_add(views, &packets_view, NULL);
	if (o->groups)
		chosen_add(views, &groups_view, NULL);
	if (o->conversations)
		chosen_add(views, &conversations_view, NULL);
	if (o->ladder)
		chosen_add(views, &ladder_view, o->ladder);
	if (o->timeline)
		chosen_add(views, &timeline_view, o->timeline);
}

/* Nothing more is read: all that was is shown. */
static void end_with(struct decode *d, int status)
{
	if (d->is_over)
		return;
	d->is_over = true;
	chosen_end(&d->views, &d->session);
	session_end(&d->session, status);
}

/* ---- Packets ---- */

static int take_frame(struct decode *d, const struct frame *frame, struct error *error)
{
	struct packet packet;
	struct view_packet for_views = {.frame = frame, .packet = &packet};

	packet_decode(frame, &packet);
	d->counts.packets++;
	for_views.number = d->counts.packets;
	if (!wanted_groups_match(&d->groups, &packet)) {
		chosen_take_other(&d->views, &for_views);
		return 0;
	}
	counts_take(&d->counts, frame, &packet);
	for_views.since_first_ns = frame->time_ns - d->counts.first_ns;
	return chosen_take(&d->views, &for_views, &d->session, error);
}

static bool is_complete(const struct decode *d)
{
	int64_t count = d->options->common.count;

	return count != NOT_GIVEN && d->counts.shown >= (uint64_t)count;
}

static void end_of_file(struct decode *d)
{
	end_with(d, d->counts.shown > 0 ? EXIT_DONE : EXIT_NOTHING);
}

/* The packets before it have been shown. */
static void damaged_file(struct decode *d, const struct error *error)
{
	session_error(&d->session, "%s: %s", d->path, error->text);
	end_with(d, error->code == HOSTCAST_INVALID ? EXIT_PARTIAL : exit_status_of(error->code));
}

/* ---- Turns: so many packets each, as long as there are some ---- */

static void on_readable(void *context, uint32_t events);

static void wait_for_more(struct decode *d)
{
	int fd = capture_file_fd(d->file);
	struct error error;

	if (d->is_watched)
		loop_change(d->session.loop, fd, EPOLLIN);
	else if (loop_watch(d->session.loop, fd, EPOLLIN, on_readable, d, &error) < 0)
		session_fail(&d->session, &error);
	d->is_watched = true;
}

/* Returns what capture_file_next() did, or an error of a view. */
static int take_one(struct decode *d, struct error *error)
{
	struct frame frame;
	int status = capture_file_next(d->file, &frame, error);

	if (status <= 0)
		return status;
	if (take_frame(d, &frame, error) == 0)
		return status;
	session_fail(&d->session, error);
	return 0;
}

static void on_turn(void *context)
{
	struct decode *d = context;
	struct error error;
	int status = 1;

	for (int i = 0; i < PACKETS_A_TURN && status > 0 && !is_complete(d); i++)
		status = take_one(d, &error);
	if (status == 0 || (status > 0 && is_complete(d)))
		end_of_file(d);
	else if (status == HOSTCAST_AGAIN)
		wait_for_more(d);
	else if (status < 0)
		damaged_file(d, &error);
	else
		loop_set_timer(d->session.loop, &d->turn, loop_now(d->session.loop));
}

static void on_readable(void *context, uint32_t events)
{
	struct decode *d = context;

	(void)events;
	loop_change(d->session.loop, capture_file_fd(d->file), 0);
	on_turn(d);
}

/* ---- The end ---- */

static void on_stop(void *context)
{
	struct decode *d = context;
	bool is_endless = d->is_watched && d->options->common.count == NOT_GIVEN;

	end_with(d, is_endless ? EXIT_DONE : EXIT_CUT_SHORT);
}

static void summary_json(struct decode *d)
{
	struct text *out = &d->session.out;

	json_begin_event(out, "summary");
	counts_show_json(out, &d->counts);
	json_integer(out, "dropped", (int64_t)capture_file_dropped(d->file));
	json_integer(out, "skipped_blocks", (int64_t)capture_file_skipped(d->file));
	chosen_summary_json(&d->views, out);
	json_end_event(out);
}

static void summary_text(struct decode *d)
{
	struct text line = {0};

	counts_show(&line, &d->counts);
	show_nonzero(&line, capture_file_dropped(d->file), "dropped while it was captured");
	show_nonzero(&line, capture_file_skipped(d->file), "blocks of unknown kinds, passed over");
	chosen_summary_text(&d->views, &line);
	session_summary_line(&d->session, text_string(&line));
	text_done(&line);
}

static void summary(void *context)
{
	struct decode *d = context;

	if (d->options->common.json)
		summary_json(d);
	else
		summary_text(d);
}

/* ---- The beginning ---- */

static int parse_groups(struct decode *d)
{
	const struct text_list *texts = &d->options->group_texts;
	struct error error;

	if (wanted_groups_parse(&d->groups, texts->list, texts->count, AF_UNSPEC, &error) < 0)
		return session_fail(&d->session, &error);
	return EXIT_DONE;
}

/* What cannot be opened is named already. */
static int fail_to_open(struct decode *d, const struct error *error)
{
	if (error->code != HOSTCAST_INVALID)
		return session_fail(&d->session, error);
	session_error(&d->session, "%s: %s", d->path, error->text);
	session_end(&d->session, EXIT_USAGE);
	return EXIT_USAGE;
}

static int open_file(struct decode *d)
{
	struct error error;

	loop_release_signals(); /* a pipe waits for its beginning */
	d->file = capture_file_open(d->path, &error);
	loop_hold_signals();
	if (!d->file)
		return fail_to_open(d, &error);
	capture_file_never_wait(d->file);
	d->view_options.file = d->file;
	return EXIT_DONE;
}

static int start(struct decode *d)
{
	struct error error;
	int status = parse_groups(d);

	if (status == EXIT_DONE)
		status = open_file(d);
	if (status != EXIT_DONE)
		return status;
	choose_views(d);
	if (chosen_begin(&d->views, &d->view_options, &error) < 0)
		return session_fail(&d->session, &error);
	d->turn = (struct loop_timer){.function = on_turn, .context = d};
	loop_set_timer(d->session.loop, &d->turn, loop_now(d->session.loop));
	return EXIT_DONE;
}

static int run(const char *command, const struct decode_options *options, const char *path)
{
	static const struct session_events events = {.summary = summary, .stop = on_stop};
	struct decode d = {
		.options = options,
		.path = path,
		.view_options = {.json = options->common.json,
				 .relative_time = options->relative,
				 .only = options->only},
	};
	int status = session_begin(&d.session, command, &options->common, &events, &d);

	if (status != EXIT_DONE)
		return status;
	if (start(&d) == EXIT_DONE)
		session_run(&d.session);
	chosen_done(&d.views);
	capture_file_close(d.file);
	return session_done(&d.session);
}

int verb_decode(int argc, char **argv)
{
	struct decode_options o = {.common = COMMON_OPTIONS_DEFAULT};
	const struct option_row rows[] = {
		FLAG_ROW("packets", 0, &o.packets,
			 "a line for each packet (what it does unless told)"),
		FLAG_ROW("groups", 0, &o.groups, "of each group: members, senders; and queriers"),
		FLAG_ROW("conversations", 0, &o.conversations,
			 "TCP with the socket calls behind it; UDP questions and answers"),
		TEXT_ROW("ladder", 0, &o.ladder, "FILE",
			 "draw the conversations as a ladder (SVG)"),
		TEXT_ROW("timeline", 0, &o.timeline, "FILE",
			 "draw groups over time: members, queries, data (SVG)"),
		LIST_ROW("group", 'g', &o.group_texts, "GROUP",
			 "only what concerns this group (again for more)"),
		NUMBER_ROW("only", 0, &o.only, "N",
			   "of conversations only this one, in pictures too", 1, INT64_MAX),
		ROW_COUNT(&o.common.count, "end after N packets"),
		FLAG_ROW("relative", 'r', &o.relative,
			 "times since the first packet, not of the clock"),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
	};
	const struct command command = {
		.name = "hostcast decode",
		.usage = "[OPTION]... FILE",
		.about = "Explain a capture file (pcap or pcapng; '-' is standard input). Views "
			 "may be "
			 "combined.",
		.examples = "  hostcast capture --write a.pcapng -c 100       record, and then\n"
			    "  hostcast decode a.pcapng                       each packet\n"
			    "  hostcast decode --groups -g 224.1.1.1 a.pcapng\n"
			    "  hostcast decode --conversations --ladder a.svg a.pcapng\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	if (argc - first != 1)
		return options_usage_error(&command,
					   "name one capture file, or - for standard input");
	if (o.only > 0 && !o.conversations && !o.ladder)
		return options_usage_error(&command,
					   "--only goes with --conversations or --ladder");
	if (o.relative && o.common.json)
		return options_usage_error(
			&command, "--relative is for people: in JSON times are of the clock");
	return run(command.name, &o, argv[first]);
}
