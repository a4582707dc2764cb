/* The datagrams of a chat, one line of UTF-8 each; docs/chat.md states the format. Pure. */
#ifndef CLI_CHAT_FORMAT_H
#define CLI_CHAT_FORMAT_H

#include "base/text.h"

enum {
	CHAT_NAME_MAX = 32,                     /* characters */
	CHAT_NAME_SIZE = 4 * CHAT_NAME_MAX + 1, /* bytes, with a terminating zero */
};

enum chat_kind {
	CHAT_OTHER,   /* fits no form */
	CHAT_HERE,    /* "* Ada is here" */
	CHAT_JOINED,  /* "* Ada has joined" */
	CHAT_LEFT,    /* "* Ada has left" */
	CHAT_RENAMED, /* "* Ada is now Grace" */
	CHAT_TALK,    /* "Ada: text" */
};

/* A part of the datagram or line that was parsed; not terminated. */
struct span {
	const char *bytes;
	size_t size;
};

struct chat_line {
	enum chat_kind kind;
	struct span name; /* of a rename the old one */
	struct span text; /* what is said, or the new name */
};

/* What a datagram says. One LF or CRLF at its end is accepted. */
struct chat_line chat_parse(const void *bytes, size_t size);

/* Adds the datagram to out. text: what is said, or the new name; not looked at in other kinds. */
void chat_build(struct text *out, enum chat_kind kind, const char *name, struct span text);

/* What keeps these bytes from being a name ("has a colon"); NULL: nothing. */
const char *chat_name_problem(struct span name);

/* What keeps these bytes from being said; NULL: nothing. */
const char *chat_text_problem(struct span text);

/* Without the spaces, tabs and carriage returns at both ends. */
struct span span_trim(struct span span);

bool span_begins_with(struct span span, const char *beginning);

#endif
