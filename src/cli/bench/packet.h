/* The header of every datagram of a bench, version 1. Integers are big-endian:
 *
 *	 0  magic    "HCB1"
 *	 4  type     one byte, enum packet_type
 *	 5  flags    one byte, enum packet_flags
 *	 6  step     2 bytes, from 1: which of the rates of a run
 *	 8  stream   4 bytes, random: one run of one sender
 *	12  clock    4 bytes: whose CLOCK_REALTIME time_ns is; two with the same number share a host
 *	16  number   8 bytes: of a message in its step, from 0; of the others how many went so far
 *	24  time     8 bytes: when it was handed to the system, nanoseconds since 1970
 *	32  content  of a message: filler, or the pattern (pattern.h); else lines of text (see
 *	             control.h)
 */
#ifndef BENCH_PACKET_H
#define BENCH_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKET_HEADER = 32 };

enum packet_type {
	PACKET_DATA = 'd',   /* a message that is measured */
	PACKET_HELLO = 'h',  /* who is there? Goes where the messages go, as do the next two */
	PACKET_END = 'e',    /* of a step: answered by a report, and repeated until it is */
	PACKET_BYE = 'b',    /* of a run; not answered */
	PACKET_HERE = 'H',   /* a receiver's answer to a hello, by unicast, as is the next */
	PACKET_REPORT = 'R', /* what it measured in a step */
};

enum packet_flags {
	PACKET_ECHO = 1,         /* send it back */
	PACKET_PATTERN = 2,      /* its content can be checked */
	PACKET_CLOCKS_AGREE = 4, /* the user says that all clocks show the same */
};

struct packet {
	uint8_t type, flags;
	uint16_t step;
	uint32_t stream;
	uint32_t clock; /* 0: unknown */
	uint64_t number;
	int64_t time_ns;
};

void packet_write(const struct packet *packet, uint8_t bytes[static PACKET_HEADER]);

/* Sets the time of one that is written. */
void packet_stamp(uint8_t bytes[static PACKET_HEADER], int64_t time_ns);

/* Do these bytes begin as those of any version? */
bool packet_has_magic(const void *bytes, size_t size);

/* False if these bytes are no datagram of a bench of this version. */
bool packet_read(struct packet *packet, const void *bytes, size_t size);

/* How long a datagram was on its way, by its own time and that of now; negative: no time that makes
 * sense, so it is forged or the clocks disagree. */
int64_t packet_age_ns(int64_t time_ns, int64_t realtime_ns);

#endif
