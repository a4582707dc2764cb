/* hostcast echo send: messages to an echo server, one after the other, and their answers. */
#include "answers.h"
#include "cli/input.h"
#include "cli/messages.h"
#include "client.h"
#include "echo.h"
#include "echo_options.h"

#include <unistd.h>

enum { DEFAULT_WAIT_S = 3, FILE_SIZE_MAX = 64 << 20 };

struct send_options {
	struct echo_options echo;
	struct text_list files;
	int64_t interval_ns;
};

struct sender {
	struct session session;
	const struct send_options *options;
	struct echo_client_settings settings;
	const struct echo_transport *transport;
	void *client;
	bool is_ready; /* connected */
	/* What is sent: a list that repeats, or lines of input. */
	struct messages messages;
	struct text line;
	struct input *input;
	struct monotime next; /* when the next message may go */
	struct loop_timer timer;
	struct echo_message message; /* the last one sent */
	bool is_awaiting;
	bool is_closed; /* by the server, while there may be more to send */
	struct echo_answers answers;
};

/* ---- The end ---- */

/* An answer that is still awaited will not come any more. */
static void stop_awaiting(struct sender *s)
{
	if (s->is_awaiting)
		s->answers.unanswered++;
	s->is_awaiting = false;
}

static void on_stop(void *context)
{
	struct sender *s = context;
	bool is_endless =
		s->answers.limit == UINT64_MAX && s->session.common->deadline_ns == NOT_GIVEN;

	stop_awaiting(s);
	session_end(&s->session, is_endless ? echo_answers_status(&s->answers) : EXIT_CUT_SHORT);
}

static void on_deadline(void *context)
{
	struct sender *s = context;

	stop_awaiting(s);
	s->answers.is_broken_off = echo_answers_unsent(&s->answers) > 0;
	session_end(&s->session,
		    s->answers.answered == 0 ? EXIT_NOTHING : echo_answers_status(&s->answers));
}

static void summary(void *context)
{
	struct sender *s = context;

	echo_answers_summary(&s->answers, s->is_ready);
}

/* ---- Sending ---- */

static void send_message(struct sender *s, const char *bytes, size_t size)
{
	struct error error;

	s->message =
		(struct echo_message){.bytes = bytes, .size = size, .is_line = s->input != NULL};
	if (s->transport->check(s->client, size, &error) < 0) {
		session_fail(&s->session, &error);
		return;
	}
	s->next = monotime_add(loop_now(s->session.loop), s->options->interval_ns);
	s->answers.sent++;
	s->answers.sent_bytes += size;
	s->is_awaiting = true;
	s->message.is_last = !s->input && s->answers.sent == s->answers.limit;
	s->transport->send(s->client, &s->message);
}

/* Sends the next message, or lets the next line come, as soon as it may go. */
static void go_on(void *context)
{
	struct sender *s = context;
	const struct text *message;

	if (s->session.is_ended || s->is_awaiting)
		return;
	if (s->answers.sent >= s->answers.limit) {
		session_end(&s->session, echo_answers_status(&s->answers));
	} else if (monotime_is_before(loop_now(s->session.loop), s->next)) {
		loop_set_timer(s->session.loop, &s->timer, s->next);
	} else if (s->input) {
		input_resume(s->input);
	} else {
		message = &s->messages.list[s->answers.sent % s->messages.count];
		send_message(s, message->bytes, message->size);
	}
}

static void on_line(void *context, const char *line, size_t size)
{
	struct sender *s = context;

	input_pause(s->input);
	if (s->is_closed) {
		session_error(&s->session, "the connection is closed, and there is more to send");
		s->answers.is_broken_off = true;
		session_end(&s->session, echo_answers_status(&s->answers));
		return;
	}
	text_clear(&s->line);
	text_add(&s->line, line, size);
	text_add_string(&s->line, "\n");
	if (s->line.failed) {
		session_error(&s->session, "out of memory for a line");
		session_end(&s->session, EXIT_REFUSED);
		return;
	}
	send_message(s, s->line.bytes, s->line.size);
}

static void on_end(void *context)
{
	struct sender *s = context;

	s->answers.limit = s->answers.sent;
	session_end(&s->session, echo_answers_status(&s->answers));
}

/* ---- Answers ---- */

/* The server closed the connection, with nothing left to answer. Whether that is too early the next
 * line of input tells, or the end of it. */
static void on_closed(struct sender *s)
{
	s->is_closed = true;
	if (s->input && !input_is_terminal(s->input)) {
		input_resume(s->input);
		return;
	}
	s->answers.is_broken_off = echo_answers_unsent(&s->answers) > 0;
	session_end(&s->session, echo_answers_status(&s->answers));
}

static void on_answered(void *context, const struct echo_answer *answer)
{
	struct sender *s = context;

	s->is_awaiting = false;
	echo_answers_take(&s->answers, &s->message, answer);
	if (answer->ending == ECHO_END_OF_FILE)
		on_closed(s);
	else if (answer->ending != ECHO_WHOLE && s->transport == &echo_tcp)
		session_end(&s->session, echo_answers_status(&s->answers));
	else
		go_on(s);
}

static void on_unexpected(void *context, size_t size)
{
	struct sender *s = context;

	s->answers.unexpected_bytes += size;
}

/* ---- The beginning ---- */

static void on_ready(void *context)
{
	static const struct input_events input_events = {.line = on_line, .end = on_end};
	struct sender *s = context;
	char text[HOSTCAST_TEXT_SIZE];

	s->is_ready = true;
	if (s->session.common->verbose)
		session_notice(&s->session, "%s %s",
			       s->transport == &echo_tcp ? "connected to" : "sending to",
			       hostcast_address_text(&s->settings.server, text));
	if (s->messages.count > 0)
		go_on(s);
	else
		s->input = input_new(&s->session, "> ", &input_events, s);
}

static void on_failed(void *context, const struct error *error)
{
	struct sender *s = context;

	stop_awaiting(s);
	if (!s->is_ready || s->transport == &echo_udp) {
		session_fail(&s->session, error);
		return;
	}
	session_notice(&s->session, "%s", error->text);
	on_closed(s);
}

/* All messages are checked before the first one is sent. */
static int check_messages(struct sender *s)
{
	struct error error;

	for (size_t i = 0; i < s->messages.count; i++)
		if (s->transport->check(s->client, s->messages.list[i].size, &error) < 0)
			return session_fail(&s->session, &error);
	return EXIT_DONE;
}

static int start(struct sender *s, int argc, char **arguments)
{
	const struct send_options *o = s->options;
	struct error error;
	int status;

	status =
		messages_read(&s->messages, &s->session, argc, arguments, &o->files, FILE_SIZE_MAX);
	if (status != EXIT_DONE)
		return status;
	s->answers.limit = s->messages.count > 0 ? s->messages.count : UINT64_MAX;
	if (o->echo.common.count != NOT_GIVEN)
		s->answers.limit = (uint64_t)o->echo.common.count;
	if (echo_address(&o->echo, &s->settings.server, &error) < 0)
		return session_fail(&s->session, &error);
	s->client = s->transport->open(&s->settings, &error);
	if (!s->client)
		return session_fail(&s->session, &error);
	status = check_messages(s);
	if (status == EXIT_DONE && s->transport->start(s->client, &error) < 0)
		session_fail(&s->session, &error);
	return s->session.status;
}

static int run(const char *command, const struct send_options *options, int argc, char **arguments)
{
	static const struct session_events events = {
		.summary = summary,
		.stop = on_stop,
		.deadline = on_deadline,
	};
	static const struct echo_client_events client_events = {
		.ready = on_ready,
		.answered = on_answered,
		.unexpected = on_unexpected,
		.failed = on_failed,
	};
	struct sender s = {
		.options = options,
		.transport = options->echo.udp ? &echo_udp : &echo_tcp,
		.timer = {.function = go_on, .context = &s},
	};
	int status = session_begin(&s.session, command, &options->echo.common, &events, &s);

	if (status != EXIT_DONE)
		return status;
	s.settings = (struct echo_client_settings){
		.loop = s.session.loop,
		.wait_ns = options->echo.common.wait_ns,
		.events = &client_events,
		.context = &s,
	};
	s.answers = (struct echo_answers){
		.session = &s.session,
		.server = &s.settings.server,
		.transport = s.transport,
		.wait_ns = s.settings.wait_ns,
		.is_out_terminal = isatty(STDOUT_FILENO),
	};
	status = start(&s, argc, arguments);
	if (status == EXIT_DONE)
		status = session_run(&s.session);
	input_free(s.input);
	s.transport->free(s.client);
	messages_done(&s.messages);
	text_done(&s.line);
	session_done(&s.session);
	return status;
}

int echo_send(int argc, char **argv)
{
	struct send_options o = {.echo.common = COMMON_OPTIONS_DEFAULT};
	struct common_options *common = &o.echo.common;
	const struct option_row rows[] = {
		ROW_TCP(&o.echo.tcp),
		ROW_UDP(&o.echo.udp),
		ROW_ADDR(&o.echo.addr, "address or name of the server's host (default 127.0.0.1)"),
		ROW_PORT(&common->port, "port of the server"),
		LIST_ROW("file", 'f', &o.files, "FILE",
			 "a message is what FILE holds (- is standard input)"),
		ROW_WAIT(&common->wait_ns, "for the connection and each answer (default 3)"),
		ROW_COUNT(&common->count, "N messages in all, the MESSAGEs over and over"),
		SECONDS_ROW("interval", 0, &o.interval_ns, "SECONDS",
			    "least time between messages (default 0)"),
		ROW_DEADLINE(&common->deadline_ns),
		ROW_IPV4(&common->ipv4),
		ROW_IPV6(&common->ipv6),
		ROW_JSON(&common->json),
		ROW_QUIET(&common->quiet),
		FLAG_ROW("verbose", 'v', &common->verbose,
			 "tell the round-trip time of each answer"),
	};
	const struct command command = {
		.name = "hostcast echo send",
		.usage = "[OPTION]... [MESSAGE]...",
		.about = "Send messages to an echo server over one connection and print the "
			 "answers. Without\n"
			 "MESSAGE and --file each line of standard input is one, with a prompt on "
			 "a terminal.",
		.examples = "  hostcast echo send hello                     to 127.0.0.1, TCP port "
			    "55556\n"
			    "  hostcast echo send --addr 192.0.2.7 < lines  each line of a file\n"
			    "  hostcast echo send --udp -c 10 -v ping       to 127.0.0.1, UDP port "
			    "5001\n"
			    "  hostcast echo serve                          the other side\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	if (o.echo.tcp && o.echo.udp)
		return options_usage_error(&command, "choose one of --tcp and --udp");
	if (common->wait_ns == NOT_GIVEN)
		common->wait_ns = DEFAULT_WAIT_S * NS_PER_S;
	return run(command.name, &o, argc - first, argv + first);
}
