/* The blocks of pcapng files (draft-ietf-opsawg-pcapng), from the bytes between their length at the
 * beginning and that at the end. Whatever these are, what is read is within them. */
#ifndef CAPTURE_PCAPNG_FORMAT_H
#define CAPTURE_PCAPNG_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Block types. */
#define PCAPNG_SECTION    UINT32_C(0x0a0d0d0a)
#define PCAPNG_INTERFACE  UINT32_C(1)
#define PCAPNG_OLD_PACKET UINT32_C(2) /* obsolete, and still met */
#define PCAPNG_SIMPLE     UINT32_C(3)
#define PCAPNG_NAMES      UINT32_C(4) /* of hosts */
#define PCAPNG_STATISTICS UINT32_C(5)
#define PCAPNG_PACKET     UINT32_C(6) /* "enhanced" */
#define PCAPNG_SECRETS    UINT32_C(10)

#define PCAPNG_BYTE_ORDER UINT32_C(0x1a2b3c4d)

/* Options, whose numbers mean something in their block only. */
enum {
	PCAPNG_OPTION_END = 0,
	PCAPNG_OPTION_COMMENT = 1,
	PCAPNG_SECTION_PROGRAM = 4,       /* shb_userappl */
	PCAPNG_INTERFACE_NAME = 2,        /* if_name */
	PCAPNG_INTERFACE_RESOLUTION = 9,  /* if_tsresol */
	PCAPNG_INTERFACE_OFFSET = 14,     /* if_tsoffset */
	PCAPNG_PACKET_DROPS = 4,          /* epb_dropcount */
	PCAPNG_STATISTICS_RECEIVED = 4,   /* isb_ifrecv */
	PCAPNG_STATISTICS_DROPPED = 5,    /* isb_ifdrop */
	PCAPNG_STATISTICS_OS_DROPPED = 7, /* isb_osdrop */
};

enum {
	PCAPNG_FRAME_SIZE = 12, /* of any block: its type, and its length twice */
	PCAPNG_NAME_SIZE = 128, /* a longer name is cut off */
};

struct pcapng_body {
	const uint8_t *bytes;
	size_t size;
	bool is_big_endian;
};

struct pcapng_interface {
	char name[PCAPNG_NAME_SIZE]; /* "" if it is not told */
	unsigned link_type;
	uint32_t snap;      /* 0: no limit */
	uint8_t resolution; /* of time stamps: 10^-N seconds, or 2^-N with the highest bit set */
	int64_t offset_s;   /* that is added to them */
};

struct pcapng_packet {
	uint32_t interface;
	bool has_time;
	uint64_t ticks; /* in the interface's resolution */
	const uint8_t *bytes;
	size_t size, wire_size;
	const char *comment; /* not terminated; NULL: none */
	size_t comment_size;
	uint64_t dropped; /* since the packet before it */
};

/* isb_ifdrop and isb_osdrop together. */
struct pcapng_statistics {
	uint32_t interface;
	uint64_t dropped;
};

/* Each returns false if the block is too short for what it must have. */
bool pcapng_read_interface(const struct pcapng_body *body, struct pcapng_interface *interface);
bool pcapng_read_packet(const struct pcapng_body *body, struct pcapng_packet *packet);
bool pcapng_read_old_packet(const struct pcapng_body *body, struct pcapng_packet *packet);
bool pcapng_read_statistics(const struct pcapng_body *body, struct pcapng_statistics *statistics);

/* It is of the section's first interface, whose snap length it needs, and has no time. */
bool pcapng_read_simple(const struct pcapng_body *body, uint32_t snap,
			struct pcapng_packet *packet);

/* Nanoseconds since 1970, as capture_file.h bounds them. */
int64_t pcapng_time_ns(const struct pcapng_interface *interface, uint64_t ticks);

static inline size_t pcapng_padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

#endif
