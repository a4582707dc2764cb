/* hostcast capture: packets as they pass interfaces, shown, and written into a file; by itself, or
 * while a command runs. */
#include "capture_show.h"
#include "capturing.h"
#include "choice.h"
#include "cli/verbs.h"

#include <string.h>
#include <unistd.h>

enum { SNAP_MIN = 64, BUFFER_MIN = 64 * 1024, BUFFER_MAX = 1 << 30 };

struct capture_options {
	struct common_options common;
	struct text_list groups;
	bool tree, no_promiscuous;
	const char *write, *rotate, *filter;
	int64_t snap, buffer;
	struct rotation rotation; /* as --rotate says */
	char **arguments;         /* of the command; NULL: none */
};

/* ---- The beginning ---- */

static int open_interfaces(struct capturing *c, const struct capture_options *o)
{
	const struct choice choice = {
		.names = &o->common.interfaces,
		.selection = &c->selection,
		.filter = o->filter,
		.with_loopback = !selection_is_all(&c->selection) || c->has_command,
		.is_promiscuous = !o->no_promiscuous,
		.snap = o->snap != NOT_GIVEN ? (size_t)o->snap : 0,
		.buffer = o->buffer != NOT_GIVEN ? (size_t)o->buffer : 0,
	};
	struct error error;

	if (choice_open(&choice, &c->session, &c->intake, &error) < 0)
		return session_fail(&c->session, &error);
	return EXIT_DONE;
}

static int open_recording(struct capturing *c, const struct capture_options *o)
{
	struct error error;

	if (!o->write)
		return EXIT_DONE;
	c->recording = (struct recording){
		.path = o->write,
		.command = "hostcast " HOSTCAST_VERSION,
		.rotation = o->rotation,
		.intake = &c->intake,
		.snap = o->snap != NOT_GIVEN ? (size_t)o->snap : 0,
	};
	return recording_open(&c->recording, &error) < 0 ? session_fail(&c->session, &error)
							 : EXIT_DONE;
}

static bool are_packets_wanted(const struct capture_options *o)
{
	return !o->write || o->common.verbose;
}

/* Standard output is the command's, or the file. */
static void choose_output(struct capturing *c, const struct capture_options *o)
{
	if (c->has_command || (o->write && strcmp(o->write, "-") == 0))
		session_set_output(&c->session, STDERR_FILENO, "standard error");
	session_never_wait(&c->session);
	c->is_shown = are_packets_wanted(o) && !(c->has_command && companion_has_standard_error());
}

static void tell_begin(struct capturing *c, const struct capture_options *o)
{
	struct text names = {0};

	capture_show_interfaces(&names, &c->intake);
	session_notice(&c->session, "capturing on %s", text_string(&names));
	text_done(&names);
	if (are_packets_wanted(o) && !c->is_shown)
		session_notice(&c->session,
			       "packets are not shown, because the command has this terminal: send "
			       "standard error elsewhere (2> FILE), or keep them with --write");
}

static int start_command(struct capturing *c, char **arguments)
{
	struct error error;

	if (!c->has_command)
		return EXIT_DONE;
	c->companion = (struct companion){
		.loop = c->session.loop,
		.ended = capturing_on_command_ended,
		.context = c,
	};
	session_flush(&c->session);
	return companion_start(&c->companion, arguments, &error) < 0
		       ? session_fail(&c->session, &error)
		       : EXIT_DONE;
}

static int start(struct capturing *c, const struct capture_options *o)
{
	int status;

	choose_output(c, o);
	if ((status = open_interfaces(c, o)) != EXIT_DONE ||
	    (status = open_recording(c, o)) != EXIT_DONE ||
	    (status = capturing_begin(c)) != EXIT_DONE)
		return status;
	tell_begin(c, o);
	return start_command(c, o->arguments);
}

/* ---- The run ---- */

static int run(const char *command, const struct capture_options *o,
	       const struct selection *selection)
{
	static const struct session_events events = {
		.summary = capture_show_summary,
		.stop = capturing_on_stop,
		.deadline = capturing_on_deadline,
	};
	struct capturing c = {.selection = *selection, .has_command = o->arguments};
	int status = session_begin(&c.session, command, &o->common, &events, &c);

	if (status != EXIT_DONE)
		return status;
	if (start(&c, o) == EXIT_DONE)
		session_run(&c.session);
	capturing_done(&c);
	return session_done(&c.session);
}

static int check(const struct command *command, struct capture_options *o)
{
	if (o->rotate && !rotation_parse(o->rotate, &o->rotation))
		return options_usage_error(command, "--rotate '%s' must be %s", o->rotate,
					   ROTATION_FORM);
	if (o->rotate && (!o->write || strcmp(o->write, "-") == 0))
		return options_usage_error(command,
					   "--rotate needs the name of a file: --write FILE");
	if (o->write && strcmp(o->write, "-") == 0 && isatty(STDOUT_FILENO))
		return options_usage_error(
			command, "--write - writes bytes that a terminal cannot show: send "
				 "standard output into a pipe or a file");
	if (o->write && strcmp(o->write, "-") == 0 && o->arguments)
		return options_usage_error(
			command, "--write - and a command do not go together: standard output is "
				 "the command's");
	return EXIT_DONE;
}

static int argument_error(const struct command *command, const char *argument)
{
	const struct text_list as_list = {.list = {argument}, .count = 1};
	struct selection selection;
	struct error error;

	if (selection_parse(&selection, &as_list, false, &error) == 0)
		return options_usage_error(command,
					   "'%s' is no option; a group goes with --group: hostcast "
					   "capture --group %s",
					   argument, argument);
	return options_usage_error(
		command, "'%s' is no option; a command stands behind --: hostcast capture -- %s",
		argument, argument);
}

/* What stands behind "--"; NULL if nothing does. */
static int find_command(const struct command *command, int argc, char **argv, int first,
			char ***arguments)
{
	bool is_behind_dashes = strcmp(argv[first - 1], "--") == 0;

	*arguments = first < argc ? argv + first : NULL;
	if (first < argc && !is_behind_dashes)
		return argument_error(command, argv[first]);
	if (first == argc && is_behind_dashes && first > 1)
		return options_usage_error(command, "a command is missing behind --");
	return EXIT_DONE;
}

int verb_capture(int argc, char **argv)
{
	struct capture_options o = {
		.common = COMMON_OPTIONS_DEFAULT,
		.snap = NOT_GIVEN,
		.buffer = NOT_GIVEN,
	};
	const struct option_row rows[] = {
		ROW_INTERFACE(&o.common.interfaces),
		LIST_ROW("group", 'g', &o.groups, "GROUP",
			 "its data, and IGMP or MLD about it (again for more)"),
		FLAG_ROW("tree", 0, &o.tree, "messages of the tree protocol"),
		TEXT_ROW("filter", 0, &o.filter, "EXPR", "in tcpdump's language (pcap-filter(7))"),
		TEXT_ROW("write", 0, &o.write, "FILE", "write pcapng there (-: standard output)"),
		TEXT_ROW("rotate", 0, &o.rotate, "SIZE",
			 "SIZE[,FILES]: a new file after so many bytes; keep the newest"),
		ROW_COUNT(&o.common.count, "end after N packets"),
		ROW_DEADLINE(&o.common.deadline_ns),
		NUMBER_ROW("snap", 0, &o.snap, "BYTES", "capture so much of each packet", SNAP_MIN,
			   LIVE_SNAP),
		NUMBER_ROW("buffer", 0, &o.buffer, "BYTES", "the kernel's, of each interface",
			   BUFFER_MIN, BUFFER_MAX),
		FLAG_ROW("no-promiscuous", 0, &o.no_promiscuous,
			 "only what the interface takes in anyway"),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
		FLAG_ROW("verbose", 'v', &o.common.verbose, "show packets, also with --write"),
	};
	const struct command command = {
		.name = "hostcast capture",
		.usage = "[OPTION]... [-- COMMAND [ARG]...]",
		.about =
			"Show packets as they pass the interfaces, or write them into a file; with "
			"COMMAND, while it runs.\nNeeds the capability CAP_NET_RAW (sudo).",
		.examples =
			"  hostcast capture                                  all interfaces that "
			"are up\n"
			"  hostcast capture -i eth0 --group 224.1.1.1        who joins, asks and "
			"sends\n"
			"  hostcast capture --write chat.pcapng -- hostcast chat --room 224.1.1.1 "
			"--name Ada\n"
			"  hostcast decode chat.pcapng                       what was captured\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	struct selection selection;
	struct error error;
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	if (find_command(&command, argc, argv, first, &o.arguments) != EXIT_DONE ||
	    check(&command, &o) != EXIT_DONE)
		return EXIT_USAGE;
	if (selection_parse(&selection, &o.groups, o.tree, &error) < 0)
		return options_usage_error(&command, "%s", error.text);
	return run(command.name, &o, &selection);
}
