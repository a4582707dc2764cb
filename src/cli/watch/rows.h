/* What is known now, as rows of a screen. */
#ifndef WATCH_ROWS_H
#define WATCH_ROWS_H

#include "watch_state.h"

enum rows_order { ROWS_BY_GROUP, ROWS_BY_RATE, ROWS_BY_TIME, ROWS_ORDERS };

/* "group", "rate", "last heard" */
const char *rows_order_name(enum rows_order order);

/* Groups, each with its members, senders and streams beneath; feeds; queriers. A line each,
 * harmless to a terminal, with its LF. A heading begins with '#', which is not shown. */
void rows_write(struct text *out, const struct watch *watch, enum rows_order order, int64_t now_ns);

#endif
