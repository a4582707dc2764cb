/* The UDP side of an echo server: each datagram is answered from the address to which it came. */
#ifndef CLI_ECHO_UDP_SERVER_H
#define CLI_ECHO_UDP_SERVER_H

#include "log.h"

struct echo_udp_server;

/* Binds to the address. A message is a datagram; the answer is the same bytes, or the reply (NULL:
 * none). NULL: the error tells why not. */
struct echo_udp_server *echo_udp_server_new(struct echo_log *log,
					    const union hostcast_address *address,
					    const char *reply, struct error *error);

uint64_t echo_udp_server_drops(const struct echo_udp_server *server);

void echo_udp_server_free(struct echo_udp_server *server);

#endif
