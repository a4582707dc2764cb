#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limit.h"

/* clang-format off */
static const char usage[] =
	"limit: what a bare program reaches on this kernel\n"
	"\n"
	"  limit send    one|batch|uring|train       ADDRESS PORT [OPTION]...\n"
	"  limit recv    one|batch|uring|train       ADDRESS PORT [OPTION]...\n"
	"  limit forward one|batch|uring|train|whole ADDRESS PORT CHILD... [OPTION]...\n"
	"  limit echo | ping | oneway-send | oneway-recv ADDRESS PORT [OPTION]...\n"
	"\n"
	"  one      a system call for each message: send(), recv()\n"
	"  batch    sendmmsg() and recvmmsg()\n"
	"  uring    io_uring, as many at once\n"
	"  train    many messages of one size as one: UDP_SEGMENT to send, UDP_GRO to receive;\n"
	"           forward reads them singly with recvmmsg() and makes a train for each child\n"
	"  whole    forward reads trains with UDP_GRO and passes them on as they are\n"
	"\n"
	"  -i NAME     interface of a group\n"
	"  -s BYTES    size of a message (64)\n"
	"  -t SECONDS  how long to send (1)\n"
	"  -r RATE     messages a second (0: as many as the kernel takes; oneway-send: 1000)\n"
	"  -g COUNT    messages in a train, at most (64)\n"
	"  -b COUNT    buffers that one recvmmsg() fills (64 of a message, or 8 of 64 KiB)\n"
	"  -B BYTES    receive buffer of the socket (4194304)\n"
	"  -c          forward: a connected socket for each child\n"
	"  -T          send: to the root of a tree of hostcast, with the header of its payloads\n"
	"  -S          echo, ping, oneway-recv: spin instead of sleeping until something comes\n"
	"\n"
	"ADDRESS is a group, a host, or for those that receive an address of this host. Children hear\n"
	"at the same PORT. Who receives says \"ready\" on standard error, and ends when the sender says\n"
	"that it is done, or when nothing came for a second (10 at first). The result is one line of\n"
	"KEY=VALUE.\n";
/* clang-format on */

enum { NO_WAY = -1 };

static const struct mode {
	const char *name;
	int (*run)(const struct settings *settings);
	int last_way; /* of the ways in their order */
} modes[] = {
	{"send", run_send, TRAIN},
	{"recv", run_recv, TRAIN},
	{"forward", run_forward, WHOLE},
	{"echo", run_echo, NO_WAY},
	{"ping", run_ping, NO_WAY},
	{"oneway-send", run_oneway_send, NO_WAY},
	{"oneway-recv", run_oneway_recv, NO_WAY},
};

int wrong_usage(void)
{
	fputs(usage, stderr);
	return 2;
}

static const struct mode *find_mode(const char *name)
{
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	return NULL;
}

static int find_way(const char *name, int last_way, enum way *way)
{
	static const char *const names[] = {"one", "batch", "uring", "train", "whole"};

	for (int i = 0; i <= last_way; i++)
		if (strcmp(names[i], name) == 0) {
			*way = (enum way)i;
			return 1;
		}
	return 0;
}

static int parse_options(struct settings *settings, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "i:s:t:r:g:b:B:cST")) != -1) {
		switch (option) {
		case 'i':
			settings->interface = optarg;
			break;
		case 's':
			settings->size = (size_t)atoi(optarg);
			break;
		case 't':
			settings->seconds = atof(optarg);
			break;
		case 'r':
			settings->rate = atof(optarg);
			break;
		case 'g':
			settings->segments = atoi(optarg);
			break;
		case 'b':
			settings->buffers = atoi(optarg);
			break;
		case 'B':
			settings->receive_bytes = atoi(optarg);
			break;
		case 'c':
			settings->has_socket_each = 1;
			break;
		case 'T':
			settings->is_for_tree = 1;
			break;
		case 'S':
			settings->is_spinning = 1;
			break;
		default:
			return 0;
		}
	}
	return settings->size >= MARKER_BYTES && settings->size <= TRAIN_BYTES &&
	       settings->segments >= 1 && settings->segments <= SEGMENTS_MAX &&
	       settings->buffers >= 0 && settings->rate >= 0;
}

int main(int argc, char **argv)
{
	struct settings settings = {
		.size = 64,
		.seconds = 1,
		.segments = SEGMENTS_MAX,
		.receive_bytes = 4 << 20,
	};
	const struct mode *mode;
	char **rest;
	int has_options = parse_options(&settings, argc, argv);

	rest = argv + optind;
	if (!has_options || argc - optind < 3 || (mode = find_mode(rest[0])) == NULL)
		return wrong_usage();
	if (mode->last_way != NO_WAY && !find_way(*++rest, mode->last_way, &settings.way))
		return wrong_usage();
	settings.children = rest + 3;
	settings.child_count = (int)(argv + argc - settings.children);
	if (settings.child_count < 0 || settings.child_count > CHILDREN_MAX)
		return wrong_usage();
	settings.address = rest[1];
	settings.port = rest[2];
	return mode->run(&settings);
}
