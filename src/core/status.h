/* The report that a node or RP gives of itself (T-16), written line by line: "KEY VALUE". */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include "base/monotime.h"
#include "output.h"

/* More than any report has: 48 lines of an address, and the counters. */
enum { STATUS_ROOM = 8 * 1024 };

struct status {
	struct writer writer;
	const struct own *own;
	const struct incoming *asker;
	uint8_t bytes[STATUS_ROOM];
};

/* Begins the report for one asker, who is told addresses that it can use. */
void status_begin(struct status *status, const struct own *own, const struct incoming *asker);

void status_add_word(struct status *status, const char *key, const char *word);
void status_add_number(struct status *status, const char *key, uint64_t number);

/* Nothing where there is no address. */
void status_add_address(struct status *status, const char *key, const struct wire_address *address);

/* An address, and the milliseconds since it was heard. */
void status_add_heard(struct status *status, const char *key, const struct wire_address *address,
		      struct monotime now, struct monotime heard);
void status_add_age(struct status *status, const char *key, struct monotime now,
		    struct monotime then);
void status_add_count(struct status *status, const char *name, uint64_t value);

/* Answers STAT with TATS, never larger than the request: where it does not fit, all it says is how
 * large a request would do. False if not even that fits: nothing is answered. */
bool status_send(const struct status *status, struct output *output);

#endif
