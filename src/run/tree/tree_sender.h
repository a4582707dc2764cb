/* Sends payloads into a tree without being a member of it: core/origin on a real socket. Asks the
 * rendezvous point for the root and sends to that (T-10); what comes back is sent again (T-11). */
#ifndef RUN_TREE_SENDER_H
#define RUN_TREE_SENDER_H

#include "base/error.h"
#include "core/origin.h"
#include "tree_hooks.h"
#include "tree_socket.h"

struct tree_sender;

struct tree_sender_options {
	union hostcast_address rendezvous; /* with the port */
	bool no_trains;                    /* payloads go one by one */
	bool no_fragment;                  /* refuse what does not fit the path's MTU */
};

struct tree_sender *tree_sender_new(const struct tree_sender_options *options,
				    const struct tree_hooks *hooks, struct error *error);
void tree_sender_free(struct tree_sender *sender);

/* Readable (POLLIN) when tree_sender_work() has something to do. */
int tree_sender_fd(const struct tree_sender *sender);
int tree_sender_work(struct tree_sender *sender, struct error *error);

/* Returns how many payloads it took, at least one, or HOSTCAST_TOO_LARGE, or HOSTCAST_AGAIN: too
 * many wait for a root already. */
int tree_sender_send(struct tree_sender *sender, const struct iovec *payloads, size_t count,
		     struct error *error);

/* Payloads that wait for a root: what is left when the program ends is lost. */
size_t tree_sender_held(const struct tree_sender *sender);
const struct origin_counters *tree_sender_counters(const struct tree_sender *sender);
const struct tree_socket_counters *tree_sender_socket_counters(const struct tree_sender *sender);

/* ICMP errors that came back from a root: as many payloads, at least, are lost. */
uint64_t tree_sender_refused(const struct tree_sender *sender);

/* Datagrams that were none of those which a sender waits for. */
uint64_t tree_sender_ignored(const struct tree_sender *sender);

#endif
