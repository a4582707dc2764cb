#include "run/child.h"
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs it and gives its exit status; what it prints comes into `output`, NULL: is not looked at. */
static int run(char *const *arguments, char *const *environment, char *output, size_t size)
{
	int ends[2];
	struct child child;
	struct error error;
	struct child_options options = {.arguments = arguments, .environment = environment};
	ssize_t got;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	memcpy(options.streams, (int[]){CHILD_NULL, ends[1], STDERR_FILENO},
	       sizeof options.streams);
	if (child_start(&child, &options, &error) < 0)
		fail_msg("%s", error.text);
	close(ends[1]);
	for (size_t used = 0;
	     output && (got = read(ends[0], output + used, size - 1 - used)) > 0;) {
		used += (size_t)got;
		output[used] = '\0';
	}
	close(ends[0]);
	return child_wait(&child);
}

static int run_shell(const char *script, char *output, size_t size)
{
	char *arguments[] = {(char *)"sh", (char *)"-c", (char *)(uintptr_t)script, NULL};

	return run(arguments, NULL, output, size);
}

static void its_exit_status_is_a_shells(void **state)
{
	(void)state;
	assert_int_equal(run_shell("exit 0", NULL, 0), 0);
	assert_int_equal(run_shell("exit 7", NULL, 0), 7);
	assert_int_equal(run_shell("exit 255", NULL, 0), 255);
	assert_int_equal(run_shell("kill -TERM $$", NULL, 0), 128 + SIGTERM);
	assert_int_equal(run_shell("kill -KILL $$", NULL, 0), 128 + SIGKILL);
}

static void arguments_are_not_looked_at_by_a_shell(void **state)
{
	char *arguments[] = {(char *)"printf", (char *)"%s|",    (char *)"a b",
			     (char *)"*",      (char *)"$HOME;", NULL};
	char output[100] = "";

	(void)state;
	assert_int_equal(run(arguments, NULL, output, sizeof output), 0);
	assert_string_equal(output, "a b|*|$HOME;|");
}

static void it_has_our_environment_and_more(void **state)
{
	char *arguments[] = {(char *)"sh", (char *)"-c", (char *)"echo $KEPT,$CHANGED,$NEW", NULL};
	char *added[] = {(char *)"CHANGED=now", (char *)"NEW=x=y", NULL};
	char output[100] = "";

	(void)state;
	setenv("KEPT", "kept", 1);
	setenv("CHANGED", "before", 1);
	setenv("CHANGED_NOT", "before", 1);
	assert_int_equal(run(arguments, added, output, sizeof output), 0);
	assert_string_equal(output, "kept,now,x=y\n");
	assert_int_equal(run_shell("env | grep -c ^CHANGED", output, sizeof output), 0);
	assert_string_equal(output, "2\n");
	assert_string_equal(getenv("CHANGED"), "before");
}

/* The set of that name in the text of /proc/PID/status. */
static uint64_t signals_of(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	assert_non_null(line);
	return strtoull(line + strlen(name), NULL, 16);
}

/* What this process ignores, catches or blocks is its own affair. */
static void it_has_every_signal_as_at_first(void **state)
{
	const uint64_t ours = UINT64_C(1) << (SIGINT - 1) | UINT64_C(1) << (SIGTERM - 1) |
			      UINT64_C(1) << (SIGPIPE - 1) | UINT64_C(1) << (SIGCHLD - 1);
	char output[400] = "";
	sigset_t blocked, before;

	(void)state;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN); /* no status would be kept */
	assert_int_equal(run_shell("grep ^Sig /proc/self/status; exit 3", output, sizeof output),
			 3);
	assert_int_equal(signals_of(output, "SigBlk:") & ours, 0);
	assert_int_equal(signals_of(output, "SigIgn:") & ours, 0);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void a_stream_may_be_nothing(void **state)
{
	char output[200] = "";

	(void)state;
	assert_int_equal(run_shell("readlink /proc/self/fd/0", output, sizeof output), 0);
	assert_string_equal(output, "/dev/null\n");
}

static void its_descriptor_tells_its_end(void **state)
{
	char *arguments[] = {(char *)"cat", NULL};
	struct child child;
	struct error error;
	int ends[2];
	struct child_options options = {.arguments = arguments};
	struct pollfd ended = {.events = POLLIN};

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	memcpy(options.streams, (int[]){ends[0], CHILD_NULL, CHILD_NULL}, sizeof options.streams);
	assert_int_equal(child_start(&child, &options, &error), 0);
	close(ends[0]);
	ended.fd = child.fd;
	assert_int_equal(poll(&ended, 1, 0), 0);
	close(ends[1]);
	assert_int_equal(poll(&ended, 1, -1), 1);
	child_signal(&child, SIGTERM); /* it has ended: no harm */
	assert_int_equal(child_wait(&child), 0);
}

static void a_signal_reaches_it(void **state)
{
	char *arguments[] = {(char *)"sleep", (char *)"1000", NULL};
	const struct child_options options = {
		.arguments = arguments,
		.streams = {CHILD_NULL, CHILD_NULL, CHILD_NULL},
	};
	struct child child;
	struct error error;

	(void)state;
	assert_int_equal(child_start(&child, &options, &error), 0);
	child_signal(&child, SIGINT);
	assert_int_equal(child_wait(&child), 128 + SIGINT);
}

static void a_lost_exit_status_is_no_success(void **state)
{
	char *arguments[] = {(char *)"true", NULL};
	const struct child_options options = {
		.arguments = arguments,
		.streams = {CHILD_NULL, CHILD_NULL, CHILD_NULL},
	};
	struct child child;
	struct error error;

	(void)state;
	assert_int_equal(child_start(&child, &options, &error), 0);
	assert_int_equal(waitpid(child.pid, NULL, 0), child.pid);
	assert_int_equal(child_wait(&child), CHILD_LOST);
}

static void expect_refused(const char *program, const char *text)
{
	char *arguments[] = {(char *)(uintptr_t)program, NULL};
	const struct child_options options = {
		.arguments = arguments,
		.streams = {CHILD_NULL, CHILD_NULL, CHILD_NULL},
	};
	struct child child;
	struct error error;

	assert_int_equal(child_start(&child, &options, &error), HOSTCAST_REFUSED);
	assert_string_equal(error.text, text);
}

static void a_program_that_cannot_be_run_is_an_error(void **state)
{
	(void)state;
	expect_refused("no-such-program", "cannot run 'no-such-program': there is no such program "
					  "on PATH");
	expect_refused("/no/such/program",
		       "cannot run '/no/such/program': there is no such program");
	expect_refused("/etc/passwd", "cannot run '/etc/passwd': Permission denied");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_exit_status_is_a_shells),
		cmocka_unit_test(arguments_are_not_looked_at_by_a_shell),
		cmocka_unit_test(it_has_our_environment_and_more),
		cmocka_unit_test(it_has_every_signal_as_at_first),
		cmocka_unit_test(a_stream_may_be_nothing),
		cmocka_unit_test(its_descriptor_tells_its_end),
		cmocka_unit_test(a_signal_reaches_it),
		cmocka_unit_test(a_lost_exit_status_is_no_success),
		cmocka_unit_test(a_program_that_cannot_be_run_is_an_error),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
