#include "icmp.h"

#include "layers.h"

/* RFC 792 */
enum {
	ECHO_REPLY = 0,
	UNREACHABLE = 3,
	SOURCE_QUENCH = 4,
	REDIRECT = 5,
	ECHO = 8,
	TIME_EXCEEDED = 11,
	PARAMETER_PROBLEM = 12,
	FRAGMENTATION_NEEDED = 4, /* a code of UNREACHABLE, RFC 1191 section 4 */
};

/* RFC 4443 */
enum {
	UNREACHABLE_6 = 1,
	TOO_BIG_6 = 2,
	TIME_EXCEEDED_6 = 3,
	PARAMETER_PROBLEM_6 = 4,
	ECHO_6 = 128,
	ECHO_REPLY_6 = 129,
};

static bool is_error(const struct icmp_message *icmp)
{
	if (icmp->is_v6)
		return icmp->type >= UNREACHABLE_6 && icmp->type <= PARAMETER_PROBLEM_6;
	return icmp->type == UNREACHABLE || icmp->type == SOURCE_QUENCH || icmp->type == REDIRECT ||
	       icmp->type == TIME_EXCEEDED || icmp->type == PARAMETER_PROBLEM;
}

static bool is_echo(const struct icmp_message *icmp)
{
	if (icmp->is_v6)
		return icmp->type == ECHO_6 || icmp->type == ECHO_REPLY_6;
	return icmp->type == ECHO || icmp->type == ECHO_REPLY;
}

static bool has_ports(const struct packet *packet)
{
	return packet->ip.offset == 0 &&
	       (packet->ip.protocol == IPPROTO_UDP || packet->ip.protocol == IPPROTO_TCP);
}

/* The beginning of a packet, which has lengths of its own; what is wrong with them is not this
 * packet's problem. */
static void read_about(struct icmp_message *icmp, struct body body)
{
	struct packet about = {.problem = NULL};
	struct body payload;
	bool goes_on = icmp->is_v6 ? ipv6_decode(&about, body, &payload)
				   : ipv4_decode(&about, body, &payload);

	if (goes_on && has_ports(&about))
		read_ports(&payload.bytes, &about);
	icmp->about_protocol = about.ip.protocol;
	icmp->about_source = about.source;
	icmp->about_destination = about.destination;
}

static void read_error(struct icmp_message *icmp, const struct body *body, struct reader *reader)
{
	uint32_t field = reader_be32(reader);

	if (reader->failed)
		return;
	if (icmp->is_v6 && icmp->type == TOO_BIG_6)
		icmp->mtu = field;
	if (!icmp->is_v6 && icmp->type == UNREACHABLE && icmp->code == FRAGMENTATION_NEEDED)
		icmp->mtu = field & 0xffff;
	read_about(icmp, body_behind(body, *reader));
}

void icmp_decode(struct packet *packet, struct body body)
{
	struct icmp_message icmp = {.is_v6 = packet->ip.version == 6};
	struct reader reader = body.bytes;
	uint16_t field;

	icmp.type = reader_byte(&reader);
	icmp.code = reader_byte(&reader);
	field = reader_be16(&reader);
	if (reader.failed) {
		note_problem(packet, "cut off in the ICMP header");
		return;
	}
	icmp.checksum = icmp.is_v6 ? checksum_with_addresses(packet, &body, body.size, field)
				   : checksum_alone(packet, &body);
	icmp.is_error = is_error(&icmp);
	if (icmp.is_error) {
		read_error(&icmp, &body, &reader);
	} else if (is_echo(&icmp)) {
		icmp.identifier = reader_be16(&reader);
		icmp.number = reader_be16(&reader);
	}
	if (reader.failed)
		note_problem(packet, "cut off in the ICMP header");
	packet->transport = TRANSPORT_ICMP;
	packet->icmp = icmp;
}
