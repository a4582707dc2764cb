/* Senders as they are at this moment: traffic/senders, and beside each how fast it sends now,
 * whether it is silent, and which RTP streams it has. Pure, but allocates. Who was silent for long
 * makes room for others, since a host that sends from a new port each time would fill the table
 * within a day. */
#ifndef TRAFFIC_LIVE_SENDERS_H
#define TRAFFIC_LIVE_SENDERS_H

#include "base/monotime.h"
#include "rtp.h"
#include "senders.h"

enum { RTP_STREAMS_MAX = 128 };

/* Without a limit of one's own, a sender is silent after ten times its longest interval of late,
 * but not before one second; one that was heard only once, after five. So who sends a burst now and
 * then is told of once, and not after each. */
#define SILENCE_LEAST_NS    (1 * NS_PER_S)
#define SILENCE_ONCE_NS     (5 * NS_PER_S)

/* Silent for so long, a sender is forgotten when three quarters of the table are full. */
#define SENDER_FORGOTTEN_NS (60 * NS_PER_S)

/* Silent for so long, a stream makes room for another one: who forges streams does not hide real
 * ones for long, and streams that all go on do not push out each other. */
#define STREAM_FORGOTTEN_NS (2 * NS_PER_S)

/* An RTP stream of a sender. */
struct live_stream {
	struct rtp_stream rtp;
	uint64_t told_lost; /* as news */
	struct live_stream *next;
};

struct live_sender {
	uint64_t datagrams; /* taken in here, */
	int64_t last_ns;    /* the last of them then */
	double interval_ns; /* the longest between two datagrams, 1/64 less with each since; 0:
			       there were not two */
	bool is_silent;
	bool has_wrong_mac, has_bad_checksum; /* any of its packets, as news */
	uint64_t datagrams_then, bytes_then;  /* at the last tick */
	double datagrams_per_s, bits_per_s;   /* between the last two ticks */
	struct rtp_probe probe;
	struct live_stream *streams;
};

struct live_senders {
	struct senders senders;
	struct live_sender live[SENDERS_MAX]; /* of the sender with the same index */
	int64_t silence_ns;                   /* a limit of one's own; 0: as above */
	int64_t listening_since_ns;           /* no silence begins before, since packets may have
						 been missed then; 0: none was */
	int64_t tick_ns;                      /* the last one; 0: there was none */
	size_t stream_count;
	uint64_t forgotten_senders; /* that were silent for long */
	uint64_t forgotten_streams; /* that made room for others */
	uint64_t refused_streams;   /* packets of RTP streams that there was no room for */
};

void live_senders_done(struct live_senders *senders);

/* What a packet tells of its sender. */
struct sender_news {
	struct sender *sender; /* NULL: it is not to a group, or there is no room */
	bool is_new;           /* it was not known */
	bool has_first_wrong_mac, has_first_bad_checksum; /* none of its packets had before */
	int64_t silence_ns; /* it is heard again after so long, whether or not a tick has told that
			       it was silent; 0: it was not */
	struct live_stream *stream; /* whose packet it is; NULL: it is of none */
	bool is_new_stream;         /* it was not known */
	struct rtp_header rtp;      /* of the stream's packet */
};

struct sender_news live_senders_take(struct live_senders *senders, const struct frame *frame,
				     const struct packet *packet);

/* What is there beside a sender. */
static inline struct live_sender *live_sender_of(struct live_senders *senders,
						 const struct sender *sender)
{
	return &senders->live[sender - senders->senders.list];
}

/* Time has passed, about a second: measures rates, finds out who is silent, forgets. Packets that
 * passed after `heard_ns` may not all have been taken in yet: whoever is silent was so before.
 * Tells of each sender that became silent, and of each stream that lost packets since it was told
 * last. */
struct sender_tick_events {
	void (*silent)(void *context, const struct sender *sender);
	void (*lost)(void *context, const struct sender *sender, const struct live_stream *stream,
		     uint64_t packets);
};
void live_senders_tick(struct live_senders *senders, int64_t now_ns, int64_t heard_ns,
		       const struct sender_tick_events *events, void *context);

#endif
