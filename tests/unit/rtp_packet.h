/* Packets that carry RTP, as the decoder would give them. */
#ifndef TESTS_RTP_PACKET_H
#define TESTS_RTP_PACKET_H

#include "decode/packet.h"
#include "net/address.h"

#include <arpa/inet.h>
#include <string.h>

enum { RTP_PACKET_SIZE = 20 };

struct rtp_packet {
	uint8_t bytes[RTP_PACKET_SIZE];
	struct frame frame;
	struct packet packet;
};

static inline void rtp_write(uint8_t bytes[RTP_PACKET_SIZE], uint16_t sequence, uint32_t timestamp,
			     uint32_t ssrc)
{
	uint16_t sequence_be = htons(sequence);
	uint32_t rest[2] = {htonl(timestamp), htonl(ssrc)};

	memset(bytes, 0x55, RTP_PACKET_SIZE);
	bytes[0] = 0x80;
	bytes[1] = 96;
	memcpy(bytes + 2, &sequence_be, 2);
	memcpy(bytes + 4, rest, 8);
}

/* A datagram of these bytes, from SOURCE to GROUP, both ADDRESS:PORT. */
static inline void udp_packet(struct packet *packet, const char *source, const char *group,
			      const void *bytes, size_t size)
{
	*packet = (struct packet){.ip = {.version = 4, .ttl = 7, .protocol = IPPROTO_UDP},
				  .transport = TRANSPORT_UDP};
	address_parse_with_port(source, 5004, &packet->source);
	address_parse_with_port(group, 5004, &packet->destination);
	packet->udp.size = size;
	packet->udp.payload = reader_of(bytes, size);
}

static inline void rtp_packet(struct rtp_packet *p, const char *source, const char *group,
			      uint16_t sequence, uint32_t timestamp, uint32_t ssrc, int64_t time_ns)
{
	rtp_write(p->bytes, sequence, timestamp, ssrc);
	udp_packet(&p->packet, source, group, p->bytes, sizeof p->bytes);
	p->frame = (struct frame){.time_ns = time_ns, .interface = 2};
}

#endif
