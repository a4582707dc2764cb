/* Packets as the decoder would give them, without bytes: two hosts talk, a millisecond between two
 * packets unless told. */
#ifndef TESTS_TALK_H
#define TESTS_TALK_H

#include "base/monotime.h"
#include "net/address.h"
#include "traffic/conversations.h"
#include "unit.h"

struct talk {
	struct conversations *conversations;
	union hostcast_address client, server;
	uint16_t window; /* of the next segments */
	int64_t now_ns;
	uint64_t count; /* packets so far */
	struct tcp_sack sacks[2];
	size_t sack_count;      /* of the next segment alone */
	bool has_scale;         /* the next SYN tells one of 2 */
	bool are_options_cut;   /* of the next segments */
	enum checksum checksum; /* of the next packets */
	const char *payload;    /* of the next packets; NULL: dots */
};

static inline union hostcast_address talk_address(const char *text)
{
	union hostcast_address address = {0};

	assert_true(address_parse_with_port(text, 0, &address));
	return address;
}

static inline struct talk talk_new(void)
{
	struct talk talk = {
		.conversations = conversations_new(),
		.client = talk_address("10.0.0.1:40000"),
		.server = talk_address("10.0.0.2:80"),
		.window = 1000,
	};

	assert_non_null(talk.conversations);
	return talk;
}

static inline void talk_done(struct talk *talk)
{
	conversations_free(talk->conversations);
}

static inline void talk_pause(struct talk *talk, int64_t ms)
{
	talk->now_ns += ms * NS_PER_MS;
}

static inline void talk_take(struct talk *talk, const struct packet *packet)
{
	struct frame frame = {.time_ns = talk->now_ns, .link_type = LINK_ETHERNET};

	conversations_take(talk->conversations, &frame, packet, ++talk->count);
	talk->now_ns += NS_PER_MS;
}

static inline struct reader talk_payload(const struct talk *talk, size_t size)
{
	static const char dots[] = "........................................";
	const char *bytes = talk->payload ? talk->payload : dots;
	size_t there = strlen(bytes);

	return reader_of(bytes, size < there ? size : there);
}

static inline void talk_segment(struct talk *talk, enum side from, uint8_t flags, uint32_t sequence,
				uint32_t acknowledgement, size_t size)
{
	struct packet packet = {
		.ip = {.version = 4, .protocol = IPPROTO_TCP},
		.source = from == SIDE_CLIENT ? talk->client : talk->server,
		.destination = from == SIDE_CLIENT ? talk->server : talk->client,
		.transport = TRANSPORT_TCP,
	};

	packet.tcp = (struct tcp_segment){
		.sequence = sequence,
		.acknowledgement = acknowledgement,
		.flags = flags,
		.window = talk->window,
		.size = size,
		.payload = talk_payload(talk, size),
		.sack_count = talk->sack_count,
		.has_window_scale = talk->has_scale && flags & TCP_SYN,
		.window_scale = 2,
		.are_options_cut = talk->are_options_cut,
		.checksum = talk->checksum,
	};
	memcpy(packet.tcp.sacks, talk->sacks, sizeof talk->sacks);
	talk->sack_count = 0;
	talk_take(talk, &packet);
}

static inline void talk_datagram(struct talk *talk, const union hostcast_address *source,
				 const union hostcast_address *destination, const char *payload)
{
	struct packet packet = {
		.ip = {.version = 4, .protocol = IPPROTO_UDP},
		.source = *source,
		.destination = *destination,
		.transport = TRANSPORT_UDP,
	};

	packet.udp = (struct udp_datagram){
		.size = strlen(payload),
		.payload = reader_of(payload, strlen(payload)),
		.checksum = talk->checksum,
	};
	talk_take(talk, &packet);
}

static inline void talk_icmp_about(struct talk *talk, const char *from, uint8_t protocol,
				   uint8_t code, const union hostcast_address *source,
				   const union hostcast_address *destination)
{
	struct packet packet = {
		.ip = {.version = 4, .protocol = IPPROTO_ICMP},
		.source = talk_address(from),
		.destination = *source,
		.transport = TRANSPORT_ICMP,
	};

	packet.icmp = (struct icmp_message){
		.type = 3,
		.code = code,
		.is_error = true,
		.about_protocol = protocol,
		.about_source = *source,
		.about_destination = *destination,
	};
	talk_take(talk, &packet);
}

/* About a packet of the client. */
static inline void talk_icmp(struct talk *talk, const char *from, uint8_t protocol, uint8_t code)
{
	talk_icmp_about(talk, from, protocol, code, &talk->client, &talk->server);
}

/* A client's and a server's segment. */
#define C(flags, sequence, acknowledgement, size) \
	talk_segment(&talk, SIDE_CLIENT, flags, sequence, acknowledgement, size)
#define S(flags, sequence, acknowledgement, size) \
	talk_segment(&talk, SIDE_SERVER, flags, sequence, acknowledgement, size)

enum { SYN = TCP_SYN, ACK = TCP_ACK, PSH = TCP_PSH, FIN = TCP_FIN, RST = TCP_RST };

/* The client's numbers begin at 100, the server's at 500. */
#define HANDSHAKE()                        \
	do {                               \
		C(SYN, 100, 0, 0);         \
		S(SYN | ACK, 500, 101, 0); \
		C(ACK, 101, 501, 0);       \
	} while (0)

static inline const struct conversation *talk_finish(struct talk *talk, size_t count)
{
	conversations_finish(talk->conversations);
	assert_int_equal(conversations_count(talk->conversations), count);
	return conversations_at(talk->conversations, 0);
}

#endif
