/* Programs that run when a group is joined or left: without a shell, a few at once, and no more
 * wait than there is room for. */
#ifndef WATCH_HOOKS_H
#define WATCH_HOOKS_H

#include "cli/session.h"

enum {
	HOOKS_AT_ONCE = 4,
	HOOKS_WAITING_MAX = 64,
	HOOK_WORDS_MAX = 64,
	HOOK_VARIABLES = 6,
	HOOK_VARIABLE_SIZE = 1024,
};

/* A command, split at spaces and tabs; nothing in it is special. */
struct hook_command {
	char *text;                      /* in which the words stand */
	char *words[HOOK_WORDS_MAX + 1]; /* NULL at the end; none: no command */
};

/* Returns false if the text has no words, or more than HOOK_WORDS_MAX, or memory is short. */
bool hook_command_parse(const char *text, struct hook_command *command);

/* Is its program there, as far as can be told before it runs? */
bool hook_command_is_found(const struct hook_command *command);

void hook_command_done(struct hook_command *command);

/* What happened, as the program finds it in its environment. */
struct hook_cause {
	const char *event;     /* HOSTCAST_EVENT: "join" or "leave" */
	const char *group;     /* HOSTCAST_GROUP */
	const char *interface; /* HOSTCAST_INTERFACE */
	const char *member;    /* HOSTCAST_MEMBER: whose report it was; "" for this host */
	const char
		*sources; /* HOSTCAST_SOURCE: the sources it wants, with spaces between; "": any */
	const char *more; /* HOSTCAST_MORE: "1" if it wants more than these; "" */
};

/* The first word of a command that ended, and its status as a shell has it. */
typedef void hook_ended_fn(void *context, const char *program, int status);

struct hooks;

/* NULL: no memory. */
struct hooks *hooks_new(struct session *session, hook_ended_fn *function, void *context);

/* Those that still run go on by themselves, those that wait are dropped. */
void hooks_free(struct hooks *hooks);

/* Runs it, now or when another one has ended. The command outlives the hooks. */
void hooks_run(struct hooks *hooks, const struct hook_command *command,
	       const struct hook_cause *cause);

/* What they write goes nowhere: the screen is in use. */
void hooks_silence(struct hooks *hooks);

struct hook_counters {
	uint64_t run;     /* programs started */
	uint64_t failed;  /* that could not be started, or ended with a status other than 0 */
	uint64_t dropped; /* because too many waited */
	uint64_t waiting; /* now; dropped if this is the end */
};
struct hook_counters hooks_counters(const struct hooks *hooks);

#endif
