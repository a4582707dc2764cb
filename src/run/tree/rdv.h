/* A rendezvous point on a real socket: core/rendezvous, tied to net. */
#ifndef RUN_RDV_H
#define RUN_RDV_H

#include "base/error.h"
#include "core/rendezvous.h"
#include "tree_hooks.h"
#include "tree_socket.h"

struct rdv_options {
	union hostcast_address listen; /* with the port */
	int64_t hold_ns;
	const struct wire_network *allowed; /* none: loopback and the attached networks (T-14) */
	size_t allowed_count;
};

struct rdv;

struct rdv *rdv_new(const struct rdv_options *options, const struct tree_hooks *hooks,
		    struct error *error);
void rdv_free(struct rdv *rdv);

/* Readable (POLLIN) when rdv_work() has something to do. */
int rdv_fd(const struct rdv *rdv);
int rdv_work(struct rdv *rdv, struct error *error);

const struct rendezvous *rdv_state(const struct rdv *rdv);
const struct tree_socket_counters *rdv_counters(const struct rdv *rdv);
uint64_t rdv_kernel_drops(const struct rdv *rdv); /* its receive buffer was full */
union hostcast_address rdv_address(const struct rdv *rdv);

#endif
