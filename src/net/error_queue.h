/* What a socket's error queue tells (IP_RECVERR, ip(7)): which datagram could not go on, and why.
 * An unconnected socket learns of ICMP errors in no other way. */
#ifndef NET_ERROR_QUEUE_H
#define NET_ERROR_QUEUE_H

#include "base/error.h"

/* From now on errors are queued. A call on the socket may then also fail with the error of an
 * earlier datagram; error_queue_next() takes it away. */
int error_queue_enable(int fd, int family, struct error *error);

struct queued_error {
	int system;                /* errno */
	bool is_local;             /* of this host's kernel, not from the network */
	unsigned mtu;              /* of EMSGSIZE: what the path takes; else 0 */
	union hostcast_address to; /* where the datagram was sent; family 0: unknown */
};

/* Takes the next one; false if there is none. */
bool error_queue_next(int fd, struct queued_error *queued);

#endif
