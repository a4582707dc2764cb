/* Sends the probes of one side: one after the other, all kinds in turn, so that what is lost for a
 * moment is not all of one kind; and slowly, because nobody but the other side has asked for them.
 */
#ifndef DOCTOR_PROBE_SENDER_H
#define DOCTOR_PROBE_SENDER_H

#include "net/trains.h"
#include "peer_group.h"
#include "peer_message.h"
#include "run/loop.h"

#define PROBE_EVERY_NS (10 * NS_PER_MS)

typedef void probe_sender_done_fn(void *context);

struct probe_sender {
	struct loop *loop;
	int fd;                      /* of unicast: the socket that the other side knows */
	union hostcast_address to;   /* the other side; */
	union hostcast_address from; /* this host's address that it knows; family 0: any */
	const struct peer_group *group;
	uint64_t session;
	bool is_asker;
	unsigned user_ttl, large_size;
	probe_sender_done_fn *done; /* all were sent */
	void *context;

	unsigned next;              /* probe */
	unsigned sent[PROBE_KINDS]; /* without those that the system refused, */
	int refusal;                /* and with which errno it refused one to the group; or 0 */
	struct loop_timer timer;
};

/* All above `next` has been filled in. */
void probe_sender_begin(struct probe_sender *sender);
void probe_sender_stop(struct probe_sender *sender);

/* The size of large probes: more than one packet of this MTU (0: not known) holds. */
unsigned probe_large_size(unsigned mtu);

/* Why probes to the group could not all be sent; "" if they could. */
void probe_sender_problem(const struct probe_sender *sender, char text[static PEER_TEXT_SIZE]);

#endif
