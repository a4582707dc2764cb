/* How much came when, over any length of time in fixed room: counts in bins of equal width, which
 * doubles whenever the time grows beyond them. Of the first packets also when each came. Pure. */
#ifndef TRAFFIC_RATE_TRACK_H
#define TRAFFIC_RATE_TRACK_H

#include <stdint.h>

enum { RATE_BINS = 256, RATE_MOMENTS = 200 };

struct rate_track {
	int64_t begin_ns; /* of the first bin */
	int64_t width_ns; /* of each bin; 0: nothing came yet */
	uint64_t packets[RATE_BINS];
	uint64_t total_packets;
	int64_t last_ns;                  /* the latest packet */
	int64_t moments_ns[RATE_MOMENTS]; /* of the first ones, in the order in which they came */
};

/* A new one is all zero. What comes before its first packet counts in the first bin. */
void rate_track_add(struct rate_track *track, int64_t time_ns);

/* Packets in so many bins from this one on, and the most that there are in any so many of those
 * that begin at a multiple of them. */
uint64_t rate_track_sum(const struct rate_track *track, int first, int bins);
uint64_t rate_track_most(const struct rate_track *track, int bins);

#endif
