/* `doctor --listen`: answers those who ask with `doctor --peer`, one after the other
 * (docs/doctor.md). Who asks must be allowed (T-14), and must prove that it is reached at its
 * address before anything is joined or sent for it. */
#ifndef DOCTOR_PEER_SERVER_H
#define DOCTOR_PEER_SERVER_H

#include "peer_service.h"
#include "run/loop.h"

/* For so long after its session a host has to let others begin. */
#define PEER_REST_NS (2 * NS_PER_S)

struct peer_server_hooks {
	bool (*is_allowed)(void *context, const union hostcast_address *asker);
	void (*begins)(void *context, const struct peer_session_view *session);
	void (*refused)(void *context, const struct peer_session_view *session);
	void (*ends)(void *context, const struct peer_session_view *session,
		     enum peer_session_end how);
	void *context;
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
