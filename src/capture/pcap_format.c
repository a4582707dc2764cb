#include "pcap_format.h"

#include "base/monotime.h"
#include "byte_order.h"

#define MAGIC_MICROSECONDS UINT32_C(0xa1b2c3d4)
#define MAGIC_NANOSECONDS  UINT32_C(0xa1b23c4d)
#define MAGIC_MODIFIED     UINT32_C(0xa1b2cd34)

enum { RECORD_HEADER_SIZE = 16, MODIFIED_SIZE = 8, LINK_TYPE_MASK = 0xffff };

static bool is_known(uint32_t magic)
{
	return magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS || magic == MAGIC_MODIFIED;
}

bool pcap_is_magic(const uint8_t magic[static PCAP_MAGIC_SIZE])
{
	return is_known(ordered_32(magic, false)) || is_known(ordered_32(magic, true));
}

/* The upper bits of the link type tell of check sequences at the ends of packets. */
void pcap_read_header(struct pcap_format *format, const uint8_t header[static PCAP_HEADER_SIZE])
{
	bool is_big = is_known(ordered_32(header, true));
	uint32_t magic = ordered_32(header, is_big);

	*format = (struct pcap_format){
		.is_big_endian = is_big,
		.has_nanoseconds = magic == MAGIC_NANOSECONDS,
		.is_modified = magic == MAGIC_MODIFIED,
		.major = ordered_16(header + 4, is_big),
		.minor = ordered_16(header + 6, is_big),
		.link_type = ordered_32(header + 20, is_big) & LINK_TYPE_MASK,
	};
}

size_t pcap_record_header_size(const struct pcap_format *format)
{
	return RECORD_HEADER_SIZE + (format->is_modified ? MODIFIED_SIZE : 0);
}

void pcap_read_record(const struct pcap_format *format, const uint8_t *header,
		      struct pcap_record *record)
{
	bool is_big = format->is_big_endian;
	int64_t seconds = ordered_32(header, is_big), fraction = ordered_32(header + 4, is_big);

	record->time_ns = seconds * NS_PER_S + fraction * (format->has_nanoseconds ? 1 : NS_PER_US);
	record->size = ordered_32(header + 8, is_big);
	record->wire_size = ordered_32(header + 12, is_big);
}
