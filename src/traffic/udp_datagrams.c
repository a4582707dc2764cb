#include "udp_datagrams.h"

#include "base/hash.h"

enum { SEARCHED_MAX = 512 }; /* steps back, for the request of an answer */

static bool is_request(const struct step *step)
{
	return step->kind == STEP_DATAGRAM && step->from == SIDE_CLIENT;
}

static bool is_echo(const struct step *answer, const struct step *request)
{
	return answer->size == request->size && answer->hash == request->hash;
}

/* NO_STEP: nobody asked. */
static uint32_t find_request(const struct conversation *c, const struct step *answer)
{
	size_t least = c->count > SEARCHED_MAX ? c->count - SEARCHED_MAX : 0;
	uint32_t last = NO_STEP;

	for (size_t i = c->count; i-- > least;) {
		const struct step *step = &c->steps[i];

		if (!is_request(step) || (step->later != NO_STEP && !c->is_to_group))
			continue;
		if (is_echo(answer, step))
			return (uint32_t)i;
		if (last == NO_STEP)
			last = (uint32_t)i;
	}
	return last;
}

static void measure(struct conversation *c, int64_t time_ns)
{
	if (c->answered == 0 || time_ns < c->answer_least_ns)
		c->answer_least_ns = time_ns;
	if (c->answered == 0 || time_ns > c->answer_most_ns)
		c->answer_most_ns = time_ns;
	c->answer_sum_ns += (double)time_ns;
	c->answered++;
}

static void judge_answer(struct conversation *c, struct step *step)
{
	struct step *request;

	step->earlier = find_request(c, step);
	if (step->earlier == NO_STEP)
		return;
	request = &c->steps[step->earlier];
	request->calls[SIDE_SERVER] |= CALL_RECV;
	request->received = request->size;
	if (request->later == NO_STEP) {
		request->later = (uint32_t)c->count;
		measure(c, step->time_ns - request->time_ns);
	}
}

void udp_judge(struct conversation *c, struct step *step, const struct udp_datagram *datagram)
{
	enum side from = (enum side)step->from;

	step->hash = hash_bytes(HASH_BEGIN, datagram->payload.at, reader_left(&datagram->payload));
	step->calls[from] |= CALL_SEND;
	step->sent = step->size;
	if (datagram->checksum == CHECKSUM_BAD)
		step->marks |= MARK_BAD_CHECKSUM;
	c->sides[from].bytes += step->size;
	if (from == SIDE_SERVER)
		judge_answer(c, step);
}

/* Who asked has mostly waited for the answer; unless an ICMP error says that it did not get there.
 */
static void infer_receiving(struct conversation *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct step *step = &c->steps[i];

		if (step->kind != STEP_DATAGRAM || step->from != SIDE_SERVER ||
		    step->earlier == NO_STEP || step->marks & (MARK_ICMP_ERROR | MARK_BAD_CHECKSUM))
			continue;
		step->calls[SIDE_CLIENT] |= CALL_RECV;
		step->received = step->size;
	}
}

static bool is_unreachable(const struct step *step)
{
	return step->kind == STEP_ICMP && step->icmp.type == (step->icmp.is_v6 ? 1 : 3);
}

static bool is_port_unreachable(const struct step *step)
{
	return is_unreachable(step) && step->icmp.code == (step->icmp.is_v6 ? 4 : 3);
}

/* The next call of a connected socket fails (ECONNREFUSED, ...), others are not told. */
static void infer_errors(struct conversation *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct step *step = &c->steps[i];

		if (is_unreachable(step))
			step->calls[side_other((enum side)step->from)] |= CALL_RECV_FAILS;
		if (is_port_unreachable(step) && step->other == NO_OTHER)
			step->calls[step->from] |= CALL_NOBODY;
	}
}

static enum outcome outcome_of(const struct conversation *c)
{
	bool is_refused = false, is_lost = false;

	for (size_t i = 0; i < c->count; i++) {
		if (c->steps[i].kind != STEP_ICMP || c->steps[i].from != SIDE_SERVER)
			continue;
		is_refused |= is_port_unreachable(&c->steps[i]);
		is_lost |= is_unreachable(&c->steps[i]);
	}
	if (c->answered == 0 && is_refused)
		return OUTCOME_REFUSED;
	if (c->answered == 0 && is_lost)
		return OUTCOME_UNREACHABLE;
	if (c->answered == 0)
		return OUTCOME_UNANSWERED;
	return c->sides[SIDE_CLIENT].unanswered > 0 ? OUTCOME_PARTLY : OUTCOME_ANSWERED;
}

static void conclude_request(struct conversation *c, struct step *step)
{
	if (!is_request(step))
		return;
	if (step->later == NO_STEP)
		c->sides[SIDE_CLIENT].unanswered++;
	else if (step->marks & MARK_BAD_CHECKSUM) /* it did get there */
		step->marks ^= MARK_BAD_CHECKSUM | MARK_CHECKSUM_LATER;
}

void udp_conclude(struct conversation *c)
{
	for (size_t i = 0; i < c->count; i++)
		conclude_request(c, &c->steps[i]);
	infer_receiving(c);
	infer_errors(c);
	c->outcome = outcome_of(c);
}
