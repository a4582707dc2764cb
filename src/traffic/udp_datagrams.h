/* Requests and answers over UDP, which itself knows of neither: a datagram of the client is a
 * request, one that comes back an answer. Pure.
 *
 * Which request an answer belongs to is inferred: the last one without an answer that had the same
 * bytes (an echo), else the last one without an answer; of a group, which many answer, the last. */
#ifndef TRAFFIC_UDP_DATAGRAMS_H
#define TRAFFIC_UDP_DATAGRAMS_H

#include "conversation.h"

/* Fills in what belongs to UDP of a new step, before it is added to the conversation. */
void udp_judge(struct conversation *conversation, struct step *step,
	       const struct udp_datagram *datagram);

/* How it ended. */
void udp_conclude(struct conversation *conversation);

#endif
