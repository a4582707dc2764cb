/* How a message that was received is shown: as a line of text, in hexadecimal, as JSON. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "base/histogram.h"
#include "base/text.h"
#include "hostcast.h"

#include <inttypes.h>

struct show_options {
	bool time;    /* a time stamp before each line */
	bool hex;     /* the payload as a hex dump under the line */
	bool details; /* interface and TTL too */
};

/* The texts of the last two addresses: a burst mostly comes from one source to one group. Zero it
 * before the first use. */
struct show_memory {
	union hostcast_address source, destination;
	char source_text[HOSTCAST_TEXT_SIZE], destination_text[HOSTCAST_TEXT_SIZE];
};

void show_text(struct text *out, const struct hostcast_message *message,
	       const struct show_options *options, struct show_memory *memory);
void show_json(struct text *out, const struct hostcast_message *message);

/* "2026-11-21 09:30:00.123456", local time, of nanoseconds since 1970. */
void show_time(struct text *out, int64_t time_ns);

/* Every counter of a handle as a member of the JSON object that is open. */
void show_counters_json(struct text *out, const struct hostcast *handle);

/* "rtt_min_us", "rtt_mean_us", "rtt_p99_us" and "rtt_max_us" of round-trip times in nanoseconds, as
 * members of the JSON object that is open; nothing where there is none. */
void show_rtt_json(struct text *out, const struct histogram *rtt_ns);

/* A counter of a handle by its name; the name must exist. */
uint64_t show_counter(const struct hostcast *handle, const char *name);

/* "; what: number" at the end of a line, if there are any. */
void show_nonzero(struct text *line, uint64_t number, const char *what);

/* The address without its port. */
void show_ip(struct text *out, const union hostcast_address *address);

/* "1 message" or "2 messages". Here, so that words need none of the rest. */
static inline void show_quantity(struct text *out, uint64_t number, const char *one,
				 const char *many)
{
	text_addf(out, "%" PRIu64 " %s", number, number == 1 ? one : many);
}

#endif
