#include "net/address.h"
#include "net/group_meaning.h"
#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>

enum { RANGES_4 = 20 };

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	if (!address_parse(text, &address))
		fail_msg("'%s' is no address", text);
	return address;
}

static union hostcast_address group_4(uint32_t value)
{
	union hostcast_address group = {.v4.sin_family = AF_INET};

	group.v4.sin_addr.s_addr = htonl(value);
	return group;
}

static uint32_t value_4(const char *text)
{
	union hostcast_address address = parse(text);

	return ntohl(address.v4.sin_addr.s_addr);
}

/* What a range says of itself, "A/LENGTH" or "A-B", in numbers. */
static void read_range(const char *range, uint32_t *first, uint32_t *last)
{
	char text[40];
	char *end;

	strcpy(text, range);
	if ((end = strchr(text, '-'))) {
		*end = '\0';
		*first = value_4(text);
		*last = value_4(end + 1);
	} else {
		end = strchr(text, '/');
		assert_non_null(end);
		*end = '\0';
		*first = value_4(text);
		*last = *first | (uint32_t)(UINT64_C(0xffffffff) >> atoi(end + 1));
	}
}

/* ---- IPv4 ---- */

/* The ranges follow each other from the first group to the last, so each group is in just one. */
static void ranges_cover_all_groups_once(void **state)
{
	uint64_t next = value_4("224.0.0.0");
	unsigned count = 0;

	(void)state;
	while (next <= value_4("239.255.255.255")) {
		union hostcast_address group = group_4((uint32_t)next);
		struct group_meaning at_first, at_last;
		uint32_t first, last;

		group_meaning_of(&group, &at_first);
		read_range(at_first.range, &first, &last);
		assert_int_equal(first, next);
		assert_true(last >= first);
		group = group_4(last);
		group_meaning_of(&group, &at_last);
		assert_string_equal(at_last.range, at_first.range);
		assert_string_equal(at_last.title, at_first.title);
		next = (uint64_t)last + 1;
		count++;
	}
	assert_int_equal(next, UINT64_C(0xf0000000));
	assert_int_equal(count, RANGES_4);
}

static void every_group_is_in_the_range_that_is_named(void **state)
{
	struct random random = {1};

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint32_t value = 0xe0000000 | (uint32_t)random_below(&random, 1 << 28);
		union hostcast_address group = group_4(value);
		struct group_meaning meaning;
		uint32_t first, last;

		group_meaning_of(&group, &meaning);
		read_range(meaning.range, &first, &last);
		assert_in_range(value, first, last);
		assert_true(meaning.title[0] && meaning.scope[0] && meaning.explanation[0]);
		assert_int_equal(strncmp(meaning.rfc, "RFC ", 4), 0);
		assert_string_equal(meaning.flags, "");
	}
}

struct expected {
	const char *group, *range, *title, *scope, *rfc, *detail, *name;
};

static void check(const struct expected *e, size_t count)
{
	for (size_t i = 0; i < count; i++, e++) {
		union hostcast_address group = parse(e->group);
		struct group_meaning m;

		group_meaning_of(&group, &m);
		print_message("%s\n", e->group); /* shown where a line fails */
		assert_string_equal(m.range, e->range);
		assert_string_equal(m.title, e->title);
		assert_string_equal(m.scope, e->scope);
		assert_string_equal(m.rfc, e->rfc);
		assert_string_equal(m.detail, e->detail ? e->detail : "");
		assert_string_equal(m.name ? m.name : "", e->name ? e->name : "");
	}
}

static void groups_of_ipv4_mean_what_the_rfcs_say(void **state)
{
	static const struct expected list[] = {
		{"224.0.0.1", "224.0.0.0/24", "local network control", "link-local", "RFC 5771",
		 NULL, "all systems"},
		{"224.0.0.3", "224.0.0.0/24", "local network control", "link-local", "RFC 5771",
		 NULL, NULL},
		{"224.0.0.251", "224.0.0.0/24", "local network control", "link-local", "RFC 5771",
		 NULL, "mDNS"},
		{"224.0.1.1", "224.0.1.0/24", "internetwork control", "global", "RFC 5771", NULL,
		 "NTP"},
		{"224.0.1.132", "224.0.1.0/24", "internetwork control", "global", "RFC 5771", NULL,
		 "PTP, alternate domains"},
		{"224.0.2.0", "224.0.2.0-224.0.255.255", "ad-hoc block I", "global", "RFC 5771",
		 NULL, NULL},
		{"224.1.1.1", "224.1.0.0/16", "reserved", "global", "RFC 5771", NULL, NULL},
		{"224.2.127.254", "224.2.0.0/16", "SDP/SAP block", "global", "RFC 5771", NULL,
		 "SAP announcements"},
		{"224.3.29.71", "224.3.0.0-224.4.255.255", "ad-hoc block II", "global", "RFC 5771",
		 NULL, NULL},
		{"224.252.0.0", "224.252.0.0/14", "DIS transient groups", "global", "RFC 2365",
		 NULL, NULL},
		{"232.0.0.0", "232.0.0.0/8", "source-specific", "global", "RFC 4607",
		 "232.0.0.0 itself must not be used", NULL},
		{"232.0.0.1", "232.0.0.0/8", "source-specific", "global", "RFC 4607",
		 "232.0.0.1 to 232.0.0.255 are kept for IANA", NULL},
		{"232.0.1.0", "232.0.0.0/8", "source-specific", "global", "RFC 4607", NULL, NULL},
		/* The example of RFC 3180 section 2: AS 5662 is 22 * 256 + 30. */
		{"233.22.30.1", "233.0.0.0-233.251.255.255", "GLOP", "global", "RFC 3180",
		 "AS 5662", NULL},
		{"233.251.240.0", "233.0.0.0-233.251.255.255", "GLOP", "global", "RFC 3180",
		 "AS 64496, which is for documentation (RFC 6676)", NULL},
		{"233.251.239.255", "233.0.0.0-233.251.255.255", "GLOP", "global", "RFC 3180",
		 "AS 64495", NULL},
		{"233.252.0.255", "233.252.0.0/24", "documentation", "global", "RFC 6676", NULL,
		 NULL},
		{"233.252.1.0", "233.252.1.0-233.255.255.255", "ad-hoc block III", "global",
		 "RFC 5771", NULL, NULL},
		{"234.203.0.113", "234.0.0.0/8", "unicast-prefix-based", "global", "RFC 6034",
		 "network 203.0.113.0/24 or a shorter prefix of it, for documentation (RFC 6676)",
		 NULL},
		{"234.10.1.2", "234.0.0.0/8", "unicast-prefix-based", "global", "RFC 6034",
		 "network 10.1.2.0/24 or a shorter prefix of it", NULL},
		{"239.192.0.0", "239.192.0.0/14", "organisation-local", "organisation-local",
		 "RFC 2365", NULL, NULL},
		{"239.195.255.255", "239.192.0.0/14", "organisation-local", "organisation-local",
		 "RFC 2365", NULL, "SAP announcements"},
		{"239.255.255.250", "239.255.0.0/16", "site-local", "site-local", "RFC 2365", NULL,
		 "SSDP (UPnP discovery)"},
		{"239.255.255.253", "239.255.0.0/16", "site-local", "site-local", "RFC 2365", NULL,
		 "SLP"},
		{"239.255.255.244", "239.255.0.0/16", "site-local", "site-local", "RFC 2365", NULL,
		 NULL},
	};

	(void)state;
	check(list, COUNT_OF(list));
}

/* ---- IPv6 ---- */

static void groups_of_ipv6_mean_what_the_rfcs_say(void **state)
{
	static const struct expected list[] = {
		{"ff02::1", "ff02::/16", "permanently assigned", "link-local", "RFC 4291", NULL,
		 "all nodes"},
		{"ff05::1", "ff05::/16", "permanently assigned", "site-local", "RFC 4291", NULL,
		 NULL},
		{"ff05::1:3", "ff05::/16", "permanently assigned", "site-local", "RFC 4291", NULL,
		 "DHCP servers"},
		{"ff08::fb", "ff08::/16", "permanently assigned", "organisation-local", "RFC 4291",
		 NULL, "mDNS"},
		{"ff03::fc", "ff03::/16", "permanently assigned", "realm-local", "RFC 4291", NULL,
		 "MPL forwarders"},
		{"ff0e::101", "ff0e::/16", "permanently assigned", "global", "RFC 4291", NULL,
		 "NTP"},
		{"ff02::6b", "ff02::/16", "permanently assigned", "link-local", "RFC 4291", NULL,
		 "PTP peer delay"},
		{"ff02::", "ff02::/16", "reserved", "link-local", "RFC 4291", NULL, NULL},
		{"ff00::1", "ff00::/16", "permanently assigned", "reserved", "RFC 4291",
		 "scope 0 is reserved: no host may send to it", NULL},
		{"ff0f::1", "ff0f::/16", "permanently assigned", "reserved", "RFC 4291",
		 "scope f is reserved, and treated as global", NULL},
		{"ff02::1:ff12:3456", "ff02::1:ff00:0/104", "solicited-node", "link-local",
		 "RFC 4291", "for addresses that end in 12:3456", NULL},
		{"ff02::2:ff12:3456", "ff02::2:ff00:0/104", "node information queries",
		 "link-local", "RFC 4620", NULL, NULL},
		{"ff05::1:ff12:3456", "ff05::/16", "permanently assigned", "site-local", "RFC 4291",
		 NULL, NULL},
		{"ff0e::db8:0:1", "ff0e::db8:0:0/96", "documentation", "global", "RFC 6676", NULL,
		 NULL},
		{"ff12::801:101", "ff12::/16", "transient", "link-local", "RFC 4291", NULL, NULL},
		/* The example of RFC 3306 section 6: the network 3ffe:ffff:1::/48. */
		{"ff3e:30:3ffe:ffff:1::1234", "ff3e::/16", "unicast-prefix-based", "global",
		 "RFC 3306", "prefix 3ffe:ffff:1::/48", NULL},
		{"ff35:20:2001:db8::1", "ff35::/16", "unicast-prefix-based", "site-local",
		 "RFC 3306", "prefix 2001:db8::/32, for documentation (RFC 6676)", NULL},
		{"ff3e:41:2001:db8::1", "ff3e::/16", "unicast-prefix-based", "global", "RFC 3306",
		 "not valid: a prefix of 65 bits, and at most 64 have room", NULL},
		{"ff32:ff:211:22ff:fe33:4455:0:1", "ff32::/16", "link-scoped", "link-local",
		 "RFC 4489", "interface identifier 0211:22ff:fe33:4455", NULL},
		{"ff35::8000:1", "ff35::/32", "source-specific", "site-local", "RFC 4607", NULL,
		 NULL},
		{"ff35::1234", "ff35::/32", "source-specific", "site-local", "RFC 4607",
		 "group ID 0x1234 is not valid: hosts use 0x80000000 and above", NULL},
		{"ff35::4000:1", "ff35::/32", "source-specific", "site-local", "RFC 4607",
		 "group ID 0x40000001 is kept for IANA: hosts use 0x80000000 and above", NULL},
		{"ff35:0:1::8000:1", "ff35::/32", "source-specific", "site-local", "RFC 4607",
		 "outside of ff35::/96, the only part that is to be used", NULL},
		/* The examples of RFC 3956 section 5: RP 2001:db8:beef:feed::y and 2001:db8::y. */
		{"ff7e:140:2001:db8:beef:feed:0:1", "ff7e::/16", "embedded rendezvous point",
		 "global", "RFC 3956",
		 "RP 2001:db8:beef:feed::1, prefix 2001:db8:beef:feed::/64, for "
		 "documentation (RFC "
		 "6676)",
		 NULL},
		{"ff78:a20:2001:dead:beef::1", "ff78::/16", "embedded rendezvous point",
		 "organisation-local", "RFC 3956", "RP 2001:dead::a, prefix 2001:dead::/32", NULL},
		{"ff7e:40:2001:db8::1", "ff7e::/16", "embedded rendezvous point", "global",
		 "RFC 3956", NULL, NULL},
		{"ff2e::1", "ff2e::/16", "invalid", "global", "RFC 4291", NULL, NULL},
		{"ff5e::1", "ff5e::/16", "invalid", "global", "RFC 4291", NULL, NULL},
	};

	(void)state;
	check(list, COUNT_OF(list));
}

/* The prefix that a range names, "ff02::/16", compared with the group bit by bit. */
static bool is_in_prefix(const char *range, const union hostcast_address *group)
{
	char text[40];
	char *slash;
	union hostcast_address prefix;

	strcpy(text, range);
	slash = strchr(text, '/');
	assert_non_null(slash);
	*slash = '\0';
	prefix = parse(text);
	for (int bit = 0; bit < atoi(slash + 1); bit++)
		if ((prefix.v6.sin6_addr.s6_addr[bit / 8] ^ group->v6.sin6_addr.s6_addr[bit / 8]) &
		    0x80 >> bit % 8)
			return false;
	return true;
}

/* Bytes of which many are 0 and some all ones: plain random ones would hardly meet a special case.
 */
static union hostcast_address random_group_6(struct random *random)
{
	static const uint8_t bytes[] = {0x00, 0x00, 0x00, 0x01, 0xff, 0x20, 0x40, 0x41, 0x0d, 0xb8};
	union hostcast_address group = {.v6.sin6_family = AF_INET6};

	for (int i = 1; i < 16; i++)
		group.v6.sin6_addr.s6_addr[i] = bytes[random_below(random, COUNT_OF(bytes))];
	group.v6.sin6_addr.s6_addr[0] = 0xff;
	group.v6.sin6_addr.s6_addr[1] = (uint8_t)random_below(random, 256);
	return group;
}

static void every_ipv6_group_has_a_meaning(void **state)
{
	struct random random = {2};

	(void)state;
	for (int i = 0; i < 200000; i++) {
		union hostcast_address group = random_group_6(&random);
		unsigned flags = group.v6.sin6_addr.s6_addr[1] >> 4;
		struct group_meaning m;

		group_meaning_of(&group, &m);
		assert_true(is_in_prefix(m.range, &group));
		assert_int_equal(strncmp(m.rfc, "RFC ", 4), 0);
		assert_true(m.scope[0] && m.explanation[0]);
		assert_int_equal(strchr(m.flags, 'T') != NULL, flags & 1);
		assert_int_equal(strchr(m.flags, 'P') != NULL, flags >> 1 & 1);
		assert_int_equal(strchr(m.flags, 'R') != NULL, flags >> 2 & 1);
		assert_int_equal(strchr(m.flags, 'X') != NULL, flags >> 3);
		if (m.rp.any.sa_family)
			assert_int_equal(flags & 7, 7);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_cover_all_groups_once),
		cmocka_unit_test(every_group_is_in_the_range_that_is_named),
		cmocka_unit_test(groups_of_ipv4_mean_what_the_rfcs_say),
		cmocka_unit_test(groups_of_ipv6_mean_what_the_rfcs_say),
		cmocka_unit_test(every_ipv6_group_has_a_meaning),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
