/* pcap files (draft-ietf-opsawg-pcap): a header, and then records, each a header and a packet. */
#ifndef CAPTURE_PCAP_FORMAT_H
#define CAPTURE_PCAP_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PCAP_MAGIC_SIZE = 4,
	PCAP_HEADER_SIZE = 24,
	PCAP_MAJOR = 2, /* the version that is written since 1998 */
};

struct pcap_format {
	bool is_big_endian;
	bool has_nanoseconds; /* else microseconds */
	bool is_modified;     /* by A. Kuznetzov's patch: 8 bytes more before each packet */
	unsigned major, minor;
	unsigned link_type;
};

/* A packet's header. */
struct pcap_record {
	int64_t time_ns;
	uint32_t size, wire_size;
};

bool pcap_is_magic(const uint8_t magic[static PCAP_MAGIC_SIZE]);
void pcap_read_header(struct pcap_format *format, const uint8_t header[static PCAP_HEADER_SIZE]);

/* Bytes of a packet's header, and what they say. */
size_t pcap_record_header_size(const struct pcap_format *format);
void pcap_read_record(const struct pcap_format *format, const uint8_t *header,
		      struct pcap_record *record);

#endif
