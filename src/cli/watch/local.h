/* Which groups this host has joined, and when that changes: as the kernel tells it, or else by
 * looking once a second. */
#ifndef WATCH_LOCAL_H
#define WATCH_LOCAL_H

#include "cli/session.h"
#include "net/membership_events.h"
#include "net/membership_list.h"

#define LOCAL_LOOK_NS (1 * NS_PER_S)

struct local;

typedef void local_changed_fn(void *context, const struct membership_event *event);

/* Of this family, or of both (AF_UNSPEC). NULL after it failed the session. Free it before the
 * session is done. */
struct local *local_new(struct session *session, int family, local_changed_fn *function,
			void *context);
void local_free(struct local *local);

/* What was joined since local_new() was joined by watch itself: it is not told, and what other
 * programs do with these groups, of which the kernel tells nothing then, is looked at. */
void local_take_own(struct local *local);

const struct memberships *local_memberships(const struct local *local);

/* Does the kernel tell of each change? Else it is looked at, and what came and went in between is
 * not seen. */
bool local_is_told(const struct local *local);

#endif
