#include "net/address.h"
#include "unit.h"

#include <net/if.h>

static union hostcast_address parsed(const char *text)
{
	union hostcast_address address;

	if (!address_parse_with_port(text, 0, &address))
		fail_msg("'%s' is refused", text);
	return address;
}

static void parses_addresses(void **state)
{
	static const struct {
		const char *text, *expected; /* NULL: refused */
	} cases[] = {
		{"224.1.1.1", "224.1.1.1"},
		{"[224.1.1.1]", "224.1.1.1"},
		{"ff02::1", "ff02::1"},
		{"[FF02:0::0:1]", "ff02::1"},
		{"ff02::1%lo", "ff02::1%lo"},
		{"[fe80::1%1]", "fe80::1%lo"}, /* loopback has index 1 */
		{"::", "::"},
		{"::ffff:1.2.3.4", "::ffff:1.2.3.4"},
		{"", NULL},
		{"[]", NULL},
		{"[", NULL},
		{"]", NULL},
		{"1.2.3", NULL},
		{"1.2.3.256", NULL},
		{"1.2.3.4.5", NULL},
		{"01.2.3.4", NULL}, /* is it octal? */
		{" 1.2.3.4", NULL},
		{"1.2.3.4 ", NULL},
		{"1.2.3.4:5", NULL},
		{"1.2.3.4%lo", NULL},
		{"ff02::1%", NULL},
		{"ff02::1%no-such-one", NULL},
		{"ff02::1%0", NULL},
		{"ff02::1%1x", NULL},
		{"ff02::1%99999999999999999999", NULL},
		{"ff02::1%-1", NULL},
		{"[ff02::1", NULL},
		{"ff02::1]", NULL},
		{"ff02::1::1", NULL},
		{"localhost", NULL},
		{"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:"
		 "0",
		 NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		union hostcast_address address, before;
		char text[HOSTCAST_TEXT_SIZE];

		memset(&before, 0x5a, sizeof before);
		address = before;
		if (address_parse(cases[i].text, &address) != (cases[i].expected != NULL))
			fail_msg("'%s'", cases[i].text);
		if (cases[i].expected)
			assert_string_equal(address_ip_text(&address, text), cases[i].expected);
		else
			assert_memory_equal(&address, &before, sizeof address);
	}
}

static void parses_addresses_with_ports(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"1.2.3.4", "1.2.3.4:77"},
		{"1.2.3.4:5004", "1.2.3.4:5004"},
		{"1.2.3.4:0", "1.2.3.4:0"},
		{"1.2.3.4:65535", "1.2.3.4:65535"},
		{"[1.2.3.4]:5", "1.2.3.4:5"},
		{"ff02::5", "[ff02::5]:77"}, /* without brackets it has no port */
		{"[ff02::5]", "[ff02::5]:77"},
		{"[ff02::5]:6", "[ff02::5]:6"},
		{"[ff02::5%lo]:6", "[ff02::5%lo]:6"},
		{"1.2.3.4:65536", NULL},
		{"1.2.3.4:000001", NULL},
		{"1.2.3.4:", NULL},
		{"1.2.3.4:-1", NULL},
		{"1.2.3.4:+1", NULL},
		{"1.2.3.4:1 ", NULL},
		{"[ff02::5]:", NULL},
		{"[ff02::5]5", NULL},
		{"[ff02::5]x:5", NULL},
		{":5", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		union hostcast_address address;
		char text[HOSTCAST_TEXT_SIZE];

		if (address_parse_with_port(cases[i].text, 77, &address) !=
		    (cases[i].expected != NULL))
			fail_msg("'%s'", cases[i].text);
		if (cases[i].expected)
			assert_string_equal(hostcast_address_text(&address, text),
					    cases[i].expected);
	}
}

static void knows_kinds_of_addresses(void **state)
{
	static const struct {
		const char *text;
		bool is_multicast, is_loopback, is_any, needs_zone;
	} cases[] = {
		{"223.255.255.255", false, false, false, false},
		{"224.0.0.0", true, false, false, false},
		{"239.255.255.255", true, false, false, false},
		{"240.0.0.0", false, false, false, false},
		{"127.0.0.1", false, true, false, false},
		{"127.255.1.2", false, true, false, false},
		{"0.0.0.0", false, false, true, false},
		{"::", false, false, true, false},
		{"::1", false, true, false, false},
		{"fe80::1", false, false, false, true},
		{"ff01::1", true, false, false, true},
		{"ff12::1", true, false, false, true},
		{"ff05::1", true, false, false, false},
		{"fd00::1", false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		union hostcast_address a = parsed(cases[i].text);

		assert_int_equal(address_is_multicast(&a), cases[i].is_multicast);
		assert_int_equal(address_is_loopback(&a), cases[i].is_loopback);
		assert_int_equal(address_is_any(&a), cases[i].is_any);
		assert_int_equal(address_needs_zone(&a), cases[i].needs_zone);
	}
}

static void compares(void **state)
{
	static const struct {
		const char *a, *b;
		bool same_ip, equal;
	} cases[] = {
		{"1.2.3.4:5", "1.2.3.4:5", true, true},
		{"1.2.3.4:5", "1.2.3.4:6", true, false},
		{"1.2.3.4:5", "1.2.3.5:5", false, false},
		{"[ff02::1]:5", "[ff02::1]:5", true, true},
		{"[ff02::1%lo]:5", "[ff02::1]:5", true, false},
		{"[ff02::1]:5", "[ff02::2]:5", false, false},
		{"0.0.0.0:5", "[::]:5", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		union hostcast_address a = parsed(cases[i].a), b = parsed(cases[i].b);

		assert_int_equal(address_same_ip(&a, &b), cases[i].same_ip);
		assert_int_equal(address_equal(&a, &b), cases[i].equal);
	}
}

static void advances(void **state)
{
	static const struct {
		const char *from;
		unsigned steps;
		const char *expected; /* NULL: leaves the groups */
	} cases[] = {
		{"225.1.2.3", 0, "225.1.2.3"},
		{"225.1.2.3", 2, "225.1.2.5"},
		{"225.1.2.255", 1, "225.1.3.0"},
		{"239.255.255.254", 1, "239.255.255.255"},
		{"239.255.255.255", 1, NULL},
		{"239.255.255.255", UINT32_MAX, NULL},
		{"ff02::ffff", 1, "ff02::1:0"},
		{"ff02::ffff:ffff", 65536, "ff02::1:0:ffff"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		union hostcast_address a = parsed(cases[i].from);
		char text[HOSTCAST_TEXT_SIZE];

		assert_int_equal(address_advance(&a, cases[i].steps), cases[i].expected != NULL);
		if (cases[i].expected)
			assert_string_equal(address_ip_text(&a, text), cases[i].expected);
	}
}

static void writes_what_is_no_address_too(void **state)
{
	union hostcast_address none = {0}, gone = parsed("fe80::1");
	char text[HOSTCAST_TEXT_SIZE];

	(void)state;
	assert_string_equal(address_ip_text(&none, text), "-");
	assert_string_equal(hostcast_address_text(&none, text), "-");
	gone.v6.sin6_scope_id = 4000000000u; /* an interface that is no more */
	assert_string_equal(hostcast_address_text(&gone, text), "[fe80::1%4000000000]:0");
}

static void knows_link_local_addresses(void **state)
{
	static const struct {
		const char *text;
		bool is_link_local;
	} cases[] = {
		{"169.254.0.0", true},  {"169.254.255.255", true}, {"169.253.255.255", false},
		{"169.255.0.0", false}, {"127.0.0.1", false},      {"fe80::1", true},
		{"febf::1", true},      {"fec0::1", false},        {"::1", false},
		{"ff02::1", false},     {"224.0.0.1", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		union hostcast_address address = parsed(cases[i].text);

		assert_int_equal(address_is_link_local(&address), cases[i].is_link_local);
	}
}

/* Any binary address comes back from its text as it was. */
static void texts_are_read_back(void **state)
{
	struct random random = {3};

	(void)state;
	for (int round = 0; round < 20000; round++) {
		union hostcast_address a = {0}, b;
		char text[HOSTCAST_TEXT_SIZE];

		if (round % 2) {
			a.v4.sin_family = AF_INET;
			a.v4.sin_addr.s_addr = (uint32_t)random_next(&random);
		} else {
			a.v6.sin6_family = AF_INET6;
			for (size_t i = 0; i < 16; i++)
				if (random_below(&random, 2))
					a.v6.sin6_addr.s6_addr[i] = (uint8_t)random_next(&random);
			a.v6.sin6_scope_id = (uint32_t)random_below(&random, 2); /* none or lo */
		}
		address_set_port(&a, (uint16_t)random_next(&random));
		hostcast_address_text(&a, text);
		b = parsed(text);
		assert_true(address_equal(&a, &b));
		assert_memory_equal(&a, &b, address_size(&a));
	}
}

static void knows_groups_of_a_link_and_of_a_source(void **state)
{
	static const struct {
		const char *group;
		bool is_link_scope, is_source_specific;
	} cases[] = {
		{"224.0.0.251", true, false}, {"224.0.1.1", false, false},
		{"ff02::fb", true, false},    {"ff12::1", true, false},
		{"ff01::1", false, false},    {"ff32::1", true, true},
		{"232.1.2.3", false, true},   {"233.1.2.3", false, false},
		{"ff3e::1", false, true},     {"ff3e:20:2001:db8::1", false, false},
		{"ff15::1", false, false},    {"fe32::1", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		union hostcast_address group = parsed(cases[i].group);

		assert_int_equal(address_is_link_scope_group(&group), cases[i].is_link_scope);
		assert_int_equal(address_is_source_specific(&group), cases[i].is_source_specific);
	}
}

static void plain_text_has_no_zone(void **state)
{
	union hostcast_address address = parsed("[ff02::1%1]:5004");
	char text[HOSTCAST_TEXT_SIZE];

	(void)state;
	assert_string_equal(address_plain_text(&address, text), "ff02::1");
	assert_int_equal(address.v6.sin6_scope_id, 1);
	address = parsed("224.1.1.1:5004");
	assert_string_equal(address_plain_text(&address, text), "224.1.1.1");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_addresses),
		cmocka_unit_test(parses_addresses_with_ports),
		cmocka_unit_test(knows_kinds_of_addresses),
		cmocka_unit_test(compares),
		cmocka_unit_test(advances),
		cmocka_unit_test(writes_what_is_no_address_too),
		cmocka_unit_test(knows_link_local_addresses),
		cmocka_unit_test(knows_groups_of_a_link_and_of_a_source),
		cmocka_unit_test(plain_text_has_no_zone),
		cmocka_unit_test(texts_are_read_back),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
