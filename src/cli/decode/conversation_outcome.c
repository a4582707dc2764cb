#include "conversation_outcome.h"

#include "cli/show.h"
#include "conversation_words.h"
#include "net/address.h"

#include <inttypes.h>

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_OPEN] = "open",
		[OUTCOME_CLOSED] = "closed",
		[OUTCOME_HALF_CLOSED] = "half_closed",
		[OUTCOME_CLOSING] = "closing",
		[OUTCOME_RESET] = "reset",
		[OUTCOME_REFUSED] = "refused",
		[OUTCOME_UNANSWERED] = "unanswered",
		[OUTCOME_UNREACHABLE] = "unreachable",
		[OUTCOME_ANSWERED] = "answered",
		[OUTCOME_PARTLY] = "partly_answered",
	};

	return names[outcome];
}

static const char *ended_by(const struct conversation *c)
{
	return side_name(c, c->ended_by);
}

static uint64_t count_syns(const struct conversation *c)
{
	uint64_t count = 0;

	for (size_t i = 0; i < c->count; i++)
		count += c->steps[i].kind == STEP_SEGMENT && c->steps[i].tcp.flags & TCP_SYN;
	return count;
}

static void add_unanswered_syn(struct text *out, const struct conversation *c)
{
	text_add_string(out, "nobody answers: ");
	show_quantity(out, count_syns(c), "SYN", "SYNs");
	text_add_string(out, " to ");
	add_address(out, &c->ends[SIDE_SERVER]);
	if (c->count > 1) {
		text_add_string(out, " within ");
		add_elapsed(out, &c->steps[0], &c->steps[c->count - 1]);
	}
	text_add_string(out, ": there is no such host, or a firewall drops them, or the answers, "
			     "in silence");
}

static const struct step *last_icmp(const struct conversation *c)
{
	for (size_t i = c->count; i-- > 0;)
		if (c->steps[i].kind == STEP_ICMP && c->steps[i].from == SIDE_SERVER)
			return &c->steps[i];
	return NULL;
}

static void add_unreachable(struct text *out, const struct conversation *c)
{
	const struct step *icmp = last_icmp(c);

	add_address(out, &c->ends[SIDE_SERVER]);
	text_add_string(out, " cannot be reached");
	if (!icmp)
		return;
	text_add_string(out, ": ");
	add_ip(out, step_sender(c, icmp));
	text_addf(out, " says %s (%s)", icmp->icmp.meaning, icmp->icmp.is_v6 ? "ICMPv6" : "ICMP");
}

static bool is_missing(const struct conversation *c, enum side side)
{
	return c->sides[side].packets == 0;
}

static void add_half_closed(struct text *out, const struct conversation *c)
{
	enum side other = side_other(c->ended_by);

	text_addf(out, "half closed: the %s sends no more (FIN)", ended_by(c));
	if (!is_missing(c, other))
		text_addf(out, ", the %s still may", side_name(c, other));
}

static void add_what_is_missing(struct text *out, const struct conversation *c)
{
	bool has_answer = c->outcome != OUTCOME_UNANSWERED && c->outcome != OUTCOME_UNREACHABLE;

	if (c->is_from_middle)
		text_add_string(out, "; the capture begins in the middle of it");
	for (int side = 0; has_answer && side < SIDES; side++)
		if (is_missing(c, (enum side)side))
			text_addf(out, "; only the %s's packets are in the capture",
				  side_name(c, side_other((enum side)side)));
}

static void add_tcp_outcome(struct text *out, const struct conversation *c)
{
	if (c->is_opened_by_both)
		text_add_string(out, "opened by both at once; ");
	switch (c->outcome) {
	case OUTCOME_CLOSED:
		text_addf(out, "closed in order, by the %s first", ended_by(c));
		break;
	case OUTCOME_HALF_CLOSED:
		add_half_closed(out, c);
		break;
	case OUTCOME_CLOSING:
		text_add_string(out, "closed by both (FIN), but the last acknowledgement is not in "
				     "the capture");
		break;
	case OUTCOME_RESET:
		text_addf(out, "reset by the %s (RST)", ended_by(c));
		break;
	case OUTCOME_REFUSED:
		text_add_string(out, "refused: ");
		add_refusal(out, c);
		text_add_string(out, " (so does a firewall that rejects)");
		break;
	case OUTCOME_UNANSWERED:
		add_unanswered_syn(out, c);
		break;
	case OUTCOME_UNREACHABLE:
		add_unreachable(out, c);
		break;
	default:
		text_add_string(out, "still open when the capture ends");
	}
	add_what_is_missing(out, c);
}

static void add_answer_times(struct text *out, const struct conversation *c)
{
	text_add_string(out, ", within ");
	if (c->answered > 1) {
		add_duration(out, (double)c->answer_least_ns);
		text_add_string(out, " to ");
	}
	add_duration(out, (double)c->answer_most_ns);
	if (c->answered > 1) {
		text_add_string(out, ", on average ");
		add_duration(out, c->answer_sum_ns / (double)c->answered);
	}
}

static bool is_known(const struct conversation *c, const bool *has_sent, size_t other)
{
	for (size_t i = 0; i < other; i++)
		if (has_sent[i] && address_same_ip(&c->others[i], &c->others[other]))
			return true;
	return false;
}

/* That answered a group: each of them may have several ports. */
static size_t count_hosts(const struct conversation *c)
{
	bool has_sent[OTHERS_MAX] = {false};
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++)
		if (c->steps[i].kind == STEP_DATAGRAM && c->steps[i].other != NO_OTHER)
			has_sent[c->steps[i].other] = true;
	for (size_t i = 0; i < c->other_count; i++)
		count += has_sent[i] && !is_known(c, has_sent, i);
	return count;
}

static void add_answered(struct text *out, const struct conversation *c)
{
	uint64_t unanswered = c->sides[SIDE_CLIENT].unanswered;

	text_addf(out, "%" PRIu64, c->answered);
	if (unanswered > 0)
		text_addf(out, " of %" PRIu64, c->answered + unanswered);
	text_add_string(out, c->answered + unanswered == 1 ? " request" : " requests");
	text_add_string(out, " answered");
	add_answer_times(out, c);
	if (c->is_to_group) {
		text_add_string(out, "; by ");
		show_quantity(out, count_hosts(c), "host", "hosts");
		if (c->other_count == OTHERS_MAX)
			text_add_string(out, " or more");
	}
}

static bool has_no_socket(const struct conversation *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->steps[i].calls[SIDE_SERVER] & CALL_NOBODY)
			return true;
	return false;
}

/* What the end itself says, or somebody on the way. */
static void add_udp_refusal(struct text *out, const struct conversation *c)
{
	const struct step *icmp = last_icmp(c);

	text_add_string(out, "refused: ");
	if (has_no_socket(c) || !icmp) {
		text_add_string(out, "no socket is bound to ");
		add_address(out, &c->ends[SIDE_SERVER]);
		text_add_string(out, ": its host answers with ICMP port unreachable (so does a "
				     "firewall that rejects)");
		return;
	}
	add_ip(out, step_sender(c, icmp));
	text_add_string(out, " answers for ");
	add_address(out, &c->ends[SIDE_SERVER]);
	text_add_string(out, " with ICMP port unreachable, as a firewall that rejects does");
}

static void add_udp_outcome(struct text *out, const struct conversation *c)
{
	switch (c->outcome) {
	case OUTCOME_REFUSED:
		add_udp_refusal(out, c);
		break;
	case OUTCOME_UNREACHABLE:
		add_unreachable(out, c);
		break;
	case OUTCOME_UNANSWERED:
		show_quantity(out, c->sides[SIDE_CLIENT].packets, "datagram", "datagrams");
		text_add_string(out, " one way, without an answer in the capture");
		break;
	default:
		add_answered(out, c);
	}
}

void add_outcome(struct text *out, const struct conversation *c)
{
	if (c->transport == TRANSPORT_TCP)
		add_tcp_outcome(out, c);
	else
		add_udp_outcome(out, c);
}

static void add_nonzero(struct text *out, uint64_t number, const char *what)
{
	if (number == 0)
		return;
	text_addf(out, ", %" PRIu64 " %s", number, what);
}

void add_side_counters(struct text *out, const struct conversation *c, enum side side)
{
	const struct side_counters *counters = &c->sides[side];

	show_quantity(out, counters->packets, "packet", "packets");
	text_add_string(out, ", ");
	show_quantity(out, counters->bytes, "byte", "bytes");
	add_nonzero(out, counters->retransmissions, "sent again");
	add_nonzero(out, counters->out_of_order, "out of order");
	add_nonzero(out, counters->duplicate_acks,
		    counters->duplicate_acks == 1 ? "duplicate ACK" : "duplicate ACKs");
	if (side == SIDE_CLIENT && c->answered > 0)
		add_nonzero(out, counters->unanswered, "not answered");
}
