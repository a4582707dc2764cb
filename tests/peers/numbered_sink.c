/* Reads numbered payloads (numbered.py) from a file, a named pipe mostly, until its end, and checks
 * every byte of them, and that those of each source come in their order and once.
 *
 * numbered_sink FILE
 *
 * Prints what it has heard as a line of JSON, at SIGUSR1 and at the end: of each source the
 * numbers, as pairs of the first and the last of those without a gap. Or what is wrong, and ends
 * with status 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER = 20, STARTS = 256, SIZE_MAX_ = 66000, SOURCES = 10, ROOM = 1 << 20 };

struct range {
	unsigned long first, last;
};

struct source {
	struct range *ranges;
	size_t count, room;
};

static volatile sig_atomic_t question; /* the signal, 0: none */

static void note_question(int number)
{
	question = number;
}

static void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static void tell_source(const struct source *source, size_t first)
{
	for (size_t i = first; i < source->count; i++)
		printf("%s[%lu, %lu]", i > first ? ", " : "", source->ranges[i].first,
		       source->ranges[i].last);
}

static void tell(const struct source *sources, bool last_alone)
{
	const char *comma = "";

	printf("{");
	for (size_t i = 0; i < SOURCES; i++) {
		if (sources[i].count == 0)
			continue;
		printf("%s\"%zu\": [", comma, i);
		tell_source(&sources[i], last_alone ? sources[i].count - 1 : 0);
		printf("]");
		comma = ", ";
	}
	printf("}\n");
	fflush(stdout);
}

/* A number of so many digits. */
static unsigned long number_at(const char *at, size_t digits)
{
	unsigned long number = 0;

	for (; digits > 0; digits--, at++) {
		if (*at < '0' || *at > '9')
			fail("no payload stands where one should: '%.40s'", at);
		number = number * 10 + (unsigned long)(*at - '0');
	}
	return number;
}

static void add_range(struct source *source, unsigned long number)
{
	if (source->count == source->room) {
		source->room = source->room * 2 + 16;
		source->ranges = realloc(source->ranges, source->room * sizeof *source->ranges);
		if (!source->ranges)
			fail("out of memory");
	}
	source->ranges[source->count++] = (struct range){number, number};
}

static void note(struct source *sources, unsigned long index, unsigned long number)
{
	struct source *source = &sources[index];
	struct range *last = source->count > 0 ? &source->ranges[source->count - 1] : NULL;

	if (last && number <= last->last)
		fail("payload %lu of source %lu comes after %lu", number, index, last->last);
	if (last && number == last->last + 1)
		last->last = number;
	else
		add_range(source, number);
}

/* Returns the bytes of the payload, 0: it is not there as a whole. */
static size_t take_one(struct source *sources, const char *pattern, const char *at, size_t left)
{
	unsigned long number, source, size;

	if (left < HEADER)
		return 0;
	number = number_at(at, 10);
	source = number_at(at + 10, 4);
	size = number_at(at + 14, 6);
	if (source >= SOURCES || size < HEADER || size > SIZE_MAX_)
		fail("nobody has sent %.20s", at);
	if (left < size)
		return 0;
	if (memcmp(at + HEADER, pattern + (number * 31 + source * 7) % STARTS, size - HEADER) != 0)
		fail("payload %lu of source %lu is not what was sent", number, source);
	note(sources, source, number);
	return size;
}

/* Returns the bytes of whole payloads. */
static size_t take(struct source *sources, const char *pattern, const char *bytes, size_t size)
{
	size_t taken = 0, one;

	while ((one = take_one(sources, pattern, bytes + taken, size - taken)) > 0)
		taken += one;
	return taken;
}

/* Waits for data; meanwhile, and nowhere else, questions come. */
static void wait_for(int file, const struct source *sources)
{
	struct pollfd input = {.fd = file, .events = POLLIN};
	sigset_t none;

	sigemptyset(&none);
	while (ppoll(&input, 1, NULL, &none) < 0) {
		if (errno != EINTR)
			fail("cannot wait: %s", strerror(errno));
		tell(sources, question == SIGUSR2);
	}
}

static void read_all(int file, struct source *sources, const char *pattern)
{
	static char bytes[ROOM];
	size_t size = 0, taken;

	for (;;) {
		ssize_t got;

		wait_for(file, sources);
		got = read(file, bytes + size, sizeof bytes - size);
		if (got < 0)
			fail("cannot read: %s", strerror(errno));
		if (got == 0)
			return;
		size += (size_t)got;
		taken = take(sources, pattern, bytes, size);
		size -= taken;
		memmove(bytes, bytes + taken, size);
	}
}

static void listen_to(int number)
{
	struct sigaction action = {.sa_handler = note_question};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || sigaction(number, &action, NULL) < 0)
		fail("cannot listen to signals: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	static struct source sources[SOURCES];
	static char pattern[SIZE_MAX_];
	int file;

	if (argc != 2)
		fail("one argument, please: the file");
	for (size_t i = 0; i < sizeof pattern; i++)
		pattern[i] = (char)(33 + (i * 7 + i / 90) % 90);
	listen_to(SIGUSR1);
	listen_to(SIGUSR2);
	puts("reading");
	fflush(stdout);
	file = open(argv[1], O_RDONLY);
	if (file < 0)
		fail("cannot open %s: %s", argv[1], strerror(errno));
	fcntl(file, F_SETPIPE_SZ, ROOM); /* as much as there may be */
	read_all(file, sources, pattern);
	tell(sources, false);
	return 0;
}
