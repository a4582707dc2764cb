#include "tcp_segments.h"

#include "base/monotime.h"

enum {
	DUPLICATES_OF_LOSS = 3, /* RFC 5681 section 3.2 */
	SCALE_MAX = 14,         /* RFC 7323 section 2.3 */
	SEARCHED_MAX = 2048,    /* steps back, for the one that is sent again */
};

/* What comes late by less than a round trip can't have been asked for again. This where no
 * handshake tells how long that is. */
#define ROUND_TRIP_NS (3 * NS_PER_MS)

/* A segment that is being judged. */
struct judged {
	struct tcp_tracker *tracker;
	struct conversation *conversation;
	struct step *step;
	const struct tcp_segment *segment;
	struct tcp_flow *flow, *other; /* of who sent it, and of who gets it */
	int64_t begin, end;            /* positions that it takes, SYN and FIN included */
};

/* ---- Positions ---- */

/* Of the positions that this number stands for, the one nearest to what was sent last. */
static int64_t position_of(const struct tcp_flow *flow, uint32_t number)
{
	int64_t near = ranges_highest(&flow->seen);

	return near + (int32_t)(number - flow->base - (uint32_t)near);
}

/* The first byte that is known of gets position 1, as after a SYN. */
static void begin_in_the_middle(struct tcp_flow *flow, uint32_t number)
{
	flow->is_known = true;
	flow->base = number - 1;
	flow->seen.end = 1;
	flow->acknowledged = 1;
}

static void begin_at_syn(struct judged *j)
{
	if (!j->flow->is_known)
		j->flow->base = j->segment->sequence;
	j->flow->is_known = true;
	j->flow->has_syn = true;
	if (j->segment->flags & TCP_ACK)
		return;
	if (j->step->from == SIDE_CLIENT)
		j->tracker->syn_ns = j->step->time_ns;
	else if (j->other->has_syn)
		j->conversation->is_opened_by_both = true;
}

static void find_position(struct judged *j)
{
	const struct tcp_segment *segment = j->segment;
	bool is_first = j->conversation->sides[j->step->from].packets == 0;

	if (segment->flags & TCP_SYN)
		begin_at_syn(j);
	else if (!j->flow->is_known && !(segment->flags & TCP_RST))
		begin_in_the_middle(j->flow, segment->sequence);
	if (j->flow->is_known)
		j->begin = position_of(j->flow, segment->sequence);
	/* What it sent before the capture began is no hole. */
	if (is_first && j->conversation->is_from_middle)
		ranges_add(&j->flow->seen, j->flow->seen.end, j->begin);
	j->end = j->begin + (int64_t)segment->size + !!(segment->flags & TCP_SYN) +
		 !!(segment->flags & TCP_FIN);
}

/* ---- What was sent before ---- */

static bool overlaps(const struct step *step, enum side from, int64_t begin, int64_t end)
{
	return step->kind == STEP_SEGMENT && step->from == from && !(step->tcp.flags & TCP_RST) &&
	       !(step->marks & (MARK_KEEP_ALIVE | MARK_WINDOW_PROBE)) && step->tcp.sequence < end &&
	       tcp_step_end(step) > begin;
}

/* The last step in which this side sent any of these bytes; NO_STEP. */
static uint32_t find_sent(const struct conversation *c, size_t before, enum side from,
			  int64_t begin, int64_t end)
{
	size_t least = before > SEARCHED_MAX ? before - SEARCHED_MAX : 0;

	for (size_t i = before; i-- > least;)
		if (overlaps(&c->steps[i], from, begin, end))
			return (uint32_t)i;
	return NO_STEP;
}

/* The steps of which this one sends bytes again: one, or, where the sender has put several
 * together, more of them. */
static void link_to_earlier(struct judged *j)
{
	struct conversation *c = j->conversation;
	uint32_t at = find_sent(c, c->count, j->step->from, j->begin, j->end);

	j->step->earlier = at;
	if (j->step->marks & MARK_SPURIOUS)
		return;
	while (at != NO_STEP && !(c->steps[at].marks & MARK_SENT_AGAIN)) {
		c->steps[at].marks |= MARK_SENT_AGAIN;
		c->steps[at].later = (uint32_t)c->count;
		if (c->steps[at].tcp.sequence <= j->begin)
			break;
		at = find_sent(c, at, j->step->from, j->begin, c->steps[at].tcp.sequence);
	}
}

/* ---- The bytes that it brings ---- */

static bool is_other_closed(const struct judged *j)
{
	return j->other->has_window && j->other->window == 0;
}

/* A byte that has been acknowledged, or none at all, one before the next (RFC 9293, 3.8.4 and
 * 3.8.6.1); or into a closed window the next byte. */
static bool is_probe(const struct judged *j)
{
	int64_t highest = ranges_highest(&j->flow->seen);

	if (j->segment->size > 1 || j->segment->flags & (TCP_SYN | TCP_FIN))
		return false;
	if (j->begin == highest - 1)
		return j->segment->size == 0 || j->flow->acknowledged >= j->end;
	return j->segment->size == 1 && j->begin == highest && is_other_closed(j);
}

static bool was_asked_for(const struct judged *j)
{
	return j->begin <= j->flow->acknowledged &&
	       (j->other->duplicate_acks >= DUPLICATES_OF_LOSS || j->flow->sacked > j->begin);
}

static void judge_repetition(struct judged *j)
{
	j->step->marks |= MARK_RETRANSMISSION;
	if (j->end <= j->flow->acknowledged)
		j->step->marks |= MARK_SPURIOUS;
	else if (was_asked_for(j))
		j->step->marks |= MARK_FAST;
	link_to_earlier(j);
}

/* Since when it is missing: the first segment behind it came so long ago. */
static int64_t late_ns(const struct judged *j)
{
	const struct conversation *c = j->conversation;
	size_t least = c->count > SEARCHED_MAX ? c->count - SEARCHED_MAX : 0;
	int64_t first_ns = j->step->time_ns;

	for (size_t i = c->count; i-- > least;)
		if (c->steps[i].time_ns < first_ns &&
		    overlaps(&c->steps[i], (enum side)j->step->from, j->end, INT64_MAX))
			first_ns = c->steps[i].time_ns;
	return j->step->time_ns - first_ns;
}

/* It fills a hole, or begins before what was seen and ends behind it. */
static void judge_late(struct judged *j)
{
	int64_t round_trip_ns = j->conversation->handshake_ns;

	if (round_trip_ns == 0)
		round_trip_ns = ROUND_TRIP_NS;
	if (j->flow->seen.count > 0 && j->other->duplicate_acks < DUPLICATES_OF_LOSS &&
	    late_ns(j) < round_trip_ns)
		j->step->marks |= MARK_OUT_OF_ORDER;
	else
		judge_repetition(j);
}

static void judge_fullness(struct judged *j)
{
	if (j->conversation->is_window_known && j->other->has_window && !is_other_closed(j) &&
	    j->segment->size > 0 && j->end >= j->flow->acknowledged + j->other->window)
		j->step->marks |= MARK_WINDOW_FULL;
}

static void judge_bytes(struct judged *j)
{
	int64_t highest = ranges_highest(&j->flow->seen);

	j->flow->was_probe = is_probe(j);
	if (j->flow->was_probe) {
		j->step->marks |= is_other_closed(j) ? MARK_WINDOW_PROBE : MARK_KEEP_ALIVE;
	} else if (j->end == j->begin) {
		return;
	} else if (ranges_has(&j->flow->seen, j->begin, j->end)) {
		judge_repetition(j);
	} else if (j->begin < highest) {
		judge_late(j);
	} else if (j->begin > highest) {
		j->step->marks |= MARK_GAP;
	}
	judge_fullness(j);
}

static void judge_reset(struct judged *j)
{
	j->tracker->is_over = true;
	if (j->conversation->sides[j->step->from].packets > 0)
		return;
	if (j->other->has_syn && !j->flow->has_syn)
		j->step->marks |= MARK_REFUSAL;
	else if (j->conversation->is_from_middle && j->conversation->count > 0)
		j->step->marks |= MARK_STRAY;
}

/* ---- What it acknowledges ---- */

static bool is_bare(const struct judged *j)
{
	return j->begin == j->end && !(j->segment->flags & TCP_RST);
}

static void judge_same_acknowledgement(struct judged *j, uint32_t window)
{
	bool is_window_same = j->flow->has_window && window == j->flow->window;
	bool is_more_sent = ranges_highest(&j->other->seen) > j->other->acknowledged;

	if (!is_bare(j) || j->flow->was_probe)
		return;
	if (j->other->was_probe) {
		j->step->marks |= MARK_KEEP_ALIVE_ANSWER;
	} else if (is_more_sent && (is_window_same || j->segment->sack_count > 0)) {
		j->step->marks |= MARK_DUPLICATE_ACK;
		j->flow->duplicate_acks++;
	} else if (j->flow->has_window && window > j->flow->window) {
		j->step->marks |= MARK_WINDOW_UPDATE;
	}
}

/* That the receiver got bytes twice (RFC 2883 section 4) tells that the first of them had not been
 * lost. */
static void undo_loss(struct judged *j, int64_t left, int64_t right)
{
	struct conversation *c = j->conversation;
	uint32_t again = find_sent(c, c->count, side_other(j->step->from), left, right);
	uint32_t first = again == NO_STEP ? NO_STEP : c->steps[again].earlier;

	j->step->marks |= MARK_DUPLICATE_SACK;
	if (first == NO_STEP)
		return;
	c->steps[again].marks |= MARK_SPURIOUS;
	c->steps[first].marks &= ~(uint32_t)MARK_SENT_AGAIN;
}

static bool is_within(const struct tcp_sack *inner, const struct tcp_sack *outer)
{
	return (int32_t)(inner->left - outer->left) >= 0 &&
	       (int32_t)(outer->right - inner->right) >= 0;
}

static void judge_sacks(struct judged *j)
{
	const struct tcp_sack *sacks = j->segment->sacks;
	int64_t left, right;

	if (j->segment->sack_count == 0)
		return;
	left = position_of(j->other, sacks[0].left);
	right = position_of(j->other, sacks[0].right);
	j->step->tcp.sack_left = left;
	j->step->tcp.sack_right = right;
	if (right <= j->step->tcp.acknowledgement ||
	    (j->segment->sack_count > 1 && is_within(&sacks[0], &sacks[1])))
		undo_loss(j, left, right);
	else if (right > j->other->sacked)
		j->other->sacked = right;
}

static void judge_acknowledgement(struct judged *j, uint32_t window)
{
	int64_t at;

	if (!(j->segment->flags & TCP_ACK))
		return;
	if (!j->other->is_known)
		begin_in_the_middle(j->other, j->segment->acknowledgement);
	at = position_of(j->other, j->segment->acknowledgement);
	j->step->tcp.acknowledgement = at;
	if (at > j->other->seen.end) {
		j->step->marks |= MARK_UNSEEN_ACK;
		ranges_add(&j->other->seen, j->other->seen.end, at);
	}
	if (at == j->other->acknowledged)
		judge_same_acknowledgement(j, window);
	judge_sacks(j);
	if (at <= j->other->acknowledged)
		return;
	j->other->acknowledged = at;
	j->flow->duplicate_acks = 0;
}

/* ---- The window, and what else it tells ---- */

static void take_options(struct judged *j)
{
	struct tcp_flow *flow = j->flow;

	if (!(j->segment->flags & TCP_SYN))
		return;
	j->step->tcp.mss = j->segment->mss;
	flow->has_options = !j->segment->are_options_cut;
	flow->has_scale = j->segment->has_window_scale;
	flow->scale = j->segment->window_scale;
	if (flow->scale > SCALE_MAX)
		flow->scale = SCALE_MAX;
	j->conversation->is_window_known = flow->has_options && j->other->has_options;
}

/* That of a SYN itself is never scaled (RFC 7323 section 2.2). */
static uint32_t window_of(const struct judged *j)
{
	bool is_scaled = j->conversation->is_window_known && j->flow->has_scale &&
			 j->other->has_scale && !(j->segment->flags & TCP_SYN);

	return (uint32_t)j->segment->window << (is_scaled ? j->flow->scale : 0);
}

static void keep_window(struct judged *j, uint32_t window)
{
	j->step->tcp.window = window;
	if (j->segment->flags & TCP_RST)
		return;
	if (window == 0 && !(j->segment->flags & TCP_SYN))
		j->step->marks |= MARK_WINDOW_ZERO;
	j->flow->window = window;
	j->flow->has_window = true;
}

static void measure_handshake(struct judged *j)
{
	if (j->conversation->handshake_ns == 0 && j->step->from == SIDE_CLIENT &&
	    j->flow->has_syn && j->other->has_syn && !(j->segment->flags & TCP_SYN))
		j->conversation->handshake_ns = j->step->time_ns - j->tracker->syn_ns;
}

/* Returns how many bytes of it are new. SYN and FIN take a number, but are no bytes. */
static uint64_t add_to_seen(struct judged *j)
{
	struct ranges *seen = &j->flow->seen;
	int64_t first = j->begin + !!(j->segment->flags & TCP_SYN), added;

	if (j->segment->flags &
	    TCP_RST) /* what it may carry is a text, and no part of the stream */
		return 0;
	added = ranges_add(seen, first, first + (int64_t)j->segment->size);
	ranges_add(seen, j->begin, j->end);
	return (uint64_t)added;
}

static void count(struct judged *j)
{
	struct side_counters *side = &j->conversation->sides[j->step->from];

	side->bytes += add_to_seen(j);
	side->retransmissions += !!(j->step->marks & MARK_RETRANSMISSION);
	side->out_of_order += !!(j->step->marks & MARK_OUT_OF_ORDER);
	side->duplicate_acks += !!(j->step->marks & MARK_DUPLICATE_ACK);
}

void tcp_judge(struct tcp_tracker *tracker, struct conversation *conversation, struct step *step,
	       const struct tcp_segment *segment)
{
	struct judged j = {
		.tracker = tracker,
		.conversation = conversation,
		.step = step,
		.segment = segment,
		.flow = &tracker->flows[step->from],
		.other = &tracker->flows[side_other((enum side)step->from)],
	};
	uint32_t window;

	find_position(&j);
	step->tcp.sequence = j.begin;
	step->tcp.flags = segment->flags;
	if (segment->checksum == CHECKSUM_BAD)
		step->marks |= MARK_BAD_CHECKSUM;
	take_options(&j);
	window = window_of(&j);
	if (segment->flags & TCP_RST)
		judge_reset(&j);
	else
		judge_bytes(&j);
	judge_acknowledgement(&j, window);
	keep_window(&j, window);
	measure_handshake(&j);
	count(&j);
	tracker->has_fin[step->from] |= !!(segment->flags & TCP_FIN);
	tracker->is_over |= tracker->has_fin[SIDE_CLIENT] && tracker->has_fin[SIDE_SERVER];
}

bool tcp_begins_another(const struct tcp_tracker *tracker, const struct conversation *conversation,
			const struct tcp_segment *segment, enum side from)
{
	const struct tcp_flow *flow = &tracker->flows[from];

	if (!(segment->flags & TCP_SYN) || segment->flags & (TCP_ACK | TCP_RST))
		return false;
	if (tracker->is_over || conversation->is_from_middle)
		return true;
	return flow->is_known && segment->sequence != flow->base;
}
