#include "rate_track.h"

#include <string.h>

#define FIRST_WIDTH_NS INT64_C(1000000)

static void halve(struct rate_track *track)
{
	for (int i = 0; i < RATE_BINS / 2; i++)
		track->packets[i] = track->packets[2 * i] + track->packets[2 * i + 1];
	memset(&track->packets[RATE_BINS / 2], 0, sizeof track->packets / 2);
	track->width_ns *= 2;
}

/* Wide enough for any time, the width stays below 2^57 ns: 256 bins of 2^56 ns are 2^64 ns. */
void rate_track_add(struct rate_track *track, int64_t time_ns)
{
	int64_t since_ns;

	if (track->width_ns == 0) {
		track->begin_ns = track->last_ns = time_ns;
		track->width_ns = FIRST_WIDTH_NS;
	}
	since_ns = time_ns - track->begin_ns;
	if (since_ns < 0)
		since_ns = 0;
	while (since_ns / track->width_ns >= RATE_BINS)
		halve(track);
	track->packets[since_ns / track->width_ns]++;
	if (track->total_packets < RATE_MOMENTS)
		track->moments_ns[track->total_packets] = time_ns;
	if (time_ns > track->last_ns)
		track->last_ns = time_ns;
	track->total_packets++;
}

uint64_t rate_track_sum(const struct rate_track *track, int first, int bins)
{
	uint64_t packets = 0;

	for (int i = first; i < first + bins && i < RATE_BINS; i++)
		packets += track->packets[i];
	return packets;
}

uint64_t rate_track_most(const struct rate_track *track, int bins)
{
	uint64_t most = 0;

	for (int i = 0; i < RATE_BINS; i += bins) {
		uint64_t packets = rate_track_sum(track, i, bins);

		if (packets > most)
			most = packets;
	}
	return most;
}
