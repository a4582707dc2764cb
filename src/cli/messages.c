#include "messages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_all(int fd, const char *name, size_t size_max, struct text *message,
		    struct error *error)
{
	char part[65536];
	ssize_t got;

	while ((got = read(fd, part, sizeof part)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(error, HOSTCAST_SYSTEM, errno, "cannot read %s", name);
		text_add(message, part, (size_t)got);
		if (message->size > size_max)
			return error_set(
				error, HOSTCAST_TOO_LARGE,
				"%s holds more than %zu bytes, the most that a message may have",
				name, size_max);
	}
	if (message->failed)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	return 0;
}

static int read_file(const char *name, size_t size_max, struct text *message, struct error *error)
{
	int fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	int status;

	if (fd < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot read %s", name);
	status = read_all(fd, name, size_max, message, error);
	if (fd != STDIN_FILENO)
		close(fd);
	return status;
}

int messages_read(struct messages *messages, struct session *session, int argc, char **arguments,
		  const struct text_list *files, size_t size_max)
{
	struct error error;
	int code = 0;

	messages->list = calloc((size_t)argc + files->count + 1, sizeof *messages->list);
	if (!messages->list) {
		error_set(&error, HOSTCAST_NO_MEMORY, "out of memory");
		return session_fail(session, &error);
	}
	for (int i = 0; i < argc; i++)
		text_add_string(&messages->list[messages->count++], arguments[i]);
	loop_release_signals(); /* a file may be a pipe into which nobody writes */
	for (size_t i = 0; code == 0 && i < files->count; i++)
		code = read_file(files->list[i], size_max, &messages->list[messages->count++],
				 &error);
	loop_hold_signals();
	return code < 0 ? session_fail(session, &error) : EXIT_DONE;
}

void messages_done(struct messages *messages)
{
	for (size_t i = 0; i < messages->count; i++)
		text_done(&messages->list[i]);
	free(messages->list);
}
