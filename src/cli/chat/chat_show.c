#include "chat_show.h"

#include "cli/json.h"

#include <string.h>

enum { MALFORMED_SHOWN_MAX = 1000 }; /* bytes of a datagram that is no chat */

static double seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

static void add_name(struct text *out, struct span name, const union hostcast_address *address)
{
	char text[HOSTCAST_TEXT_SIZE];

	text_add_escaped(out, name.bytes, name.size);
	if (address && address->any.sa_family != AF_UNSPEC)
		text_addf(out, "@%s", hostcast_address_text(address, text));
}

/* No name begins with "* " or has a colon: that tells announcements from what members say. */
void chat_show_text(struct text *out, const struct chat_event *event)
{
	const union hostcast_address *address = event->needs_address ? event->source : NULL;

	if (event->kind == EVENT_PRIVATE)
		text_add_string(out, "* private from ");
	else if (event->kind != EVENT_MESSAGE)
		text_add_string(out, "* ");
	add_name(out, event->name, address);
	switch (event->kind) {
	case EVENT_HERE:
		text_add_string(out, " is here");
		break;
	case EVENT_JOIN:
		text_add_string(out, " has joined");
		break;
	case EVENT_LEAVE:
		text_add_string(out, " has left");
		break;
	case EVENT_GONE:
		text_addf(out, " is gone (nothing heard for %g s)", seconds(event->silent_ns));
		break;
	case EVENT_RENAME:
		text_add_string(out, " is now ");
		text_add_escaped(out, event->text.bytes, event->text.size);
		break;
	case EVENT_MESSAGE:
	case EVENT_PRIVATE:
		text_add_string(out, ": ");
		text_add_escaped(out, event->text.bytes, event->text.size);
		break;
	}
	text_add_string(out, "\n");
}

/* Names are valid UTF-8 without zeros (chat_name_problem()). */
static void json_name(struct text *out, const char *key, struct span name)
{
	char copy[CHAT_NAME_SIZE];

	memcpy(copy, name.bytes, name.size);
	copy[name.size] = '\0';
	json_string(out, key, copy);
}

void chat_show_json(struct text *out, const struct chat_event *event)
{
	static const char *const names[] = {
		[EVENT_HERE] = "here",       [EVENT_JOIN] = "join",     [EVENT_LEAVE] = "leave",
		[EVENT_GONE] = "gone",       [EVENT_RENAME] = "rename", [EVENT_MESSAGE] = "message",
		[EVENT_PRIVATE] = "private",
	};

	json_begin_event(out, names[event->kind]);
	if (event->kind == EVENT_RENAME) {
		json_name(out, "former", event->name);
		json_name(out, "name", event->text);
	} else {
		json_name(out, "name", event->name);
	}
	json_address(out, "source", event->source);
	if (event->kind == EVENT_GONE)
		json_real(out, "silent_s", seconds(event->silent_ns));
	if (event->kind == EVENT_MESSAGE || event->kind == EVENT_PRIVATE)
		json_payload(out, event->text.bytes, event->text.size);
	json_end_event(out);
}

void chat_show_malformed_text(struct text *out, const struct hostcast_message *message)
{
	size_t shown = message->size < MALFORMED_SHOWN_MAX ? message->size : MALFORMED_SHOWN_MAX;
	char text[HOSTCAST_TEXT_SIZE];

	bool is_known = message->source.any.sa_family != AF_UNSPEC;

	text_addf(out, "* %s sent: ",
		  is_known ? hostcast_address_text(&message->source, text) : "somebody");
	text_add_escaped(out, message->data, shown);
	if (shown < message->full_size)
		text_addf(out, "... (%zu bytes)", message->full_size);
	text_add_string(out, "\n");
}

void chat_show_malformed_json(struct text *out, const struct hostcast_message *message)
{
	json_begin_event(out, "malformed");
	json_address(out, "source", &message->source);
	json_payload(out, message->data, message->size);
	json_end_event(out);
}

void chat_show_who_text(struct text *out, const struct chat_members *members, const char *own_name,
			struct monotime now)
{
	char text[HOSTCAST_TEXT_SIZE];

	text_addf(out, "* %zu %s here:\n*   ", members->count + 1,
		  members->count == 0 ? "is" : "are");
	text_add_escaped(out, own_name, strlen(own_name));
	text_add_string(out, " (you)\n");
	for (size_t i = 0; i < members->count; i++) {
		const struct chat_member *member = &members->list[i];

		text_add_string(out, "*   ");
		text_add_escaped(out, member->name, strlen(member->name));
		if (member->address.any.sa_family != AF_UNSPEC)
			text_addf(out, " at %s", hostcast_address_text(&member->address, text));
		text_addf(out, ", heard %.0f s ago\n",
			  seconds(monotime_diff_ns(now, member->heard)));
	}
}

void chat_show_who_json(struct text *out, const struct chat_members *members, const char *own_name,
			struct monotime now)
{
	json_begin_event(out, "who");
	json_string(out, "name", own_name);
	json_begin_array(out, "members");
	for (size_t i = 0; i < members->count; i++) {
		const struct chat_member *member = &members->list[i];

		json_begin_object(out);
		json_string(out, "name", member->name);
		json_address(out, "source", &member->address);
		json_real(out, "heard_s", seconds(monotime_diff_ns(now, member->heard)));
		json_end_object(out);
	}
	json_end_array(out);
	json_end_event(out);
}
