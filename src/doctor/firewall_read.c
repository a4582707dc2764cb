#include "firewall_read.h"

#include "net/firewall_parse.h"
#include "run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_MOST = 16 << 20, SILENCE_MS = 10000, PATH_SIZE = 64, OPTIONS_MAX = 4 };

/* ---- One program ---- */

/* True if there is more to come. */
static bool read_some(int fd, struct text *output, bool *is_broken)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	char bytes[4096];
	ssize_t size;
	int ready = poll(&readable, 1, SILENCE_MS);

	if (ready < 0 && errno == EINTR)
		return true;
	size = ready > 0 ? read(fd, bytes, sizeof bytes) : -1;
	*is_broken = size < 0 || output->size > OUTPUT_MOST;
	if (*is_broken)
		return false;
	text_add(output, bytes, (size_t)size);
	return size > 0;
}

/* What it prints, and its exit status. One that says nothing more, or too much, is killed. */
static int run(const char *const arguments[], struct text *output, struct error *error)
{
	struct child_options options = {
		.arguments = (char *const *)(uintptr_t)arguments, /* which it does not change */
		.streams = {CHILD_NULL, CHILD_NULL, CHILD_NULL},
	};
	bool is_broken = false;
	struct child child;
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot make a pipe");
	options.streams[STDOUT_FILENO] = ends[1];
	status = child_start(&child, &options, error);
	close(ends[1]);
	while (status == 0 && read_some(ends[0], output, &is_broken))
		continue;
	close(ends[0]);
	if (status < 0)
		return status;
	if (is_broken)
		child_signal(&child, SIGKILL);
	return child_wait(&child);
}

/* Ordinary users mostly do not have the administrator's programs in their PATH. The first argument
 * is the name, the others come from the caller. */
static int run_wherever(const char *name, const char *const options[], struct text *output,
			struct error *error)
{
	static const char *const directories[] = {"", "/usr/sbin/", "/sbin/"};
	const char *arguments[OPTIONS_MAX + 2] = {0};
	char path[PATH_SIZE];
	int status = HOSTCAST_REFUSED;

	arguments[0] = path;
	for (size_t i = 0; i < OPTIONS_MAX && options[i]; i++)
		arguments[i + 1] = options[i];
	for (size_t i = 0; status == HOSTCAST_REFUSED && i < 3; i++) {
		snprintf(path, sizeof path, "%s%s", directories[i], name);
		status = run(arguments, output, error);
	}
	return status;
}

/* ---- What they show ---- */

static void explain(struct firewall *firewall, const char *program, int status)
{
	if (status < 0)
		snprintf(firewall->reason, sizeof firewall->reason,
			 "the program %s, which lists the rules, is not installed", program);
	else
		snprintf(
			firewall->reason, sizeof firewall->reason,
			"listing the rules failed (%s: exit status %d): it takes CAP_NET_ADMIN, as "
			"root has it",
			program, status);
}

/* Elements of named sets (-t) may be very many, and say nothing here. */
static bool read_nft(struct firewall *firewall)
{
	static const char *const options[] = {"-a", "-t", "list", "ruleset", NULL};
	struct text output = {0};
	struct error ignored;
	int status = run_wherever("nft", options, &output, &ignored);
	bool is_read =
		status == 0 && !output.failed && firewall_parse_nft(text_string(&output), firewall);

	if (!is_read)
		explain(firewall, "nft", status);
	text_done(&output);
	return is_read;
}

/* The kernel names the tables of the older iptables that are in use here. */
static bool has_legacy_tables(const char *path)
{
	FILE *file = fopen(path, "re");
	bool has_some = file && fgetc(file) != EOF;

	if (file)
		fclose(file);
	return has_some;
}

/* Where both kinds are installed, the older one has a name of its own. */
static bool read_legacy(const char *family, struct firewall *firewall)
{
	static const char *const options[] = {"-c", NULL};
	bool is_v4 = strcmp(family, "ip") == 0;
	const char *names[] = {is_v4 ? "iptables-legacy-save" : "ip6tables-legacy-save",
			       is_v4 ? "iptables-save" : "ip6tables-save"};
	struct text output = {0};
	struct error ignored;
	bool is_read;
	int status = HOSTCAST_REFUSED;

	for (size_t i = 0; status < 0 && i < 2; i++)
		status = run_wherever(names[i], options, &output, &ignored);
	is_read = status == 0 && !output.failed &&
		  firewall_parse_iptables(text_string(&output), family, firewall);
	if (!is_read)
		explain(firewall, names[1], status);
	text_done(&output);
	return is_read;
}

void firewall_read(struct firewall *firewall)
{
	*firewall = (struct firewall){0};
	firewall->is_known = read_nft(firewall);
	if (has_legacy_tables("/proc/net/ip_tables_names"))
		firewall->is_known |= read_legacy("ip", firewall);
	if (has_legacy_tables("/proc/net/ip6_tables_names"))
		firewall->is_known |= read_legacy("ip6", firewall);
}
