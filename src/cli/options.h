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
	OPTION_PERCENT,       /* int64_t millionths; given in percent with fractions, 0 to 100 */
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

/* A row of each kind. */
#define FLAG_ROW(name, letter, target, help)                        \
	{                                                           \
		name, letter, OPTION_FLAG, target, NULL, help, 0, 0 \
	}
#define TEXT_ROW(name, letter, target, metavar, help)                  \
	{                                                              \
		name, letter, OPTION_TEXT, target, metavar, help, 0, 0 \
	}
#define OPTIONAL_TEXT_ROW(name, letter, target, metavar, help)                  \
	{                                                                       \
		name, letter, OPTION_OPTIONAL_TEXT, target, metavar, help, 0, 0 \
	}
#define LIST_ROW(name, letter, target, metavar, help)                  \
	{                                                              \
		name, letter, OPTION_LIST, target, metavar, help, 0, 0 \
	}
#define NUMBER_ROW(name, letter, target, metavar, help, least, most)            \
	{                                                                       \
		name, letter, OPTION_NUMBER, target, metavar, help, least, most \
	}
#define SECONDS_ROW(name, letter, target, metavar, help)                  \
	{                                                                 \
		name, letter, OPTION_SECONDS, target, metavar, help, 0, 0 \
	}
#define PERCENT_ROW(name, letter, target, help)                             \
	{                                                                   \
		name, letter, OPTION_PERCENT, target, "PERCENT", help, 0, 0 \
	}

/* Rows that several verbs share, so that an option means the same everywhere. */
#define ROW_INTERFACE(target)                    \
	LIST_ROW("interface", 'i', target, "IF", \
		 "interface: name, index or address (again for more)")
#define ROW_PORT(target, help) NUMBER_ROW("port", 'p', target, "N", help, 1, 65535)
#define ROW_TTL(target)                                                                          \
	NUMBER_ROW("ttl", 't', target, "N", "how many networks a message may cross (default 1)", \
		   0, 255)
#define ROW_COUNT(target, help) NUMBER_ROW("count", 'c', target, "N", help, 1, INT64_MAX)
#define ROW_WAIT(target, help)  SECONDS_ROW("wait", 'w', target, "SECONDS", help)
#define ROW_DEADLINE(target) \
	SECONDS_ROW("deadline", 'W', target, "SECONDS", "end the whole run after so long")
#define ROW_IPV4(target)  FLAG_ROW("ipv4", '4', target, "IPv4 only")
#define ROW_IPV6(target)  FLAG_ROW("ipv6", '6', target, "IPv6 only")
#define ROW_JSON(target)  FLAG_ROW("json", 'j', target, "one JSON object a line")
#define ROW_QUIET(target) FLAG_ROW("quiet", 'q', target, "no summary and no notices")
#define ROW_BUSY_POLL(target) \
	FLAG_ROW("busy-poll", 0, target, "spin rather than sleep: faster, and takes a processor")
#define ROW_NO_FRAGMENT(target) \
	FLAG_ROW("no-fragment", 0, target, "refuse what does not fit the path's MTU")
#define ROW_NO_TRAINS(target) \
	FLAG_ROW("no-trains", 0, target, "send and take each datagram by itself")
#define ROW_RCVBUF(target) \
	NUMBER_ROW("rcvbuf", 0, target, "BYTES", "size of the receive buffer", 1, 1 << 30)
#define ROW_VERBOSE(target) FLAG_ROW("verbose", 'v', target, "tell of each message")

/* Parses argv[1..] into the values; long options work with one dash too, -I is -i, -h, --help, -V
 * and --version are answered here. Returns the index of the first argument that is no option (they
 * are moved behind the options), or, negated and minus one, the status with which to exit: so -1 is
 * success, -3 is status 2. The reason has then been printed. */
int options_parse(const struct command *command, int argc, char **argv);

/* Prints a usage error ("hostcast send: TEXT (see 'hostcast send --help')") and returns 2. */
__attribute__((format(printf, 2, 3))) int options_usage_error(const struct command *command,
							      const char *format, ...);

#endif
