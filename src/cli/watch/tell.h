/* What happens, told as a line, as JSON, or on the screen. */
#ifndef WATCH_TELL_H
#define WATCH_TELL_H

#include "watch.h"

/* "join", "leave" or "expired" of a member elsewhere, "join" or "leave" of this host (member NULL).
 */
void tell_member(struct watch *watch, const char *event, int64_t time_ns,
		 const struct member *member);
void tell_local(struct watch *watch, const char *event, int64_t time_ns, unsigned interface,
		const union hostcast_address *group);

/* "sender" (a new one), "silent", or "resumed" after so long. */
void tell_sender(struct watch *watch, const char *event, int64_t time_ns,
		 const struct sender *sender, int64_t silence_ns);

/* "stream": a new one of RTP; "loss": it lost so many packets since that was told last. */
void tell_stream(struct watch *watch, int64_t time_ns, const struct sender *sender,
		 const struct rtp_stream *stream);
void tell_loss(struct watch *watch, int64_t time_ns, const struct sender *sender,
	       const struct rtp_stream *stream, uint64_t packets);

/* "feeds": two are one stream. */
void tell_feeds(struct watch *watch, int64_t time_ns, const struct feed_pair *pair);

/* "querier": one is heard (again); "querier_silent": nobody asks any more. */
void tell_querier(struct watch *watch, const char *event, int64_t time_ns,
		  const struct querier *querier);

/* "hook": a program of --on-join or --on-leave has ended. */
void tell_hook(struct watch *watch, int64_t time_ns, const char *program, int status);

#endif
