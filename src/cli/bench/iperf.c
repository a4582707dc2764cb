#include "iperf.h"

#include "base/monotime.h"

#include <endian.h>
#include <string.h>

enum {
	US_PER_S = 1000000,
	/* Where the fields of a report stand. */
	AT_FLAGS = 16,
	AT_BYTES = 20, /* high and low 32 bits */
	AT_SECONDS = 28,
	AT_MICROSECONDS = 32,
	AT_ERRORS = 36,
	AT_REORDERED = 40,
	AT_DATAGRAMS = 44,
	REPORT_LEAST = 56,
};

#define HEADER_VERSION1 UINT32_C(0x80000000) /* a report follows */

static void put32(uint8_t *at, uint64_t value)
{
	uint32_t word = htobe32((uint32_t)value);

	memcpy(at, &word, sizeof word);
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof word);
	return be32toh(word);
}

void iperf_write(const struct iperf_packet *packet, uint8_t bytes[static IPERF_HEADER])
{
	uint64_t id = packet->number + 1;

	if (packet->is_end)
		id = -id;
	put32(bytes, id);
	iperf_stamp(bytes, packet->time_ns);
	put32(bytes + 12, id >> 32);
}

void iperf_stamp(uint8_t bytes[static IPERF_HEADER], int64_t time_ns)
{
	put32(bytes + 4, (uint64_t)(time_ns / NS_PER_S));
	put32(bytes + 8, (uint64_t)(time_ns % NS_PER_S / NS_PER_US));
}

bool iperf_read(struct iperf_packet *packet, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint64_t id;

	if (size < IPERF_HEADER || get32(at + 8) >= US_PER_S)
		return false;
	id = (uint64_t)get32(at + 12) << 32 | get32(at);
	if (id >> 32 == 0 && (int32_t)id < 0) /* a sender of 32 bits */
		id |= UINT64_C(0xffffffff) << 32;
	packet->is_end = (int64_t)id < 0;
	if (packet->is_end)
		id = -id;
	if (id > INT64_MAX)
		return false;
	packet->number = id > 0 ? id - 1 : 0;
	packet->time_ns = get32(at + 4) * NS_PER_S + get32(at + 8) * NS_PER_US;
	return true;
}

void iperf_write_report(const struct result *result, uint8_t bytes[static IPERF_REPORT])
{
	memset(bytes, 0, IPERF_REPORT);
	put32(bytes + AT_FLAGS, HEADER_VERSION1);
	put32(bytes + AT_BYTES, result->bytes >> 32);
	put32(bytes + AT_BYTES + 4, result->bytes);
	put32(bytes + AT_SECONDS, result->elapsed_ns / (uint64_t)NS_PER_S);
	put32(bytes + AT_MICROSECONDS,
	      result->elapsed_ns % (uint64_t)NS_PER_S / (uint64_t)NS_PER_US);
	put32(bytes + AT_ERRORS, result->lost);
	put32(bytes + AT_REORDERED, result->reordered);
	put32(bytes + AT_DATAGRAMS, result->sent);
}

bool iperf_read_report(struct result *result, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint32_t datagrams;

	if (size < REPORT_LEAST || !(get32(at + AT_FLAGS) & HEADER_VERSION1))
		return false;
	datagrams = get32(at + AT_DATAGRAMS);
	*result = (struct result){
		.sent = datagrams > 0 ? datagrams - 1 : 0,
		.bytes = (uint64_t)get32(at + AT_BYTES) << 32 | get32(at + AT_BYTES + 4),
		.lost = get32(at + AT_ERRORS),
		.reordered = get32(at + AT_REORDERED),
		.elapsed_ns = (uint64_t)(get32(at + AT_SECONDS) * NS_PER_S +
					 get32(at + AT_MICROSECONDS) * NS_PER_US),
	};
	result->received = result->sent > result->lost ? result->sent - result->lost : 0;
	return true;
}
