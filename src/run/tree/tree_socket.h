/* The UDP socket of a rendezvous point, a node or a sender: takes what comes, sends what the core
 * wants sent, and counts what the system refuses. Payloads are never copied: what is to be sent
 * points to where it stands, which must stay until tree_socket_flush() says that all of it went. */
#ifndef RUN_TREE_SOCKET_H
#define RUN_TREE_SOCKET_H

#include "core/output.h"
#include "net/datagrams.h"
#include "own_addresses.h"

enum {
	TREE_COPIES_MAX = HOSTCAST_BATCH * CHILDREN_MAX, /* of one batch */
	TREE_OUT_MAX = TREE_COPIES_MAX + OUTPUT_DATAGRAMS,
};

/* What the socket counts:
 * received         datagrams
 * misaddressed     datagrams dropped that came to a broadcast address or a group
 * send_waits       times that the send buffer was full, and what is forwarded had to wait
 * send_dropped     control messages dropped because of that: requests are sent again when they are
 *                  due, answers when somebody asks again
 * send_unsent      payloads that still waited for room when the node stopped
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
	struct datagram_out out[TREE_OUT_MAX];
	union hostcast_address to[TREE_OUT_MAX];
	size_t out_count, out_next; /* from out_next on they wait */
	unsigned tries;             /* of the first one that waits */
	unsigned mtu;               /* the last one that was told; 0: none */
	int said[TREE_SAID_MAX];    /* each errno is told once */
};

struct tree_socket_options {
	const union hostcast_address *listen;
	const struct attachment *attachments;
	size_t attachment_count;
	size_t receive_buffer; /* bytes, 0: 4 MiB or what the system allows */
	bool no_fragment;      /* refuse what does not fit the path's MTU */
};

int tree_socket_open(struct tree_socket *s, const struct tree_socket_options *options,
		     const struct tree_socket_hooks *hooks, struct error *error);
void tree_socket_close(struct tree_socket *s);

/* As datagrams_receive(); errors of earlier datagrams are taken care of. */
int tree_socket_receive(struct tree_socket *s, struct datagrams *datagrams, size_t first,
			struct hostcast_message *messages, size_t count, struct error *error);

/* A datagram as the core takes it. False: it was not meant for this host alone, and is dropped. */
bool tree_socket_take(struct tree_socket *s, const struct hostcast_message *message,
		      struct incoming *in);

/* Sends the control messages of an output, now or never, after what waits. */
void tree_socket_send(struct tree_socket *s, const struct output *output);

/* The same for those that nobody would send again: waits for room, at most 2 s for each time that
 * there is none. What waited before is given up. */
void tree_socket_send_last(struct tree_socket *s, const struct output *output);

/* The output's copies are to be sent: each is this datagram, byte for byte. */
void tree_socket_copy(struct tree_socket *s, const struct output *output,
		      const struct incoming *in);

/* The same for a payload that enters the tree here: as DATA (T-10). */
void tree_socket_copy_own(struct tree_socket *s, const struct output *output);

/* Sends what waits. False: the send buffer is full. */
bool tree_socket_flush(struct tree_socket *s);

static inline bool tree_socket_is_full(const struct tree_socket *s)
{
	return s->out_next < s->out_count;
}

#endif
