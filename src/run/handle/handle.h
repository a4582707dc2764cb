/* The inside of struct hostcast (the public API's handle): options, the sockets that its targets
 * need, and the routes by which a payload leaves. options.c sets the options, handle.c keeps the
 * rest, open.c opens targets with choice.c, receiver.c, sender.c and tree.c, reading.c and
 * sending.c move datagrams. */
#ifndef RUN_HANDLE_H
#define RUN_HANDLE_H

#include "base/error.h"
#include "counters.h"
#include "net/datagrams.h"
#include "net/target.h"
#include "net/trains.h"
#include "notices.h"
#include "options.h"
#include "run/ready.h"

struct tree;

/* A socket that hears one group or local address, or one that sends (and hears the answers); or a
 * tree, which has sockets of its own. */
struct handle_socket {
	int fd;
	struct tree *tree;            /* NULL: a socket; else fd is the tree's */
	union hostcast_address local; /* where it is bound */
	bool is_sender;
	bool is_connected;  /* a sender to one host, so that ICMP errors come back */
	bool is_full;       /* waits for room */
	unsigned interface; /* a sender's, 0: the routing table's choice */
	unsigned setting;   /* a sender's: of which setting of the options it was made */
};

/* One destination of hostcast_send(). */
struct route {
	size_t socket; /* index in sockets */
	union hostcast_address to;
	struct train_path path;
	size_t ahead; /* payloads that it has got, of those that come next */
};

/* What was read, and is given to the caller piece by piece. */
struct reading {
	struct arrival arrivals[HOSTCAST_BATCH];
	size_t count, next;   /* the first that is not given whole */
	size_t next_datagram; /* in it */
};

struct hostcast {
	struct options options;
	unsigned setting; /* changes with every option that a sender has */
	struct ready ready;
	struct handle_socket *sockets;
	size_t socket_count, socket_room;
	struct route *routes;
	size_t route_count, route_room;
	struct datagrams *datagrams; /* made at the first receive */
	struct reading reading;
	size_t singles; /* reads in a row that gave one datagram alone */
	size_t tried; /* busy polling: times that all sockets were tried, each time another first */
	union hostcast_address own; /* the last source found to be this handle; family 0: none */
	uint64_t counters[COUNTERS];
	struct error error;
	struct notices notices;
};

/* Makes an open socket one of the handle's; closes it if that fails. Returns its index in sockets,
 * or an error. */
int handle_add_socket(struct hostcast *h, const struct handle_socket *socket);

/* Closes the sockets from index `first` on. */
void handle_close_from(struct hostcast *h, size_t first);

/* From now on hostcast_send() goes there, too. */
int handle_add_route(struct hostcast *h, size_t socket, const union hostcast_address *to);

/* Gives a socket the buffer (SO_SNDBUF or SO_RCVBUF) that was asked for, or else the fallback, 0
 * for the system's; a notice tells if the system gives less than was asked. */
void handle_set_buffer(struct hostcast *h, int fd, int option, size_t asked, size_t fallback);

#endif
