/* The headers, control messages, sizes, the pattern and the search of hostcast bench. */
#include "base/monotime.h"
#include "cli/allowed.h"
#include "cli/bench/audience.h"
#include "cli/bench/control.h"
#include "cli/bench/iperf.h"
#include "cli/bench/pattern.h"
#include "cli/bench/search.h"
#include "cli/bench/sizes.h"
#include "cli/bench/table.h"
#include "net/address.h"
#include "unit.h"

#include <stdio.h>

/* ---- Headers ---- */

static struct packet any_packet(struct random *random)
{
	static const uint8_t types[] = {'d', 'h', 'e', 'b', 'H', 'R'};

	return (struct packet){
		.type = types[random_below(random, COUNT_OF(types))],
		.flags = (uint8_t)random_next(random),
		.step = (uint16_t)random_next(random),
		.stream = (uint32_t)random_next(random),
		.clock = (uint32_t)random_next(random),
		.number = random_next(random),
		.time_ns = (int64_t)random_next(random),
	};
}

static void a_header_comes_back(void **state)
{
	struct random random = {21};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct packet packet = any_packet(&random), read;
		uint8_t bytes[PACKET_HEADER];

		packet_write(&packet, bytes);
		assert_true(packet_read(&read, bytes, sizeof bytes));
		assert_int_equal(read.type, packet.type);
		assert_int_equal(read.flags, packet.flags);
		assert_int_equal(read.step, packet.step);
		assert_int_equal(read.stream, packet.stream);
		assert_int_equal(read.clock, packet.clock);
		assert_int_equal(read.number, packet.number);
		assert_int_equal(read.time_ns, packet.time_ns);
		assert_false(packet_read(&read, bytes, sizeof bytes - 1));
	}
}

/* As documented, byte by byte: other programs may write it. */
static void the_header_is_as_documented(void **state)
{
	const struct packet packet = {'d', 3, 0x0102, 0x03040506, 0x0708090a, 0x0b0c0d0e, 0x0f10};
	const uint8_t expected[PACKET_HEADER] = {'H', 'C', 'B', '1', 'd', 3, 1, 2, 3,  4,  5,
						 6,   7,   8,   9,   10,  0, 0, 0, 0,  11, 12,
						 13,  14,  0,   0,   0,   0, 0, 0, 15, 16};
	uint8_t bytes[PACKET_HEADER];

	(void)state;
	packet_write(&packet, bytes);
	assert_memory_equal(bytes, expected, sizeof bytes);
}

static void other_headers_are_refused(void **state)
{
	const struct packet packet = {.type = 'd'};
	uint8_t bytes[PACKET_HEADER];
	struct packet read;

	(void)state;
	for (size_t i = 0; i <= 4; i++) {
		packet_write(&packet, bytes);
		bytes[i] ^= 0x80;
		assert_false(packet_read(&read, bytes, sizeof bytes));
	}
}

/* Whatever a stranger writes there; the sanitizers look for an overflow. */
static void any_time_of_sending_has_an_age(void **state)
{
	const int64_t now_ns = INT64_C(1795272451) * NS_PER_S;

	(void)state;
	assert_int_equal(packet_age_ns(now_ns - 5, now_ns), 5);
	assert_int_equal(packet_age_ns(now_ns - 600 * NS_PER_S, now_ns), 600 * NS_PER_S);
	assert_true(packet_age_ns(now_ns - 600 * NS_PER_S - 1, now_ns) < 0);
	assert_true(packet_age_ns(now_ns + 1, now_ns) < 0);
	assert_true(packet_age_ns(0, now_ns) < 0);
	assert_true(packet_age_ns(INT64_MIN, now_ns) < 0);
	assert_true(packet_age_ns(INT64_MAX, now_ns) < 0);
}

/* What iperf 2.1.8 was seen to send. */
static void iperf_is_understood(void **state)
{
	static const uint8_t first[] = {0, 0, 0, 1, 0x6b, 0x01, 0xaf, 0x03, 0, 0x08, 0x90, 0x0f,
					0, 0, 0, 0, 0x48, 0x01, 0x00, 0x98, 0, 0,    0,    1};
	static const uint8_t last[] = {0xff, 0xff, 0xff, 0xbb, 0x6b, 0x01, 0xaf, 0x03,
				       0,    0x09, 0x58, 0x4e, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t last_of_32_bits[] = {0xff, 0xff, 0xff, 0xbb, 0x6b, 0x01, 0xaf, 0x03,
						  0,    0x09, 0x58, 0x4e, 0,    0,    0,    0};
	struct iperf_packet packet;

	(void)state;
	assert_true(iperf_read(&packet, first, sizeof first));
	assert_int_equal(packet.number, 0);
	assert_false(packet.is_end);
	assert_int_equal(packet.time_ns, INT64_C(1795272451) * 1000000000 + 561167000);
	assert_true(iperf_read(&packet, last, sizeof last));
	assert_int_equal(packet.number, 68);
	assert_true(packet.is_end);
	assert_true(iperf_read(&packet, last_of_32_bits, sizeof last_of_32_bits));
	assert_int_equal(packet.number, 68);
	assert_true(packet.is_end);
	assert_false(iperf_read(&packet, first, IPERF_HEADER - 1));
}

static void iperf_comes_back(void **state)
{
	struct random random = {22};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct iperf_packet packet = {
			.number = random_next(&random) >> (2 + random_below(&random, 61)),
			.is_end = random_below(&random, 2),
			.time_ns = (int64_t)random_below(&random, INT64_C(4000000000) * 1000000) *
				   1000,
		};
		struct iperf_packet read;
		uint8_t bytes[IPERF_HEADER];

		/* From 2^31 on without its high part a number looks like an end of 32 bits. */
		if (!packet.is_end && packet.number >> 31 == 1)
			continue;
		iperf_write(&packet, bytes);
		assert_true(iperf_read(&read, bytes, sizeof bytes));
		assert_int_equal(read.number, packet.number);
		assert_int_equal(read.is_end, packet.is_end);
		assert_int_equal(read.time_ns, packet.time_ns);
	}
}

static void a_report_for_iperf_comes_back(void **state)
{
	const struct result result = {.sent = 50,
				      .received = 48,
				      .bytes = UINT64_C(5) << 32 | 7,
				      .lost = 2,
				      .reordered = 3,
				      .elapsed_ns = 1500000000};
	uint8_t bytes[IPERF_REPORT];
	struct result read;

	(void)state;
	iperf_write_report(&result, bytes);
	assert_true(iperf_read_report(&read, bytes, sizeof bytes));
	assert_int_equal(read.sent, 49); /* one of those that it counts said the end */
	assert_int_equal(read.lost, 2);
	assert_int_equal(read.reordered, 3);
	assert_int_equal(read.bytes, result.bytes);
	assert_int_equal(read.elapsed_ns, result.elapsed_ns);
	assert_false(iperf_read_report(&read, bytes, 40));
	bytes[16] = 0;
	assert_false(iperf_read_report(&read, bytes, sizeof bytes));
}

/* ---- Control messages ---- */

static void a_hello_comes_back(void **state)
{
	const struct packet packet = {.type = PACKET_HELLO};
	struct hello hello = {.port = 50000}, read;
	uint8_t bytes[CONTROL_MAX];
	size_t size;

	(void)state;
	size = control_write_hello(&packet, &hello, bytes);
	assert_int_equal(size, CONTROL_MAX);
	assert_true(control_read_hello(&read, bytes, size));
	assert_false(control_read_hello(&read, bytes, size - 1));
	assert_true(control_read_hello(&read, bytes, size));
	assert_int_equal(read.port, 50000);
	assert_int_equal(read.address.any.sa_family, AF_UNSPEC);
	assert_true(address_parse("2001:db8::7", &hello.address));
	size = control_write_hello(&packet, &hello, bytes);
	assert_true(control_read_hello(&read, bytes, size));
	assert_true(address_equal(&read.address, &hello.address));
}

static bool reads_hello(const char *content)
{
	uint8_t bytes[CONTROL_MAX] = {0};
	struct hello hello;

	memcpy(bytes + PACKET_HEADER, content, strlen(content));
	return control_read_hello(&hello, bytes, sizeof bytes);
}

static void a_bad_hello_is_refused(void **state)
{
	(void)state;
	assert_true(reads_hello("port 1\n"));
	assert_true(reads_hello("news of a later version\nport 1\n"));
	assert_false(reads_hello(""));
	assert_false(reads_hello("port 0\n"));
	assert_false(reads_hello("port 65536\n"));
	assert_false(reads_hello("port 1 \n"));
	assert_false(reads_hello("port -1\n"));
	assert_false(reads_hello("port 1\naddress 224.1.1.1\n"));
	assert_false(reads_hello("port 1\naddress 0.0.0.0\n"));
	assert_false(reads_hello("port 1\naddress somewhere\n"));
}

static void a_report_comes_back(void **state)
{
	const struct packet packet = {.type = PACKET_REPORT};
	struct bench_report report = {.name = "a host"}, read;
	uint64_t *fields = (uint64_t *)&report.result;
	uint8_t bytes[CONTROL_MAX];
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof report.result / sizeof *fields; i++)
		fields[i] = INT64_MAX - i;
	memset(report.name, 'x', sizeof report.name - 1);
	size = control_write_report(&packet, &report, bytes);
	assert_true(size < CONTROL_MAX); /* the longest there is */
	assert_true(control_read_report(&read, bytes, size));
	assert_string_equal(read.name, report.name);
	assert_memory_equal(&read.result, &report.result, sizeof read.result);
}

static bool reads_report(const char *content, size_t size)
{
	uint8_t bytes[CONTROL_MAX] = {0};
	struct bench_report report;

	memcpy(bytes + PACKET_HEADER, content, size);
	return control_read_report(&report, bytes, PACKET_HEADER + size);
}

static void a_bad_report_is_refused(void **state)
{
	static const char nul[] = "name a\0b\n";

	(void)state;
	assert_true(reads_report("name a\nsent 1\nnew 5\n", 20));
	assert_false(reads_report("sent 9223372036854775808\n", 25));
	assert_false(reads_report("sent x\n", 7));
	assert_false(reads_report("sent 1.5\n", 9));
	assert_false(reads_report(nul, sizeof nul - 1));
}

/* Any bytes, in memory of exactly their size: nothing is read that is not there. */
static void any_bytes_do_no_harm(void **state)
{
	static const char *const words[] = {"port ",  "address ",       "sent ", "name ",
					    "\n",     "127.0.0.1",      "99999", "lost ",
					    "\n\r\n", "latency_p50_ns "};
	struct random random = {23};

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct packet packet = any_packet(&random), read;
		size_t size = PACKET_HEADER, room = PACKET_HEADER + random_below(&random, 200) +
						    (i % 10 == 0 ? CONTROL_MAX : 0);
		uint8_t *bytes = malloc(room);
		struct hello hello;
		struct bench_report report;

		assert_non_null(bytes);
		packet_write(&packet, bytes);
		while (size < room) {
			const char *word = words[random_below(&random, COUNT_OF(words))];
			size_t length = strlen(word);

			if (random_below(&random, 3) == 0 || length > room - size)
				bytes[size++] = (uint8_t)random_next(&random);
			else
				memcpy(bytes + size, word, length), size += length;
		}
		assert_true(packet_read(&read, bytes, size));
		if (control_read_hello(&hello, bytes, size))
			assert_true(hello.port > 0 && !address_is_multicast(&hello.address));
		if (control_read_report(&report, bytes, size))
			assert_true(report.result.sent <= INT64_MAX);
		free(bytes);
	}
}

/* ---- Those who listen ---- */

static struct hostcast_message message_from(const char *address, const void *bytes, size_t size)
{
	struct hostcast_message message = {.data = bytes, .size = size, .full_size = size};

	assert_true(address_parse_with_port(address, 0, &message.source));
	return message;
}

static void answers_are_taken_from_those_who_know_the_run(void **state)
{
	struct audience audience = {.stream = 7};
	struct packet packet = {.type = PACKET_HERE, .stream = 7};
	struct bench_report report = {.name = "h", .result = {.sent = 3, .received = 2}};
	uint8_t bytes[CONTROL_MAX] = {0};
	struct hostcast_message message;

	(void)state;
	message = message_from("10.0.0.9:5", bytes, control_write_report(&packet, &report, bytes));
	audience_take(&audience, &message, 0);
	message = message_from("10.0.0.2:5", bytes, message.size);
	audience_take(&audience, &message, 0);
	audience_begin(&audience, 1);
	assert_int_equal(audience.count, 2);
	assert_int_equal(audience.list[0]->address.v4.sin_addr.s_addr, htonl(0x0a000002));
	packet.type = PACKET_REPORT;
	packet.step = 2; /* another one */
	message.size = control_write_report(&packet, &report, bytes);
	audience_take(&audience, &message, 0);
	packet.step = 1;
	packet.stream = 8; /* a stranger's */
	message.size = control_write_report(&packet, &report, bytes);
	audience_take(&audience, &message, 0);
	assert_int_equal(audience.strays, 2);
	assert_int_equal(audience_reported(&audience), 0);
	packet.stream = 7;
	message.size = control_write_report(&packet, &report, bytes);
	audience_take(&audience, &message, 0);
	assert_int_equal(audience_reported(&audience), 1);
	assert_int_equal(audience.list[0]->result.received, 2);
	audience_done(&audience);
}

static void an_echo_is_a_round_trip(void **state)
{
	struct audience audience = {.stream = 7, .step = 1};
	struct packet packet = {.type = PACKET_DATA, .stream = 7, .step = 1, .time_ns = 1000};
	uint8_t bytes[PACKET_HEADER] = {0};
	struct hostcast_message message = message_from("10.0.0.2:5", bytes, sizeof bytes);

	(void)state;
	packet_write(&packet, bytes);
	audience_take(&audience, &message, 51000); /* nobody that is known */
	assert_int_equal(audience.strays, 1);
	assert_non_null(audience_find(&audience, &message.source));
	audience_take(&audience, &message, 51000);
	audience_take(&audience, &message, 500); /* before it went */
	assert_int_equal(audience.list[0]->rtt_ns.count, 1);
	assert_int_equal(audience.list[0]->rtt_ns.most, 50000);
	assert_int_equal(audience.strays, 2);
	audience_done(&audience);
}

static void listeners_are_bounded(void **state)
{
	struct audience audience = {.stream = 7};
	union hostcast_address address;

	(void)state;
	assert_true(address_parse_with_port("10.0.0.1:1", 0, &address));
	for (uint16_t port = 1; port <= AUDIENCE_MAX + 10; port++) {
		address_set_port(&address, port);
		assert_true((audience_find(&audience, &address) != NULL) == (port <= AUDIENCE_MAX));
	}
	assert_int_equal(audience.unlisted, 10);
	audience_done(&audience);
}

/* ---- Whom a receiver answers ---- */

struct told {
	unsigned count;
	char text[600];
};

static void tell(void *context, const char *text)
{
	struct told *told = context;

	told->count++;
	snprintf(told->text, sizeof told->text, "%s", text);
}

static bool is_allowed(struct allowed *allowed, const char *text)
{
	union hostcast_address address;

	assert_true(address_parse_with_port(text, 0, &address));
	return allowed_has(allowed, &address);
}

static void begin_allowed(struct allowed *allowed, const struct text_list *networks,
			  struct told *told)
{
	struct error error;

	*told = (struct told){0};
	assert_int_equal(allowed_init(allowed, networks, &error), 0);
	allowed->notice = tell;
	allowed->context = told;
}

static void by_default_this_host_is_answered(void **state)
{
	const struct text_list none = {.count = 0};
	struct allowed allowed;
	struct told told;

	(void)state;
	begin_allowed(&allowed, &none, &told);
	assert_true(is_allowed(&allowed, "127.1.2.3:5"));
	assert_true(is_allowed(&allowed, "[::1]:5"));
	assert_int_equal(told.count, 0);
	assert_false(is_allowed(&allowed, "198.18.77.7:5")); /* nobody is attached to it */
	assert_non_null(strstr(told.text, "--allow 198.18.77.0/24 and, to keep those of now, "));
	assert_false(is_allowed(&allowed, "198.18.77.8:5")); /* of the same network */
	assert_false(is_allowed(&allowed, "240.1.2.3:5"));   /* of nobody */
	assert_int_equal(told.count, 1);
	allowed_done(&allowed);
}

static void who_is_allowed_is_answered(void **state)
{
	const struct text_list networks = {.list = {"192.0.2.0/25", "fd00::/8"}, .count = 2};
	struct allowed allowed;
	struct told told;

	(void)state;
	begin_allowed(&allowed, &networks, &told);
	assert_true(is_allowed(&allowed, "192.0.2.127:5"));
	assert_true(is_allowed(&allowed, "[fd00::1]:5"));
	assert_int_equal(told.count, 0);
	assert_false(is_allowed(&allowed, "192.0.2.128:5"));
	assert_false(is_allowed(&allowed, "127.0.0.1:5"));
	assert_int_equal(told.count, 2);
	assert_false(is_allowed(&allowed, "[fe80::1]:5"));
	assert_string_equal(told.text, "fe80::1 is not answered, its network is not allowed; to "
				       "answer it: --allow fe80::/10");
	assert_false(is_allowed(&allowed, "[fe80::2]:5"));
	assert_int_equal(told.count, 3);
	allowed_done(&allowed);
}

static void what_is_no_network_is_refused(void **state)
{
	const struct text_list networks = {.list = {"192.0.2.0/25", "somewhere"}, .count = 2};
	struct allowed allowed;
	struct error error;

	(void)state;
	assert_int_equal(allowed_init(&allowed, &networks, &error), HOSTCAST_INVALID);
	allowed_done(&allowed);
}

/* ---- The table ---- */

/* The kernel counts a train that it drops as one. */
static void drops_are_at_least_so_many(void **state)
{
	const struct result result = {.sent = 9, .received = 2, .lost = 7, .kernel_drops = 5};
	struct text text = {0};

	(void)state;
	table_row(&text, 1, "somebody", &result);
	assert_non_null(strstr(text_string(&text), "there were at least 5 messages dropped"));
	text_done(&text);
}

/* ---- The pattern ---- */

static void the_pattern_is_checked_to_the_last_byte(void **state)
{
	static struct pattern pattern;
	const struct packet packet = {.type = 'd', .stream = 99, .number = 12345};
	const struct packet next = {.type = 'd', .stream = 99, .number = 12346};
	static uint8_t bytes[65507];

	(void)state;
	pattern_init(&pattern);
	for (size_t size = PACKET_HEADER; size <= sizeof bytes; size += 6547) {
		pattern_fill(&pattern, &packet, bytes, size);
		assert_true(pattern_matches(&pattern, &packet, bytes, size));
		if (size == PACKET_HEADER)
			continue;
		assert_false(pattern_matches(&pattern, &next, bytes, size));
		bytes[size - 1] ^= 1;
		assert_false(pattern_matches(&pattern, &packet, bytes, size));
	}
}

/* ---- Sizes ---- */

static void sizes_are_understood(void **state)
{
	struct sizes sizes;
	size_t small = 0;

	(void)state;
	assert_true(sizes_parse(&sizes, "1024"));
	assert_int_equal(sizes.count, 1);
	assert_int_equal(sizes.list[0], 1024);
	assert_true(sizes_parse(&sizes, "64x7,594x4,1500"));
	assert_int_equal(sizes.count, 12);
	assert_int_equal(sizes.least, 64);
	assert_int_equal(sizes.most, 1500);
	for (size_t i = 0; i < sizes.count; i++) {
		small += sizes.list[i] == 64;
		/* Evenly spread: never three in a row. */
		assert_false(i >= 2 && sizes.list[i] == 64 && sizes.list[i - 1] == 64 &&
			     sizes.list[i - 2] == 64);
	}
	assert_int_equal(small, 7);
	assert_true(sizes_mean(&sizes) == (64 * 7 + 594 * 4 + 1500) / 12.0);
}

static void what_are_no_sizes_is_refused(void **state)
{
	static const char *const texts[] = {"",   "x",       "64x",        "64x0", "65536",
					    "-1", "64,",     ",64",        "64 ",  "64x7,,64",
					    "1k", "64x1001", "64x999,65x2"};
	struct sizes sizes;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_false(sizes_parse(&sizes, texts[i]));
}

/* ---- The search ---- */

/* Finds a limit in a network that loses nothing up to it, and everything asked for is sent. */
static int64_t find(int64_t first, int64_t limit, unsigned *steps)
{
	struct search search;

	search_begin(&search, first);
	while (!search.is_over)
		search_take(&search, search.rate <= limit, (double)search.rate);
	*steps = search.steps;
	return search.good;
}

static void the_limit_is_found(void **state)
{
	static const int64_t limits[] = {1, 2, 3, 100, 1000, 999999, 1234567, 50000000};
	unsigned steps;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		int64_t found = find(1000, limits[i], &steps);

		assert_in_range(found, limits[i] - limits[i] / 20 - 1, limits[i]);
		assert_true(steps <= 30);
	}
	assert_int_equal(find(1000, 0, &steps), 0);
}

/* Every third try is spoiled by something else than the rate. */
static void one_spoiled_try_does_not_end_the_search(void **state)
{
	struct search search;

	(void)state;
	search_begin(&search, 1000);
	while (!search.is_over)
		search_take(&search, search.rate <= 90000 && search.steps % 3 != 2,
			    (double)search.rate);
	assert_in_range(search.good, 85000, 90000);
}

static void a_sender_at_its_end_ends_the_search(void **state)
{
	struct search search;

	(void)state;
	search_begin(&search, 1000);
	while (!search.is_over)
		search_take(&search, true, (double)(search.rate < 7000 ? search.rate : 7000));
	assert_true(search.is_sender_limited);
	assert_int_equal(search.good, 7000);
}

static void chance_does_not_keep_it_for_ever(void **state)
{
	struct random random = {24};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct search search;

		search_begin(&search, 1 + (int64_t)random_below(&random, 1000000));
		while (!search.is_over) {
			assert_true(search.rate >= 1 && search.steps <= SEARCH_STEPS_MAX);
			search_take(&search, random_below(&random, 2),
				    (double)search.rate * (double)random_below(&random, 100) / 80);
		}
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_comes_back),
		cmocka_unit_test(the_header_is_as_documented),
		cmocka_unit_test(other_headers_are_refused),
		cmocka_unit_test(any_time_of_sending_has_an_age),
		cmocka_unit_test(iperf_is_understood),
		cmocka_unit_test(iperf_comes_back),
		cmocka_unit_test(a_report_for_iperf_comes_back),
		cmocka_unit_test(a_hello_comes_back),
		cmocka_unit_test(a_bad_hello_is_refused),
		cmocka_unit_test(a_report_comes_back),
		cmocka_unit_test(a_bad_report_is_refused),
		cmocka_unit_test(any_bytes_do_no_harm),
		cmocka_unit_test(answers_are_taken_from_those_who_know_the_run),
		cmocka_unit_test(an_echo_is_a_round_trip),
		cmocka_unit_test(listeners_are_bounded),
		cmocka_unit_test(by_default_this_host_is_answered),
		cmocka_unit_test(who_is_allowed_is_answered),
		cmocka_unit_test(what_is_no_network_is_refused),
		cmocka_unit_test(drops_are_at_least_so_many),
		cmocka_unit_test(the_pattern_is_checked_to_the_last_byte),
		cmocka_unit_test(sizes_are_understood),
		cmocka_unit_test(what_are_no_sizes_is_refused),
		cmocka_unit_test(the_limit_is_found),
		cmocka_unit_test(one_spoiled_try_does_not_end_the_search),
		cmocka_unit_test(a_sender_at_its_end_ends_the_search),
		cmocka_unit_test(chance_does_not_keep_it_for_ever),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
