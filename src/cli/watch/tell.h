/* What happens, told as a line, as JSON, or on the screen. */
#ifndef WATCH_TELL_H
#define WATCH_TELL_H

#include "watch_state.h"

enum watch_event {
	EVENT_JOIN,
	EVENT_LEAVE,
	EVENT_EXPIRED,
	EVENT_SENDER, /* a new one */
	EVENT_SILENT,
	EVENT_RESUMED,
	EVENT_WRONG_MAC, /* the first one of a sender */
	EVENT_BAD_CHECKSUM,
	EVENT_STREAM,
	EVENT_LOSS,
	EVENT_FEEDS,
	EVENT_QUERIER,
	EVENT_QUERIER_SILENT,
	EVENT_HOOK,
};

/* A join, a leave or what expired, of a member elsewhere; a join or a leave of this host. */
void tell_member(struct watch *watch, enum watch_event event, int64_t time_ns,
		 const struct member *member);
void tell_local(struct watch *watch, enum watch_event event, int64_t time_ns, unsigned interface,
		const union hostcast_address *group);

/* A new sender, one that is silent, or resumed after so long; or the first of its packets with a
 * MAC address that is not the group's, or a bad checksum. */
void tell_sender(struct watch *watch, enum watch_event event, int64_t time_ns,
		 const struct sender *sender, int64_t silence_ns);

/* A new stream of RTP; it lost so many packets since that was told last. */
void tell_stream(struct watch *watch, int64_t time_ns, const struct sender *sender,
		 const struct rtp_stream *stream);
void tell_loss(struct watch *watch, int64_t time_ns, const struct sender *sender,
	       const struct rtp_stream *stream, uint64_t packets);

/* Two feeds are one stream. */
void tell_feeds(struct watch *watch, int64_t time_ns, const struct feed_pair *pair);

/* A querier is heard (again), or nobody asks any more. */
void tell_querier(struct watch *watch, enum watch_event event, int64_t time_ns,
		  const struct querier *querier);

/* A program of --on-join or --on-leave has ended. */
void tell_hook(struct watch *watch, int64_t time_ns, const char *program, int status);

#endif
