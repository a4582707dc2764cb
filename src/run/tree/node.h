/* A member of a tree on real sockets (core/member ties to net here): one UDP socket for the tree,
 * perhaps a data port for programs on this host, the payloads that wait, and one descriptor to poll
 * for all of it. Nothing here prints and nothing waits. */
#ifndef RUN_NODE_H
#define RUN_NODE_H

#include "base/error.h"
#include "base/monotime.h"
#include "core/member.h"
#include "net/datagrams.h"
#include "tree_hooks.h"
#include "tree_socket.h"

enum {
	NODE_SENT_MAX = 4096, /* payloads that are known again when they come back */
	NODE_NO_DATA_PORT = -1,
};

struct node_options {
	union hostcast_address rendezvous; /* with the port */
	union hostcast_address listen;     /* family 0: the wildcard of the RP's family, any port */
	int data_port;                     /* NODE_NO_DATA_PORT: none; 0: the system chooses */
	bool is_data_port_optional;        /* in use by another program: a notice, no failure */
	unsigned children_most;
	struct timers timers;
	const struct wire_network *allowed; /* none: loopback and the attached networks (T-14) */
	size_t allowed_count;
	bool no_fragment;      /* refuse what does not fit the path's MTU */
	bool no_trains;        /* take and send datagrams one by one */
	size_t receive_buffer; /* bytes, 0: 16 MiB or what the system allows */
};

/* Counters beside those of the member and of the socket:
 * input               payloads from the data port and from node_send()
 * input_overflow      payloads dropped because too many waited for a root
 * input_too_large     payloads larger than one datagram can carry
 * input_foreign       payloads at the data port from other hosts (T-10)
 * kernel_drops        datagrams that came while the receive buffer was full */
#define NODE_COUNTERS(X)   \
	X(input)           \
	X(input_overflow)  \
	X(input_too_large) \
	X(input_foreign)   \
	X(kernel_drops)

struct node_counters {
#define NODE_COUNTER_FIELD(name) uint64_t name;
	NODE_COUNTERS(NODE_COUNTER_FIELD)
#undef NODE_COUNTER_FIELD
};

struct node;

/* Opens the sockets and begins the walk. NULL if something fails. */
struct node *node_new(const struct node_options *options, const struct tree_hooks *hooks,
		      struct error *error);

/* Closes without a word: node_leave() comes first where one wants to be polite. NULL is allowed. */
void node_free(struct node *node);

/* Readable (POLLIN) when node_work() has something to do. Owned by the node. */
int node_fd(const struct node *node);

/* Does what there is to do now: takes what arrived, keeps the timers, forwards. Gives up to `most`
 * deliveries (payloads that are for this node, too; NULL: they are not wanted), which stay until
 * the next call, and returns how many; negative: an error of enum hostcast_error, after which the
 * node can go on. Of a delivery these are set: data, size, segment and header; time_ns, of
 * CLOCK_REALTIME when it was read; source: the parent, or family 0 if this node is the root;
 * HOSTCAST_OWN if it entered the tree at this node, as far as it remembers. */
int node_work(struct node *node, struct arrival *deliveries, size_t most, struct error *error);

/* Payloads for everybody in the tree. Returns how many it took, at least one, or
 * HOSTCAST_TOO_LARGE, or HOSTCAST_AGAIN: too many wait for a root already. Those that are delivered
 * here as well (this node is the root) come out of the next node_work(). */
int node_send(struct node *node, const struct iovec *payloads, size_t count, struct error *error);

/* Payloads that wait for a root. */
size_t node_held(const struct node *node);

/* Would node_send() take another payload, however large? */
bool node_has_room(const struct node *node);

/* Bytes that a payload may have. */
size_t node_payload_max(const struct node *node);

/* T-15 */
void node_leave(struct node *node);

/* For those who show the state. */
const struct member *node_member(const struct node *node);
const struct node_counters *node_counters(const struct node *node);
const struct tree_socket_counters *node_socket_counters(const struct node *node);
union hostcast_address node_address(const struct node *node); /* where it listens */
uint16_t node_data_port(const struct node *node);             /* 0: none is open */

/* How the way to a child fares; NULL: nothing was sent to it yet. */
const struct lane *node_lane(const struct node *node, const struct wire_address *child);

#endif
