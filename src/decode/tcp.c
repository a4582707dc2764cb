#include "tcp.h"

#include "layers.h"

/* RFC 9293 section 3.2, RFC 7323, RFC 2018 */
enum {
	OPTION_MSS = 2,
	OPTION_WINDOW_SCALE = 3,
	OPTION_MAY_SACK = 4,
	OPTION_SACK = 5,
	OPTION_TIMESTAMPS = 8,
};

enum { FIXED_SIZE = 20, SACK_SIZE = 8 };

static void read_sacks(struct tcp_segment *tcp, struct reader value)
{
	while (reader_left(&value) >= SACK_SIZE && tcp->sack_count < TCP_SACKS_MAX) {
		struct tcp_sack *sack = &tcp->sacks[tcp->sack_count++];

		sack->left = reader_be32(&value);
		sack->right = reader_be32(&value);
	}
}

/* One whose size is another than its kind has is passed over, as hosts do. */
static void read_option(struct tcp_segment *tcp, uint8_t kind, struct reader value)
{
	size_t size = reader_left(&value);

	if (kind == OPTION_MSS && size == 2) {
		tcp->mss = reader_be16(&value);
	} else if (kind == OPTION_WINDOW_SCALE && size == 1) {
		tcp->has_window_scale = true;
		tcp->window_scale = reader_byte(&value);
	} else if (kind == OPTION_MAY_SACK && size == 0) {
		tcp->may_sack = true;
	} else if (kind == OPTION_SACK) {
		read_sacks(tcp, value);
	} else if (kind == OPTION_TIMESTAMPS && size == 8) {
		tcp->has_timestamps = true;
		tcp->timestamp = reader_be32(&value);
		tcp->timestamp_echo = reader_be32(&value);
	}
}

static void read_options(struct packet *packet, struct reader options)
{
	struct reader value;
	uint8_t kind;

	while (option_next(&options, &kind, &value))
		read_option(&packet->tcp, kind, value);
	if (options.failed)
		note_problem(packet, "a malformed TCP option");
}

/* Behind the fixed header. */
static void read_rest(struct packet *packet, const struct body *body, struct reader reader,
		      size_t header_size)
{
	struct tcp_segment *tcp = &packet->tcp;
	struct reader options;

	tcp->payload = body_of(reader, 0).bytes;
	if (header_size < FIXED_SIZE) {
		note_problem(packet, "a TCP header length below 20 bytes");
		return;
	}
	if (header_size <= body->size)
		tcp->size = body->size - header_size;
	options = reader_take(&reader, header_size - FIXED_SIZE);
	if (options.failed) {
		tcp->are_options_cut = true;
		note_problem(packet, "cut off in the TCP options");
		return;
	}
	read_options(packet, options);
	tcp->payload = reader;
}

void tcp_decode(struct packet *packet, struct body body)
{
	struct tcp_segment *tcp = &packet->tcp;
	struct reader reader = body.bytes;
	size_t header_size;
	uint16_t field;

	if (reader_left(&reader) < FIXED_SIZE) {
		note_problem(packet, "cut off in the TCP header");
		return;
	}
	packet->transport = TRANSPORT_TCP;
	*tcp = (struct tcp_segment){.size = 0};
	read_ports(&reader, packet);
	tcp->sequence = reader_be32(&reader);
	tcp->acknowledgement = reader_be32(&reader);
	header_size = (reader_byte(&reader) >> 4) * 4u;
	tcp->flags = reader_byte(&reader);
	tcp->window = reader_be16(&reader);
	field = reader_be16(&reader);
	tcp->urgent = reader_be16(&reader);
	tcp->checksum = checksum_with_addresses(packet, &body, body.size, field);
	read_rest(packet, &body, reader, header_size);
}

const char *tcp_flags_text(uint8_t flags, char text[TCP_FLAGS_SIZE])
{
	/* In the order in which people read them. */
	static const struct {
		uint8_t flag;
		char name[4];
	} NAMES[] = {{TCP_SYN, "SYN"}, {TCP_FIN, "FIN"}, {TCP_RST, "RST"}, {TCP_PSH, "PSH"},
		     {TCP_ACK, "ACK"}, {TCP_URG, "URG"}, {TCP_ECE, "ECE"}, {TCP_CWR, "CWR"}};
	struct writer writer = writer_of(text, TCP_FLAGS_SIZE - 1);

	for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
		if ((flags & NAMES[i].flag) == 0)
			continue;
		if (writer.size > 0)
			writer_byte(&writer, ' ');
		writer_string(&writer, NAMES[i].name);
	}
	text[writer.size] = '\0';
	return text;
}
