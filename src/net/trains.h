/* Datagrams on their way out to one destination. Those of one size that follow each other leave as
 * a train, which costs the kernel hardly more than one of them (UDP_SEGMENT, udp(7)); where the
 * system refuses that, one by one. Nothing is copied: what was added must stay until it was sent.
 */
#ifndef NET_TRAINS_H
#define NET_TRAINS_H

#include "hostcast.h"
#include "vector.h"

enum {
	TRAIN_SEGMENTS_MAX = 64, /* Linux: UDP_MAX_SEGMENTS, on older kernels */
	TRAINS_MAX = 64,         /* HOSTCAST_BATCH datagrams of as many sizes */
	TRAIN_VECTORS_MAX = 4 * HOSTCAST_BATCH,
};

struct train {
	size_t first_vector, vector_count;
	size_t size;    /* bytes of all of it */
	size_t segment; /* of each datagram but the last */
	size_t count;   /* of datagrams */
};

struct trains {
	struct iovec vectors[TRAIN_VECTORS_MAX];
	size_t vector_count;
	struct train list[TRAINS_MAX];
	size_t count;
	size_t next;          /* where sending goes on: in list, */
	size_t next_datagram; /* and in that train, */
	bool is_cut;          /* which goes one by one */
	size_t sent;          /* datagrams that went */
};

void trains_clear(struct trains *trains);

/* Once more, to somebody else. */
void trains_rewind(struct trains *trains);

/* Datagrams that are not sent. */
size_t trains_left(const struct trains *trains);

/* For another datagram? */
bool trains_have_room(const struct trains *trains);

/* For datagrams that have none. */
#define NO_HEAD iovec_of(NULL, 0)

/* Adds a datagram, which is its head (perhaps empty) and then its body. False: no room; send what
 * is there first. */
bool trains_add(struct trains *trains, struct iovec head, struct iovec body);

/* Adds a run of datagrams, none empty, that stand one after the other in memory: each of `segment`
 * bytes but the last, which may be shorter. Returns how many bytes of it there was room for. */
size_t trains_add_run(struct trains *trains, struct iovec run, size_t segment);

/* Where to. */
struct way {
	const union hostcast_address *to;   /* NULL: where the socket is connected to */
	const union hostcast_address *from; /* this host's address; NULL: the system's choice */
};

/* How trains fare on a way. */
struct train_path {
	size_t segment_most; /* trains of longer datagrams are refused: the path's MTU, mostly */
	int refusal;         /* the errno with which all trains are refused; 0: they are not */
	bool is_refusing;    /* behaves as if the system refused each of them */
	bool is_told;        /* that all are refused */
};

void train_path_init(struct train_path *path, int fd, bool is_refusing);

/* What the user should be told when all trains are refused, once; NULL: nothing new. */
enum { TRAIN_NOTICE_SIZE = 300 };
const char *train_path_notice(struct train_path *path, const union hostcast_address *to,
			      char text[TRAIN_NOTICE_SIZE]);

/* Sends, without waiting, from where it stopped before. Returns 0 if all went, or -errno of what
 * stands first now. -EINVAL or -ENETUNREACH may mean that `from` is no address of this host. */
int trains_send(struct trains *trains, int fd, const struct way *way, struct train_path *path);

/* Gives up what stands first, a datagram or a train; returns how many datagrams that were. */
size_t trains_skip(struct trains *trains);

/* Sends one datagram: head, then body. 0 or -errno. */
int datagram_send(int fd, const struct way *way, struct iovec head, struct iovec body);

#endif
