/* Who is in a chat. Members are known by the address and port that their datagrams come from; a
 * name is only what they say of themselves. In a tree, which does not tell addresses (family 0),
 * the name is all there is: who says it is that member. Who has announced itself is a member; who
 * has not been heard for long enough is gone. Pure: the time comes from the caller. */
#ifndef CLI_CHAT_MEMBERS_H
#define CLI_CHAT_MEMBERS_H

#include "base/monotime.h"
#include "format.h"
#include "hostcast.h"

enum { CHAT_MEMBERS_MAX = 1000 };

struct chat_member {
	union hostcast_address address;
	struct monotime heard; /* for the last time */
	char name[CHAT_NAME_SIZE];
};

struct chat_members {
	struct chat_member *list; /* in the order in which they came */
	size_t count;
	uint64_t overflow; /* datagrams of those for whom there was no room */
};

/* Who says something, and under which name. */
struct chat_speaker {
	const union hostcast_address *address;
	struct span name;
};

enum chat_news {
	CHAT_KNOWN,   /* a member of that name */
	CHAT_NEW,     /* not yet known */
	CHAT_NAMED,   /* a member that had another name before */
	CHAT_NO_ROOM, /* not yet known, and there are CHAT_MEMBERS_MAX already */
	CHAT_SPEAKER, /* talks, and has not announced itself */
};

/* False if memory is short. */
bool chat_members_init(struct chat_members *members);
void chat_members_done(struct chat_members *members);

/* Somebody announced itself under a valid name, and is a member. former gets the name before
 * (CHAT_NAMED). */
enum chat_news chat_members_hear(struct chat_members *members, struct chat_speaker speaker,
				 struct monotime now, char former[CHAT_NAME_SIZE]);

/* Somebody talked: news of a member, or CHAT_SPEAKER. */
enum chat_news chat_members_hear_talk(struct chat_members *members, struct chat_speaker speaker,
				      struct monotime now, char former[CHAT_NAME_SIZE]);

/* Somebody took another name, which is that of the speaker now. */
enum chat_news chat_members_rename(struct chat_members *members, struct chat_speaker speaker,
				   struct span old_name, struct monotime now,
				   char former[CHAT_NAME_SIZE]);

/* NULL: not a member. */
const struct chat_member *chat_members_find(const struct chat_members *members,
					    const union hostcast_address *address);

bool chat_members_remove(struct chat_members *members, struct chat_speaker speaker);

/* Removes one who has been silent for limit_ns and gives who that was; false: there is none. */
bool chat_members_take_silent(struct chat_members *members, struct monotime now, int64_t limit_ns,
			      struct chat_member *silent);

/* When the next one will have been silent for so long, if all stay silent; false: nobody is here.
 */
bool chat_members_next_silent(const struct chat_members *members, int64_t limit_ns,
			      struct monotime *when);

/* Has a member this name who is not at this address (which may be NULL)? */
bool chat_members_share_name(const struct chat_members *members, struct span name,
			     const union hostcast_address *address);

#endif
