/* hostcast: send to and hear groups of hosts, over IPv4 and IPv6, also where the network carries no
 * multicast.
 *
 * A handle speaks to one or more targets, hears them, or both. The way to use it:
 *
 *	struct hostcast *h = hostcast_new();
 *	hostcast_set_ttl(h, 2);                                    options first
 *	hostcast_open(h, "224.1.1.1:5004", HOSTCAST_RECEIVE);      then targets
 *	poll() on hostcast_fd(h) for POLLIN, then hostcast_receive(h, ...)
 *	hostcast_free(h);
 *
 * Targets are written  [SOURCE@]GROUP[+COUNT][:PORT],  HOST[:PORT]  or  tree://HOST[:PORT]:
 *	224.1.1.1            a group, at the default port HOSTCAST_PORT
 *	[ff12::1%eth0]:5004  IPv6 with a port stands in brackets; a zone follows %
 *	10.0.0.7@232.1.1.1   only what 10.0.0.7 sends (RFC 4607)
 *	225.1.2.3+20         twenty groups, from 225.1.2.3 on
 *	192.0.2.1:5004       one host; to receive: an address of this host
 *	tree://192.0.2.1     a tree of hosts, named by its rendezvous point, at the default port
 *	                     HOSTCAST_TREE_PORT
 *
 * Nothing is printed, no signal is touched and there are no globals: handles are independent, and
 * different threads may use different handles. One handle serves one thread at a time. Every socket
 * is non-blocking and close-on-exec; no function here waits, except that hostcast_open() resolves
 * host names with getaddrinfo(). Pointers must not be NULL, unless a function says that they may.
 *
 * Functions that return int give 0 or a count when they succeed and one of enum hostcast_error,
 * always negative, when they fail; hostcast_error_text() then says what failed, with the value and
 * the limit. Strings that are returned belong to the handle.
 */
#ifndef HOSTCAST_H
#define HOSTCAST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HOSTCAST_API        __attribute__((visibility("default")))

#define HOSTCAST_VERSION    "0.1.0"
#define HOSTCAST_PORT       5004  /* where a target names no port (RTP's, RFC 3551 section 8) */
#define HOSTCAST_TREE_PORT  10000 /* where a tree names none */
#define HOSTCAST_BATCH      64    /* datagrams that one call moves at the most */
#define HOSTCAST_TRAIN      65473 /* bytes that can leave as one: 65,535 - 14 - 40 - 8 */
#define HOSTCAST_TEXT_SIZE  80    /* room for any text that hostcast_address_text() writes */
#define HOSTCAST_MAX_SIZE_4 65507 /* bytes a UDP datagram carries over IPv4: 65,535 - 20 - 8 */
#define HOSTCAST_MAX_SIZE_6 \
	65527 /* over IPv6, whose length field leaves its header out: 65,535 - 8 */

/* What can go wrong: name, value, text. */
#define HOSTCAST_ERRORS(X)                                                                       \
	X(HOSTCAST_INVALID, -1, "a value is out of range or not understood")                     \
	X(HOSTCAST_TOO_LARGE, -2, "the message is larger than one datagram can carry")           \
	X(HOSTCAST_INTERFACE, -3, "there is no such interface, or it cannot be used")            \
	X(HOSTCAST_ADDRESS, -4, "the address is not of this host, or cannot be reached")         \
	X(HOSTCAST_REFUSED, -5, "the system refuses: permission, a limit, or an address in use") \
	X(HOSTCAST_SYSTEM, -6, "a system call failed")                                           \
	X(HOSTCAST_NO_MEMORY, -7, "out of memory")                                               \
	X(HOSTCAST_AGAIN, -8, "not now: the socket buffer is full, or nothing has come")

enum hostcast_error {
#define HOSTCAST_ERROR_VALUE(name, value, text) name = value,
	HOSTCAST_ERRORS(HOSTCAST_ERROR_VALUE)
#undef HOSTCAST_ERROR_VALUE
};

/* An IPv4 or IPv6 address with its port; any.sa_family tells which, 0 means none. */
union hostcast_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

enum hostcast_mode {
	HOSTCAST_SEND = 1,    /* hostcast_send() goes to this target */
	HOSTCAST_RECEIVE = 2, /* what is sent to this target is received: groups are joined, in a
				 tree this handle becomes a node */
};

enum hostcast_message_flags {
	HOSTCAST_CUT_OFF = 1, /* longer than the buffer of hostcast_set_receive_size() */
	HOSTCAST_OWN = 2,     /* sent by this very handle and heard again (multicast loops back, a
				 tree gives everything to all) */
	HOSTCAST_ANSWER = 4,  /* sent to the address that this handle sends from */
};

/* A datagram that was received. */
struct hostcast_message {
	const void *data; /* in the handle, until its next hostcast_receive() or hostcast_free() */
	size_t size;      /* bytes at data */
	size_t full_size; /* bytes the datagram had: more than size if it was cut off */
	int64_t time_ns;  /* when the kernel got it: nanoseconds of CLOCK_REALTIME since 1970; 0
			     unknown */
	union hostcast_address source;      /* family 0: unknown, because a tree carries payloads
					       without telling who sent them */
	union hostcast_address destination; /* the group, or this host's address, or the rendezvous
					       point of the tree; with the port */
	unsigned interface_index;           /* on which it came in (if_indextoname()); 0 unknown */
	int ttl;                            /* IPv4 TTL or IPv6 hop limit on arrival; -1 unknown */
	unsigned flags;                     /* of enum hostcast_message_flags */
	unsigned reserved[5];               /* zero */
};

/* An opaque handle. */
struct hostcast;

/* A new handle without targets, or NULL if memory is short. Free it with hostcast_free(). */
HOSTCAST_API struct hostcast *hostcast_new(void);

/* Leaves every group and tree, closes every socket. Payloads that still wait for the root of a tree
 * (counter tree_held) are lost. NULL is allowed. */
HOSTCAST_API void hostcast_free(struct hostcast *h);

/* ---- Options. All are set before the hostcast_open() that they are for, and copied. A tree has no
 * use for interfaces, TTL, DSCP, blocked sources and the size of the send buffer, nor one that is
 * only sent to for a source, the size of the receive buffer and an end of the loop: opening one
 * with any of these set is HOSTCAST_INVALID. ---- */

/* Adds an interface, by NAME, INDEX or one of its ADDRESSes; call again for more. Groups are joined
 * and sent to on each of these. Without it: joined on every interface that is up, can do multicast
 * and has an address (loopback included), sent where the routing table says.
 * HOSTCAST_INTERFACE: there is none such. */
HOSTCAST_API int hostcast_set_interface(struct hostcast *h, const char *interface);

/* AF_INET or AF_INET6: what a host name may resolve to, and the one that a target must be of.
 * AF_UNSPEC, the default: either. HOSTCAST_INVALID: another value. */
HOSTCAST_API int hostcast_set_family(struct hostcast *h, int family);

/* The port of targets that name none, 1 to 65,535. Default: HOSTCAST_PORT, of trees
 * HOSTCAST_TREE_PORT.
 * HOSTCAST_INVALID: out of range. */
HOSTCAST_API int hostcast_set_port(struct hostcast *h, int port);

/* TTL (IPv6: hop limit) of what is sent, 0 to 255. Default: 1 to groups, the system's to hosts.
 * HOSTCAST_INVALID: out of range. */
HOSTCAST_API int hostcast_set_ttl(struct hostcast *h, int ttl);

/* Whether members on this host hear what this handle sends to groups; in a tree, whether this
 * handle itself does. Default: true. */
HOSTCAST_API int hostcast_set_loop(struct hostcast *h, bool loop);

/* Local ADDRESS[:PORT] to send from, and at which this handle listens as a node of a tree; without
 * it the system chooses. HOSTCAST_INVALID: not an address. */
HOSTCAST_API int hostcast_set_source(struct hostcast *h, const char *source);

/* Differentiated services code point of what is sent, 0 to 63 (RFC 2474). Default: 0.
 * HOSTCAST_INVALID: out of range. */
HOSTCAST_API int hostcast_set_dscp(struct hostcast *h, int dscp);

/* Socket buffers in bytes of payload, 0 to leave as it is, at most 1 GiB. The system may give less:
 * a notice then says so. Default: the system's for sending, 16 MiB or what the system allows for
 * receiving. HOSTCAST_INVALID: too large. */
HOSTCAST_API int hostcast_set_buffers(struct hostcast *h, size_t send_bytes, size_t receive_bytes);

/* Largest datagram to receive, in bytes, 1 to 65,535 (the default); what is longer is cut off and
 * marked. May be set until the first hostcast_receive(). HOSTCAST_INVALID: out of range, or late.
 */
HOSTCAST_API int hostcast_set_receive_size(struct hostcast *h, size_t bytes);

/* Whether each message tells its interface, TTL and time. Default: true. Without these the kernel
 * has a fifth less to do for each datagram; they are then 0, -1 and 0. Answers always tell them. */
HOSTCAST_API int hostcast_set_details(struct hostcast *h, bool details);

/* Whether datagrams of one size that are there together are sent and received as one (a train:
 * UDP_SEGMENT and UDP_GRO, udp(7)), which costs the system far less. Default: true; where the
 * system or an interface refuses it, they go one by one, and a notice says so. False behaves as if
 * each train were refused: for devices that damage them, and for tests. */
HOSTCAST_API int hostcast_set_trains(struct hostcast *h, bool trains);

/* Whether this handle is polled by calling hostcast_receive() over and over, which wakes up faster
 * and takes a processor for itself. The descriptor then tells nothing. Default: false. */
HOSTCAST_API int hostcast_set_busy_poll(struct hostcast *h, bool busy_poll);

/* Whether what does not fit the path's MTU is refused (HOSTCAST_TOO_LARGE), rather than sent in
 * fragments, of which each may be lost. Default: false. */
HOSTCAST_API int hostcast_set_no_fragment(struct hostcast *h, bool no_fragment);

/* Adds a SOURCE address whose datagrams are not wanted; call again for more. Applies to groups
 * without a source of their own. HOSTCAST_INVALID: not an address. */
HOSTCAST_API int hostcast_set_blocked(struct hostcast *h, const char *source);

/* Adds a network in CIDR notation ("10.0.0.0/8", "2001:db8::/32", or one address) whose hosts may
 * speak to this handle as a node of a tree; call again for more. Without it: this host and the
 * networks that it is directly attached to. HOSTCAST_INVALID: not a network, or too many. */
HOSTCAST_API int hostcast_set_allowed(struct hostcast *h, const char *network);

/* ---- Targets ---- */

/* Opens a target; mode is one or both of enum hostcast_mode. May be called again for more targets,
 * also of another family; sending then goes to all of those opened for sending. A range is joined
 * whole or not at all.
 * In a tree a handle opened to receive is a node: it looks for a parent, and passes on what it gets
 * to other nodes, whenever hostcast_receive() is called; notices tell what becomes of it. One
 * opened only to send is no node, and asks the rendezvous point whom to send to.
 *
 * HOSTCAST_INVALID: the target cannot be understood, or an option does not go with it;
 * HOSTCAST_INTERFACE; HOSTCAST_ADDRESS: no such host, no route, or to receive: not an address of
 * this host; HOSTCAST_REFUSED: permission, the system's limit of memberships or descriptors, or the
 * port is in use; HOSTCAST_SYSTEM; HOSTCAST_NO_MEMORY. After a failure the targets opened before
 * stay open. */
HOSTCAST_API int hostcast_open(struct hostcast *h, const char *target, unsigned mode);

/* The one descriptor to poll, for POLLIN: it is readable when datagrams can be received, when a
 * tree has something to do, and, after a HOSTCAST_AGAIN from a sending function, when there is room
 * again. Owned by the handle. */
HOSTCAST_API int hostcast_fd(const struct hostcast *h);

/* ---- Moving datagrams ---- */

/* Receives up to max datagrams (at most HOSTCAST_BATCH are given at once) and returns how many, 0
 * if there are none now. It also does what there is to do for the trees of this handle, so it is to
 * be called whenever the descriptor is readable, also where nothing is received. What answers the
 * datagrams sent is received too, also without HOSTCAST_RECEIVE. HOSTCAST_ADDRESS: a host that was
 * sent to refuses (ICMP says that nobody listens there, or that it cannot be reached); receiving
 * can go on. HOSTCAST_SYSTEM. */
HOSTCAST_API int hostcast_receive(struct hostcast *h, struct hostcast_message *messages,
				  size_t max);

/* Sends each payload to every target opened for sending and returns how many payloads went, 1 to
 * count. Fewer than count, or HOSTCAST_AGAIN: call again with the rest, beginning with the same
 * payload. Some of the targets may have got these already, and are not sent them twice; so who
 * leaves one out after HOSTCAST_AGAIN leaves out another one there. Payloads of one size leave
 * together, as many as HOSTCAST_TRAIN allows (hostcast_set_trains()); none waits for another.
 * An error other than HOSTCAST_AGAIN is that of one target with the first payload, which the other
 * targets have got: go on with the next payload. What goes to a tree while its root is not known
 * waits in the handle (counter tree_held). HOSTCAST_AGAIN: there is no room (a send buffer is full,
 * or too much waits for the root of a tree), wait on the descriptor; HOSTCAST_TOO_LARGE;
 * HOSTCAST_INVALID: no target was opened for sending; HOSTCAST_ADDRESS: unreachable or refused;
 * HOSTCAST_REFUSED; HOSTCAST_SYSTEM. */
HOSTCAST_API int hostcast_send(struct hostcast *h, const struct iovec *payloads, size_t count);

/* Sends one payload to one address, from a socket that was opened for sending to that family (or
 * from a new one): an answer to a message's source. Errors as hostcast_send(). */
HOSTCAST_API int hostcast_send_to(struct hostcast *h, const union hostcast_address *to,
				  const void *data, size_t size);

/* Answers a message from where it arrived: by the socket that heard it, and from the address that
 * it was sent to if that is one of this host; some take an answer from nowhere else. Errors as
 * hostcast_send(); HOSTCAST_INVALID also: no socket of this handle hears that address any more. */
HOSTCAST_API int hostcast_answer(struct hostcast *h, const struct hostcast_message *message,
				 const void *data, size_t size);

/* Bytes that one payload to the targets opened for sending can have: HOSTCAST_MAX_SIZE_4 if one of
 * them is IPv4, else HOSTCAST_MAX_SIZE_6; to a tree 5 less, for the protocol's header. */
HOSTCAST_API size_t hostcast_max_size(const struct hostcast *h);

/* ---- What happened ---- */

/* Counters, by index from 0; the name is NULL past the last one. Names stay, more may come:
 * received, received_bytes, cut_off, kernel_drops (the receive buffer was full; a train counts as
 * one), sent, sent_bytes (each counted once per target), refused (ICMP errors that came back). Of
 * trees: tree_held (payloads that wait for a root now: it goes up and down), tree_returned
 * (payloads that came back from a node that is not the root, to be sent again), tree_lost (payloads
 * of this handle that were given up), tree_unsent (datagrams, forwarded ones included, that the
 * system refused to send), tree_dropped (datagrams of strangers, of networks that are not allowed,
 * and malformed ones). */
HOSTCAST_API const char *hostcast_counter_name(unsigned index);
HOSTCAST_API uint64_t hostcast_counter(const struct hostcast *h, unsigned index);

/* The next thing a user should be told (an interface chosen instead of another, a buffer smaller
 * than asked, a parent found in a tree), or NULL. hostcast_receive() may add some. Valid until the
 * next call with this handle. */
HOSTCAST_API const char *hostcast_notice(struct hostcast *h);

/* What failed last on this handle: names the value, the limit and what to do. "" if nothing did. */
HOSTCAST_API const char *hostcast_error_text(const struct hostcast *h);

/* The text of an error code, without the details; a constant. */
HOSTCAST_API const char *hostcast_strerror(int error);

/* Writes ADDRESS:PORT (IPv6: [ADDRESS%ZONE]:PORT; family 0: -) as a string into text and returns
 * text. */
HOSTCAST_API const char *hostcast_address_text(const union hostcast_address *address,
					       char text[HOSTCAST_TEXT_SIZE]);

/* The version of the library that runs, "MAJOR.MINOR.PATCH"; HOSTCAST_VERSION is the one compiled
 * with. */
HOSTCAST_API const char *hostcast_version(void);

#ifdef __cplusplus
}
#endif

#endif
