/* What passes the interfaces: packets to groups, captured on each of them. An interface that goes
 * down is taken up again when it is back. */
#ifndef WATCH_WIRE_H
#define WATCH_WIRE_H

#include "cli/session.h"
#include "decode/frame.h"
#include "net/interface.h"

enum { WIRE_INTERFACES_MAX = 32 };

struct wire;

/* The frame's `interface` is the interface's index. */
typedef void wire_frame_fn(void *context, const struct frame *frame);

struct wire_options {
	const unsigned *chosen; /* interfaces by index; */
	size_t chosen_count;    /* 0: all that are up and can do multicast */
	bool is_promiscuous;
};

/* NULL: this process may not capture, with the reason in `error` (HOSTCAST_REFUSED), or cannot.
 * Free it before the session is done. */
struct wire *wire_new(struct session *session, const struct interfaces *interfaces,
		      const struct wire_options *options, wire_frame_fn *function, void *context,
		      struct error *error);
void wire_free(struct wire *wire);

/* Takes what has come; looks after interfaces that were down, and after those that are gone without
 * an event: the kernel tells once that one is down, and not again when it is removed. To be called
 * about once a second. Returns until when everything that passed has been taken: the kernel keeps
 * packets for a while, and more may have come than are taken at once. */
int64_t wire_tick(struct wire *wire, int64_t now_ns);

/* The interfaces, "eth0, eth1 (down)". */
void wire_describe(const struct wire *wire, struct text *out);

/* Packets that the kernel dropped because they were not taken in time. */
uint64_t wire_dropped(const struct wire *wire);

#endif
