#include "options.h"

#include "base/monotime.h"
#include "exit.h"
#include "hostcast.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ROW_BASE = 256,
	VALUE_HELP = 'h',
	VALUE_VERSION = 'V',
	SECONDS_MAX = 1000000000,
	MILLIONTHS_PER_PERCENT = 10000,
};

int options_usage_error(const struct command *command, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", command->name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, " (see '%s --help')\n", command->name);
	return EXIT_USAGE;
}

/* ---- Help ---- */

static void print_row(const struct option_row *row)
{
	char left[64];
	char letter[8] = "    ";

	if (row->letter)
		snprintf(letter, sizeof letter, "-%c, ", row->letter);
	if (row->kind == OPTION_FLAG)
		snprintf(left, sizeof left, "%s--%s", letter, row->name);
	else if (row->kind == OPTION_OPTIONAL_TEXT)
		snprintf(left, sizeof left, "%s--%s[=%s]", letter, row->name, row->metavar);
	else
		snprintf(left, sizeof left, "%s--%s %s", letter, row->name, row->metavar);
	printf("  %-26s %s\n", left, row->help);
}

static int print_help(const struct command *command)
{
	const char *space = strchr(command->name, ' ');
	const char *verb = space ? space + 1 : ""; /* "echo serve" is in the page of echo */

	printf("Usage: %s %s\n%s\n\nOptions:\n", command->name, command->usage, command->about);
	for (size_t i = 0; i < command->option_count; i++)
		print_row(&command->options[i]);
	printf("  -h, --help                 this text (more: man hostcast-%.*s)\n",
	       (int)strcspn(verb, " "), verb);
	printf("  -V, --version              the version\n");
	printf("\nExamples:\n%s", command->examples);
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_REFUSED;
}

/* ---- Values ---- */

static int parse_number(const struct command *command, const struct option_row *row,
			const char *text)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text || *end || errno == ERANGE || value < row->least || value > row->most) {
		if (row->most == INT64_MAX)
			return options_usage_error(command,
						   "--%s '%s' must be a number from %" PRId64,
						   row->name, text, row->least);
		return options_usage_error(
			command, "--%s '%s' must be a number from %" PRId64 " to %" PRId64,
			row->name, text, row->least, row->most);
	}
	*(int64_t *)row->value = value;
	return EXIT_DONE;
}

static int parse_seconds(const struct command *command, const struct option_row *row,
			 const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || strspn(text, "0123456789.") != strlen(text) ||
	    seconds > SECONDS_MAX)
		return options_usage_error(
			command, "--%s '%s' must be seconds, such as 2 or 0.5, at most %d",
			row->name, text, SECONDS_MAX);
	*(int64_t *)row->value = (int64_t)(seconds * (double)NS_PER_S);
	return EXIT_DONE;
}

static int parse_percent(const struct command *command, const struct option_row *row,
			 const char *text)
{
	char *end;
	double percent = strtod(text, &end);

	if (end == text || *end || strspn(text, "0123456789.") != strlen(text) || percent > 100)
		return options_usage_error(
			command, "--%s '%s' must be a percentage from 0 to 100, such as 2 or 0.5",
			row->name, text);
	*(int64_t *)row->value = (int64_t)(percent * MILLIONTHS_PER_PERCENT + 0.5);
	return EXIT_DONE;
}

static int add_to_list(const struct command *command, const struct option_row *row,
		       const char *text)
{
	struct text_list *list = row->value;

	if (list->count == LIST_MAX)
		return options_usage_error(command, "--%s is given more than %d times", row->name,
					   LIST_MAX);
	list->list[list->count++] = text;
	return EXIT_DONE;
}

static int take_value(const struct command *command, const struct option_row *row, const char *text)
{
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)row->value = true;
		return EXIT_DONE;
	case OPTION_TEXT:
		*(const char **)row->value = text;
		return EXIT_DONE;
	case OPTION_OPTIONAL_TEXT:
		((struct optional_text *)row->value)->is_given = true;
		if (text)
			((struct optional_text *)row->value)->text = text;
		return EXIT_DONE;
	case OPTION_LIST:
		return add_to_list(command, row, text);
	case OPTION_NUMBER:
		return parse_number(command, row, text);
	case OPTION_SECONDS:
		return parse_seconds(command, row, text);
	case OPTION_PERCENT:
		return parse_percent(command, row, text);
	}
	return EXIT_DONE;
}

/* ---- getopt_long_only() does the work; its tables are made from the rows ---- */

struct tables {
	struct option long_options[OPTIONS_MAX + 3];
	char letters[256];
};

/* getopt_long_only() would take "-n" for the beginning of "--no-loop": one dash and one letter is
 * always a short option, so every letter is one, also those that no row has. */
static void add_unknown_letters(char *letters, char *end)
{
	for (char letter = '0'; letter <= 'z'; letter++) {
		if (!isalnum((unsigned char)letter) || strchr(letters, letter))
			continue;
		*end++ = letter;
		*end = '\0';
	}
}

static void make_tables(const struct command *command, struct tables *tables)
{
	struct option *option = tables->long_options;
	char *letter = tables->letters;

	*letter++ = ':'; /* errors come back to us */
	for (size_t i = 0; i < command->option_count; i++) {
		const struct option_row *row = &command->options[i];
		int has_argument = row->kind == OPTION_FLAG            ? no_argument
				   : row->kind == OPTION_OPTIONAL_TEXT ? optional_argument
								       : required_argument;

		*option++ = (struct option){row->name, has_argument, NULL, ROW_BASE + (int)i};
		if (!row->letter)
			continue;
		*letter++ = row->letter;
		if (has_argument == required_argument)
			*letter++ = ':';
		if (row->letter == 'i') { /* -I too, as ping and mtools have it */
			*letter++ = 'I';
			*letter++ = ':';
		}
	}
	*option++ = (struct option){"help", no_argument, NULL, VALUE_HELP};
	*option++ = (struct option){"version", no_argument, NULL, VALUE_VERSION};
	*option = (struct option){0};
	*letter++ = VALUE_HELP;
	*letter++ = VALUE_VERSION;
	*letter = '\0';
	add_unknown_letters(tables->letters, letter);
}

static const struct option_row *find_row(const struct command *command, int value)
{
	if (value >= ROW_BASE)
		return &command->options[value - ROW_BASE];
	if (value == 'I')
		value = 'i';
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].letter == value)
			return &command->options[i];
	return NULL;
}

/* The options that begin with this, as "--interface, --interval"; returns how many. */
static size_t list_candidates(const struct command *command, const char *beginning, size_t size,
			      char *list, size_t list_size)
{
	size_t count = 0, used = 0;

	*list = '\0';
	for (size_t i = 0; i < command->option_count && used < list_size; i++) {
		const char *name = command->options[i].name;

		if (strncmp(name, beginning, size) == 0)
			used += (size_t)snprintf(list + used, list_size - used, "%s--%s",
						 count++ > 0 ? ", " : "", name);
	}
	return count;
}

/* A long option that getopt did not take: optopt tells the row of one that was given an argument
 * and takes none. */
static int refused_option(const struct command *command, const char *word)
{
	const char *name = word + strspn(word, "-");
	char candidates[200];

	if (optopt >= ROW_BASE)
		return options_usage_error(command, "option '%s' takes no argument", word);
	if (*name &&
	    list_candidates(command, name, strcspn(name, "="), candidates, sizeof candidates) > 1)
		return options_usage_error(command, "option '%s' may be %s", word, candidates);
	return options_usage_error(command, "unknown option '%s'", word);
}

static int leave_with(int status)
{
	return -status - 1;
}

int options_parse(const struct command *command, int argc, char **argv)
{
	struct tables tables;
	const struct option_row *row;
	int value, status;

	make_tables(command, &tables);
	optind = 0; /* from the beginning, also when an earlier parse was broken off (getopt(3)) */
	opterr = 0;
	while ((value = getopt_long_only(argc, argv, tables.letters, tables.long_options, NULL)) !=
	       -1) {
		switch (value) {
		case VALUE_HELP:
			return leave_with(print_help(command));
		case VALUE_VERSION:
			printf("hostcast %s\n", hostcast_version());
			return leave_with(fflush(stdout) == 0 ? EXIT_DONE : EXIT_REFUSED);
		case ':':
			return leave_with(options_usage_error(
				command, "option '%s' needs an argument", argv[optind - 1]));
		case '?':
			return leave_with(refused_option(command, argv[optind - 1]));
		default:
			row = find_row(command, value);
			if (!row)
				return leave_with(options_usage_error(
					command, "unknown option '-%c'", value));
			status = take_value(command, row, optarg);
			if (status != EXIT_DONE)
				return leave_with(status);
		}
	}
	return optind;
}
