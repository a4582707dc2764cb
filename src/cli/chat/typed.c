/* What the user of a chat types. */
#include "chat.h"
#include "chat_show.h"
#include "command.h"

#include <string.h>

/* A line that was not sent makes a run without a person end with an error. */
static struct text refusal(struct chat *chat)
{
	chat->refused++;
	return (struct text){0};
}

static void print_refusal(struct chat *chat, struct text *why)
{
	session_error(&chat->session, "not sent: %s", text_string(why));
	text_done(why);
}

static void refuse(struct chat *chat, const char *what, const char *problem)
{
	struct text why = refusal(chat);

	text_addf(&why, "%s %s", what, problem);
	print_refusal(chat, &why);
}

/* Says it if it is text, and if one datagram can carry it. */
static void say(struct chat *chat, const union hostcast_address *to, struct span text)
{
	size_t most = hostcast_max_size(chat->handle) - strlen(chat->name) - strlen(": ");
	const char *problem = chat_text_problem(text);

	if (problem) {
		refuse(chat, "the text", problem);
	} else if (text.size > most) {
		struct text why = refusal(chat);

		text_addf(&why,
			  "a message of %zu bytes is too long; one datagram carries %zu, which "
			  "leaves "
			  "%zu for the text after the name '%s'",
			  text.size, hostcast_max_size(chat->handle), most, chat->name);
		print_refusal(chat, &why);
	} else if (!chat_say(chat, to, CHAT_TALK, text)) {
		chat->refused++;
	} else {
		*(to ? &chat->private_sent : &chat->sent) += 1;
	}
}

/* ---- Commands ---- */

static void tell_who(struct chat *chat)
{
	struct monotime now = loop_now(chat->session.loop);
	struct text *out = &chat->session.out;

	if (chat->options->common.json)
		chat_show_who_json(out, &chat->members, chat->name, now);
	else
		chat_show_who_text(out, &chat->members, chat->name, now);
	session_result(&chat->session);
}

static void take_name(struct chat *chat, struct span name)
{
	const char *problem = chat_name_problem(name);

	if (problem) {
		refuse(chat, "the new name", problem);
		return;
	}
	if (name.size == strlen(chat->name) && memcmp(name.bytes, chat->name, name.size) == 0) {
		session_notice(&chat->session, "you are %s already", chat->name);
		return;
	}
	if (!chat_say(chat, NULL, CHAT_RENAMED, name)) {
		chat->refused++;
		return;
	}
	memcpy(chat->name, name.bytes, name.size);
	chat->name[name.size] = '\0';
	session_notice(&chat->session, "you are now %s", chat->name);
	if (chat_shares_name(chat, name, NULL))
		session_notice(&chat->session, "another %s is here, too", chat->name);
}

/* Lists what to write instead of a name that several have. */
static void refuse_shared(struct chat *chat, struct span name)
{
	struct text why = refusal(chat);
	char text[HOSTCAST_TEXT_SIZE];
	const char *separator = "write";

	text_addf(&why, "more than one is named '%.*s'; ", (int)name.size, name.bytes);
	for (size_t i = 0; i < chat->members.count; i++) {
		const struct chat_member *member = &chat->members.list[i];

		if (strlen(member->name) != name.size ||
		    memcmp(member->name, name.bytes, name.size) != 0)
			continue;
		text_addf(&why, "%s %s@%s", separator, member->name,
			  hostcast_address_text(&member->address, text));
		separator = " or";
	}
	print_refusal(chat, &why);
}

static void refuse_unknown(struct chat *chat, struct span name)
{
	struct text why = refusal(chat);

	text_add_string(&why, "nobody named '");
	text_add_escaped(&why, name.bytes, name.size);
	text_add_string(&why, "' is here (/who tells who is)");
	print_refusal(chat, &why);
}

static void say_privately(struct chat *chat, struct span argument)
{
	struct chat_recipient recipient = chat_recipient_find(&chat->members, argument);

	if (chat->options->is_tree)
		refuse(chat, "/msg",
		       "does not work in a tree: it gives all to all, and does not tell who has "
		       "which address");
	else if (argument.size == 0)
		refuse(chat, "/msg", "needs a name and a text: /msg NAME TEXT");
	else if (!recipient.member)
		refuse_unknown(chat, recipient.name);
	else if (recipient.is_shared)
		refuse_shared(chat, recipient.name);
	else if (recipient.text.size == 0)
		refuse(chat, "the text", "is missing: /msg NAME TEXT");
	else
		say(chat, &recipient.member->address, recipient.text);
}

/* For a person; a program that reads JSON gets it as a diagnosis. */
static void tell_help(struct chat *chat)
{
	for (const char *const *line = chat_command_help; *line; line++) {
		if (chat->options->common.json)
			session_error(&chat->session, "%s", *line);
		else
			text_addf(&chat->session.out, "*   %s\n", *line);
	}
	session_result(&chat->session);
}

static void refuse_command(struct chat *chat, struct span word)
{
	struct text why = refusal(chat);

	text_add_string(&why, "there is no command '");
	text_add_escaped(&why, word.bytes, word.size);
	text_add_string(&why,
			"' (/help lists them; a line that begins with a slash is said with two)");
	print_refusal(chat, &why);
}

static void on_line(void *context, const char *bytes, size_t size)
{
	struct chat *chat = context;
	struct chat_command command = chat_command_parse((struct span){bytes, size});

	switch (command.kind) {
	case COMMAND_NOTHING:
		break;
	case COMMAND_SAY:
		say(chat, NULL, command.argument);
		break;
	case COMMAND_WHO:
		tell_who(chat);
		break;
	case COMMAND_NAME:
		take_name(chat, command.argument);
		break;
	case COMMAND_MESSAGE:
		say_privately(chat, command.argument);
		break;
	case COMMAND_QUIT:
		chat_leave(chat);
		break;
	case COMMAND_HELP:
		tell_help(chat);
		break;
	case COMMAND_UNKNOWN:
		refuse_command(chat, command.word);
		break;
	}
	session_flush(&chat->session); /* before what the next line has to say on standard error */
}

static void on_end(void *context)
{
	chat_leave(context);
}

const struct input_events chat_typed = {.line = on_line, .end = on_end};
