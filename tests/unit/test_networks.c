#include "net/networks.h"

#include "net/address.h"
#include "run/tree/admitted.h"
#include "run/tree/own_addresses.h"
#include "run/tree/tree_address.h"
#include "unit.h"

#include <stdio.h>

static union hostcast_address address_of(const char *text)
{
	union hostcast_address address;

	assert_true(address_parse_with_port(text, 0, &address));
	return address;
}

static struct network network_of(const char *text)
{
	struct network network;
	struct error error;

	assert_int_equal(network_parse(text, &network, &error), 0);
	return network;
}

static bool is_in(const char *address, const char *network)
{
	union hostcast_address parsed = address_of(address);
	struct network around = network_of(network);
	struct wire_address wire = wire_of_address(&parsed);
	struct wire_network wire_network = wire_of_network(&around);

	return wire_network_has(&wire_network, wire.ip);
}

static void networks_are_parsed(void **state)
{
	char text[HOSTCAST_TEXT_SIZE];
	struct network network = network_of("10.1.2.0/23");

	(void)state;
	assert_int_equal(network.prefix, 23);
	assert_string_equal(network_text(&network, text), "10.1.2.0/23");
	network = network_of("fd00:1::/64");
	assert_string_equal(network_text(&network, text), "fd00:1::/64");
	network = network_of("192.0.2.7");
	assert_string_equal(network_text(&network, text), "192.0.2.7/32");
	network = network_of("::1");
	assert_string_equal(network_text(&network, text), "::1/128");
}

static void other_texts_are_no_networks(void **state)
{
	static const char *const TEXTS[] = {
		"",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0/8",
		"10.0.0.0/8/8",
		"10.0.0.0/8 ",
		"10.0.0.0/0x8",
		"10.0.0.0/00008",
		"10.0.0.0:80/8",
		"fd00::/129",
		"localhost",
		"224.0.0.0/4",
		"ff00::/8",
		/* longer than any */
		"fd00:0000:0000:0000:0000:0000:0000:0000/64-------------------------------",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
		struct network network = {.prefix = 77};
		struct error error;

		assert_int_equal(network_parse(TEXTS[i], &network, &error), HOSTCAST_INVALID);
		assert_int_equal(network.prefix, 77);
	}
}

static void a_network_has_its_addresses_and_no_others(void **state)
{
	(void)state;
	assert_true(is_in("10.1.3.255", "10.1.2.0/23"));
	assert_false(is_in("10.1.4.0", "10.1.2.0/23"));
	assert_true(is_in("10.1.3.1", "10.1.2.99/23")); /* bits beyond the prefix say nothing */
	assert_true(is_in("203.0.113.9", "0.0.0.0/0"));
	assert_false(is_in("fd00::1", "0.0.0.0/0"));
	assert_true(is_in("fd00::1:2", "fd00::/64"));
	assert_false(is_in("fd00:0:0:1::2", "fd00::/64"));
	assert_true(is_in("fd00::7fff", "fd00::/113"));
	assert_false(is_in("fd00::8000", "fd00::/113"));
}

static void addresses_go_to_the_wire_and_back(void **state)
{
	static const char *const TEXTS[] = {"192.0.2.1:10000", "[fd00::1]:65535", "[::1]:1"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
		union hostcast_address address = address_of(TEXTS[i]), back;
		struct wire_address wire = wire_of_address(&address);

		back = address_of_wire(&wire);
		assert_true(address_equal(&address, &back));
	}
}

static void no_address_is_none(void **state)
{
	union hostcast_address address = {0};
	struct wire_address wire = wire_of_address(&address);

	(void)state;
	assert_true(wire_address_is_none(&wire));
	address = address_of_wire(&wire);
	assert_int_equal(address.any.sa_family, AF_UNSPEC);
}

static void this_host_is_attached_to_loopback(void **state)
{
	union hostcast_address loopback = address_of("127.0.0.1:0");
	struct attachment *list;
	size_t count, found = 0;
	struct error error;

	(void)state;
	assert_int_equal(attachments_read(&list, &count, &error), 0);
	for (size_t i = 0; i < count; i++)
		if (address_same_ip(&list[i].own, &loopback) && list[i].network.prefix == 8)
			found++;
	free(list);
	assert_int_equal(found, 1);
}

/* ---- Who may (T-14) ---- */

static struct attachment attachment_of(const char *own, const char *network)
{
	return (struct attachment){address_of(own), network_of(network)};
}

static bool admits(const struct admitted *admitted, const char *text)
{
	union hostcast_address address = address_of(text);
	struct wire_address wire = wire_of_address(&address);
	struct admission admission = admitted_admission(admitted);

	return admission_has(&admission, &wire);
}

static void by_default_loopback_and_the_attached_networks_may(void **state)
{
	const struct attachment attachments[] = {
		attachment_of("10.0.0.7", "10.0.0.7/24"), attachment_of("fd00::7", "fd00::7/64"),
		attachment_of("192.0.2.1", "0.0.0.0/0"), /* which would be everybody */
	};
	struct admitted admitted;
	struct error error;

	(void)state;
	assert_int_equal(admitted_init(&admitted, NULL, 0, attachments, 3, &error), 0);
	assert_true(admits(&admitted, "127.9.9.9:1"));
	assert_true(admits(&admitted, "[::1]:1"));
	assert_true(admits(&admitted, "10.0.0.200:1"));
	assert_true(admits(&admitted, "[fd00::9]:1"));
	assert_false(admits(&admitted, "10.0.1.1:1"));
	assert_false(admits(&admitted, "[fd00:0:0:1::9]:1"));
	assert_false(admits(&admitted, "203.0.113.1:1"));
	admitted_done(&admitted);
}

static void what_is_allowed_stands_for_the_default(void **state)
{
	const struct attachment attachments[] = {attachment_of("10.0.0.7", "10.0.0.7/24")};
	struct network network = network_of("192.0.2.0/24");
	struct wire_network allowed = wire_of_network(&network);
	struct admitted admitted;
	struct error error;

	(void)state;
	assert_int_equal(admitted_init(&admitted, &allowed, 1, attachments, 1, &error), 0);
	assert_true(admits(&admitted, "192.0.2.77:1"));
	assert_false(admits(&admitted, "10.0.0.1:1"));
	assert_false(admits(&admitted, "127.0.0.1:1"));
	admitted_done(&admitted);
}

static bool refuse(struct admitted *admitted, const char *text, char *told, size_t size)
{
	union hostcast_address address = address_of(text);
	struct wire_address wire = wire_of_address(&address);

	return admitted_refuse(admitted, &wire, told, size);
}

static void each_refused_network_is_told_once(void **state)
{
	struct admitted admitted;
	struct error error;
	char told[300], text[64];

	(void)state;
	assert_int_equal(admitted_init(&admitted, NULL, 0, NULL, 0, &error), 0);
	assert_true(refuse(&admitted, "10.1.2.3:1", told, sizeof told));
	assert_non_null(strstr(told, "10.1.2.3 is not served"));
	assert_non_null(strstr(told, "--allow 10.1.2.0/24"));
	assert_false(refuse(&admitted, "10.1.2.4:1", told, sizeof told));
	assert_true(refuse(&admitted, "[fd00::1:2]:1", told, sizeof told));
	assert_non_null(strstr(told, "--allow fd00::/64"));
	assert_true(refuse(&admitted, "169.254.1.1:1", told, sizeof told));
	assert_null(strstr(told, "--allow")); /* it would not help */
	for (int i = 0; i < 2 * REFUSED_MAX; i++) {
		snprintf(text, sizeof text, "10.9.%d.1:1", i);
		assert_int_equal(refuse(&admitted, text, told, sizeof told), i < REFUSED_MAX - 3);
	}
	assert_non_null(strstr(told, "further networks are only counted"));
	admitted_done(&admitted);
}

/* ---- Own addresses ---- */

static uint8_t index_of(struct own_addresses *own, const char *text)
{
	union hostcast_address address = address_of(text);

	return own_addresses_index(own, &address);
}

static void own_addresses_keep_their_indexes(void **state)
{
	const struct attachment attachments[] = {
		attachment_of("10.0.0.7", "10.0.0.7/24"),
		attachment_of("fd00::7", "fd00::7/64"),
		attachment_of("169.254.1.1", "169.254.1.1/16"),
		attachment_of("10.0.0.8", "10.0.0.8/24"),
	};
	union hostcast_address any = address_of("0.0.0.0:10000");
	struct own_addresses own;

	(void)state;
	own_addresses_init(&own, &any, attachments, 4);
	assert_int_equal(own.own.count, 2); /* of one family, and usable */
	assert_int_equal(index_of(&own, "10.0.0.7:1"), 0);
	assert_int_equal(index_of(&own, "10.0.0.8:1"), 1);
	assert_int_equal(index_of(&own, "127.0.0.9:1"), 2); /* new, but surely of this host */
	assert_int_equal(index_of(&own, "127.0.0.9:1"), 2);
	assert_int_equal(index_of(&own, "203.0.113.255:1"), OWN_ANY); /* a broadcast address */
	assert_int_equal(own.own.count, 3);
	assert_true(address_same_ip(own_addresses_at(&own, 1), &attachments[3].own));
	assert_null(own_addresses_at(&own, OWN_ANY));
}

static void own_addresses_are_bounded(void **state)
{
	union hostcast_address any = address_of("0.0.0.0:10000");
	struct own_addresses own;
	char text[64];

	(void)state;
	own_addresses_init(&own, &any, NULL, 0);
	for (int i = 0; i < OWN_MAX; i++) {
		snprintf(text, sizeof text, "127.1.%d.1:1", i);
		assert_int_equal(index_of(&own, text), i);
	}
	assert_int_equal(index_of(&own, "127.2.0.1:1"), OWN_ANY);
	assert_int_equal(index_of(&own, "127.1.254.1:1"), OWN_MAX - 1);
}

static void one_address_is_all_where_the_socket_is_bound_to_it(void **state)
{
	const struct attachment attachments[] = {attachment_of("127.0.0.1", "127.0.0.1/8")};
	union hostcast_address bound = address_of("127.0.0.2:10000");
	struct own_addresses own;

	(void)state;
	own_addresses_init(&own, &bound, attachments, 1);
	assert_int_equal(own.own.count, 1);
	assert_int_equal(index_of(&own, "127.0.0.2:10000"), 0);
	assert_int_equal(index_of(&own, "127.0.0.1:10000"), OWN_ANY); /* another node's */
	assert_null(own_addresses_at(&own, 0)); /* the system can choose no other */
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_are_parsed),
		cmocka_unit_test(other_texts_are_no_networks),
		cmocka_unit_test(a_network_has_its_addresses_and_no_others),
		cmocka_unit_test(addresses_go_to_the_wire_and_back),
		cmocka_unit_test(no_address_is_none),
		cmocka_unit_test(this_host_is_attached_to_loopback),
		cmocka_unit_test(by_default_loopback_and_the_attached_networks_may),
		cmocka_unit_test(what_is_allowed_stands_for_the_default),
		cmocka_unit_test(each_refused_network_is_told_once),
		cmocka_unit_test(own_addresses_keep_their_indexes),
		cmocka_unit_test(own_addresses_are_bounded),
		cmocka_unit_test(one_address_is_all_where_the_socket_is_bound_to_it),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
