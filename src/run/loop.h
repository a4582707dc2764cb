/* The event loop: descriptors, timers, signals, and a hook for the moment before it sleeps. One
 * thread. Regular files, which epoll refuses, count as always ready. */
#ifndef RUN_LOOP_H
#define RUN_LOOP_H

#include "base/error.h"
#include "base/monotime.h"

struct loop;

/* events: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR as from epoll. */
typedef void loop_ready_fn(void *context, uint32_t events);
typedef void loop_timer_fn(void *context);
typedef void loop_signal_fn(void *context, int signal);
typedef void loop_idle_fn(void *context);

/* A timer lives in its owner, who sets function and context once. */
struct loop_timer {
	loop_timer_fn *function;
	void *context;
	struct monotime deadline;
	bool is_set;
	struct loop_timer *next; /* the loop's */
};

/* A new loop, NULL if the system refuses one. */
struct loop *loop_new(struct error *error);
void loop_free(struct loop *loop);

/* Time as it was when the loop woke: all that one turn does happens at one time. */
struct monotime loop_now(const struct loop *loop);

/* The time at this very moment, for what is measured; loop_now() is the same from now on. */
struct monotime loop_clock(struct loop *loop);

/* When, on the monotonic clock, a datagram came that the kernel stamped with CLOCK_REALTIME (struct
 * hostcast_message.time_ns). A step of that clock in between makes it wrong by as much, but never
 * later than now. */
struct monotime loop_time_of_stamp(struct loop *loop, int64_t realtime_ns);

/* Calls function while fd is ready for events (EPOLLIN, EPOLLOUT or both). */
int loop_watch(struct loop *loop, int fd, uint32_t events, loop_ready_fn *function, void *context,
	       struct error *error);

/* Other events for a descriptor that is watched; 0 pauses it. */
void loop_change(struct loop *loop, int fd, uint32_t events);

/* Forgets a descriptor; to be called before it is closed. Not watched: nothing happens. */
void loop_forget(struct loop *loop, int fd);

/* Calls the timer's function once, at or soon after deadline; replaces an earlier setting. */
void loop_set_timer(struct loop *loop, struct loop_timer *timer, struct monotime deadline);
void loop_stop_timer(struct loop *loop, struct loop_timer *timer);

/* SIGINT, SIGTERM and SIGUSR1 come as events from now on. After the first SIGINT or SIGTERM the
 * next one ends the process at once, as if it were not caught. SIGPIPE is ignored. */
int loop_catch_signals(struct loop *loop, loop_signal_fn *function, void *context,
		       struct error *error);

/* Of the signal that is being told: its number, and whether it came from the terminal (Ctrl-C), and
 * so to the programs that this one has started there, too. */
int loop_signal(const struct loop *loop);
bool loop_signal_is_from_terminal(const struct loop *loop);

/* While it is true, no signal ends the process: each is an event, and what becomes of it is its
 * function's affair. */
void loop_keep_signals(struct loop *loop, bool are_kept);

/* Around what may wait outside of the loop before anything has begun (a resolver, a file that is a
 * pipe): SIGINT and SIGTERM end the process at once meanwhile, as if they were not caught. */
void loop_release_signals(void);
void loop_hold_signals(void);

/* Waits until a blocking descriptor takes output, outside of the loop. False, with errno EINTR, if
 * SIGINT or SIGTERM came first; it is then not told as an event. */
bool loop_wait_to_write(int fd);

/* From now on the loop never sleeps, and calls function in every turn as if its descriptor were
 * ready to be read: for those who would rather use a processor than wait to be woken. */
void loop_spin(struct loop *loop, loop_ready_fn *function, void *context);

/* Called whenever there is nothing more to do but wait, and is_due (not NULL) says that there is
 * something to be done then. */
typedef bool loop_is_due_fn(void *context);
void loop_on_idle(struct loop *loop, loop_is_due_fn *is_due, loop_idle_fn *function, void *context);

/* Runs until loop_stop(). */
int loop_run(struct loop *loop, struct error *error);
void loop_stop(struct loop *loop);

#endif
