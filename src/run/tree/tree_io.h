/* What the parts of a tree wait for behind one descriptor: sockets, and a point in time. Whoever
 * works through it takes turns: collect, work, rest. */
#ifndef RUN_TREE_IO_H
#define RUN_TREE_IO_H

#include "base/error.h"
#include "run/alarm.h"
#include "run/ready.h"

enum { TREE_SOURCES_MAX = 20, TREE_ALARM = 0 };

struct tree_source {
	int fd;
	bool has_more;   /* may have something; set by collect, taken back by who reads it */
	bool is_watched; /* will say so when it has */
};

struct tree_io {
	struct ready ready;
	struct alarm alarm;
	struct tree_source sources[TREE_SOURCES_MAX]; /* the alarm is the first one */
	size_t count;
};

int tree_io_open(struct tree_io *io, struct error *error);
void tree_io_close(struct tree_io *io);

/* Returns the index in sources, or an error. */
int tree_io_add(struct tree_io *io, int fd, struct error *error);

/* Marks the sources that have something. */
int tree_io_collect(struct tree_io *io, struct error *error);

/* The end of a turn. has_work: there is something to be done at once, whatever the sources have.
 * full: the index of a socket that must be written first, before anything else but the alarm gets
 * its turn; negative: none. */
void tree_io_rest(struct tree_io *io, struct monotime deadline, bool has_work, int full);

#endif
