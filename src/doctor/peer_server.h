/* `doctor --listen`: answers those who ask with `doctor --peer`, one after the other
 * (docs/doctor.md). Who asks must be allowed (T-14), and must prove that it is reached at its
 * address before anything is joined or sent for it. */
#ifndef DOCTOR_PEER_SERVER_H
#define DOCTOR_PEER_SERVER_H

#include "peer_group.h"
#include "peer_message.h"
#include "run/loop.h"

/* An asker that has been silent for so long is gone; and nobody is served for longer than that. */
#define PEER_SILENCE_NS (5 * NS_PER_S)
#define PEER_SESSION_NS (30 * NS_PER_S)

/* For so long after its session a host has to let others begin. */
#define PEER_REST_NS    (2 * NS_PER_S)

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
	const struct one_way *heard;             /* with what was sent by the asker not known */
	const unsigned *sent;                    /* of each kind */
	const char *problem; /* of joining or sending, or why it was refused; "": none */
};

enum peer_session_end { PEER_END_PARTED, PEER_END_SILENT, PEER_END_TIME };

struct peer_server_hooks {
	bool (*is_allowed)(void *context, const union hostcast_address *asker);
	void (*begins)(void *context, const struct peer_session_view *session);
	void (*refused)(void *context, const struct peer_session_view *session);
	void (*ends)(void *context, const struct peer_session_view *session,
		     enum peer_session_end how);
	/* What this host's own rungs say of a group, into a ladder that is zero; may be NULL. */
	void (*climb)(void *context, const union hostcast_address *group,
		      const union hostcast_address *from, struct peer_ladder *ladder);
	void *context;
};

struct peer_server_options {
	union hostcast_address listen[PEER_LISTEN_MAX]; /* with ports; bound where it is possible */
	size_t listen_count;
	unsigned interfaces[PEER_INTERFACES_MAX]; /* to join on; none: all that can */
	size_t interface_count;
};

struct peer_server;

/* The hooks and the loop outlive it. NULL: none of the addresses could be bound, or no memory. */
struct peer_server *peer_server_new(struct loop *loop, const struct peer_server_options *options,
				    const struct peer_server_hooks *hooks, struct error *error);
void peer_server_free(struct peer_server *server); /* NULL is allowed */

const struct peer_counters *peer_server_counters(const struct peer_server *server);

/* Where it listens: writes the addresses, returns how many. */
size_t peer_server_addresses(const struct peer_server *server,
			     union hostcast_address addresses[static PEER_LISTEN_MAX]);

#endif
