#include "kernel_counters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 65536 };

/* ---- Finding one ---- */

/* The rest of a line behind "Udp:"; NULL: it is of another protocol. */
static const char *behind_protocol(const char *line, const char *protocol)
{
	size_t size = strlen(protocol);

	return strncmp(line, protocol, size) == 0 && line[size] == ':' ? line + size + 1 : NULL;
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

/* The number of a word in a line, from 0; -1: it is not there. */
static int position_of(const char *line, const char *name)
{
	size_t size = strlen(name);

	for (int position = 0;; position++) {
		size_t length;

		line += strspn(line, " ");
		length = strcspn(line, " \n");
		if (length == 0)
			return -1;
		if (length == size && memcmp(line, name, size) == 0)
			return position;
		line += length;
	}
}

static int64_t number_at(const char *line, int position)
{
	char *end;
	int64_t value;

	for (; position > 0; position--) {
		line += strspn(line, " ");
		line += strcspn(line, " \n");
	}
	line += strspn(line, " \t");
	value = strtoll(line, &end, 10);
	return end == line ? COUNTER_UNKNOWN : value;
}

/* The names stand in the first line of a protocol, the values in its second. */
static int64_t find_in_protocol(const char *text, const char *protocol, const char *name)
{
	for (const char *line = text; *line; line = next_line(line)) {
		const char *names = behind_protocol(line, protocol);
		const char *values;
		int position;

		if (!names)
			continue;
		line = next_line(line);
		values = behind_protocol(line, protocol);
		position = position_of(names, name);
		return values && position >= 0 ? number_at(values, position) : COUNTER_UNKNOWN;
	}
	return COUNTER_UNKNOWN;
}

int64_t kernel_counter_find(const char *text, const char *protocol, const char *name)
{
	size_t size = strlen(name);

	if (protocol)
		return find_in_protocol(text, protocol, name);
	for (const char *line = text; *line; line = next_line(line))
		if (strncmp(line, name, size) == 0 && strchr(" \t", line[size]))
			return number_at(line + size, 0);
	return COUNTER_UNKNOWN;
}

/* ---- All of them ---- */

/* A text that is empty where there is no such file; NULL: out of memory. */
static char *read_file(const char *path)
{
	char *text = calloc(1, FILE_MAX);
	FILE *file = fopen(path, "re");

	if (text && file)
		text[fread(text, 1, FILE_MAX - 1, file)] = '\0';
	if (file)
		fclose(file);
	return text;
}

static void read_4(struct kernel_counters *c)
{
	char *snmp = read_file("/proc/net/snmp"), *netstat = read_file("/proc/net/netstat");

	if (snmp && netstat)
		*c = (struct kernel_counters){
			kernel_counter_find(snmp, "Ip", "InDiscards"),
			kernel_counter_find(snmp, "Ip", "ReasmFails"),
			kernel_counter_find(snmp, "Udp", "RcvbufErrors"),
			kernel_counter_find(snmp, "Udp", "NoPorts"),
			kernel_counter_find(snmp, "Udp", "InCsumErrors"),
			kernel_counter_find(netstat, "TcpExt", "IPReversePathFilter"),
		};
	free(snmp);
	free(netstat);
}

static void read_6(struct kernel_counters *c)
{
	char *snmp6 = read_file("/proc/net/snmp6");

	if (snmp6)
		*c = (struct kernel_counters){
			kernel_counter_find(snmp6, NULL, "Ip6InDiscards"),
			kernel_counter_find(snmp6, NULL, "Ip6ReasmFails"),
			kernel_counter_find(snmp6, NULL, "Udp6RcvbufErrors"),
			kernel_counter_find(snmp6, NULL, "Udp6NoPorts"),
			kernel_counter_find(snmp6, NULL, "Udp6InCsumErrors"),
			COUNTER_UNKNOWN,
		};
	free(snmp6);
}

void kernel_counters_read(int family, struct kernel_counters *counters)
{
	*counters = (struct kernel_counters){
		COUNTER_UNKNOWN, COUNTER_UNKNOWN, COUNTER_UNKNOWN,
		COUNTER_UNKNOWN, COUNTER_UNKNOWN, COUNTER_UNKNOWN,
	};
	if (family == AF_INET6)
		read_6(counters);
	else
		read_4(counters);
}

static int64_t growth(int64_t before, int64_t after)
{
	return before < 0 || after < before ? COUNTER_UNKNOWN : after - before;
}

struct kernel_counters kernel_counters_growth(const struct kernel_counters *before,
					      const struct kernel_counters *after)
{
	return (struct kernel_counters){
		growth(before->ip_discards, after->ip_discards),
		growth(before->ip_reassembly_failures, after->ip_reassembly_failures),
		growth(before->udp_buffer_errors, after->udp_buffer_errors),
		growth(before->udp_no_ports, after->udp_no_ports),
		growth(before->udp_bad_checksums, after->udp_bad_checksums),
		growth(before->reverse_path_filtered, after->reverse_path_filtered),
	};
}
