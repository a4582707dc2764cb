/* Trains: how datagrams are gathered, and what of them arrives, whatever the system says. They go
 * from one socket of the loopback interface to another that takes them one by one. */
#include "net/trains.h"

#include "net/address.h"
#include "net/socket.h"
#include "unit.h"

#include <errno.h>
#include <unistd.h>

enum { BYTES = 1 << 20 };

/* ---- A system that does what it is told to ---- */

/* What the next calls of sendmmsg() do: send at most so many messages, and fail if it is none. */
struct turn {
	int most, system;
};

static struct {
	struct turn turns[400];
	size_t count, next;
	size_t calls, longest; /* trains, in datagrams of `segment` */
} system_;

int __real_sendmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags);
int __wrap_sendmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags);

int __wrap_sendmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags)
{
	const struct turn *turn = NULL;

	system_.calls++;
	if (system_.next < system_.count)
		turn = &system_.turns[system_.next++];
	if (turn && turn->most == 0) {
		errno = turn->system;
		return -1;
	}
	if (turn && (int)count > turn->most)
		count = (unsigned)turn->most;
	return __real_sendmmsg(fd, headers, count, flags);
}

static void the_system_will(const struct turn *turns, size_t count)
{
	memcpy(system_.turns, turns, count * sizeof *turns);
	system_.count = count;
	system_.next = system_.calls = 0;
}

#define THE_SYSTEM_WILL(...)                                \
	the_system_will((const struct turn[]){__VA_ARGS__}, \
			COUNT_OF(((const struct turn[]){__VA_ARGS__})))

/* ---- A bench ---- */

struct bench {
	struct trains trains;
	struct train_path path;
	int from, to;
	union hostcast_address address;
	struct way way;
	uint8_t *bytes;
	size_t used;          /* of the bytes, by what was added */
	size_t expected_used; /* and by what was received */
	size_t sizes[2000];
	size_t count, received; /* datagrams */
	struct random random;
};

static int open_socket(const char *text, union hostcast_address *at)
{
	struct error error;
	int fd;

	assert_true(address_parse_with_port(text, 0, at));
	fd = socket_open(at->any.sa_family, SOCK_DGRAM, &error);
	assert_true(fd >= 0);
	assert_int_equal(socket_bind(fd, at, &error), 0);
	assert_int_equal(socket_local_address(fd, at, &error), 0);
	return fd;
}

static int open_at(void **state, const char *text)
{
	struct bench *b = calloc(1, sizeof *b);
	union hostcast_address own;

	b->bytes = malloc(BYTES);
	b->random = (struct random){7};
	for (size_t i = 0; i < BYTES; i++)
		b->bytes[i] = (uint8_t)random_next(&b->random);
	b->to = open_socket(text, &b->address);
	b->from = open_socket(text, &own);
	socket_set_buffer(b->to, SO_RCVBUF, 4 << 20);
	b->way.to = &b->address;
	train_path_init(&b->path, b->from, false);
	trains_clear(&b->trains);
	system_.count = system_.next = 0;
	*state = b;
	return 0;
}

static int open_bench(void **state)
{
	return open_at(state, "127.0.0.1:0");
}

static int open_bench_6(void **state)
{
	return open_at(state, "[::1]:0");
}

static int close_bench(void **state)
{
	struct bench *b = *state;

	close(b->from);
	close(b->to);
	free(b->bytes);
	free(b);
	return 0;
}

static struct iovec next_bytes(struct bench *b, size_t size)
{
	struct iovec vector = {b->bytes + b->used, size};

	assert_true(b->used + size <= BYTES);
	return vector;
}

static void note_added(struct bench *b, size_t size)
{
	assert_true(b->count < COUNT_OF(b->sizes));
	b->sizes[b->count++] = size;
	b->used += size;
}

/* Head and body stand behind each other, so that all that is added is one row of bytes. */
static bool add_parts(struct bench *b, size_t head, size_t body)
{
	struct iovec first = next_bytes(b, head);
	struct iovec second = {(char *)first.iov_base + head, body};

	if (!trains_add(&b->trains, first, second))
		return false;
	note_added(b, head + body);
	return true;
}

static bool add(struct bench *b, size_t size)
{
	return add_parts(b, 0, size);
}

static size_t add_run(struct bench *b, size_t size, size_t segment)
{
	size_t added = trains_add_run(&b->trains, next_bytes(b, size), segment);

	for (size_t left = added; left > 0; left -= b->sizes[b->count - 1])
		note_added(b, left < segment ? left : segment);
	return added;
}

/* Takes so many datagrams: those that come next of what was added. */
static void must_receive(struct bench *b, size_t count)
{
	static uint8_t buffer[70000];

	for (; count > 0; count--) {
		size_t size = b->sizes[b->received++];
		ssize_t got = recv(b->to, buffer, sizeof buffer, 0);

		assert_int_equal(got, size);
		assert_memory_equal(buffer, b->bytes + b->expected_used, size);
		b->expected_used += size;
	}
}

static void must_receive_no_more(const struct bench *b)
{
	char byte;

	assert_int_equal(recv(b->to, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
}

static void must_receive_all(struct bench *b)
{
	must_receive(b, b->count - b->received);
	must_receive_no_more(b);
}

static int send_all(struct bench *b)
{
	return trains_send(&b->trains, b->from, &b->way, &b->path);
}

/* ---- Gathering ---- */

static void assert_train(const struct bench *b, size_t index, size_t count, size_t segment,
			 size_t size)
{
	const struct train *train = &b->trains.list[index];

	assert_true(index < b->trains.count);
	assert_int_equal(train->count, count);
	assert_int_equal(train->segment, segment);
	assert_int_equal(train->size, size);
}

static void equal_sizes_make_a_train_that_a_shorter_one_ends(void **state)
{
	struct bench *b = *state;

	add(b, 100), add(b, 100), add(b, 60), add(b, 60), add(b, 100), add(b, 101);
	assert_int_equal(b->trains.count, 4);
	assert_train(b, 0, 3, 100, 260);
	assert_train(b, 1, 1, 60, 60);
	assert_train(b, 2, 1, 100, 100);
	assert_train(b, 3, 1, 101, 101);
	assert_int_equal(trains_left(&b->trains), 6);
}

/* An empty one as the last segment would not arrive at all. */
static void empty_ones_go_alone(void **state)
{
	struct bench *b = *state;

	add(b, 0), add(b, 0), add(b, 5), add(b, 0), add(b, 5);
	assert_int_equal(b->trains.count, 5);
	assert_int_equal(send_all(b), 0);
	must_receive_all(b);
}

static void head_and_body_are_one_datagram(void **state)
{
	struct bench *b = *state;

	add_parts(b, 5, 95), add_parts(b, 5, 95), add_parts(b, 100, 0), add_parts(b, 0, 100),
		add_parts(b, 5, 0);
	assert_int_equal(b->trains.count, 1);
	assert_train(b, 0, 5, 100, 405);
	assert_int_equal(send_all(b), 0);
	must_receive_all(b);
}

static void a_train_has_64_datagrams_at_the_most(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 65; i++)
		add(b, 8);
	assert_train(b, 0, 64, 8, 512);
	assert_train(b, 1, 1, 8, 8);
	assert_int_equal(send_all(b), 0);
	must_receive_all(b);
}

/* And what the lengths of IP and UDP hold. */
static void a_train_has_no_more_bytes_than_the_system_takes(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 50; i++)
		add(b, 1400);
	assert_train(b, 0, 46, 1400, 64400);
	assert_train(b, 1, 4, 1400, 5600);
	add(b, 65507);
	assert_train(b, 2, 1, 65507, 65507);
	add(b, 1);
	assert_int_equal(b->trains.count, 4);
	add(b, HOSTCAST_TRAIN / 2), add(b, HOSTCAST_TRAIN / 2);
	assert_train(b, 4, 2, HOSTCAST_TRAIN / 2, HOSTCAST_TRAIN / 2 * 2);
	add(b, HOSTCAST_TRAIN / 2 + 1), add(b, HOSTCAST_TRAIN / 2 + 1);
	assert_int_equal(b->trains.count, 7);
	assert_int_equal(send_all(b), 0);
	must_receive_all(b);
}

static void a_run_longer_than_a_train_makes_several(void **state)
{
	struct bench *b = *state;

	assert_int_equal(add_run(b, 150 * 10 + 3, 10), 1503);
	assert_int_equal(b->trains.count, 3);
	assert_train(b, 0, 64, 10, 640);
	assert_train(b, 2, 23, 10, 223);
	assert_int_equal(add_run(b, 65507, 65507), 65507);
	assert_train(b, 3, 1, 65507, 65507);
	assert_int_equal(send_all(b), 0);
	must_receive_all(b);
}

static void a_run_goes_on_with_a_train_of_its_size(void **state)
{
	struct bench *b = *state;

	add_run(b, 200, 100), add_run(b, 250, 100), add_run(b, 50, 50), add_run(b, 100, 100);
	assert_int_equal(b->trains.count, 3);
	assert_train(b, 0, 5, 100, 450);
	assert_train(b, 1, 1, 50, 50);
	assert_train(b, 2, 1, 100, 100);
	assert_int_equal(send_all(b), 0);
	must_receive_all(b);
}

static void what_there_is_no_room_for_is_not_taken(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < TRAINS_MAX; i++)
		assert_true(add(b, i + 1)); /* each longer than the one before */
	assert_int_equal(trains_left(&b->trains), TRAINS_MAX);
	assert_false(trains_have_room(&b->trains));
	assert_false(add(b, 30));
	assert_int_equal(add_run(b, 60, 30), 0);
	assert_int_equal(send_all(b), 0);
	trains_clear(&b->trains);
	assert_true(add(b, 30));
	assert_int_equal(send_all(b), 0);
	must_receive_all(b);
}

static void vectors_run_out_too(void **state)
{
	struct bench *b = *state;
	size_t count = 0;

	while (add_parts(b, 5, 5))
		count++;
	assert_int_equal(count, TRAIN_VECTORS_MAX / 2);
	assert_int_equal(add_run(b, 10, 10), 0);
	assert_int_equal(send_all(b), 0);
	must_receive_all(b);
}

/* ---- Sending ---- */

static void a_way_may_be_sent_again_to_somebody_else(void **state)
{
	struct bench *b = *state;

	add_run(b, 640, 64);
	assert_int_equal(send_all(b), 0);
	assert_int_equal(b->trains.sent, 10);
	assert_int_equal(trains_left(&b->trains), 0);
	must_receive_all(b);
	trains_rewind(&b->trains);
	b->received = b->expected_used = 0;
	assert_int_equal(send_all(b), 0);
	assert_int_equal(b->trains.sent, 10);
	must_receive_all(b);
}

static void add_something(struct bench *b)
{
	size_t size = random_below(&b->random, 8) == 0 ? 0 : 1 + random_below(&b->random, 1400);
	size_t count = 1 + random_below(&b->random, 80), rest = random_below(&b->random, 3);

	switch (random_below(&b->random, 3)) {
	case 0:
		for (; count > 0; count--)
			if (!add_parts(b, rest, size))
				return;
		break;
	case 1:
		add(b, size);
		break;
	default:
		if (size > 0)
			add_run(b, size * count + (rest > 0 ? size / (rest + 1) : 0), size);
	}
}

static void assert_trains_fit_the_system(const struct bench *b)
{
	size_t datagrams = 0;

	for (size_t i = 0; i < b->trains.count; i++) {
		const struct train *train = &b->trains.list[i];

		assert_true(train->count <= TRAIN_SEGMENTS_MAX);
		assert_true(train->count == 1 || train->size <= HOSTCAST_TRAIN);
		datagrams += train->count;
	}
	assert_int_equal(datagrams, b->count);
}

/* Whatever is added: it arrives, each datagram by itself and in its order. The system may take any
 * part of it at a time, and refuse any train. */
static void what_was_added_arrives(struct bench *b, bool is_refusing, bool is_stubborn)
{
	for (int round = 0; round < 150; round++) {
		int status;

		b->used = b->count = b->received = b->expected_used = 0;
		trains_clear(&b->trains);
		train_path_init(&b->path, b->from, is_refusing);
		for (size_t i = random_below(&b->random, 6); i < 6 && b->used < BYTES / 4; i++)
			add_something(b);
		assert_trains_fit_the_system(b);
		system_.count = system_.next = 0;
		for (size_t i = 0; is_stubborn && i < 60; i++)
			system_.turns[system_.count++] =
				(struct turn){(int)random_below(&b->random, 4),
					      random_below(&b->random, 2) ? EAGAIN : EIO};
		do {
			status = send_all(b);
			must_receive(b, b->trains.sent - b->received);
			assert_int_equal(trains_left(&b->trains), b->count - b->received);
		} while (status == -EAGAIN || status == -EIO);
		assert_int_equal(status, 0);
		must_receive_all(b);
	}
}

static void in_trains(void **state)
{
	what_was_added_arrives(*state, false, false);
}

static void without_trains(void **state)
{
	what_was_added_arrives(*state, true, false);
}

static void by_a_system_that_is_often_full_or_refuses(void **state)
{
	what_was_added_arrives(*state, false, true);
}

static void without_trains_by_such_a_system(void **state)
{
	what_was_added_arrives(*state, true, true);
}

/* ---- What the system says ---- */

static void a_refused_train_goes_one_by_one_and_so_do_all_after_it(void **state)
{
	struct bench *b = *state;

	add_run(b, 1000, 100);
	THE_SYSTEM_WILL({0, EIO});
	assert_int_equal(send_all(b), 0);
	assert_int_equal(b->path.refusal, EIO);
	must_receive_all(b);
	trains_clear(&b->trains);
	add_run(b, 1000, 100);
	THE_SYSTEM_WILL({1000, 0}); /* one call: the train is not even tried */
	assert_int_equal(send_all(b), 0);
	assert_int_equal(system_.calls, 1);
	must_receive_all(b);
}

/* EINVAL of a large one is about its size: the path's MTU may be less. */
static void a_train_of_too_long_datagrams_is_refused_by_itself(void **state)
{
	struct bench *b = *state;

	add_run(b, 2800, 1400), add_run(b, 200, 100);
	THE_SYSTEM_WILL({0, EINVAL});
	assert_int_equal(send_all(b), 0);
	assert_int_equal(b->path.refusal, 0);
	assert_int_equal(b->path.segment_most, 1399);
	assert_int_equal(system_.calls, 3); /* refused; its two; the other train */
	must_receive_all(b);
}

/* What ICMP says of an earlier datagram comes out of this call, and says nothing of it. */
static void an_icmp_error_ends_no_trains(void **state)
{
	struct bench *b = *state;

	add_run(b, 3000, 1000);
	THE_SYSTEM_WILL({0, EMSGSIZE});
	assert_int_equal(send_all(b), 0);
	assert_int_equal(b->path.segment_most, SIZE_MAX);
	assert_int_equal(system_.calls, 2);
	must_receive_all(b);
}

static void datagrams_that_do_not_fit_are_given_up_one_by_one(void **state)
{
	struct bench *b = *state;

	add_run(b, 3000, 1400);
	THE_SYSTEM_WILL({0, EINVAL}, {0, EMSGSIZE}, {0, EMSGSIZE});
	assert_int_equal(send_all(b), -EMSGSIZE);
	assert_int_equal(trains_skip(&b->trains), 1);
	assert_int_equal(send_all(b), -EMSGSIZE);
	assert_int_equal(trains_skip(&b->trains), 1);
	assert_int_equal(send_all(b), 0); /* the last one is shorter */
	assert_int_equal(b->trains.sent, 1);
	b->received = 2;
	b->expected_used = 2800;
	must_receive_all(b);
}

/* The interface's queue is full: all of the train is gone, and what follows is not. */
static void what_the_interface_has_no_room_for_is_given_up_whole(void **state)
{
	struct bench *b = *state;

	add_run(b, 500, 100), add_run(b, 60, 30);
	THE_SYSTEM_WILL({0, ENOBUFS});
	assert_int_equal(send_all(b), -ENOBUFS);
	assert_int_equal(trains_left(&b->trains), 7);
	assert_int_equal(trains_skip(&b->trains), 5);
	assert_int_equal(trains_left(&b->trains), 2);
	assert_int_equal(send_all(b), 0);
	b->received = 5;
	b->expected_used = 500;
	must_receive_all(b);
}

static void a_full_buffer_in_the_middle_of_a_cut_train_loses_nothing(void **state)
{
	struct bench *b = *state;

	add_run(b, 1000, 100), add(b, 7);
	THE_SYSTEM_WILL({0, EIO}, {3, 0}, {0, EAGAIN}, {1, 0}, {0, EAGAIN});
	assert_int_equal(send_all(b), -EAGAIN);
	assert_int_equal(b->trains.sent, 3);
	assert_int_equal(trains_left(&b->trains), 8);
	assert_int_equal(send_all(b), -EAGAIN);
	assert_int_equal(b->trains.sent, 4);
	must_receive(b, 4);
	must_receive_no_more(b);
	assert_int_equal(send_all(b), 0);
	must_receive_all(b);
}

/* The error of an earlier datagram comes out of a call that then sends nothing. */
static void an_earlier_error_is_no_refusal(void **state)
{
	struct bench *b = *state;

	add_run(b, 1000, 100);
	THE_SYSTEM_WILL({0, ECONNREFUSED});
	assert_int_equal(send_all(b), -ECONNREFUSED);
	assert_int_equal(b->path.refusal, 0);
	assert_int_equal(trains_left(&b->trains), 10);
	assert_int_equal(send_all(b), 0);
	assert_int_equal(system_.calls, 2);
	must_receive_all(b);
}

/* The same of a real port at which nobody listens. */
static void nobody_listens(void **state)
{
	struct bench *b = *state;
	union hostcast_address nowhere;
	int status;

	close(open_socket("127.0.0.1:0", &nowhere));
	assert_int_equal(connect(b->from, &nowhere.any, sizeof nowhere.v4), 0);
	add_run(b, 1000, 100);
	b->way.to = NULL;
	assert_int_equal(send_all(b), 0);
	trains_rewind(&b->trains);
	status = send_all(b);
	assert_int_equal(status, -ECONNREFUSED);
	assert_int_equal(b->path.refusal, 0);
	assert_int_equal(trains_left(&b->trains), 10);
}

static void an_interrupted_call_is_made_again(void **state)
{
	struct bench *b = *state;

	add_run(b, 1000, 100);
	THE_SYSTEM_WILL({0, EINTR}, {0, EINTR});
	assert_int_equal(send_all(b), 0);
	must_receive_all(b);
}

/* A path that refuses from the beginning, as --no-trains wants it. */
static void a_path_that_refuses_says_so_and_sends_each(void **state)
{
	struct bench *b = *state;

	train_path_init(&b->path, b->from, true);
	add(b, 40), add_run(b, 1000, 100), add(b, 100), add(b, 40);
	assert_int_equal(send_all(b), 0);
	assert_int_not_equal(b->path.refusal, 0);
	must_receive_all(b);
}

static void from_an_address_of_this_host(void **state)
{
	struct bench *b = *state;
	union hostcast_address from, own;

	assert_true(address_parse_with_port("127.0.0.77:0", 0, &from));
	close(b->from);
	b->from = open_socket("0.0.0.0:0", &own);
	b->way.from = &from;
	add_run(b, 1000, 100), add(b, 30);
	assert_int_equal(send_all(b), 0);
	for (int i = 0; i < 11; i++) {
		union hostcast_address source;
		socklen_t size = sizeof source;
		char buffer[200];

		assert_true(recvfrom(b->to, buffer, sizeof buffer, 0, &source.any, &size) > 0);
		assert_true(address_same_ip(&source, &from));
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(equal_sizes_make_a_train_that_a_shorter_one_ends,
						open_bench, close_bench),
		cmocka_unit_test_setup_teardown(empty_ones_go_alone, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(head_and_body_are_one_datagram, open_bench,
						close_bench),
		cmocka_unit_test_setup_teardown(a_train_has_64_datagrams_at_the_most, open_bench,
						close_bench),
		cmocka_unit_test_setup_teardown(a_train_has_no_more_bytes_than_the_system_takes,
						open_bench, close_bench),
		cmocka_unit_test_setup_teardown(a_train_has_no_more_bytes_than_the_system_takes,
						open_bench_6, close_bench),
		cmocka_unit_test_setup_teardown(a_run_longer_than_a_train_makes_several, open_bench,
						close_bench),
		cmocka_unit_test_setup_teardown(a_run_goes_on_with_a_train_of_its_size, open_bench,
						close_bench),
		cmocka_unit_test_setup_teardown(what_there_is_no_room_for_is_not_taken, open_bench,
						close_bench),
		cmocka_unit_test_setup_teardown(vectors_run_out_too, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(a_way_may_be_sent_again_to_somebody_else,
						open_bench, close_bench),
		cmocka_unit_test_setup_teardown(in_trains, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(in_trains, open_bench_6, close_bench),
		cmocka_unit_test_setup_teardown(without_trains, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(without_trains, open_bench_6, close_bench),
		cmocka_unit_test_setup_teardown(by_a_system_that_is_often_full_or_refuses,
						open_bench, close_bench),
		cmocka_unit_test_setup_teardown(without_trains_by_such_a_system, open_bench,
						close_bench),
		cmocka_unit_test_setup_teardown(
			a_refused_train_goes_one_by_one_and_so_do_all_after_it, open_bench,
			close_bench),
		cmocka_unit_test_setup_teardown(a_train_of_too_long_datagrams_is_refused_by_itself,
						open_bench, close_bench),
		cmocka_unit_test_setup_teardown(an_icmp_error_ends_no_trains, open_bench,
						close_bench),
		cmocka_unit_test_setup_teardown(datagrams_that_do_not_fit_are_given_up_one_by_one,
						open_bench, close_bench),
		cmocka_unit_test_setup_teardown(
			what_the_interface_has_no_room_for_is_given_up_whole, open_bench,
			close_bench),
		cmocka_unit_test_setup_teardown(
			a_full_buffer_in_the_middle_of_a_cut_train_loses_nothing, open_bench,
			close_bench),
		cmocka_unit_test_setup_teardown(an_earlier_error_is_no_refusal, open_bench,
						close_bench),
		cmocka_unit_test_setup_teardown(nobody_listens, open_bench, close_bench),
		cmocka_unit_test_setup_teardown(an_interrupted_call_is_made_again, open_bench,
						close_bench),
		cmocka_unit_test_setup_teardown(a_path_that_refuses_says_so_and_sends_each,
						open_bench, close_bench),
		cmocka_unit_test_setup_teardown(from_an_address_of_this_host, open_bench,
						close_bench),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
