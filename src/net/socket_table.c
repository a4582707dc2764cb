#include "socket_table.h"

#include "address.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool socket_table_parse_address(const char *hex, union hostcast_address *address)
{
	size_t digits = strlen(hex);
	uint32_t words[4] = {0};
	char word[9] = {0};

	if ((digits != 8 && digits != 32) || strspn(hex, "0123456789abcdefABCDEF") != digits)
		return false;
	for (size_t i = 0; i < digits / 8; i++) {
		memcpy(word, hex + 8 * i, 8);
		words[i] = (uint32_t)strtoul(word, NULL, 16);
	}
	*address = (union hostcast_address){0};
	if (digits == 8) {
		address->v4.sin_family = AF_INET;
		memcpy(&address->v4.sin_addr, words, 4);
	} else {
		address->v6.sin6_family = AF_INET6;
		memcpy(&address->v6.sin6_addr, words, 16);
	}
	return true;
}

/* "SLOT: LOCAL:PORT REMOTE:PORT STATE QUEUES TIMER RETRANSMITS UID TIMEOUT INODE REFERENCES POINTER
 * DROPS", and TCP has something else in the place of the last. */
bool socket_table_parse(const char *line, struct socket_row *row)
{
	struct socket_row r = {0};
	char hex[33];
	unsigned port;

	if (sscanf(line,
		   " %*d: %32[0-9A-F]:%4x %*[0-9A-F]:%*x %x %*s %*s %*s %u %*u %" SCNu64
		   " %*d %*s %" SCNu64,
		   hex, &port, &r.state, &r.uid, &r.inode, &r.drops) < 5 ||
	    !socket_table_parse_address(hex, &r.local))
		return false;
	address_set_port(&r.local, (uint16_t)port);
	*row = r;
	return true;
}

void socket_table_read(const char *path, socket_row_fn *function, void *context)
{
	FILE *file = fopen(path, "re");
	struct socket_row row;
	char line[512];

	if (!file)
		return;
	while (fgets(line, sizeof line, file))
		if (socket_table_parse(line, &row))
			function(context, &row);
	fclose(file);
}
