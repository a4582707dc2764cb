#include "tcp_sockets.h"

#include "ranges.h"

/* A socket, at one end. */
struct end {
	enum tcp_state state;
	struct ranges received; /* of what the other end sent */
	int64_t fin; /* position behind its own FIN, which is behind its SYN; 0: not sent */
	int64_t acknowledged; /* what of its own it knows to be there */
	bool has_connected;   /* its program called connect() */
	bool is_sending;      /* a send() goes on: it ends with PSH */
	size_t send_step;     /* where that began */
	bool is_closed;       /* by close(): receives nothing any more */
	bool is_full;         /* its window is 0 */
};

struct replay {
	struct conversation *conversation;
	struct end ends[SIDES];
	enum side first_fin, resetter;
	bool has_first_fin, is_refused, is_unreachable, is_reset;
};

/* ---- What is known beforehand ---- */

static bool has_packet(const struct conversation *c, enum side from, uint8_t flags)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->steps[i].kind == STEP_SEGMENT && c->steps[i].from == from &&
		    (c->steps[i].tcp.flags & flags) == flags)
			return true;
	return false;
}

static bool is_bad_and_needed(const struct step *step)
{
	return step->marks & MARK_BAD_CHECKSUM && tcp_step_end(step) > step->tcp.sequence &&
	       !(step->marks & (MARK_SENT_AGAIN | MARK_RETRANSMISSION));
}

/* Was any segment of this side acknowledged that has a bad checksum, and was sent once? */
static bool is_bad_one_there(const struct conversation *c, enum side side)
{
	int64_t end = 0; /* of the first one */

	for (size_t i = 0; i < c->count; i++) {
		const struct step *step = &c->steps[i];

		if (step->kind != STEP_SEGMENT)
			continue;
		if (step->from == side && end == 0 && is_bad_and_needed(step))
			end = tcp_step_end(step);
		else if (step->from != side && end > 0 && step->tcp.flags & TCP_ACK &&
			 step->tcp.acknowledgement >= end)
			return true;
	}
	return false;
}

/* Interfaces make checksums in more ways than the decoder knows. If one arrived, all of them do. */
static void find_later_checksums(struct conversation *c, enum side side)
{
	if (!is_bad_one_there(c, side))
		return;
	for (size_t i = 0; i < c->count; i++)
		if (c->steps[i].from == side && c->steps[i].marks & MARK_BAD_CHECKSUM)
			c->steps[i].marks ^= MARK_BAD_CHECKSUM | MARK_CHECKSUM_LATER;
}

static enum tcp_state server_before(const struct conversation *c)
{
	if (c->is_opened_by_both || has_packet(c, SIDE_SERVER, TCP_RST))
		return TCP_STATE_CLOSED;
	return TCP_STATE_UNKNOWN;
}

static void begin(struct replay *r)
{
	const struct conversation *c = r->conversation;
	struct end *client = &r->ends[SIDE_CLIENT], *server = &r->ends[SIDE_SERVER];
	bool is_accepted = has_packet(c, SIDE_SERVER, TCP_SYN | TCP_ACK) && !c->is_opened_by_both;

	if (!c->is_from_middle) {
		client->state = TCP_STATE_CLOSED;
		server->state = is_accepted ? TCP_STATE_LISTEN : server_before(c);
		return;
	}
	client->received.end = server->received.end = 1;
	client->state = server->state = TCP_STATE_ESTABLISHED;
	if (is_accepted) { /* the SYN was before the capture began */
		client->state = TCP_STATE_SYN_SENT;
		client->has_connected = true;
		client->received.end = 0;
		server->state = TCP_STATE_SYN_RECEIVED;
	}
}

/* By what came after its FIN: who has called close() answers what still comes with RST (RFC 9293
 * section 3.6.1), who has called shutdown() goes on receiving. */
static uint32_t finish_call(const struct conversation *c, size_t fin_step, enum side side)
{
	int64_t came = 0; /* behind what the other end sent meanwhile */

	for (size_t i = fin_step + 1; i < c->count; i++) {
		const struct step *step = &c->steps[i];

		if (step->kind != STEP_SEGMENT)
			continue;
		if (step->from != side && step->size > 0 && !(step->marks & MARK_RETRANSMISSION))
			came = step->tcp.sequence + step->size;
		else if (step->from == side && came > 0 && step->tcp.flags & TCP_RST)
			return CALL_CLOSE;
		else if (step->from == side && came > 0 && step->tcp.flags & TCP_ACK &&
			 step->tcp.acknowledgement >= came)
			return CALL_SHUTDOWN;
	}
	return CALL_FINISH;
}

/* ---- Sending ---- */

static void send_syn(struct end *end, struct step *step)
{
	enum side side = (enum side)step->from;

	if (!(step->tcp.flags & TCP_SYN))
		return;
	if (step->tcp.flags & TCP_ACK) {
		if (end->state == TCP_STATE_LISTEN || end->state == TCP_STATE_SYN_SENT)
			end->state = TCP_STATE_SYN_RECEIVED;
		return;
	}
	if (end->state == TCP_STATE_SYN_SENT)
		return;
	if (end->state == TCP_STATE_CLOSED)
		end->state = TCP_STATE_SYN_SENT;
	if (!end->has_connected)
		step->calls[side] |= CALL_CONNECT;
	end->has_connected = true;
}

/* What it acknowledges has come, whether the capture has it or not. */
static void send_acknowledgement(struct end *end, struct step *step)
{
	ranges_add(&end->received, end->received.end, step->tcp.acknowledgement);
	if (end->state != TCP_STATE_SYN_SENT || step->tcp.flags & TCP_SYN)
		return;
	step->calls[step->from] |= CALL_CONNECT_RETURNS;
	end->state = TCP_STATE_ESTABLISHED;
}

static bool is_new(const struct step *step)
{
	return !(step->marks & (MARK_RETRANSMISSION | MARK_WINDOW_PROBE | MARK_KEEP_ALIVE));
}

static void send_bytes(struct replay *r, size_t at)
{
	struct step *step = &r->conversation->steps[at];
	struct end *end = &r->ends[step->from];

	if (step->size == 0 || !is_new(step))
		return;
	if (!end->is_sending) {
		end->send_step = at;
		step->calls[step->from] |= CALL_SEND;
	} else {
		step->calls[step->from] |= CALL_SEND_GOES_ON;
	}
	r->conversation->steps[end->send_step].sent += step->size;
	end->is_sending = !(step->tcp.flags & (TCP_PSH | TCP_FIN));
}

static void send_fin(struct replay *r, size_t at)
{
	struct step *step = &r->conversation->steps[at];
	struct end *end = &r->ends[step->from];
	int64_t fin = step->tcp.sequence + step->size + 1;
	uint32_t call = CALL_CLOSE;

	if (!(step->tcp.flags & TCP_FIN) || end->fin > 0)
		return;
	if (fin <= 0)
		return; /* from before its SYN: another connection's, or forged */
	end->fin = fin;
	if (!r->has_first_fin)
		r->first_fin = (enum side)step->from;
	r->has_first_fin = true;
	if (end->state == TCP_STATE_CLOSE_WAIT) {
		end->state = TCP_STATE_LAST_ACK;
	} else {
		end->state = TCP_STATE_FIN_WAIT_1;
		call = finish_call(r->conversation, at, (enum side)step->from);
	}
	end->is_closed = call == CALL_CLOSE;
	step->calls[step->from] |= call;
}

static void send_window(struct end *end, struct step *step)
{
	bool is_full = step->marks & MARK_WINDOW_ZERO;

	if (is_full && !end->is_full)
		step->calls[step->from] |= CALL_NOT_READ;
	else if (!is_full && end->is_full)
		step->calls[step->from] |= CALL_READ_AGAIN;
	end->is_full = is_full;
}

static void send_reset(struct end *end, struct step *step)
{
	uint32_t call = CALL_ABORT;

	if (step->marks & MARK_REFUSAL)
		call = CALL_NOBODY;
	else if (step->marks & MARK_STRAY || end->fin > 0 || end->state == TCP_STATE_CLOSED)
		call = CALL_CLOSED_BEFORE;
	step->calls[step->from] |= call;
	end->state = TCP_STATE_CLOSED;
}

static void play_sender(struct replay *r, size_t at)
{
	struct step *step = &r->conversation->steps[at];
	struct end *end = &r->ends[step->from];

	if (step->tcp.flags & TCP_RST) {
		send_reset(end, step);
		return;
	}
	if (step->tcp.flags & TCP_ACK)
		send_acknowledgement(end, step);
	send_syn(end, step);
	send_bytes(r, at);
	send_fin(r, at);
	send_window(end, step);
}

/* ---- Receiving ---- */

static void receive_reset(struct replay *r, struct end *end, struct step *step, enum side side)
{
	uint32_t call = 0;

	if (end->state == TCP_STATE_SYN_SENT) {
		r->is_refused = true;
		call = CALL_CONNECT_FAILS;
	} else if (end->state == TCP_STATE_CLOSE_WAIT) {
		call = CALL_SEND_FAILS;
	} else if (end->state == TCP_STATE_ESTABLISHED || !end->is_closed) {
		call = CALL_RECV_FAILS;
	}
	if (end->state == TCP_STATE_CLOSED || end->state == TCP_STATE_TIME_WAIT ||
	    end->state == TCP_STATE_SYN_RECEIVED)
		call = 0;
	step->calls[side] |= call;
	end->state = TCP_STATE_CLOSED;
}

static void receive_syn(struct end *end, struct step *step, enum side side)
{
	if (!(step->tcp.flags & TCP_SYN))
		return;
	if (end->state == TCP_STATE_LISTEN) {
		step->calls[side] |= CALL_LISTEN;
		end->state = TCP_STATE_SYN_RECEIVED;
	} else if (end->state == TCP_STATE_SYN_SENT) {
		end->state = TCP_STATE_SYN_RECEIVED; /* an ACK in it makes more of that */
	}
}

static void receive_acknowledgement(struct end *end, struct step *step, enum side side)
{
	bool is_fin_there;

	if (!(step->tcp.flags & TCP_ACK))
		return;
	if (step->tcp.acknowledgement > end->acknowledged)
		end->acknowledged = step->tcp.acknowledgement;
	is_fin_there = end->fin > 0 && end->acknowledged >= end->fin;
	if (end->state == TCP_STATE_SYN_RECEIVED && end->acknowledged >= 1) {
		step->calls[side] |= end->has_connected ? CALL_CONNECT_RETURNS : CALL_ACCEPT;
		end->state = TCP_STATE_ESTABLISHED;
	} else if (end->state == TCP_STATE_FIN_WAIT_1 && is_fin_there) {
		end->state = TCP_STATE_FIN_WAIT_2;
	} else if (end->state == TCP_STATE_CLOSING && is_fin_there) {
		end->state = TCP_STATE_TIME_WAIT;
	} else if (end->state == TCP_STATE_LAST_ACK && is_fin_there) {
		end->state = TCP_STATE_CLOSED;
	}
}

static void receive_fin(struct end *end, struct step *step, enum side side)
{
	switch (end->state) {
	case TCP_STATE_SYN_RECEIVED:
	case TCP_STATE_ESTABLISHED:
		end->state = TCP_STATE_CLOSE_WAIT;
		break;
	case TCP_STATE_FIN_WAIT_1:
		end->state = TCP_STATE_CLOSING;
		break;
	case TCP_STATE_FIN_WAIT_2:
		end->state = TCP_STATE_TIME_WAIT;
		break;
	default:
		return;
	}
	if (!end->is_closed)
		step->calls[side] |= CALL_RECV_END;
}

/* What is in order now can be read; what comes behind a hole waits in the kernel. */
static void receive_bytes(struct end *end, const struct end *sender, struct step *step,
			  enum side side)
{
	int64_t begin = step->tcp.sequence, before = end->received.end, there;
	bool had_fin = sender->fin > 0 && before >= sender->fin;
	bool has_fin;

	if (step->tcp.flags & TCP_SYN) { /* SYN takes the first number */
		ranges_add(&end->received, begin, begin + 1);
		begin++;
		before = end->received.end;
	}
	ranges_add(&end->received, begin, begin + step->size + !!(step->tcp.flags & TCP_FIN));
	has_fin = sender->fin > 0 && end->received.end >= sender->fin;
	there = end->received.end - before - (has_fin && !had_fin);
	if (there > 0 && !end->is_closed) {
		step->received = there < UINT32_MAX ? (uint32_t)there : UINT32_MAX;
		step->calls[side] |= CALL_RECV;
	}
	if (has_fin && !had_fin)
		receive_fin(end, step, side);
}

static void play_receiver(struct replay *r, size_t at)
{
	struct step *step = &r->conversation->steps[at];
	enum side side = side_other((enum side)step->from);
	struct end *end = &r->ends[side];

	if (step->marks & (MARK_SENT_AGAIN | MARK_BAD_CHECKSUM))
		return; /* it seems that it did not arrive */
	if (step->tcp.flags & TCP_RST) {
		receive_reset(r, end, step, side);
		return;
	}
	receive_syn(end, step, side);
	receive_acknowledgement(end, step, side);
	if (!(step->marks & MARK_KEEP_ALIVE) || step->size > 0)
		receive_bytes(end, &r->ends[step->from], step, side);
}

/* ---- The whole of it ---- */

static bool is_over(const struct replay *r)
{
	return r->ends[SIDE_CLIENT].fin > 0 && r->ends[SIDE_SERVER].fin > 0;
}

static void play_segment(struct replay *r, size_t at)
{
	struct step *step = &r->conversation->steps[at];

	if (step->tcp.flags & TCP_RST && !r->is_reset && !is_over(r)) {
		r->is_reset = true;
		r->resetter = (enum side)step->from;
	}
	play_sender(r, at);
	play_receiver(r, at);
	step->tcp.states[SIDE_CLIENT] = (uint8_t)r->ends[SIDE_CLIENT].state;
	step->tcp.states[SIDE_SERVER] = (uint8_t)r->ends[SIDE_SERVER].state;
}

/* Linux lets connect() fail at once, other systems go on trying (RFC 9293 section 3.9.2.2). */
static void play_icmp(struct replay *r, struct step *step)
{
	enum side side = side_other((enum side)step->from);
	struct end *end = &r->ends[side];
	unsigned unreachable = step->icmp.is_v6 ? 1 : 3;
	bool is_size = !step->icmp.is_v6 && step->icmp.code == 4; /* RFC 1191 */

	if (end->state != TCP_STATE_SYN_SENT || step->icmp.type != unreachable || is_size)
		return;
	step->calls[side] |= CALL_CONNECT_FAILS;
	end->state = TCP_STATE_CLOSED;
	r->is_unreachable = true;
}

static bool has_acknowledged_end(const struct end *end)
{
	return end->state == TCP_STATE_CLOSED || end->state == TCP_STATE_TIME_WAIT;
}

static enum outcome outcome_of(const struct replay *r)
{
	const struct conversation *c = r->conversation;

	if (r->is_refused)
		return OUTCOME_REFUSED;
	if (r->is_unreachable)
		return OUTCOME_UNREACHABLE;
	if (r->is_reset)
		return OUTCOME_RESET;
	if (!c->is_from_middle && c->sides[SIDE_SERVER].packets == 0 &&
	    !has_packet(c, SIDE_CLIENT, TCP_ACK))
		return OUTCOME_UNANSWERED;
	if (!r->has_first_fin)
		return OUTCOME_OPEN;
	if (!is_over(r))
		return OUTCOME_HALF_CLOSED;
	return has_acknowledged_end(&r->ends[SIDE_CLIENT]) &&
			       has_acknowledged_end(&r->ends[SIDE_SERVER])
		       ? OUTCOME_CLOSED
		       : OUTCOME_CLOSING;
}

void tcp_infer_sockets(struct conversation *conversation)
{
	struct replay replay = {.conversation = conversation};

	find_later_checksums(conversation, SIDE_CLIENT);
	find_later_checksums(conversation, SIDE_SERVER);
	begin(&replay);
	for (size_t i = 0; i < conversation->count; i++) {
		if (conversation->steps[i].kind == STEP_SEGMENT)
			play_segment(&replay, i);
		else
			play_icmp(&replay, &conversation->steps[i]);
	}
	conversation->outcome = outcome_of(&replay);
	conversation->ended_by = replay.is_reset ? replay.resetter : replay.first_fin;
}
