/* What the listener and its session share: how it is set, what it counts, and what is told of a
 * session. */
#ifndef DOCTOR_PEER_SERVICE_H
#define DOCTOR_PEER_SERVICE_H

#include "peer_group.h"
#include "peer_message.h"

/* An asker that has been silent for so long is gone; and nobody is served for longer than that. */
#define PEER_SILENCE_NS (5 * NS_PER_S)
#define PEER_SESSION_NS (30 * NS_PER_S)

enum {
	PEER_LISTEN_MAX = 2, /* sockets: IPv4 and IPv6 */
};

/* Why datagrams were dropped, and what could not be sent. */
#define PEER_COUNTERS(X)                                                \
	X(malformed, "not understood")                                  \
	X(too_short, "requests shorter than their answer")              \
	X(not_allowed, "not answered, not being allowed")               \
	X(too_soon, "more than are answered in a second")               \
	X(unproven, "without the token that was sent to their address") \
	X(stale, "of no session that there is")                         \
	X(misdirected, "probes that came by another way than they say") \
	X(unanswered, "answers that could not be sent")

struct peer_counters {
#define PEER_COUNTER(name, text) uint64_t name;
	PEER_COUNTERS(PEER_COUNTER)
#undef PEER_COUNTER
};

/* What the owner is told of a session. */
struct peer_session_view {
	const union hostcast_address *asker, *group;
	const union hostcast_address *only_from; /* of a source-specific group; NULL: any source */
	struct one_way heard;                    /* with what was sent by the asker not known */
	const unsigned *sent;                    /* of each kind */
	const char *problem; /* of joining or sending, or why it was refused; "": none */
};

enum peer_session_end { PEER_END_PARTED, PEER_END_SILENT, PEER_END_TIME };

struct peer_server_options {
	union hostcast_address listen[PEER_LISTEN_MAX]; /* with ports; bound where it is possible */
	size_t listen_count;
	unsigned interfaces[PEER_INTERFACES_MAX]; /* to join on; none: all that can */
	size_t interface_count;
};

#endif
