/* A tree as a target of a handle, which is a node of it or, where it only sends, asks for the root.
 * It stands among the handle's sockets, with one descriptor of its own. */
#ifndef RUN_TREE_H
#define RUN_TREE_H

#include "base/error.h"
#include "counters.h"
#include "net/datagrams.h"
#include "notices.h"
#include "options.h"

/* Mode as of hostcast_open(). Options, notices and error are the handle's and stay with the tree.
 * NULL after it filled in the error. */
struct tree *tree_new(const union hostcast_address *rendezvous, unsigned mode,
		      const struct options *options, struct notices *notices, struct error *error);

/* Leaves the tree (T-15). */
void tree_free(struct tree *tree);

/* Readable when tree_receive() has something to do. */
int tree_fd(const struct tree *tree);

/* Does what there is to do, and describes up to `most` arrivals of payloads, which stay until the
 * next call. Returns how many, or an error of the handle. */
int tree_receive(struct tree *tree, struct arrival *arrivals, size_t most);

/* Returns how many payloads it took, at least one, or an error: HOSTCAST_AGAIN if too many wait for
 * a root. */
int tree_send(struct tree *tree, const struct iovec *payloads, size_t count);

/* What the tree counts for the handle; 0 of the counters that the handle keeps itself. */
uint64_t tree_counter(const struct tree *tree, enum counter counter);

#endif
