#include "session.h"

#include "hostcast.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

int exit_status_of(int error_code)
{
	switch (error_code) {
	case HOSTCAST_INVALID:
	case HOSTCAST_TOO_LARGE:
		return EXIT_USAGE;
	case HOSTCAST_INTERFACE:
	case HOSTCAST_ADDRESS:
		return EXIT_ADDRESS;
	default:
		return error_code < 0 ? EXIT_REFUSED : EXIT_DONE;
	}
}

/* ---- Diagnostics ---- */

enum { LINE_MAX_SIZE = 1200 };

/* A prompt does wait for its terminal: what is typed must not mix with what is half written. */
static bool never_waits(const struct session *session)
{
	return outlet_never_waits(&session->outlet) && !session->hide_prompt &&
	       session->lost_errno == 0 && !session->out.failed;
}

/* The line is written in one piece, so that those of several programs do not mix. It is not made on
 * the heap: it may be what tells that memory is short. Names in it (interfaces, files, programs)
 * may hold anything. */
__attribute__((format(printf, 3, 0))) static void
print_line(struct session *session, const char *prefix, const char *format, va_list arguments)
{
	char said[LINE_MAX_SIZE], line[2 * LINE_MAX_SIZE];
	size_t size;

	snprintf(said, sizeof said, "%s: %s", session->command, prefix);
	size = strlen(said);
	vsnprintf(said + size, sizeof said - size, format, arguments);
	size = text_harmless(line, sizeof line - 1, said);
	memcpy(line + size, "\n", sizeof "\n");
	if (session->is_error_queued && never_waits(session)) {
		text_add_string(&session->out, line);
		session_flush(session);
		return;
	}
	if (session->hide_prompt)
		session->hide_prompt(session->prompt);
	fputs(line, stderr);
	if (session->show_prompt)
		session->show_prompt(session->prompt);
}

void session_error(struct session *session, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(session, "", format, arguments);
	va_end(arguments);
}

void session_notice(struct session *session, const char *format, ...)
{
	va_list arguments;

	if (session->common->quiet)
		return;
	va_start(arguments, format);
	print_line(session, "note: ", format, arguments);
	va_end(arguments);
}

void session_summary_line(struct session *session, const char *line)
{
	session_flush(session); /* results stand before it, where both go to one terminal */
	if (!session->common->quiet)
		session_error(session, "%s", line);
}

void session_print_notices(struct session *session, struct hostcast *handle)
{
	const char *notice;

	while ((notice = hostcast_notice(handle)))
		session_notice(session, "%s", notice);
}

/* ---- Results ---- */

/* The first reason counts; how many are lost is said at the end. */
static void results_lost(struct session *session, int system)
{
	if (session->lost_errno == 0)
		session->lost_errno = system;
	session->lost += outlet_forget(&session->outlet);
	text_done(&session->out);
	session_end(session, EXIT_REFUSED);
}

static void say_what_is_lost(struct session *session)
{
	if (session->lost_errno != 0)
		session_error(session, "cannot write to %s: %s; %" PRIu64 " %s lost",
			      session->out_name, strerror(session->lost_errno), session->lost,
			      session->lost == 1 ? "result is" : "results are");
}

static void on_room(void *context, uint32_t events);

static void watch_room(struct session *session, bool is_wanted)
{
	struct error error;
	int fd = session->outlet.fd;

	if (is_wanted == session->is_room_watched)
		return;
	session->is_room_watched = is_wanted;
	if (!is_wanted)
		loop_forget(session->loop, fd);
	else if (loop_watch(session->loop, fd, EPOLLOUT, on_room, session, &error) < 0)
		session_fail(session, &error);
}

/* A reader may stop reading. While nothing blocks, a signal can end the wait. */
static int write_all(struct session *session)
{
	struct outlet *outlet = &session->outlet;
	int status = 0;

	while (status == 0 && !outlet_is_empty(outlet)) {
		if (outlet->may_stall && !loop_wait_to_write(outlet->fd))
			return -errno;
		status = outlet_write(outlet);
	}
	return status;
}

static void write_and_wait(struct session *session)
{
	int status;

	if (session->hide_prompt)
		session->hide_prompt(session->prompt);
	status = write_all(session);
	if (session->show_prompt)
		session->show_prompt(session->prompt);
	if (status < 0)
		results_lost(session, -status);
	watch_room(session, false);
}

/* What is not taken at once is written when there is room again. */
static void write_what_is_taken(struct session *session)
{
	int status = outlet_write(&session->outlet);

	if (status < 0)
		results_lost(session, -status);
	watch_room(session, !outlet_is_empty(&session->outlet));
}

static void on_room(void *context, uint32_t events)
{
	(void)events;
	write_what_is_taken(context);
}

void session_flush(struct session *session)
{
	struct outlet *outlet = &session->outlet;

	if (session->out.failed || session->lost_errno != 0) {
		results_lost(session, ENOMEM);
		return;
	}
	outlet_keep_other(outlet);
	if (outlet_is_empty(outlet))
		return;
	if (!never_waits(session))
		write_and_wait(session);
	else if (!session->is_room_watched)
		write_what_is_taken(session);
}

static void tell_dropped(struct session *session)
{
	session_notice(session,
		       "%s is not read fast enough: more than %d MiB wait for its reader, and "
		       "results that come meanwhile are dropped (the summary counts them: "
		       "output_dropped); a file takes them all",
		       session->out_name, OUTLET_ROOM / (1024 * 1024));
}

void session_result(struct session *session)
{
	struct outlet *outlet = &session->outlet;

	if (!outlet_keep_result(outlet) && outlet->dropped == 1)
		tell_dropped(session);
	if (outlet_has_much(outlet))
		session_flush(session);
}

void session_set_output(struct session *session, int fd, const char *name)
{
	outlet_init(&session->outlet, &session->out, fd);
	session->out_name = name;
}

void session_never_wait(struct session *session)
{
	struct stat out, error;
	int fd = session->outlet.fd;

	if (outlet_never_wait(&session->outlet))
		session->is_error_queued = fstat(fd, &out) == 0 &&
					   fstat(STDERR_FILENO, &error) == 0 &&
					   out.st_dev == error.st_dev && out.st_ino == error.st_ino;
}

/* ---- Events ---- */

static void print_summary(struct session *session)
{
	if (session->events->summary)
		session->events->summary(session->context);
	session_flush(session);
}

static void on_signal(void *context, int signal)
{
	struct session *session = context;

	if (signal == SIGUSR1) {
		print_summary(session);
		return;
	}
	session->is_interrupted = true;
	if (session->events->stop)
		session->events->stop(session->context);
	else
		session_end(session, EXIT_DONE);
}

static void on_deadline(void *context)
{
	struct session *session = context;

	session->is_deadline_over = true;
	if (session->events->deadline)
		session->events->deadline(session->context);
	else
		session_end(session, EXIT_DONE);
}

static bool is_idle_due(void *context)
{
	const struct session *session = context;

	return !outlet_is_empty(&session->outlet);
}

static void on_idle(void *context)
{
	session_flush(context);
}

/* ---- Beginning and ending ---- */

int session_begin(struct session *session, const char *command, const struct common_options *common,
		  const struct session_events *events, void *context)
{
	struct error error;

	*session = (struct session){
		.command = command,
		.common = common,
		.events = events,
		.context = context,
		.deadline = {.function = on_deadline, .context = session},
	};
	session_set_output(session, STDOUT_FILENO, "standard output");
	session->loop = loop_new(&error);
	if (!session->loop || loop_catch_signals(session->loop, on_signal, session, &error) < 0)
		goto failed;
	loop_on_idle(session->loop, is_idle_due, on_idle, session);
	if (common->deadline_ns != NOT_GIVEN)
		loop_set_timer(session->loop, &session->deadline,
			       monotime_add(loop_now(session->loop), common->deadline_ns));
	return EXIT_DONE;

failed:
	session_fail(session, &error);
	session_done(session);
	return session->status;
}

int session_done(struct session *session)
{
	if (session->lost_errno == 0 && !outlet_is_empty(&session->outlet))
		write_and_wait(session);
	say_what_is_lost(session);
	loop_free(session->loop);
	outlet_done(&session->outlet);
	text_done(&session->out);
	return session->status;
}

int session_run(struct session *session)
{
	struct error error;

	if (session->status == EXIT_DONE && loop_run(session->loop, &error) < 0)
		session_fail(session, &error);
	print_summary(session);
	return session->status;
}

void session_end(struct session *session, int status)
{
	if (session->status == EXIT_DONE)
		session->status = status;
	session->is_ended = true;
	if (session->loop)
		loop_stop(session->loop);
}

int session_fail(struct session *session, const struct error *error)
{
	session_error(session, "%s", error->text);
	session_end(session, exit_status_of(error->code));
	return exit_status_of(error->code);
}

int session_watch(struct session *session, int fd, loop_ready_fn *function, void *context)
{
	struct error error;

	if (session->common->busy_poll)
		loop_spin(session->loop, function, context);
	else if (loop_watch(session->loop, fd, EPOLLIN, function, context, &error) < 0)
		return session_fail(session, &error);
	return EXIT_DONE;
}

int session_fail_handle(struct session *session, const struct hostcast *handle, int code)
{
	session_error(session, "%s",
		      code == HOSTCAST_NO_MEMORY ? hostcast_strerror(code)
						 : hostcast_error_text(handle));
	session_end(session, exit_status_of(code));
	return exit_status_of(code);
}

/* ---- Handles ---- */

int common_family(const struct common_options *options)
{
	if (options->ipv4 == options->ipv6)
		return AF_UNSPEC;
	return options->ipv4 ? AF_INET : AF_INET6;
}

bool common_is_endless(const struct common_options *options)
{
	return options->count == NOT_GIVEN && options->deadline_ns == NOT_GIVEN;
}

/* A run that was to count would have ended before, had all come. */
int common_deadline_status(const struct common_options *options, bool has_come)
{
	if (!has_come)
		return EXIT_NOTHING;
	return options->count != NOT_GIVEN ? EXIT_PARTIAL : EXIT_DONE;
}

static int apply_common(struct hostcast *handle, const struct common_options *common)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < common->interfaces.count; i++)
		status = hostcast_set_interface(handle, common->interfaces.list[i]);
	if (status == 0 && common->port != NOT_GIVEN)
		status = hostcast_set_port(handle, (int)common->port);
	if (status == 0 && common->ttl != NOT_GIVEN)
		status = hostcast_set_ttl(handle, (int)common->ttl);
	if (status == 0)
		status = hostcast_set_family(handle, common_family(common));
	if (status == 0)
		status = hostcast_set_trains(handle, !common->no_trains);
	if (status == 0)
		status = hostcast_set_no_fragment(handle, common->no_fragment);
	if (status == 0)
		status = hostcast_set_busy_poll(handle, common->busy_poll);
	return status;
}

int session_open_target(struct hostcast *handle, const char *target, unsigned mode)
{
	int code;

	loop_release_signals();
	code = hostcast_open(handle, target, mode);
	loop_hold_signals();
	return code;
}

struct hostcast *session_new_handle(struct session *session, int *status)
{
	struct hostcast *handle = hostcast_new();
	int code;

	if (!handle) {
		session_error(session, "no memory or descriptor left for a socket (ulimit -n)");
		session_end(session, EXIT_REFUSED);
		*status = EXIT_REFUSED;
		return NULL;
	}
	code = apply_common(handle, session->common);
	if (code == 0)
		return handle;
	*status = session_fail_handle(session, handle, code);
	hostcast_free(handle);
	return NULL;
}
