#include "command.h"

#include <stdio.h>
#include <string.h>

const char *const chat_command_help[] = {
	"/who             who is here",
	"/name NEW        take another name",
	"/msg NAME TEXT   say it to one member only (of two with one name: NAME@ADDRESS:PORT)",
	"/quit            leave; so does the end of input (Ctrl-D)",
	"//TEXT           say a line that begins with a slash",
	"/help            this list",
	NULL,
};

static const struct {
	const char *word;
	enum chat_command_kind kind;
} commands[] = {
	{"/who", COMMAND_WHO},   {"/name", COMMAND_NAME}, {"/msg", COMMAND_MESSAGE},
	{"/quit", COMMAND_QUIT}, {"/help", COMMAND_HELP},
};

/* Up to the first blank. */
static struct span first_word(struct span line)
{
	size_t size = 0;

	while (size < line.size && line.bytes[size] != ' ' && line.bytes[size] != '\t')
		size++;
	return (struct span){line.bytes, size};
}

static struct span behind(struct span span, size_t size)
{
	return (struct span){span.bytes + size, span.size - size};
}

struct chat_command chat_command_parse(struct span line)
{
	struct chat_command command = {.kind = COMMAND_SAY, .argument = line};
	struct span trimmed = span_trim(line);

	if (line.size > 0 && line.bytes[line.size - 1] == '\r')
		command.argument.size--; /* a file with CRLF */
	if (trimmed.size == 0)
		command.kind = COMMAND_NOTHING;
	if (span_begins_with(line, "//"))
		command.argument = behind(command.argument, 1);
	if (!span_begins_with(line, "/") || span_begins_with(line, "//"))
		return command;
	command.kind = COMMAND_UNKNOWN;
	command.word = first_word(trimmed);
	command.argument = span_trim(behind(trimmed, command.word.size));
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (command.word.size == strlen(commands[i].word) &&
		    span_begins_with(command.word, commands[i].word))
			command.kind = commands[i].kind;
	return command;
}

/* ---- Recipients ---- */

/* Does the argument begin with this word (and then a blank, or nothing)? */
static bool is_addressed_to(struct span argument, const char *name)
{
	size_t size = strlen(name);

	return span_begins_with(argument, name) &&
	       (argument.size == size || argument.bytes[size] == ' ' ||
		argument.bytes[size] == '\t');
}

static void choose(struct chat_recipient *recipient, const struct chat_member *member,
		   struct span argument, const char *name)
{
	size_t size = strlen(name);

	if (!is_addressed_to(argument, name) || size < recipient->name.size)
		return;
	recipient->is_shared = recipient->member && size == recipient->name.size;
	recipient->member = member;
	recipient->name = (struct span){argument.bytes, size};
	recipient->text = span_trim(behind(argument, size));
}

struct chat_recipient chat_recipient_find(const struct chat_members *members, struct span argument)
{
	struct chat_recipient recipient = {.member = NULL};
	char full[CHAT_NAME_SIZE + HOSTCAST_TEXT_SIZE], address[HOSTCAST_TEXT_SIZE];

	for (size_t i = 0; i < members->count; i++) {
		const struct chat_member *member = &members->list[i];

		snprintf(full, sizeof full, "%s@%s", member->name,
			 hostcast_address_text(&member->address, address));
		choose(&recipient, member, argument, member->name);
		choose(&recipient, member, argument, full);
	}
	if (!recipient.member)
		recipient.name = first_word(argument);
	return recipient;
}
