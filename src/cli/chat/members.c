#include "members.h"

#include "net/address.h"

#include <stdlib.h>
#include <string.h>

bool chat_members_init(struct chat_members *members)
{
	*members = (struct chat_members){
		.list = calloc(CHAT_MEMBERS_MAX, sizeof members->list[0]),
	};
	return members->list != NULL;
}

void chat_members_done(struct chat_members *members)
{
	free(members->list);
	*members = (struct chat_members){0};
}

static bool has_name(const struct chat_member *member, struct span name)
{
	return strlen(member->name) == name.size &&
	       memcmp(member->name, name.bytes, name.size) == 0;
}

static bool is_speaker(const struct chat_member *member, struct chat_speaker speaker)
{
	bool is_known_by_name = speaker.address->any.sa_family == AF_UNSPEC;

	return address_equal(&member->address, speaker.address) &&
	       (!is_known_by_name || has_name(member, speaker.name));
}

static struct chat_member *find(const struct chat_members *members, struct chat_speaker speaker)
{
	for (size_t i = 0; i < members->count; i++)
		if (is_speaker(&members->list[i], speaker))
			return &members->list[i];
	return NULL;
}

const struct chat_member *chat_members_find(const struct chat_members *members,
					    const union hostcast_address *address)
{
	for (size_t i = 0; i < members->count; i++)
		if (address_equal(&members->list[i].address, address))
			return &members->list[i];
	return NULL;
}

static void set_name(struct chat_member *member, struct span name)
{
	memcpy(member->name, name.bytes, name.size);
	member->name[name.size] = '\0';
}

enum chat_news chat_members_hear(struct chat_members *members, struct chat_speaker speaker,
				 struct monotime now, char former[CHAT_NAME_SIZE])
{
	struct chat_member *member = find(members, speaker);

	if (member) {
		member->heard = now;
		if (has_name(member, speaker.name))
			return CHAT_KNOWN;
		memcpy(former, member->name, CHAT_NAME_SIZE);
		set_name(member, speaker.name);
		return CHAT_NAMED;
	}
	if (members->count == CHAT_MEMBERS_MAX) {
		members->overflow++;
		return CHAT_NO_ROOM;
	}
	member = &members->list[members->count++];
	*member = (struct chat_member){.address = *speaker.address, .heard = now};
	set_name(member, speaker.name);
	return CHAT_NEW;
}

enum chat_news chat_members_hear_talk(struct chat_members *members, struct chat_speaker speaker,
				      struct monotime now, char former[CHAT_NAME_SIZE])
{
	if (!find(members, speaker))
		return CHAT_SPEAKER;
	return chat_members_hear(members, speaker, now, former);
}

static void remove_at(struct chat_members *members, size_t index)
{
	members->count--;
	memmove(members->list + index, members->list + index + 1,
		(members->count - index) * sizeof members->list[0]);
}

/* Where members are known by their names alone, the new name may be known already: then the two are
 * taken for one. */
enum chat_news chat_members_rename(struct chat_members *members, struct chat_speaker speaker,
				   struct span old_name, struct monotime now,
				   char former[CHAT_NAME_SIZE])
{
	struct chat_member *old = find(members, (struct chat_speaker){speaker.address, old_name});
	struct chat_member *new = find(members, speaker);

	if (!old || old == new)
		return chat_members_hear(members, speaker, now, former);
	memcpy(former, old->name, CHAT_NAME_SIZE);
	if (new)
		remove_at(members, (size_t)(old - members->list));
	else
		set_name(old, speaker.name);
	chat_members_hear(members, speaker, now, (char[CHAT_NAME_SIZE]){""});
	return CHAT_NAMED;
}

bool chat_members_remove(struct chat_members *members, struct chat_speaker speaker)
{
	struct chat_member *member = find(members, speaker);

	if (!member)
		return false;
	remove_at(members, (size_t)(member - members->list));
	return true;
}

static struct monotime silent_at(const struct chat_member *member, int64_t limit_ns)
{
	return monotime_add(member->heard, limit_ns);
}

bool chat_members_take_silent(struct chat_members *members, struct monotime now, int64_t limit_ns,
			      struct chat_member *silent)
{
	for (size_t i = 0; i < members->count; i++) {
		if (monotime_is_before(now, silent_at(&members->list[i], limit_ns)))
			continue;
		*silent = members->list[i];
		remove_at(members, i);
		return true;
	}
	return false;
}

bool chat_members_next_silent(const struct chat_members *members, int64_t limit_ns,
			      struct monotime *when)
{
	for (size_t i = 0; i < members->count; i++) {
		struct monotime at = silent_at(&members->list[i], limit_ns);

		if (i == 0 || monotime_is_before(at, *when))
			*when = at;
	}
	return members->count > 0;
}

bool chat_members_share_name(const struct chat_members *members, struct span name,
			     const union hostcast_address *address)
{
	for (size_t i = 0; i < members->count; i++)
		if (has_name(&members->list[i], name) &&
		    !(address && address_equal(&members->list[i].address, address)))
			return true;
	return false;
}
