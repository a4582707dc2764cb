/* The inside of struct tree_socket: tree_receiving.c opens it and receives,
 * tree_sending.c sends. */
#ifndef RUN_TREE_SOCKET_INSIDE_H
#define RUN_TREE_SOCKET_INSIDE_H

#include "tree_socket.h"

enum { TRIES_MAX = 64 }; /* ICMP errors of other datagrams that may come out of one call */

__attribute__((format(printf, 2, 3))) void tree_socket_tell(struct tree_socket *s,
							    const char *format, ...);

/* Has this errno not been told yet? It counts as told from now on. */
bool tree_socket_is_new(struct tree_socket *s, int system);

/* A datagram to this address does not fit the path's MTU. */
void tree_socket_count_too_large(struct tree_socket *s, const union hostcast_address *to);

#endif
