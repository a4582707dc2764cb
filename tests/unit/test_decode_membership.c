/* IGMP and MLD, put together by hand from RFC 1112, 2236, 3376, 2710 and 3810. */
#include "base/monotime.h"
#include "frames.h"
#include "unit.h"

#include <stdio.h>

/* A message behind IP headers that have a router alert, cut off at `size` bytes of the message. */
static struct decoded decode_igmp_cut(const char *message, size_t size)
{
	char hex[1024];

	snprintf(hex, sizeof hex, "46c0%04zx 00000000 01020000 0a000002 e0000016 94040000 %s",
		 24 + size_of_hex(message), message);
	return decode_hex_cut(LINK_RAW, hex, size == SIZE_MAX ? size : size + 24);
}

static struct decoded decode_igmp(const char *message)
{
	return decode_igmp_cut(message, SIZE_MAX);
}

static struct decoded decode_mld_cut(const char *message, size_t size)
{
	char hex[1024];

	snprintf(hex, sizeof hex,
		 "60000000 %04zx 0001 fe800000000000000000000000000002"
		 "ff020000000000000000000000000016 3a00 05020000 0100 %s",
		 8 + size_of_hex(message), message);
	return decode_hex_cut(LINK_RAW, hex, size == SIZE_MAX ? size : size + 48);
}

static struct decoded decode_mld(const char *message)
{
	return decode_mld_cut(message, SIZE_MAX);
}

static const struct membership_message *assert_is(const struct decoded *decoded,
						  enum membership_kind kind, unsigned version)
{
	const struct membership_message *message = &decoded->packet.membership;

	assert_int_equal(decoded->packet.transport, TRANSPORT_MEMBERSHIP);
	assert_true(decoded->packet.ip.has_router_alert);
	assert_int_equal(message->kind, kind);
	assert_int_equal(message->version, version);
	assert_int_equal(message->is_mld, decoded->packet.ip.version == 6);
	return message;
}

/* ---- IGMPv1 and v2, MLDv1 ---- */

static void messages_of_one_group(void **state)
{
	static const struct {
		const char *hex;
		enum membership_kind kind;
		unsigned version;
		const char *group;
	} CASES[] = {
		{"12000bf8 e0010206", MEMBERSHIP_REPORT, 1, "224.1.2.6:0"},
		{"160007f8 e0010206", MEMBERSHIP_REPORT, 2, "224.1.2.6:0"},
		{"170006f8 e0010206", MEMBERSHIP_LEAVE, 2, "224.1.2.6:0"},
		{"83000000 00000000 ff020000000000000000000000000101", MEMBERSHIP_REPORT, 1,
		 "[ff02::101]:0"},
		{"84000000 00000000 ff020000000000000000000000000101", MEMBERSHIP_LEAVE, 1,
		 "[ff02::101]:0"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = CASES[i].hex[0] == '8' ? decode_mld(CASES[i].hex)
								: decode_igmp(CASES[i].hex);
		const struct membership_message *message =
			assert_is(&decoded, CASES[i].kind, CASES[i].version);

		assert_address(&message->group, CASES[i].group);
		assert_int_equal(message->checksum, message->is_mld ? CHECKSUM_BAD : CHECKSUM_GOOD);
		assert_int_equal(message->count, 0);
		assert_problem(&decoded.packet, NULL);
		decoded_done(&decoded);
	}
}

/* RFC 3376 section 7.1: a code of 0 makes it version 1, whose hosts answer within 10 s. */
static void the_size_and_code_of_a_query_tell_its_version(void **state)
{
	static const struct {
		const char *hex;
		unsigned version;
		int64_t response_ns;
		const char *group;
	} CASES[] = {
		{"1100eeff 00000000", 1, 10 * NS_PER_S, "-"},
		{"1164ee9b 00000000", 2, 10 * NS_PER_S, "-"},
		{"110a0000 e0010203", 2, NS_PER_S, "224.1.2.3:0"},
		{"11ff0000 00000000", 2, 255 * NS_PER_S / 10, "-"}, /* not floating before v3 */
		{"11640000 00000000 027d0000", 3, 10 * NS_PER_S, "-"},
		{"11000000 00000000 027d0000", 3, 0, "-"},
		{"82000000 2710 0000 00000000000000000000000000000000", 1, 10 * NS_PER_S, "-"},
		{"82000000 ffff 0000 ff020000000000000000000000000101", 1, 65535 * NS_PER_MS,
		 "[ff02::101]:0"},
		{"82000000 2710 0000 00000000000000000000000000000000 027d0000", 2, 10 * NS_PER_S,
		 "-"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = CASES[i].hex[0] == '8' ? decode_mld(CASES[i].hex)
								: decode_igmp(CASES[i].hex);
		const struct membership_message *message =
			assert_is(&decoded, MEMBERSHIP_QUERY, CASES[i].version);

		assert_true(message->response_ns == CASES[i].response_ns);
		assert_address(&message->group, CASES[i].group);
		assert_problem(&decoded.packet, NULL);
		decoded_done(&decoded);
	}
}

/* RFC 3376 section 7.1, RFC 3810 section 8.1: these must be ignored. */
static void queries_of_other_sizes_are_of_no_version(void **state)
{
	static const char *const QUERIES[] = {
		"11640000",
		"11640000 00000000 00",
		"11640000 00000000 000000",
		"82000000 2710 0000 000000000000000000000000000000",
		"82000000 2710 0000 00000000000000000000000000000000 000000",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(QUERIES); i++) {
		struct decoded decoded =
			QUERIES[i][0] == '8' ? decode_mld(QUERIES[i]) : decode_igmp(QUERIES[i]);

		assert_is(&decoded, MEMBERSHIP_OTHER, 0);
		assert_problem(&decoded.packet, "a query of a size that no version has");
		decoded_done(&decoded);
	}
}

/* DVMRP, multicast router termination (RFC 4286). */
static void other_types_are_named_by_their_number(void **state)
{
	struct decoded dvmrp = decode_igmp("1301ecfe 00000000"), end = decode_igmp("3200cdff");

	(void)state;
	assert_int_equal(assert_is(&dvmrp, MEMBERSHIP_OTHER, 0)->type, 0x13);
	assert_int_equal(assert_is(&end, MEMBERSHIP_OTHER, 0)->type, 0x32);
	assert_int_equal(end.packet.membership.checksum, CHECKSUM_GOOD);
	assert_problem(&end.packet, NULL);
	decoded_done(&dvmrp);
	decoded_done(&end);
}

/* ---- Queries of IGMPv3 and MLDv2 ---- */

/* RFC 3376 section 4.1.1, RFC 3810 section 5.1.9: (mantissa | 16) << (exponent + 3) */
static void codes_from_half_of_their_range_on_are_floating(void **state)
{
	static const struct {
		const char *hex;
		int64_t response_ns, interval_ns;
	} CASES[] = {
		{"117f0000 00000000 027f0000", 127 * NS_PER_S / 10, 127 * NS_PER_S},
		{"11800000 00000000 02800000", 128 * NS_PER_S / 10, 128 * NS_PER_S},
		{"11890000 00000000 02890000", 200 * NS_PER_S / 10, 200 * NS_PER_S},
		{"11ff0000 00000000 02ff0000", 31744 * NS_PER_S / 10, 31744 * NS_PER_S},
		{"82000000 7fff 0000 00000000000000000000000000000000 02000000", 32767 * NS_PER_MS,
		 0},
		{"82000000 8000 0000 00000000000000000000000000000000 02800000", 32768 * NS_PER_MS,
		 128 * NS_PER_S},
		{"82000000 ffff 0000 00000000000000000000000000000000 02ff0000",
		 8387584 * NS_PER_MS, 31744 * NS_PER_S},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = CASES[i].hex[0] == '8' ? decode_mld(CASES[i].hex)
								: decode_igmp(CASES[i].hex);

		assert_true(decoded.packet.membership.response_ns == CASES[i].response_ns);
		assert_true(decoded.packet.membership.interval_ns == CASES[i].interval_ns);
		assert_int_equal(decoded.packet.membership.robustness, 2);
		decoded_done(&decoded);
	}
}

static void a_query_may_name_sources(void **state)
{
	struct decoded decoded = decode_igmp("110a0000 e0010203 0f140002 0a000001 0a000002");
	const struct membership_message *message = assert_is(&decoded, MEMBERSHIP_QUERY, 3);
	struct reader sources = message->sources;
	union hostcast_address source;

	(void)state;
	assert_true(message->suppresses);
	assert_int_equal(message->robustness, 7);
	assert_true(message->interval_ns == 20 * NS_PER_S);
	assert_int_equal(message->count, 2);
	assert_true(membership_next_source(message, &sources, &source));
	assert_address(&source, "10.0.0.1:0");
	assert_true(membership_next_source(message, &sources, &source));
	assert_address(&source, "10.0.0.2:0");
	assert_false(membership_next_source(message, &sources, &source));
	assert_address(&source, "10.0.0.2:0"); /* untouched */
	decoded_done(&decoded);
}

static void more_sources_than_a_query_has_are_said(void **state)
{
	struct decoded decoded = decode_mld("82000000 03e8 0000 ff3e0000000000000000000080000001"
					    "0014 0002 20010db8000000000000000000000001 2001");
	const struct membership_message *message = assert_is(&decoded, MEMBERSHIP_QUERY, 2);
	struct reader sources = message->sources;
	union hostcast_address source;

	(void)state;
	assert_int_equal(message->count, 2);
	assert_true(membership_next_source(message, &sources, &source));
	assert_address(&source, "[2001:db8::1]:0");
	assert_false(membership_next_source(message, &sources, &source));
	assert_problem(&decoded.packet, "cut off in the sources of the query");
	decoded_done(&decoded);
}

/* ---- Reports of IGMPv3 and MLDv2 ---- */

static void records_have_types_and_sources(void **state)
{
	struct decoded decoded = decode_igmp("22000000 0000 0003"
					     "04000000 e0010101"
					     "03020001 e0010102 0a000001 abcdef01 23456789"
					     "06000002 e8010101 0a000001 0a000002");
	struct membership_message message = *assert_is(&decoded, MEMBERSHIP_REPORT, 3);
	struct group_record record;
	union hostcast_address source;

	(void)state;
	assert_int_equal(message.count, 3);
	assert_true(membership_next_record(&message, &record));
	assert_int_equal(record.type, RECORD_TO_EXCLUDE);
	assert_address(&record.group, "224.1.1.1:0");
	assert_int_equal(record.count, 0);
	assert_false(membership_next_source(&message, &record.sources, &source));
	assert_true(membership_next_record(&message, &record)); /* with auxiliary data */
	assert_int_equal(record.type, RECORD_TO_INCLUDE);
	assert_int_equal(record.count, 1);
	assert_true(membership_next_source(&message, &record.sources, &source));
	assert_address(&source, "10.0.0.1:0");
	assert_false(membership_next_source(&message, &record.sources, &source));
	assert_true(membership_next_record(&message, &record));
	assert_int_equal(record.type, RECORD_BLOCK);
	assert_address(&record.group, "232.1.1.1:0");
	assert_int_equal(reader_left(&record.sources), 8);
	assert_false(membership_next_record(&message, &record));
	assert_problem(&decoded.packet, NULL);
	decoded_done(&decoded);
}

static void records_of_mld_have_long_addresses(void **state)
{
	struct decoded decoded = decode_mld("8f000000 0000 0001"
					    "05000001 ff3e0000000000000000000080000001"
					    "20010db8000000000000000000000001");
	struct membership_message message = *assert_is(&decoded, MEMBERSHIP_REPORT, 2);
	struct group_record record;
	union hostcast_address source;

	(void)state;
	assert_true(membership_next_record(&message, &record));
	assert_int_equal(record.type, RECORD_ALLOW);
	assert_address(&record.group, "[ff3e::8000:1]:0");
	assert_true(membership_next_source(&message, &record.sources, &source));
	assert_address(&source, "[2001:db8::1]:0");
	assert_false(membership_next_record(&message, &record));
	assert_problem(&decoded.packet, NULL);
	decoded_done(&decoded);
}

/* What stands behind as many as it says are no records (RFC 3376 section 4.2.11). */
static void records_end_where_the_message_says(void **state)
{
	struct decoded decoded = decode_igmp("22000000 0000 0001 04000000 e0010101"
					     "04000000 e0010102");
	struct membership_message message = *assert_is(&decoded, MEMBERSHIP_REPORT, 3);
	struct group_record record;

	(void)state;
	assert_true(membership_next_record(&message, &record));
	assert_false(membership_next_record(&message, &record));
	assert_problem(&decoded.packet, NULL);
	decoded_done(&decoded);
}

static void records_that_are_missing_are_said(void **state)
{
	static const struct {
		const char *hex;
		unsigned records;
	} CASES[] = {
		{"22000000 0000 0001", 0},
		{"22000000 0000 ffff 04000000 e0010101", 1},
		{"22000000 0000 0002 04000000 e0010101 04000000 e00101", 1},
		{"22000000 0000 0001 05000002 e8010101 0a000001 0a00", 1},
		{"22000000 0000 0001 0500ffff e8010101", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = decode_igmp(CASES[i].hex);
		struct membership_message message = *assert_is(&decoded, MEMBERSHIP_REPORT, 3);
		struct group_record record;
		unsigned records = 0;

		while (membership_next_record(&message, &record))
			records++;
		assert_int_equal(records, CASES[i].records);
		assert_problem(&decoded.packet, "cut off in the records of the report");
		decoded_done(&decoded);
	}
}

/* A query of which the group is missing would be one for all groups. */
static void a_message_without_its_fixed_part_is_none(void **state)
{
	static const char IGMP[] = "110a0000 e0010203 02140000";
	static const char MLD[] = "82000000 03e8 0000 ff020000000000000000000000000101 02140000";

	(void)state;
	for (size_t size = 0; size < 12; size++) {
		struct decoded decoded = decode_igmp_cut(IGMP, size);

		assert_int_equal(decoded.packet.transport, TRANSPORT_NONE);
		assert_problem(&decoded.packet, "cut off in the IGMP message");
		decoded_done(&decoded);
	}
	for (size_t size = 1; size < 28; size++) {
		struct decoded decoded = decode_mld_cut(MLD, size);

		assert_int_equal(decoded.packet.transport, TRANSPORT_NONE);
		assert_problem(&decoded.packet, "cut off in the MLD message");
		decoded_done(&decoded);
	}
}

static void what_a_record_means(void **state)
{
	static const struct {
		uint8_t type;
		uint16_t count;
		enum record_meaning meaning;
		const char *name;
	} CASES[] = {
		{RECORD_IS_INCLUDE, 0, RECORD_LEAVES, "is include"},
		{RECORD_IS_INCLUDE, 1, RECORD_JOINS, "is include"},
		{RECORD_IS_EXCLUDE, 0, RECORD_JOINS, "is exclude"},
		{RECORD_IS_EXCLUDE, 1, RECORD_JOINS, "is exclude"},
		{RECORD_TO_INCLUDE, 0, RECORD_LEAVES, "to include"},
		{RECORD_TO_INCLUDE, 1, RECORD_JOINS, "to include"},
		{RECORD_TO_EXCLUDE, 0, RECORD_JOINS, "to exclude"},
		{RECORD_ALLOW, 1, RECORD_JOINS, "allow new sources"},
		{RECORD_BLOCK, 1, RECORD_CHANGES, "block old sources"},
		{0, 0, RECORD_CHANGES, "unknown"},
		{7, 1, RECORD_CHANGES, "unknown"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct group_record record = {.type = CASES[i].type, .count = CASES[i].count};

		assert_int_equal(group_record_meaning(&record), CASES[i].meaning);
		assert_string_equal(record_type_name(record.type), CASES[i].name);
	}
}

/* ---- Captured: what Linux sends ---- */

static void assert_record(struct membership_message *message, uint8_t type, const char *group,
			  const char *source)
{
	struct group_record record;
	union hostcast_address read;

	assert_true(membership_next_record(message, &record));
	assert_int_equal(record.type, type);
	assert_address(&record.group, group);
	assert_int_equal(record.count, source != NULL);
	assert_int_equal(membership_next_source(message, &record.sources, &read), source != NULL);
	if (source)
		assert_address(&read, source);
}

/* Leaving 224.1.1.1 and joining 10.0.0.9@232.1.1.1 within a second. */
static void linux_leaves_a_group_and_joins_a_source(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_ETHERNET, "01005e000016020000000001080046c00034000040000102f9ec0a00"
					  "0001e000001694040000220001ee0000000203000000e00101010500"
					  "0001e80101010a000009");
	struct membership_message message = *assert_is(&decoded, MEMBERSHIP_REPORT, 3);

	(void)state;
	assert_int_equal(decoded.packet.ip.checksum, CHECKSUM_GOOD);
	assert_int_equal(message.checksum, CHECKSUM_GOOD);
	assert_int_equal(message.count, 2);
	assert_record(&message, RECORD_TO_INCLUDE, "224.1.1.1:0", NULL);
	assert_record(&message, RECORD_ALLOW, "232.1.1.1:0", "10.0.0.9:0");
	assert_problem(&decoded.packet, NULL);
	decoded_done(&decoded);
}

/* Leaving the only source of a group is told by a record that blocks it. */
static void linux_leaves_a_source(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_ETHERNET, "01005e000016020000000001080046c0002c000040000102f9f40a00"
					  "0001e0000016940400002200e4f10000000106000001e80101010a00"
					  "0009");
	struct membership_message message = *assert_is(&decoded, MEMBERSHIP_REPORT, 3);

	(void)state;
	assert_int_equal(message.checksum, CHECKSUM_GOOD);
	assert_record(&message, RECORD_BLOCK, "232.1.1.1:0", "10.0.0.9:0");
	decoded_done(&decoded);
}

static void linux_joins_over_ipv6(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_ETHERNET, "33330000001602000000000186dd6000000000240001fe8000000000"
					  "0000000000fffe000001ff020000000000000000000000000016"
					  "3a000502000001008f006ff90000000104000000ff12000000000000"
					  "0000000000000101");
	struct membership_message message = *assert_is(&decoded, MEMBERSHIP_REPORT, 2);

	(void)state;
	assert_int_equal(message.checksum, CHECKSUM_GOOD);
	assert_address(&decoded.packet.source, "[fe80::ff:fe00:1]:0");
	assert_address(&decoded.packet.destination, "[ff02::16]:0");
	assert_record(&message, RECORD_TO_EXCLUDE, "[ff12::101]:0", NULL);
	decoded_done(&decoded);
}

/* With force_igmp_version=2 and force_mld_version=1. */
static void linux_speaks_older_versions(void **state)
{
	static const struct {
		const char *hex;
		enum membership_kind kind;
		unsigned version;
		const char *group;
	} CASES[] = {
		{"01005e010102020000000001080046c00020000040000102f9130a000001e0010102940400001600"
		 "08fce0010102",
		 MEMBERSHIP_REPORT, 2, "224.1.1.2:0"},
		{"01005e000002020000000001080046c00020000040000102fa140a000001e0000002940400001700"
		 "07fce0010102",
		 MEMBERSHIP_LEAVE, 2, "224.1.1.2:0"},
		{"33330000010202000000000186dd6000000000200001fe8000000000000000"
		 "0000fffe000001ff1200000000000000000000000001023a0005020000010083007f0100000000ff"
		 "120000000000000000000000000102",
		 MEMBERSHIP_REPORT, 1, "[ff12::102]:0"},
		{"33330000000202000000000186dd6000000000200001fe8000000000000000"
		 "0000fffe000001ff0200000000000000000000000000023a0005020000010084007f1100000000ff"
		 "120000000000000000000000000102",
		 MEMBERSHIP_LEAVE, 1, "[ff12::102]:0"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = decode_hex(LINK_ETHERNET, CASES[i].hex);
		const struct membership_message *message =
			assert_is(&decoded, CASES[i].kind, CASES[i].version);

		assert_address(&message->group, CASES[i].group);
		assert_int_equal(message->checksum, CHECKSUM_GOOD);
		decoded_done(&decoded);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_one_group),
		cmocka_unit_test(the_size_and_code_of_a_query_tell_its_version),
		cmocka_unit_test(queries_of_other_sizes_are_of_no_version),
		cmocka_unit_test(other_types_are_named_by_their_number),
		cmocka_unit_test(codes_from_half_of_their_range_on_are_floating),
		cmocka_unit_test(a_query_may_name_sources),
		cmocka_unit_test(more_sources_than_a_query_has_are_said),
		cmocka_unit_test(records_have_types_and_sources),
		cmocka_unit_test(records_of_mld_have_long_addresses),
		cmocka_unit_test(records_end_where_the_message_says),
		cmocka_unit_test(records_that_are_missing_are_said),
		cmocka_unit_test(a_message_without_its_fixed_part_is_none),
		cmocka_unit_test(what_a_record_means),
		cmocka_unit_test(linux_leaves_a_group_and_joins_a_source),
		cmocka_unit_test(linux_leaves_a_source),
		cmocka_unit_test(linux_joins_over_ipv6),
		cmocka_unit_test(linux_speaks_older_versions),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
