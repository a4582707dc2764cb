/* hostcast VERB [OPTION]... [ARG]... */
#include "exit.h"
#include "hostcast.h"
#include "verbs.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct verb {
	const char *name;
	const char *job;
	int (*run)(int argc, char **argv);
};

static const struct verb verbs[] = {
	{"send", "send messages to a group or a host", verb_send},
	{"recv", "join groups and print what arrives", verb_recv},
	{"chat", "a conversation in a group", verb_chat},
	{"echo", "TCP and UDP echo, server and client", verb_echo},
	{"info", "what a group address means and who has joined it", verb_info},
	{"capture", "packets as they pass the interfaces, shown or kept in a file", verb_capture},
	{"decode", "explain a capture file: packets, groups, conversations; pictures", verb_decode},
	{"doctor", "why multicast does not arrive: the cause, and what mends it", verb_doctor},
	{"watch", "joins, leaves, senders and queriers, live", verb_watch},
	{"rdv", "rendezvous point of a tree", verb_rdv},
	{"node", "member of a tree", verb_node},
	{"status", "the state of a running rendezvous point or node; the tree drawn", verb_status},
	{"bench", "measured load: rate, loss, reordering, latency", verb_bench},
	{"sim", "the tree protocol on a simulated network", verb_sim},
};

enum { VERBS = sizeof verbs / sizeof verbs[0] };

/* Names of links to the program, each of which is a verb. */
static const struct {
	const char *name, *verb;
} links[] = {
	{"rdvpoint", "rdv"},
	{"mcastnode", "node"},
};

enum { LINKS = sizeof links / sizeof links[0] };

static void print_usage(FILE *file)
{
	fprintf(file, "Usage: hostcast VERB [OPTION]... [ARG]...\n"
		      "Group messages that arrive.\n\nVerbs:\n");
	for (size_t i = 0; i < VERBS; i++)
		fprintf(file, "  %-7s %s\n", verbs[i].name, verbs[i].job);
	fprintf(file, "\nTry it, in two terminals:\n"
		      "  hostcast recv 224.1.1.1\n"
		      "  hostcast send 224.1.1.1 hello\n"
		      "\n'hostcast VERB --help' tells the options of a verb.\n");
}

/* A range of groups takes a descriptor a group, more than the soft limit of old often allows. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Where a standard descriptor is closed the next thing opened would take its number. One that fails
 * when it is used takes it instead. */
static void reserve_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static int is_word(const char *word, const char *name)
{
	while (*word == '-')
		word++;
	return strcmp(word, name) == 0;
}

static const struct verb *verb_of_name(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
	return NULL;
}

/* The verb that the name stands for by which the program was called; NULL: none. */
static const struct verb *verb_of_link(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; name && i < LINKS; i++)
		if (strcmp(name, links[i].name) == 0)
			return verb_of_name(links[i].verb);
	return NULL;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	raise_descriptor_limit();
	return verb->run(argc, argv);
}

int main(int argc, char **argv)
{
	const struct verb *verb = verb_of_link(argv[0]);

	reserve_standard_descriptors();
	setlocale(LC_CTYPE, "");
	if (verb)
		return run(verb, argc, argv);
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	verb = verb_of_name(argv[1]);
	if (verb)
		return run(verb, argc - 1, argv + 1);
	if (is_word(argv[1], "help") || strcmp(argv[1], "-h") == 0)
		print_usage(stdout);
	else if (is_word(argv[1], "version") || strcmp(argv[1], "-V") == 0)
		printf("hostcast %s\n", hostcast_version());
	else {
		fprintf(stderr, "hostcast: no verb '%s' (see 'hostcast --help')\n", argv[1]);
		return EXIT_USAGE;
	}
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_REFUSED;
}
