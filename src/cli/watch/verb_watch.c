/* hostcast watch: joins, leaves, senders and queriers as they come and go. */
#include "cli/common_interfaces.h"
#include "cli/json.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "net/address.h"
#include "run/clock.h"
#include "screen.h"
#include "state_json.h"
#include "tell.h"
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>

#define TICK_NS (1 * NS_PER_S)

/* ---- The end ---- */

/* Nothing more will come, though it was wanted. */
static void on_deadline(void *context)
{
	struct watch *watch = context;

	session_end(&watch->session, common_deadline_status(&watch->options->common,
							    watch->events + watch->packets > 0));
}

static void on_stop(void *context)
{
	struct watch *watch = context;

	session_end(&watch->session,
		    common_is_endless(&watch->options->common) ? EXIT_DONE : EXIT_CUT_SHORT);
}

static void summary_json(struct watch *watch)
{
	struct hook_counters hooks = hooks_counters(watch->hooks);
	struct text *out = &watch->session.out;

	json_begin_event(out, "summary");
	json_integer(out, "events", (int64_t)watch->events);
	json_integer(out, "joins", (int64_t)watch->joins);
	json_integer(out, "leaves", (int64_t)watch->leaves);
	json_integer(out, "packets", (int64_t)watch->packets);
	json_integer(out, "senders", (int64_t)watch->senders.senders.count);
	json_integer(out, "streams", (int64_t)watch->senders.stream_count);
	json_bool(out, "captured", watch->wire);
	json_bool(out, "told_by_kernel", watch->local && local_is_told(watch->local));
	json_integer(out, "dropped", (int64_t)watch_dropped(watch));
	json_integer(out, "forgotten", (int64_t)watch_forgotten(watch));
	json_integer(out, "senders_forgotten", (int64_t)watch->senders.forgotten_senders);
	json_integer(out, "streams_forgotten", (int64_t)watch->senders.forgotten_streams);
	json_integer(out, "queriers_forgotten", (int64_t)watch->queriers.forgotten);
	json_integer(out, "hooks_run", (int64_t)hooks.run);
	json_integer(out, "hooks_failed", (int64_t)hooks.failed);
	json_integer(out, "hooks_dropped", (int64_t)hooks.dropped);
	json_integer(out, "hooks_waiting", (int64_t)hooks.waiting);
	json_end_event(out);
}

static void summary_text(struct watch *watch)
{
	struct hook_counters hooks = hooks_counters(watch->hooks);
	struct text line = {0};

	show_quantity(&line, watch->joins, "join", "joins");
	text_add_string(&line, ", ");
	show_quantity(&line, watch->leaves, "leave", "leaves");
	text_add_string(&line, ", ");
	show_quantity(&line, watch->senders.senders.count, "sender", "senders");
	text_add_string(&line, ", ");
	show_quantity(&line, watch->packets, "packet", "packets");
	text_addf(&line, "; dropped by the kernel: %llu", (unsigned long long)watch_dropped(watch));
	show_nonzero(&line, watch_forgotten(watch), "no room for");
	show_nonzero(&line, watch->senders.forgotten_senders, "silent senders forgotten");
	show_nonzero(&line, watch->senders.forgotten_streams, "silent streams forgotten");
	show_nonzero(&line, watch->queriers.forgotten, "queriers forgotten");
	show_nonzero(&line, hooks.run, "hooks run");
	show_nonzero(&line, hooks.failed, "hooks failed");
	show_nonzero(&line, hooks.dropped, "hooks_dropped");
	show_nonzero(&line, hooks.waiting, "hooks_waiting");
	session_summary_line(&watch->session, text_string(&line));
	text_done(&line);
}

static void close_screen(struct watch *watch)
{
	screen_free(watch->screen);
	watch->screen = NULL;
}

static void summary(void *context)
{
	struct watch *watch = context;

	if (watch->session.is_ended)
		close_screen(watch);
	if (watch->options->common.json)
		summary_json(watch);
	else
		summary_text(watch);
}

/* ---- Time ---- */

static void set_timer(struct watch *watch, struct loop_timer *timer, int64_t ns)
{
	struct loop *loop = watch->session.loop;

	loop_set_timer(loop, timer, monotime_add(loop_now(loop), ns));
}

static void on_tick(void *context)
{
	struct watch *watch = context;

	watch_tick(watch, clock_realtime_ns());
	if (watch->screen)
		screen_touch(watch->screen);
	set_timer(watch, &watch->tick, TICK_NS);
}

static void on_state(void *context)
{
	struct watch *watch = context;

	state_json(watch, clock_realtime_ns());
	set_timer(watch, &watch->state, watch->options->interval_ns);
}

/* ---- What is heard ---- */

static void on_frame(void *context, const struct frame *frame)
{
	struct packet packet;

	packet_decode(frame, &packet);
	watch_take_packet(context, frame, &packet);
}

static void on_packet(void *context, const struct frame *frame, const struct packet *packet)
{
	watch_take_packet(context, frame, packet);
}

static void on_local(void *context, const struct membership_event *event)
{
	watch_take_local(context, event);
}

static bool on_group(const void *context, const union hostcast_address *group)
{
	return watch_wants_group(context, group);
}

static void on_hook_end(void *context, const char *program, int status)
{
	tell_hook(context, clock_realtime_ns(), program, status);
}

/* ---- The beginning ---- */

static int parse_groups(struct watch *watch, int argc, char **texts)
{
	const struct common_options *common = &watch->options->common;
	struct wanted_groups *groups = &watch->groups;
	struct error error;

	if (wanted_groups_parse(groups, (const char *const *)texts, (size_t)argc,
				common_family(common), &error) < 0)
		return session_fail(&watch->session, &error);
	for (size_t i = 0; i < groups->count && common->port != NOT_GIVEN; i++)
		if (address_port(&groups->list[i].group) == 0)
			address_set_port(&groups->list[i].group, (uint16_t)common->port);
	return EXIT_DONE;
}

static unsigned loopback_of(const struct interfaces *interfaces)
{
	for (size_t i = 0; i < interfaces->count; i++)
		if (interfaces->list[i].is_loopback)
			return interfaces->list[i].index;
	return 0;
}

/* What cannot be seen, and what is done instead. */
static void tell_no_capture(struct watch *watch, const struct error *reason)
{
	if (watch->groups.count > 0)
		session_notice(
			&watch->session,
			"%s; the groups are joined instead and what the sockets get is "
			"counted: joins and leaves of other hosts, and queriers, are not seen, "
			"and what other programs of this host join is looked at once a second",
			reason->text);
	else
		session_notice(
			&watch->session,
			"%s; only what this host joins and leaves is seen (name a GROUP, and "
			"it is joined and its senders are seen, too)",
			reason->text);
}

static void open_wire(struct watch *watch, const struct interfaces *interfaces)
{
	struct wire_options options = {
		.chosen = watch->chosen,
		.chosen_count = watch->chosen_count,
		.is_promiscuous = !watch->options->no_promiscuous,
	};
	struct error error;

	watch->wire = wire_new(&watch->session, interfaces, &options, on_frame, watch, &error);
	if (!watch->wire)
		tell_no_capture(watch, &error);
}

/* Where there is no capturing, the groups are joined. */
static int open_sockets(struct watch *watch, int argc, char **groups)
{
	if (argc == 0 || (watch->wire && !watch->options->join))
		return EXIT_DONE;
	watch->sockets =
		sockets_new(&watch->session, groups, argc, watch->wire ? NULL : on_packet, watch);
	if (watch->sockets)
		local_take_own(watch->local);
	return watch->session.status;
}

static int open_local(struct watch *watch)
{
	watch->local =
		local_new(&watch->session, common_family(&watch->options->common), on_local, watch);
	return watch->local ? EXIT_DONE : watch->session.status;
}

static int open_all(struct watch *watch, int argc, char **groups)
{
	struct interfaces interfaces = {0};
	struct error error;
	int status;

	if (common_interfaces(&watch->options->common, watch->chosen, &watch->chosen_count,
			      &error) < 0 ||
	    interfaces_read(&interfaces, &error) < 0)
		return session_fail(&watch->session, &error);
	watch->loopback = loopback_of(&interfaces);
	open_wire(watch, &interfaces);
	interfaces_done(&interfaces);
	status = open_local(watch);
	if (status == EXIT_DONE)
		status = open_sockets(watch, argc, groups);
	return status;
}

static void tell_watching(struct watch *watch)
{
	struct text line = {0};

	if (watch->wire)
		wire_describe(watch->wire, &line);
	else
		text_add_string(&line, watch->sockets ? "what the joined sockets get"
						      : "the memberships of this host");
	session_notice(&watch->session, "watching %s", text_string(&line));
	text_done(&line);
}

static void begin(struct watch *watch)
{
	const struct watch_options *options = watch->options;

	names_read(&watch->names);
	watch->senders.silence_ns = options->gap_ns == NOT_GIVEN ? 0 : options->gap_ns;
	watch->senders.tick_ns = clock_realtime_ns();
	watch->tick = (struct loop_timer){.function = on_tick, .context = watch};
	watch->state = (struct loop_timer){.function = on_state, .context = watch};
	set_timer(watch, &watch->tick, TICK_NS);
	if (options->common.json)
		set_timer(watch, &watch->state, options->interval_ns);
	else if (!options->lines)
		watch->screen = screen_new(watch);
	if (watch->screen)
		hooks_silence(watch->hooks);
	else
		tell_watching(watch);
}

static void done(struct watch *watch)
{
	close_screen(watch);
	hooks_free(watch->hooks);
	local_free(watch->local);
	sockets_free(watch->sockets);
	wire_free(watch->wire);
	live_senders_done(&watch->senders);
	feeds_done(&watch->feeds);
	text_done(&watch->line);
}

static int run(const char *command, const struct watch_options *options, int argc, char **groups)
{
	static const struct session_events events = {
		.summary = summary,
		.stop = on_stop,
		.deadline = on_deadline,
	};
	struct watch *watch = calloc(1, sizeof *watch);
	struct error no_memory;
	int status;

	if (!watch) {
		fprintf(stderr, "%s: out of memory\n", command);
		return EXIT_REFUSED;
	}
	watch->options = options;
	watch->members.is_wanted = on_group;
	watch->members.wanted_context = watch;
	status = session_begin(&watch->session, command, &options->common, &events, watch);
	if (status != EXIT_DONE)
		goto end;
	watch->hooks = hooks_new(&watch->session, on_hook_end, watch);
	if (!watch->hooks) {
		error_set(&no_memory, HOSTCAST_NO_MEMORY, "out of memory");
		status = session_fail(&watch->session, &no_memory);
	}
	if (status == EXIT_DONE)
		status = parse_groups(watch, argc, groups);
	if (status == EXIT_DONE)
		status = open_all(watch, argc, groups);
	if (status == EXIT_DONE) {
		begin(watch);
		session_run(&watch->session);
	}
	done(watch);
	status = session_done(&watch->session);
end:
	free(watch);
	return status;
}

/* ---- The verb ---- */

static int parse_hook(const struct command *command, const char *option, const char *text,
		      struct hook_command *hook)
{
	if (!text)
		return EXIT_DONE;
	if (!hook_command_parse(text, hook))
		return options_usage_error(
			command, "--%s '%s' must be a program and its arguments, 1 to %d words",
			option, text, HOOK_WORDS_MAX);
	if (!hook_command_is_found(hook))
		return options_usage_error(command,
					   "--%s: there is no program '%s' that can be run", option,
					   hook->words[0]);
	return EXIT_DONE;
}

static int check(const struct command *command, const struct watch_options *o, int groups)
{
	if (o->interval_ns <= 0)
		return options_usage_error(command, "--interval must be more than 0 seconds");
	if (o->gap_ns == 0)
		return options_usage_error(command, "--gap must be more than 0 seconds");
	if (o->common.port != NOT_GIVEN && groups == 0)
		return options_usage_error(command, "--port is of groups that are named: name one");
	if (o->join && groups == 0)
		return options_usage_error(command, "--join needs the groups to join");
	return EXIT_DONE;
}

int verb_watch(int argc, char **argv)
{
	struct watch_options o = {
		.common = COMMON_OPTIONS_DEFAULT,
		.interval_ns = NS_PER_S,
		.gap_ns = NOT_GIVEN,
	};
	const char *on_join = NULL, *on_leave = NULL;
	const struct option_row rows[] = {
		ROW_INTERFACE(&o.common.interfaces),
		ROW_PORT(&o.common.port, "port of groups that name none (default: any; of those "
					 "that are joined 5004)"),
		ROW_COUNT(&o.common.count, "end after N events"),
		ROW_DEADLINE(&o.common.deadline_ns),
		SECONDS_ROW("gap", 0, &o.gap_ns, "SECONDS",
			    "a sender that pauses for so long is silent (default: by its rate)"),
		SECONDS_ROW("interval", 0, &o.interval_ns, "SECONDS",
			    "between two states of --json (default 1)"),
		TEXT_ROW("on-join", 0, &on_join, "CMD", "run this, without a shell, at each join"),
		TEXT_ROW("on-leave", 0, &on_leave, "CMD", "and this at each leave"),
		FLAG_ROW("join", 0, &o.join, "join the groups, so that switches send them here"),
		FLAG_ROW("no-promiscuous", 0, &o.no_promiscuous,
			 "only what the interfaces let in anyway"),
		FLAG_ROW("lines", 0, &o.lines, "a line an event, on a terminal too"),
		ROW_IPV4(&o.common.ipv4),
		ROW_IPV6(&o.common.ipv6),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
		FLAG_ROW("verbose", 'v', &o.common.verbose,
			 "groups that every host joins by itself, too"),
	};
	const struct command command = {
		.name = "hostcast watch",
		.usage = "[OPTION]... [[SOURCE@]GROUP[:PORT]]...",
		.about =
			"Follow joins and leaves, senders, RTP streams and queriers, live. Without "
			"GROUP: of all\ngroups that come by.",
		.examples =
			"  sudo hostcast watch                       all of this network\n"
			"  sudo hostcast watch --json 239.1.2.3      one group, for a program\n"
			"  hostcast watch --on-join 'logger joined' 239.1.2.3\n"
			"  hostcast recv 239.1.2.3                   the other side: joins, and is "
			"seen\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv), status;

	if (first < 0)
		return -first - 1;
	status = check(&command, &o, argc - first);
	if (status == EXIT_DONE)
		status = parse_hook(&command, "on-join", on_join, &o.on_join);
	if (status == EXIT_DONE)
		status = parse_hook(&command, "on-leave", on_leave, &o.on_leave);
	if (status == EXIT_DONE)
		status = run(command.name, &o, argc - first, argv + first);
	hook_command_done(&o.on_join);
	hook_command_done(&o.on_leave);
	return status;
}
