#include "cli/json.h"
#include "conversation_outcome.h"
#include "conversation_words.h"
#include "conversations_show.h"
#include "view_link.h"

/* A member whose value is the text, which is then empty again. */
static void add_text(struct text *out, const char *key, struct text *value)
{
	if (value->size > 0)
		json_string(out, key, text_string(value));
	text_clear(value);
}

static void add_sentences(struct text *out, const struct conversation *c, const struct step *step)
{
	struct text note = {0};
	unsigned at = 0;

	json_begin_array(out, "notes");
	while (add_next_note(&note, c, step, &at)) {
		json_array_string(out, text_string(&note));
		text_clear(&note);
	}
	json_end_array(out);
	text_done(&note);
}

static void add_marks(struct text *out, uint32_t marks)
{
	static const char *const names[] = {
#define STEP_MARK_NAME(name, text) text,
		STEP_MARKS(STEP_MARK_NAME)
#undef STEP_MARK_NAME
	};

	json_begin_array(out, "marks");
	for (unsigned i = 0; i < STEP_MARK_COUNT; i++)
		if (marks & 1u << i)
			json_array_string(out, names[i]);
	json_end_array(out);
}

static void add_step_calls(struct text *out, const struct conversation *c, const struct step *step)
{
	struct text calls = {0};

	add_calls(&calls, c, step, SIDE_CLIENT);
	add_text(out, "client_calls", &calls);
	add_calls(&calls, c, step, SIDE_SERVER);
	add_text(out, "server_calls", &calls);
	text_done(&calls);
}

static void add_state(struct text *out, const char *key, const struct tcp_step *tcp, enum side side)
{
	const char *name = tcp_state_name((enum tcp_state)tcp->states[side]);

	if (*name)
		json_string(out, key, name);
}

static void add_tcp(struct text *out, const struct tcp_step *tcp)
{
	char flags[TCP_FLAGS_SIZE];

	json_string(out, "flags", tcp_flags_text(tcp->flags, flags));
	json_integer(out, "sequence", tcp->sequence);
	if (tcp->flags & TCP_ACK)
		json_integer(out, "acknowledgement", tcp->acknowledgement);
	json_integer(out, "window", tcp->window);
	if (tcp->mss > 0)
		json_integer(out, "mss", tcp->mss);
	if (tcp->sack_left != tcp->sack_right) {
		json_integer(out, "sack_left", tcp->sack_left);
		json_integer(out, "sack_right", tcp->sack_right);
	}
	add_state(out, "client_state", tcp, SIDE_CLIENT);
	add_state(out, "server_state", tcp, SIDE_SERVER);
}

static void add_icmp(struct text *out, const struct icmp_step *icmp)
{
	json_string(out, "meaning", icmp->meaning);
	json_integer(out, "type", icmp->type);
	json_integer(out, "code", icmp->code);
	if (icmp->mtu > 0)
		json_integer(out, "mtu", icmp->mtu);
}

static void add_packet_number(struct text *out, const char *key, const struct conversation *c,
			      uint32_t index)
{
	if (index != NO_STEP)
		json_integer(out, key, (int64_t)c->steps[index].number);
}

static void show_step(struct text *out, const struct conversation *c, const struct step *step,
		      size_t number)
{
	static const char *const events[] = {[STEP_SEGMENT] = "segment",
					     [STEP_DATAGRAM] = "datagram",
					     [STEP_ICMP] = "icmp_error"};

	json_begin_event(out, events[step->kind]);
	json_integer(out, "conversation", (int64_t)number);
	json_integer(out, "number", (int64_t)step->number);
	json_integer(out, "time_ns", step->time_ns);
	json_string(out, "from", side_name(c, (enum side)step->from));
	json_address(out, "sender", step_sender(c, step));
	if (step->kind == STEP_SEGMENT)
		add_tcp(out, &step->tcp);
	if (step->kind == STEP_ICMP)
		add_icmp(out, &step->icmp);
	else
		json_integer(out, "size", step->size);
	add_packet_number(out, "earlier", c, step->earlier);
	add_packet_number(out, "later", c, step->later);
	add_step_calls(out, c, step);
	add_marks(out, step->marks);
	add_sentences(out, c, step);
	json_end_event(out);
}

static void add_counters(struct text *out, const char *key, const struct side_counters *counters)
{
	json_begin_member_object(out, key);
	json_integer(out, "packets", (int64_t)counters->packets);
	json_integer(out, "bytes", (int64_t)counters->bytes);
	json_integer(out, "retransmissions", (int64_t)counters->retransmissions);
	json_integer(out, "out_of_order", (int64_t)counters->out_of_order);
	json_integer(out, "duplicate_acks", (int64_t)counters->duplicate_acks);
	json_integer(out, "unanswered", (int64_t)counters->unanswered);
	json_end_object(out);
}

static void add_answers(struct text *out, const struct conversation *c)
{
	if (c->answered == 0)
		return;
	json_integer(out, "answered", (int64_t)c->answered);
	json_integer(out, "answer_min_ns", c->answer_least_ns);
	json_real(out, "answer_mean_ns", c->answer_sum_ns / (double)c->answered);
	json_integer(out, "answer_max_ns", c->answer_most_ns);
}

static void add_tcp_members(struct text *out, const struct conversation *c)
{
	json_bool(out, "from_middle", c->is_from_middle);
	json_bool(out, "window_scale_known", c->is_window_known);
	if (c->handshake_ns > 0)
		json_integer(out, "handshake_ns", c->handshake_ns);
	if (c->outcome == OUTCOME_CLOSED || c->outcome == OUTCOME_HALF_CLOSED ||
	    c->outcome == OUTCOME_CLOSING || c->outcome == OUTCOME_RESET)
		json_string(out, "ended_by", side_name(c, c->ended_by));
}

static void show_conversation(struct text *out, const struct conversation *c, size_t number,
			      const struct view_options *options)
{
	struct text outcome = {0};

	json_begin_event(out, "conversation");
	json_integer(out, "conversation", (int64_t)number);
	json_string(out, "transport", c->transport == TRANSPORT_TCP ? "tcp" : "udp");
	view_interface_json(out, options, c->interface, c->cooked_interface);
	json_address(out, "client", &c->ends[SIDE_CLIENT]);
	json_address(out, "server", &c->ends[SIDE_SERVER]);
	if (c->count > 0) {
		json_integer(out, "begin_ns", c->steps[0].time_ns);
		json_integer(out, "end_ns", c->steps[c->count - 1].time_ns);
	}
	json_string(out, "outcome", outcome_name(c->outcome));
	add_outcome(&outcome, c);
	add_text(out, "explanation", &outcome);
	if (c->transport == TRANSPORT_TCP)
		add_tcp_members(out, c);
	add_answers(out, c);
	add_counters(out, "client_counters", &c->sides[SIDE_CLIENT]);
	add_counters(out, "server_counters", &c->sides[SIDE_SERVER]);
	json_integer(out, "not_kept", (int64_t)c->not_kept);
	json_end_event(out);
	text_done(&outcome);
}

void conversation_show_json(struct text *out, const struct conversation *c, size_t number,
			    const struct view_options *options)
{
	show_conversation(out, c, number, options);
	for (size_t i = 0; i < c->count; i++)
		show_step(out, c, &c->steps[i], number);
}
