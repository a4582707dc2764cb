#include "conversation_outcome.h"

#include "conversation_words.h"

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

static void add_unanswered_syn(struct text *out, const struct conversation *c)
{
	uint64_t count = c->sides[SIDE_CLIENT].packets;

	text_add_string(out, "nobody answers: ");
	add_quantity(out, count, "SYN", "SYNs");
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

static void add_tcp_outcome(struct text *out, const struct conversation *c)
{
	if (c->is_opened_by_both)
		text_add_string(out, "opened by both at once; ");
	switch (c->outcome) {
	case OUTCOME_CLOSED:
		text_addf(out, "closed in order, by the %s first", ended_by(c));
		break;
	case OUTCOME_HALF_CLOSED:
		text_addf(out, "half closed: the %s sends no more (FIN), the %s still may",
			  ended_by(c), side_name(c, side_other(c->ended_by)));
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
	if (c->is_from_middle)
		text_add_string(out, "; the capture begins in the middle of it");
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

static void add_answered(struct text *out, const struct conversation *c)
{
	uint64_t unanswered = c->sides[SIDE_CLIENT].unanswered;

	add_number(out, c->answered);
	if (unanswered > 0) {
		text_add_string(out, " of ");
		add_number(out, c->answered + unanswered);
	}
	text_add_string(out, c->answered + unanswered == 1 ? " request" : " requests");
	text_add_string(out, " answered");
	add_answer_times(out, c);
	if (c->is_to_group) {
		text_add_string(out, "; by ");
		add_quantity(out, c->other_count, "host", "hosts");
		if (c->other_count == OTHERS_MAX)
			text_add_string(out, " or more");
	}
}

static void add_udp_outcome(struct text *out, const struct conversation *c)
{
	switch (c->outcome) {
	case OUTCOME_REFUSED:
		text_add_string(out, "refused: no socket is bound to ");
		add_address(out, &c->ends[SIDE_SERVER]);
		text_add_string(out, ": its host answers with ICMP port unreachable");
		break;
	case OUTCOME_UNREACHABLE:
		add_unreachable(out, c);
		break;
	case OUTCOME_UNANSWERED:
		add_quantity(out, c->sides[SIDE_CLIENT].packets, "datagram", "datagrams");
		text_add_string(out, " one way, without an answer");
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
	text_add_string(out, ", ");
	add_number(out, number);
	text_addf(out, " %s", what);
}

void add_side_counters(struct text *out, const struct conversation *c, enum side side)
{
	const struct side_counters *counters = &c->sides[side];

	add_quantity(out, counters->packets, "packet", "packets");
	text_add_string(out, ", ");
	add_quantity(out, counters->bytes, "byte", "bytes");
	add_nonzero(out, counters->retransmissions, "sent again");
	add_nonzero(out, counters->out_of_order, "out of order");
	add_nonzero(out, counters->duplicate_acks,
		    counters->duplicate_acks == 1 ? "duplicate ACK" : "duplicate ACKs");
	if (side == SIDE_CLIENT && c->answered > 0)
		add_nonzero(out, counters->unanswered, "not answered");
}
