#include "conversation_words.h"

#include "base/monotime.h"
#include "cli/show.h"
#include "net/address.h"

#include <inttypes.h>
#include <string.h>

enum { OPTIONS_ROOM = 40, MSS_DEFAULT = 536 };

/* ---- Names ---- */

const char *tcp_state_name(enum tcp_state state)
{
	static const char *const names[] = {
		[TCP_STATE_UNKNOWN] = "",
		[TCP_STATE_CLOSED] = "CLOSED",
		[TCP_STATE_LISTEN] = "LISTEN",
		[TCP_STATE_SYN_SENT] = "SYN-SENT",
		[TCP_STATE_SYN_RECEIVED] = "SYN-RECEIVED",
		[TCP_STATE_ESTABLISHED] = "ESTABLISHED",
		[TCP_STATE_FIN_WAIT_1] = "FIN-WAIT-1",
		[TCP_STATE_FIN_WAIT_2] = "FIN-WAIT-2",
		[TCP_STATE_CLOSE_WAIT] = "CLOSE-WAIT",
		[TCP_STATE_CLOSING] = "CLOSING",
		[TCP_STATE_LAST_ACK] = "LAST-ACK",
		[TCP_STATE_TIME_WAIT] = "TIME-WAIT",
	};

	return names[state];
}

const char *side_name(const struct conversation *c, enum side side)
{
	if (side == SIDE_CLIENT)
		return "client";
	return c->is_to_group ? "members" : "server";
}

const union hostcast_address *step_sender(const struct conversation *c, const struct step *step)
{
	return step->other == NO_OTHER ? &c->ends[step->from] : &c->others[step->other];
}

void add_duration(struct text *out, double ns)
{
	double us = ns / (double)NS_PER_US;

	if (us >= 1e9) /* which %.3g would write as 1e+03 */
		text_addf(out, "%.0f s", us / 1e6);
	else if (us >= 1e6)
		text_addf(out, "%.3g s", us / 1e6);
	else if (us >= 1e3)
		text_addf(out, "%.3g ms", us / 1e3);
	else
		text_addf(out, "%.0f µs", us);
}

void add_elapsed(struct text *out, const struct step *earlier, const struct step *later)
{
	add_duration(out, (double)(later->time_ns - earlier->time_ns));
}

void add_address(struct text *out, const union hostcast_address *address)
{
	char string[HOSTCAST_TEXT_SIZE];

	text_add_string(out, hostcast_address_text(address, string));
}

void add_ip(struct text *out, const union hostcast_address *address)
{
	char string[HOSTCAST_TEXT_SIZE];

	text_add_string(out, address_ip_text(address, string));
}

/* ---- Socket calls ---- */

/* As Linux has it (icmp(7), icmpv6_err_convert()). */
static const char *icmp_errno(const struct icmp_step *icmp)
{
	static const char *const v4[] = {
		"ENETUNREACH",  "EHOSTUNREACH", "ENOPROTOOPT",  "ECONNREFUSED",
		"EMSGSIZE",     "EOPNOTSUPP",   "ENETUNREACH",  "EHOSTDOWN",
		"ENONET",       "ENETUNREACH",  "EHOSTUNREACH", "ENETUNREACH",
		"EHOSTUNREACH", "EHOSTUNREACH", "EHOSTUNREACH", "EHOSTUNREACH",
	};
	static const char *const v6[] = {
		"ENETUNREACH",  "EACCES", "EHOSTUNREACH", "EHOSTUNREACH",
		"ECONNREFUSED", "EACCES", "EACCES",
	};

	if (icmp->is_v6 && icmp->type == 1 && icmp->code < sizeof v6 / sizeof *v6)
		return v6[icmp->code];
	if (!icmp->is_v6 && icmp->type == 3 && icmp->code < sizeof v4 / sizeof *v4)
		return v4[icmp->code];
	return "EHOSTUNREACH";
}

static const char *error_name(const struct step *step)
{
	if (step->kind == STEP_ICMP)
		return icmp_errno(&step->icmp);
	return step->marks & MARK_REFUSAL ? "ECONNREFUSED" : "ECONNRESET";
}

/* NULL: there is more to say than a name. */
static const char *call_name(enum socket_call call, bool is_udp)
{
	switch (call) {
	case CALL_LISTEN:
		return "listen() was called";
	case CALL_CONNECT:
		return "connect()";
	case CALL_CONNECT_RETURNS:
		return "connect() returns";
	case CALL_ACCEPT:
		return "accept() can return";
	case CALL_SEND_GOES_ON:
		return "… of the same send()";
	case CALL_RECV_END:
		return "recv() can return 0";
	case CALL_SEND_FAILS:
		return "send() fails: EPIPE";
	case CALL_FINISH:
		return "close() or shutdown()";
	case CALL_SHUTDOWN:
		return "shutdown(SHUT_WR)";
	case CALL_CLOSE:
		return "close()";
	case CALL_ABORT:
		return "close() that aborts";
	case CALL_NOBODY:
		return is_udp ? "no socket is bound" : "no socket listens";
	case CALL_CLOSED_BEFORE:
		return "the socket is gone";
	case CALL_NOT_READ:
		return "recv() is not called";
	case CALL_READ_AGAIN:
		return "recv() was called";
	default:
		return NULL;
	}
}

/* The least payload of a segment that may be as large as it could be: options take up to 40 bytes
 * of the MSS, which is 536 where nobody says more (RFC 9293 section 3.7.1). */
static unsigned full_size(const struct conversation *c)
{
	unsigned mss = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct step *step = &c->steps[i];

		if (step->kind != STEP_SEGMENT || !(step->tcp.flags & TCP_SYN))
			break;
		if (step->tcp.mss > 0 && (mss == 0 || step->tcp.mss < mss))
			mss = step->tcp.mss;
	}
	return mss > OPTIONS_ROOM ? mss - OPTIONS_ROOM : MSS_DEFAULT - OPTIONS_ROOM;
}

/* What this side sent before it, unless the other one has sent since. NULL */
static const struct step *send_before(const struct conversation *c, const struct step *step)
{
	while (step > c->steps) {
		step--;
		if (step->calls[SIDE_CLIENT] & CALL_SEND || step->calls[SIDE_SERVER] & CALL_SEND)
			return step;
	}
	return NULL;
}

/* In bulk data Linux sets PSH within what one call gave it, too: after each burst of full segments.
 * What comes behind one may belong to it. */
static bool is_part_perhaps(const struct conversation *c, const struct step *step)
{
	unsigned full = full_size(c);
	const struct step *before = send_before(c, step);

	return step->sent >= full || (before && before->from == step->from && before->sent >= full);
}

static void add_send(struct text *out, const struct conversation *c, const struct step *step)
{
	if (c->transport == TRANSPORT_UDP)
		text_add_string(out, "sendto() of ");
	else
		text_add_string(out, is_part_perhaps(c, step) ? "send() or part of one: "
							      : "send() of ");
	show_quantity(out, step->sent, "byte", "bytes");
}

static void add_call(struct text *out, const struct conversation *c, const struct step *step,
		     enum socket_call call)
{
	bool is_udp = c->transport == TRANSPORT_UDP;
	const char *name = call_name(call, is_udp);

	if (name) {
		text_add_string(out, name);
	} else if (call == CALL_SEND) {
		add_send(out, c, step);
	} else if (call == CALL_RECV) {
		text_addf(out, "%s can return %u", is_udp ? "recvfrom()" : "recv()",
			  step->received);
	} else { /* CALL_CONNECT_FAILS, CALL_RECV_FAILS */
		text_add_string(out, call == CALL_CONNECT_FAILS ? "connect()"
				     : is_udp                   ? "the next call"
								: "recv()");
		text_addf(out, " fails: %s", error_name(step));
	}
}

void add_calls(struct text *out, const struct conversation *c, const struct step *step,
	       enum side side)
{
	uint32_t left = step->calls[side];

	while (left > 0) {
		uint32_t lowest = left & (0 - left);

		add_call(out, c, step, (enum socket_call)lowest);
		left -= lowest;
		if (left > 0)
			text_add_string(out, ", ");
	}
}

const char *new_state(const struct conversation *c, size_t index, enum side side)
{
	enum tcp_state before = TCP_STATE_UNKNOWN, after;

	if (c->steps[index].kind != STEP_SEGMENT)
		return "";
	after = (enum tcp_state)c->steps[index].tcp.states[side];
	for (size_t i = index; i-- > 0;) {
		if (c->steps[i].kind != STEP_SEGMENT)
			continue;
		before = (enum tcp_state)c->steps[i].tcp.states[side];
		break;
	}
	return before == after ? "" : tcp_state_name(after);
}

void add_end_column(struct text *out, const struct conversation *c, size_t index, enum side side)
{
	const char *state = new_state(c, index, side);

	add_calls(out, c, &c->steps[index], side);
	if (*state)
		text_addf(out, "%s[%s]", c->steps[index].calls[side] ? " " : "", state);
}

/* ---- Packets ---- */

static bool is_text(const struct step *step)
{
	for (size_t i = 0; i < step->head_size; i++)
		if ((step->head[i] < 0x20 || step->head[i] > 0x7e) && step->head[i] != '\n' &&
		    step->head[i] != '\r' && step->head[i] != '\t')
			return false;
	return step->head_size > 0;
}

/* How the payload begins, if that can be read. */
static void add_head(struct text *out, const struct step *step)
{
	if (!is_text(step))
		return;
	text_add_string(out, "  “");
	text_add(out, step->head, step->head_size);
	text_add_string(out, step->head_size < step->size ? "…”" : "”");
}

static void add_segment_label(struct text *out, const struct step *step)
{
	const uint32_t of_window = MARK_WINDOW_ZERO | MARK_WINDOW_UPDATE | MARK_KEEP_ALIVE_ANSWER;
	const struct tcp_step *tcp = &step->tcp;
	char flags[TCP_FLAGS_SIZE];

	text_addf(out, "%s  seq %" PRId64, tcp_flags_text(tcp->flags, flags), tcp->sequence);
	if (tcp->flags & TCP_ACK)
		text_addf(out, "  ack %" PRId64, tcp->acknowledgement);
	if (step->size > 0)
		text_addf(out, "  len %u", step->size);
	if (tcp->flags & TCP_SYN || step->marks & of_window)
		text_addf(out, "  win %u", tcp->window);
	if (tcp->mss > 0)
		text_addf(out, "  mss %u", tcp->mss);
	if (tcp->sack_left != tcp->sack_right)
		text_addf(out, "  sack %" PRId64 "-%" PRId64, tcp->sack_left, tcp->sack_right);
	add_head(out, step);
}

static void add_datagram_label(struct text *out, const struct conversation *c,
			       const struct step *step)
{
	text_add_string(out, "UDP  ");
	show_quantity(out, step->size, "byte", "bytes");
	if (step->other != NO_OTHER) {
		text_add_string(out, "  from ");
		add_address(out, step_sender(c, step));
	}
	add_head(out, step);
}

void add_packet_label(struct text *out, const struct conversation *c, const struct step *step)
{
	if (step->kind == STEP_SEGMENT)
		add_segment_label(out, step);
	else if (step->kind == STEP_DATAGRAM)
		add_datagram_label(out, c, step);
	else
		text_addf(out, "%s %s", step->icmp.is_v6 ? "ICMPv6" : "ICMP", step->icmp.meaning);
}

/* ---- What is noteworthy ---- */

static void add_repetition(struct text *out, const struct conversation *c, const struct step *step)
{
	const struct step *earlier = step->earlier == NO_STEP ? NULL : &c->steps[step->earlier];

	text_add_string(out, "retransmission");
	if (step->marks & MARK_FAST)
		text_add_string(out, ", a fast one: duplicate ACKs or SACK asked for it");
	if (!earlier) {
		text_add_string(out, "; where it was captured the first one did not come by");
		return;
	}
	text_addf(out, " of packet %" PRIu64 ", after ", earlier->number);
	add_elapsed(out, earlier, step);
	if (step->marks & MARK_SPURIOUS)
		text_add_string(out, "; needless, as the first one had arrived");
	else if (!(step->marks & MARK_FAST))
		text_add_string(out, " without an acknowledgement");
}

static void add_later(struct text *out, const struct conversation *c, const struct step *step)
{
	text_addf(out, "lost, or its acknowledgement was: packet %" PRIu64 " sends it again",
		  c->steps[step->later].number);
}

static void add_twice(struct text *out, const struct step *step)
{
	text_addf(out,
		  "D-SACK: bytes %" PRId64 " to %" PRId64
		  " came twice, so the first ones had not been lost",
		  step->tcp.sack_left, step->tcp.sack_right - 1);
}

void add_refusal(struct text *out, const struct conversation *c)
{
	text_add_string(out, "nobody listens at ");
	add_address(out, &c->ends[SIDE_SERVER]);
	text_add_string(out, ": the SYN was answered with RST");
}

static const char *mark_sentence(enum step_mark mark)
{
	switch (mark) {
	case MARK_OUT_OF_ORDER:
		return "out of order: what was sent after it has overtaken it";
	case MARK_GAP:
		return "bytes before it are missing here: lost, late, or not captured";
	case MARK_DUPLICATE_ACK:
		return "duplicate ACK: something came, but not the bytes that are next";
	case MARK_UNSEEN_ACK:
		return "acknowledges bytes that the capture does not have";
	case MARK_KEEP_ALIVE:
		return "keep-alive (SO_KEEPALIVE): is the other end still there?";
	case MARK_KEEP_ALIVE_ANSWER:
		return "answers the keep-alive or the probe";
	case MARK_WINDOW_PROBE:
		return "probe: is the window still closed?";
	case MARK_WINDOW_UPDATE:
		return "window update: the program has read";
	case MARK_WINDOW_ZERO:
		return "zero window: the receive buffer is full, the other end has to wait";
	case MARK_WINDOW_FULL:
		return "fills the window: the sender has to wait for an ACK";
	case MARK_BAD_CHECKSUM:
		return "bad checksum: its receiver drops it";
	case MARK_CHECKSUM_LATER:
		return "bad checksum, but such ones arrive: it seems that the sender's interface "
		       "makes it";
	case MARK_STRAY:
		return "there is no such connection here: it is over, or the host has restarted";
	default:
		return NULL;
	}
}

/* False: this mark needs no sentence of its own. */
static bool add_mark(struct text *out, const struct conversation *c, const struct step *step,
		     enum step_mark mark)
{
	const char *sentence = mark_sentence(mark);

	if (mark == MARK_RETRANSMISSION)
		add_repetition(out, c, step);
	else if (mark == MARK_SENT_AGAIN)
		add_later(out, c, step);
	else if (mark == MARK_DUPLICATE_SACK)
		add_twice(out, step);
	else if (mark == MARK_REFUSAL)
		add_refusal(out, c);
	else if (sentence)
		text_add_string(out, sentence);
	else
		return false;
	return true;
}

static bool add_icmp_note(struct text *out, const struct conversation *c, const struct step *step)
{
	text_add_string(out, "from ");
	add_ip(out, step_sender(c, step));
	if (step->earlier != NO_STEP)
		text_addf(out, ", about packet %" PRIu64, c->steps[step->earlier].number);
	if (step->icmp.mtu > 0)
		text_addf(out, ": it is larger than the path's MTU of %u bytes", step->icmp.mtu);
	return true;
}

static bool add_answer_note(struct text *out, const struct conversation *c, const struct step *step)
{
	const struct step *request = step->earlier == NO_STEP ? NULL : &c->steps[step->earlier];

	if (step->from == SIDE_CLIENT) {
		if (step->later != NO_STEP || c->answered == 0)
			return false;
		text_add_string(out, "no answer");
	} else {
		if (!request)
			return false;
		text_addf(out, "answers packet %" PRIu64 " after ", request->number);
		add_elapsed(out, request, step);
	}
	return true;
}

static bool add_abort_note(struct text *out, const struct step *step)
{
	if (!((step->calls[SIDE_CLIENT] | step->calls[SIDE_SERVER]) & CALL_ABORT))
		return false;
	text_add_string(out, "RST rather than FIN: closed with bytes unread, with SO_LINGER of "
			     "0 s, or by a firewall");
	return true;
}

/* Notes are numbered: one for each mark, and then one more for each kind of step. */
bool add_next_note(struct text *out, const struct conversation *c, const struct step *step,
		   unsigned *at)
{
	for (; *at < STEP_MARK_COUNT; ++*at) {
		enum step_mark mark = (enum step_mark)(1 << *at);

		if (!(step->marks & mark) || !add_mark(out, c, step, mark))
			continue;
		++*at;
		return true;
	}
	if (*at > STEP_MARK_COUNT)
		return false;
	++*at;
	if (step->kind == STEP_ICMP)
		return add_icmp_note(out, c, step);
	if (step->kind == STEP_DATAGRAM)
		return add_answer_note(out, c, step);
	return add_abort_note(out, step);
}
