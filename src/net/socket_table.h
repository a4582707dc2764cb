/* The kernel's tables of sockets: /proc/net/udp, udp6, raw, tcp and their kin. */
#ifndef NET_SOCKET_TABLE_H
#define NET_SOCKET_TABLE_H

#include "hostcast.h"

struct socket_row {
	union hostcast_address local; /* where it is bound, with the port */
	unsigned state;               /* of TCP */
	unsigned uid;                 /* whose it is */
	uint64_t inode;               /* which socket: see struct process_socket */
	uint64_t drops; /* of UDP: datagrams that its full receive buffer has lost so far */
};

enum { SOCKET_ROW_LISTENS = 0x0a };

typedef void socket_row_fn(void *context, const struct socket_row *row);

/* Calls function for each row of the table at path; a table that is not there is empty. */
void socket_table_read(const char *path, socket_row_fn *function, void *context);

/* One line of such a table. False for the heading and for what is not understood. */
bool socket_table_parse(const char *line, struct socket_row *row);

/* 8 or 32 hexadecimal digits as /proc/net/udp and igmp write an address, in 32-bit words of this
 * machine's byte order; the port is 0. */
bool socket_table_parse_address(const char *hex, union hostcast_address *address);

#endif
