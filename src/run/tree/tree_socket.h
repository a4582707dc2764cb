/* The UDP socket of a rendezvous point, a node or a sender: takes what comes, sends what the core
 * wants sent, and counts what the system refuses. Payloads are never copied: they are gathered into
 * trains that point to where they stand, and must stay until tree_socket_flush() says that all of
 * them went. */
#ifndef RUN_TREE_SOCKET_H
#define RUN_TREE_SOCKET_H

#include "core/output.h"
#include "lanes.h"
#include "net/datagrams.h"
#include "own_addresses.h"

/* What the socket counts:
 * received         datagrams
 * misaddressed     datagrams dropped that came to a broadcast address or a group
 * send_waits       times that the send buffer was full, and payloads for the root had to wait
 * send_dropped     control messages dropped because of that: requests are sent again when they are
 *                  due, answers when somebody asks again
 * send_unsent      payloads for the root that still waited for room when the node stopped
 * child_overflow   copies for children whose queue was full
 * send_no_buffers  datagrams for which the interface had no room (ENOBUFS)
 * send_too_large   datagrams larger than the path's MTU (EMSGSIZE)
 * send_failed      datagrams that the system refused to send for another reason
 * unreachable      datagrams that an ICMP error came back for */
#define TREE_SOCKET_COUNTERS(X) \
	X(received)             \
	X(misaddressed)         \
	X(send_waits)           \
	X(send_dropped)         \
	X(send_unsent)          \
	X(child_overflow)       \
	X(send_no_buffers)      \
	X(send_too_large)       \
	X(send_failed)          \
	X(unreachable)

struct tree_socket_counters {
#define TREE_SOCKET_COUNTER_FIELD(name) uint64_t name;
	TREE_SOCKET_COUNTERS(TREE_SOCKET_COUNTER_FIELD)
#undef TREE_SOCKET_COUNTER_FIELD
};

/* What the socket tells its owner. */
struct tree_socket_hooks {
	void (*unreachable)(void *context, const struct wire_address *address);
	void (*notice)(void *context, const char *text); /* NULL: nobody wants to know */
	void *context;
};

enum { TREE_SAID_MAX = 8 };

struct tree_socket {
	int fd;
	union hostcast_address local;
	struct own_addresses own;
	struct tree_socket_counters counters;
	struct tree_socket_hooks hooks;
	struct trains copies; /* for each of the children, */
	struct destination children[CHILDREN_MAX];
	size_t child_count;
	struct lanes lanes;
	struct trains upward; /* and for the root */
	struct destination root;
	struct train_path root_path;
	unsigned mtu;            /* the last one that was told; 0: none */
	int said[TREE_SAID_MAX]; /* each errno is told once */
	bool no_fragment, no_trains;
	bool is_full; /* there was no room for what goes to the root */
	bool is_overflow_told;
};

struct tree_socket_options {
	const union hostcast_address *listen;
	const struct attachment *attachments;
	size_t attachment_count;
	size_t receive_buffer; /* bytes, 0: 16 MiB or what the system allows */
	bool takes_payloads;   /* not control messages alone: its buffer may overflow */
	bool no_fragment;      /* refuse what does not fit the path's MTU */
	bool no_trains;        /* take and send datagrams one by one */
};

int tree_socket_open(struct tree_socket *s, const struct tree_socket_options *options,
		     const struct tree_socket_hooks *hooks, struct error *error);
void tree_socket_close(struct tree_socket *s);

/* Opens the ways to so many children, after everything else that needs a descriptor. */
void tree_socket_open_lanes(struct tree_socket *s, size_t children_most);

/* As datagrams_receive(); errors of earlier datagrams are taken care of. */
int tree_socket_receive(struct tree_socket *s, struct datagrams *datagrams, size_t first,
			struct arrival *arrivals, size_t count, struct error *error);

/* The first datagram of an arrival as the core takes it. False: none of them was meant for this
 * host alone, and all are dropped. */
bool tree_socket_take(struct tree_socket *s, const struct arrival *arrival, struct incoming *in);

/* Takes the ICMP errors that this descriptor (the socket's, or a lane's) has. */
void tree_socket_take_errors(struct tree_socket *s, int fd);

/* Sends the control messages of an output, now or never, after the copies that are gathered. */
void tree_socket_send(struct tree_socket *s, const struct output *output);

/* The same for those that nobody would send again: waits for room, at most 2 s for each time that
 * there is none. What waited before is given up. */
void tree_socket_send_last(struct tree_socket *s, const struct output *output);

/* Gathers what goes to the output's copies, which are children: a run of datagrams of this size, as
 * they stand. */
void tree_socket_copy(struct tree_socket *s, const struct output *output, struct iovec run,
		      size_t segment);

/* The same for a payload that enters the tree here: as DATA (T-10). */
void tree_socket_copy_own(struct tree_socket *s, const struct output *output);

/* Is there room for a payload that goes to the root? It waits, where copies are dropped. */
bool tree_socket_has_room(struct tree_socket *s);

/* Gathers it, where there is room, as DATA. The root must not change while one waits. */
void tree_socket_send_up(struct tree_socket *s, const struct output *output);

/* Sends what was gathered. False: there was no room for all that goes to the root. */
bool tree_socket_flush(struct tree_socket *s);

#endif
