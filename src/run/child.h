/* Another program, run without a shell. The loop watches its descriptor, which can be read once the
 * program has ended. */
#ifndef RUN_CHILD_H
#define RUN_CHILD_H

#include "base/error.h"

#include <sys/types.h>

enum {
	CHILD_NULL = -1,  /* in place of a descriptor: /dev/null */
	CHILD_LOST = 255, /* in place of an exit status: it is not known, so it is no success */
};

struct child_options {
	/* NULL at the end. The first is the program, looked up on PATH if it has no slash. */
	char *const *arguments;

	/* "NAME=VALUE", NULL at the end: beside, or in place of, what this process has. NULL:
	 * nothing. */
	char *const *environment;

	/* Its standard input, output and error: descriptors of this process, or CHILD_NULL. */
	int streams[3];
};

struct child {
	pid_t pid;
	int fd; /* for loop_watch(); owned by the child */
};

/* It begins with every signal unblocked and none ignored or caught. HOSTCAST_REFUSED: there is no
 * such program, or it may not be run; HOSTCAST_NO_MEMORY; HOSTCAST_SYSTEM. */
int child_start(struct child *child, const struct child_options *options, struct error *error);

/* Does nothing if it has ended. */
void child_signal(const struct child *child, int signal);

/* Waits for its end, which has come once its descriptor can be read, and closes that: to be called
 * once, after loop_forget(). Returns its exit status as a shell has it: 128 and the signal's number
 * if a signal ended it; CHILD_LOST if somebody else of this process has taken it. */
int child_wait(struct child *child);

#endif
