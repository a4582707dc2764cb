#include "unit.h"
#include "wire/address.h"

/* Reads from a buffer that ends with the text, so that a sanitizer sees a read past it. */
static bool read_address(const char *text, size_t size, struct wire_address *address)
{
	char *bytes = malloc(size);
	struct reader reader;

	assert_true(bytes || size == 0);
	for (size_t i = 0; i < size; i++)
		bytes[i] = text[i];
	reader = reader_of(bytes, size);
	wire_address_read(&reader, address);
	free(bytes);
	return !reader.failed;
}

static struct wire_address parse(const char *text)
{
	struct wire_address address;

	if (!read_address(text, strlen(text), &address))
		fail_msg("'%s' is not read", text);
	return address;
}

static const char *text_of(const struct wire_address *address, char text[static 64])
{
	struct writer writer = writer_of(text, WIRE_ADDRESS_TEXT_MAX);

	wire_address_write(&writer, address);
	assert_false(writer.failed);
	text[writer.size] = '\0';
	return text;
}

/* T-1 */
static void addresses_are_read_and_written(void **state)
{
	static const struct {
		const char *text, *canonical;
	} CASES[] = {
		{"192.0.2.1 10000", NULL},
		{"127.0.0.1 1", NULL},
		{"1.0.0.0 65535", NULL},
		{"223.255.255.255 80", NULL},
		{"10.0.0.255 80", NULL},
		{"2001:db8::1 10000", NULL},
		{"::1 10000", NULL},
		{"fd00::1 10000", NULL},
		{"2001:db8:1:2:3:4:5:6 65535", NULL},
		{"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535", NULL}, /* none is longer */
		{"2001:DB8::A 1", "2001:db8::a 1"},
		{"2001:0db8:0:0:0:0:0:1 1", "2001:db8::1 1"},
		{"64:ff9b::192.0.2.33 1", "64:ff9b::c000:221 1"},
		{"::2:0:0 1", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct wire_address address = parse(CASES[i].text);
		char text[64];

		assert_string_equal(text_of(&address, text),
				    CASES[i].canonical ? CASES[i].canonical : CASES[i].text);
	}
}

/* T-1, T-2 */
static void other_texts_are_refused(void **state)
{
	static const char *const TEXTS[] = {
		"",
		" ",
		"10000",
		"192.0.2.1",
		"192.0.2.1 ",
		" 10000",
		"192.0.2.1:10000",
		/* white space */
		" 192.0.2.1 10000",
		"192.0.2.1  10000",
		"192.0.2.1 10000 ",
		"192.0.2.1\t10000",
		"192.0.2.1 10000\n",
		"192.0.2.1 10000\r",
		"192.0.2.1\n10000",
		"192.0.2.1 \t1",
		/* ports */
		"192.0.2.1 0",
		"192.0.2.1 65536",
		"192.0.2.1 4294967297",
		"192.0.2.1 01",
		"192.0.2.1 00",
		"192.0.2.1 -1",
		"192.0.2.1 +1",
		"192.0.2.1 0x10",
		"192.0.2.1 10000x",
		"192.0.2.1 1 1",
		"192.0.2.1 http",
		/* IPv4 */
		"192.0.2 10000",
		"192.0.2.1.1 10000",
		"192.0.2.256 10000",
		"192.0.2.01 10000",
		"192.0..1 10000",
		".192.0.2.1 10000",
		"192.0.2.1. 10000",
		"0300.0.2.1 10000",
		"0xc0.0.2.1 10000",
		"3221225985 10000",
		"192.0.2.-1 10000",
		"a.b.c.d 10000",
		"localhost 10000",
		"192.0.2.1%eth0 10000",
		"192.0.2.1/32 10000",
		/* IPv6 */
		"[2001:db8::1] 10000",
		"2001:db8::1%eth0 10000",
		"2001:db8::1%2 10000",
		"2001:db8::1/64 10000",
		"2001:db8::1 10000 ",
		"2001:db8::1  10000",
		"2001:db8::1\t10000",
		"2001:db8::1",
		"2001:db8::1 ",
		"2001:db8::1:10000",
		"2001:db8:::1 10000",
		"2001::db8::1 10000",
		"12345::1 10000",
		": 10000",
		"1:2:3:4:5:6:7 10000",
		"1:2:3:4:5:6:7:8:9 10000",
		"g::1 10000",
		"192.0.2.1 :10000",
		"2001:0db8:0000:0000:0000:0000:0000:0000:0000:0001 1",
		"0000000000000000000000000000000000000000000000000000000000000000::1 1",
		/* written as IPv4 only */
		"::ffff:192.0.2.1 10000",
		"::ffff:c000:201 10000",
		"::FFFF:192.0.2.1 10000",
		/* not of one host, or not the same everywhere */
		"0.0.0.0 10000",
		"0.1.2.3 10000",
		"224.0.0.1 10000",
		"239.255.255.255 10000",
		"240.0.0.1 10000",
		"255.255.255.255 10000",
		"169.254.1.1 10000",
		":: 10000",
		"::192.0.2.1 10000",
		"::2 10000",
		"ff02::1 10000",
		"ff0e::1 10000",
		"fe80::1 10000",
		"febf::1 10000",
		"fe80::1%eth0 10000",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
		struct wire_address address = {.port = 7};

		if (read_address(TEXTS[i], strlen(TEXTS[i]), &address))
			fail_msg("'%s' is read", TEXTS[i]);
		assert_int_equal(address.port, 7); /* untouched */
	}
}

static void a_nul_byte_ends_nothing(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} CASES[] = {
		{"192.0.2.1\0 10000", 16}, {"192.0.2.1 10000\0", 16}, {"192.0.2.1 1\0000", 13},
		{"2001:db8::1\0 1", 14},   {"2001:db8::1 1\0", 14},   {"\0002001:db8::1 1", 14},
	};
	struct wire_address address;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		if (read_address(CASES[i].bytes, CASES[i].size, &address))
			fail_msg("case %zu is read", i);
}

static void nothing_is_read_after_an_error(void **state)
{
	struct reader reader = reader_of("192.0.2.1 1", 11);
	struct wire_address address = {.port = 7};

	(void)state;
	reader.failed = true;
	wire_address_read(&reader, &address);
	assert_true(reader.failed);
	assert_int_equal(address.port, 7);
}

static void addresses_have_these_properties(void **state)
{
	static const struct {
		const char *text;
		bool is_v4, is_loopback;
	} CASES[] = {
		{"192.0.2.1 1", true, false},    {"127.0.0.1 1", true, true},
		{"127.9.9.9 1", true, true},     {"128.0.0.1 1", true, false},
		{"126.0.0.1 1", true, false},    {"::1 1", false, true},
		{"2001:db8::1 1", false, false}, {"7f00:1:: 1", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct wire_address address = parse(CASES[i].text);

		assert_int_equal(wire_address_is_v4(&address), CASES[i].is_v4);
		assert_int_equal(wire_address_is_loopback(&address), CASES[i].is_loopback);
		assert_true(wire_address_is_usable(&address));
		assert_false(wire_address_is_none(&address));
	}
}

static void addresses_differ_by_ip_or_port(void **state)
{
	const struct wire_address a = parse("192.0.2.1 1"), none = {.port = 0};
	const struct wire_address same = wire_address_v4(0xc0000201, 1);
	const struct wire_address port = parse("192.0.2.1 2"), ip = parse("192.0.2.2 1");

	(void)state;
	assert_true(wire_address_equal(&a, &same));
	assert_false(wire_address_equal(&a, &port));
	assert_false(wire_address_equal(&a, &ip));
	assert_true(wire_address_is_none(&none));
	assert_false(wire_address_is_usable(&none));
}

static void a_mapped_address_is_written_as_ipv4(void **state)
{
	struct wire_address address = {.ip = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1}, .port = 5};
	char text[64];

	(void)state;
	assert_string_equal(text_of(&address, text), "192.0.2.1 5");
}

/* A bit for each network and address, counted from the first: T-14 stands on this. */
static void networks_have_their_addresses(void **state)
{
	static const struct {
		const char *network;
		uint8_t prefix;
		const char *address;
		bool is_in;
	} CASES[] = {
		{"192.0.2.0 1", 96 + 24, "192.0.2.255 1", true},
		{"192.0.2.0 1", 96 + 24, "192.0.3.0 1", false},
		{"192.0.2.0 1", 96 + 25, "192.0.2.127 1", true},
		{"192.0.2.0 1", 96 + 25, "192.0.2.128 1", false},
		{"192.0.2.7 1", 96 + 32, "192.0.2.7 9", true},
		{"192.0.2.7 1", 96 + 32, "192.0.2.6 1", false},
		{"192.0.2.7 1", 96 + 31, "192.0.2.6 1", true},
		{"10.0.0.0 1", 96 + 0, "203.0.113.9 1", true},
		{"10.0.0.0 1", 96 + 0, "2001:db8::1 1", false},
		{"10.0.0.0 1", 96 + 1, "127.0.0.1 1", true},
		{"10.0.0.0 1", 96 + 1, "128.0.0.1 1", false},
		{"2001:db8:: 1", 32, "2001:db8:ffff::1 1", true},
		{"2001:db8:: 1", 32, "2001:db9::1 1", false},
		{"2001:db8:: 1", 29, "2001:dbf::1 1", true},
		{"2001:db8:: 1", 29, "2001:dc0::1 1", false},
		{"2001:db8::1 1", 128, "2001:db8::1 1", true},
		{"2001:db8::1 1", 128, "2001:db8::2 1", false},
		{"2001:db8:: 1", 0, "192.0.2.1 1", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct wire_address network_address = parse(CASES[i].network);
		struct wire_address address = parse(CASES[i].address);
		struct wire_network network = {.prefix = CASES[i].prefix};

		memcpy(network.ip, network_address.ip, IP_SIZE);
		if (wire_network_has(&network, address.ip) != CASES[i].is_in)
			fail_msg("%s in %s/%d", CASES[i].address, CASES[i].network,
				 CASES[i].prefix);
	}
}

/* ---- Properties ---- */

static struct wire_address draw_address(struct random *random)
{
	struct wire_address address = {.port = (uint16_t)(1 + random_below(random, 65535))};

	if (random_below(random, 2) > 0)
		return wire_address_v4((uint32_t)random_next(random), address.port);
	for (size_t i = 0; i < IP_SIZE; i++) /* with runs of zeros, which are written as "::" */
		address.ip[i] = random_below(random, 2) > 0 ? (uint8_t)random_next(random) : 0;
	return address;
}

static void every_usable_address_is_read_as_it_was_written(void **state)
{
	struct random random = {3};
	unsigned usable = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct wire_address address = draw_address(&random), read;
		char text[64];
		bool is_read;

		text_of(&address, text);
		is_read = read_address(text, strlen(text), &read);
		assert_int_equal(is_read, wire_address_is_usable(&address));
		if (is_read)
			assert_true(wire_address_equal(&read, &address));
		usable += is_read;
	}
	assert_in_range(usable, 10000, 19999);
}

/* Whatever is read can be written, and is then written in one way. */
static void what_is_read_has_one_text(void **state)
{
	static const char LETTERS[] = "0123456789abcdefABCDEF::::....  %/";
	struct random random = {4};
	unsigned were_read = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct wire_address address = draw_address(&random), read, again;
		char text[64], canonical[64];
		size_t size = strlen(text_of(&address, text));

		text[random_below(&random, size)] =
			LETTERS[random_below(&random, sizeof LETTERS - 1)];
		if (!read_address(text, size, &read))
			continue;
		were_read++;
		assert_true(wire_address_is_usable(&read));
		text_of(&read, canonical);
		assert_true(read_address(canonical, strlen(canonical), &again));
		assert_true(wire_address_equal(&read, &again));
	}
	assert_true(were_read > 10000);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_and_written),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(a_nul_byte_ends_nothing),
		cmocka_unit_test(nothing_is_read_after_an_error),
		cmocka_unit_test(addresses_have_these_properties),
		cmocka_unit_test(addresses_differ_by_ip_or_port),
		cmocka_unit_test(a_mapped_address_is_written_as_ipv4),
		cmocka_unit_test(networks_have_their_addresses),
		cmocka_unit_test(every_usable_address_is_read_as_it_was_written),
		cmocka_unit_test(what_is_read_has_one_text),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
