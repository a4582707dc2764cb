/* The way out of a program for its results: a text that grows at its end, and a descriptor that
 * takes it from the front. Either writing waits for the reader, as at first, or it never does:
 * results then wait in bounded room, and what does not fit is dropped, whole results at a time. */
#ifndef CLI_OUTLET_H
#define CLI_OUTLET_H

#include "base/text.h"

enum {
	OUTLET_BLOCKS = 64,
	OUTLET_BLOCK_SIZE = 256 * 1024,                  /* at least so large is a block, */
	OUTLET_ROOM = OUTLET_BLOCKS * OUTLET_BLOCK_SIZE, /* more may wait, but not less */
};

/* What waits and is older than the newest. */
struct outlet_block {
	struct text text;
	uint64_t results; /* in it */
};

struct outlet {
	int fd;
	bool is_own;    /* opened here: writing to it never waits */
	bool is_socket; /* the same, by a flag of send() */
	bool may_stall; /* writing to it may wait */
	struct text *newest;
	size_t whole;                              /* up to here the newest has been kept */
	uint64_t results;                          /* in the newest */
	struct outlet_block blocks[OUTLET_BLOCKS]; /* a ring; the oldest is blocks[first] */
	size_t first, count;
	size_t written; /* of the oldest: of that block or, where there is none, of the newest */
	uint64_t dropped;
};

/* The owner adds to `newest`, which outlives the outlet, and never takes from it. */
void outlet_init(struct outlet *outlet, struct text *newest, int fd);

/* Leaves the descriptor itself as it is: its flags are shared with other programs. False if that
 * cannot be, and not needed (a regular file) or not possible (no /proc, no permission): writing
 * then waits as before. */
bool outlet_never_wait(struct outlet *outlet);
bool outlet_never_waits(const struct outlet *outlet);

/* What the owner has added since the last time is to be kept as a whole. False, and it is taken
 * away again and counted, where there is no room. More than a result may be, by some 64 KiB, what
 * is no result: a note, a summary. */
bool outlet_keep_result(struct outlet *outlet);
bool outlet_keep_other(struct outlet *outlet);

bool outlet_is_empty(const struct outlet *outlet);

/* So much is waiting that it should be written. */
bool outlet_has_much(const struct outlet *outlet);

/* Writes once, as much as is taken. Returns 0, also if nothing was, or -errno. */
int outlet_write(struct outlet *outlet);

/* Forgets what waits, and returns how many results that were. */
uint64_t outlet_forget(struct outlet *outlet);

/* Frees all but the newest. */
void outlet_done(struct outlet *outlet);

#endif
