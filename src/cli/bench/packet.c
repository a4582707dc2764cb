#include "packet.h"

#include "base/monotime.h"

#include <endian.h>
#include <string.h>

#define AGE_MOST_NS (600 * NS_PER_S)

static const char magic[4] = {'H', 'C', 'B', '1'};

static void put64(uint8_t *at, uint64_t value)
{
	value = htobe64(value);
	memcpy(at, &value, sizeof value);
}

static void put32(uint8_t *at, uint32_t value)
{
	value = htobe32(value);
	memcpy(at, &value, sizeof value);
}

static void put16(uint8_t *at, uint16_t value)
{
	value = htobe16(value);
	memcpy(at, &value, sizeof value);
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof value);
	return be64toh(value);
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof value);
	return be32toh(value);
}

static uint16_t get16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof value);
	return be16toh(value);
}

void packet_write(const struct packet *packet, uint8_t bytes[static PACKET_HEADER])
{
	memcpy(bytes, magic, sizeof magic);
	bytes[4] = packet->type;
	bytes[5] = packet->flags;
	put16(bytes + 6, packet->step);
	put32(bytes + 8, packet->stream);
	put32(bytes + 12, packet->clock);
	put64(bytes + 16, packet->number);
	packet_stamp(bytes, packet->time_ns);
}

void packet_stamp(uint8_t bytes[static PACKET_HEADER], int64_t time_ns)
{
	put64(bytes + 24, (uint64_t)time_ns);
}

static bool is_type(uint8_t type)
{
	switch (type) {
	case PACKET_DATA:
	case PACKET_HELLO:
	case PACKET_END:
	case PACKET_BYE:
	case PACKET_HERE:
	case PACKET_REPORT:
		return true;
	default:
		return false;
	}
}

bool packet_has_magic(const void *bytes, size_t size)
{
	return size >= sizeof magic - 1 && memcmp(bytes, magic, sizeof magic - 1) == 0;
}

bool packet_read(struct packet *packet, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	if (size < PACKET_HEADER || memcmp(at, magic, sizeof magic) != 0 || !is_type(at[4]))
		return false;
	*packet = (struct packet){
		.type = at[4],
		.flags = at[5],
		.step = get16(at + 6),
		.stream = get32(at + 8),
		.clock = get32(at + 12),
		.number = get64(at + 16),
		.time_ns = (int64_t)get64(at + 24),
	};
	return true;
}

/* Any 64 bits may be in a datagram: the difference wraps rather than overflows. */
int64_t packet_age_ns(int64_t time_ns, int64_t realtime_ns)
{
	int64_t age_ns = (int64_t)((uint64_t)realtime_ns - (uint64_t)time_ns);

	return age_ns <= AGE_MOST_NS ? age_ns : -1;
}
