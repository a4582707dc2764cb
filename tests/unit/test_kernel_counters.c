/* net/kernel_counters and net/membership_version: what the files of /proc say. */
#include "net/kernel_counters.h"
#include "net/membership_version.h"
#include "unit.h"

#include <stdio.h>
#include <sys/socket.h>

static const char snmp[] =
	"Ip: Forwarding DefaultTTL InDiscards ReasmFails\nIp: 1 64 7 3\n"
	"Icmp: InMsgs InErrors\nIcmp: 5 6\n"
	"Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors\n"
	"Udp: 100 2 30 50 28 0 2\n"
	"UdpLite: InDatagrams NoPorts\nUdpLite: 0 9\n";
static const char snmp6[] = "Ip6InDiscards                   \t4\n"
			    "Ip6InDiscardsOfOthers           \t5\n"
			    "Udp6RcvbufErrors                \t18446744\n";

static void a_counter_is_found_by_protocol_and_name(void **state)
{
	(void)state;
	assert_int_equal(kernel_counter_find(snmp, "Ip", "InDiscards"), 7);
	assert_int_equal(kernel_counter_find(snmp, "Udp", "RcvbufErrors"), 28);
	assert_int_equal(kernel_counter_find(snmp, "Udp", "InDatagrams"), 100);
	assert_int_equal(kernel_counter_find(snmp, "Udp", "InCsumErrors"), 2);
	assert_int_equal(kernel_counter_find(snmp, "UdpLite", "NoPorts"), 9);
}

static void a_counter_without_protocol_is_found_by_its_line(void **state)
{
	(void)state;
	assert_int_equal(kernel_counter_find(snmp6, NULL, "Ip6InDiscards"), 4);
	assert_int_equal(kernel_counter_find(snmp6, NULL, "Udp6RcvbufErrors"), 18446744);
	assert_int_equal(kernel_counter_find(snmp6, NULL, "Udp6"), COUNTER_UNKNOWN);
}

static void what_is_not_there_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(kernel_counter_find(snmp, "Udp", "Rcvbuf"), COUNTER_UNKNOWN);
	assert_int_equal(kernel_counter_find(snmp, "Tcp", "InSegs"), COUNTER_UNKNOWN);
	assert_int_equal(kernel_counter_find("", "Udp", "NoPorts"), COUNTER_UNKNOWN);
	assert_int_equal(kernel_counter_find("", NULL, "NoPorts"), COUNTER_UNKNOWN);
	/* Cut off: no values, or fewer than names. */
	assert_int_equal(kernel_counter_find("Udp: A B", "Udp", "A"), COUNTER_UNKNOWN);
	assert_int_equal(kernel_counter_find("Udp: A B\nUdp: 1", "Udp", "B"), COUNTER_UNKNOWN);
	assert_int_equal(kernel_counter_find("Udp: A\nTcp: 1\n", "Udp", "A"), COUNTER_UNKNOWN);
}

static void growth_is_the_difference_where_both_are_known(void **state)
{
	struct kernel_counters before = {1, 5, COUNTER_UNKNOWN, 4, 0, 9};
	struct kernel_counters after = {1, 8, 3, COUNTER_UNKNOWN, 1, 2};
	struct kernel_counters growth = kernel_counters_growth(&before, &after);

	(void)state;
	assert_int_equal(growth.ip_discards, 0);
	assert_int_equal(growth.ip_reassembly_failures, 3);
	assert_int_equal(growth.udp_buffer_errors, COUNTER_UNKNOWN);
	assert_int_equal(growth.udp_no_ports, COUNTER_UNKNOWN);
	assert_int_equal(growth.udp_bad_checksums, 1);
	/* It went down: another namespace. */
	assert_int_equal(growth.reverse_path_filtered, COUNTER_UNKNOWN);
}

static void this_system_has_the_counters(void **state)
{
	struct kernel_counters counters;

	(void)state;
	kernel_counters_read(AF_INET, &counters);
	assert_true(counters.udp_buffer_errors >= 0);
	assert_true(counters.reverse_path_filtered >= 0);
}

static void the_version_of_an_interface_stands_in_its_line(void **state)
{
	static const char igmp[] =
		"Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"
		"1\tlo        :     1      V3\n"
		"\t\t\t\t010000E0     1 0:00000000\t\t0\n"
		"12\teth0      :     2      V2\n"
		"\t\t\t\t010101E0     3 0:00000000\t\t1\n"
		"14\tenp65s0f0np0:     1      V2\n"
		"\t\t\t\t010101E0     3 0:00000000\t\t1\n";
	FILE *file = fmemopen((void *)(uintptr_t)igmp, sizeof igmp - 1, "r");

	(void)state;
	assert_non_null(file);
	assert_int_equal(membership_version_find(file, 12), 2);
	rewind(file);
	assert_int_equal(membership_version_find(file, 1), 3);
	rewind(file);
	assert_int_equal(membership_version_find(file, 14), 2);
	rewind(file);
	assert_int_equal(membership_version_find(file, 2), 0);
	fclose(file);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_is_found_by_protocol_and_name),
		cmocka_unit_test(a_counter_without_protocol_is_found_by_its_line),
		cmocka_unit_test(what_is_not_there_is_unknown),
		cmocka_unit_test(growth_is_the_difference_where_both_are_known),
		cmocka_unit_test(this_system_has_the_counters),
		cmocka_unit_test(the_version_of_an_interface_stands_in_its_line),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
