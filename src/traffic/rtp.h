/* A stream of RTP (RFC 3550): told from what merely looks like it, with its losses and its jitter.
 * Pure. */
#ifndef TRAFFIC_RTP_H
#define TRAFFIC_RTP_H

#include "base/cursor.h"
#include "base/sequence.h"

struct rtp_header {
	uint8_t payload_type; /* 0 to 127 */
	uint16_t sequence;
	uint32_t timestamp, ssrc;
};

/* Can this datagram be RTP, by itself (RFC 3550 appendix A.1)? `size` is that of the payload, of
 * which fewer bytes may be there. About one of four random ones can. */
bool rtp_read(struct reader payload, size_t size, struct rtp_header *header);

/* ---- Is it RTP? ---- */

/* Datagrams of one sender that are numbered one after the other, and whose timestamps move. */
enum { RTP_IN_A_ROW = 4 };

/* All zero at the beginning. */
struct rtp_probe {
	uint32_t ssrc, timestamp;
	uint16_t next; /* sequence number */
	uint8_t payload_type;
	unsigned in_a_row;
	bool is_moving; /* the timestamp */
};

/* True from the datagram on that convinces. */
bool rtp_probe_take(struct rtp_probe *probe, const struct rtp_header *header);

/* ---- A stream ---- */

enum {
	RTP_DROPOUT = 3000, /* numbers ahead, or behind, from which on the next one has to */
	RTP_MISORDER = 100, /* confirm it (RFC 3550 appendix A.1) */
};

struct rtp_stream {
	uint32_t ssrc;
	uint8_t payload_type;     /* the last one's */
	unsigned clock_hz;        /* of the timestamps; 0: not known (yet) */
	bool is_clock_guessed;    /* from how fast they grow, to the nearest usual one */
	uint64_t restarts;        /* numbers and timestamps went on elsewhere */
	uint64_t wild;            /* numbers far off that the next one did not confirm */
	int64_t last_ns;          /* when a packet came */
	struct sequence sequence; /* from 0 on, the first packet's number */

	/* Of the last packet in order. */
	uint16_t highest;   /* sequence number, */
	uint64_t number;    /* and what it is in `sequence` */
	uint16_t candidate; /* the number that would confirm a jump, */
	bool has_candidate; /* if there was one */
	/* Of the last packet that came. */
	uint32_t timestamp;
	double jitter;      /* in units of the timestamp (RFC 3550 section 6.4.1) */
	int64_t first_ns;   /* since when */
	int64_t timestamps; /* they have grown so much */
};

void rtp_stream_begin(struct rtp_stream *stream, const struct rtp_header *header, int64_t time_ns);

/* Takes another packet of its SSRC. False: its number is far off, and not confirmed: it does not
 * count, unless the next one confirms it. */
bool rtp_stream_take(struct rtp_stream *stream, const struct rtp_header *header, int64_t time_ns);

/* Different packets that came, and that did not come, of those up to the highest number. */
uint64_t rtp_stream_received(const struct rtp_stream *stream);
uint64_t rtp_stream_lost(const struct rtp_stream *stream);

/* Interarrival jitter as receivers report it (RFC 3550 section 6.4.1); -1 while the clock is not
 * known. */
int64_t rtp_stream_jitter_ns(const struct rtp_stream *stream);

/* "PCMU", "MP2T" (RFC 3551 section 6); NULL: dynamic, or not assigned. */
const char *rtp_payload_name(uint8_t payload_type);

#endif
