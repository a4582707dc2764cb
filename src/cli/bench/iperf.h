/* The datagrams of iperf 2 over UDP, as 2.1.8 sends them (its include/payloads.h): the first 16
 * bytes are
 *
 *	0  id    the low 32 bits of the number, which begins with 1; negative: the test is over
 *	4  time  seconds and, at 8, microseconds since 1970
 *	12 id2   the high 32 bits; 0 from senders that know none
 *
 * The end is said by the negated next number, and again by lower and lower ones until the server
 * has answered with its report: the header, then flags, bytes, duration, errors, out of order,
 * datagrams, jitter. To a group it is said once, and nothing is awaited. */
#ifndef BENCH_IPERF_H
#define BENCH_IPERF_H

#include "result.h"

enum { IPERF_HEADER = 16, IPERF_REPORT = 128 };

struct iperf_packet {
	uint64_t number; /* from 0, as in packet.h; at the end: how many messages went before */
	bool is_end;
	int64_t time_ns;
};

void iperf_write(const struct iperf_packet *packet, uint8_t bytes[static IPERF_HEADER]);

/* Sets the time of one that is written. */
void iperf_stamp(uint8_t bytes[static IPERF_HEADER], int64_t time_ns);

/* False if these bytes cannot be one. */
bool iperf_read(struct iperf_packet *packet, const void *bytes, size_t size);

void iperf_write_report(const struct result *result, uint8_t bytes[static IPERF_REPORT]);

/* The report of a server; iperf counts the last datagram, which says the end, as a message. False
 * if it is none. */
bool iperf_read_report(struct result *result, const void *bytes, size_t size);

#endif
