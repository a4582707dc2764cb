/* What happened to groups, as moments in time: queries, reports, and how much came from whom when.
 * For pictures; who is a member is for traffic/group_history to say. Pure, but allocates. */
#ifndef TRAFFIC_GROUP_EVENTS_H
#define TRAFFIC_GROUP_EVENTS_H

#include "base/hash.h"
#include "decode/packet.h"
#include "rate_track.h"

enum {
	GROUP_EVENTS_MAX = 20000,
	GROUP_STREAMS_MAX = 512,
	GROUP_STREAM_PLACES = 2 * GROUP_STREAMS_MAX,
};

enum group_event_kind { GROUP_QUERIED, GROUP_REPORTED };

struct group_event {
	int64_t time_ns;
	enum group_event_kind kind;
	union hostcast_address group; /* port 0; of a general query family 0 */
	union hostcast_address host;  /* that asked or reported; port 0 */
};

/* What one source sends to one group. */
struct group_stream {
	union hostcast_address source, group; /* port 0 */
	struct rate_track track;
};

struct group_events {
	struct group_event *events; /* in the order in which they came */
	size_t count, room;
	struct group_stream *streams;
	size_t stream_count, stream_room;
	hash_place places[GROUP_STREAM_PLACES]; /* in the streams, by source and group */
	uint64_t not_kept;                      /* events and packets that there was no room for */
};

/* A new one is all zero. Takes any packet. */
void group_events_take(struct group_events *events, const struct frame *frame,
		       const struct packet *packet);
void group_events_done(struct group_events *events);

#endif
