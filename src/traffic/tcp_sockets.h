/* What the sockets at both ends of a TCP conversation did: their states (RFC 9293 section 3.3.2)
 * and the calls of the programs, as far as segments tell. Pure.
 *
 * Nothing of this stands in a segment. It is inferred: a call that sends from the segment that it
 * causes, one that waits from the segment after which it can return. */
#ifndef TRAFFIC_TCP_SOCKETS_H
#define TRAFFIC_TCP_SOCKETS_H

#include "conversation.h"

/* Fills in the calls and states of all steps, and how it ended. */
void tcp_infer_sockets(struct conversation *conversation);

#endif
