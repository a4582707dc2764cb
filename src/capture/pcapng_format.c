#include "pcapng_format.h"

#include "base/monotime.h"
#include "byte_order.h"
#include "decode/frame.h"

#include <string.h>

enum {
	OPTION_HEADER_SIZE = 4,
	INTERFACE_SIZE = 8,
	PACKET_SIZE = 20, /* before the packet's bytes, in both kinds */
	SIMPLE_SIZE = 4,
	STATISTICS_SIZE = 12,
	RESOLUTION_DEFAULT = 6, /* microseconds */
	RESOLUTION_BINARY = 0x80,
	RESOLUTION_NS = 9,
	OLD_DROPS_UNKNOWN = 0xffff,
};

/* ---- Options ---- */

struct option {
	uint16_t code, size;
	const uint8_t *value;
};

/* What is left of a block behind its fixed part. */
struct options {
	const uint8_t *at;
	size_t size;
	bool is_big_endian;
};

static struct options options_from(const struct pcapng_body *body, size_t offset)
{
	return (struct options){body->bytes + offset, body->size - offset, body->is_big_endian};
}

/* False at the end, and where one reaches beyond its block: those before it have been read. */
static bool next_option(struct options *options, struct option *option)
{
	size_t whole;

	if (options->size < OPTION_HEADER_SIZE)
		return false;
	option->code = ordered_16(options->at, options->is_big_endian);
	option->size = ordered_16(options->at + 2, options->is_big_endian);
	option->value = options->at + OPTION_HEADER_SIZE;
	whole = OPTION_HEADER_SIZE + pcapng_padded(option->size);
	if (option->code == PCAPNG_OPTION_END || whole > options->size)
		return false;
	options->at += whole;
	options->size -= whole;
	return true;
}

static uint64_t number_64(const struct option *option, bool is_big_endian)
{
	return option->size == 8 ? ordered_64(option->value, is_big_endian) : 0;
}

/* ---- Interfaces ---- */

static void take_name(struct pcapng_interface *interface, const struct option *option)
{
	size_t size = option->size < PCAPNG_NAME_SIZE ? option->size : PCAPNG_NAME_SIZE - 1;

	memcpy(interface->name, option->value, size);
	interface->name[size] = '\0';
}

bool pcapng_read_interface(const struct pcapng_body *body, struct pcapng_interface *interface)
{
	bool is_big = body->is_big_endian;
	struct options options;
	struct option option;

	if (body->size < INTERFACE_SIZE)
		return false;
	*interface = (struct pcapng_interface){
		.link_type = ordered_16(body->bytes, is_big),
		.snap = ordered_32(body->bytes + 4, is_big),
		.resolution = RESOLUTION_DEFAULT,
	};
	options = options_from(body, INTERFACE_SIZE);
	while (next_option(&options, &option)) {
		if (option.code == PCAPNG_INTERFACE_NAME)
			take_name(interface, &option);
		else if (option.code == PCAPNG_INTERFACE_RESOLUTION && option.size == 1)
			interface->resolution = option.value[0];
		else if (option.code == PCAPNG_INTERFACE_OFFSET)
			interface->offset_s = (int64_t)number_64(&option, is_big);
	}
	return true;
}

/* ---- Time ---- */

static unsigned __int128 power_of_ten(unsigned exponent)
{
	unsigned __int128 power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

static unsigned __int128 ticks_in_ns(uint8_t resolution, uint64_t ticks)
{
	unsigned exponent = resolution & ~(unsigned)RESOLUTION_BINARY;

	if (resolution & RESOLUTION_BINARY) /* below 2^64 x 2^30, and shifted by 127 at most */
		return (unsigned __int128)ticks * NS_PER_S >> exponent;
	if (exponent <= RESOLUTION_NS)
		return ticks * power_of_ten(RESOLUTION_NS - exponent);
	if (exponent - RESOLUTION_NS > 19) /* 2^64 is less than 10^20 */
		return 0;
	return ticks / power_of_ten(exponent - RESOLUTION_NS);
}

int64_t pcapng_time_ns(const struct pcapng_interface *interface, uint64_t ticks)
{
	__int128 ns = (__int128)ticks_in_ns(interface->resolution, ticks) +
		      (__int128)interface->offset_s * NS_PER_S;

	if (ns > FRAME_TIME_MOST_NS)
		return FRAME_TIME_MOST_NS;
	return ns < FRAME_TIME_LEAST_NS ? FRAME_TIME_LEAST_NS : (int64_t)ns;
}

/* ---- Packets ---- */

static void take_packet_options(const struct pcapng_body *body, size_t offset,
				struct pcapng_packet *packet)
{
	struct options options = options_from(body, offset);
	struct option option;

	while (next_option(&options, &option)) {
		if (option.code == PCAPNG_OPTION_COMMENT && !packet->comment) {
			packet->comment = (const char *)option.value;
			packet->comment_size = option.size;
		} else if (option.code == PCAPNG_PACKET_DROPS) {
			packet->dropped = number_64(&option, body->is_big_endian);
		}
	}
}

/* What the two kinds of packet blocks have in common: all but the first 4 bytes. */
static bool take_packet(const struct pcapng_body *body, struct pcapng_packet *packet)
{
	bool is_big = body->is_big_endian;
	uint64_t high = ordered_32(body->bytes + 4, is_big);

	packet->has_time = true;
	packet->ticks = high << 32 | ordered_32(body->bytes + 8, is_big);
	packet->size = ordered_32(body->bytes + 12, is_big);
	packet->wire_size = ordered_32(body->bytes + 16, is_big);
	packet->bytes = body->bytes + PACKET_SIZE;
	if (packet->size > body->size - PACKET_SIZE)
		return false;
	/* The last bytes of padding may be missing at the end of a block without options. */
	if (PACKET_SIZE + pcapng_padded(packet->size) <= body->size)
		take_packet_options(body, PACKET_SIZE + pcapng_padded(packet->size), packet);
	return true;
}

bool pcapng_read_packet(const struct pcapng_body *body, struct pcapng_packet *packet)
{
	if (body->size < PACKET_SIZE)
		return false;
	*packet = (struct pcapng_packet){
		.interface = ordered_32(body->bytes, body->is_big_endian),
	};
	return take_packet(body, packet);
}

bool pcapng_read_old_packet(const struct pcapng_body *body, struct pcapng_packet *packet)
{
	uint16_t dropped;

	if (body->size < PACKET_SIZE)
		return false;
	dropped = ordered_16(body->bytes + 2, body->is_big_endian);
	*packet = (struct pcapng_packet){
		.interface = ordered_16(body->bytes, body->is_big_endian),
		.dropped = dropped == OLD_DROPS_UNKNOWN ? 0 : dropped,
	};
	return take_packet(body, packet);
}

bool pcapng_read_simple(const struct pcapng_body *body, uint32_t snap, struct pcapng_packet *packet)
{
	if (body->size < SIMPLE_SIZE)
		return false;
	*packet = (struct pcapng_packet){
		.wire_size = ordered_32(body->bytes, body->is_big_endian),
		.bytes = body->bytes + SIMPLE_SIZE,
	};
	packet->size = packet->wire_size;
	if (snap > 0 && packet->size > snap)
		packet->size = snap;
	return packet->size <= body->size - SIMPLE_SIZE;
}

static void add_dropped(struct pcapng_statistics *statistics, uint64_t dropped)
{
	statistics->dropped = dropped > UINT64_MAX - statistics->dropped
				      ? UINT64_MAX
				      : statistics->dropped + dropped;
}

bool pcapng_read_statistics(const struct pcapng_body *body, struct pcapng_statistics *statistics)
{
	struct options options;
	struct option option;

	if (body->size < STATISTICS_SIZE)
		return false;
	*statistics = (struct pcapng_statistics){
		.interface = ordered_32(body->bytes, body->is_big_endian),
	};
	options = options_from(body, STATISTICS_SIZE);
	while (next_option(&options, &option))
		if (option.code == PCAPNG_STATISTICS_DROPPED ||
		    option.code == PCAPNG_STATISTICS_OS_DROPPED)
			add_dropped(statistics, number_64(&option, body->is_big_endian));
	return true;
}
