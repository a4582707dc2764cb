/* The senders that a receiver hears: so many, found by where they send from and the number of their
 * run. */
#ifndef BENCH_STREAMS_H
#define BENCH_STREAMS_H

#include "hostcast.h"
#include "tally.h"

enum { STREAMS_MAX = 64 };

struct stream {
	union hostcast_address source; /* family 0: unknown, in a tree */
	uint32_t id;                   /* 0 for iperf, which has none */
	bool is_iperf;
	bool is_over;                    /* its run */
	union hostcast_address reply_to; /* family 0: unknown */
	struct monotime heard;
	struct monotime reported; /* to it */
	unsigned step;            /* 0: none yet */
	bool is_step_open;        /* it has not been shown */
	uint64_t sent;            /* in this step, as the sender says; 0: not yet */
	struct tally *tally;      /* of this step */
};

struct streams {
	struct stream *list[STREAMS_MAX];
	size_t count;
	size_t last;       /* that was found */
	uint64_t unlisted; /* datagrams of more senders than that, or no memory was left for them */
};

/* The stream of this sender, NULL if there is none. */
struct stream *streams_find(struct streams *streams, const union hostcast_address *source,
			    uint32_t id, bool is_iperf);

/* Where no place is left: the one that sent no message and was silent longest. NULL: there is a
 * place, or all of them send. */
struct stream *streams_idlest(const struct streams *streams);

/* Adds one; where there are too many it takes the place of one that is over. NULL: there is no
 * room, which is counted. */
struct stream *streams_add(struct streams *streams, const union hostcast_address *source,
			   uint32_t id, bool is_iperf);

void streams_done(struct streams *streams);

#endif
