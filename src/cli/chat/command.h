/* The lines that a person types in a chat: what they ask for. Pure. */
#ifndef CLI_CHAT_COMMAND_H
#define CLI_CHAT_COMMAND_H

#include "members.h"

enum chat_command_kind {
	COMMAND_NOTHING, /* an empty line */
	COMMAND_SAY,     /* argument: the text; "//text" says "/text" */
	COMMAND_WHO,
	COMMAND_NAME,    /* argument: the new name */
	COMMAND_MESSAGE, /* argument: NAME text, or NAME@ADDRESS:PORT text */
	COMMAND_QUIT,
	COMMAND_HELP,
	COMMAND_UNKNOWN,
};

struct chat_command {
	enum chat_command_kind kind;
	struct span word;     /* as it was typed: "/who" */
	struct span argument; /* trimmed, except of COMMAND_SAY */
};

struct chat_command chat_command_parse(struct span line);

/* The commands, a line each, for /help. */
extern const char *const chat_command_help[];

/* To whom a private message goes, and where in the argument the text begins. Names may have spaces:
 * the longest that fits counts. */
struct chat_recipient {
	const struct chat_member *member; /* NULL: nobody of that name is here */
	bool is_shared;                   /* more than one is: the address must be given too */
	struct span name;                 /* as it was typed */
	struct span text;
};

struct chat_recipient chat_recipient_find(const struct chat_members *members, struct span argument);

#endif
