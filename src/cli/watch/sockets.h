/* The groups that are watched, joined by watch itself: where it may not capture, what its sockets
 * get stands for what is on the wire; elsewhere it only makes switches send the groups here. */
#ifndef WATCH_SOCKETS_H
#define WATCH_SOCKETS_H

#include "cli/session.h"
#include "decode/packet.h"
#include "hostcast.h"

struct sockets;

/* A datagram, as a packet of which only what a socket knows is filled in. */
typedef void sockets_packet_fn(void *context, const struct frame *frame,
			       const struct packet *packet);

/* Joins these groups, [SOURCE@]GROUP[:PORT]. function NULL: what comes is dropped. NULL after it
 * failed the session. Free it before the session is done. */
struct sockets *sockets_new(struct session *session, char **groups, int count,
			    sockets_packet_fn *function, void *context);
void sockets_free(struct sockets *sockets);

/* Takes what has come. Returns until when everything that came has been taken. */
int64_t sockets_tick(struct sockets *sockets, int64_t now_ns);

/* Datagrams that the kernel dropped because they were not taken in time. */
uint64_t sockets_dropped(const struct sockets *sockets);

#endif
