#include "companion.h"

#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

static void on_end(void *context, uint32_t events)
{
	struct companion *c = context;

	(void)events;
	loop_forget(c->loop, c->child.fd);
	c->status = child_wait(&c->child);
	c->is_running = false;
	loop_keep_signals(c->loop, false);
	c->ended(c->context);
}

int companion_start(struct companion *c, char *const *arguments, struct error *error)
{
	const struct child_options options = {
		.arguments = arguments,
		.streams = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO},
	};

	if (child_start(&c->child, &options, error) < 0)
		return error->code;
	c->is_running = true;
	loop_keep_signals(c->loop, true);
	return loop_watch(c->loop, c->child.fd, EPOLLIN, on_end, c, error);
}

void companion_pass_signal(const struct companion *c)
{
	if (!loop_signal_is_from_terminal(c->loop))
		child_signal(&c->child, loop_signal(c->loop));
}

static bool is_terminal(int fd, const struct stat *terminal)
{
	struct stat status;

	return isatty(fd) && fstat(fd, &status) == 0 && status.st_rdev == terminal->st_rdev;
}

bool companion_has_standard_error(void)
{
	struct stat terminal;

	return isatty(STDERR_FILENO) && fstat(STDERR_FILENO, &terminal) == 0 &&
	       (is_terminal(STDIN_FILENO, &terminal) || is_terminal(STDOUT_FILENO, &terminal));
}
