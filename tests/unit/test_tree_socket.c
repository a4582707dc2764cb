/* On sockets of the loopback interface, at ports that the system chooses. */
#include "run/tree/tree_socket.h"

#include "net/address.h"
#include "net/socket.h"
#include "run/tree/tree_address.h"
#include "unit.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* A system that gives no larger buffers than this; 0: as it is. */
static int buffer_most;

int __real_getsockopt(int fd, int level, int option, void *value, socklen_t *size);
int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *size);

int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *size)
{
	int status = __real_getsockopt(fd, level, option, value, size);

	if (status == 0 && option == SO_RCVBUF && buffer_most > 0)
		memcpy(value, &(int){2 * buffer_most}, sizeof buffer_most); /* socket(7) */
	return status;
}

struct bench {
	char notice[600];
	struct tree_socket socket;
	struct output output;
	struct wire_address unreachable;
	unsigned unreachable_count;
};

static void note_unreachable(void *context, const struct wire_address *address)
{
	struct bench *bench = context;

	bench->unreachable = *address;
	bench->unreachable_count++;
}

static void note_notice(void *context, const char *text)
{
	struct bench *bench = context;

	snprintf(bench->notice, sizeof bench->notice, "%s", text);
}

static union hostcast_address address_of(const char *text)
{
	union hostcast_address address;

	assert_true(address_parse_with_port(text, 0, &address));
	return address;
}

static int open_with(void **state, size_t children_most)
{
	static const char *const LISTEN = "127.0.0.1:0";
	struct bench *bench = calloc(1, sizeof *bench);
	union hostcast_address listen = address_of(LISTEN);
	const struct tree_socket_options options = {.listen = &listen};
	const struct tree_socket_hooks hooks = {.unreachable = note_unreachable, .context = bench};
	struct error error;

	*state = bench;
	if (tree_socket_open(&bench->socket, &options, &hooks, &error) < 0)
		return -1;
	tree_socket_open_lanes(&bench->socket, children_most);
	return 0;
}

static int open_bench(void **state)
{
	return open_with(state, 0);
}

static int open_parent(void **state)
{
	return open_with(state, 2);
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	tree_socket_close(&bench->socket);
	free(bench);
	return 0;
}

/* A plain socket, and where it is. */
static int open_plain(struct wire_address *at)
{
	union hostcast_address address = address_of("127.0.0.1:0");
	struct error error;
	int fd = socket_open(AF_INET, SOCK_DGRAM, &error);

	assert_true(fd >= 0);
	assert_int_equal(socket_bind(fd, &address, &error), 0);
	assert_int_equal(socket_local_address(fd, &address, &error), 0);
	*at = wire_of_address(&address);
	return fd;
}

static struct wire_address nobody(void)
{
	struct wire_address at;

	close(open_plain(&at));
	return at;
}

static void send_to(struct bench *bench, const struct wire_address *to)
{
	output_clear(&bench->output);
	output_send(&bench->output, MESSAGE_RJOI, (struct destination){*to, OWN_ANY});
	tree_socket_send(&bench->socket, &bench->output);
}

static void wait_for_error(const struct bench *bench)
{
	struct pollfd error = {.fd = bench->socket.fd};

	assert_int_equal(poll(&error, 1, 30000), 1);
}

static void an_icmp_error_is_taken_and_the_next_datagram_goes(void **state)
{
	struct bench *bench = *state;
	struct wire_address gone = nobody(), there;
	int plain = open_plain(&there);
	char bytes[16];

	send_to(bench, &gone);
	wait_for_error(bench);
	send_to(bench, &there); /* the call fails with the error of the one before */
	assert_int_equal(recv(plain, bytes, sizeof bytes, MSG_DONTWAIT), 5);
	assert_memory_equal(bytes, "RJOI\n", 5);
	assert_int_equal(bench->unreachable_count, 1);
	assert_true(wire_address_equal(&bench->unreachable, &gone));
	assert_int_equal(bench->socket.counters.unreachable, 1);
	assert_int_equal(bench->socket.counters.send_failed, 0);
	close(plain);
}

static void an_icmp_error_alone_is_taken_by_receiving(void **state)
{
	struct bench *bench = *state;
	struct wire_address gone = nobody();
	struct datagrams *datagrams = datagrams_new(2048);
	struct arrival arrivals[4];
	struct pollfd error = {.fd = bench->socket.fd, .events = POLLIN};
	struct error failure;

	send_to(bench, &gone);
	wait_for_error(bench);
	assert_int_equal(tree_socket_receive(&bench->socket, datagrams, 0, arrivals, 4, &failure),
			 0);
	assert_int_equal(bench->unreachable_count, 1);
	assert_int_equal(poll(&error, 1, 0), 0); /* or who polls would not come to rest */
	datagrams_free(datagrams);
}

static void what_cannot_be_sent_is_counted_and_what_follows_goes(void **state)
{
	struct bench *bench = *state;
	struct wire_address elsewhere = wire_address_v4(0xcb007101, 9), there; /* 203.0.113.1 */
	int plain = open_plain(&there);
	char bytes[16];

	send_to(bench, &elsewhere); /* not from 127.0.0.1 */
	send_to(bench, &there);
	assert_int_equal(bench->socket.counters.send_failed, 1);
	assert_int_equal(recv(plain, bytes, sizeof bytes, MSG_DONTWAIT), 5);
	close(plain);
}

static void copies_are_the_datagram_byte_for_byte(void **state)
{
	struct bench *bench = *state;
	static const uint8_t DATAGRAM[] = "DATA\r\nhello";
	const struct iovec run = {(void *)(uintptr_t)DATAGRAM, sizeof DATAGRAM};
	struct wire_address there[2];
	int plain[2] = {open_plain(&there[0]), open_plain(&there[1])};
	char bytes[32];

	output_clear(&bench->output);
	for (size_t i = 0; i < COUNT_OF(plain); i++)
		bench->output.copies[bench->output.copy_count++] =
			(struct destination){there[i], OWN_ANY};
	tree_socket_copy(&bench->socket, &bench->output, run, run.iov_len);
	bench->output.payload = reader_of("own", 3);
	tree_socket_copy_own(&bench->socket, &bench->output);
	assert_true(tree_socket_flush(&bench->socket));
	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		assert_int_equal(recv(plain[i], bytes, sizeof bytes, MSG_DONTWAIT),
				 sizeof DATAGRAM);
		assert_memory_equal(bytes, DATAGRAM, sizeof DATAGRAM);
		assert_int_equal(recv(plain[i], bytes, sizeof bytes, MSG_DONTWAIT), 8);
		assert_memory_equal(bytes, "DATA\nown", 8);
		close(plain[i]);
	}
}

/* ---- The receive buffer ---- */

static const char *notice_of(struct bench *b, struct tree_socket_options options, int most)
{
	union hostcast_address listen = address_of("127.0.0.1:0");
	const struct tree_socket_hooks hooks = {note_unreachable, note_notice, b};
	struct error error;

	options.listen = &listen;
	b->notice[0] = '\0';
	buffer_most = most;
	tree_socket_close(&b->socket);
	assert_int_equal(tree_socket_open(&b->socket, &options, &hooks, &error), 0);
	buffer_most = 0;
	return b->notice;
}

static void a_receive_buffer_that_is_too_short_is_told(void **state)
{
	struct bench *b = *state;
	const struct tree_socket_options rdv = {.takes_payloads = false},
					 node = {.takes_payloads = true},
					 asked = {.receive_buffer = 3 << 20};

	assert_string_equal(
		notice_of(b, node, 212992),
		"the system gives a receive buffer of 212992 bytes instead of 16777216; to "
		"allow more: sysctl net.core.rmem_max=16777216");
	assert_string_equal(notice_of(b, node, 1 << 20), "");
	assert_string_equal(notice_of(b, rdv, 212992), "");
	assert_string_equal(
		notice_of(b, asked, 2 << 20),
		"the system gives a receive buffer of 2097152 bytes instead of 3145728; to "
		"allow more: sysctl net.core.rmem_max=3145728");
	assert_string_equal(notice_of(b, asked, 3 << 20), "");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_icmp_error_is_taken_and_the_next_datagram_goes,
						open_bench, close_bench),
		cmocka_unit_test_setup_teardown(an_icmp_error_alone_is_taken_by_receiving,
						open_bench, close_bench),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_sent_is_counted_and_what_follows_goes, open_bench,
			close_bench),
		cmocka_unit_test_setup_teardown(copies_are_the_datagram_byte_for_byte, open_parent,
						close_bench),
		cmocka_unit_test_setup_teardown(a_receive_buffer_that_is_too_short_is_told,
						open_bench, close_bench),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
