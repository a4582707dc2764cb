/* hostcast send: messages to a group, a host or a tree, from arguments, files or lines of input. */
#include "acks.h"
#include "base/pace.h"
#include "cli/input.h"
#include "cli/json.h"
#include "cli/messages.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "hostcast.h"
#include "net/target.h"
#include "outbox.h"
#include "responders.h"
#include "tree_wait.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>

enum {
	FILE_MAX = 1 << 20,
	DEFAULT_ACK_WAIT_MS = 500,
	DEFAULT_ROOT_WAIT_MS = 10000,
	PROBES_MAX = 1000,
	MESSAGES_A_TURN = 1024
};

struct send_options {
	struct common_options common;
	bool ack;
	int64_t expect;
	int64_t interval_ns;
	const char *rate_text; /* NULL: not given */
	struct rate rate;
	int64_t batch_delay_ns;
	const char *source;
	int64_t dscp;
	bool no_loop;
	int64_t send_buffer, receive_buffer;
	struct text_list files;
	const char *quit_word;
	const char *target;
	bool is_tree; /* the target */
};

struct sender {
	struct session session;
	const struct send_options *options;
	/* What is sent: a list that repeats, or input. */
	struct messages messages;
	struct input *input;
	uint64_t limit; /* messages in all; UINT64_MAX: until the input ends */
	uint64_t taken; /* messages sent or in the outbox */
	bool is_input_over;
	/* How it is sent: */
	struct hostcast *handle; /* plainly, through the outbox, */
	struct outbox outbox;
	struct tree_wait tree_wait;
	struct acks *acks;         /* or with acknowledgements */
	struct monotime next;      /* when the next message may go, */
	struct pace pace;          /* or at which rate */
	struct monotime batch_due; /* when what is in the outbox has waited long enough */
	struct loop_timer timer;
	uint64_t answers; /* that came to messages that asked for none */
};

/* ---- Handles ---- */

static int set_up(struct hostcast *handle, const struct send_options *o)
{
	int code = o->source ? hostcast_set_source(handle, o->source) : 0;

	if (code == 0 && o->dscp != NOT_GIVEN)
		code = hostcast_set_dscp(handle, (int)o->dscp);
	if (code == 0 && o->no_loop)
		code = hostcast_set_loop(handle, false);
	if (code == 0)
		code = hostcast_set_buffers(
			handle, o->send_buffer == NOT_GIVEN ? 0 : (size_t)o->send_buffer,
			o->receive_buffer == NOT_GIVEN ? 0 : (size_t)o->receive_buffer);
	return code;
}

static struct hostcast *open_handle(void *context)
{
	struct sender *s = context;
	struct hostcast *handle;
	int status, code;

	handle = session_new_handle(&s->session, &status);
	if (!handle)
		return NULL;
	code = set_up(handle, s->options);
	if (code == 0 && s->taken == 0)
		code = session_open_target(handle, s->options->target, HOSTCAST_SEND);
	else if (code == 0)
		code = hostcast_open(handle, s->options->target, HOSTCAST_SEND);
	if (code < 0) {
		session_fail_handle(&s->session, handle, code);
		hostcast_free(handle);
		return NULL;
	}
	if (s->taken == 0) /* with acknowledgements each message has a handle: said once */
		session_print_notices(&s->session, handle);
	return handle;
}

/* ---- Sending ---- */

static bool is_all_taken(const struct sender *s)
{
	return s->is_input_over || s->taken >= s->limit;
}

/* Takes in what has come back: answers nobody asked for are counted, and so are refusals. */
static int drain(struct sender *s)
{
	struct hostcast_message messages[HOSTCAST_BATCH];
	int count = hostcast_receive(s->handle, messages, HOSTCAST_BATCH);

	if (count < 0 && count != HOSTCAST_ADDRESS)
		return session_fail_handle(&s->session, s->handle, count);
	if (count > 0)
		s->answers += (uint64_t)count;
	session_print_notices(&s->session, s->handle);
	return EXIT_DONE;
}

static uint64_t held(const struct sender *s)
{
	return s->options->is_tree ? show_counter(s->handle, "tree_held") : 0;
}

/* On their way into a tree: came back too often, or the system refused to send them. */
static uint64_t lost(const struct sender *s)
{
	return show_counter(s->handle, "tree_lost") + show_counter(s->handle, "tree_unsent");
}

static int plain_status(struct sender *s)
{
	int status = drain(s);

	if (status == EXIT_DONE && lost(s) > 0) {
		session_error(&s->session,
			      "%" PRIu64 " %s lost: no root took %s (tree_lost), or the system "
			      "refused to send (tree_unsent)",
			      lost(s), lost(s) == 1 ? "message is" : "messages are",
			      lost(s) == 1 ? "it" : "them");
		return EXIT_PARTIAL;
	}
	if (status != EXIT_DONE || show_counter(s->handle, "refused") == 0)
		return status;
	if (s->options->is_tree)
		session_error(&s->session,
			      "the root of the tree does not listen any more (ICMP): what was sent "
			      "to it is lost, and will be until the tree has another one");
	else
		session_error(&s->session, "%s", hostcast_error_text(s->handle));
	return EXIT_ADDRESS;
}

static void end_if_done(struct sender *s)
{
	if (!is_all_taken(s) || s->outbox.count > 0 || (s->acks && acks_are_awaited(s->acks)))
		return;
	if (s->options->is_tree && !tree_wait_is_over(&s->tree_wait))
		return;
	if (s->acks)
		session_end(&s->session, acks_status(s->acks));
	else
		session_end(&s->session, plain_status(s));
}

static void it_may_be_over(void *context)
{
	end_if_done(context);
}

static void count_taken(struct sender *s, size_t size)
{
	s->taken++;
	if (s->options->common.verbose)
		session_notice(&s->session, "message %" PRIu64 ", %zu byte%s", s->taken, size,
			       size == 1 ? "" : "s");
}

static void take(struct sender *s, const void *data, size_t size)
{
	int code;

	if (s->acks) {
		if (acks_send(s->acks, data, size) == EXIT_DONE)
			count_taken(s, size);
		/* Counted from when it was sent, so that the wait for its answers is over first. */
		s->next = monotime_add(loop_now(s->session.loop), s->options->interval_ns);
		return;
	}
	s->next = monotime_add(loop_now(s->session.loop), s->options->interval_ns);
	pace_went(&s->pace, size);
	if (s->outbox.count == 0)
		s->batch_due = monotime_add(loop_now(s->session.loop), s->options->batch_delay_ns);
	code = outbox_add(&s->outbox, data, size);
	if (code != HOSTCAST_NO_MEMORY)
		count_taken(s, size); /* it is in the outbox, also if that cannot be sent */
	if (code < 0)
		session_fail_handle(&s->session, s->handle, code);
}

static bool has_time_come(struct sender *s)
{
	struct monotime now = loop_now(s->session.loop);

	if (!s->options->rate_text)
		return !monotime_is_before(now, s->next);
	pace_advance(&s->pace, now);
	return pace_may_go(&s->pace);
}

static bool may_take(struct sender *s)
{
	return s->session.status == EXIT_DONE && !is_all_taken(s) && !s->outbox.is_blocked &&
	       has_time_come(s);
}

/* When to look whether the next message may go. */
static struct monotime next_look(const struct sender *s)
{
	size_t size = s->messages.count > 0 ? s->messages.list[0].size : 0;

	if (!s->options->rate_text)
		return s->next;
	return pace_next(&s->pace, loop_now(s->session.loop), HOSTCAST_BATCH, size);
}

/* Others may come and leave together with what is there (--batch-delay). */
static bool is_gathering(const struct sender *s)
{
	return !is_all_taken(s) && monotime_is_before(loop_now(s->session.loop), s->batch_due);
}

static void arrange(struct sender *s)
{
	struct monotime now = loop_now(s->session.loop), next = MONOTIME_NEVER;

	if (s->outbox.is_blocked)
		return; /* its descriptor tells */
	if (!is_all_taken(s) && !may_take(s))
		next = next_look(s);
	else if (!s->input && may_take(s)) /* later than now, so that it is another turn */
		next = monotime_add(now, 1);
	if (s->outbox.count > 0)
		next = monotime_earlier(next, s->batch_due);
	if (monotime_is_before(next, MONOTIME_NEVER))
		loop_set_timer(s->session.loop, &s->timer, next);
}

/* Takes what may go now, sends what is gathered, and arranges for the rest. */
static void go_on(void *context)
{
	struct sender *s = context;
	int code;

	/* So many, that signals and the deadline get their turn. */
	for (int i = 0; i < MESSAGES_A_TURN && !s->input && may_take(s); i++) {
		const struct text *message = &s->messages.list[s->taken % s->messages.count];

		take(s, message->bytes, message->size);
	}
	code = s->outbox.is_blocked || is_gathering(s) ? 0 : outbox_send(&s->outbox);
	if (code < 0) {
		session_fail_handle(&s->session, s->handle, code);
		return;
	}
	if (s->options->is_tree)
		tree_wait_look(&s->tree_wait);
	if (s->input && may_take(s))
		input_resume(s->input);
	arrange(s);
	end_if_done(s);
}

static void on_ready(void *context, uint32_t events)
{
	struct sender *s = context;
	int code;

	(void)events;
	if (drain(s) != EXIT_DONE || (!s->outbox.is_blocked && !s->options->is_tree))
		return;
	/* It also tells when there is room; what waits for that goes before anything is added. */
	code = s->outbox.is_blocked ? outbox_send(&s->outbox) : 0;
	if (code < 0)
		session_fail_handle(&s->session, s->handle, code);
	else
		go_on(s);
}

/* ---- Input ---- */

static bool is_quit_word(const struct sender *s, const char *line, size_t size)
{
	const char *word = s->options->quit_word;

	if (!word && !input_is_terminal(s->input))
		return false;
	word = word ? word : "quit";
	return size == strlen(word) && strncasecmp(line, word, size) == 0;
}

static void on_end(void *context)
{
	struct sender *s = context;

	s->is_input_over = true;
	go_on(s);
}

static void on_line(void *context, const char *line, size_t size)
{
	struct sender *s = context;

	if (is_quit_word(s, line, size)) {
		input_pause(s->input);
		on_end(s);
		return;
	}
	take(s, line, size);
	if (s->session.status != EXIT_DONE || !may_take(s))
		input_pause(s->input);
	/* Lines that came together leave together: what stands in the outbox goes when the
	 * descriptor has been read, at the latest with the next turn of the loop. */
	loop_set_timer(s->session.loop, &s->timer, loop_now(s->session.loop));
}

/* ---- The end ---- */

static void on_stop(void *context)
{
	struct sender *s = context;
	bool is_endless = s->limit == UINT64_MAX && s->options->common.deadline_ns == NOT_GIVEN;

	if (is_endless)
		session_end(&s->session, held(s) > 0 ? EXIT_PARTIAL : EXIT_DONE);
	else
		session_end(&s->session, EXIT_CUT_SHORT);
}

static void on_deadline(void *context)
{
	struct sender *s = context;
	int status = EXIT_DONE;

	if (s->acks) {
		acks_give_up(s->acks);
		status = acks_status(s->acks);
	}
	if (status == EXIT_DONE && ((s->limit != UINT64_MAX && s->taken < s->limit) || held(s) > 0))
		status = EXIT_PARTIAL;
	session_end(&s->session, status);
}

/* Messages that should have gone, but the run ended before. */
static uint64_t unsent(const struct sender *s)
{
	bool is_cut_short = s->session.is_ended && s->messages.count > 0;

	return s->outbox.count + held(s) + (is_cut_short ? s->limit - s->taken : 0);
}

static uint64_t sent(const struct sender *s)
{
	return s->taken - s->outbox.count - held(s);
}

static void summary_json(struct sender *s)
{
	struct text *out = &s->session.out;

	json_begin_event(out, "summary");
	json_integer(out, "messages", (int64_t)sent(s));
	json_integer(out, "unsent", (int64_t)unsent(s));
	json_integer(out, "answers", (int64_t)s->answers);
	show_counters_json(out, s->handle);
	json_end_event(out);
}

static void show_refusals(struct text *line, uint64_t refusals)
{
	text_add_string(line, "; refused ");
	show_quantity(line, refusals, "time", "times");
}

static void add_datagrams(struct text *line, const struct hostcast *handle)
{
	text_add_string(line, " (");
	show_quantity(line, show_counter(handle, "sent"), "datagram", "datagrams");
	text_add_string(line, ", ");
	show_quantity(line, show_counter(handle, "sent_bytes"), "byte", "bytes");
	text_add_string(line, ")");
}

static void summary_text(struct sender *s)
{
	struct text line = {0};

	show_quantity(&line, sent(s), "message", "messages");
	text_addf(&line, " sent to %s", s->options->target);
	if (held(s) == 0)
		add_datagrams(&line, s->handle);
	if (unsent(s) > 0)
		text_addf(&line, ", %" PRIu64 " not sent", unsent(s));
	if (lost(s) > 0)
		text_addf(&line, ", %" PRIu64 " lost", lost(s));
	if (s->answers > 0)
		text_addf(&line, "; %" PRIu64 " came back (--ack lists answers)", s->answers);
	if (show_counter(s->handle, "refused") > 0)
		show_refusals(&line, show_counter(s->handle, "refused"));
	session_summary_line(&s->session, text_string(&line));
	text_done(&line);
}

static void summary(void *context)
{
	struct sender *s = context;

	if (s->acks)
		acks_summary(s->acks, unsent(s));
	else if (s->options->common.json)
		summary_json(s);
	else
		summary_text(s);
}

/* ---- The beginning ---- */

static int prepare_acks(struct sender *s)
{
	const struct send_options *o = s->options;
	struct acks_settings settings = {
		.wait_ns = o->common.wait_ns,
		.expect = o->expect == NOT_GIVEN ? 0 : (uint64_t)o->expect,
		.show_numbers = s->limit > 1,
		.open = open_handle,
		.all_over = it_may_be_over,
		.context = s,
	};

	s->acks = acks_new(&s->session, &settings);
	if (s->acks)
		return EXIT_DONE;
	session_error(&s->session, "out of memory");
	return EXIT_REFUSED;
}

static int prepare_plain(struct sender *s)
{
	struct error error;

	s->handle = open_handle(s);
	if (!s->handle)
		return s->session.status;
	s->outbox = (struct outbox){.handle = s->handle};
	s->tree_wait = (struct tree_wait){
		.session = &s->session,
		.handle = s->handle,
		.patience_ns = s->options->common.wait_ns,
		.over = it_may_be_over,
		.context = s,
	};
	tree_wait_init(&s->tree_wait);
	if (loop_watch(s->session.loop, hostcast_fd(s->handle), EPOLLIN, on_ready, s, &error) < 0)
		return session_fail(&s->session, &error);
	return EXIT_DONE;
}

static int start(struct sender *s, int argc, char **arguments)
{
	static const struct input_events input_events = {.line = on_line, .end = on_end};
	const struct send_options *o = s->options;
	int status = messages_read(&s->messages, &s->session, argc, arguments, &o->files, FILE_MAX);

	if (status != EXIT_DONE)
		return status;
	if (o->common.count != NOT_GIVEN)
		s->limit = (uint64_t)o->common.count;
	else
		s->limit = s->messages.count > 0 ? s->messages.count : UINT64_MAX;
	status = o->ack ? prepare_acks(s) : prepare_plain(s);
	if (status != EXIT_DONE)
		return status;
	s->timer = (struct loop_timer){.function = go_on, .context = s};
	pace_begin(&s->pace, o->rate, loop_clock(s->session.loop));
	if (s->messages.count > 0)
		go_on(s);
	else
		s->input = input_new(&s->session, "> ", &input_events, s);
	return EXIT_DONE; /* what failed after this point has a summary */
}

static void clean_up(struct sender *s)
{
	input_free(s->input);
	acks_free(s->acks);
	outbox_done(&s->outbox);
	hostcast_free(s->handle);
	messages_done(&s->messages);
}

static int run(const char *command, const struct send_options *options, int argc, char **arguments)
{
	static const struct session_events events = {
		.summary = summary,
		.stop = on_stop,
		.deadline = on_deadline,
	};
	struct sender s = {.options = options};
	int status = session_begin(&s.session, command, &options->common, &events, &s);

	if (status != EXIT_DONE)
		return status;
	status = start(&s, argc, arguments);
	if (status == EXIT_DONE)
		status = session_run(&s.session);
	clean_up(&s);
	session_done(&s.session);
	return status;
}

static int check_rate(const struct command *command, struct send_options *o)
{
	if (!o->rate_text)
		return EXIT_DONE;
	if (o->ack || o->interval_ns != NOT_GIVEN)
		return options_usage_error(command,
					   "--rate goes with neither --ack nor --interval");
	if (rate_parse(o->rate_text, &o->rate))
		return EXIT_DONE;
	return options_usage_error(command, "--rate '%s' must be " RATE_FORM, o->rate_text);
}

/* What the table of options cannot check; also fills in defaults that depend on other options. */
static int check(const struct command *command, struct send_options *o)
{
	struct common_options *common = &o->common;
	const char *colon = o->source ? strrchr(o->source, ':') : NULL;
	bool has_source_port = colon && (strchr(o->source, ':') == colon || colon[-1] == ']');

	if (check_rate(command, o) != EXIT_DONE)
		return EXIT_USAGE;
	o->is_tree = target_names_tree(o->target);
	if (o->is_tree && o->ack)
		return options_usage_error(command,
					   "--ack does not go with '%s': answers come by address, "
					   "and in a tree nobody knows the sender's",
					   o->target);
	if (!o->ack && (o->expect != NOT_GIVEN || (common->wait_ns != NOT_GIVEN && !o->is_tree)))
		return options_usage_error(command, "--expect and --wait go with --ack");
	if (common->wait_ns == NOT_GIVEN)
		common->wait_ns =
			(o->is_tree ? DEFAULT_ROOT_WAIT_MS : DEFAULT_ACK_WAIT_MS) * NS_PER_MS;
	if (o->interval_ns == NOT_GIVEN)
		o->interval_ns = o->ack ? common->wait_ns : 0;
	if (!o->ack)
		return EXIT_DONE;
	if (has_source_port && o->interval_ns < common->wait_ns)
		return options_usage_error(command,
					   "--source with a port takes one message at a time: "
					   "--interval must be at least --wait");
	if ((common->count == NOT_GIVEN || common->count > PROBES_MAX) &&
	    o->interval_ns < common->wait_ns / PROBES_MAX)
		return options_usage_error(command,
					   "more than %d messages would wait for answers at once: "
					   "--interval must be at least --wait / %d",
					   PROBES_MAX, PROBES_MAX);
	return EXIT_DONE;
}

int verb_send(int argc, char **argv)
{
	struct send_options o = {
		.common = COMMON_OPTIONS_DEFAULT,
		.expect = NOT_GIVEN,
		.interval_ns = NOT_GIVEN,
		.dscp = NOT_GIVEN,
		.send_buffer = NOT_GIVEN,
		.receive_buffer = NOT_GIVEN,
	};
	const struct option_row rows[] = {
		ROW_INTERFACE(&o.common.interfaces),
		ROW_PORT(&o.common.port, "port of a group that names none (default 5004)"),
		ROW_TTL(&o.common.ttl),
		FLAG_ROW("ack", 'a', &o.ack, "wait for answers and list who answered"),
		NUMBER_ROW("expect", 'e', &o.expect, "N",
			   "with --ack: fewer than N receivers is an error", 1, RESPONDERS_MAX),
		ROW_WAIT(&o.common.wait_ns, "with --ack: how long for (default 0.5); tree: for a "
					    "root (10)"),
		ROW_COUNT(&o.common.count, "N messages in all, the MESSAGEs over and over"),
		SECONDS_ROW("interval", 0, &o.interval_ns, "SECONDS",
			    "time between messages (default 0; --ack: --wait)"),
		TEXT_ROW("rate", 0, &o.rate_text, "RATE",
			 "10M or 10Mbit a second, or 5kpps (default: as fast as it goes)"),
		SECONDS_ROW("batch-delay", 0, &o.batch_delay_ns, "SECONDS",
			    "a message may wait so long for others to leave with (default 0)"),
		ROW_DEADLINE(&o.common.deadline_ns),
		LIST_ROW("file", 'f', &o.files, "FILE",
			 "a message is what FILE holds (- is standard input)"),
		TEXT_ROW("source", 0, &o.source, "ADDR[:PORT]",
			 "address of this host to send from"),
		NUMBER_ROW("dscp", 0, &o.dscp, "N", "differentiated services code point", 0, 63),
		FLAG_ROW("no-loop", 0, &o.no_loop, "members on this host shall not hear it"),
		NUMBER_ROW("sndbuf", 0, &o.send_buffer, "BYTES", "size of the send buffer", 1,
			   1 << 30),
		NUMBER_ROW("rcvbuf", 0, &o.receive_buffer, "BYTES",
			   "size of the receive buffer (for answers)", 1, 1 << 30),
		TEXT_ROW("quit-word", 0, &o.quit_word, "WORD",
			 "a line that ends the input (default on a terminal: quit)"),
		ROW_NO_FRAGMENT(&o.common.no_fragment),
		ROW_NO_TRAINS(&o.common.no_trains),
		ROW_IPV4(&o.common.ipv4),
		ROW_IPV6(&o.common.ipv6),
		ROW_JSON(&o.common.json),
		ROW_QUIET(&o.common.quiet),
		ROW_VERBOSE(&o.common.verbose),
	};
	const struct command command = {
		.name = "hostcast send",
		.usage = "[OPTION]... {GROUP[+COUNT][:PORT] | tree://HOST[:PORT]} [MESSAGE]...",
		.about = "Send messages to a group, a host or a tree. Without MESSAGE and --file "
			 "each line of standard\n"
			 "input is one, with a prompt on a terminal.",
		.examples = "  hostcast send 224.1.1.1 hello\n"
			    "  hostcast send --ack -c 10 --interval 1 224.1.1.1:10000 ping   who "
			    "hears, how fast\n"
			    "  hostcast recv --ack 224.1.1.1:10000                           the "
			    "other side\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	if (first == argc)
		return options_usage_error(&command, "a group, a host or a tree is missing");
	o.target = argv[first];
	if (check(&command, &o) != EXIT_DONE)
		return EXIT_USAGE;
	return run(command.name, &o, argc - first - 1, argv + first + 1);
}
