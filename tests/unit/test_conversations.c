#include "talk.h"
#include "traffic/ranges.h"

static void assert_calls(const struct conversation *c, size_t index, uint32_t client,
			 uint32_t server)
{
	assert_true(index < c->count);
	assert_int_equal(c->steps[index].calls[SIDE_CLIENT], client);
	assert_int_equal(c->steps[index].calls[SIDE_SERVER], server);
}

static void assert_states(const struct conversation *c, size_t index, enum tcp_state client,
			  enum tcp_state server)
{
	assert_int_equal(c->steps[index].tcp.states[SIDE_CLIENT], client);
	assert_int_equal(c->steps[index].tcp.states[SIDE_SERVER], server);
}

static void assert_marks(const struct conversation *c, size_t index, uint32_t marks)
{
	assert_true(index < c->count);
	assert_int_equal(c->steps[index].marks, marks);
}

/* ---- In order ---- */

static void each_segment_has_the_call_behind_it(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 6);
	S(ACK, 501, 107, 0);
	S(PSH | ACK, 501, 107, 4);
	C(ACK, 107, 505, 0);
	C(FIN | ACK, 107, 505, 0);
	S(FIN | ACK, 505, 108, 0);
	C(ACK, 108, 506, 0);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->count, 10);
	assert_calls(c, 0, CALL_CONNECT, CALL_LISTEN);
	assert_calls(c, 1, CALL_CONNECT_RETURNS, 0);
	assert_calls(c, 2, 0, CALL_ACCEPT);
	assert_calls(c, 3, CALL_SEND, CALL_RECV);
	assert_int_equal(c->steps[3].sent, 6);
	assert_int_equal(c->steps[3].received, 6);
	assert_calls(c, 4, 0, 0);
	assert_calls(c, 5, CALL_RECV, CALL_SEND);
	assert_calls(c, 6, 0, 0);
	assert_calls(c, 7, CALL_FINISH, CALL_RECV_END);
	assert_calls(c, 8, CALL_RECV_END, CALL_CLOSE);
	assert_calls(c, 9, 0, 0);
	for (size_t i = 0; i < c->count; i++)
		assert_marks(c, i, 0);
	assert_int_equal(c->outcome, OUTCOME_CLOSED);
	assert_int_equal(c->ended_by, SIDE_CLIENT);
	assert_int_equal(c->handshake_ns, 2 * NS_PER_MS);
	assert_int_equal(c->sides[SIDE_CLIENT].bytes, 6);
	assert_int_equal(c->sides[SIDE_SERVER].bytes, 4);
	talk_done(&talk);
}

static void states_are_those_of_the_rfc(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(FIN | ACK, 101, 501, 0);
	S(ACK, 501, 102, 0);
	S(FIN | ACK, 501, 102, 0);
	C(ACK, 102, 502, 0);
	c = talk_finish(&talk, 1);
	assert_states(c, 0, TCP_STATE_SYN_SENT, TCP_STATE_SYN_RECEIVED);
	assert_states(c, 1, TCP_STATE_ESTABLISHED, TCP_STATE_SYN_RECEIVED);
	assert_states(c, 2, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
	assert_states(c, 3, TCP_STATE_FIN_WAIT_1, TCP_STATE_CLOSE_WAIT);
	assert_states(c, 4, TCP_STATE_FIN_WAIT_2, TCP_STATE_CLOSE_WAIT);
	assert_states(c, 5, TCP_STATE_TIME_WAIT, TCP_STATE_LAST_ACK);
	assert_states(c, 6, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED);
	talk_done(&talk);
}

static void who_closes_at_once_is_closing(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(FIN | ACK, 101, 501, 0);
	S(FIN | ACK, 501, 101, 0);
	C(ACK, 102, 502, 0);
	S(ACK, 502, 102, 0);
	c = talk_finish(&talk, 1);
	assert_states(c, 4, TCP_STATE_CLOSING, TCP_STATE_LAST_ACK);
	assert_states(c, 6, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED);
	assert_int_equal(c->outcome, OUTCOME_CLOSED);
	talk_done(&talk);
}

static void numbers_count_from_the_syn_and_go_on_where_they_wrap(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	C(SYN, UINT32_MAX - 5, 0, 0);
	S(SYN | ACK, UINT32_MAX, UINT32_MAX - 4, 0);
	C(ACK, UINT32_MAX - 4, 0, 0);
	C(PSH | ACK, UINT32_MAX - 4, 0, 10);
	S(PSH | ACK, 0, 5, 7);
	C(PSH | ACK, 5, 7, 3);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->steps[3].tcp.sequence, 1);
	assert_int_equal(c->steps[4].tcp.sequence, 1);
	assert_int_equal(c->steps[4].tcp.acknowledgement, 11);
	assert_int_equal(c->steps[5].tcp.sequence, 11);
	assert_int_equal(c->steps[5].tcp.acknowledgement, 8);
	for (size_t i = 0; i < c->count; i++)
		assert_marks(c, i, 0);
	assert_int_equal(c->sides[SIDE_CLIENT].bytes, 13);
	talk_done(&talk);
}

static void beyond_4_gib_numbers_do_not_begin_again(void **state)
{
	enum { STEP = 1 << 30 };
	struct talk talk = talk_new();
	const struct conversation *c;
	uint32_t sequence = 101;

	(void)state;
	HANDSHAKE();
	for (int i = 0; i < 6; i++, sequence += STEP) {
		C(PSH | ACK, sequence, 501, STEP);
		S(ACK, 501, sequence + STEP, 0);
	}
	c = talk_finish(&talk, 1);
	assert_true(c->steps[c->count - 1].tcp.acknowledgement == 1 + 6 * (int64_t)STEP);
	assert_true(c->sides[SIDE_CLIENT].bytes == 6 * (uint64_t)STEP);
	talk_done(&talk);
}

static void one_send_may_be_several_segments(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(ACK, 101, 501, 100);
	C(ACK, 201, 501, 100);
	C(PSH | ACK, 301, 501, 50);
	C(PSH | ACK, 351, 501, 5);
	c = talk_finish(&talk, 1);
	assert_calls(c, 3, CALL_SEND, CALL_RECV);
	assert_int_equal(c->steps[3].sent, 250);
	assert_calls(c, 4, CALL_SEND_GOES_ON, CALL_RECV);
	assert_calls(c, 5, CALL_SEND_GOES_ON, CALL_RECV);
	assert_calls(c, 6, CALL_SEND, CALL_RECV);
	assert_int_equal(c->steps[6].sent, 5);
	talk_done(&talk);
}

/* ---- How it begins ---- */

static void a_refused_connection_is_explained(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	C(SYN, 100, 0, 0);
	S(RST | ACK, 0, 101, 0);
	c = talk_finish(&talk, 1);
	assert_calls(c, 0, CALL_CONNECT, 0);
	assert_calls(c, 1, CALL_CONNECT_FAILS, CALL_NOBODY);
	assert_marks(c, 1, MARK_REFUSAL);
	assert_int_equal(c->outcome, OUTCOME_REFUSED);
	assert_int_equal(c->steps[1].tcp.acknowledgement, 1);
	talk_done(&talk);
}

static void a_syn_that_nobody_answers_is_sent_again(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	C(SYN, 100, 0, 0);
	talk_pause(&talk, 1000);
	C(SYN, 100, 0, 0);
	talk_pause(&talk, 2000);
	C(SYN, 100, 0, 0);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->outcome, OUTCOME_UNANSWERED);
	assert_marks(c, 0, MARK_SENT_AGAIN);
	assert_marks(c, 1, MARK_RETRANSMISSION | MARK_SENT_AGAIN);
	assert_marks(c, 2, MARK_RETRANSMISSION);
	assert_int_equal(c->steps[2].earlier, 1);
	assert_int_equal(c->steps[0].later, 1);
	assert_calls(c, 2, 0, 0);
	assert_int_equal(c->steps[2].tcp.states[SIDE_SERVER], TCP_STATE_UNKNOWN);
	talk_done(&talk);
}

static void a_syn_that_was_lost_reaches_the_server_with_the_second(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	C(SYN, 100, 0, 0);
	talk_pause(&talk, 1000);
	HANDSHAKE();
	c = talk_finish(&talk, 1);
	assert_calls(c, 0, CALL_CONNECT, 0);
	assert_calls(c, 1, 0, CALL_LISTEN);
	assert_int_equal(c->handshake_ns, 2 * NS_PER_MS);
	talk_done(&talk);
}

static void an_icmp_error_ends_connect(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	C(SYN, 100, 0, 0);
	talk_icmp(&talk, "10.0.0.254", IPPROTO_TCP, 1);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->outcome, OUTCOME_UNREACHABLE);
	assert_int_equal(c->steps[1].kind, STEP_ICMP);
	assert_int_equal(c->steps[1].from, SIDE_SERVER);
	assert_int_equal(c->steps[1].earlier, 0);
	assert_int_equal(c->steps[1].other, 0);
	assert_calls(c, 1, CALL_CONNECT_FAILS, 0);
	talk_done(&talk);
}

static void an_icmp_error_of_size_ends_nothing(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	C(SYN, 100, 0, 0);
	talk_icmp(&talk, "10.0.0.254", IPPROTO_TCP, 4);
	S(SYN | ACK, 500, 101, 0);
	c = talk_finish(&talk, 1);
	assert_calls(c, 1, 0, 0);
	assert_calls(c, 2, CALL_CONNECT_RETURNS, 0);
	talk_done(&talk);
}

static void both_may_connect_at_once(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	C(SYN, 100, 0, 0);
	S(SYN, 500, 0, 0);
	C(SYN | ACK, 100, 501, 0);
	S(SYN | ACK, 500, 101, 0);
	C(PSH | ACK, 101, 501, 5);
	c = talk_finish(&talk, 1);
	assert_true(c->is_opened_by_both);
	assert_calls(c, 0, CALL_CONNECT, 0);
	assert_calls(c, 1, 0, CALL_CONNECT);
	assert_states(c, 3, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
	assert_true(c->steps[2].calls[SIDE_SERVER] & CALL_CONNECT_RETURNS);
	assert_true(c->steps[3].calls[SIDE_CLIENT] & CALL_CONNECT_RETURNS);
	talk_done(&talk);
}

static void a_capture_may_begin_in_the_middle(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	S(PSH | ACK, 70000, 9000, 10); /* the lower port is the server's */
	C(ACK, 9000, 70010, 0);
	C(PSH | ACK, 9000, 70010, 3);
	S(ACK, 70010, 9003, 0);
	c = talk_finish(&talk, 1);
	assert_true(c->is_from_middle);
	assert_int_equal(address_port(&c->ends[SIDE_SERVER]), 80);
	assert_int_equal(c->steps[0].tcp.sequence, 1);
	assert_int_equal(c->steps[1].tcp.acknowledgement, 11);
	assert_int_equal(c->steps[2].tcp.sequence, 1);
	for (size_t i = 0; i < c->count; i++)
		assert_marks(c, i, 0);
	assert_calls(c, 0, CALL_RECV, CALL_SEND);
	assert_calls(c, 2, CALL_SEND, CALL_RECV);
	assert_int_equal(c->outcome, OUTCOME_OPEN);
	talk_done(&talk);
}

static void the_same_ports_again_are_another_conversation(void **state)
{
	struct talk talk = talk_new();

	(void)state;
	HANDSHAKE();
	C(FIN | ACK, 101, 501, 0);
	S(FIN | ACK, 501, 102, 0);
	C(ACK, 102, 502, 0);
	C(SYN, 90000, 0, 0);
	S(SYN | ACK, 7, 90001, 0);
	talk_finish(&talk, 2);
	assert_int_equal(conversations_at(talk.conversations, 1)->count, 2);
	assert_int_equal(conversations_at(talk.conversations, 1)->steps[1].tcp.sequence, 0);
	talk_done(&talk);
}

/* ---- One direction ---- */

static void a_capture_may_have_one_direction_only(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	C(SYN, 100, 0, 0);
	C(ACK, 101, 501, 0);
	C(PSH | ACK, 101, 501, 5);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->outcome, OUTCOME_OPEN);
	assert_calls(c, 1, CALL_CONNECT_RETURNS, 0);
	assert_int_equal(c->steps[1].tcp.states[SIDE_CLIENT], TCP_STATE_ESTABLISHED);
	talk_done(&talk);
	talk = talk_new();
	C(SYN, 100, 0, 0);
	C(ACK, 101, 501, 0);
	C(FIN | ACK, 101, 501, 0);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->outcome, OUTCOME_HALF_CLOSED);
	assert_int_equal(c->ended_by, SIDE_CLIENT);
	talk_done(&talk);
}

/* ---- Loss ---- */

static void a_retransmission_after_silence(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 10);
	talk_pause(&talk, 200);
	C(PSH | ACK, 101, 501, 10);
	S(ACK, 501, 111, 0);
	c = talk_finish(&talk, 1);
	assert_marks(c, 3, MARK_SENT_AGAIN);
	assert_marks(c, 4, MARK_RETRANSMISSION);
	assert_int_equal(c->steps[3].later, 4);
	assert_int_equal(c->steps[4].earlier, 3);
	assert_calls(c, 3, CALL_SEND, 0); /* it can be received when it is there */
	assert_calls(c, 4, 0, CALL_RECV);
	assert_int_equal(c->sides[SIDE_CLIENT].bytes, 10);
	assert_int_equal(c->sides[SIDE_CLIENT].retransmissions, 1);
	talk_done(&talk);
}

static void a_fast_retransmission_was_asked_for(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	for (uint32_t i = 0; i < 4; i++)
		C(ACK, 101 + 10 * i, 501, 10);
	for (int i = 0; i < 3; i++)
		S(ACK, 501, 101, 0);
	C(ACK, 101, 501, 10);
	S(ACK, 501, 141, 0);
	c = talk_finish(&talk, 1);
	assert_marks(c, 3, MARK_SENT_AGAIN);
	for (size_t i = 7; i < 10; i++)
		assert_marks(c, i, MARK_DUPLICATE_ACK);
	assert_marks(c, 10, MARK_RETRANSMISSION | MARK_FAST);
	assert_marks(c, 11, 0);
	for (size_t i = 4; i < 7; i++) /* they wait behind the hole */
		assert_calls(c, i, CALL_SEND_GOES_ON, 0);
	assert_calls(c, 10, 0, CALL_RECV);
	assert_int_equal(c->steps[10].received, 40);
	assert_int_equal(c->sides[SIDE_SERVER].duplicate_acks, 3);
	talk_done(&talk);
}

static void sack_asks_for_it_too(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(ACK, 101, 501, 10);
	C(ACK, 111, 501, 10);
	talk.sacks[0] = (struct tcp_sack){111, 121};
	talk.sack_count = 1;
	S(ACK, 501, 101, 0);
	C(ACK, 101, 501, 10);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->steps[5].tcp.sack_left, 11);
	assert_int_equal(c->steps[5].tcp.sack_right, 21);
	assert_marks(c, 6, MARK_RETRANSMISSION | MARK_FAST);
	talk_done(&talk);
}

static void what_was_acknowledged_before_is_sent_in_vain(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 10);
	S(ACK, 501, 111, 0);
	C(PSH | ACK, 101, 501, 10);
	c = talk_finish(&talk, 1);
	assert_marks(c, 3, 0);
	assert_marks(c, 5, MARK_RETRANSMISSION | MARK_SPURIOUS);
	assert_int_equal(c->steps[5].earlier, 3);
	assert_calls(c, 3, CALL_SEND, CALL_RECV);
	assert_calls(c, 5, 0, 0);
	talk_done(&talk);
}

static void a_duplicate_sack_tells_that_nothing_was_lost(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 10);
	talk_pause(&talk, 200);
	C(PSH | ACK, 101, 501, 10);
	talk.sacks[0] = (struct tcp_sack){101, 111};
	talk.sack_count = 1;
	S(ACK, 501, 111, 0);
	c = talk_finish(&talk, 1);
	assert_marks(c, 3, 0);
	assert_marks(c, 4, MARK_RETRANSMISSION | MARK_SPURIOUS);
	assert_marks(c, 5, MARK_DUPLICATE_SACK);
	assert_calls(c, 3, CALL_SEND, CALL_RECV);
	talk_done(&talk);
}

static void several_segments_may_be_sent_again_as_one(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 10);
	C(PSH | ACK, 111, 501, 10);
	talk_pause(&talk, 200);
	C(PSH | ACK, 101, 501, 20);
	c = talk_finish(&talk, 1);
	assert_marks(c, 3, MARK_SENT_AGAIN);
	assert_marks(c, 4, MARK_SENT_AGAIN);
	assert_int_equal(c->steps[3].later, 5);
	assert_int_equal(c->steps[4].later, 5);
	assert_int_equal(c->steps[5].received, 20);
	talk_done(&talk);
}

static void what_fills_a_hole_at_once_was_overtaken(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE(); /* 2 ms */
	C(ACK, 111, 501, 10);
	C(ACK, 101, 501, 10);
	c = talk_finish(&talk, 1);
	assert_marks(c, 3, MARK_GAP);
	assert_marks(c, 4, MARK_OUT_OF_ORDER);
	assert_calls(c, 3, CALL_SEND, 0);
	assert_int_equal(c->steps[4].received, 20);
	assert_int_equal(c->sides[SIDE_CLIENT].out_of_order, 1);
	talk_done(&talk);
}

static void what_fills_it_later_was_sent_again(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(ACK, 111, 501, 10);
	talk_pause(&talk, 10);
	C(ACK, 101, 501, 10);
	c = talk_finish(&talk, 1);
	assert_marks(c, 4, MARK_RETRANSMISSION);
	assert_int_equal(c->steps[4].earlier, NO_STEP);
	assert_int_equal(c->steps[4].received, 20);
	talk_done(&talk);
}

/* There are other holes since then, and newer ones. */
static void what_fills_the_older_of_two_holes_was_sent_again(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(ACK, 111, 501, 10); /* 101 is missing, */
	C(ACK, 131, 501, 10); /* and 121 */
	talk_pause(&talk, 10);
	C(ACK, 101, 501, 10);
	S(ACK, 501, 121, 0);
	C(ACK, 151, 501, 10); /* 141 is missing */
	C(ACK, 121, 501, 10);
	c = talk_finish(&talk, 1);
	assert_marks(c, 5, MARK_RETRANSMISSION);
	assert_marks(c, 7, MARK_GAP);
	assert_marks(c, 8, MARK_RETRANSMISSION);
	talk_done(&talk);
}

enum { HOLE = 10 };

/* So many holes are there at once, and are filled later. Returns the bytes that were counted. */
static uint64_t bytes_with_holes(uint32_t holes)
{
	struct talk talk = talk_new();
	const struct conversation *c;
	uint32_t end = 101 + 2 * HOLE * holes;
	uint64_t bytes;

	talk.window = 60000;
	HANDSHAKE();
	for (uint32_t i = 0; i < holes; i++)
		C(ACK, 101 + HOLE * (2 * i + 1), 501, HOLE);
	C(ACK, end, 501, HOLE); /* goes on in order */
	for (uint32_t i = 0; i < holes; i++)
		C(ACK, 101 + HOLE * 2 * i, 501, HOLE);
	S(ACK, 501, end + HOLE, 0);
	c = talk_finish(&talk, 1);
	for (size_t i = 3; i < 3 + holes; i++)
		assert_marks(c, i, MARK_GAP);
	assert_marks(c, 3 + holes, 0);
	assert_marks(c, c->count - 1, 0);
	bytes = c->sides[SIDE_CLIENT].bytes;
	talk_done(&talk);
	return bytes;
}

static void many_holes_at_once_are_no_loss_of_sight(void **state)
{
	(void)state;
	assert_int_equal(bytes_with_holes(RANGES_MAX - 1), HOLE * (2 * RANGES_MAX - 1));
	assert_true(bytes_with_holes(500) < HOLE * 1001); /* those that count as filled */
}

static void what_the_capture_lost_is_no_loss(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	S(ACK, 501, 111, 0); /* of 10 bytes that nobody saw */
	C(ACK, 111, 501, 10);
	c = talk_finish(&talk, 1);
	assert_marks(c, 3, MARK_UNSEEN_ACK);
	assert_marks(c, 4, 0);
	assert_calls(c, 4, CALL_SEND, CALL_RECV);
	talk_done(&talk);
}

/* ---- Checksums ---- */

static void what_has_a_bad_checksum_is_dropped(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	talk.checksum = CHECKSUM_BAD;
	C(PSH | ACK, 101, 501, 5);
	talk.checksum = CHECKSUM_GOOD;
	talk_pause(&talk, 200);
	C(PSH | ACK, 101, 501, 5);
	S(ACK, 501, 106, 0);
	c = talk_finish(&talk, 1);
	assert_marks(c, 3, MARK_BAD_CHECKSUM | MARK_SENT_AGAIN);
	assert_calls(c, 4, 0, CALL_RECV);
	talk_done(&talk);
}

static void where_bad_checksums_are_acknowledged_they_are_made_later(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	talk.checksum = CHECKSUM_BAD;
	C(PSH | ACK, 101, 501, 5);
	talk.checksum = CHECKSUM_GOOD;
	S(ACK, 501, 106, 0);
	S(PSH | ACK, 501, 106, 7);
	talk.checksum = CHECKSUM_BAD;
	C(ACK, 106, 508, 0);
	c = talk_finish(&talk, 1);
	assert_marks(c, 3, MARK_CHECKSUM_LATER);
	assert_calls(c, 3, CALL_SEND, CALL_RECV);
	assert_marks(c, 6, MARK_CHECKSUM_LATER);
	talk_done(&talk);
}

static void a_bad_request_that_is_answered_was_not_bad(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	talk.checksum = CHECKSUM_BAD;
	talk_datagram(&talk, &talk.client, &talk.server, "one");
	talk_datagram(&talk, &talk.server, &talk.client, "uno");
	talk_datagram(&talk, &talk.client, &talk.server, "two");
	c = talk_finish(&talk, 1);
	assert_marks(c, 0, MARK_CHECKSUM_LATER);
	assert_calls(c, 0, CALL_SEND, CALL_RECV);
	assert_marks(c, 1, MARK_BAD_CHECKSUM);
	assert_calls(c, 1, 0, CALL_SEND);
	assert_marks(c, 2, MARK_BAD_CHECKSUM);
	talk_done(&talk);
}

/* ---- The window ---- */

static void a_zero_window_is_probed_and_opens(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 1000);
	talk.window = 0;
	S(ACK, 501, 1101, 0);
	talk.window = 1000;
	C(ACK, 1100, 501, 0);
	talk.window = 0;
	S(ACK, 501, 1101, 0);
	talk.window = 1000;
	S(ACK, 501, 1101, 0);
	C(PSH | ACK, 1101, 501, 5);
	c = talk_finish(&talk, 1);
	assert_marks(c, 3, MARK_WINDOW_FULL);
	assert_marks(c, 4, MARK_WINDOW_ZERO);
	assert_calls(c, 4, 0, CALL_NOT_READ);
	assert_marks(c, 5, MARK_WINDOW_PROBE);
	assert_marks(c, 6, MARK_WINDOW_ZERO | MARK_KEEP_ALIVE_ANSWER);
	assert_calls(c, 6, 0, 0);
	assert_true(c->steps[7].calls[SIDE_SERVER] & CALL_READ_AGAIN);
	assert_marks(c, 8, 0);
	talk_done(&talk);
}

static void a_window_update_is_no_duplicate(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 10);
	S(ACK, 501, 111, 0);
	talk.window = 2000;
	S(ACK, 501, 111, 0);
	c = talk_finish(&talk, 1);
	assert_marks(c, 5, MARK_WINDOW_UPDATE);
	talk_done(&talk);
}

static void a_window_that_shrinks_is_no_update(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	talk.window = 400;
	S(ACK, 501, 101, 0);
	talk.window = 0;
	S(ACK, 501, 101, 0);
	c = talk_finish(&talk, 1);
	assert_marks(c, 3, 0);
	assert_marks(c, 4, MARK_WINDOW_ZERO);
	talk_done(&talk);
}

static void windows_are_scaled_where_both_syns_say_so(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	talk.has_scale = true;
	HANDSHAKE();
	c = talk_finish(&talk, 1);
	assert_true(c->is_window_known);
	assert_int_equal(c->steps[1].tcp.window, 1000);
	assert_int_equal(c->steps[2].tcp.window, 4000);
	talk_done(&talk);
}

static void windows_are_not_known_where_the_options_are_cut_off(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	talk.are_options_cut = true;
	HANDSHAKE();
	c = talk_finish(&talk, 1);
	assert_false(c->is_window_known);
	talk_done(&talk);
}

static void keep_alives_are_no_retransmissions(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 10);
	S(ACK, 501, 111, 0);
	talk_pause(&talk, 7200000);
	C(ACK, 110, 501, 0);
	S(ACK, 501, 111, 0);
	C(ACK, 110, 501, 1); /* some send a byte */
	S(ACK, 501, 111, 0);
	c = talk_finish(&talk, 1);
	assert_marks(c, 5, MARK_KEEP_ALIVE);
	assert_marks(c, 6, MARK_KEEP_ALIVE_ANSWER);
	assert_marks(c, 7, MARK_KEEP_ALIVE);
	assert_marks(c, 8, MARK_KEEP_ALIVE_ANSWER);
	assert_calls(c, 5, 0, 0);
	assert_calls(c, 7, 0, 0);
	talk_done(&talk);
}

/* ---- The end ---- */

static void who_goes_on_receiving_has_shut_down(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(FIN | PSH | ACK, 101, 501, 4);
	S(PSH | ACK, 501, 106, 4);
	C(ACK, 106, 505, 0);
	c = talk_finish(&talk, 1);
	assert_calls(c, 3, CALL_SEND | CALL_SHUTDOWN, CALL_RECV | CALL_RECV_END);
	assert_calls(c, 4, CALL_RECV, CALL_SEND);
	assert_int_equal(c->outcome, OUTCOME_HALF_CLOSED);
	assert_int_equal(c->ended_by, SIDE_CLIENT);
	talk_done(&talk);
}

static void who_answers_with_reset_has_closed(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(FIN | ACK, 101, 501, 0);
	S(PSH | ACK, 501, 102, 4);
	C(RST, 102, 0, 0);
	c = talk_finish(&talk, 1);
	assert_calls(c, 3, CALL_CLOSE, CALL_RECV_END);
	assert_calls(c, 4, 0, CALL_SEND); /* which nobody receives */
	assert_calls(c, 5, CALL_CLOSED_BEFORE, CALL_SEND_FAILS);
	assert_int_equal(c->outcome, OUTCOME_RESET);
	talk_done(&talk);
}

static void a_fin_from_before_the_syn_closes_nothing(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(FIN | ACK, 100 - (1u << 30), 501, 0);
	C(FIN | ACK, 101, 501, 0);
	S(FIN | ACK, 501, 102, 0);
	c = talk_finish(&talk, 1);
	assert_calls(c, 3, 0, 0);
	assert_states(c, 3, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
	assert_calls(c, 4, CALL_FINISH, CALL_RECV_END);
	assert_states(c, 4, TCP_STATE_FIN_WAIT_1, TCP_STATE_CLOSE_WAIT);
	talk_done(&talk);
}

static void a_reset_in_the_midst_of_it(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 4);
	S(RST | ACK, 501, 101, 0);
	c = talk_finish(&talk, 1);
	assert_calls(c, 4, CALL_RECV_FAILS, CALL_ABORT);
	assert_int_equal(c->outcome, OUTCOME_RESET);
	assert_int_equal(c->ended_by, SIDE_SERVER);
	assert_marks(c, 4, 0);
	talk_done(&talk);
}

static void a_host_that_has_restarted_resets(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	C(PSH | ACK, 101, 501, 4);
	S(RST, 501, 0, 0);
	c = talk_finish(&talk, 1);
	assert_marks(c, 1, MARK_STRAY);
	assert_calls(c, 1, CALL_RECV_FAILS, CALL_CLOSED_BEFORE);
	talk_done(&talk);
}

static void a_reset_after_the_end_changes_nothing(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	HANDSHAKE();
	C(FIN | ACK, 101, 501, 0);
	S(FIN | ACK, 501, 102, 0);
	C(ACK, 102, 502, 0);
	S(RST, 502, 0, 0);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->outcome, OUTCOME_CLOSED);
	talk_done(&talk);
}

/* ---- UDP ---- */

static void requests_and_answers_are_matched(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	talk_datagram(&talk, &talk.client, &talk.server, "one");
	talk_datagram(&talk, &talk.server, &talk.client, "uno");
	talk_datagram(&talk, &talk.client, &talk.server, "two"); /* its answer is lost */
	talk_datagram(&talk, &talk.client, &talk.server, "three");
	talk_pause(&talk, 4);
	talk_datagram(&talk, &talk.server, &talk.client, "tre");
	c = talk_finish(&talk, 1);
	assert_int_equal(c->steps[1].earlier, 0);
	assert_int_equal(c->steps[0].later, 1);
	assert_int_equal(c->steps[2].later, NO_STEP);
	assert_int_equal(c->steps[4].earlier, 3);
	assert_int_equal(c->answered, 2);
	assert_int_equal(c->sides[SIDE_CLIENT].unanswered, 1);
	assert_int_equal(c->answer_least_ns, NS_PER_MS);
	assert_int_equal(c->answer_most_ns, 5 * NS_PER_MS);
	assert_int_equal(c->outcome, OUTCOME_PARTLY);
	assert_calls(c, 0, CALL_SEND, CALL_RECV);
	assert_calls(c, 1, CALL_RECV, CALL_SEND);
	assert_calls(c, 2, CALL_SEND, 0);
	talk_done(&talk);
}

static void echoes_are_known_by_their_bytes(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	talk_datagram(&talk, &talk.client, &talk.server, "one");
	talk_datagram(&talk, &talk.client, &talk.server, "two");
	talk_datagram(&talk, &talk.server, &talk.client, "one");
	talk_datagram(&talk, &talk.server, &talk.client, "two");
	c = talk_finish(&talk, 1);
	assert_int_equal(c->steps[2].earlier, 0);
	assert_int_equal(c->steps[3].earlier, 1);
	assert_int_equal(c->outcome, OUTCOME_ANSWERED);
	talk_done(&talk);
}

static void a_port_without_a_socket_refuses(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	talk_datagram(&talk, &talk.client, &talk.server, "anyone?");
	talk_icmp(&talk, "10.0.0.2", IPPROTO_UDP, 3);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->outcome, OUTCOME_REFUSED);
	assert_calls(c, 1, CALL_RECV_FAILS, CALL_NOBODY);
	assert_int_equal(c->steps[1].other, NO_OTHER);
	assert_int_equal(c->steps[1].earlier, 0);
	talk_done(&talk);
}

static void each_icmp_error_is_about_another_packet(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	talk_datagram(&talk, &talk.client, &talk.server, "one");
	talk_datagram(&talk, &talk.client, &talk.server, "two");
	talk_datagram(&talk, &talk.server, &talk.client, "three");
	talk_icmp(&talk, "10.0.0.2", IPPROTO_UDP, 3);
	talk_icmp(&talk, "10.0.0.2", IPPROTO_UDP, 3);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->steps[3].earlier, 1);
	assert_int_equal(c->steps[4].earlier, 0);
	talk_done(&talk);
}

static void an_answer_that_is_refused_is_not_received(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	talk_datagram(&talk, &talk.client, &talk.server, "who?");
	talk_datagram(&talk, &talk.server, &talk.client, "me");
	talk_datagram(&talk, &talk.server, &talk.client, "and me");
	for (int i = 0; i < 2; i++)
		talk_icmp_about(&talk, "10.0.0.1", IPPROTO_UDP, 3, &talk.server, &talk.client);
	c = talk_finish(&talk, 1);
	assert_calls(c, 1, 0, CALL_SEND);
	assert_calls(c, 2, 0, CALL_SEND);
	assert_calls(c, 4, CALL_NOBODY, CALL_RECV_FAILS);
	talk_done(&talk);
}

static void so_is_one_to_who_asked_a_group(void **state)
{
	struct talk talk = talk_new();
	union hostcast_address group = talk_address("224.1.1.1:10000");
	union hostcast_address b = talk_address("10.0.0.2:10000"), d = talk_address("10.0.0.4:999");
	const struct conversation *c;

	(void)state;
	talk_datagram(&talk, &talk.client, &group, "hello");
	talk_datagram(&talk, &b, &talk.client, "ack");
	talk_datagram(&talk, &d, &talk.client, "ack");
	talk_icmp_about(&talk, "10.0.0.1", IPPROTO_UDP, 3, &b, &talk.client);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->count, 4);
	assert_int_equal(c->steps[3].earlier, 1);
	assert_int_equal(c->steps[3].from, SIDE_CLIENT);
	assert_calls(c, 1, 0, CALL_SEND);
	assert_calls(c, 2, CALL_RECV, CALL_SEND);
	talk_done(&talk);
}

static void who_refuses_for_another_tells_of_no_socket(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	talk_datagram(&talk, &talk.client, &talk.server, "anyone?");
	talk_icmp(&talk, "10.0.0.254", IPPROTO_UDP, 3);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->outcome, OUTCOME_REFUSED);
	assert_calls(c, 1, CALL_RECV_FAILS, 0);
	talk_done(&talk);
}

static void a_group_is_answered_by_several(void **state)
{
	struct talk talk = talk_new();
	union hostcast_address group = talk_address("224.1.1.1:10000");
	union hostcast_address b = talk_address("10.0.0.2:10000"), d = talk_address("10.0.0.4:999");
	const struct conversation *c;

	(void)state;
	talk_datagram(&talk, &talk.client, &group, "hello");
	talk_datagram(&talk, &b, &talk.client, "ack");
	talk_datagram(&talk, &d, &talk.client, "ack");
	talk_datagram(&talk, &talk.client, &group, "again");
	talk_datagram(&talk, &b, &talk.client, "ack");
	c = talk_finish(&talk, 1);
	assert_true(c->is_to_group);
	assert_int_equal(c->count, 5);
	assert_int_equal(c->other_count, 2);
	assert_true(address_equal(&c->others[c->steps[2].other], &d));
	assert_int_equal(c->steps[1].other, c->steps[4].other);
	assert_int_equal(c->steps[2].earlier, 0);
	assert_int_equal(c->steps[4].earlier, 3);
	assert_int_equal(c->outcome, OUTCOME_ANSWERED);
	talk_done(&talk);
}

/* As where only what concerns the group is looked at. */
static void answers_are_taken_for_those_who_asked_a_group(void **state)
{
	struct talk talk = talk_new();
	struct frame frame = {.link_type = LINK_ETHERNET};
	struct packet answer = {.ip.version = 4,
				.source = talk_address("10.0.0.2:10000"),
				.destination = talk.client,
				.transport = TRANSPORT_UDP};
	struct packet other = answer;
	union hostcast_address group = talk_address("224.1.1.1:10000");
	const struct conversation *c;

	(void)state;
	other.destination = talk_address("10.0.0.1:40001");
	conversations_take_answer(talk.conversations, &frame, &answer, 1);
	talk_datagram(&talk, &talk.client, &group, "hello");
	conversations_take_answer(talk.conversations, &frame, &answer, 2);
	conversations_take_answer(talk.conversations, &frame, &other, 3);
	c = talk_finish(&talk, 1);
	assert_int_equal(c->count, 2);
	assert_int_equal(c->outcome, OUTCOME_ANSWERED);
	talk_done(&talk);
}

static void a_stream_is_a_conversation_without_answers(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;

	(void)state;
	for (int i = 0; i < 100; i++)
		talk_datagram(&talk, &talk.client, &talk.server, "frame");
	c = talk_finish(&talk, 1);
	assert_int_equal(c->outcome, OUTCOME_UNANSWERED);
	assert_int_equal(c->sides[SIDE_CLIENT].bytes, 500);
	talk_done(&talk);
}

/* ---- Bounds ---- */

static void what_there_is_no_room_for_is_counted(void **state)
{
	struct talk talk = talk_new();
	struct conversations_counters counters;

	(void)state;
	for (uint32_t i = 0; i < CONVERSATIONS_MAX + 5; i++) {
		talk.client.v4.sin_addr.s_addr = htonl(0x0b000000 + i);
		C(SYN, 100, 0, 0);
	}
	talk.client = talk_address("11.0.0.0:40000");
	for (uint32_t i = 0; i < STEPS_MAX; i++)
		S(ACK, 500 + i, 101, 1);
	counters = conversations_counters(talk.conversations);
	assert_int_equal(conversations_count(talk.conversations), CONVERSATIONS_MAX);
	assert_int_equal(counters.taken, STEPS_MAX);
	assert_int_equal(counters.not_kept, CONVERSATIONS_MAX + 5);
	assert_int_equal(conversations_at(talk.conversations, 0)->not_kept, CONVERSATIONS_MAX);
	conversations_finish(talk.conversations);
	talk_done(&talk);
}

static void interfaces_are_told_apart(void **state)
{
	struct talk talk = talk_new();
	struct packet packet = {.ip.version = 4,
				.source = talk.client,
				.destination = talk.server,
				.transport = TRANSPORT_TCP};

	(void)state;
	packet.tcp.flags = SYN;
	for (unsigned i = 0; i < 2; i++) {
		struct frame frame = {.interface = i};

		conversations_take(talk.conversations, &frame, &packet, i);
	}
	talk_finish(&talk, 2);
	assert_marks(conversations_at(talk.conversations, 1), 0, 0);
	talk_done(&talk);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_segment_has_the_call_behind_it),
		cmocka_unit_test(states_are_those_of_the_rfc),
		cmocka_unit_test(who_closes_at_once_is_closing),
		cmocka_unit_test(numbers_count_from_the_syn_and_go_on_where_they_wrap),
		cmocka_unit_test(beyond_4_gib_numbers_do_not_begin_again),
		cmocka_unit_test(one_send_may_be_several_segments),
		cmocka_unit_test(a_refused_connection_is_explained),
		cmocka_unit_test(a_syn_that_nobody_answers_is_sent_again),
		cmocka_unit_test(a_syn_that_was_lost_reaches_the_server_with_the_second),
		cmocka_unit_test(an_icmp_error_ends_connect),
		cmocka_unit_test(an_icmp_error_of_size_ends_nothing),
		cmocka_unit_test(both_may_connect_at_once),
		cmocka_unit_test(a_capture_may_begin_in_the_middle),
		cmocka_unit_test(the_same_ports_again_are_another_conversation),
		cmocka_unit_test(a_capture_may_have_one_direction_only),
		cmocka_unit_test(a_retransmission_after_silence),
		cmocka_unit_test(a_fast_retransmission_was_asked_for),
		cmocka_unit_test(sack_asks_for_it_too),
		cmocka_unit_test(what_was_acknowledged_before_is_sent_in_vain),
		cmocka_unit_test(a_duplicate_sack_tells_that_nothing_was_lost),
		cmocka_unit_test(several_segments_may_be_sent_again_as_one),
		cmocka_unit_test(what_fills_a_hole_at_once_was_overtaken),
		cmocka_unit_test(what_fills_it_later_was_sent_again),
		cmocka_unit_test(what_fills_the_older_of_two_holes_was_sent_again),
		cmocka_unit_test(many_holes_at_once_are_no_loss_of_sight),
		cmocka_unit_test(what_the_capture_lost_is_no_loss),
		cmocka_unit_test(what_has_a_bad_checksum_is_dropped),
		cmocka_unit_test(where_bad_checksums_are_acknowledged_they_are_made_later),
		cmocka_unit_test(a_bad_request_that_is_answered_was_not_bad),
		cmocka_unit_test(a_zero_window_is_probed_and_opens),
		cmocka_unit_test(a_window_update_is_no_duplicate),
		cmocka_unit_test(a_window_that_shrinks_is_no_update),
		cmocka_unit_test(windows_are_scaled_where_both_syns_say_so),
		cmocka_unit_test(windows_are_not_known_where_the_options_are_cut_off),
		cmocka_unit_test(keep_alives_are_no_retransmissions),
		cmocka_unit_test(who_goes_on_receiving_has_shut_down),
		cmocka_unit_test(who_answers_with_reset_has_closed),
		cmocka_unit_test(a_fin_from_before_the_syn_closes_nothing),
		cmocka_unit_test(a_reset_in_the_midst_of_it),
		cmocka_unit_test(a_host_that_has_restarted_resets),
		cmocka_unit_test(a_reset_after_the_end_changes_nothing),
		cmocka_unit_test(requests_and_answers_are_matched),
		cmocka_unit_test(echoes_are_known_by_their_bytes),
		cmocka_unit_test(a_port_without_a_socket_refuses),
		cmocka_unit_test(each_icmp_error_is_about_another_packet),
		cmocka_unit_test(an_answer_that_is_refused_is_not_received),
		cmocka_unit_test(so_is_one_to_who_asked_a_group),
		cmocka_unit_test(who_refuses_for_another_tells_of_no_socket),
		cmocka_unit_test(a_group_is_answered_by_several),
		cmocka_unit_test(answers_are_taken_for_those_who_asked_a_group),
		cmocka_unit_test(a_stream_is_a_conversation_without_answers),
		cmocka_unit_test(what_there_is_no_room_for_is_counted),
		cmocka_unit_test(interfaces_are_told_apart),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
