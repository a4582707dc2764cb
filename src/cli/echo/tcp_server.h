/* The TCP side of an echo server: any number of clients at once, each answered in the order of its
 * messages. */
#ifndef CLI_ECHO_TCP_SERVER_H
#define CLI_ECHO_TCP_SERVER_H

#include "log.h"

struct echo_tcp_server;

/* Listens at the address. Plainly, a message is what one read gave, and the answer is the same
 * bytes; with a reply (NULL: none) a message is a line, or the rest at end of file, and the answer
 * is the reply. NULL: the error tells why not. */
struct echo_tcp_server *echo_tcp_server_new(struct echo_log *log,
					    const union hostcast_address *address,
					    const char *reply, struct error *error);

/* Closes every connection and logs it. */
void echo_tcp_server_close_all(struct echo_tcp_server *server);

void echo_tcp_server_free(struct echo_tcp_server *server);

#endif
