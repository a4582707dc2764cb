#include "net/address.h"
#include "net/mac.h"
#include "unit.h"

#include <arpa/inet.h>

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	if (!address_parse(text, &address))
		fail_msg("'%s' is no address", text);
	return address;
}

static void assert_mac(const char *group_text, const char *expected)
{
	union hostcast_address group = parse(group_text);
	uint8_t mac[MAC_SIZE];
	char text[MAC_TEXT_SIZE];

	mac_of_group(&group, mac);
	assert_string_equal(mac_text(mac, text), expected);
}

static void groups_have_the_mac_addresses_of_the_rfcs(void **state)
{
	(void)state;
	assert_mac("224.1.1.1", "01:00:5e:01:01:01");
	assert_mac("224.0.0.1", "01:00:5e:00:00:01");
	assert_mac("224.128.0.1", "01:00:5e:00:00:01"); /* the 24th bit is not in it */
	assert_mac("239.255.255.255", "01:00:5e:7f:ff:ff");
	assert_mac("ff02::1", "33:33:00:00:00:01");
	assert_mac("ff02::1:ff12:3456", "33:33:ff:12:34:56");
	assert_mac("ff3e:30:3ffe:ffff:1:0:89ab:cdef", "33:33:89:ab:cd:ef");
}

static void thirty_two_groups_share_a_mac_address(void **state)
{
	struct random random = {1};

	(void)state;
	assert_true(mac_sharers(AF_INET) == MAC_GROUPS_4 - 1);
	for (int i = 0; i < 10000; i++) {
		union hostcast_address group = {.v4.sin_family = AF_INET};
		uint8_t mac[MAC_SIZE], other_mac[MAC_SIZE];
		unsigned found = 0;
		uint32_t previous = 0;

		group.v4.sin_addr.s_addr =
			htonl(0xe0000000 | (uint32_t)random_below(&random, 1 << 28));
		mac_of_group(&group, mac);
		for (unsigned n = 0; n < MAC_GROUPS_4; n++) {
			union hostcast_address other = mac_sharer_4(&group, n);

			assert_true(address_is_multicast(&other));
			assert_true(ntohl(other.v4.sin_addr.s_addr) > previous);
			previous = ntohl(other.v4.sin_addr.s_addr);
			mac_of_group(&other, other_mac);
			assert_memory_equal(mac, other_mac, MAC_SIZE);
			found += address_same_ip(&group, &other);
		}
		assert_int_equal(found, 1);
	}
}

static void assert_control(const char *group_text, const char *expected)
{
	union hostcast_address group = parse(group_text), control;
	char text[HOSTCAST_TEXT_SIZE];

	if (!mac_control_sharer(&group, &control))
		strcpy(text, "");
	else
		address_ip_text(&control, text);
	assert_string_equal(text, expected);
}

static void groups_that_share_with_local_control_are_told(void **state)
{
	(void)state;
	assert_control("224.128.0.5", "224.0.0.5");
	assert_control("239.0.0.251", "224.0.0.251");
	assert_control("239.0.1.251", "");
	assert_control("224.0.0.5", ""); /* it is that group itself */
	assert_control("ff15::1", "ff02::1");
	assert_control("ff02::1", "");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_have_the_mac_addresses_of_the_rfcs),
		cmocka_unit_test(thirty_two_groups_share_a_mac_address),
		cmocka_unit_test(groups_that_share_with_local_control_are_told),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
