/* What each segment of a TCP conversation is, by those before it: a retransmission, a duplicate
 * ACK, a keep-alive... Pure. */
#ifndef TRAFFIC_TCP_SEGMENTS_H
#define TRAFFIC_TCP_SEGMENTS_H

#include "conversation.h"
#include "ranges.h"

/* What one side has sent, and what the other has acknowledged of it. Positions are relative
 * sequence numbers that go on beyond 2^32. */
struct tcp_flow {
	bool is_known; /* where it begins */
	bool has_syn;  /* was seen */
	uint32_t base; /* the sequence number of position 0 */
	struct ranges seen;

	int64_t acknowledged, sacked; /* by the other side, as far as it goes */

	/* What this side told of what it receives. */
	bool has_options; /* its SYN was seen, with all of them */
	bool has_window, has_scale;
	uint32_t window; /* in bytes, where the scale is known */
	uint8_t scale;
	unsigned duplicate_acks; /* one after the other */
	bool was_probe;          /* its last segment was one, or a keep-alive */
};

struct tcp_tracker {
	struct tcp_flow flows[SIDES];
	int64_t syn_ns;      /* when the client's last SYN was */
	bool has_fin[SIDES]; /* each has sent one */
	bool is_over;        /* both have, or one of them sent RST */
};

/* Does this segment begin another conversation between the same two ends? */
bool tcp_begins_another(const struct tcp_tracker *tracker, const struct conversation *conversation,
			const struct tcp_segment *segment, enum side from);

/* Fills in what belongs to TCP of a new step, whose other members are there, before it is added to
 * the conversation, of which it may mark earlier steps. */
void tcp_judge(struct tcp_tracker *tracker, struct conversation *conversation, struct step *step,
	       const struct tcp_segment *segment);

#endif
