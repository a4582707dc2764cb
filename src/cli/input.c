#include "input.h"

#include "prompt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

struct input {
	struct session *session;
	const struct input_events *events;
	void *context;
	struct prompt *prompt; /* NULL: plain lines, for which the rest is */
	struct text bytes;
	size_t next;     /* the first byte not yet given */
	size_t searched; /* up to here there is no LF after next */
	struct loop_timer give;
	bool is_paused;
	bool is_giving;
	bool is_read;  /* nothing more will come */
	bool is_ended; /* and that was told */
};

/* ---- Giving lines ---- */

static void fail(struct input *input, const struct error *error)
{
	input->is_ended = true;
	session_fail(input->session, error);
}

/* Finds the next line; the last one may lack its LF. */
static bool find_line(struct input *input, const char **line, size_t *size)
{
	const struct text *bytes = &input->bytes;
	const char *lf = NULL;
	struct error error;
	size_t end;

	if (input->searched < bytes->size)
		lf = memchr(bytes->bytes + input->searched, '\n', bytes->size - input->searched);
	end = lf ? (size_t)(lf - bytes->bytes) : bytes->size;
	input->searched = end;
	if (end - input->next > INPUT_LINE_MAX) {
		error_set(&error, HOSTCAST_TOO_LARGE,
			  "a line of standard input is longer than %d bytes", INPUT_LINE_MAX);
		fail(input, &error);
		return false;
	}
	if (!lf && (!input->is_read || end == input->next))
		return false;
	*line = bytes->bytes + input->next;
	*size = end - input->next;
	input->next = input->searched = lf ? end + 1 : end;
	return true;
}

static void drop_given(struct input *input)
{
	struct text *bytes = &input->bytes;

	if (input->next == 0)
		return;
	memmove(bytes->bytes, bytes->bytes + input->next, bytes->size - input->next);
	bytes->size -= input->next;
	input->searched -= input->next;
	input->next = 0;
}

static bool is_stopped(const struct input *input)
{
	return input->is_paused || input->is_ended || input->session->is_ended;
}

static void give_lines(struct input *input)
{
	const char *line;
	size_t size;

	input->is_giving = true;
	while (!is_stopped(input) && find_line(input, &line, &size))
		input->events->line(input->context, line, size);
	input->is_giving = false;
	drop_given(input);
	if (is_stopped(input) || !input->is_read)
		return;
	input->is_ended = true;
	input->events->end(input->context);
}

static void on_give(void *context)
{
	give_lines(context);
}

/* ---- Reading ---- */

/* The descriptor is left blocking, because it is shared with whoever started us; one read after
 * each time the loop says that there is something does not wait. */
static void on_readable(void *context, uint32_t events)
{
	struct input *input = context;
	char chunk[CHUNK];
	ssize_t size = read(STDIN_FILENO, chunk, sizeof chunk);
	struct error error;

	(void)events;
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size < 0 && errno != EIO) { /* EIO: a terminal that is gone */
		error_system(&error, HOSTCAST_SYSTEM, errno, "cannot read standard input");
		fail(input, &error);
		return;
	}
	if (size <= 0) {
		input->is_read = true;
		loop_forget(input->session->loop, STDIN_FILENO);
	} else {
		text_add(&input->bytes, chunk, (size_t)size);
	}
	if (input->bytes.failed) {
		error_set(&error, HOSTCAST_NO_MEMORY, "out of memory for a line of standard input");
		fail(input, &error);
		return;
	}
	give_lines(input);
}

static bool watch(struct input *input)
{
	struct error error;

	if (loop_watch(input->session->loop, STDIN_FILENO, EPOLLIN, on_readable, input, &error) ==
	    0)
		return true;
	fail(input, &error);
	return false;
}

/* ---- The interface ---- */

struct input *input_new(struct session *session, const char *prompt,
			const struct input_events *events, void *context)
{
	struct input *input = calloc(1, sizeof *input);
	struct error error;

	if (!input) {
		error_set(&error, HOSTCAST_NO_MEMORY, "out of memory");
		session_fail(session, &error);
		return NULL;
	}
	*input = (struct input){.session = session,
				.events = events,
				.context = context,
				.give = {.function = on_give, .context = input}};
	input->prompt = prompt_new(session, prompt, events, context);
	if (!input->prompt && !watch(input)) {
		input_free(input);
		return NULL;
	}
	return input;
}

void input_free(struct input *input)
{
	if (!input)
		return;
	if (input->prompt) {
		prompt_free(input->prompt);
	} else {
		loop_forget(input->session->loop, STDIN_FILENO);
		loop_stop_timer(input->session->loop, &input->give);
	}
	text_done(&input->bytes);
	free(input);
}

bool input_is_terminal(const struct input *input)
{
	return input->prompt || isatty(STDIN_FILENO);
}

void input_pause(struct input *input)
{
	if (input->prompt) {
		prompt_pause(input->prompt);
	} else if (!input->is_paused) {
		input->is_paused = true;
		loop_forget(input->session->loop, STDIN_FILENO);
	}
}

void input_resume(struct input *input)
{
	struct loop *loop = input->session->loop;

	if (input->prompt) {
		prompt_resume(input->prompt);
		return;
	}
	if (!input->is_paused)
		return;
	input->is_paused = false;
	if (!input->is_read && !watch(input))
		return;
	if (!input->is_giving)
		loop_set_timer(loop, &input->give, loop_now(loop));
}
