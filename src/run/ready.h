/* Which sockets of a handle have something to receive, behind the one descriptor to poll. A socket
 * that is known to have more is not watched: for each datagram that arrives at a watched one the
 * kernel calls up the chain of those who watch, and where a loop watches the handle's descriptor
 * that chain is two long, which under load costs a receiver a fifth of its rate. */
#ifndef RUN_READY_H
#define RUN_READY_H

#include "hostcast.h"

struct ready {
	int epoll;
	int more; /* eventfd: readable while the list has any */
	bool is_more_told;
	size_t list[HOSTCAST_BATCH]; /* sockets that have more, by index; not watched */
	size_t count;
};

/* Returns 0 or -errno. */
int ready_open(struct ready *ready);
void ready_close(struct ready *ready);

/* Begins to watch a socket, 0 or -errno. It leaves when it is closed; then also forget it. */
int ready_add(struct ready *ready, int fd, size_t index);
void ready_forget_from(struct ready *ready, size_t first);

/* Puts sockets that have something on the list. has_room is called for those that can be sent
 * through again. Returns 0 or -errno. */
int ready_collect(struct ready *ready, void (*has_room)(void *context, size_t index),
		  void *context);

/* Watches a socket that is not on the list (any more), for room to send too if it is full. */
void ready_watch(struct ready *ready, int fd, size_t index, bool is_full);

/* Watches a socket for nothing but room to send: what comes to it waits. */
void ready_watch_room(struct ready *ready, int fd, size_t index);

/* The descriptor tells whether there is more to do, whatever the sockets have. To be called when
 * the list has changed. */
void ready_tell(struct ready *ready, bool has_more);

#endif
