/* limit: the least that a program can do to send, receive, forward and answer datagrams, to measure
 * others beside it. It shares no code with hostcast. */
#ifndef LIMIT_H
#define LIMIT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
	SEGMENTS_MAX = 64,   /* of one train, in every kernel that has UDP_SEGMENT */
	TRAIN_BYTES = 65000, /* fits into one datagram, IPv4 and IPv6 */
	CHILDREN_MAX = 64,
	MARKER_BYTES = 16,    /* a marker: MARKER, and how many messages went before it */
	BUFFER_BYTES = 65536, /* for any datagram, and any train */
};

/* A number that no message has: the sender is done. */
#define MARKER UINT64_MAX

enum way { ONE, BATCH, URING, TRAIN, WHOLE };

struct settings {
	enum way way;
	const char *address;
	const char *port;
	const char *interface; /* NULL: where the routes lead */
	size_t size;           /* of a message, bytes */
	double seconds;
	double rate;       /* messages a second; 0: as fast as the kernel takes them */
	int buffers;       /* filled by one recvmmsg() */
	int segments;      /* of one train */
	int receive_bytes; /* SO_RCVBUF */
	int is_for_tree;   /* hostcast's: what is sent has the header of its payloads */
	int is_spinning;
	int has_socket_each; /* one connected socket for each child */
	char **children;     /* addresses */
	int child_count;
};

int wrong_usage(void);

/* The modes; each returns an exit status. */
int run_send(const struct settings *settings);
int run_recv(const struct settings *settings);
int run_forward(const struct settings *settings);
int run_echo(const struct settings *settings);
int run_ping(const struct settings *settings);
int run_oneway_send(const struct settings *settings);
int run_oneway_recv(const struct settings *settings);

/* socket.c: blocking sockets with large buffers. They end the program when something fails. */
void die(const char *what);
void must(int status, const char *what); /* 0 or more, or -errno */
socklen_t resolve(const struct settings *settings, const char *host,
		  struct sockaddr_storage *address);
int open_sender(const struct settings *settings, const char *host); /* connected */
int open_receiver(const struct settings *settings);                 /* bound, and joined */
void wait_at_most(int fd, int seconds); /* then reading fails with EAGAIN */

/* meter.c: time and CPU time, and when the next messages are due */
struct meter {
	double seconds;
	double cpu_user;
	double cpu_system;
};

int64_t now_ns(void);
double now(void);
struct meter meter_read(void);
struct meter meter_since(struct meter start);
void meter_print(struct meter spent, uint64_t units);
int open_ticks(double interval);
void wait_for_tick(int ticks);

/* count.c: what came */
enum { WAIT_FOR_FIRST = 10, WAIT_FOR_NEXT = 1 }; /* seconds, then a receiver ends */

struct count {
	uint64_t messages;
	uint64_t bytes;
	uint64_t reads;     /* system calls */
	uint64_t expected;  /* messages that were sent, as far as is known */
	int is_done;        /* the sender said so */
	double last_read;   /* when the last read returned */
	double end;         /* when the one with the last message did */
	struct meter start; /* when the first one did */
	struct meter spent; /* time from the first message to the last, CPU time to the end */
};

void count_begin(int fd); /* says "ready" */
void count_read(struct count *count, int fd);
void count_take(struct count *count, const char *bytes, size_t length, size_t segment);
void count_end(struct count *count);
void count_show(const struct count *count);

/* batch.c: what one recvmmsg() fills */
struct batch {
	struct mmsghdr *headers;
	struct iovec *vectors;
	char *bytes;    /* count buffers, one behind the other */
	char *controls; /* one CONTROL_BYTES each; NULL without UDP_GRO */
	size_t stride;  /* bytes of a buffer */
	int count;
	int is_uring;
};

struct batch batch_of_messages(const struct settings *settings);
struct batch batch_of_trains(const struct settings *settings, int fd); /* sets UDP_GRO */
int batch_read(struct batch *batch, int fd);                /* how many; 0: nothing came in time */
size_t batch_segment(const struct batch *batch, int index); /* bytes of each segment */
uint64_t number_of(const char *message);

/* uring.c; where liburing is not installed, these end the program. */
unsigned uring_send(int fd, struct mmsghdr *headers, unsigned count); /* returns how many the kernel
									 refused */
void uring_prepare(struct batch *batch);
int uring_read(struct batch *batch, int fd); /* as batch_read() */

/* Has the kernel cut what is sent, into segments of this many bytes. */
enum { CONTROL_BYTES = 64 };
void cut_into(struct msghdr *header, char control[CONTROL_BYTES], uint16_t segment);

#endif
