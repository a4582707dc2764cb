/* Datagrams in batches, received with recvmmsg(), with what the kernel knows of each. */
#ifndef NET_DATAGRAMS_H
#define NET_DATAGRAMS_H

#include "base/error.h"

/* Asks the kernel to tell of each datagram its destination and interface; and TTL and time too. */
int datagrams_want_destination(int fd, int family, struct error *error);
int datagrams_want_details(int fd, int family, struct error *error);

/* Takes as one what came together (UDP_GRO), which is several times cheaper where
 * senders or interfaces make trains of them. Not on Linux before 5.0: nothing changes then. Only
 * for those whose buffers have DATAGRAM_MAX bytes: the kernel cuts a train off that does not fit.
 */
enum { DATAGRAM_MAX = 65535 };
void datagrams_want_trains(int fd);

/* What one read gave: a datagram; or a train, datagrams of one size, of which the last may be
 * shorter, from one source. */
struct arrival {
	struct hostcast_message whole; /* data and size are those of all of it */
	size_t segment;                /* bytes of each but the last; of a datagram: its size */
	size_t header;                 /* bytes before the payload in each, which has that many */
};

/* The number of datagrams, the payload of each, and the same with what is known of all of them. */
size_t arrival_count(const struct arrival *arrival);
struct iovec arrival_payload(const struct arrival *arrival, size_t index);
void arrival_at(const struct arrival *arrival, size_t index, struct hostcast_message *message);

/* Buffers for one batch. */
struct datagrams;

/* Buffers for HOSTCAST_BATCH arrivals of receive_size bytes, NULL if memory is short. */
struct datagrams *datagrams_new(size_t receive_size);
void datagrams_free(struct datagrams *datagrams);

/* How many of so many arrivals should be read at once, judged by the last ones: of trains no more
 * than stay in the processor's cache until they are dealt with, of single datagrams no more than
 * can leave as one train. */
size_t datagrams_share(const struct datagrams *datagrams, size_t count);

/* Reads up to count arrivals into the buffers from slot `first` on (first + count at most
 * HOSTCAST_BATCH) and describes each. `local` is where the socket is bound. Returns how many, 0 if
 * there are none, or -errno. */
int datagrams_receive(struct datagrams *datagrams, int fd, const union hostcast_address *local,
		      size_t first, struct arrival *arrivals, size_t count);

/* Datagrams that the kernel dropped at this socket, its receive buffer being full. */
uint64_t datagrams_dropped(int fd);

#endif
