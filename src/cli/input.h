/* Lines that a person or a program writes: on a terminal with a prompt, line editing and history,
 * elsewhere plain. Lines are given without their LF; a last line without one counts. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "input_events.h"
#include "session.h"

struct input;

/* Reads standard input. prompt: what to show on a terminal ("> "). While a prompt shows, the
 * session's output goes above it and never breaks the line being typed. A line longer than
 * INPUT_LINE_MAX fails the session. Returns NULL after it printed the reason and failed the
 * session. */
struct input *input_new(struct session *session, const char *prompt,
			const struct input_events *events, void *context);

/* Restores the terminal; to be called before session_done(). NULL is allowed. */
void input_free(struct input *input);

/* Is a person typing at a terminal? */
bool input_is_terminal(const struct input *input);

/* Holds back further lines, and lets them come again, also from within the `line` event; what was
 * read already is kept. */
void input_pause(struct input *input);
void input_resume(struct input *input);

#endif
