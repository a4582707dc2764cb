/* hostcast recv: join groups, or trees, and print what arrives. */
#include "hostcast.h"
#include "json.h"
#include "net/target.h"
#include "session.h"
#include "show.h"
#include "tree_options.h"
#include "verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BATCHES_A_TURN = 16 };

struct recv_options {
	struct common_options common;
	const char *source;
	struct text_list blocked;
	struct optional_text ack;
	bool raw, join;
	const char *output;
	int64_t receive_buffer;
	struct tree_options tree;
	struct show_options show;
};

struct receiver {
	struct session session;
	struct hostcast *handle;
	const struct recv_options *options;
	int out_fd; /* the file of --output; -1: none */
	struct show_memory memory;
	uint64_t received;
	uint64_t acknowledged, ack_failed;
	struct loop_timer idle; /* --wait: nothing came for so long */
};

/* ---- Messages ---- */

static void acknowledge(struct receiver *r, const struct hostcast_message *message)
{
	const char *text = r->options->ack.text;
	int code = hostcast_send_to(r->handle, &message->source, text, strlen(text));

	if (code == 0) {
		r->acknowledged++;
		return;
	}
	if (r->ack_failed++ == 0) /* the summary counts the others */
		session_notice(&r->session, "an acknowledgement was not sent: %s",
			       hostcast_error_text(r->handle));
}

static void show(struct receiver *r, const struct hostcast_message *message)
{
	const struct recv_options *options = r->options;
	struct text *out = &r->session.out;

	if (options->join)
		return;
	if (options->raw)
		text_add(out, message->data, message->size);
	else if (options->common.json)
		show_json(out, message);
	else
		show_text(out, message, &options->show, &r->memory);
	session_result(&r->session);
}

static bool is_complete(const struct receiver *r)
{
	int64_t count = r->options->common.count;

	return count != NOT_GIVEN && r->received >= (uint64_t)count;
}

static void take_message(struct receiver *r, const struct hostcast_message *message)
{
	if (message->flags & HOSTCAST_ANSWER)
		return; /* to the socket that acknowledges: no message, and never acknowledged */
	r->received++;
	show(r, message);
	if (r->options->ack.is_given)
		acknowledge(r, message);
}

static void restart_idle_timer(struct receiver *r)
{
	struct loop *loop = r->session.loop;

	if (r->options->common.wait_ns != NOT_GIVEN)
		loop_set_timer(loop, &r->idle,
			       monotime_add(loop_now(loop), r->options->common.wait_ns));
}

/* Takes one batch; returns how many messages it had, or an error code. */
static int take_batch(struct receiver *r)
{
	struct hostcast_message messages[HOSTCAST_BATCH];
	int count = hostcast_receive(r->handle, messages, HOSTCAST_BATCH);

	for (int i = 0; i < count && !is_complete(r); i++)
		take_message(r, &messages[i]);
	if (is_complete(r))
		session_end(&r->session, EXIT_DONE);
	else if (count < 0 && count != HOSTCAST_ADDRESS) /* that: an ICMP error to an answer */
		session_fail_handle(&r->session, r->handle, count);
	return count;
}

/* A full batch says that more is waiting; other events get their turn after a few. */
static void on_ready(void *context, uint32_t events)
{
	struct receiver *r = context;
	uint64_t before = r->received;

	(void)events;
	for (int i = 0; i < BATCHES_A_TURN; i++)
		if (take_batch(r) < HOSTCAST_BATCH || is_complete(r))
			break;
	if (r->received > before)
		restart_idle_timer(r);
	session_print_notices(&r->session, r->handle); /* of a tree there is always news */
}

/* ---- The end ---- */

/* Nothing more will come, though it was wanted. */
static void end_incomplete(void *context)
{
	struct receiver *r = context;

	session_end(&r->session, common_deadline_status(&r->options->common, r->received > 0));
}

static void on_stop(void *context)
{
	struct receiver *r = context;

	session_end(&r->session,
		    common_is_endless(&r->options->common) ? EXIT_DONE : EXIT_CUT_SHORT);
}

static void summary_json(struct receiver *r)
{
	struct text *out = &r->session.out;

	json_begin_event(out, "summary");
	json_integer(out, "messages", (int64_t)r->received);
	if (r->options->ack.is_given) {
		json_integer(out, "acknowledged", (int64_t)r->acknowledged);
		json_integer(out, "ack_failed", (int64_t)r->ack_failed);
	}
	show_counters_json(out, r->handle);
	json_integer(out, "output_dropped", (int64_t)r->session.outlet.dropped);
	json_end_event(out);
}

static void summary_text(struct receiver *r)
{
	uint64_t drops = show_counter(r->handle, "kernel_drops");
	struct text line = {0};

	show_quantity(&line, r->received, "message", "messages");
	text_add_string(&line, ", ");
	show_quantity(&line, show_counter(r->handle, "received_bytes"), "byte", "bytes");
	if (r->options->ack.is_given) {
		text_addf(&line, ", %llu acknowledged", (unsigned long long)r->acknowledged);
		if (r->ack_failed > 0)
			text_addf(&line, ", %llu not", (unsigned long long)r->ack_failed);
	}
	/* The kernel counts a train that it drops as one. */
	text_addf(&line, "; dropped by the kernel: %s%llu",
		  drops > 0 && !r->options->common.no_trains ? "at least " : "",
		  (unsigned long long)drops);
	if (drops > 0)
		text_add_string(&line, " (the receive buffer was full; raise --rcvbuf)");
	if (show_counter(r->handle, "tree_dropped") > 0)
		text_addf(&line, "; from strangers to the tree, dropped: %llu",
			  (unsigned long long)show_counter(r->handle, "tree_dropped"));
	if (r->session.outlet.dropped > 0)
		text_addf(&line, "; output_dropped: %llu (not read fast enough)",
			  (unsigned long long)r->session.outlet.dropped);
	session_summary_line(&r->session, text_string(&line));
	text_done(&line);
}

static void summary(void *context)
{
	struct receiver *r = context;

	if (r->options->common.json && !r->options->raw)
		summary_json(r);
	else
		summary_text(r);
}

/* ---- The beginning ---- */

static int open_output(struct receiver *r)
{
	const char *name = r->options->output;
	int fd;

	if (!name)
		return EXIT_DONE;
	loop_release_signals(); /* a pipe waits for its reader */
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	loop_hold_signals();
	if (fd < 0) {
		session_error(&r->session, "cannot open %s for writing: %s", name, strerror(errno));
		session_end(&r->session, EXIT_REFUSED);
		return EXIT_REFUSED;
	}
	r->out_fd = fd;
	session_set_output(&r->session, fd, name);
	return EXIT_DONE;
}

static int open_target(struct receiver *r, const char *target)
{
	char with_source[512];

	if (r->options->source) {
		snprintf(with_source, sizeof with_source, "%s@%s", r->options->source, target);
		target = with_source;
	}
	return session_open_target(r->handle, target, HOSTCAST_RECEIVE);
}

static int open_targets(struct receiver *r, int argc, char **targets)
{
	const struct recv_options *options = r->options;
	bool details = options->common.json || options->show.details || options->show.time;
	int code = hostcast_set_details(r->handle, details);

	for (size_t i = 0; code == 0 && i < options->blocked.count; i++)
		code = hostcast_set_blocked(r->handle, options->blocked.list[i]);
	if (code == 0)
		code = tree_options_apply(&options->tree, r->handle);
	if (code == 0 && options->receive_buffer != NOT_GIVEN)
		code = hostcast_set_buffers(r->handle, 0, (size_t)options->receive_buffer);
	for (int i = 0; code == 0 && i < argc; i++)
		code = open_target(r, targets[i]);
	if (code < 0)
		return session_fail_handle(&r->session, r->handle, code);
	session_print_notices(&r->session, r->handle);
	return EXIT_DONE;
}

static bool names_tree(int argc, char **targets)
{
	for (int i = 0; i < argc; i++)
		if (target_names_tree(targets[i]))
			return true;
	return false;
}

static int start(struct receiver *r, int argc, char **targets)
{
	int status = open_output(r);

	if (names_tree(argc, targets))
		session_never_wait(&r->session); /* others hang on this node */
	if (status == EXIT_DONE)
		status = open_targets(r, argc, targets);
	if (status != EXIT_DONE)
		return status;
	status = session_watch(&r->session, hostcast_fd(r->handle), on_ready, r);
	if (status != EXIT_DONE)
		return status;
	r->idle = (struct loop_timer){.function = end_incomplete, .context = r};
	restart_idle_timer(r);
	return EXIT_DONE;
}

static int run(const char *command, const struct recv_options *options, int argc, char **targets)
{
	static const struct session_events events = {
		.summary = summary,
		.stop = on_stop,
		.deadline = end_incomplete,
	};
	struct receiver r = {.options = options, .out_fd = -1};
	int status = session_begin(&r.session, command, &options->common, &events, &r);

	if (status != EXIT_DONE)
		return status;
	r.handle = session_new_handle(&r.session, &status);
	if (r.handle)
		status = start(&r, argc, targets);
	if (status == EXIT_DONE)
		session_run(&r.session);
	hostcast_free(r.handle);
	status = session_done(&r.session);
	if (r.out_fd >= 0)
		close(r.out_fd);
	return status;
}

/* What goes with trees alone, and what does not go with them. */
static int check_targets(const struct command *command, const struct recv_options *o, int argc,
			 char **targets)
{
	const char *tree = NULL;

	for (int i = 0; i < argc; i++) {
		if (target_names_tree(targets[i]))
			tree = targets[i];
		if (o->source && strchr(targets[i], '@'))
			return options_usage_error(command,
						   "'%s' names a source, and so does --source %s",
						   targets[i], o->source);
	}
	if (!tree && tree_options_are_given(&o->tree))
		return options_usage_error(
			command, "--listen and --allow are for trees (tree://HOST[:PORT])");
	if (tree && o->ack.is_given)
		return options_usage_error(
			command,
			"--ack does not go with '%s': an acknowledgement goes to "
			"an address, and a tree does not tell who sent a message",
			tree);
	if (tree && (o->source || o->blocked.count > 0))
		return options_usage_error(command,
					   "--source and --block do not go with '%s': a tree does "
					   "not tell who sent a message",
					   tree);
	return EXIT_DONE;
}

int verb_recv(int argc, char **argv)
{
	struct recv_options o = {
		.common = COMMON_OPTIONS_DEFAULT,
		.ack.text = "ack",
		.receive_buffer = NOT_GIVEN,
	};
	const struct option_row rows[] = {
		ROW_INTERFACE(&o.common.interfaces),
		ROW_PORT(&o.common.port, "port of groups that name none (default 5004)"),
		TEXT_ROW("source", 0, &o.source, "ADDR", "only from this source (as SOURCE@GROUP)"),
		LIST_ROW("block", 0, &o.blocked, "SOURCE", "not from this source (again for more)"),
		OPTIONAL_TEXT_ROW("ack", 'a', &o.ack, "TEXT",
				  "answer each message (default text: ack)"),
		ROW_COUNT(&o.common.count, "end after N messages"),
		ROW_WAIT(&o.common.wait_ns, "end when nothing has come for so long"),
		ROW_DEADLINE(&o.common.deadline_ns),
		FLAG_ROW("time", 0, &o.show.time, "show when each message came"),
		FLAG_ROW("hex", 'x', &o.show.hex, "show payloads in hexadecimal"),
		FLAG_ROW("raw", 0, &o.raw, "write payloads as they came, and nothing else"),
		FLAG_ROW("join", 0, &o.join, "join and stay silent"),
		TEXT_ROW("output", 'o', &o.output, "FILE",
			 "write there instead of standard output"),
		ROW_RCVBUF(&o.receive_buffer),
		ROW_TREE_LISTEN(&o.tree.listen),
		ROW_TREE_ALLOW(&o.tree.allowed),
		NUMBER_ROW("ttl", 't', &o.common.ttl, "N",
			   "TTL of the answers of --ack (default: the system's)", 1, 255),
		ROW_BUSY_POLL(&o.common.busy_poll),
		ROW_NO_TRAINS(&o.common.no_trains),
		ROW_IPV4(&o.common.ipv4),
		ROW_IPV6(&o.common.ipv6),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
		FLAG_ROW("verbose", 'v', &o.show.details, "show interface and TTL of each message"),
	};
	const struct command command = {
		.name = "hostcast recv",
		.usage = "[OPTION]... {[SOURCE@]GROUP[+COUNT][:PORT] | tree://HOST[:PORT]}...",
		.about = "Join groups or trees (or listen at an address of this host) and print "
			 "what arrives.",
		.examples =
			"  hostcast recv 224.1.1.1               what anyone sends to the group\n"
			"  hostcast recv --ack 224.1.1.1:10000   and answer it\n"
			"  hostcast send 224.1.1.1 hello         the other side\n"
			"  hostcast recv tree://192.0.2.1        where the network carries no "
			"multicast\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	if (first == argc)
		return options_usage_error(&command, "a group, an address or a tree is missing");
	if (o.raw && (o.common.json || o.show.hex || o.show.time || o.join))
		return options_usage_error(
			&command, "--raw goes with none of --json, --hex, --time and --join");
	if (o.common.json && o.show.hex)
		return options_usage_error(&command, "--json and --hex do not go together");
	if (strlen(o.ack.text) > HOSTCAST_MAX_SIZE_4)
		return options_usage_error(&command,
					   "the text of --ack has %zu bytes, a datagram at most %d",
					   strlen(o.ack.text), HOSTCAST_MAX_SIZE_4);
	if (check_targets(&command, &o, argc - first, argv + first) != EXIT_DONE)
		return EXIT_USAGE;
	return run(command.name, &o, argc - first, argv + first);
}
