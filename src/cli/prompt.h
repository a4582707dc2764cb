/* A prompt on a terminal, with line editing and history by libedit. */
#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include "input_events.h"
#include "session.h"

struct prompt;

/* Shows the prompt and reads what is typed, through the session's loop. Returns NULL, having
 * printed nothing, where there can be none: no terminal, one that cannot move its cursor, or a
 * program built without libedit. */
struct prompt *prompt_new(struct session *session, const char *text,
			  const struct input_events *events, void *context);

/* Restores the terminal. */
void prompt_free(struct prompt *prompt);

/* Without a prompt, but still reading; keys wait. */
void prompt_pause(struct prompt *prompt);
void prompt_resume(struct prompt *prompt);

#endif
