#include "hooks.h"

#include "run/child.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* ---- Commands ---- */

bool hook_command_parse(const char *text, struct hook_command *command)
{
	char *rest = NULL;
	size_t count = 0;

	*command = (struct hook_command){.text = strdup(text)};
	if (!command->text)
		return false;
	for (char *word = strtok_r(command->text, " \t", &rest); word;
	     word = strtok_r(NULL, " \t", &rest)) {
		if (count == HOOK_WORDS_MAX)
			return false;
		command->words[count++] = word;
	}
	return count > 0;
}

static bool is_runnable(const char *directory, size_t size, const char *program)
{
	char path[PATH_MAX];
	int used = snprintf(path, sizeof path, "%.*s%s%s", (int)size, directory,
			    size > 0 ? "/" : "", program);

	return used > 0 && (size_t)used < sizeof path && access(path, X_OK) == 0;
}

bool hook_command_is_found(const struct hook_command *command)
{
	const char *program = command->words[0], *path = getenv("PATH");

	if (strchr(program, '/'))
		return is_runnable("", 0, program);
	while (path) {
		size_t size = strcspn(path, ":");

		if (is_runnable(path, size, program))
			return true;
		path = path[size] ? path + size + 1 : NULL;
	}
	return !getenv("PATH"); /* the system's own path: not known */
}

void hook_command_done(struct hook_command *command)
{
	free(command->text);
	*command = (struct hook_command){0};
}

/* ---- One that runs, or waits ---- */

struct hook {
	const struct hook_command *command;
	char variables[HOOK_VARIABLES][HOOK_VARIABLE_SIZE];
};

struct running {
	struct hooks *hooks;
	struct child child;
	const struct hook_command *command; /* NULL: a free place */
};

struct hooks {
	struct session *session;
	hook_ended_fn *function;
	void *context;
	struct running running[HOOKS_AT_ONCE];
	struct hook waiting[HOOKS_WAITING_MAX]; /* a ring */
	size_t first, count;
	struct hook_counters counters;
	bool is_silent;
	bool is_drop_told;
};

static struct hook hook_of(const struct hook_command *command, const struct hook_cause *cause)
{
	const char *const pairs[HOOK_VARIABLES][2] = {
		{"EVENT", cause->event},         {"GROUP", cause->group},
		{"INTERFACE", cause->interface}, {"MEMBER", cause->member},
		{"SOURCE", cause->sources},      {"MORE", cause->more},
	};
	struct hook hook = {.command = command};

	for (size_t i = 0; i < HOOK_VARIABLES; i++)
		snprintf(hook.variables[i], sizeof hook.variables[i], "HOSTCAST_%s=%s", pairs[i][0],
			 pairs[i][1]);
	return hook;
}

static void start_waiting(struct hooks *hooks);

static void on_end(void *context, uint32_t events)
{
	struct running *running = context;
	struct hooks *hooks = running->hooks;
	const char *program = running->command->words[0];
	int status;

	(void)events;
	loop_forget(hooks->session->loop, running->child.fd);
	status = child_wait(&running->child);
	running->command = NULL;
	hooks->counters.failed += status != 0;
	hooks->function(hooks->context, program, status);
	start_waiting(hooks);
}

/* Standard output holds results only. */
static int start_child(struct hooks *hooks, struct running *running, struct hook *hook,
		       struct error *error)
{
	char *environment[HOOK_VARIABLES + 1];
	int stream = hooks->is_silent ? CHILD_NULL : STDERR_FILENO;
	struct child_options options = {
		.arguments = hook->command->words,
		.environment = environment,
		.streams = {CHILD_NULL, stream, stream},
	};

	for (size_t i = 0; i < HOOK_VARIABLES; i++)
		environment[i] = hook->variables[i];
	environment[HOOK_VARIABLES] = NULL;
	return child_start(&running->child, &options, error);
}

static void start(struct hooks *hooks, struct running *running, struct hook *hook)
{
	struct error error;

	if (start_child(hooks, running, hook, &error) < 0) {
		if (hooks->counters.failed++ == 0) /* the summary counts the others */
			session_error(hooks->session, "%s", error.text);
		return;
	}
	hooks->counters.run++;
	running->hooks = hooks;
	running->command = hook->command;
	if (loop_watch(hooks->session->loop, running->child.fd, EPOLLIN, on_end, running, &error) <
	    0)
		session_fail(hooks->session, &error);
}

static struct running *free_place(struct hooks *hooks)
{
	for (size_t i = 0; i < HOOKS_AT_ONCE; i++)
		if (!hooks->running[i].command)
			return &hooks->running[i];
	return NULL;
}

static void start_waiting(struct hooks *hooks)
{
	struct running *place;

	while (hooks->count > 0 && (place = free_place(hooks))) {
		struct hook *hook = &hooks->waiting[hooks->first];

		hooks->first = (hooks->first + 1) % HOOKS_WAITING_MAX;
		hooks->count--;
		start(hooks, place, hook);
	}
}

void hooks_run(struct hooks *hooks, const struct hook_command *command,
	       const struct hook_cause *cause)
{
	if (hooks->count == HOOKS_WAITING_MAX) {
		hooks->counters.dropped++;
		if (!hooks->is_drop_told)
			session_notice(hooks->session,
				       "%d programs of --on-join and --on-leave wait already; more "
				       "are dropped (the summary counts them: hooks_dropped)",
				       HOOKS_WAITING_MAX);
		hooks->is_drop_told = true;
		return;
	}
	hooks->waiting[(hooks->first + hooks->count++) % HOOKS_WAITING_MAX] =
		hook_of(command, cause);
	start_waiting(hooks);
}

/* ---- All of them ---- */

struct hooks *hooks_new(struct session *session, hook_ended_fn *function, void *context)
{
	struct hooks *hooks = calloc(1, sizeof *hooks);

	if (!hooks)
		return NULL;
	hooks->session = session;
	hooks->function = function;
	hooks->context = context;
	return hooks;
}

void hooks_free(struct hooks *hooks)
{
	if (!hooks)
		return;
	for (size_t i = 0; i < HOOKS_AT_ONCE; i++)
		if (hooks->running[i].command)
			loop_forget(hooks->session->loop, hooks->running[i].child.fd);
	free(hooks);
}

void hooks_silence(struct hooks *hooks)
{
	hooks->is_silent = true;
}

struct hook_counters hooks_counters(const struct hooks *hooks)
{
	struct hook_counters counters = hooks->counters;

	counters.waiting = hooks->count;
	return counters;
}
