/* hostcast echo: which of its two sides? */
#include "cli/exit.h"
#include "cli/verbs.h"
#include "echo.h"

#include <stdio.h>
#include <string.h>

static int print_help(FILE *file)
{
	fputs("Usage: hostcast echo serve [OPTION]...\n"
	      "       hostcast echo send [OPTION]... [MESSAGE]...\n"
	      "TCP and UDP echo: a server that sends back what comes, and a client.\n"
	      "\nEach tells its options with --help (more: man hostcast-echo).\n"
	      "\nExamples:\n"
	      "  hostcast echo serve           listen at 127.0.0.1, TCP port 55556\n"
	      "  hostcast echo send hello      the other side\n"
	      "  hostcast echo serve --udp     listen at 127.0.0.1, UDP port 5001\n"
	      "  hostcast echo send --udp hi   the other side\n",
	      file);
	return fflush(file) == 0 ? EXIT_DONE : EXIT_REFUSED;
}

int verb_echo(int argc, char **argv)
{
	const char *side = argc > 1 ? argv[1] : "";

	if (strcmp(side, "serve") == 0)
		return echo_serve(argc - 1, argv + 1);
	if (strcmp(side, "send") == 0)
		return echo_send(argc - 1, argv + 1);
	if (strcmp(side, "--help") == 0 || strcmp(side, "-h") == 0 || strcmp(side, "-help") == 0)
		return print_help(stdout);
	if (argc > 1)
		fprintf(stderr,
			"hostcast echo: '%s' is neither serve nor send (see 'hostcast echo "
			"--help')\n",
			side);
	else
		print_help(stderr);
	return EXIT_USAGE;
}
