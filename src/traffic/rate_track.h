/* How much came when, over any length of time in fixed room: counts in bins of equal width, which
 * doubles whenever the time grows beyond them. Pure. */
#ifndef TRAFFIC_RATE_TRACK_H
#define TRAFFIC_RATE_TRACK_H

#include <stdint.h>

enum { RATE_BINS = 256 };

struct rate_track {
	int64_t begin_ns; /* of the first bin */
	int64_t width_ns; /* of each bin; 0: nothing came yet */
	uint64_t packets[RATE_BINS];
	uint64_t total_packets, total_bytes;
};

/* A new one is all zero. What comes before its first packet counts in the first bin. */
void rate_track_add(struct rate_track *track, int64_t time_ns, uint64_t bytes);

/* Packets in so many bins from this one on, and the most that there are in any so many of those
 * that begin at a multiple of them. */
uint64_t rate_track_sum(const struct rate_track *track, int first, int bins);
uint64_t rate_track_most(const struct rate_track *track, int bins);

#endif
