/* Datagrams that came together (UDP_GRO): they are told apart again, for whoever receives, with as
 * many at a time as he likes. */
#include "hostcast.h"
#include "net/address.h"
#include "net/datagrams.h"
#include "net/socket.h"
#include "net/trains.h"
#include "unit.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { LIMIT_MS = 30000, BYTES = 1 << 18 };

/* ---- What one read gave ---- */

static struct arrival arrival_of(size_t size, size_t segment, size_t header)
{
	static char bytes[1000];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i % 100);
	return (struct arrival){
		.whole = {.data = bytes, .size = size, .full_size = size, .ttl = 7},
		.segment = segment,
		.header = header,
	};
}

static void assert_at(const struct arrival *arrival, size_t index, size_t offset, size_t size)
{
	struct iovec payload = arrival_payload(arrival, index);
	struct hostcast_message message;

	arrival_at(arrival, index, &message);
	assert_ptr_equal(payload.iov_base, (const char *)arrival->whole.data + offset);
	assert_int_equal(payload.iov_len, size);
	assert_ptr_equal(message.data, payload.iov_base);
	assert_int_equal(message.size, size);
	assert_int_equal(message.full_size, size);
	assert_int_equal(message.ttl, 7);
}

static void an_arrival_without_segments_is_one(void **state)
{
	struct arrival one = arrival_of(500, 500, 0), none = arrival_of(0, 0, 0);

	(void)state;
	assert_int_equal(arrival_count(&one), 1);
	assert_at(&one, 0, 0, 500);
	assert_int_equal(arrival_count(&none), 1);
	assert_at(&none, 0, 0, 0);
}

static void the_last_segment_may_be_shorter(void **state)
{
	struct arrival train = arrival_of(250, 100, 0), even = arrival_of(300, 100, 0);

	(void)state;
	assert_int_equal(arrival_count(&train), 3);
	assert_at(&train, 0, 0, 100);
	assert_at(&train, 2, 200, 50);
	assert_int_equal(arrival_count(&even), 3);
	assert_at(&even, 2, 200, 100);
}

/* And where a header stands before each payload, the payload alone is told. */
static void a_header_stands_before_each(void **state)
{
	struct arrival train = arrival_of(205, 100, 5), empty = arrival_of(5, 5, 5);

	(void)state;
	assert_int_equal(arrival_count(&train), 3);
	assert_at(&train, 1, 105, 95);
	assert_at(&train, 2, 205, 0);
	assert_int_equal(arrival_count(&empty), 1);
	assert_at(&empty, 0, 5, 0);
}

/* What did not fit the buffer is one datagram, of which more is known than is there. */
static void what_was_cut_off_keeps_its_full_size(void **state)
{
	struct arrival cut = arrival_of(500, 500, 0);
	struct hostcast_message message;

	(void)state;
	cut.whole.full_size = 900;
	cut.whole.flags = HOSTCAST_CUT_OFF;
	arrival_at(&cut, 0, &message);
	assert_int_equal(message.size, 500);
	assert_int_equal(message.full_size, 900);
}

/* ---- A handle ---- */

struct bench {
	struct hostcast *h;
	int from;
	union hostcast_address to;
	uint8_t *bytes;
	size_t used, heard; /* of the bytes: sent, and received */
	size_t sizes[3000];
	size_t count, received;
};

static int open_bench(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	struct random random = {5};
	char target[HOSTCAST_TEXT_SIZE];
	struct error error;

	b->bytes = malloc(BYTES);
	for (size_t i = 0; i < BYTES; i++)
		b->bytes[i] = (uint8_t)random_next(&random);
	assert_true(address_parse_with_port("127.0.0.1:0", 0, &b->to));
	b->from = socket_open(AF_INET, SOCK_DGRAM, &error);
	assert_true(b->from >= 0);
	assert_int_equal(socket_bind(b->from, &b->to, &error), 0);
	assert_int_equal(socket_local_address(b->from, &b->to, &error), 0);
	close(b->from); /* so this port is free */
	b->from = socket_open(AF_INET, SOCK_DGRAM, &error);
	b->h = hostcast_new();
	assert_int_equal(
		hostcast_open(b->h, hostcast_address_text(&b->to, target), HOSTCAST_RECEIVE), 0);
	*state = b;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *b = *state;

	hostcast_free(b->h);
	close(b->from);
	free(b->bytes);
	free(b);
	return 0;
}

/* Sends datagrams of this size, together or one by one. */
static void send_some(struct bench *b, size_t count, size_t size, size_t last, bool in_trains)
{
	const struct way way = {.to = &b->to};
	struct trains trains;
	struct train_path path;

	trains_clear(&trains);
	train_path_init(&path, b->from, !in_trains);
	for (; count > 0; count--) {
		size_t this = count == 1 ? last : size;

		assert_true(b->used + this <= BYTES);
		assert_true(trains_add(&trains, NO_HEAD, (struct iovec){b->bytes + b->used, this}));
		b->sizes[b->count++] = this;
		b->used += this;
	}
	assert_int_equal(trains_send(&trains, b->from, &way, &path), 0);
}

static bool is_readable(struct bench *b, int limit_ms)
{
	struct pollfd ready = {.fd = hostcast_fd(b->h), .events = POLLIN};

	return poll(&ready, 1, limit_ms) == 1;
}

/* Receives all that was sent, so many at a time; the descriptor is readable as long as there is
 * more. Each message has `most` bytes at the most. Returns how many calls gave something. */
static size_t receive_all(struct bench *b, size_t at_a_time, size_t most)
{
	struct hostcast_message messages[HOSTCAST_BATCH];
	size_t calls = 0;

	while (b->received < b->count) {
		int got;

		assert_true(is_readable(b, LIMIT_MS));
		got = hostcast_receive(b->h, messages, at_a_time);
		assert_in_range(got, 0, at_a_time);
		calls += got > 0 ? 1 : 0;
		for (int i = 0; i < got; i++) {
			size_t size = b->sizes[b->received++], cut = size < most ? size : most;

			assert_int_equal(messages[i].size, cut);
			assert_int_equal(messages[i].full_size, size);
			assert_int_equal(messages[i].flags & HOSTCAST_CUT_OFF,
					 cut < size ? HOSTCAST_CUT_OFF : 0);
			assert_memory_equal(messages[i].data, b->bytes + b->heard, cut);
			b->heard += size;
		}
	}
	return calls;
}

static void assert_nothing_is_left(struct bench *b)
{
	struct hostcast_message message;

	assert_int_equal(hostcast_receive(b->h, &message, 1), 0);
	assert_false(is_readable(b, 0));
}

static uint64_t counter(const struct bench *b, const char *name)
{
	for (unsigned i = 0; hostcast_counter_name(i); i++)
		if (strcmp(hostcast_counter_name(i), name) == 0)
			return hostcast_counter(b->h, i);
	fail_msg("no counter %s", name);
	return 0;
}

static void send_a_mixture(struct bench *b)
{
	send_some(b, 40, 300, 120, true);
	send_some(b, 1, 700, 700, true);
	send_some(b, 5, 300, 300, false);
	send_some(b, 1, 0, 0, true);
	send_some(b, 64, 400, 400, true);
	send_some(b, 2, 900, 1, true);
}

static void messages_are_given_as_many_at_a_time_as_one_likes(void **state)
{
	static const size_t MANY[] = {1, 2, 3, 7, 63, HOSTCAST_BATCH};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNT_OF(MANY); i++) {
		send_a_mixture(b);
		assert_true(receive_all(b, MANY[i], SIZE_MAX) * MANY[i] >= 113);
		assert_nothing_is_left(b);
	}
	assert_int_equal(counter(b, "received"), COUNT_OF(MANY) * 113);
}

static void a_train_is_given_in_pieces_and_the_descriptor_tells_so(void **state)
{
	struct bench *b = *state;

	send_some(b, 64, 300, 300, true);
	assert_int_equal(receive_all(b, 3, SIZE_MAX), 22);
	assert_nothing_is_left(b);
}

static void the_receive_size_is_of_each_message(void **state)
{
	struct bench *b = *state;

	assert_int_equal(hostcast_set_receive_size(b->h, 250), 0);
	send_a_mixture(b);
	receive_all(b, 5, 250);
	assert_nothing_is_left(b);
	assert_int_equal(counter(b, "cut_off"), 39 + 1 + 5 + 64 + 1);
}

static void without_trains_it_is_the_same(void **state)
{
	struct bench *b = *state;
	char target[HOSTCAST_TEXT_SIZE];

	hostcast_free(b->h);
	b->h = hostcast_new();
	assert_int_equal(hostcast_set_trains(b->h, false), 0);
	assert_int_equal(
		hostcast_open(b->h, hostcast_address_text(&b->to, target), HOSTCAST_RECEIVE), 0);
	send_a_mixture(b);
	receive_all(b, 3, SIZE_MAX);
	assert_nothing_is_left(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arrival_without_segments_is_one),
		cmocka_unit_test(the_last_segment_may_be_shorter),
		cmocka_unit_test(a_header_stands_before_each),
		cmocka_unit_test(what_was_cut_off_keeps_its_full_size),
		cmocka_unit_test_setup_teardown(messages_are_given_as_many_at_a_time_as_one_likes,
						open_bench, close_bench),
		cmocka_unit_test_setup_teardown(
			a_train_is_given_in_pieces_and_the_descriptor_tells_so, open_bench,
			close_bench),
		cmocka_unit_test_setup_teardown(the_receive_size_is_of_each_message, open_bench,
						close_bench),
		cmocka_unit_test_setup_teardown(without_trains_it_is_the_same, open_bench,
						close_bench),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
