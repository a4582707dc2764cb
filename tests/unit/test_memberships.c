#include "base/text.h"
#include "net/address.h"
#include "net/membership_files.h"
#include "net/membership_netlink.h"
#include "unit.h"

static const char igmp[] = "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"
			   "1\tlo        :     1      V3\n"
			   "\t\t\t\t010000E0     1 0:00000000\t\t0\n"
			   "4\teth0      :     2      V3\n"
			   "\t\t\t\t010101E0     3 0:00000000\t\t1\n"
			   "\t\t\t\t010000E0     1 0:00000000\t\t0\n";
static const char igmp6[] =
	"4    eth0            ff150000000000000000000000001234     2 00000004 0\n"
	"4    eth0            ff020000000000000000000000000001     1 0000000C 0\n";
static const char mcfilter[] = "Idx Device        MCA        SRC    INC    EXC\n"
			       "  4   eth0 0xe0010101 0x0a000007      1      0\n"
			       "  4   eth0 0xe0010101 0x0a000008      0      2\n"
			       "  9   eth9 0xe0010101 0x0a000007      1      0\n";
static const char mcfilter6[] = "Idx Device                Multicast Address                   "
				"Source Address    INC    EXC\n"
				"  4   eth0 ff150000000000000000000000001234 "
				"20010db8000000000000000000000001      1      0\n";
static const char dev_mcast[] =
	"4    eth0            1     0     01005e000001\n"
	"4    eth0            1     0     333300001234\n"
	"5    ib0             1     0     00ffffffff12401b000000000000000000000001\n";

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	if (!address_parse(text, &address))
		fail_msg("'%s' is no address", text);
	return address;
}

static FILE *open_text(const char *text, size_t size)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, size, "r");

	assert_non_null(file);
	return file;
}

static void read_groups(const char *text, int family, enum membership_files_use use,
			struct memberships *memberships)
{
	FILE *file = open_text(text, strlen(text));

	assert_true(membership_files_read_groups(file, family, use, memberships));
	fclose(file);
	memberships_sort(memberships);
}

static void read_sources(const char *text, struct memberships *memberships)
{
	FILE *file = open_text(text, strlen(text));

	assert_true(membership_files_read_sources(file, memberships));
	fclose(file);
}

static const struct membership *find(const struct memberships *memberships, unsigned interface,
				     const char *group_text)
{
	union hostcast_address group = parse(group_text);

	return memberships_find(memberships, interface, &group);
}

static void assert_users(const struct memberships *memberships, unsigned interface,
			 const char *group, long users)
{
	const struct membership *membership = find(memberships, interface, group);

	if (!membership)
		fail_msg("%s is not there on interface %u", group, interface);
	assert_int_equal(membership->users, users);
}

static void the_files_of_proc_are_understood(void **state)
{
	struct memberships memberships = {0};

	(void)state;
	read_groups(igmp, AF_INET, FILES_ADD, &memberships);
	read_groups(igmp6, AF_INET6, FILES_ADD, &memberships);
	assert_int_equal(memberships.count, 5);
	assert_users(&memberships, 1, "224.0.0.1", 1);
	assert_users(&memberships, 4, "224.0.0.1", 1);
	assert_users(&memberships, 4, "224.1.1.1", 3);
	assert_users(&memberships, 4, "ff15::1234", 2);
	assert_users(&memberships, 4, "ff02::1", 1);
	assert_null(find(&memberships, 1, "224.1.1.1"));
	memberships_done(&memberships);
}

static void sources_are_added_to_their_membership(void **state)
{
	struct memberships memberships = {0};
	const struct membership *m;
	char text[HOSTCAST_TEXT_SIZE];

	(void)state;
	read_groups(igmp, AF_INET, FILES_ADD, &memberships);
	read_groups(igmp6, AF_INET6, FILES_ADD, &memberships);
	read_sources(mcfilter, &memberships);
	read_sources(mcfilter6, &memberships);
	m = find(&memberships, 4, "224.1.1.1");
	assert_int_equal(m->source_count, 2);
	assert_string_equal(address_ip_text(&m->sources[0].address, text), "10.0.0.7");
	assert_int_equal(m->sources[0].include, 1);
	assert_int_equal(m->sources[1].exclude, 2);
	m = find(&memberships, 4, "ff15::1234");
	assert_int_equal(m->source_count, 1);
	assert_string_equal(address_ip_text(&m->sources[0].address, text), "2001:db8::1");
	assert_int_equal(memberships.count, 5); /* that of interface 9 is nobody's */
	memberships_done(&memberships);
}

static void what_netlink_told_is_only_completed(void **state)
{
	struct memberships memberships = {0};
	union hostcast_address group = parse("224.1.1.1"), other = parse("224.9.9.9");

	(void)state;
	assert_true(memberships_add(&memberships, 4, &group, USERS_UNKNOWN));
	assert_true(memberships_add(&memberships, 4, &other, USERS_UNKNOWN));
	memberships_sort(&memberships);
	read_groups(igmp, AF_INET, FILES_COMPLETE, &memberships);
	assert_int_equal(memberships.count, 2);
	assert_users(&memberships, 4, "224.1.1.1", 3);
	assert_users(&memberships, 4, "224.9.9.9", USERS_UNKNOWN); /* it was left meanwhile */
	memberships_done(&memberships);
}

static void ethernet_addresses_are_understood(void **state)
{
	struct memberships memberships = {0};
	FILE *file = open_text(dev_mcast, strlen(dev_mcast));
	static const uint8_t expected[MAC_SIZE] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};

	(void)state;
	assert_true(membership_files_read_filters(file, &memberships));
	fclose(file);
	assert_int_equal(memberships.filter_count,
			 2); /* that of InfiniBand is no Ethernet address */
	assert_int_equal(memberships.filters[0].interface, 4);
	assert_memory_equal(memberships.filters[0].mac, expected, MAC_SIZE);
	memberships_done(&memberships);
}

static void malformed_lines_are_passed_over(void **state)
{
	static const char *const lines[] = {
		"\t\t\t\t010000E0     1 0:00000000\t\t0\n", /* before any interface */
		"4\teth0\n\t\t\t\t0100E0     1 0:0\n",      /* too few digits */
		"4\teth0\n\t\t\t\t010000E0\n",              /* no users */
		"4\teth0\n\t\t\t\tXY0000E0     1\n",
		"99999999999999999999\teth0\n",
		"",
		"\n\n",
		"4\teth0",
	};
	struct memberships memberships = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		FILE *file = lines[i][0] ? open_text(lines[i], strlen(lines[i]))
					 : fopen("/dev/null", "r");

		assert_true(membership_files_read_groups(file, AF_INET, FILES_ADD, &memberships));
		fclose(file);
		assert_int_equal(memberships.count, 0);
	}
	memberships_done(&memberships);
}

/* Any bytes in any place: nothing may break (the sanitizers watch), and what is not touched by a
 * change of one line stays. */
static void read_damaged(const char *text, size_t size)
{
	struct memberships memberships = {0};
	FILE *file = open_text(text, size);

	membership_files_read_groups(file, AF_INET, FILES_ADD, &memberships);
	rewind(file);
	membership_files_read_groups(file, AF_INET6, FILES_ADD, &memberships);
	memberships_sort(&memberships);
	rewind(file);
	membership_files_read_sources(file, &memberships);
	rewind(file);
	membership_files_read_filters(file, &memberships);
	fclose(file);
	memberships_done(&memberships);
}

static void damaged_files_do_no_harm(void **state)
{
	static const char *const texts[] = {igmp, igmp6, mcfilter, mcfilter6, dev_mcast};
	struct random random = {3};

	(void)state;
	for (int i = 0; i < 5000; i++) {
		const char *text = texts[random_below(&random, COUNT_OF(texts))];
		size_t size = strlen(text);
		char *copy = malloc(size);

		assert_non_null(copy);
		memcpy(copy, text, size);
		for (size_t n = 1 + random_below(&random, 8); n > 0; n--)
			copy[random_below(&random, size)] = (char)random_below(&random, 256);
		read_damaged(copy, 1 + random_below(&random, size));
		free(copy);
	}
}

static void twins_become_one(void **state)
{
	struct memberships memberships = {0};
	union hostcast_address group = parse("224.1.1.1");

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(memberships_add(&memberships, 4, &group, 1));
	assert_true(memberships_add(&memberships, 3, &group, 1));
	memberships_sort(&memberships);
	assert_int_equal(memberships.count, 2);
	assert_int_equal(memberships.list[0].interface, 3);
	memberships_done(&memberships);
}

static void assert_is_list(const struct memberships *memberships, const char *expected)
{
	struct text list = {0};
	char text[HOSTCAST_TEXT_SIZE];

	for (size_t i = 0; i < memberships->count; i++)
		text_addf(&list, "%s%u %s", i > 0 ? ", " : "", memberships->list[i].interface,
			  address_ip_text(&memberships->list[i].group, text));
	assert_string_equal(text_string(&list), expected);
	text_done(&list);
}

static void what_comes_and_goes_keeps_the_order(void **state)
{
	struct memberships memberships = {0};
	union hostcast_address one = parse("224.1.1.1"), two = parse("224.1.1.2");
	union hostcast_address six = parse("ff15::1");

	(void)state;
	memberships_remove(&memberships, 4, &one); /* an empty list */
	assert_true(memberships_insert(&memberships, 4, &two, 1));
	assert_true(memberships_insert(&memberships, 4, &six, 1));
	assert_true(memberships_insert(&memberships, 3, &six, 1));
	assert_true(memberships_insert(&memberships, 4, &one, 1));
	assert_true(memberships_insert(&memberships, 4, &two, 1)); /* once is enough */
	assert_is_list(&memberships, "3 ff15::1, 4 224.1.1.1, 4 224.1.1.2, 4 ff15::1");
	memberships_remove(&memberships, 4, &two);
	memberships_remove(&memberships, 3, &one); /* it is not there */
	assert_is_list(&memberships, "3 ff15::1, 4 224.1.1.1, 4 ff15::1");
	memberships_remove(&memberships, 4, &six);
	memberships_remove(&memberships, 3, &six);
	assert_is_list(&memberships, "4 224.1.1.1");
	memberships_done(&memberships);
}

/* ---- The two ways to the same truth ---- */

static bool are_same(const struct memberships *a, const struct memberships *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->list[i].interface != b->list[i].interface ||
		    !address_same_ip(&a->list[i].group, &b->list[i].group))
			return false;
	return true;
}

static bool is_same_both_ways(int family, const char *path)
{
	struct memberships netlink = {0}, files = {0};
	FILE *file = fopen(path, "r");
	int status = membership_netlink_read(family, &netlink);
	bool is_same;

	if (!file || status < 0) {
		print_message("%s\n",
			      file ? "the kernel has no RTM_GETMULTICAST for this family, or "
				     "there is no libmnl"
				   : "this kernel has no such family");
		if (file)
			fclose(file);
		skip();
	}
	assert_true(membership_files_read_groups(file, family, FILES_ADD, &files));
	fclose(file);
	memberships_sort(&netlink);
	memberships_sort(&files);
	is_same = are_same(&netlink, &files);
	memberships_done(&netlink);
	memberships_done(&files);
	return is_same;
}

/* Other programs may join and leave between the two readings: then they are read again. */
static void assert_same_both_ways(int family, const char *path)
{
	for (int i = 0; i < 100; i++)
		if (is_same_both_ways(family, path))
			return;
	fail_msg("netlink and %s never agreed", path);
}

static void netlink_and_proc_tell_the_same_of_ipv4(void **state)
{
	(void)state;
	assert_same_both_ways(AF_INET, "/proc/net/igmp");
}

static void netlink_and_proc_tell_the_same_of_ipv6(void **state)
{
	(void)state;
	assert_same_both_ways(AF_INET6, "/proc/net/igmp6");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_files_of_proc_are_understood),
		cmocka_unit_test(sources_are_added_to_their_membership),
		cmocka_unit_test(what_netlink_told_is_only_completed),
		cmocka_unit_test(ethernet_addresses_are_understood),
		cmocka_unit_test(malformed_lines_are_passed_over),
		cmocka_unit_test(damaged_files_do_no_harm),
		cmocka_unit_test(twins_become_one),
		cmocka_unit_test(what_comes_and_goes_keeps_the_order),
		cmocka_unit_test(netlink_and_proc_tell_the_same_of_ipv4),
		cmocka_unit_test(netlink_and_proc_tell_the_same_of_ipv6),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
