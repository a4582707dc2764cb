#include "finding.h"

#include "net/address.h"

#include <stdio.h>
#include <string.h>

static bool is_plain(const char *word)
{
	return *word && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789-_./:@%+,=")] == '\0';
}

static bool is_printable(const char *word)
{
	for (; *word; word++)
		if (*word < ' ' || *word > '~')
			return false;
	return true;
}

/* Within '' all but the quote itself stands for itself. */
static void add_quoted(struct text *text, const char *word)
{
	text_add_string(text, "'");
	for (; *word; word++)
		text_add_string(text, *word == '\'' ? "'\\''" : (char[]){*word, '\0'});
	text_add_string(text, "'");
}

static void add_octal(struct text *text, const char *word)
{
	text_add_string(text, "$'");
	for (; *word; word++)
		if (*word < ' ' || *word > '~' || *word == '\'' || *word == '\\')
			text_addf(text, "\\%03o", (unsigned)(unsigned char)*word);
		else
			text_add(text, word, 1);
	text_add_string(text, "'");
}

void text_add_command_word(struct text *text, const char *word)
{
	if (is_plain(word))
		text_add_string(text, word);
	else if (is_printable(word))
		add_quoted(text, word);
	else
		add_octal(text, word);
}

struct command_word command_word(const char *word)
{
	struct command_word quoted = {"''"};
	struct text text = {0};

	text_add_command_word(&text, word);
	if (text.size < sizeof quoted.text)
		snprintf(quoted.text, sizeof quoted.text, "%s", text_string(&text));
	text_done(&text);
	return quoted;
}

void finding_add_target(struct text *text, const union hostcast_address *source,
			const union hostcast_address *group)
{
	char address[HOSTCAST_TEXT_SIZE];
	struct text word = {0};

	if (source && source->any.sa_family != AF_UNSPEC)
		text_addf(&word, "%s@", address_ip_text(source, address));
	text_add_string(&word, hostcast_address_text(group, address));
	text_add_command_word(text, text_string(&word));
	text_done(&word);
}

const char *rung_state_name(enum rung_state state)
{
	static const char *const names[] = {
		[RUNG_GOOD] = "good",
		[RUNG_UNKNOWN] = "unknown",
		[RUNG_NOTED] = "noted",
		[RUNG_CAUSE] = "cause",
	};

	return names[state];
}
