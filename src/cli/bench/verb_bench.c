/* hostcast bench: which of its two sides? */
#include "bench.h"
#include "cli/exit.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

static int print_help(FILE *file)
{
	fputs("Usage: hostcast bench recv [OPTION]... TARGET\n"
	      "       hostcast bench send [OPTION]... TARGET\n"
	      "Measured load: rate, loss, duplicates, reordering, latency, CPU per message.\n"
	      "TARGET is a group, a host or a tree.\n"
	      "\nEach tells its options with --help (more: man hostcast-bench).\n"
	      "\nExamples:\n"
	      "  hostcast bench recv 224.1.1.1                      on each receiver\n"
	      "  hostcast bench send --rate 10kpps 224.1.1.1        the other side\n"
	      "  hostcast bench send --search --receivers 3 224.1.1.1\n",
	      file);
	return fflush(file) == 0 ? EXIT_DONE : EXIT_REFUSED;
}

int verb_bench(int argc, char **argv)
{
	const char *side = argc > 1 ? argv[1] : "";

	if (strcmp(side, "send") == 0)
		return bench_send(argc - 1, argv + 1);
	if (strcmp(side, "recv") == 0)
		return bench_recv(argc - 1, argv + 1);
	if (strcmp(side, "--help") == 0 || strcmp(side, "-h") == 0 || strcmp(side, "-help") == 0)
		return print_help(stdout);
	if (argc > 1)
		fprintf(stderr,
			"hostcast bench: '%s' is neither send nor recv (see 'hostcast bench "
			"--help')\n",
			side);
	else
		print_help(stderr);
	return EXIT_USAGE;
}
