/* Packets of several interfaces, as one stream in the order of their time. */
#ifndef CLI_CAPTURE_INTAKE_H
#define CLI_CAPTURE_INTAKE_H

#include "capture/live.h"

#include <net/if.h>

/* Where more than one interface is captured on, a packet waits so long for older ones of the
 * others, which come in blocks. */
#define INTAKE_HOLD_NS LIVE_LATE_NS

struct intake_source {
	char name[IF_NAMESIZE];
	struct live *live;
	bool is_over; /* gone, or down: nothing more comes */
	bool has_head;
	struct frame head; /* its oldest packet */
	struct live_counters counters;
};

/* The number of a source in the list is the `interface` of its frames. */
struct intake {
	struct intake_source *list;
	size_t count, room;
};

/* options.number is the intake's. Errors of live_open(), and HOSTCAST_NO_MEMORY. */
int intake_add(struct intake *intake, const char *interface, const struct live_options *options,
	       struct error *error);
void intake_done(struct intake *intake);

/* The oldest packet, once no older one is to be expected at this time (nanoseconds since 1970), or
 * any with INTAKE_ALL; valid until the next call. Returns 1, 0 if there is none, or the error of a
 * source that is over now; the others go on. */
#define INTAKE_ALL INT64_MAX
int intake_next(struct intake *intake, int64_t now_ns, struct frame *frame, struct error *error);

/* Whether a packet waits for its time, or an interface that is down may be gone (live_is_down()):
 * no descriptor will tell. */
bool intake_is_to_be_looked_at(const struct intake *intake);

/* Sources that are not over. */
size_t intake_open_count(const struct intake *intake);

/* Brings the counters of each source up to date, and returns their sum. */
struct live_counters intake_count(struct intake *intake);

#endif
