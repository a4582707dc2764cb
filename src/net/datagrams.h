/* Datagrams in batches: recvmmsg() and sendmmsg(), with what the kernel knows of each datagram. */
#ifndef NET_DATAGRAMS_H
#define NET_DATAGRAMS_H

#include "base/error.h"

/* Asks the kernel to tell of each datagram its destination and interface; and TTL and time too. */
int datagrams_want_destination(int fd, int family, struct error *error);
int datagrams_want_details(int fd, int family, struct error *error);

/* Buffers for one batch. */
struct datagrams;

/* Buffers for HOSTCAST_BATCH datagrams of receive_size bytes, NULL if memory is short. */
struct datagrams *datagrams_new(size_t receive_size);
void datagrams_free(struct datagrams *datagrams);

/* Reads up to count datagrams into the buffers from slot `first` on (first + count at most
 * HOSTCAST_BATCH) and describes each in messages. `local` is where the socket is bound. Returns how
 * many, 0 if there are none, or -errno. */
int datagrams_receive(struct datagrams *datagrams, int fd, const union hostcast_address *local,
		      size_t first, struct hostcast_message *messages, size_t count);

struct datagram_out {
	struct iovec payload;
	struct iovec tail; /* follows the payload in the same datagram; mostly empty */
	const union hostcast_address *to;   /* NULL: where the socket is connected to */
	const union hostcast_address *from; /* this host's address to send from; NULL: the system's
					       choice */
};

/* Sends up to HOSTCAST_BATCH datagrams in their order; returns how many went, or -errno if the
 * first one failed. -EINVAL or -ENETUNREACH may mean that `from` is no address of this host. */
int datagrams_send(int fd, const struct datagram_out *list, size_t count);

/* Datagrams that the kernel dropped at this socket, its receive buffer being full. */
uint64_t datagrams_dropped(int fd);

#endif
