#include "run/loop.h"
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PLACES = 16 };

/* A loop, and what happened in it: a letter for each event. */
struct world {
	struct loop *loop;
	struct error error;
	char log[64];
	int pipes[2][2];
	struct loop_timer timers[PLACES];
	size_t idles;
};

/* Who is called with a letter of its own. */
struct caller {
	struct world *world;
	char letter;
	int fd;
};

static void note(struct world *w, char letter)
{
	size_t used = strlen(w->log);

	assert_true(used + 1 < sizeof w->log);
	w->log[used] = letter;
}

static void on_timer(void *context)
{
	struct caller *caller = context;

	note(caller->world, caller->letter);
	if (caller->letter == '.')
		loop_stop(caller->world->loop);
}

static void on_ready(void *context, uint32_t events)
{
	struct caller *caller = context;
	char byte;

	assert_true(events & EPOLLIN);
	assert_int_equal(read(caller->fd, &byte, 1), 1);
	note(caller->world, byte);
	if (byte == '.')
		loop_stop(caller->world->loop);
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	*state = w;
	if (!w || pipe2(w->pipes[0], O_CLOEXEC | O_NONBLOCK) < 0 ||
	    pipe2(w->pipes[1], O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	w->loop = loop_new(&w->error);
	return w->loop ? 0 : -1;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	loop_free(w->loop);
	for (int i = 0; i < 4; i++)
		close(w->pipes[i / 2][i % 2]);
	free(w);
	return 0;
}

static void run(struct world *w)
{
	assert_int_equal(loop_run(w->loop, &w->error), 0);
}

static void set(struct world *w, struct caller *caller, size_t place, char letter, int64_t ms)
{
	*caller = (struct caller){.world = w, .letter = letter};
	w->timers[place].function = on_timer;
	w->timers[place].context = caller;
	loop_set_timer(w->loop, &w->timers[place], monotime_add(loop_now(w->loop), ms * NS_PER_MS));
}

static void watch(struct world *w, struct caller *caller, int pipe, loop_ready_fn *function)
{
	*caller = (struct caller){.world = w, .fd = w->pipes[pipe][0]};
	assert_int_equal(loop_watch(w->loop, caller->fd, EPOLLIN, function, caller, &w->error), 0);
}

static void put(struct world *w, int pipe, const char *bytes)
{
	assert_int_equal(write(w->pipes[pipe][1], bytes, strlen(bytes)), strlen(bytes));
}

/* ---- Timers ---- */

static void timers_come_in_the_order_of_their_deadlines(void **state)
{
	struct world *w = *state;
	struct caller callers[6];

	set(w, &callers[0], 0, 'd', 4);
	set(w, &callers[1], 1, 'b', 2);
	set(w, &callers[2], 2, 'c', 2); /* as soon as b, set later */
	set(w, &callers[3], 3, 'x', 1);
	set(w, &callers[4], 4, '.', 5);
	set(w, &callers[5], 5, 'a', 60000);
	set(w, &callers[5], 5, 'a', -1); /* set again: this counts, and it is over already */
	loop_stop_timer(w->loop, &w->timers[3]);
	loop_stop_timer(w->loop, &w->timers[3]); /* not set: no harm */
	run(w);
	assert_string_equal(w->log, "abcd.");
	assert_false(w->timers[0].is_set);
}

static void stop_the_other(void *context)
{
	struct caller *caller = context;

	note(caller->world, 's');
	loop_stop_timer(caller->world->loop, &caller->world->timers[1]);
}

static void a_timer_stops_another_that_is_due(void **state)
{
	struct world *w = *state;
	struct caller callers[3];

	set(w, &callers[0], 0, 's', 0);
	w->timers[0].function = stop_the_other;
	set(w, &callers[1], 1, 'x', 0);
	set(w, &callers[2], 2, '.', 0);
	run(w);
	assert_string_equal(w->log, "s.");
}

/* Each next deadline is compared with a twin that sorts. */
static void many_timers_keep_their_order(void **state)
{
	struct world *w = *state;
	struct caller callers[PLACES];
	struct random random = {5};
	char expected[PLACES + 1] = "";
	size_t used = 0;

	for (size_t i = 0; i < PLACES - 1; i++)
		set(w, &callers[i], i, (char)('a' + i), (int64_t)random_below(&random, 8));
	set(w, &callers[PLACES - 1], PLACES - 1, '.', 8);
	for (int64_t ms = 0; ms < 8; ms++)
		for (size_t i = 0; i < PLACES - 1; i++)
			if (monotime_diff_ns(w->timers[i].deadline, loop_now(w->loop)) ==
			    ms * NS_PER_MS)
				expected[used++] = (char)('a' + i);
	expected[used] = '.';
	run(w);
	assert_memory_equal(w->log, expected, PLACES);
}

static void time_passes(void **state)
{
	struct world *w = *state;
	struct monotime before = loop_now(w->loop), later;
	struct caller caller;
	struct timespec stamp;
	int64_t stamp_ns;

	set(w, &caller, 0, '.', 2);
	run(w);
	assert_true(monotime_diff_ns(loop_now(w->loop), before) >= 2 * NS_PER_MS);
	later = loop_clock(w->loop);
	assert_false(monotime_is_before(later, before));
	assert_int_equal(loop_now(w->loop).ns, later.ns);
	clock_gettime(CLOCK_REALTIME, &stamp);
	stamp_ns = stamp.tv_sec * NS_PER_S + stamp.tv_nsec;
	/* A second ago by the other clock is a second ago by this one; the future is now. */
	before = loop_time_of_stamp(w->loop, stamp_ns - NS_PER_S);
	assert_in_range(monotime_diff_ns(loop_now(w->loop), before), NS_PER_S, 60 * NS_PER_S);
	before = loop_time_of_stamp(w->loop, stamp_ns + 3600 * NS_PER_S);
	assert_int_equal(before.ns, loop_now(w->loop).ns);
}

/* ---- Descriptors ---- */

static void a_descriptor_is_told_and_forgotten(void **state)
{
	struct world *w = *state;
	struct caller caller;

	watch(w, &caller, 0, on_ready);
	put(w, 0, "ab.");
	run(w);
	assert_string_equal(w->log, "ab.");
	loop_forget(w->loop, caller.fd);
	loop_forget(w->loop, caller.fd);
	loop_forget(w->loop, -1);
	loop_forget(w->loop, 100000);
	loop_change(w->loop, caller.fd, EPOLLIN);
}

static void a_paused_descriptor_waits(void **state)
{
	struct world *w = *state;
	struct caller first, second;

	watch(w, &first, 0, on_ready);
	watch(w, &second, 1, on_ready);
	put(w, 0, "x");
	put(w, 1, "a.");
	loop_change(w->loop, first.fd, 0);
	run(w);
	assert_string_equal(w->log, "a.");
}

static void forget_the_other(void *context, uint32_t events)
{
	struct caller *caller = context;
	struct world *w = caller->world;

	(void)events;
	note(w, 'f');
	loop_forget(w->loop, w->pipes[0][0]);
	loop_forget(w->loop, w->pipes[1][0]);
	loop_stop(w->loop);
}

/* Both are ready in one turn; whichever comes first forgets the other, which is then not called. */
static void one_is_forgotten_in_the_middle_of_a_turn(void **state)
{
	struct world *w = *state;
	struct caller first, second;

	watch(w, &first, 0, forget_the_other);
	watch(w, &second, 1, forget_the_other);
	put(w, 0, "x");
	put(w, 1, "x");
	run(w);
	assert_string_equal(w->log, "f");
}

static void replace_the_other(void *context, uint32_t events)
{
	static struct caller again;
	struct caller *caller = context;
	struct world *w = caller->world;
	int other = caller->fd == w->pipes[0][0] ? 1 : 0;
	char byte;

	(void)events;
	note(w, 'r');
	loop_forget(w->loop, caller->fd);
	loop_forget(w->loop, w->pipes[other][0]);
	assert_int_equal(read(w->pipes[other][0], &byte, 1), 1);
	watch(w, &again, other, on_ready); /* the number has a new owner in the same turn */
}

/* The new owner would read, and find nothing. */
static void an_old_event_does_not_reach_the_new_owner_of_a_number(void **state)
{
	struct world *w = *state;
	struct caller first, second, timer;

	watch(w, &first, 0, replace_the_other);
	watch(w, &second, 1, replace_the_other);
	put(w, 0, "x");
	put(w, 1, "x");
	set(w, &timer, 0, '.', 100); /* long after */
	run(w);
	assert_string_equal(w->log, "r.");
}

/* Always ready: a regular file, which epoll refuses. */
static void a_regular_file_is_read_in_turns_with_others(void **state)
{
	struct world *w = *state;
	struct caller file = {.world = w}, pipe;
	FILE *temporary = tmpfile();

	assert_non_null(temporary);
	file.fd = fileno(temporary);
	assert_int_equal(write(file.fd, "abc.", 4), 4);
	assert_int_equal(lseek(file.fd, 0, SEEK_SET), 0);
	assert_int_equal(loop_watch(w->loop, file.fd, EPOLLIN, on_ready, &file, &w->error), 0);
	watch(w, &pipe, 0, on_ready);
	put(w, 0, "1");
	run(w);
	assert_non_null(strchr(w->log, '1'));
	assert_int_equal(strlen(w->log), 5);
	loop_change(w->loop, file.fd, 0);
	loop_forget(w->loop, file.fd);
	fclose(temporary);
}

static void what_cannot_be_watched_is_said(void **state)
{
	struct world *w = *state;

	assert_int_equal(loop_watch(w->loop, 999, EPOLLIN, on_ready, NULL, &w->error),
			 HOSTCAST_SYSTEM);
	assert_string_equal(w->error.text, "cannot watch descriptor 999: Bad file descriptor");
}

static void a_descriptor_has_one_watch(void **state)
{
	struct world *w = *state;
	struct caller caller;

	watch(w, &caller, 0, on_ready);
	assert_int_equal(loop_watch(w->loop, caller.fd, EPOLLIN, on_ready, NULL, &w->error),
			 HOSTCAST_INVALID);
	put(w, 0, "."); /* the first one still stands */
	run(w);
	assert_string_equal(w->log, ".");
}

/* ---- Idle and signals ---- */

static bool is_always_due(void *context)
{
	(void)context;
	return true;
}

static void on_idle(void *context)
{
	struct world *w = context;

	if (w->idles++ == 0)
		note(w, 'i');
}

static void it_is_idle_when_nothing_is_left_to_do(void **state)
{
	struct world *w = *state;
	struct caller caller, timer;

	watch(w, &caller, 0, on_ready);
	put(w, 0, "abc");
	set(w, &timer, 0, '.', 100); /* long after */
	loop_on_idle(w->loop, is_always_due, on_idle, w);
	run(w);
	assert_string_equal(w->log, "abci.");
	assert_in_range(w->idles, 1, 2); /* not in a circle */
}

static void on_signal(void *context, int signal)
{
	struct world *w = context;

	if (loop_signal(w->loop) != signal || loop_signal_is_from_terminal(w->loop))
		note(w, '?');
	note(w, signal == SIGUSR1 ? 'u' : signal == SIGINT ? 'i' : 't');
	if (signal == SIGUSR1)
		raise(SIGINT);
	else
		loop_stop(w->loop);
}

/* In a child: signals are the process's. Its exit status is 0 if all is as it should be. */
static void signals_are_events_but_the_second_one_ends_it(void **state)
{
	struct world *w = *state;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		if (loop_catch_signals(w->loop, on_signal, w, &w->error) < 0)
			_exit(1);
		raise(SIGPIPE);
		raise(SIGUSR1);
		if (loop_run(w->loop, &w->error) < 0 || strcmp(w->log, "ui") != 0)
			_exit(2);
		raise(SIGTERM);
		_exit(3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void count_to_three(void *context, int signal)
{
	struct world *w = context;

	note(w, signal == SIGINT ? 'i' : 't');
	if (strlen(w->log) == 3)
		loop_stop(w->loop);
	else
		raise(SIGTERM);
}

static void signals_that_are_kept_are_events_each_time(void **state)
{
	struct world *w = *state;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		if (loop_catch_signals(w->loop, count_to_three, w, &w->error) < 0)
			_exit(1);
		loop_keep_signals(w->loop, true);
		raise(SIGINT);
		if (loop_run(w->loop, &w->error) < 0 || strcmp(w->log, "itt") != 0)
			_exit(2);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(timers_come_in_the_order_of_their_deadlines, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_timer_stops_another_that_is_due, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(many_timers_keep_their_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(time_passes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_descriptor_is_told_and_forgotten, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_paused_descriptor_waits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_is_forgotten_in_the_middle_of_a_turn, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			an_old_event_does_not_reach_the_new_owner_of_a_number, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_regular_file_is_read_in_turns_with_others, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_watched_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_descriptor_has_one_watch, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_is_idle_when_nothing_is_left_to_do, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(signals_are_events_but_the_second_one_ends_it,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(signals_that_are_kept_are_events_each_time, set_up,
						tear_down),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
