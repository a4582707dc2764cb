/* Answers to datagrams, each from the address at which its request arrived: a client that asked one
 * of a host's addresses takes no answer from another. */
#ifndef NET_ANSWER_H
#define NET_ANSWER_H

#include "hostcast.h"

/* Sends one datagram back to a message's source, from the message's destination where that is an
 * address of this host (so the socket may be bound to a wildcard, with datagrams_want_details()).
 * Returns 0, ANSWER_FROM_ANY where the kernel had to choose another source (the request went to a
 * broadcast address or a group), or -errno; -EAGAIN: the send buffer is full. */
enum { ANSWER_FROM_ANY = 1 };
int answer_send(int fd, const struct hostcast_message *message, const void *data, size_t size);

#endif
