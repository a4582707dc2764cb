/* The messages that a command line gives: arguments first, then what files hold, one each. */
#ifndef CLI_MESSAGES_H
#define CLI_MESSAGES_H

#include "session.h"

struct messages {
	struct text *list;
	size_t count;
};

/* Reads them all; a file (- is standard input) may hold up to size_max bytes. Returns 0, or, after
 * it printed the reason and failed the session, the status to exit with. */
int messages_read(struct messages *messages, struct session *session, int argc, char **arguments,
		  const struct text_list *files, size_t size_max);

void messages_done(struct messages *messages);

#endif
