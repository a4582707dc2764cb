/* One RTP stream that is sent twice, on two groups or from two sources, so that what one way loses
 * comes by the other (SMPTE ST 2022-7): which feed is ahead, and what each of them lost, and both.
 * Pure, but allocates. */
#ifndef TRAFFIC_FEEDS_H
#define TRAFFIC_FEEDS_H

#include "live_senders.h"

enum {
	FEEDS_MAX = 16,
	FEED_WINDOW = 16384, /* numbers of which each feed is remembered */
};

/* What one feed has and the other has not, so long after it came, is lost there; the slowest class
 * of receivers allows 450 ms between feeds. */
#define FEED_PATIENCE_NS (1 * NS_PER_S)

/* Where a feed comes from. */
struct feed {
	union hostcast_address source, group;
	unsigned interface;
	uint16_t vlan;
};

/* A number of the stream. */
struct feed_slot {
	int64_t time_ns; /* when the first feed brought it, or a higher number */
	uint32_t timestamp;
	uint8_t seen; /* a bit for each feed */
};

struct feed_pair {
	uint32_t ssrc;
	struct feed feeds[2];
	int64_t begin_ns; /* since when they are compared */
	bool is_matched; /* both brought the same packet: it is one stream. Counted is from there on
			  */
	uint64_t both, only[2], neither; /* packets, when their time to come is over */
	uint64_t first[2];               /* how often each feed was ahead, */
	int64_t ahead_ns; /* and by how much the first one is: smoothed; below 0: the second is */
	int64_t ahead_least_ns, ahead_most_ns;
	uint64_t late;      /* came when their time was over */
	uint64_t different; /* the same number, but another timestamp */
	uint64_t restarts;  /* the numbers went on elsewhere */
	uint64_t highest,
		settled; /* extended numbers: seen, and up to which (without it) counted */
	struct feed_slot slots[FEED_WINDOW];
};

/* All zero at the beginning. */
struct feeds {
	struct feed_pair *list[FEEDS_MAX];
	size_t count;
	uint64_t refused; /* pairs that there was no room for */
};

void feeds_done(struct feeds *feeds);

/* Takes a packet of a stream that live_senders_take() told of. The pair that is known as one stream
 * by this very packet, or NULL. */
const struct feed_pair *feeds_take(struct feeds *feeds, const struct live_senders *senders,
				   const struct sender_news *news, int64_t time_ns);

/* Time has passed: counts what will not come any more, and forgets pairs of which both feeds ended,
 * or that turned out to be none: where one of them was silent, they are compared again later. */
void feeds_tick(struct feeds *feeds, int64_t now_ns);

/* What this feed (0 or 1) did not bring, of what is counted. */
uint64_t feed_lost(const struct feed_pair *pair, int feed);

#endif
