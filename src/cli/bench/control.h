/* What stands behind the header in the datagrams that are no messages: lines "NAME VALUE", of which
 * unknown ones are passed over. */
#ifndef BENCH_CONTROL_H
#define BENCH_CONTROL_H

#include "hostcast.h"
#include "packet.h"
#include "result.h"

enum { CONTROL_MAX = 1200, CONTROL_NAME_SIZE = 64 };

/* Of a hello and of the end of a step: where receivers answer. */
struct hello {
	union hostcast_address address; /* without port; family 0: where the hello came from */
	uint16_t port;
};

/* Of an answer to a hello, and of a report. */
struct bench_report {
	char name[CONTROL_NAME_SIZE]; /* of the host; any bytes but NUL and LF */
	struct result result;         /* zero in an answer to a hello */
};

/* Each gives the size of the whole datagram. A hello is filled up with zeros to CONTROL_MAX, so
 * that no answer is larger than what asked for it; a report has at most as many. */
size_t control_write_hello(const struct packet *packet, const struct hello *hello,
			   uint8_t bytes[static CONTROL_MAX]);
size_t control_write_report(const struct packet *packet, const struct bench_report *report,
			    uint8_t bytes[static CONTROL_MAX]);

/* False, if a line that is known has no value that makes sense, or of a hello the port is missing
 * or its size. `bytes` is the whole datagram, whose header has been read. */
bool control_read_hello(struct hello *hello, const void *bytes, size_t size);
bool control_read_report(struct bench_report *report, const void *bytes, size_t size);

#endif
