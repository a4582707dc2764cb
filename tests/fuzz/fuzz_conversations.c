/* Any sequence of packets between two hosts, a group and a router. An input is text, a packet a
 * line, so that a person can write one, and so that a change of one byte changes one thing:
 *
 * - cSA100,200,5: a segment of the client (s: of the server): flags (S A F R P U), sequence number,
 *   acknowledgement, size; what is left out is 0
 * - d6, e6: a datagram of 6 bytes from the client, from the server
 * - g6, h6: from the client to a group, and an answer from somebody else
 * - i3: an ICMP error of this code about the client's segments; j3: about its datagrams; l3: about
 *   the answers of somebody else
 * - w1000: the window of segments from here on
 * - k10,20: the next segment has this SACK block (again for more)
 * - o3: the next SYN tells a window scale
 * - b: the next packet has a bad checksum
 * - p7: the client's port from here on
 * - +200, -200: milliseconds that pass, backwards too
 */
#include "capture/capture_file.h"
#include "cli/decode/conversation_outcome.h"
#include "cli/decode/conversation_words.h"
#include "cli/decode/ladder.h"
#include "must.h"
#include "net/address.h"
#include "target.h"

#include <string.h>

enum { PAYLOAD_MAX = 64 };

struct stage {
	struct conversations *conversations;
	union hostcast_address client, server, group, other;
	int64_t now_ns;
	uint64_t packets;
	struct tcp_segment next; /* what the next packet has: window, SACK, scale, checksum */
};

static union hostcast_address address_of(uint32_t ip, uint16_t port)
{
	union hostcast_address address = {.v4 = {.sin_family = AF_INET}};

	address.v4.sin_addr.s_addr = htonl(ip);
	address_set_port(&address, port);
	return address;
}

/* 0 if there is none. */
static uint32_t number_of(struct reader *line)
{
	uint64_t number;

	line->failed = false;
	number = reader_decimal(line, UINT32_MAX);
	if (line->failed)
		number = 0;
	line->failed = false;
	if (reader_peek(line) == ',')
		line->at++;
	return (uint32_t)number;
}

static struct reader payload_of(size_t size)
{
	static const uint8_t bytes[PAYLOAD_MAX] = "payload <&>\n";

	return reader_of(bytes, size < PAYLOAD_MAX ? size : PAYLOAD_MAX);
}

static void take(struct stage *stage, const struct packet *packet)
{
	struct frame frame = {.time_ns = stage->now_ns};

	conversations_take(stage->conversations, &frame, packet, ++stage->packets);
}

/* Within the times that files can have. */
static void pass_ms(struct stage *stage, int64_t ms)
{
	stage->now_ns += ms * 1000000;
	if (stage->now_ns > FRAME_TIME_MOST_NS)
		stage->now_ns = FRAME_TIME_MOST_NS;
	if (stage->now_ns < FRAME_TIME_LEAST_NS)
		stage->now_ns = FRAME_TIME_LEAST_NS;
}

/* ---- Packets ---- */

static uint8_t flag_of(int letter)
{
	static const char letters[] = "FSRPAU";
	const char *at = letter > 0 ? strchr(letters, letter) : NULL;

	if (!at)
		return 0;
	return (uint8_t)(1U << (at - letters));
}

static void take_segment(struct stage *stage, struct reader *line, bool is_client)
{
	struct packet packet = {
		.ip.version = 4,
		.transport = TRANSPORT_TCP,
		.source = is_client ? stage->client : stage->server,
		.destination = is_client ? stage->server : stage->client,
	};

	packet.tcp = stage->next;
	while (flag_of(reader_peek(line)))
		packet.tcp.flags |= flag_of(*line->at++);
	packet.tcp.sequence = number_of(line);
	packet.tcp.acknowledgement = number_of(line);
	packet.tcp.size = number_of(line) % 65536;
	packet.tcp.payload = payload_of(packet.tcp.size);
	stage->next.sack_count = 0;
	stage->next.has_window_scale = false;
	stage->next.checksum = CHECKSUM_NONE;
	take(stage, &packet);
}

static void take_datagram(struct stage *stage, struct reader *line,
			  const union hostcast_address *source,
			  const union hostcast_address *destination)
{
	struct packet packet = {
		.ip.version = 4,
		.transport = TRANSPORT_UDP,
		.source = *source,
		.destination = *destination,
	};

	packet.udp = (struct udp_datagram){.size = number_of(line) % 65536};
	packet.udp.payload = payload_of(packet.udp.size);
	packet.udp.checksum = stage->next.checksum;
	stage->next.checksum = CHECKSUM_NONE;
	take(stage, &packet);
}

static void take_icmp(struct stage *stage, struct reader *line, uint8_t protocol,
		      const union hostcast_address *source,
		      const union hostcast_address *destination)
{
	struct packet packet = {
		.ip.version = 4,
		.transport = TRANSPORT_ICMP,
		.source = stage->other,
		.destination = *source,
	};

	packet.icmp = (struct icmp_message){
		.type = 3,
		.code = (uint8_t)number_of(line),
		.is_error = true,
		.about_protocol = protocol,
		.about_source = *source,
		.about_destination = *destination,
	};
	take(stage, &packet);
}

static void add_sack(struct stage *stage, struct reader *line)
{
	struct tcp_segment *next = &stage->next;

	if (next->sack_count < TCP_SACKS_MAX)
		next->sacks[next->sack_count++] =
			(struct tcp_sack){number_of(line), number_of(line)};
}

static void act(struct stage *stage, int letter, struct reader *line)
{
	switch (letter) {
	case 'c':
	case 's':
		take_segment(stage, line, letter == 'c');
		break;
	case 'd':
		take_datagram(stage, line, &stage->client, &stage->server);
		break;
	case 'e':
		take_datagram(stage, line, &stage->server, &stage->client);
		break;
	case 'g':
		take_datagram(stage, line, &stage->client, &stage->group);
		break;
	case 'h':
		take_datagram(stage, line, &stage->other, &stage->client);
		break;
	case 'i':
	case 'j':
		take_icmp(stage, line, letter == 'i' ? IPPROTO_TCP : IPPROTO_UDP, &stage->client,
			  &stage->server);
		break;
	case 'l':
		take_icmp(stage, line, IPPROTO_UDP, &stage->other, &stage->client);
		break;
	case 'b':
		stage->next.checksum = CHECKSUM_BAD;
		break;
	case 'w':
		stage->next.window = (uint16_t)number_of(line);
		break;
	case 'k':
		add_sack(stage, line);
		break;
	case 'o':
		stage->next.has_window_scale = true;
		stage->next.window_scale = (uint8_t)number_of(line);
		break;
	case 'p':
		address_set_port(&stage->client, (uint16_t)number_of(line));
		break;
	case '+':
		pass_ms(stage, (int64_t)number_of(line));
		break;
	case '-':
		pass_ms(stage, -(int64_t)number_of(line));
		break;
	default:
		break;
	}
}

/* ---- What must hold ---- */

static void check_links(const struct conversation *c, size_t index)
{
	const struct step *step = &c->steps[index];

	must(step->earlier == NO_STEP || step->earlier < index, "an earlier step is earlier");
	must(step->later == NO_STEP || (step->later > index && step->later < c->count),
	     "a later step is later");
	must(!(step->marks & MARK_SENT_AGAIN) || step->later != NO_STEP,
	     "what was sent again was sent again somewhere");
	must(step->other == NO_OTHER || step->other < c->other_count, "others are known");
}

static void check_step(const struct conversation *c, size_t index)
{
	const struct step *step = &c->steps[index];

	check_links(c, index);
	must(step->from < SIDES && step->head_size <= HEAD_SIZE, "a step keeps to its limits");
	must(!(step->marks & (MARK_FAST | MARK_SPURIOUS)) || step->marks & MARK_RETRANSMISSION,
	     "only a retransmission is fast, or in vain");
	must(step->kind != STEP_SEGMENT || (step->tcp.states[SIDE_CLIENT] <= TCP_STATE_TIME_WAIT &&
					    step->tcp.states[SIDE_SERVER] <= TCP_STATE_TIME_WAIT),
	     "a state is a state");
	must(step->kind == STEP_SEGMENT || c->transport == TRANSPORT_UDP || step->kind == STEP_ICMP,
	     "TCP has segments");
}

static void check_conversation(const struct conversation *c)
{
	uint64_t packets[SIDES] = {0}, bytes[SIDES] = {0}, icmp = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct step *step = &c->steps[i];

		check_step(c, i);
		if (step->kind == STEP_ICMP) {
			icmp++;
			continue;
		}
		packets[step->from]++;
		bytes[step->from] += step->size;
	}
	for (int side = 0; side < SIDES; side++) {
		must(c->sides[side].packets == packets[side], "packets add up");
		must(c->sides[side].bytes <= bytes[side], "no byte counts twice");
		must(c->sides[side].retransmissions <= packets[side],
		     "retransmissions are packets");
	}
	must(packets[0] + packets[1] + icmp == c->count, "steps add up");
	must(c->outcome <= OUTCOME_PARTLY && c->ended_by < SIDES, "it ended somehow");
}

static void check_all(const struct stage *stage)
{
	struct conversations_counters counters = conversations_counters(stage->conversations);
	uint64_t taken = 0;

	for (size_t i = 0; i < conversations_count(stage->conversations); i++) {
		const struct conversation *c = conversations_at(stage->conversations, i);

		check_conversation(c);
		taken += c->count;
	}
	must(taken == counters.taken, "every step was taken");
	must(counters.taken + counters.not_kept + counters.others == stage->packets,
	     "every packet is accounted for");
}

static void check_words(const struct stage *stage)
{
	struct text out = {0};

	for (size_t i = 0; i < conversations_count(stage->conversations); i++) {
		const struct conversation *c = conversations_at(stage->conversations, i);

		add_outcome(&out, c);
		must(out.size > 0, "an end has words");
		text_clear(&out);
	}
	must(ladder_add(&out, stage->conversations, 0, conversations_count(stage->conversations)),
	     "a ladder is drawn");
	must(utf8_is_valid(out.bytes, out.size), "a ladder is UTF-8");
	text_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader input = reader_of(data, size);
	struct stage stage = {
		.conversations = conversations_new(),
		.client = address_of(0x0a000001, 40000),
		.server = address_of(0x0a000002, 80),
		.group = address_of(0xe0010101, 10000),
		.other = address_of(0x0a0000fe, 10000),
		.next = {.window = 1000},
	};

	must(stage.conversations, "memory");
	while (reader_left(&input) > 0) {
		struct reader line = reader_line(&input);
		int letter = reader_peek(&line);

		if (letter < 0)
			continue;
		line.at++;
		act(&stage, letter, &line);
	}
	conversations_finish(stage.conversations);
	check_all(&stage);
	check_words(&stage);
	conversations_free(stage.conversations);
	return 0;
}
