/* What every verb needs while it runs: the loop, signals, the deadline, standard output, and the
 * status with which it ends. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "base/error.h"
#include "base/text.h"
#include "exit.h"
#include "options.h"
#include "outlet.h"
#include "run/loop.h"

/* The options that mean the same in every verb. */
struct common_options {
	struct text_list interfaces;
	int64_t port;        /* NOT_GIVEN */
	int64_t ttl;         /* NOT_GIVEN */
	int64_t count;       /* NOT_GIVEN */
	int64_t wait_ns;     /* NOT_GIVEN */
	int64_t deadline_ns; /* NOT_GIVEN */
	bool ipv4, ipv6;
	bool json, quiet, verbose;
	bool no_trains, no_fragment, busy_poll;
};

#define COMMON_OPTIONS_DEFAULT                                                                 \
	{                                                                                      \
		.port = NOT_GIVEN, .ttl = NOT_GIVEN, .count = NOT_GIVEN, .wait_ns = NOT_GIVEN, \
		.deadline_ns = NOT_GIVEN                                                       \
	}

/* AF_INET or AF_INET6 with -4 or -6; AF_UNSPEC with neither or both: either. */
int common_family(const struct common_options *options);

/* Was neither a count nor a deadline given, so that a signal is the way to end? */
bool common_is_endless(const struct common_options *options);

/* The status of a run that the deadline ends: something has come, or nothing. */
int common_deadline_status(const struct common_options *options, bool has_come);

struct session;

/* What a verb does of its own at the common events; each may be NULL. */
struct session_events {
	void (*summary)(void *context);  /* print it: at SIGUSR1, and at the end of a session */
	void (*stop)(void *context);     /* SIGINT or SIGTERM; default: session_end() */
	void (*deadline)(void *context); /* default: session_end() */
};

struct session {
	const char *command; /* "hostcast send", before every diagnostic */
	const struct common_options *common;
	struct loop *loop;
	const struct session_events *events;
	void *context;
	struct text out; /* results not yet written */
	struct outlet outlet;
	const char *out_name;              /* for errors: "standard output", or the file's name */
	bool is_room_watched;              /* results wait until the outlet takes more */
	bool is_error_queued;              /* standard error is the same: lines keep their order */
	uint64_t lost;                     /* results that could not be written, */
	int lost_errno;                    /* and why; 0: none */
	void (*hide_prompt)(void *prompt); /* around every write to the terminal; NULL: no prompt */
	void (*show_prompt)(void *prompt);
	void *prompt;
	struct loop_timer deadline;
	bool is_interrupted; /* a signal ended it */
	bool is_deadline_over;
	bool is_ended; /* session_end() was called: the loop stops after this turn */
	int status;    /* of the process; set by session_fail() and session_end() */
};

/* Begins a session: signals are caught and the deadline runs. Returns 0, or, after it printed the
 * reason, the status to exit with. `common`, `events` and `context` outlive the session. */
int session_begin(struct session *session, const char *command, const struct common_options *common,
		  const struct session_events *events, void *context);

/* Runs until session_end() or session_fail(), prints the summary and returns the exit status. */
int session_run(struct session *session);

/* Waits until all that is left of results is written, says how many were lost, if any, and frees
 * what session_begin() made; to be called last, whether session_run() was or not. Returns the
 * status to exit with: the writing may have failed. */
int session_done(struct session *session);

/* Calls function while fd can be read; with --busy-poll, in every turn of the loop. Returns 0, or,
 * after it printed the reason, the status to exit with. */
int session_watch(struct session *session, int fd, loop_ready_fn *function, void *context);

/* Ends the run. The first status that is not EXIT_DONE counts. */
void session_end(struct session *session, int status);

/* Prints the error's text and ends the run with its status. Returns that status. */
int session_fail(struct session *session, const struct error *error);

/* The same for an error of a library handle: its code, its text. */
struct hostcast;
int session_fail_handle(struct session *session, const struct hostcast *handle, int code);

/* One line of diagnosis on standard error; notices are left out with --quiet. */
__attribute__((format(printf, 2, 3))) void session_error(struct session *session,
							 const char *format, ...);
__attribute__((format(printf, 2, 3))) void session_notice(struct session *session,
							  const char *format, ...);

/* The summary in text: "hostcast recv: 3 messages, ..." on standard error, unless --quiet. */
void session_summary_line(struct session *session, const char *line);

/* Prints what a handle has to tell (hostcast_notice()) as notices. */
void session_print_notices(struct session *session, struct hostcast *handle);

/* Results are added to session->out. They are written when the loop goes idle or much is waiting,
 * whichever comes first; call session_result() after each result. If they cannot be written
 * (broken pipe, full disk) that is said with the number of results lost, and the session fails. */
void session_result(struct session *session);
void session_flush(struct session *session);

/* Where results go instead of to standard output; the name is for errors. Both outlive the
 * session. */
void session_set_output(struct session *session, int fd, const char *name);

/* From now on no reader of results holds the session up, where the system allows it: they wait in
 * bounded room, and what does not fit is dropped (session->outlet.dropped, to be shown). Only
 * session_done() waits, and the session while it has a prompt. */
void session_never_wait(struct session *session);

/* hostcast_open() at the beginning of a run, which a signal may end while a name is resolved. */
int session_open_target(struct hostcast *handle, const char *target, unsigned mode);

/* A new handle of the library with the common options applied (interfaces, port, family, TTL). NULL
 * after it printed the reason; *status is then the one to exit with. */
struct hostcast *session_new_handle(struct session *session, int *status);

#endif
