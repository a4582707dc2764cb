#include "membership_files.h"

#include "socket_table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 512 };

/* 2 * size digits, byte by byte. */
static bool parse_bytes(const char *hex, uint8_t *bytes, size_t size)
{
	if (strlen(hex) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &bytes[i]) != 1)
			return false;
	return true;
}

static bool parse_address_6(const char *hex, union hostcast_address *address)
{
	*address = (union hostcast_address){.v6.sin6_family = AF_INET6};
	return parse_bytes(hex, address->v6.sin6_addr.s6_addr, 16);
}

/* "0xe0000001": the value of the address, whatever the byte order of the machine. */
static bool parse_value_4(const char *hex, union hostcast_address *address)
{
	char *end;
	unsigned long value = strtoul(hex, &end, 16);

	if (end == hex || *end || value > UINT32_MAX)
		return false;
	*address = (union hostcast_address){.v4.sin_family = AF_INET};
	address->v4.sin_addr.s_addr = htonl((uint32_t)value);
	return true;
}

/* ---- Groups ---- */

/* A line of an interface is "1\tlo        :     1      V3"; its groups follow, each indented:
 * "\t\t\t\t010000E0     1 0:00000000\t\t0", the group in this machine's byte order, then the users.
 * True if the line is a group. */
static bool parse_igmp(const char *line, unsigned *interface, union hostcast_address *group,
		       long *users)
{
	char hex[9];

	if (isdigit((unsigned char)line[0])) {
		if (sscanf(line, "%u", interface) != 1)
			*interface = 0;
		return false;
	}
	return *interface > 0 && sscanf(line, " %8[0-9A-Fa-f] %ld", hex, users) == 2 &&
	       socket_table_parse_address(hex, group);
}

/* "1    lo              ff020000000000000000000000000001     1 0000000C 0" */
static bool parse_igmp6(const char *line, unsigned *interface, union hostcast_address *group,
			long *users)
{
	char hex[33];

	return sscanf(line, "%u %*s %32[0-9A-Fa-f] %ld", interface, hex, users) == 3 &&
	       parse_address_6(hex, group);
}

static bool keep_group(struct memberships *memberships, enum membership_files_use use,
		       unsigned interface, const union hostcast_address *group, long users)
{
	struct membership *membership;

	if (use == FILES_ADD)
		return memberships_add(memberships, interface, group, users);
	membership = memberships_get(memberships, interface, group);
	if (membership)
		membership->users = users;
	return true;
}

bool membership_files_read_groups(FILE *file, int family, enum membership_files_use use,
				  struct memberships *memberships)
{
	union hostcast_address group;
	unsigned interface = 0;
	char line[LINE_SIZE];
	long users;

	while (fgets(line, sizeof line, file)) {
		bool is_group = family == AF_INET ? parse_igmp(line, &interface, &group, &users)
						  : parse_igmp6(line, &interface, &group, &users);

		if (is_group && !keep_group(memberships, use, interface, &group, users))
			return false;
	}
	return true;
}

/* ---- Sources ---- */

/* "  1     lo 0xe8010101 0x0a000007      1      0": group, source, including, excluding sockets.
 * The IPv6 file has the addresses without 0x. */
static bool parse_source(const char *line, unsigned *interface, union hostcast_address *group,
			 struct membership_source *source)
{
	char group_hex[33], source_hex[33];

	if (sscanf(line, "%u %*s %32s %32s %u %u", interface, group_hex, source_hex,
		   &source->include, &source->exclude) != 5)
		return false;
	if (strncmp(group_hex, "0x", 2) == 0)
		return parse_value_4(group_hex, group) &&
		       parse_value_4(source_hex, &source->address);
	return parse_address_6(group_hex, group) && parse_address_6(source_hex, &source->address);
}

bool membership_files_read_sources(FILE *file, struct memberships *memberships)
{
	struct membership_source source;
	union hostcast_address group;
	unsigned interface;
	char line[LINE_SIZE];

	while (fgets(line, sizeof line, file)) {
		struct membership *membership = NULL;

		if (parse_source(line, &interface, &group, &source))
			membership = memberships_get(memberships, interface, &group);
		if (membership && !membership_add_source(membership, &source))
			return false;
	}
	return true;
}

/* ---- Ethernet addresses ---- */

/* "4    eth0            1     0     01005e000001" */
bool membership_files_read_filters(FILE *file, struct memberships *memberships)
{
	uint8_t mac[MAC_SIZE];
	unsigned interface;
	char line[LINE_SIZE], hex[80];

	while (fgets(line, sizeof line, file))
		if (sscanf(line, "%u %*s %*u %*u %79s", &interface, hex) == 2 &&
		    parse_bytes(hex, mac, sizeof mac) &&
		    !memberships_add_filter(memberships, interface, mac))
			return false;
	return true;
}
