/* The UDP sockets of this host: where each is bound, what it lost, and which process has it. */
#ifndef NET_UDP_SOCKETS_H
#define NET_UDP_SOCKETS_H

#include "base/error.h"

#include <sys/types.h>

struct udp_socket {
	union hostcast_address local; /* where it is bound, with the port */
	uint64_t inode;               /* as in struct process_socket */
	unsigned uid;                 /* whose it is */
	uint64_t drops;               /* datagrams that it has lost so far: its receive buffer was
					 full, or a checksum wrong, or its filter took them out */
	pid_t pid; /* the first process that holds it; 0: none that is visible to us */
	int fd;    /* its number there */
};

struct udp_sockets {
	struct udp_socket *list; /* by inode */
	size_t count, room;
};

/* Those of both families that are bound to a port; 0: to any. HOSTCAST_NO_MEMORY. Free with
 * udp_sockets_done(), also after a failure. */
int udp_sockets_read(uint16_t port, struct udp_sockets *sockets, struct error *error);
void udp_sockets_done(struct udp_sockets *sockets);

/* NULL: none. */
const struct udp_socket *udp_socket_by_inode(const struct udp_sockets *sockets, uint64_t inode);

#endif
