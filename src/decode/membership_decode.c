#include "base/monotime.h"
#include "layers.h"

enum { IGMP_QUERY = 0x11, IGMP_V1_REPORT = 0x12, IGMP_V2_REPORT = 0x16, IGMP_LEAVE = 0x17 };
enum { IGMP_V3_REPORT = 0x22 };
enum { MLD_QUERY = 130, MLD_V1_REPORT = 131, MLD_DONE = 132, MLD_V2_REPORT = 143 };

/* Sizes of queries, which tell their version: RFC 3376 section 7.1, RFC 3810 section 8.1. */
enum { IGMP_V2_QUERY_SIZE = 8, IGMP_V3_QUERY_SIZE = 12 };
enum { MLD_V1_QUERY_SIZE = 24, MLD_V2_QUERY_SIZE = 28 };

/* RFC 2236 section 4: within so long the hosts answer a query of IGMPv1, which does not say. */
#define IGMP_V1_RESPONSE_NS (10 * NS_PER_S)
#define NS_PER_TENTH        (NS_PER_S / 10)

/* ---- Codes that stand for larger numbers, from half of their range on ---- */

/* RFC 3376 sections 4.1.1 and 4.1.7, RFC 3810 section 5.1.9 */
static int64_t value_of_code_8(uint8_t code)
{
	unsigned mantissa = code & 0x0fu, exponent = (code >> 4) & 7u;

	return code < 0x80 ? code : (mantissa | 0x10u) << (exponent + 3);
}

/* RFC 3810 section 5.1.3 */
static int64_t value_of_code_16(uint16_t code)
{
	unsigned mantissa = code & 0x0fffu, exponent = (code >> 12) & 7u;

	return code < 0x8000 ? code : (mantissa | 0x1000u) << (exponent + 3);
}

/* ---- What IGMP and MLD have alike ---- */

/* RFC 3376 sections 4.1.5 to 4.1.9, RFC 3810 sections 5.1.7 to 5.1.11 */
static void read_query_end(struct membership_message *message, struct reader *reader)
{
	uint8_t flags = reader_byte(reader);

	message->suppresses = (flags & 8) != 0;
	message->robustness = flags & 7;
	message->interval_ns = value_of_code_8(reader_byte(reader)) * NS_PER_S;
	message->count = reader_be16(reader);
	message->sources =
		body_of(*reader, message->count * membership_address_size(message)).bytes;
}

/* RFC 3376 section 4.2, RFC 3810 section 5.2 */
static void read_records(struct membership_message *message, struct reader *reader)
{
	reader_skip(reader, 2);
	message->count = reader_be16(reader);
	message->records = *reader;
}

static bool has_all_sources(const struct membership_message *message, size_t count,
			    const struct reader *sources)
{
	return reader_left(sources) >= count * membership_address_size(message);
}

static bool has_all_records(struct membership_message message)
{
	struct group_record record;

	while (membership_next_record(&message, &record))
		if (!has_all_sources(&message, record.count, &record.sources))
			return false;
	return message.count == 0;
}

static void note_what_is_missing(struct packet *packet, const struct membership_message *message)
{
	bool is_query = message->kind == MEMBERSHIP_QUERY;

	if (is_query && !has_all_sources(message, message->count, &message->sources))
		note_problem(packet, "cut off in the sources of the query");
	if (message->kind == MEMBERSHIP_REPORT && !has_all_records(*message))
		note_problem(packet, "cut off in the records of the report");
}

/* Of a message of which the fixed part is not all there nothing is said: a query would look as if
 * it were for all groups. */
static void keep(struct packet *packet, const struct membership_message *message,
		 const struct reader *reader)
{
	if (reader->failed) {
		note_problem(packet, message->is_mld ? "cut off in the MLD message"
						     : "cut off in the IGMP message");
		return;
	}
	packet->transport = TRANSPORT_MEMBERSHIP;
	packet->membership = *message;
	note_what_is_missing(packet, message);
}

static void note_size_of_query(struct packet *packet, const struct membership_message *message)
{
	if (message->kind == MEMBERSHIP_OTHER)
		note_problem(packet, "a query of a size that no version has");
}

/* ---- IGMP ---- */

static void read_igmp_query(struct membership_message *message, struct reader *reader, size_t size)
{
	if (size != IGMP_V2_QUERY_SIZE && size < IGMP_V3_QUERY_SIZE)
		return;
	message->kind = MEMBERSHIP_QUERY;
	read_ipv4_address(reader, &message->group);
	if (message->group.v4.sin_addr.s_addr == INADDR_ANY)
		message->group = (union hostcast_address){.any.sa_family = AF_UNSPEC};
	if (size >= IGMP_V3_QUERY_SIZE) {
		message->version = 3;
		message->response_ns = value_of_code_8(message->code) * NS_PER_TENTH;
		read_query_end(message, reader);
	} else if (message->code > 0) {
		message->version = 2;
		message->response_ns = message->code * NS_PER_TENTH;
	} else {
		message->version = 1;
		message->response_ns = IGMP_V1_RESPONSE_NS;
	}
}

static void read_igmp_of_group(struct membership_message *message, struct reader *reader,
			       enum membership_kind kind, unsigned version)
{
	message->kind = kind;
	message->version = version;
	read_ipv4_address(reader, &message->group);
}

static void read_igmp(struct membership_message *message, struct reader *reader, size_t size)
{
	switch (message->type) {
	case IGMP_QUERY:
		read_igmp_query(message, reader, size);
		break;
	case IGMP_V1_REPORT:
		read_igmp_of_group(message, reader, MEMBERSHIP_REPORT, 1);
		break;
	case IGMP_V2_REPORT:
		read_igmp_of_group(message, reader, MEMBERSHIP_REPORT, 2);
		break;
	case IGMP_LEAVE:
		read_igmp_of_group(message, reader, MEMBERSHIP_LEAVE, 2);
		break;
	case IGMP_V3_REPORT:
		message->kind = MEMBERSHIP_REPORT;
		message->version = 3;
		read_records(message, reader);
		break;
	default:
		break;
	}
}

void igmp_decode(struct packet *packet, struct body body)
{
	struct membership_message message = {.kind = MEMBERSHIP_OTHER};
	struct reader reader = body.bytes;

	message.type = reader_byte(&reader);
	message.code = reader_byte(&reader);
	reader_skip(&reader, 2); /* the checksum */
	message.checksum = checksum_alone(packet, &body);
	read_igmp(&message, &reader, body.size);
	keep(packet, &message, &reader);
	if (message.type == IGMP_QUERY)
		note_size_of_query(packet, &message);
}

/* ---- MLD ---- */

bool is_mld(const struct body *icmp)
{
	int type = reader_peek(&icmp->bytes);

	return type == MLD_QUERY || type == MLD_V1_REPORT || type == MLD_DONE ||
	       type == MLD_V2_REPORT;
}

/* The maximum response code, two bytes without meaning, and the group: RFC 2710 section 3. */
static uint16_t read_mld_of_group(struct membership_message *message, struct reader *reader,
				  enum membership_kind kind)
{
	uint16_t code = reader_be16(reader);

	message->kind = kind;
	message->version = 1;
	reader_skip(reader, 2);
	read_ipv6_address(reader, &message->group);
	return code;
}

static void read_mld_query(struct membership_message *message, struct reader *reader, size_t size)
{
	uint16_t code;

	if (size != MLD_V1_QUERY_SIZE && size < MLD_V2_QUERY_SIZE)
		return;
	code = read_mld_of_group(message, reader, MEMBERSHIP_QUERY);
	if (IN6_IS_ADDR_UNSPECIFIED(&message->group.v6.sin6_addr))
		message->group = (union hostcast_address){.any.sa_family = AF_UNSPEC};
	if (size >= MLD_V2_QUERY_SIZE) {
		message->version = 2;
		message->response_ns = value_of_code_16(code) * NS_PER_MS;
		read_query_end(message, reader);
	} else {
		message->response_ns = code * NS_PER_MS;
	}
}

static void read_mld(struct membership_message *message, struct reader *reader, size_t size)
{
	switch (message->type) {
	case MLD_QUERY:
		read_mld_query(message, reader, size);
		break;
	case MLD_V1_REPORT:
		read_mld_of_group(message, reader, MEMBERSHIP_REPORT);
		break;
	case MLD_DONE:
		read_mld_of_group(message, reader, MEMBERSHIP_LEAVE);
		break;
	case MLD_V2_REPORT:
		message->kind = MEMBERSHIP_REPORT;
		message->version = 2;
		read_records(message, reader);
		break;
	default:
		break;
	}
}

void mld_decode(struct packet *packet, struct body body)
{
	struct membership_message message = {.kind = MEMBERSHIP_OTHER, .is_mld = true};
	struct reader reader = body.bytes;

	message.type = reader_byte(&reader);
	message.code = reader_byte(&reader);
	message.checksum = checksum_with_addresses(packet, &body, body.size, reader_be16(&reader));
	read_mld(&message, &reader, body.size);
	keep(packet, &message, &reader);
	if (message.type == MLD_QUERY)
		note_size_of_query(packet, &message);
}
