/* The processes of this host, and the tables of their sockets. */
#include "net/address.h"
#include "net/holder.h"
#include "net/process.h"
#include "net/socket_table.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t inode_of(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	return status.st_ino;
}

struct search {
	pid_t pid;
	uint64_t inode;
	struct process_socket found;
	unsigned count;
};

static void look(void *context, const struct process_socket *socket)
{
	struct search *search = context;

	if (socket->pid != search->pid || socket->inode != search->inode)
		return;
	search->found = *socket;
	search->count++;
}

static void own_sockets_are_found_and_copied(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), copy;
	struct search search = {.pid = getpid(), .inode = inode_of(fd)};

	(void)state;
	process_walk_sockets(look, &search);
	assert_int_equal(search.count, 1);
	assert_int_equal(search.found.fd, fd);
	copy = process_copy_socket(&search.found);
	if (copy == -ENOSYS || copy == -EPERM) {
		print_message("pidfd_getfd() is not permitted here: %s\n", strerror(-copy));
		skip();
	}
	assert_true(copy >= 0);
	assert_int_equal(inode_of(copy), search.inode);
	close(copy);
	close(fd);
}

/* The number of a descriptor may mean another socket by the time it is copied. */
static void another_socket_under_the_same_number_is_not_copied(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), file = dup(0);
	struct process_socket stale = {.pid = getpid(), .fd = fd, .inode = inode_of(fd) + 1000000};

	(void)state;
	assert_true(process_copy_socket(&stale) < 0);
	stale.fd = file;
	assert_true(process_copy_socket(&stale) < 0);
	stale.fd = 1000;
	assert_true(process_copy_socket(&stale) < 0);
	close(file);
	close(fd);
}

static pid_t start_child(const char *name)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void assert_described(const char *name, const char *expected)
{
	pid_t pid = start_child(name);
	char suffix[32];
	struct text text = {0};

	process_describe(&text, pid);
	end_child(pid);
	snprintf(suffix, sizeof suffix, " (process %d)", (int)pid);
	assert_int_equal(strncmp(text_string(&text), expected, strlen(expected)), 0);
	assert_string_equal(text_string(&text) + strlen(expected), suffix);
	text_done(&text);
}

static void names_do_no_harm_to_a_terminal(void **state)
{
	(void)state;
	assert_described("plain", "plain");
	assert_described("with ) space", "with ) space");
	assert_described("\033[31mred", "\\x1b[31mred");
	assert_described("two\nlines", "two\\nlines");
}

static void processes_that_are_gone_have_no_name(void **state)
{
	char name[PROCESS_NAME_SIZE];
	struct text text = {0};

	(void)state;
	assert_string_equal(process_read_name(INT32_MAX, name), "?");
	process_add_command(&text, INT32_MAX);
	assert_int_equal(text.size, 0);
	text_done(&text);
}

/* ---- Tables ---- */

static void lines_of_the_tables_are_understood(void **state)
{
	static const char line[] =
		"  431: 0100007F:1389 00000000:0000 07 00000000:00000000 00:00000000 "
		"00000000  1000        0 878905 2 0000000000000000 17\n";
	static const char line6[] =
		"  17: 0000000000000000FFFF00000100007F:D903 00000000000000000000000000000000:0000 "
		"0A "
		"00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n";
	struct socket_row row;
	char text[HOSTCAST_TEXT_SIZE];

	(void)state;
	assert_true(socket_table_parse(line, &row));
	assert_string_equal(hostcast_address_text(&row.local, text), "127.0.0.1:5001");
	assert_int_equal(row.uid, 1000);
	assert_int_equal(row.inode, 878905);
	assert_int_equal(row.drops, 17);
	assert_true(socket_table_parse(line6, &row));
	assert_string_equal(hostcast_address_text(&row.local, text), "[::ffff:127.0.0.1]:55555");
	assert_int_equal(row.state, SOCKET_ROW_LISTENS);
	assert_int_equal(row.inode, 4711);
}

static void other_lines_are_passed_over(void **state)
{
	static const char *const lines[] = {
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   "
		"uid\n",
		"",
		"  431: 0100007F:1389 00000000:0000 07 00000000:00000000 00:00000000 00000000  "
		"1000\n",
		"  431: 0100007:1389 00000000:0000 07 0:0 0:0 0  1000        0 878905 2 0 0\n",
		"  431: 0100007F00:1389 00000000:0000 07 0:0 0:0 0  1000        0 878905 2 0 0\n",
	};
	struct socket_row row;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		assert_false(socket_table_parse(lines[i], &row));
}

static void the_holder_of_a_port_is_named(void **state)
{
	int types[] = {SOCK_DGRAM, SOCK_STREAM}, protocols[] = {IPPROTO_UDP, IPPROTO_TCP};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		union hostcast_address local = {.v4.sin_family = AF_INET};
		socklen_t size = sizeof local.v4;
		int fd = socket(AF_INET, types[i], 0);
		char text[256], expected[64];

		local.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		assert_int_equal(bind(fd, &local.any, size), 0);
		if (types[i] == SOCK_STREAM)
			assert_int_equal(listen(fd, 1), 0);
		assert_int_equal(getsockname(fd, &local.any, &size), 0);
		assert_true(holder_of_port(protocols[i], &local, text, sizeof text));
		snprintf(expected, sizeof expected, "test_process (process %d)", (int)getpid());
		assert_string_equal(text, expected);
		close(fd);
		assert_false(holder_of_port(protocols[i], &local, text, sizeof text));
		assert_string_equal(text, "");
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_sockets_are_found_and_copied),
		cmocka_unit_test(another_socket_under_the_same_number_is_not_copied),
		cmocka_unit_test(names_do_no_harm_to_a_terminal),
		cmocka_unit_test(processes_that_are_gone_have_no_name),
		cmocka_unit_test(lines_of_the_tables_are_understood),
		cmocka_unit_test(other_lines_are_passed_over),
		cmocka_unit_test(the_holder_of_a_port_is_named),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
