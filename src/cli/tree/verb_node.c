/* hostcast node: a member of a tree. */
#include "addresses.h"
#include "cli/input.h"
#include "cli/json.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/tree_options.h"
#include "cli/verbs.h"
#include "events.h"
#include "local_program.h"
#include "net/address.h"
#include "net/vector.h"
#include "node_show.h"
#include "run/tree/held.h"

#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum delivery_output { OUTPUT_TEXT, OUTPUT_RAW, OUTPUT_NONE };

struct node_verb_options {
	struct common_options common;
	const char *rendezvous, *listen, *deliver, *output;
	struct text_list allowed;
	int64_t data_port; /* NOT_GIVEN: the usual one, if it is free */
	int64_t children_most, receive_buffer;
	struct timers timers;
	bool from_input;
};

struct node_verb {
	struct session session;
	const struct node_verb_options *options;
	enum delivery_output output;
	bool is_out_terminal;
	struct node *node;
	struct local_program program;
	struct input *input; /* NULL: not read */
	bool is_input_paused;
	bool is_silence_told; /* of the rendezvous point */
	bool is_search_told;  /* that no place was found */
	bool is_refusal_told; /* of the program that gets the payloads */
};

/* ---- What the node tells ---- */

/* What lasts is told once. */
static bool is_first(bool *is_told)
{
	bool was_told = *is_told;

	*is_told = true;
	return !was_told;
}

/* The news that decide whether payloads come; the rest is for --verbose. */
static bool is_news(struct node_verb *v, enum event_type type)
{
	switch (type) {
	case EVENT_ATTACHED:
	case EVENT_ROOT_GAINED:
		v->is_silence_told = v->is_search_told = false;
		return true;
	case EVENT_PARENT_LOST:
	case EVENT_ROOT_LOST:
		return true;
	case EVENT_RDV_SILENT:
		return is_first(&v->is_silence_told);
	case EVENT_NO_PLACE:
		return is_first(&v->is_search_told);
	default:
		return false;
	}
}

/* What the user can do about it. */
static void add_advice(struct text *line, const struct node_verb *v, enum event_type type)
{
	if (type == EVENT_RDV_SILENT)
		text_add_string(line, ": is it running there, and does it serve this host "
				      "(its --allow)? It is asked again");
	if (type == EVENT_ROOT_GAINED && v->options->children_most == 0)
		text_add_string(line, ", and takes no children (--children 0): nobody can join");
}

static void on_event(void *context, const struct event *event)
{
	struct node_verb *v = context;
	struct text line = {0};

	if (v->options->common.json) {
		event_add_json(&v->session.out, event);
		session_result(&v->session);
		return;
	}
	if (!is_news(v, event->type) && !v->options->common.verbose)
		return;
	event_add_text(&line, event);
	add_advice(&line, v, event->type);
	session_flush(&v->session); /* what was delivered before stands before it */
	session_notice(&v->session, "%s", text_string(&line));
	text_done(&line);
}

static void on_notice(void *context, const char *text)
{
	struct node_verb *v = context;

	session_notice(&v->session, "%s", text);
}

/* ---- Deliveries (T-12) ---- */

static void message_json(struct text *out, const struct hostcast_message *message)
{
	json_begin_event(out, "message");
	json_address(out, "parent", &message->source);
	json_bool(out, "own", message->flags & HOSTCAST_OWN);
	json_integer(out, "time_ns", message->time_ns);
	json_integer(out, "size", (int64_t)message->size);
	json_payload(out, message->data, message->size);
	json_end_event(out);
}

static void show(struct node_verb *v, const struct hostcast_message *message)
{
	struct text *out = &v->session.out;

	if (v->options->common.json) {
		message_json(out, message);
	} else if (v->output == OUTPUT_RAW) {
		text_add(out, message->data, message->size);
	} else {
		if (v->is_out_terminal)
			text_add_escaped(out, message->data, message->size);
		else
			text_add(out, message->data, message->size);
		text_add_string(out, "\n");
	}
	session_result(&v->session);
}

static void show_each(struct node_verb *v, const struct arrival *delivery)
{
	struct hostcast_message message;

	for (size_t i = 0, count = arrival_count(delivery); i < count; i++) {
		arrival_at(delivery, i, &message);
		show(v, &message);
	}
}

static void tell_refused(struct node_verb *v)
{
	char text[HOSTCAST_TEXT_SIZE];

	if (v->program.is_refused && is_first(&v->is_refusal_told))
		session_notice(
			&v->session,
			"nobody listens at %s (--deliver): payloads do not arrive there (the "
			"summary counts them)",
			hostcast_address_text(&v->program.address, text));
}

/* Lines that could not be taken can, when half of the room is free. */
static void resume_input(struct node_verb *v)
{
	if (!v->is_input_paused || node_held(v->node) > HELD_MAX / 2 || !node_has_room(v->node))
		return;
	v->is_input_paused = false;
	input_resume(v->input);
}

static void on_ready(void *context, uint32_t events)
{
	struct node_verb *v = context;
	struct arrival deliveries[HOSTCAST_BATCH];
	bool are_wanted = v->output != OUTPUT_NONE || v->program.fd >= 0;
	struct error error;
	int count = node_work(v->node, are_wanted ? deliveries : NULL, HOSTCAST_BATCH, &error);

	(void)events;
	if (count < 0) {
		session_fail(&v->session, &error);
		return;
	}
	for (int i = 0; i < count && v->output != OUTPUT_NONE; i++)
		show_each(v, &deliveries[i]);
	local_program_give(&v->program, deliveries, (size_t)count);
	tell_refused(v);
	resume_input(v);
}

/* ---- Standard input ---- */

static void on_line(void *context, const char *line, size_t size)
{
	struct node_verb *v = context;
	struct error error;
	const struct iovec payload = iovec_of(line, size);
	int status = node_send(v->node, &payload, 1, &error);

	if (status < 0)
		session_notice(&v->session, "a line is not sent: %s", error.text);
	if (!v->is_input_paused && !node_has_room(v->node)) {
		v->is_input_paused = true;
		input_pause(v->input);
	}
}

/* The tree goes on: others still speak. */
static void on_end(void *context)
{
	(void)context;
}

/* ---- The end ---- */

static void summary(void *context)
{
	struct node_verb *v = context;

	if (v->options->common.json)
		node_show_json(&v->session, v->node, &v->program);
	else
		node_show_text(&v->session, v->node, &v->program);
}

static void on_stop(void *context)
{
	struct node_verb *v = context;

	node_leave(v->node);
	session_end(&v->session, EXIT_DONE);
}

/* ---- The beginning ---- */

static int check_program(const struct node_verb *v, struct error *error)
{
	const union hostcast_address *address = &v->program.address;
	union hostcast_address listen = node_address(v->node);
	char text[HOSTCAST_TEXT_SIZE];

	if (address_port(address) == address_port(&listen) &&
	    (address_is_any(&listen) || address_same_ip(&listen, address)))
		return error_set(error, HOSTCAST_INVALID,
				 "--deliver %s leads back to this node itself, which would take "
				 "payloads for messages of the tree",
				 hostcast_address_text(address, text));
	if (!address_is_loopback(address) || address_port(address) != node_data_port(v->node))
		return 0;
	return error_set(error, HOSTCAST_INVALID,
			 "--deliver %s leads back to this node's own data port, where payloads "
			 "enter the tree: they would go round for ever",
			 hostcast_address_text(address, text));
}

static int open_program(struct node_verb *v, struct error *error)
{
	union hostcast_address address;
	int status;

	v->program.fd = -1;
	if (!v->options->deliver)
		return 0;
	status = parse_local_program(v->options->deliver, &address, error);
	return status < 0 ? status : local_program_open(&v->program, &address, error);
}

static int open_node(struct node_verb *v, struct error *error)
{
	const struct node_verb_options *o = v->options;
	const struct tree_hooks hooks = {on_event, on_notice, v};
	int family = common_family(&o->common);
	struct wire_network allowed[LIST_MAX];
	struct node_options options = {
		.data_port = o->data_port == NOT_GIVEN ? DATA_PORT : (int)o->data_port,
		.is_data_port_optional = o->data_port == NOT_GIVEN,
		.children_most = (unsigned)o->children_most,
		.timers = o->timers,
		.receive_buffer = o->receive_buffer == NOT_GIVEN ? 0 : (size_t)o->receive_buffer,
		.allowed = allowed,
		.allowed_count = o->allowed.count,
		.no_fragment = o->common.no_fragment,
		.no_trains = o->common.no_trains,
	};
	union hostcast_address address;

	if (parse_rendezvous(o->rendezvous, family, &options.rendezvous, error) < 0 ||
	    parse_listen(o->listen, options.rendezvous.any.sa_family, &options.listen, error) < 0 ||
	    parse_allowed(&o->allowed, allowed, error) < 0)
		return error->code;
	v->node = node_new(&options, &hooks, error);
	if (!v->node || (v->options->deliver && check_program(v, error) < 0))
		return error->code;
	address = node_address(v->node);
	tell_listening(&v->session, &address, node_data_port(v->node));
	return 0;
}

/* A child that is heard no sooner than this would be forgotten (docs/protocol.md, section 8). */
static int64_t latest_refresh_ns(const struct timers *timers)
{
	return timers->refresh_ns + ATTEMPTS * timers->retry_ns;
}

static void tell_timers(struct node_verb *v)
{
	const struct timers *timers = &v->options->timers;
	int64_t latest_ns = latest_refresh_ns(timers);

	if (timers->hold_ns <= latest_ns)
		session_notice(&v->session,
			       "children are forgotten after --hold %g s, which is not longer than "
			       "the %g s after which they may be heard again (--refresh and %d "
			       "times --retry)",
			       (double)timers->hold_ns / (double)NS_PER_S,
			       (double)latest_ns / (double)NS_PER_S, ATTEMPTS);
}

static int start(struct node_verb *v)
{
	static const struct input_events input = {.line = on_line, .end = on_end};
	struct error error;
	int status;

	session_never_wait(&v->session); /* others hang on this node */
	if (open_program(v, &error) < 0 || open_node(v, &error) < 0)
		return session_fail(&v->session, &error);
	status = session_watch(&v->session, node_fd(v->node), on_ready, v);
	if (status != EXIT_DONE)
		return status;
	tell_timers(v);
	if (v->options->from_input)
		v->input = input_new(&v->session, "> ", &input, v);
	return v->session.status;
}

static int run(const char *command, const struct node_verb_options *options,
	       enum delivery_output output)
{
	static const struct session_events events = {.summary = summary, .stop = on_stop};
	struct node_verb v = {
		.options = options,
		.output = output,
		.is_out_terminal = isatty(STDOUT_FILENO),
	};
	int status = session_begin(&v.session, command, &options->common, &events, &v);

	if (status != EXIT_DONE)
		return status;
	status = start(&v);
	if (status == EXIT_DONE)
		session_run(&v.session);
	input_free(v.input);
	if (v.node)
		node_leave(v.node); /* T-15, whatever the end */
	node_free(v.node);
	local_program_close(&v.program);
	return session_done(&v.session);
}

static bool parse_output(const char *text, enum delivery_output *output)
{
	static const char *const NAMES[] = {"text", "raw", "none"};

	for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
		if (strcmp(text, NAMES[i]) == 0) {
			*output = (enum delivery_output)i;
			return true;
		}
	}
	return false;
}

static bool are_long_enough(const struct timers *timers)
{
	return timers->refresh_ns >= NS_PER_MS && timers->hold_ns >= NS_PER_MS &&
	       timers->retry_ns >= NS_PER_MS;
}

int verb_node(int argc, char **argv)
{
	struct node_verb_options o = {
		.common = COMMON_OPTIONS_DEFAULT,
		.output = "text",
		.data_port = NOT_GIVEN,
		.children_most = CHILDREN_DEFAULT,
		.receive_buffer = NOT_GIVEN,
		.timers = TIMERS_DEFAULT,
	};
	const struct option_row rows[] = {
		TEXT_ROW("rdv", 0, &o.rendezvous, "HOST[:PORT]",
			 "the rendezvous point (port 10000 unless named)"),
		ROW_LISTEN(&o.listen),
		NUMBER_ROW("data-port", 0, &o.data_port, "N",
			   "port for payloads of this host (default 10001; 0: any)", 0, 65535),
		NUMBER_ROW("children", 0, &o.children_most, "N", "children at the most (default 3)",
			   0, CHILDREN_MAX),
		TEXT_ROW("deliver", 0, &o.deliver, "ADDR:PORT",
			 "send every payload to this program on this host, too"),
		TEXT_ROW("output", 'o', &o.output, "HOW",
			 "payloads on standard output: text (a line each), raw or none"),
		FLAG_ROW("stdin", 0, &o.from_input, "each line of standard input is a payload"),
		ROW_ALLOW(&o.allowed),
		SECONDS_ROW("refresh", 0, &o.timers.refresh_ns, "SECONDS",
			    "between two requests to the parent (default 120)"),
		SECONDS_ROW("hold", 0, &o.timers.hold_ns, "SECONDS",
			    "until a silent child is forgotten (default 180)"),
		SECONDS_ROW("retry", 0, &o.timers.retry_ns, "SECONDS",
			    "until an unanswered request is repeated (default 1)"),
		SECONDS_ROW("cache", 0, &o.timers.cache_ns, "SECONDS",
			    "how long the root's address is remembered (default 60)"),
		ROW_RCVBUF(&o.receive_buffer),
		ROW_BUSY_POLL(&o.common.busy_poll),
		ROW_NO_FRAGMENT(&o.common.no_fragment),
		ROW_NO_TRAINS(&o.common.no_trains),
		ROW_IPV4(&o.common.ipv4),
		ROW_IPV6(&o.common.ipv6),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
		FLAG_ROW("verbose", 'v', &o.common.verbose, "tell of all that happens in the tree"),
	};
	const struct command command = {
		.name = "hostcast node",
		.usage = "--rdv HOST[:PORT] [OPTION]...",
		.about = "Be a member of a tree: find a parent, print what comes from it, and pass "
			 "it on to the\nchildren. Datagrams to the data port of this host go to "
			 "everybody in the tree.",
		.examples = "  hostcast rdv                         the rendezvous point, at "
			    "192.0.2.1\n"
			    "  hostcast node --rdv 192.0.2.1        a node, on each of the other "
			    "hosts\n"
			    "  echo hello | nc -u -q0 127.0.0.1 10001   to everybody, from any of "
			    "them\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	enum delivery_output output = OUTPUT_TEXT;
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	if (first < argc)
		return options_usage_error(
			&command, "'%s' is no option (the rendezvous point goes with --rdv)",
			argv[first]);
	if (!o.rendezvous)
		return options_usage_error(&command, "--rdv HOST[:PORT] is missing");
	if (!parse_output(o.output, &output))
		return options_usage_error(&command, "--output '%s' must be text, raw or none",
					   o.output);
	if (o.common.json && output == OUTPUT_RAW)
		return options_usage_error(&command, "--output raw and --json do not go together");
	if (!are_long_enough(&o.timers))
		return options_usage_error(
			&command, "--refresh, --hold and --retry must be at least 0.001 seconds");
	return run(command.name, &o, output);
}
