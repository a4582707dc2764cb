/* Options of a verb as a table: parsed, checked against their limits and shown by --help from the
 * same rows. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What `value` points to. */
enum option_kind {
	OPTION_FLAG,          /* bool, becomes true */
	OPTION_TEXT,          /* const char * */
	OPTION_OPTIONAL_TEXT, /* struct optional_text: --name or --name=TEXT */
	OPTION_LIST,          /* struct text_list: may be given again */
	OPTION_NUMBER,        /* int64_t, least to most */
	OPTION_SECONDS,       /* int64_t nanoseconds; given in seconds with fractions */
};

enum { LIST_MAX = 64, OPTIONS_MAX = 48, NOT_GIVEN = -1 };

struct text_list {
	const char *list[LIST_MAX];
	size_t count;
};

struct optional_text {
	bool is_given;
	const char *text; /* keeps its default if no text was given */
};

struct option_row {
	const char *name;
	char letter; /* 0: none */
	enum option_kind kind;
	void *value;
	const char *metavar; /* of an option with an argument */
	const char *help;
	int64_t least, most; /* of a number */
};

/* What --help shows and what a verb takes. */
struct command {
	const char *name;     /* "hostcast send" */
	const char *usage;    /* what follows the name */
	const char *about;    /* one or two lines */
	const char *examples; /* lines, each with its LF */
	const struct option_row *options;
	size_t option_count;
};

/* Rows that several verbs share, so that an option means the same everywhere. */
#define ROW_INTERFACE(target)                                                      \
	{                                                                          \
		"interface", 'i', OPTION_LIST, target, "IF",                       \
			"interface: name, index or address (again for more)", 0, 0 \
	}
#define ROW_PORT(target, help)                                          \
	{                                                               \
		"port", 'p', OPTION_NUMBER, target, "N", help, 1, 65535 \
	}
#define ROW_TTL(target)                                                             \
	{                                                                           \
		"ttl", 't', OPTION_NUMBER, target, "N",                             \
			"how many networks a message may cross (default 1)", 0, 255 \
	}
#define ROW_COUNT(target, help)                                              \
	{                                                                    \
		"count", 'c', OPTION_NUMBER, target, "N", help, 1, INT64_MAX \
	}
#define ROW_WAIT(target, help)                                             \
	{                                                                  \
		"wait", 'w', OPTION_SECONDS, target, "SECONDS", help, 0, 0 \
	}
#define ROW_DEADLINE(target)                                        \
	{                                                           \
		"deadline", 'W', OPTION_SECONDS, target, "SECONDS", \
			"end the whole run after so long", 0, 0     \
	}
#define ROW_IPV4(target)                                                  \
	{                                                                 \
		"ipv4", '4', OPTION_FLAG, target, NULL, "IPv4 only", 0, 0 \
	}
#define ROW_IPV6(target)                                                  \
	{                                                                 \
		"ipv6", '6', OPTION_FLAG, target, NULL, "IPv6 only", 0, 0 \
	}
#define ROW_JSON(target)                                                               \
	{                                                                              \
		"json", 'j', OPTION_FLAG, target, NULL, "one JSON object a line", 0, 0 \
	}
#define ROW_QUIET(target)                                                                  \
	{                                                                                  \
		"quiet", 'q', OPTION_FLAG, target, NULL, "no summary and no notices", 0, 0 \
	}
#define ROW_VERBOSE(target)                                                             \
	{                                                                               \
		"verbose", 'v', OPTION_FLAG, target, NULL, "tell of each message", 0, 0 \
	}

/* Parses argv[1..] into the values; long options work with one dash too, -I is -i, -h, --help, -V
 * and --version are answered here. Returns the index of the first argument that is no option (they
 * are moved behind the options), or, negated and minus one, the status with which to exit: so -1 is
 * success, -3 is status 2. The reason has then been printed. */
int options_parse(const struct command *command, int argc, char **argv);

/* Prints a usage error ("hostcast send: TEXT (see 'hostcast send --help')") and returns 2. */
__attribute__((format(printf, 2, 3))) int options_usage_error(const struct command *command,
							      const char *format, ...);

#endif
