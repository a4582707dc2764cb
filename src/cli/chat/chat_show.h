/* How a chat is shown: lines of text, or JSON. What comes from the network is escaped. */
#ifndef CLI_CHAT_SHOW_H
#define CLI_CHAT_SHOW_H

#include "members.h"

enum chat_event_kind {
	EVENT_HERE,
	EVENT_JOIN,
	EVENT_LEAVE,
	EVENT_GONE,
	EVENT_RENAME,
	EVENT_MESSAGE,
	EVENT_PRIVATE,
};

struct chat_event {
	enum chat_event_kind kind;
	struct span name;
	const union hostcast_address *source;
	bool needs_address; /* the name alone does not tell who it is */
	struct span text;   /* of a message; of a rename the new name */
	int64_t silent_ns;  /* of one who is gone */
};

void chat_show_text(struct text *out, const struct chat_event *event);
void chat_show_json(struct text *out, const struct chat_event *event);

/* A datagram that fits no form of the chat. */
void chat_show_malformed_text(struct text *out, const struct hostcast_message *message);
void chat_show_malformed_json(struct text *out, const struct hostcast_message *message);

/* Who is here; own_name is the user's. */
void chat_show_who_text(struct text *out, const struct chat_members *members, const char *own_name,
			struct monotime now);
void chat_show_who_json(struct text *out, const struct chat_members *members, const char *own_name,
			struct monotime now);

#endif
