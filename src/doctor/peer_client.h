/* `doctor --peer`: asks a host where `doctor --listen` runs to examine a group together with this
 * one (docs/doctor.md). */
#ifndef DOCTOR_PEER_CLIENT_H
#define DOCTOR_PEER_CLIENT_H

#include "peer_group.h"
#include "peer_results.h"
#include "run/loop.h"

/* What a question may take at the most, where the listener answers late or is busy. */
#define PEER_PATIENCE_NS (30 * NS_PER_S)

struct peer_question {
	union hostcast_address peer;  /* with its port (DOCTOR_PORT by default) */
	union hostcast_address group; /* with its port, and its zone where it needs one */
	bool is_source_specific;      /* each side joins for what the other one sends */
	unsigned user_ttl;
	bool is_ttl_given;                        /* by the user */
	unsigned interfaces[PEER_INTERFACES_MAX]; /* to join on, as case.chosen */
	size_t interface_count;
	unsigned send_by; /* 0: by the routing table's choice */
};

struct peer_client;

/* The results are there: complete, or with the reason why not. Called from the loop, once. */
typedef void peer_client_done_fn(void *context);

/* Begins to ask. NULL: doctor's own error (memory, no socket). The loop outlives it. */
struct peer_client *peer_client_open(struct loop *loop, const struct peer_question *question,
				     peer_client_done_fn *done, void *context, struct error *error);

/* Also before it is done, as after a signal: the other side is told. NULL is allowed. */
void peer_client_close(struct peer_client *client);

/* For doctor_case.peer; as long as the client. */
const struct peer_results *peer_client_results(const struct peer_client *client);

#endif
