#include "loop.h"

#include "alarm.h"
#include "clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EVENTS_MAX = 64 };

/* What is known of one descriptor; the table is indexed by its number. */
struct watch {
	loop_ready_fn *function; /* NULL: not watched */
	void *context;
	uint32_t events;
	uint32_t generation; /* told apart from an earlier owner of the number in the same turn */
	bool is_always_ready;
};

struct loop {
	int epoll;
	struct alarm alarm; /* of the first timer */
	struct watch *watches;
	size_t watch_room;
	size_t always_ready_count;
	struct loop_timer *timers; /* soonest first */
	struct monotime now;
	int signals; /* signalfd, -1: none */
	loop_signal_fn *signal_function;
	void *signal_context;
	int signal; /* the newest that was told, */
	bool is_signal_from_terminal;
	bool are_signals_kept;
	loop_is_due_fn *is_idle_due; /* NULL: there is no idle function */
	loop_idle_fn *idle_function;
	void *idle_context;
	loop_ready_fn *spin_function; /* NULL: the loop sleeps */
	void *spin_context;
	bool is_stopped;
};

/* Timers are looked at in every turn. */
static void on_alarm(void *context, uint32_t events)
{
	(void)context;
	(void)events;
}

static int open_loop(struct loop *loop, struct error *error)
{
	int status = alarm_open(&loop->alarm);

	if (status < 0)
		return error_system(error, HOSTCAST_SYSTEM, -status, "cannot make a timer");
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot make an event loop");
	return loop_watch(loop, loop->alarm.fd, EPOLLIN, on_alarm, NULL, error);
}

struct loop *loop_new(struct error *error)
{
	struct loop *loop = calloc(1, sizeof *loop);

	if (!loop) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	loop->signals = loop->epoll = -1;
	loop->now = clock_monotonic();
	if (open_loop(loop, error) == 0)
		return loop;
	loop_free(loop);
	return NULL;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->signals >= 0)
		close(loop->signals);
	if (loop->epoll >= 0)
		close(loop->epoll);
	alarm_close(&loop->alarm);
	free(loop->watches);
	free(loop);
}

struct monotime loop_now(const struct loop *loop)
{
	return loop->now;
}

struct monotime loop_clock(struct loop *loop)
{
	loop->now = clock_monotonic();
	return loop->now;
}

struct monotime loop_time_of_stamp(struct loop *loop, int64_t realtime_ns)
{
	int64_t age_ns = clock_realtime_ns() - realtime_ns;

	return monotime_add(loop_clock(loop), age_ns > 0 ? -age_ns : 0);
}

/* ---- Descriptors ---- */

static int reserve_watch(struct loop *loop, int fd, struct error *error)
{
	size_t room = loop->watch_room ? loop->watch_room : 16;
	struct watch *watches;

	if ((size_t)fd < loop->watch_room)
		return 0;
	while (room <= (size_t)fd)
		room *= 2;
	watches = realloc(loop->watches, room * sizeof *watches);
	if (!watches)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	memset(watches + loop->watch_room, 0, (room - loop->watch_room) * sizeof *watches);
	loop->watches = watches;
	loop->watch_room = room;
	return 0;
}

static struct epoll_event event_for(const struct loop *loop, int fd, uint32_t events)
{
	uint64_t generation = loop->watches[fd].generation;

	return (struct epoll_event){.events = events, .data.u64 = generation << 32 | (uint32_t)fd};
}

int loop_watch(struct loop *loop, int fd, uint32_t events, loop_ready_fn *function, void *context,
	       struct error *error)
{
	struct epoll_event event;
	struct watch *watch;
	int status = reserve_watch(loop, fd, error);

	if (status < 0)
		return status;
	watch = &loop->watches[fd];
	if (watch->function)
		return error_set(error, HOSTCAST_INVALID, "descriptor %d is watched already", fd);
	watch->generation++;
	event = event_for(loop, fd, events);
	watch->is_always_ready = false;
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		if (errno != EPERM) /* what epoll says of regular files */
			return error_system(error, HOSTCAST_SYSTEM, errno,
					    "cannot watch descriptor %d", fd);
		watch->is_always_ready = true;
		loop->always_ready_count++;
	}
	watch->function = function;
	watch->context = context;
	watch->events = events;
	return 0;
}

static bool is_watched(const struct loop *loop, int fd)
{
	return fd >= 0 && (size_t)fd < loop->watch_room && loop->watches[fd].function;
}

void loop_change(struct loop *loop, int fd, uint32_t events)
{
	struct epoll_event event;

	if (!is_watched(loop, fd) || loop->watches[fd].events == events)
		return;
	loop->watches[fd].events = events;
	event = event_for(loop, fd, events);
	if (!loop->watches[fd].is_always_ready)
		epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event);
}

void loop_forget(struct loop *loop, int fd)
{
	if (!is_watched(loop, fd))
		return;
	loop->watches[fd].function = NULL;
	if (loop->watches[fd].is_always_ready)
		loop->always_ready_count--;
	else
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void dispatch(struct loop *loop, const struct epoll_event *event)
{
	int fd = (int)(event->data.u64 & UINT32_MAX);
	struct watch watch = loop->watches[fd]; /* a copy: the function may change the table */

	if (watch.function && watch.generation == event->data.u64 >> 32)
		watch.function(watch.context, event->events);
}

static void dispatch_always_ready(struct loop *loop)
{
	for (size_t fd = 0; fd < loop->watch_room && !loop->is_stopped; fd++) {
		struct watch watch = loop->watches[fd];

		if (watch.function && watch.is_always_ready && watch.events)
			watch.function(watch.context, watch.events);
	}
}

static bool has_always_ready(const struct loop *loop)
{
	for (size_t fd = 0; loop->always_ready_count > 0 && fd < loop->watch_room; fd++)
		if (loop->watches[fd].function && loop->watches[fd].is_always_ready &&
		    loop->watches[fd].events)
			return true;
	return false;
}

/* ---- Timers: few, so a list in their order ---- */

void loop_stop_timer(struct loop *loop, struct loop_timer *timer)
{
	struct loop_timer **link = &loop->timers;

	if (!timer->is_set)
		return;
	while (*link != timer)
		link = &(*link)->next;
	*link = timer->next;
	timer->is_set = false;
}

void loop_set_timer(struct loop *loop, struct loop_timer *timer, struct monotime deadline)
{
	struct loop_timer **link = &loop->timers;

	loop_stop_timer(loop, timer);
	timer->deadline = deadline;
	timer->is_set = true;
	while (*link && !monotime_is_before(deadline, (*link)->deadline))
		link = &(*link)->next;
	timer->next = *link;
	*link = timer;
}

static void run_timers(struct loop *loop)
{
	while (!loop->is_stopped && loop->timers &&
	       !monotime_is_before(loop->now, loop->timers->deadline)) {
		struct loop_timer *timer = loop->timers;

		loop_stop_timer(loop, timer);
		timer->function(timer->context);
	}
}

static struct monotime next_deadline(const struct loop *loop)
{
	return loop->timers ? loop->timers->deadline : MONOTIME_NEVER;
}

/* ---- Signals ---- */

/* The next one ends the process. */
static void release_signals(void)
{
	sigset_t set;

	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void read_signal(void *context, uint32_t events)
{
	struct loop *loop = context;
	struct signalfd_siginfo info;

	(void)events;
	if (read(loop->signals, &info, sizeof info) != sizeof info)
		return;
	loop->signal = (int)info.ssi_signo;
	loop->is_signal_from_terminal = info.ssi_code == SI_KERNEL;
	if (info.ssi_signo != SIGUSR1 && !loop->are_signals_kept)
		release_signals();
	loop->signal_function(loop->signal_context, (int)info.ssi_signo);
}

int loop_signal(const struct loop *loop)
{
	return loop->signal;
}

bool loop_signal_is_from_terminal(const struct loop *loop)
{
	return loop->is_signal_from_terminal;
}

void loop_keep_signals(struct loop *loop, bool are_kept)
{
	loop->are_signals_kept = are_kept;
}

/* Does nothing but let a wait end with EINTR. */
static void interrupt(int signal)
{
	(void)signal;
}

bool loop_wait_to_write(int fd)
{
	struct pollfd writable = {.fd = fd, .events = POLLOUT};
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	sigdelset(&mask, SIGINT);
	sigdelset(&mask, SIGTERM);
	if (ppoll(&writable, 1, NULL, &mask) >= 0 || errno != EINTR)
		return true;
	release_signals();
	errno = EINTR;
	return false;
}

static void set_handlers(void (*handler)(int), int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	signal(SIGINT, handler);
	signal(SIGTERM, handler);
	sigprocmask(how, &set, NULL);
}

void loop_release_signals(void)
{
	set_handlers(SIG_DFL, SIG_UNBLOCK);
}

void loop_hold_signals(void)
{
	set_handlers(interrupt, SIG_BLOCK);
}

int loop_catch_signals(struct loop *loop, loop_signal_fn *function, void *context,
		       struct error *error)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	signal(SIGPIPE, SIG_IGN);
	loop_hold_signals(); /* they come from signalfd, but for loop_wait_to_write() */
	loop->signal_function = function;
	loop->signal_context = context;
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 ||
	    (loop->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)) < 0)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot catch signals");
	return loop_watch(loop, loop->signals, EPOLLIN, read_signal, loop, error);
}

/* ---- Running ---- */

void loop_on_idle(struct loop *loop, loop_is_due_fn *is_due, loop_idle_fn *function, void *context)
{
	loop->is_idle_due = is_due;
	loop->idle_function = function;
	loop->idle_context = context;
}

void loop_spin(struct loop *loop, loop_ready_fn *function, void *context)
{
	loop->spin_function = function;
	loop->spin_context = context;
}

enum { NO_TIME = 0, FOR_EVER = -1 };

static int wait_for(struct loop *loop, struct epoll_event *events, int ms)
{
	return epoll_wait(loop->epoll, events, EVENTS_MAX, ms);
}

static bool is_idle_due(const struct loop *loop)
{
	return loop->is_idle_due && loop->is_idle_due(loop->idle_context);
}

/* A timer's time is no reason to put off what is to be done when nothing is ready: what was there
 * before it is shown before what it does. */
static bool is_alarm_alone(const struct loop *loop, const struct epoll_event *events, int count)
{
	return count == 1 && (int)(events[0].data.u64 & UINT32_MAX) == loop->alarm.fd;
}

/* What is ready now; or, if that is nothing, what comes while sleeping. That nothing is ready now
 * needs not be known first, unless something is to be done then. Timers wake by a descriptor: it is
 * set once for each deadline, not for each sleep, of which there may be many before it. */
static int wait_for_events(struct loop *loop, struct epoll_event *events)
{
	bool is_awake = loop->spin_function || has_always_ready(loop);
	int count = 0;

	if (!is_awake)
		alarm_set(&loop->alarm, next_deadline(loop));
	if (is_awake || is_idle_due(loop))
		count = wait_for(loop, events, NO_TIME);
	if ((count != 0 && !is_alarm_alone(loop, events, count)) || has_always_ready(loop))
		return count;
	if (is_idle_due(loop))
		loop->idle_function(loop->idle_context);
	if (loop->is_stopped || loop->spin_function)
		return 0;
	return wait_for(loop, events, FOR_EVER);
}

int loop_run(struct loop *loop, struct error *error)
{
	struct epoll_event events[EVENTS_MAX];

	while (!loop->is_stopped) {
		int count = wait_for_events(loop, events);

		if (count < 0 && errno != EINTR)
			return error_system(error, HOSTCAST_SYSTEM, errno,
					    "cannot wait for events");
		loop->now = clock_monotonic();
		run_timers(loop);
		for (int i = 0; i < count && !loop->is_stopped; i++)
			dispatch(loop, &events[i]);
		if (!loop->is_stopped && loop->always_ready_count > 0)
			dispatch_always_ready(loop);
		if (!loop->is_stopped && loop->spin_function)
			loop->spin_function(loop->spin_context, EPOLLIN);
	}
	return 0;
}

void loop_stop(struct loop *loop)
{
	loop->is_stopped = true;
}
