/* A TCP segment (RFC 9293, options of RFC 7323 and 2018). */
#ifndef DECODE_TCP_H
#define DECODE_TCP_H

#include "base/cursor.h"
#include "checksum.h"

enum {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
	TCP_SACKS_MAX = 4,
};

struct tcp_sack {
	uint32_t left, right;
};

struct tcp_segment {
	uint32_t sequence, acknowledgement;
	uint8_t flags;
	uint16_t window; /* as it stands there, not scaled */
	uint16_t urgent;
	enum checksum checksum;
	/* Options; 0 or false where there is none, and in all of them where they are cut off. */
	bool are_options_cut;
	uint16_t mss;
	bool has_window_scale, may_sack, has_timestamps;
	uint8_t window_scale;
	uint32_t timestamp, timestamp_echo;
	struct tcp_sack sacks[TCP_SACKS_MAX];
	size_t sack_count;
	size_t size;           /* of the payload, as IP and the frame say; of a first fragment, of
				  what is in it */
	struct reader payload; /* as much of it as there is */
};

/* "SYN ACK" into text; returns text. */
enum { TCP_FLAGS_SIZE = 36 };
const char *tcp_flags_text(uint8_t flags, char text[TCP_FLAGS_SIZE]);

#endif
