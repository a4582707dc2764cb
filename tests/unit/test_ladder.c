#include "capture/capture_file.h"
#include "cli/decode/conversation_outcome.h"
#include "cli/decode/conversation_words.h"
#include "cli/decode/ladder.h"
#include "cli/decode/ladder_rows.h"
#include "cli/decode/timeline.h"
#include "cli/decode/timeline_axis.h"
#include "talk.h"
#include "xml.h"

#include <stdio.h>

static size_t occurrences(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

static const char *draw(struct talk *talk, struct text *out)
{
	conversations_finish(talk->conversations);
	assert_true(
		ladder_add(out, talk->conversations, 0, conversations_count(talk->conversations)));
	assert_is_xml(out);
	assert_null(strstr(text_string(out), "nan"));
	return text_string(out);
}

/* ---- Ladders ---- */

static void a_ladder_has_each_segment_and_its_calls(void **state)
{
	struct talk talk = talk_new();
	struct text out = {0};
	const char *svg;

	(void)state;
	HANDSHAKE();
	talk.payload = "hello\n";
	C(PSH | ACK, 101, 501, 6);
	S(FIN | ACK, 501, 107, 0);
	svg = draw(&talk, &out);
	assert_int_equal(occurrences(svg, "<g class=\"step\">"), 5);
	assert_non_null(strstr(svg, ">10.0.0.1:40000<"));
	assert_non_null(strstr(svg, ">SYN ACK  seq 0  ack 1  win 1000<"));
	assert_non_null(strstr(svg, "len 6  “hello\\n”<"));
	assert_non_null(strstr(svg, ">connect() returns<"));
	assert_non_null(strstr(svg, ">accept() can return<"));
	assert_non_null(strstr(svg, ">CLOSE-WAIT<"));
	assert_null(strstr(svg, "not drawn"));
	text_done(&out);
	talk_done(&talk);
}

static void a_lost_segment_ends_in_a_cross(void **state)
{
	struct talk talk = talk_new();
	struct text out = {0};
	const char *svg;

	(void)state;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 6);
	talk_pause(&talk, 1500);
	C(PSH | ACK, 101, 501, 6);
	svg = draw(&talk, &out);
	assert_int_equal(occurrences(svg, "class=\"lost cross\""), 1);
	assert_int_equal(occurrences(svg, ">1.5 s later<"), 1);
	assert_non_null(strstr(svg, ">retransmission of packet 4, after 1.5 s"));
	text_done(&out);
	talk_done(&talk);
}

static void long_runs_of_data_become_one_row(void **state)
{
	struct talk talk = talk_new();
	struct text out = {0};
	const char *svg;

	(void)state;
	HANDSHAKE();
	for (uint32_t i = 0; i < 1000; i++) {
		C(ACK, 101 + 10 * i, 501, 10);
		S(ACK, 501, 111 + 10 * i, 0);
	}
	C(FIN | ACK, 10101, 501, 0);
	svg = draw(&talk, &out);
	assert_int_equal(occurrences(svg, "<g class=\"step\">"), 3 + 3 + 2 + 1);
	assert_non_null(strstr(svg, ">… 1995 segments: client 997 (9970 bytes), "
				    "server 998 (0 bytes) …<"));
	text_done(&out);
	talk_done(&talk);
}

/* Datagrams that nobody answers: that some time is between them tells nothing. */
static void a_slow_stream_becomes_one_row(void **state)
{
	struct talk talk = talk_new();
	struct ladder_rows rows;

	(void)state;
	for (int i = 0; i < 59; i++) {
		talk_datagram(&talk, &talk.client, &talk.server, "hello");
		talk_pause(&talk, 199);
	}
	ladder_rows_find(&rows, talk_finish(&talk, 1));
	assert_true(rows.count <= 10);
	assert_int_equal(rows.rows[5].kind, LADDER_RUN);
	assert_int_equal(rows.rows[5].last - rows.rows[5].first + 1, 59 - 3 - 2);
	talk_done(&talk);
}

static void no_step_is_in_two_rows_and_none_is_left_out(void **state)
{
	struct random random = {3};

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct talk talk = talk_new();
		struct ladder_rows rows;
		const struct conversation *c;
		size_t next = 0;

		C(SYN, 100, 0, 0);
		for (uint64_t i = random_below(&random, 600); i > 0; i--) {
			if (random_below(&random, 30) == 0)
				talk_pause(&talk, 500);
			C(random_below(&random, 40) == 0 ? FIN | ACK : ACK, (uint32_t)(101 + i), 1,
			  1);
		}
		c = talk_finish(&talk, 1);
		ladder_rows_find(&rows, c);
		assert_true(rows.count <= LADDER_ROWS_MAX);
		for (size_t i = 0; i < rows.count; i++) {
			if (rows.rows[i].kind == LADDER_PAUSE)
				continue;
			assert_int_equal(rows.rows[i].first, next);
			assert_true(rows.rows[i].last >= next);
			next = rows.rows[i].last + 1;
		}
		assert_int_equal(next, c->count);
		talk_done(&talk);
	}
}

static void what_is_not_drawn_is_said(void **state)
{
	struct talk talk = talk_new();
	struct text out = {0};
	const char *svg;

	(void)state;
	for (uint16_t i = 0; i < LADDERS_MAX + 3; i++) {
		address_set_port(&talk.client, (uint16_t)(40000 + i));
		C(SYN, 100, 0, 0);
	}
	for (int i = 0; i < 2 * LADDER_ROWS_MAX; i++) {
		address_set_port(&talk.client, 40000);
		C(SYN, 100, 0, 0);
	}
	svg = draw(&talk, &out);
	assert_non_null(strstr(svg, ">3 more conversations are not drawn; "));
	assert_int_equal(occurrences(svg, ">… not drawn: "), 1);
	text_done(&out);
	talk_done(&talk);
}

static void a_ladder_of_nothing_says_so(void **state)
{
	struct talk talk = talk_new();
	struct text out = {0};

	(void)state;
	assert_non_null(strstr(draw(&talk, &out), ">No conversation over TCP or UDP.<"));
	text_done(&out);
	talk_done(&talk);
}

static void whatever_the_payload_it_is_xml(void **state)
{
	struct talk talk = talk_new();
	struct text out = {0};
	const char *svg;

	(void)state;
	HANDSHAKE();
	talk.payload = "</text><b>&\"'\r\n\t";
	C(PSH | ACK, 101, 501, 18);
	talk.payload = "\x01\xff\xfe";
	C(PSH | ACK, 119, 501, 3);
	svg = draw(&talk, &out);
	assert_non_null(strstr(svg, "“&lt;/text&gt;&lt;b&gt;&amp;\"'\\r\\n\\t"));
	assert_non_null(strstr(svg, ">PSH ACK  seq 19  ack 1  len 3<"));
	text_done(&out);
	talk_done(&talk);
}

static void long_addresses_have_room(void **state)
{
	struct talk talk = talk_new();
	struct text out = {0};
	const char *svg;

	(void)state;
	talk.client = talk_address("[2001:db8:1111:2222:3333:4444:5555:6666]:40000");
	talk.server = talk_address("[2001:db8:1111:2222:3333:4444:5555:7777]:55556");
	C(SYN, 100, 0, 0);
	S(RST | ACK, 0, 101, 0);
	svg = draw(&talk, &out);
	assert_non_null(strstr(svg, ">[2001:db8:1111:2222:3333:4444:5555:7777]:55556</text>"));
	assert_non_null(strstr(svg, ">no socket listens<"));
	text_done(&out);
	talk_done(&talk);
}

/* ---- Words ---- */

static void assert_outcome(struct talk *talk, const char *expected)
{
	struct text out = {0};

	add_outcome(&out, talk_finish(talk, 1));
	assert_string_equal(text_string(&out), expected);
	text_done(&out);
	talk_done(talk);
}

static void the_end_is_told_in_a_sentence(void **state)
{
	struct talk talk = talk_new();

	(void)state;
	C(SYN, 100, 0, 0);
	S(RST | ACK, 0, 101, 0);
	assert_outcome(&talk,
		       "refused: nobody listens at 10.0.0.2:80: the SYN was answered with RST "
		       "(so does a firewall that rejects)");
	talk = talk_new();
	C(SYN, 100, 0, 0);
	talk_pause(&talk, 999);
	C(SYN, 100, 0, 0);
	assert_outcome(&talk, "nobody answers: 2 SYNs to 10.0.0.2:80 within 1 s: there is no such "
			      "host, or a firewall drops them, or the answers, in silence");
	talk = talk_new();
	talk_datagram(&talk, &talk.client, &talk.server, "?");
	talk_datagram(&talk, &talk.server, &talk.client, "!");
	talk_datagram(&talk, &talk.client, &talk.server, "?");
	assert_outcome(&talk, "1 of 2 requests answered, within 1 ms");
	talk = talk_new();
	talk_datagram(&talk, &talk.client, &talk.server, "?");
	talk_icmp(&talk, "10.0.0.2", IPPROTO_UDP, 3);
	assert_outcome(&talk, "refused: no socket is bound to 10.0.0.2:80: its host answers with "
			      "ICMP port unreachable (so does a firewall that rejects)");
	talk = talk_new();
	talk_datagram(&talk, &talk.client, &talk.server, "?");
	talk_icmp(&talk, "10.0.0.254", IPPROTO_UDP, 3);
	assert_outcome(&talk, "refused: 10.0.0.254 answers for 10.0.0.2:80 with ICMP port "
			      "unreachable, as a firewall that rejects does");
}

static void what_the_capture_does_not_have_is_said(void **state)
{
	struct talk talk = talk_new();

	(void)state;
	C(SYN, 100, 0, 0);
	C(ACK, 101, 501, 0);
	assert_outcome(&talk, "still open when the capture ends; only the client's packets are in "
			      "the capture");
	talk = talk_new();
	C(SYN, 100, 0, 0);
	C(FIN | ACK, 101, 501, 0);
	assert_outcome(&talk, "half closed: the client sends no more (FIN); only the client's "
			      "packets are in the capture");
	talk = talk_new();
	S(SYN | ACK, 500, 101, 0);
	S(FIN | ACK, 501, 101, 0);
	assert_outcome(&talk, "half closed: the server sends no more (FIN); the capture begins in "
			      "the middle of it; only the server's packets are in the capture");
}

static void hosts_that_answer_are_counted_not_their_ports(void **state)
{
	struct talk talk = talk_new();
	union hostcast_address group = talk_address("239.255.255.250:1900");
	union hostcast_address device = talk_address("10.0.0.7:0");

	(void)state;
	talk_datagram(&talk, &talk.client, &group, "?");
	for (uint16_t i = 1; i <= 3; i++) {
		address_set_port(&device, i);
		talk_datagram(&talk, &device, &talk.client, "!");
	}
	talk_icmp_about(&talk, "10.0.0.9", IPPROTO_UDP, 1, &talk.client, &group);
	assert_outcome(&talk, "1 request answered, within 1 ms; by 1 host");
}

static void each_note_comes_once(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;
	struct text out = {0};
	unsigned at = 0, count = 0;

	(void)state;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 10);
	talk_pause(&talk, 199);
	C(PSH | ACK, 101, 501, 10);
	talk_pause(&talk, 199);
	C(PSH | ACK, 101, 501, 10);
	c = talk_finish(&talk, 1);
	for (; add_next_note(&out, c, &c->steps[4], &at); count++)
		text_add_string(&out, "\n");
	assert_int_equal(count, 2);
	assert_string_equal(text_string(&out),
			    "retransmission of packet 4, after 200 ms without an acknowledgement\n"
			    "lost, or its acknowledgement was: packet 6 sends it again\n");
	text_done(&out);
	talk_done(&talk);
}

static void a_part_of_a_long_send_is_marked(void **state)
{
	struct talk talk = talk_new();
	const struct conversation *c;
	struct text out = {0};

	(void)state;
	talk.window = 60000;
	HANDSHAKE();
	C(PSH | ACK, 101, 501, 5);
	C(ACK, 106, 501, 1448);
	C(PSH | ACK, 1554, 501, 1448);
	C(PSH | ACK, 3002, 501, 104); /* the rest of it, perhaps */
	S(PSH | ACK, 501, 3106, 7);
	C(PSH | ACK, 3106, 508, 9); /* which answers that */
	c = talk_finish(&talk, 1);
	for (size_t i = 3; i < c->count; i++) {
		add_calls(&out, c, &c->steps[i], (enum side)c->steps[i].from);
		text_add_string(&out, "\n");
	}
	assert_string_equal(text_string(&out), "send() of 5 bytes\n"
					       "send() or part of one: 2896 bytes\n"
					       "… of the same send()\n"
					       "send() or part of one: 104 bytes\n"
					       "send() of 7 bytes\n"
					       "send() of 9 bytes\n");
	text_done(&out);
	talk_done(&talk);
}

static void durations_have_the_unit_that_fits(void **state)
{
	static const struct {
		double ns;
		const char *text;
	} durations[] = {
		{0, "0 µs"},      {33049, "33 µs"},   {12345678, "12.3 ms"},
		{1.2e9, "1.2 s"}, {3600e9, "3600 s"}, {86400e9, "86400 s"},
	};
	struct text out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(durations); i++) {
		text_clear(&out);
		add_duration(&out, durations[i].ns);
		assert_string_equal(text_string(&out), durations[i].text);
	}
	text_done(&out);
}

/* ---- Timelines ---- */

struct time_of_groups {
	struct group_history history;
	struct group_events events;
};

static void take(struct time_of_groups *t, int64_t ms, const struct packet *packet)
{
	struct frame frame = {.time_ns = ms * NS_PER_MS, .link_type = LINK_ETHERNET};

	assert_int_equal(group_history_take(&t->history, &frame, packet), 0);
	group_events_take(&t->events, &frame, packet);
}

static void membership(struct time_of_groups *t, int64_t ms, const char *host,
		       enum membership_kind kind, const char *group)
{
	struct packet packet = {.ip = {.version = 4, .protocol = IPPROTO_IGMP},
				.source = talk_address(host),
				.destination = talk_address("224.0.0.1"),
				.transport = TRANSPORT_MEMBERSHIP};

	packet.membership =
		(struct membership_message){.kind = kind, .version = 2, .response_ns = NS_PER_S};
	if (group)
		packet.membership.group = talk_address(group);
	take(t, ms, &packet);
}

static void data(struct time_of_groups *t, int64_t ms, const char *host, const char *group)
{
	struct packet packet = {.ip = {.version = 4, .protocol = IPPROTO_UDP, .size = 128},
				.source = talk_address(host),
				.destination = talk_address(group),
				.transport = TRANSPORT_UDP,
				.udp = {.size = 100}};

	take(t, ms, &packet);
}

static void assert_drawn(struct time_of_groups *t, struct text *out)
{
	assert_true(timeline_add(out, &t->history, &t->events));
	assert_is_xml(out);
	assert_null(strstr(text_string(out), "nan"));
	assert_null(strstr(text_string(out), "inf"));
	group_history_done(&t->history);
	group_events_done(&t->events);
}

static void a_timeline_has_a_lane_for_each_host_and_group(void **state)
{
	struct time_of_groups t = {0};
	struct text out = {0};
	const char *svg;

	(void)state;
	membership(&t, 0, "10.0.0.254", MEMBERSHIP_QUERY, NULL);
	membership(&t, 1000, "10.0.0.2", MEMBERSHIP_REPORT, "239.1.1.1");
	membership(&t, 6000, "10.0.0.3", MEMBERSHIP_REPORT, "239.1.1.1");
	data(&t, 2000, "10.0.0.1:5000", "239.1.1.1:5004");
	data(&t, 3000, "10.0.0.1:5000", "239.1.1.1:5004");
	membership(&t, 8000, "10.0.0.2", MEMBERSHIP_LEAVE, "239.1.1.1");
	membership(&t, 8001, "10.0.0.254", MEMBERSHIP_QUERY, "239.1.1.1");
	data(&t, 9000, "10.0.0.1:5000", "239.2.2.2:5004");
	assert_drawn(&t, &out);
	svg = text_string(&out);
	assert_int_equal(occurrences(svg, "<g class=\"lane\">"), (1 + 2 + 1) + (1 + 1));
	assert_int_equal(occurrences(svg, "<path class=\"leave\""), 1 + 1); /* and the key */
	assert_int_equal(occurrences(svg, "<path class=\"specific\""), 1 + 1);
	assert_int_equal(occurrences(svg, "<path class=\"general\""), 2 + 1);
	assert_non_null(strstr(svg, ">sends 2 datagrams, 200 bytes<"));
	assert_non_null(strstr(
		svg, ">2 groups; time counts from 1970-01-01 00:00:00 UTC; bytes are of payload<"));
	text_done(&out);
}

/* As in a capture of a bridge and its ports, where each query passes more than once. */
static void a_querier_on_two_interfaces_has_one_lane(void **state)
{
	struct packet query = {.ip = {.version = 4, .protocol = IPPROTO_IGMP},
			       .source = talk_address("10.0.0.254"),
			       .destination = talk_address("224.0.0.1"),
			       .transport = TRANSPORT_MEMBERSHIP,
			       .membership = {.kind = MEMBERSHIP_QUERY, .version = 3}};
	struct time_of_groups t = {0};
	struct text out = {0};

	(void)state;
	take(&t, 0, &query);
	query.link.vlan_count = 1; /* a link of its own, as another interface is */
	query.link.vlans[0].id = 5;
	take(&t, 1, &query);
	data(&t, 9000, "10.0.0.1:5000", "239.2.2.2:5004");
	assert_int_equal(t.history.queriers.count, 2);
	assert_drawn(&t, &out);
	assert_int_equal(occurrences(text_string(&out), "<g class=\"lane\">"), 1 + 1);
	text_done(&out);
}

/* The marks of the first lane that has data, each by its left and right edge and its height. */
struct mark {
	double left, top, right;
};

static size_t marks_of(const char *svg, struct mark *marks, size_t most)
{
	const char *at = strstr(svg, "<path class=\"data\" d=\"");
	double bottom, again;
	size_t count = 0;
	int used;

	assert_non_null(at);
	for (at += strlen("<path class=\"data\" d=\""); *at == 'M'; at += used) {
		struct mark *mark = &marks[count++];

		assert_true(count <= most);
		assert_int_equal(sscanf(at, "M%lf %lfV%lfH%lfV%lfz%n", &mark->left, &bottom,
					&mark->top, &mark->right, &again, &used),
				 5);
	}
	return count;
}

static void a_steady_sender_is_drawn_without_gaps(void **state)
{
	static const int64_t intervals_ms[] = {1, 7, 20, 35, 50, 70, 100, 200, 333, 500, 1000};
	struct mark marks[300];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(intervals_ms); i++) {
		struct time_of_groups t = {0};
		struct text out = {0};
		double least = 1e9, most = 0;
		size_t count;

		for (int64_t ms = 0; ms <= 12000; ms += intervals_ms[i])
			data(&t, ms, "10.0.0.1:5000", "239.1.1.1:5004");
		assert_drawn(&t, &out);
		count = marks_of(text_string(&out), marks, COUNT_OF(marks));
		assert_true(count > 10);
		for (size_t mark = 1; mark + 1 < count; mark++) {
			double apart = marks[mark].left - marks[mark - 1].left;

			least = apart < least ? apart : least;
			most = apart > most ? apart : most;
		}
		assert_true(most - least < 0.5);
		for (size_t mark = 1; mark + 1 < count; mark++) /* 24 is the highest */
			assert_true(marks[mark].top - marks[1].top < 5 &&
				    marks[1].top - marks[mark].top < 5);
		text_done(&out);
	}
}

static void a_burst_is_higher_than_a_packet(void **state)
{
	struct time_of_groups t = {0};
	struct text out = {0};
	struct mark marks[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		data(&t, 0, "10.0.0.1:5000", "239.1.1.1:5004");
	data(&t, 5000, "10.0.0.1:5000", "239.1.1.1:5004");
	assert_drawn(&t, &out);
	assert_int_equal(marks_of(text_string(&out), marks, COUNT_OF(marks)), 2);
	assert_true(marks[0].top < marks[1].top - 10);
	text_done(&out);
}

static void groups_of_the_link_come_last(void **state)
{
	struct time_of_groups t = {0};
	struct text out = {0};

	(void)state;
	data(&t, 0, "10.0.0.1:5353", "224.0.0.251:5353");
	data(&t, 0, "10.0.0.1:5000", "239.1.1.1:5004");
	assert_drawn(&t, &out);
	assert_true(strstr(text_string(&out), ">239.1.1.1<") <
		    strstr(text_string(&out), ">224.0.0.251"));
	text_done(&out);
}

static void many_hosts_and_groups_are_cut_with_a_note(void **state)
{
	struct time_of_groups t = {0};
	struct text out = {0};
	char host[32], group[32];

	(void)state;
	for (int i = 0; i < 3 * TIMELINE_MEMBERS_MAX; i++) {
		snprintf(host, sizeof host, "10.0.1.%d", i);
		membership(&t, i, host, MEMBERSHIP_REPORT, "239.1.1.1");
		data(&t, i, host, "239.1.1.1:1");
	}
	for (int i = 0; i < 3 * TIMELINE_GROUPS_MAX; i++) {
		snprintf(group, sizeof group, "239.2.1.%d:1", i);
		data(&t, i, "10.0.0.1:1", group);
	}
	assert_drawn(&t, &out);
	assert_non_null(strstr(text_string(&out), ">… 48 more memberships are not drawn<"));
	assert_non_null(strstr(text_string(&out), ">… 60 more sources are not drawn<"));
	assert_non_null(strstr(text_string(&out), ">… 25 more groups are not drawn<"));
	text_done(&out);
}

static void a_timeline_of_nothing_says_so(void **state)
{
	struct time_of_groups t = {0};
	struct text out = {0};

	(void)state;
	assert_drawn(&t, &out);
	assert_non_null(strstr(text_string(&out), ">No group was joined, left, asked for"));
	text_done(&out);
}

static void any_length_of_time_has_some_numbers(void **state)
{
	static const int64_t lengths[] = {0,
					  1,
					  1000000,
					  999999999,
					  7000000000,
					  86400000000000,
					  FRAME_TIME_MOST_NS,
					  FRAME_TIME_LEAST_NS};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		struct axis axis = axis_of(0, lengths[i], 0, 800);
		struct text out = {0};
		size_t count;

		axis_add(&out, &axis, 0, 100);
		count = occurrences(text_string(&out), "<text ");
		assert_true(count >= 2 && count <= 12);
		assert_true(axis_x(&axis, FRAME_TIME_LEAST_NS) >= 0 &&
			    axis_x(&axis, FRAME_TIME_MOST_NS) <= 800);
		text_done(&out);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ladder_has_each_segment_and_its_calls),
		cmocka_unit_test(a_lost_segment_ends_in_a_cross),
		cmocka_unit_test(long_runs_of_data_become_one_row),
		cmocka_unit_test(a_slow_stream_becomes_one_row),
		cmocka_unit_test(no_step_is_in_two_rows_and_none_is_left_out),
		cmocka_unit_test(what_is_not_drawn_is_said),
		cmocka_unit_test(a_ladder_of_nothing_says_so),
		cmocka_unit_test(whatever_the_payload_it_is_xml),
		cmocka_unit_test(long_addresses_have_room),
		cmocka_unit_test(the_end_is_told_in_a_sentence),
		cmocka_unit_test(what_the_capture_does_not_have_is_said),
		cmocka_unit_test(hosts_that_answer_are_counted_not_their_ports),
		cmocka_unit_test(each_note_comes_once),
		cmocka_unit_test(a_part_of_a_long_send_is_marked),
		cmocka_unit_test(durations_have_the_unit_that_fits),
		cmocka_unit_test(a_timeline_has_a_lane_for_each_host_and_group),
		cmocka_unit_test(a_querier_on_two_interfaces_has_one_lane),
		cmocka_unit_test(a_steady_sender_is_drawn_without_gaps),
		cmocka_unit_test(a_burst_is_higher_than_a_packet),
		cmocka_unit_test(groups_of_the_link_come_last),
		cmocka_unit_test(many_hosts_and_groups_are_cut_with_a_note),
		cmocka_unit_test(a_timeline_of_nothing_says_so),
		cmocka_unit_test(any_length_of_time_has_some_numbers),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
