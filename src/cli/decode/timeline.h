/* Groups over time as a picture: for each group a lane for every host that asks, is a member or
 * sends. One SVG file that needs nothing else. */
#ifndef CLI_DECODE_TIMELINE_H
#define CLI_DECODE_TIMELINE_H

#include "base/text.h"
#include "traffic/group_events.h"
#include "traffic/group_history.h"

/* How much is drawn; of what is not there is a note. */
enum {
	TIMELINE_GROUPS_MAX = 12,
	TIMELINE_QUERIERS_MAX = 4, /* of each group */
	TIMELINE_MEMBERS_MAX = 24,
	TIMELINE_STREAMS_MAX = 12,
};

/* Both took the same packets. False if memory is short. */
bool timeline_add(struct text *out, const struct group_history *history,
		  const struct group_events *events);

#endif
