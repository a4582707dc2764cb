#include "firewall_read.h"

#include "base/monotime.h"
#include "net/firewall_parse.h"
#include "run/child.h"
#include "run/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_MOST = 16 << 20, PATH_SIZE = 64, OPTIONS_MAX = 4 };

/* How long all of the programs may take. */
struct patience {
	int seconds;
	struct monotime until;
};

/* ---- One program ---- */

/* Can it be read in time? Of a pidfd: has the program ended? */
static bool wait_for(int fd, struct monotime until)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	int64_t left_ns;
	int ready;

	do {
		left_ns = monotime_diff_ns(until, clock_monotonic());
		ready = poll(&readable, 1, left_ns > 0 ? (int)(left_ns / NS_PER_MS) + 1 : 0);
	} while (ready < 0 && errno == EINTR);
	return ready > 0;
}

/* All that it prints, until its end. False: it is not over in time, or too much. */
static bool take_output(const struct child *child, int fd, struct monotime until,
			struct text *output)
{
	char bytes[4096];
	ssize_t size = 1;

	while (size > 0 && output->size <= OUTPUT_MOST) {
		if (!wait_for(fd, until))
			return false;
		size = read(fd, bytes, sizeof bytes);
		if (size > 0)
			text_add(output, bytes, (size_t)size);
	}
	return size == 0 && wait_for(child->fd, until);
}

/* What it prints, and its exit status, or an error; then it runs no more. */
static int run(const char *const arguments[], const struct patience *patience, struct text *output,
	       struct error *error)
{
	struct child_options options = {
		.arguments = (char *const *)(uintptr_t)arguments, /* which it does not change */
		.streams = {CHILD_NULL, CHILD_NULL, CHILD_NULL},
	};
	struct child child;
	bool is_over;
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot make a pipe");
	options.streams[STDOUT_FILENO] = ends[1];
	status = child_start(&child, &options, error);
	close(ends[1]);
	is_over = status == 0 && take_output(&child, ends[0], patience->until, output);
	close(ends[0]);
	if (status < 0)
		return status;
	if (!is_over)
		child_signal(&child, SIGKILL);
	status = child_wait(&child);
	return is_over ? status
		       : error_set(error, HOSTCAST_SYSTEM,
				   "%s was not done within %d s, or printed more than %d MiB",
				   arguments[0], patience->seconds, OUTPUT_MOST >> 20);
}

/* By PATH, and as ordinary users mostly do not have the administrator's programs in it, where these
 * are. The first argument is the name, the others come from the caller. */
static int run_wherever(const char *name, const char *const options[],
			const struct patience *patience, struct text *output, struct error *error)
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
		if (i == 0 || access(path, F_OK) == 0)
			status = run(arguments, patience, output, error);
	}
	return status;
}

/* ---- What they show ---- */

/* A status below 0 is an error, which says why. */
static void explain(struct firewall *firewall, const char *program, int status,
		    const struct error *error)
{
	if (status < 0)
		snprintf(firewall->reason, sizeof firewall->reason,
			 "the rules can't be listed: %.160s", error->text);
	else
		snprintf(
			firewall->reason, sizeof firewall->reason,
			"listing the rules failed (%s: exit status %d): it takes CAP_NET_ADMIN, as "
			"root has it",
			program, status);
}

/* Elements of named sets (-t) may be very many, and say nothing here. */
static bool read_nft(const struct patience *patience, struct firewall *firewall)
{
	static const char *const options[] = {"-a", "-t", "list", "ruleset", NULL};
	struct text output = {0};
	struct error error;
	int status = run_wherever("nft", options, patience, &output, &error);
	bool is_read =
		status == 0 && !output.failed && firewall_parse_nft(text_string(&output), firewall);

	if (!is_read)
		explain(firewall, "nft", status, &error);
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
static bool read_legacy(const char *family, const struct patience *patience,
			struct firewall *firewall)
{
	static const char *const options[] = {"-c", NULL};
	bool is_v4 = strcmp(family, "ip") == 0;
	const char *names[] = {is_v4 ? "iptables-legacy-save" : "ip6tables-legacy-save",
			       is_v4 ? "iptables-save" : "ip6tables-save"};
	struct text output = {0};
	struct error error;
	bool is_read;
	int status = HOSTCAST_REFUSED;

	for (size_t i = 0; status < 0 && i < 2; i++)
		status = run_wherever(names[i], options, patience, &output, &error);
	is_read = status == 0 && !output.failed &&
		  firewall_parse_iptables(text_string(&output), family, firewall);
	if (!is_read)
		explain(firewall, names[1], status, &error);
	text_done(&output);
	return is_read;
}

void firewall_read(struct firewall *firewall, int seconds)
{
	const struct patience patience = {seconds,
					  monotime_add(clock_monotonic(), seconds * NS_PER_S)};

	*firewall = (struct firewall){0};
	firewall->is_known = read_nft(&patience, firewall);
	if (has_legacy_tables("/proc/net/ip_tables_names"))
		firewall->is_known |= read_legacy("ip", &patience, firewall);
	if (has_legacy_tables("/proc/net/ip6_tables_names"))
		firewall->is_known |= read_legacy("ip6", &patience, firewall);
}
