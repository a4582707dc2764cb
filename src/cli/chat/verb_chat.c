/* hostcast chat: a conversation in a group. */
#include "chat.h"
#include "cli/json.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "net/target.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRESENCE_DEFAULT_NS (60 * NS_PER_S)
#define PRESENCE_LEAST_NS   (100 * NS_PER_MS)

/* ---- The summary ---- */

static void summary_json(struct chat *chat)
{
	struct text *out = &chat->session.out;

	json_begin_event(out, "summary");
	json_integer(out, "messages_sent", (int64_t)chat->sent);
	json_integer(out, "messages_received", (int64_t)chat->received);
	json_integer(out, "private_sent", (int64_t)chat->private_sent);
	json_integer(out, "private_received", (int64_t)chat->private_received);
	json_integer(out, "malformed", (int64_t)chat->malformed);
	json_integer(out, "refused_lines", (int64_t)chat->refused);
	json_integer(out, "overflow", (int64_t)chat->members.overflow);
	show_counters_json(out, chat->handle);
	json_integer(out, "output_dropped", (int64_t)chat->session.outlet.dropped);
	json_end_event(out);
}

static void summary_text(struct chat *chat)
{
	struct text line = {0};

	show_quantity(&line, chat->sent, "message", "messages");
	text_addf(&line,
		  " sent, %" PRIu64 " received; private: %" PRIu64 " sent, %" PRIu64
		  " received; malformed: %" PRIu64 "; dropped by the kernel: %" PRIu64,
		  chat->received, chat->private_sent, chat->private_received, chat->malformed,
		  show_counter(chat->handle, "kernel_drops"));
	if (chat->refused > 0)
		text_addf(&line, "; lines not sent: %" PRIu64, chat->refused);
	if (chat->members.overflow > 0)
		text_addf(&line, "; from members beyond the first %d: %" PRIu64, CHAT_MEMBERS_MAX,
			  chat->members.overflow);
	if (chat->session.outlet.dropped > 0)
		text_addf(&line, "; output_dropped: %" PRIu64 " (not read fast enough)",
			  chat->session.outlet.dropped);
	session_summary_line(&chat->session, text_string(&line));
	text_done(&line);
}

static void summary(void *context)
{
	struct chat *chat = context;

	if (chat->options->common.json)
		summary_json(chat);
	else
		summary_text(chat);
}

/* ---- Beginning and ending ---- */

static void leave(void *context)
{
	chat_leave(context);
}

static int open_room(struct chat *chat)
{
	const struct chat_options *options = chat->options;
	int code = 0;

	if (options->is_tree)
		session_never_wait(&chat->session); /* others hang on this node */
	if (options->common.port == NOT_GIVEN && !options->is_tree)
		code = hostcast_set_port(chat->handle, CHAT_PORT);
	if (code == 0)
		code = tree_options_apply(&options->tree, chat->handle);
	if (code == 0)
		code = session_open_target(chat->handle, options->room,
					   HOSTCAST_SEND | HOSTCAST_RECEIVE);
	if (code < 0)
		return session_fail_handle(&chat->session, chat->handle, code);
	session_print_notices(&chat->session, chat->handle);
	return chat_join(chat);
}

/* Also a session that failed says good-bye. */
static void say_goodbye(struct chat *chat)
{
	if (!chat->is_leaving)
		chat_leave(chat);
}

static int converse(struct chat *chat)
{
	int status = open_room(chat);

	if (status != EXIT_DONE)
		return status;
	session_notice(&chat->session, "you are %s in %s; /help tells the commands", chat->name,
		       chat->options->room);
	chat->input = input_new(&chat->session, "> ", &chat_typed, chat);
	if (chat->input)
		session_run(&chat->session);
	say_goodbye(chat);
	status = chat->session.status;
	if (status == EXIT_DONE && chat->refused > 0 && !input_is_terminal(chat->input))
		status = EXIT_USAGE;
	input_free(chat->input);
	return status;
}

static int run(const char *command, const struct chat_options *options, struct span name)
{
	static const struct session_events events = {
		.summary = summary,
		.stop = leave,
		.deadline = leave,
	};
	static const struct error no_memory = {.code = HOSTCAST_NO_MEMORY, .text = "out of memory"};
	struct chat *chat = calloc(1, sizeof *chat);
	int status;

	if (!chat) {
		fprintf(stderr, "%s: out of memory\n", command);
		return EXIT_REFUSED;
	}
	chat->options = options;
	memcpy(chat->name, name.bytes, name.size);
	status = session_begin(&chat->session, command, &options->common, &events, chat);
	if (status != EXIT_DONE) {
		free(chat);
		return status;
	}
	chat->handle = session_new_handle(&chat->session, &status);
	chat->queue.handle = chat->handle;
	if (chat->handle && !chat_members_init(&chat->members))
		status = session_fail(&chat->session, &no_memory);
	else if (chat->handle)
		status = converse(chat);
	chat_queue_done(&chat->queue);
	chat_members_done(&chat->members);
	hostcast_free(chat->handle);
	if (session_done(&chat->session) != EXIT_DONE && status == EXIT_DONE)
		status = chat->session.status;
	free(chat);
	return status;
}

/* ---- Options ---- */

static int check_room(const struct command *command, const struct chat_options *options)
{
	const struct common_options *common = &options->common;
	int family = common_family(common);
	struct target target;
	struct error error;

	if (options->is_tree) /* hostcast_open() says what is wrong with it */
		return EXIT_DONE;
	if (tree_options_are_given(&options->tree))
		return options_usage_error(command, "--listen and --allow are for a room in a tree "
						    "(tree://HOST[:PORT])");
	if (target_parse_group(options->room, family, CHAT_PORT, &target, &error) < 0)
		return options_usage_error(command, "%s", error.text);
	if (target.count > 1 || target.source.any.sa_family != AF_UNSPEC)
		return options_usage_error(
			command, "the room '%s' must be one group, without source or range",
			options->room);
	return EXIT_DONE;
}

static int check(const struct command *command, struct chat_options *options, struct span *name)
{
	const char *problem;

	if (!options->room || !options->name)
		return options_usage_error(command, "%s is missing",
					   options->room ? "--name NAME" : "--room GROUP");
	options->is_tree = target_names_tree(options->room);
	*name = span_trim((struct span){options->name, strlen(options->name)});
	problem = chat_name_problem(*name);
	if (problem)
		return options_usage_error(command, "the name '%s' %s", options->name, problem);
	if (options->presence_ns < PRESENCE_LEAST_NS)
		return options_usage_error(command, "--presence must be at least 0.1 seconds");
	return check_room(command, options);
}

int verb_chat(int argc, char **argv)
{
	struct chat_options o = {
		.common = COMMON_OPTIONS_DEFAULT,
		.presence_ns = PRESENCE_DEFAULT_NS,
	};
	const struct option_row rows[] = {
		TEXT_ROW("room", 0, &o.room, "GROUP",
			 "the group: 224.1.1.1, ff12::801:101%eth0, ...; or tree://HOST"),
		TEXT_ROW("name", 0, &o.name, "NAME", "who you are: 1 to 32 characters, no colon"),
		SECONDS_ROW("presence", 0, &o.presence_ns, "SECONDS",
			    "say 'is here' so often (default 60); who misses three is gone"),
		ROW_INTERFACE(&o.common.interfaces),
		ROW_PORT(&o.common.port, "port, if the room names none (default 5000)"),
		ROW_TTL(&o.common.ttl),
		ROW_TREE_LISTEN(&o.tree.listen),
		ROW_TREE_ALLOW(&o.tree.allowed),
		ROW_DEADLINE(&o.common.deadline_ns),
		ROW_IPV4(&o.common.ipv4),
		ROW_IPV6(&o.common.ipv6),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
		FLAG_ROW("verbose", 'v', &o.common.verbose, "show the address behind each name"),
	};
	const struct command command = {
		.name = "hostcast chat",
		.usage = "--room GROUP --name NAME [OPTION]...",
		.about = "A conversation in a group, or in a tree. Lines are said to all; /help "
			 "tells what else "
			 "there is.\n"
			 "The end of input (Ctrl-D) leaves.",
		.examples = "  hostcast chat --room 224.1.1.1 --name Ada\n"
			    "  hostcast chat --room 224.1.1.1 --name Bob      on another host, or "
			    "the same\n"
			    "  hostcast recv 224.1.1.1:5000                   reads along\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);
	struct span name;
	int status;

	if (first < 0)
		return -first - 1;
	if (first < argc)
		return options_usage_error(&command, "unexpected argument '%s'", argv[first]);
	status = check(&command, &o, &name);
	return status == EXIT_DONE ? run(command.name, &o, name) : status;
}
