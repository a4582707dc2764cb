/* A chat while it runs. verb_chat.c begins and ends it, chat.c speaks and hears, chat_typed.c does
 * what is typed. */
#ifndef CLI_CHAT_H
#define CLI_CHAT_H

#include "cli/input.h"
#include "cli/tree_options.h"
#include "members.h"
#include "queue.h"

enum { CHAT_PORT = 5000, CHAT_MISSED_MAX = 3 };

struct chat_options {
	struct common_options common;
	const char *room;
	const char *name;
	int64_t presence_ns; /* between two announcements; after CHAT_MISSED_MAX a member is gone */
	bool is_tree;        /* the room: nobody has an address there */
	struct tree_options tree;
};

struct chat {
	struct session session;
	const struct chat_options *options;
	struct hostcast *handle;
	struct input *input;
	struct chat_queue queue;
	struct chat_members members;
	char name[CHAT_NAME_SIZE];
	struct loop_timer presence; /* the next announcement */
	struct monotime announced;  /* when "is here" was said for the last time */
	struct loop_timer silence;  /* the next member to be gone, if nothing is heard */
	struct loop_timer leaving;  /* the end of the wait for room in the socket */
	uint64_t sent, private_sent, received, private_received;
	uint64_t malformed; /* datagrams that fit no form */
	uint64_t refused;   /* lines typed that were not sent */
	bool is_leaving;
	bool is_overflow_told;
};

/* Says something in the room, or (to not NULL) to one member. text: what is said, or the new name.
 * False: it cannot be sent; the reason was printed. */
bool chat_say(struct chat *chat, const union hostcast_address *to, enum chat_kind kind,
	      struct span text);

/* Announces the user and begins to listen. Returns 0, or the status to exit with after the reason
 * was printed. */
int chat_join(struct chat *chat);

/* Announces the departure and ends the session when that is sent, or after 1 s. */
void chat_leave(struct chat *chat);

/* Does a member, or the user, have this name, who is not at this address? (NULL: the user's.) */
bool chat_shares_name(const struct chat *chat, struct span name,
		      const union hostcast_address *address);

/* A line that was typed, and the end of them. */
extern const struct input_events chat_typed;

#endif
