/* hostcast echo serve: sends back what comes, over TCP or UDP, and logs it. */
#include "echo.h"
#include "echo_options.h"
#include "log.h"
#include "tcp_server.h"
#include "udp_server.h"

struct serve_options {
	struct echo_options echo;
	const char *reply;
	bool time;
};

struct server {
	struct session session;
	const struct serve_options *options;
	struct echo_log log;
	struct echo_tcp_server *tcp; /* one of the two */
	struct echo_udp_server *udp;
};

static void summary(void *context)
{
	struct server *s = context;

	if (s->tcp && s->session.is_ended)
		echo_tcp_server_close_all(s->tcp);
	echo_log_summary(&s->log, s->udp ? echo_udp_server_drops(s->udp) : 0);
}

static void on_stop(void *context)
{
	struct server *s = context;

	session_end(&s->session, common_is_endless(s->session.common) ? EXIT_DONE : EXIT_CUT_SHORT);
}

static void on_deadline(void *context)
{
	struct server *s = context;

	session_end(&s->session, common_deadline_status(s->session.common, s->log.messages > 0));
}

static int start(struct server *s)
{
	const struct serve_options *o = s->options;
	union hostcast_address address;
	struct error error;

	s->log = (struct echo_log){
		.session = &s->session,
		.is_udp = o->echo.udp,
		.has_time = o->time,
		.has_local = o->echo.common.verbose,
	};
	if (echo_address(&o->echo, &address, &error) < 0)
		return session_fail(&s->session, &error);
	if (o->echo.udp)
		s->udp = echo_udp_server_new(&s->log, &address, o->reply, &error);
	else
		s->tcp = echo_tcp_server_new(&s->log, &address, o->reply, &error);
	if (!s->udp && !s->tcp)
		return session_fail(&s->session, &error);
	echo_log_listening(&s->log, &address);
	return s->session.status;
}

static int run(const char *command, const struct serve_options *options)
{
	static const struct session_events events = {
		.summary = summary,
		.stop = on_stop,
		.deadline = on_deadline,
	};
	struct server s = {.options = options};
	int status = session_begin(&s.session, command, &options->echo.common, &events, &s);

	if (status != EXIT_DONE)
		return status;
	status = start(&s);
	if (status == EXIT_DONE)
		status = session_run(&s.session);
	echo_tcp_server_free(s.tcp);
	echo_udp_server_free(s.udp);
	session_done(&s.session);
	return status;
}

int echo_serve(int argc, char **argv)
{
	struct serve_options o = {.echo.common = COMMON_OPTIONS_DEFAULT};
	struct common_options *common = &o.echo.common;
	const struct option_row rows[] = {
		ROW_TCP(&o.echo.tcp),
		ROW_UDP(&o.echo.udp),
		ROW_ADDR(&o.echo.addr,
			 "address of this host to listen at; 0.0.0.0 or :: is every one"),
		ROW_PORT(&common->port, "port to listen at"),
		TEXT_ROW("reply", 'r', &o.reply, "TEXT",
			 "answer each message (TCP: each line) with TEXT"),
		ROW_COUNT(&common->count, "end after N answers"),
		ROW_DEADLINE(&common->deadline_ns),
		FLAG_ROW("time", 0, &o.time, "show when each line was written"),
		ROW_IPV4(&common->ipv4),
		ROW_IPV6(&common->ipv6),
		ROW_JSON(&common->json),
		ROW_QUIET(&common->quiet),
		FLAG_ROW("verbose", 'v', &common->verbose,
			 "show this host's address in every line"),
	};
	const struct command command = {
		.name = "hostcast echo serve",
		.usage = "[OPTION]...",
		.about = "Send back what comes, to any number of clients at once, and log who "
			 "connected, what\n"
			 "came and what went.",
		.examples =
			"  hostcast echo serve                      for programs on this host\n"
			"  hostcast echo serve --addr 0.0.0.0       for everyone who can reach it\n"
			"  hostcast echo serve --udp --reply pong   answers each datagram with "
			"'pong'\n"
			"  hostcast echo send hello                 the other side\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	if (first < argc)
		return options_usage_error(
			&command, "'%s' is no option (an address goes with --addr)", argv[first]);
	if (o.echo.tcp && o.echo.udp)
		return options_usage_error(&command, "choose one of --tcp and --udp");
	return run(command.name, &o);
}
