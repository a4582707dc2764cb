#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIGNALLED = 128 }; /* what a shell adds to the number of the signal */

/* ---- Its environment ---- */

static size_t count_strings(char *const *strings)
{
	size_t count = 0;

	while (strings && strings[count])
		count++;
	return count;
}

static bool has_name_of(char *const *strings, const char *string)
{
	size_t name = strcspn(string, "=") + 1;

	for (; strings && *strings; strings++)
		if (strncmp(*strings, string, name) == 0)
			return true;
	return false;
}

/* The list is to be freed, the strings are not. */
static char **environment_with(char *const *added)
{
	char **list = calloc(count_strings(environ) + count_strings(added) + 1, sizeof *list);
	size_t count = 0;

	if (!list)
		return NULL;
	for (char *const *own = environ; own && *own; own++)
		if (!has_name_of(added, *own))
			list[count++] = *own;
	for (; added && *added; added++)
		list[count++] = *added;
	return list;
}

/* ---- The start ---- */

static int add_streams(posix_spawn_file_actions_t *actions, const int streams[static 3])
{
	int status = 0;

	for (int i = 0; status == 0 && i < 3; i++) {
		if (streams[i] == CHILD_NULL)
			status = posix_spawn_file_actions_addopen(actions, i, "/dev/null",
								  i == 0 ? O_RDONLY : O_WRONLY, 0);
		else
			status = posix_spawn_file_actions_adddup2(actions, streams[i], i);
	}
	return status;
}

static int set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int status;

	sigemptyset(&none);
	sigfillset(&all);
	status = posix_spawnattr_setsigmask(attributes, &none);
	if (status == 0)
		status = posix_spawnattr_setsigdefault(attributes, &all);
	if (status == 0)
		status = posix_spawnattr_setflags(attributes,
						  POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return status;
}

/* Returns 0 or an errno, also that of an exec() that fails in the child. */
static int spawn(pid_t *pid, const struct child_options *options, char **environment)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int status;

	posix_spawn_file_actions_init(&actions); /* cannot fail with glibc, nor can the next */
	posix_spawnattr_init(&attributes);
	status = add_streams(&actions, options->streams);
	if (status == 0)
		status = set_signals(&attributes);
	if (status == 0)
		status = posix_spawnp(pid, options->arguments[0], &actions, &attributes,
				      options->arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

int child_start(struct child *child, const struct child_options *options, struct error *error)
{
	const char *program = options->arguments[0];
	char **environment = environment_with(options->environment);
	int status;

	if (!environment)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	signal(SIGCHLD, SIG_DFL); /* where it was ignored by who started us, no status is kept */
	status = spawn(&child->pid, options, environment);
	free(environment);
	if (status == ENOENT)
		return error_set(error, HOSTCAST_REFUSED,
				 "cannot run '%s': there is no such program%s", program,
				 strchr(program, '/') ? "" : " on PATH");
	if (status != 0)
		return error_system(error, HOSTCAST_REFUSED, status, "cannot run '%s'", program);
	child->fd = pidfd_open(child->pid, 0);
	if (child->fd >= 0)
		return 0;
	status = errno;
	child_signal(child, SIGKILL);
	child_wait(child);
	return error_system(error, HOSTCAST_SYSTEM, status, "cannot watch '%s' (Linux 5.3 can)",
			    program);
}

/* ---- The end ---- */

/* Its number is not given to another process before child_wait(). */
void child_signal(const struct child *child, int signal)
{
	kill(child->pid, signal);
}

int child_wait(struct child *child)
{
	int status = 0;
	pid_t ended;

	do
		ended = waitpid(child->pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (child->fd >= 0)
		close(child->fd);
	if (ended < 0)
		return CHILD_LOST;
	return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
}
