/* IPv4 and IPv6 down to what they carry, put together by hand from RFC 791 and RFC 8200. */
#include "frames.h"
#include "unit.h"

#define TO_GROUP_4 "0a000001 e0010101"
#define TO_GROUP_6 "20010db8000000000000000000000001 ff020000000000000000000000000101"
#define HELLO_UDP  "138c138c 000d0000 68656c6c6f"

/* ---- IPv4 ---- */

static void every_field_of_ipv4_is_read(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_RAW, "45b90021 12344000 01110000" TO_GROUP_4 HELLO_UDP);
	const struct ip_layer *ip = &decoded.packet.ip;

	(void)state;
	assert_int_equal(ip->version, 4);
	assert_int_equal(ip->header_size, 20);
	assert_int_equal(ip->size, 33);
	assert_int_equal(ip->dscp, 46);
	assert_int_equal(ip->ecn, 1);
	assert_int_equal(ip->ttl, 1);
	assert_int_equal(ip->protocol, IPPROTO_UDP);
	assert_int_equal(ip->identification, 0x1234);
	assert_true(ip->dont_fragment);
	assert_false(ip->is_fragment || ip->more_fragments || ip->has_router_alert);
	assert_int_equal(ip->offset, 0);
	assert_int_equal(reader_left(&ip->options), 0);
	assert_address(&decoded.packet.source, "10.0.0.1:5004");
	assert_address(&decoded.packet.destination, "224.1.1.1:5004");
	decoded_done(&decoded);
}

/* The example of RFC 1071's readers everywhere: 192.168.0.1 to 192.168.0.199, checksum 0xb861. */
static void the_checksum_of_the_ipv4_header(void **state)
{
	static const struct {
		const char *hex;
		enum checksum checksum;
	} CASES[] = {
		{"45000073 00004000 4011b861 c0a80001 c0a800c7", CHECKSUM_GOOD},
		{"45000073 00004000 4011b862 c0a80001 c0a800c7", CHECKSUM_BAD},
		{"45000073 00004000 3f11b861 c0a80001 c0a800c7", CHECKSUM_BAD},
		{"45000073 00004000 40110000 c0a80001 c0a800c7", CHECKSUM_LEFT},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = decode_hex(LINK_RAW, CASES[i].hex);

		assert_int_equal(decoded.packet.ip.checksum, CASES[i].checksum);
		decoded_done(&decoded);
	}
}

/* RFC 2113: as every IGMP message of version 2 and 3 has it. */
static void options_are_part_of_the_header(void **state)
{
	struct decoded decoded = decode_hex(LINK_RAW, "47000029 12340000 01110000" TO_GROUP_4
						      "01940400 00000000" HELLO_UDP);

	(void)state;
	assert_int_equal(decoded.packet.ip.header_size, 28);
	assert_int_equal(reader_left(&decoded.packet.ip.options), 8);
	assert_true(decoded.packet.ip.has_router_alert);
	assert_bytes(&decoded.packet.udp.payload, "hello");
	decoded_done(&decoded);
}

static void malformed_options_stop_nothing_else(void **state)
{
	static const char *const OPTIONS[] = {
		"94000000", /* a length of 0 */
		"94010000", /* that does not count itself */
		"94050000", /* past the end */
		"01010194", /* no length */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(OPTIONS); i++) {
		char hex[160];
		struct decoded decoded;

		strcpy(hex, "46000025 12340000 01110000" TO_GROUP_4);
		strcat(hex, OPTIONS[i]);
		strcat(hex, HELLO_UDP);
		decoded = decode_hex(LINK_RAW, hex);
		assert_problem(&decoded.packet, "a malformed IPv4 option");
		assert_false(decoded.packet.ip.has_router_alert);
		assert_bytes(&decoded.packet.udp.payload, "hello");
		decoded_done(&decoded);
	}
}

/* What stands behind the end of the list is no option. */
static void options_end_with_their_list(void **state)
{
	struct decoded decoded = decode_hex(LINK_RAW, "47000029 12340000 01110000" TO_GROUP_4
						      "00940400 94000000" HELLO_UDP);

	(void)state;
	assert_false(decoded.packet.ip.has_router_alert);
	assert_problem(&decoded.packet, NULL);
	decoded_done(&decoded);
}

static void the_first_fragment_has_ports(void **state)
{
	struct decoded decoded = decode_hex(LINK_RAW, "4500001e 12342000 01110000" TO_GROUP_4
						      "138c138c 07d0abcd 6869");
	const struct packet *packet = &decoded.packet;

	(void)state;
	assert_true(packet->ip.is_fragment && packet->ip.more_fragments);
	assert_int_equal(packet->transport, TRANSPORT_UDP);
	assert_address(&packet->source, "10.0.0.1:5004");
	assert_int_equal(packet->udp.size, 1992); /* of the datagram */
	assert_bytes(&packet->udp.payload, "hi");
	assert_int_equal(packet->udp.checksum, CHECKSUM_UNKNOWN);
	assert_problem(packet, NULL);
	decoded_done(&decoded);
}

static void a_later_fragment_is_only_that(void **state)
{
	struct decoded decoded = decode_hex(LINK_RAW, "45000020 123400b9 01110000" TO_GROUP_4
						      "138c138c 000c0000 68656c6c");
	const struct packet *packet = &decoded.packet;

	(void)state;
	assert_true(packet->ip.is_fragment);
	assert_false(packet->ip.more_fragments);
	assert_int_equal(packet->ip.offset, 185 * 8);
	assert_int_equal(packet->ip.protocol, IPPROTO_UDP);
	assert_int_equal(packet->transport, TRANSPORT_NONE);
	assert_address(&packet->source, "10.0.0.1:0");
	assert_problem(packet, NULL);
	decoded_done(&decoded);
}

/* ---- Lengths that are not what they seem ---- */

/* As Linux shows packets that are larger than 65,535 bytes until the interface has cut them. */
static void a_total_length_of_0_fills_the_frame(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_RAW, "45000000 12344000 01110000" TO_GROUP_4 HELLO_UDP);

	(void)state;
	assert_int_equal(decoded.packet.ip.size, 33);
	assert_bytes(&decoded.packet.udp.payload, "hello");
	assert_problem(&decoded.packet, NULL);
	decoded_done(&decoded);
}

static void a_total_length_of_0_is_that_of_the_wire(void **state)
{
	struct decoded decoded = decode_hex_cut(
		LINK_RAW, "45000000 12344000 01110000" TO_GROUP_4 "138c138c 00000000 68656c6c6f",
		30);

	(void)state;
	assert_int_equal(decoded.packet.ip.size, 33);
	assert_int_equal(decoded.packet.udp.size, 5);
	assert_bytes(&decoded.packet.udp.payload, "he");
	decoded_done(&decoded);
}

static void lengths_that_cannot_be_are_said(void **state)
{
	static const struct {
		const char *hex, *problem;
		enum transport transport;
	} CASES[] = {
		{"44000021 12344000 01110000" TO_GROUP_4 HELLO_UDP,
		 "an IPv4 header length below 20 bytes", TRANSPORT_NONE},
		{"45000013 12344000 01110000" TO_GROUP_4 HELLO_UDP,
		 "an IPv4 total length that is shorter than the header", TRANSPORT_NONE},
		{"45000100 12344000 01110000" TO_GROUP_4 HELLO_UDP,
		 "an IP length that is longer than the frame", TRANSPORT_UDP},
		{"4f000021 12344000 01110000" TO_GROUP_4 HELLO_UDP, "cut off in the IPv4 options",
		 TRANSPORT_NONE},
		{"60000000 00641101" TO_GROUP_6 HELLO_UDP,
		 "an IP length that is longer than the frame", TRANSPORT_UDP},
		{"60000000 00041101" TO_GROUP_6 HELLO_UDP, "cut off in the UDP header",
		 TRANSPORT_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = decode_hex(LINK_RAW, CASES[i].hex);

		assert_problem(&decoded.packet, CASES[i].problem);
		assert_int_equal(decoded.packet.transport, CASES[i].transport);
		assert_true(decoded.packet.source.any.sa_family != AF_UNSPEC);
		decoded_done(&decoded);
	}
}

/* There is no more of it than the frame has: an IGMP report, and zeros that are counted in. */
static void a_packet_ends_with_its_frame(void **state)
{
	struct decoded decoded = decode_hex(LINK_RAW, "45000100 00000000 01020000" TO_GROUP_4
						      "160007f8 e0010206 0000");

	(void)state;
	assert_int_equal(decoded.packet.ip.size, 256);
	assert_problem(&decoded.packet, "an IP length that is longer than the frame");
	assert_int_equal(decoded.packet.transport, TRANSPORT_MEMBERSHIP);
	assert_int_equal(decoded.packet.membership.checksum, CHECKSUM_GOOD);
	decoded_done(&decoded);
}

/* The rest of what it is over is in other fragments, even if it looks right. */
static void the_checksum_of_a_fragment_is_not_known(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_RAW, "4500001c 00002000 01020000" TO_GROUP_4 "160007f8 e0010206");

	(void)state;
	assert_int_equal(decoded.packet.transport, TRANSPORT_MEMBERSHIP);
	assert_int_equal(decoded.packet.membership.checksum, CHECKSUM_UNKNOWN);
	decoded_done(&decoded);
}

static void headers_that_are_cut_off_say_so(void **state)
{
	(void)state;
	for (size_t size = 1; size < 40; size++) {
		struct decoded v4 = decode_hex_cut(
			LINK_RAW, "45000021 12344000 01110000" TO_GROUP_4 HELLO_UDP, size);
		struct decoded v6 =
			decode_hex_cut(LINK_RAW, "60000000 000d1101" TO_GROUP_6 HELLO_UDP, size);

		if (size < 20)
			assert_problem(&v4.packet, "cut off in the IPv4 header");
		else if (size < 28)
			assert_problem(&v4.packet, "cut off in the UDP header");
		else
			assert_problem(&v4.packet, NULL);
		assert_int_equal(v4.packet.ip.version, size < 20 ? 0 : 4);
		assert_int_equal(v4.packet.source.any.sa_family, size < 20 ? AF_UNSPEC : AF_INET);
		assert_problem(&v6.packet, "cut off in the IPv6 header");
		assert_int_equal(v6.packet.ip.version, 0);
		decoded_done(&v4);
		decoded_done(&v6);
	}
}

/* ---- IPv6 ---- */

static void every_field_of_ipv6_is_read(void **state)
{
	struct decoded decoded = decode_hex(LINK_RAW, "6b9abcde 000d11ff" TO_GROUP_6 HELLO_UDP);
	const struct ip_layer *ip = &decoded.packet.ip;

	(void)state;
	assert_int_equal(ip->version, 6);
	assert_int_equal(ip->header_size, 40);
	assert_int_equal(ip->size, 53);
	assert_int_equal(ip->dscp, 46);
	assert_int_equal(ip->ecn, 1);
	assert_int_equal(ip->flow_label, 0xabcde);
	assert_int_equal(ip->ttl, 255);
	assert_int_equal(ip->protocol, IPPROTO_UDP);
	assert_int_equal(ip->checksum, CHECKSUM_NONE);
	assert_int_equal(reader_left(&ip->options), 0);
	assert_address(&decoded.packet.source, "[2001:db8::1]:5004");
	assert_address(&decoded.packet.destination, "[ff02::101]:5004");
	decoded_done(&decoded);
}

/* RFC 2711: as every MLD message has it. */
static void a_hop_by_hop_header_may_alert_routers(void **state)
{
	struct decoded decoded = decode_hex(LINK_RAW, "60000000 00150001" TO_GROUP_6
						      "11 00 0502 0000 0100" HELLO_UDP);
	struct decoded padded = decode_hex(LINK_RAW, "60000000 00150001" TO_GROUP_6
						     "11 00 00 00 0104 0000" HELLO_UDP);

	(void)state;
	assert_true(decoded.packet.ip.has_router_alert);
	assert_int_equal(decoded.packet.ip.header_size, 48);
	assert_int_equal(reader_left(&decoded.packet.ip.options), 8);
	assert_int_equal(decoded.packet.ip.protocol, IPPROTO_UDP);
	assert_bytes(&decoded.packet.udp.payload, "hello");
	assert_false(padded.packet.ip.has_router_alert);
	assert_problem(&padded.packet, "a malformed IPv6 hop-by-hop option");
	assert_bytes(&padded.packet.udp.payload, "hello");
	decoded_done(&decoded);
	decoded_done(&padded);
}

/* Hop-by-hop, routing, destination, authentication, fragment; RFC 8200 section 4.1. */
static void extension_headers_are_passed_over(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_RAW, "60000000 00490001" TO_GROUP_6 "2b 00 0104 00000000"
				     "3c 02 04 00 00000000 20010db8000000000000000000000002"
				     "33 00 0104 00000000"
				     "2c 01 0000 00000000 00000000"
				     "11 00 0001 0000abcd" HELLO_UDP);

	(void)state;
	assert_int_equal(decoded.packet.ip.header_size, 40 + 8 + 24 + 8 + 12 + 8);
	assert_int_equal(decoded.packet.ip.protocol, IPPROTO_UDP);
	assert_int_equal(decoded.packet.ip.identification, 0xabcd);
	assert_false(decoded.packet.ip.is_source_routed);
	assert_int_equal(decoded.packet.transport, TRANSPORT_UDP);
	decoded_done(&decoded);
}

/* RFC 8200 section 8.1: the checksum is made with the last destination. */
static void the_checksum_of_a_source_routed_packet_is_not_known(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_RAW, "60000000 00252b01" TO_GROUP_6
				     "11 02 04 01 00000000 20010db8000000000000000000000002"
				     "138c138c 000d1234 68656c6c6f");

	(void)state;
	assert_true(decoded.packet.ip.is_source_routed);
	assert_int_equal(decoded.packet.udp.checksum, CHECKSUM_UNKNOWN);
	decoded_done(&decoded);
}

static void fragments_of_ipv6(void **state)
{
	struct decoded first = decode_hex(LINK_RAW, "60000000 00122c01" TO_GROUP_6
						    "11 00 0001 89abcdef 138c138c 07d0abcd 6869");
	struct decoded later = decode_hex(LINK_RAW, "60000000 00122c01" TO_GROUP_6
						    "3c 00 05a8 89abcdef 138c138c 07d0abcd 6869");
	struct decoded whole = decode_hex(LINK_RAW, "60000000 00152c01" TO_GROUP_6
						    "11 00 0000 89abcdef" HELLO_UDP);

	(void)state;
	assert_true(first.packet.ip.is_fragment && first.packet.ip.more_fragments);
	assert_int_equal(first.packet.ip.identification, 0x89abcdef);
	assert_int_equal(first.packet.udp.size, 1992);
	assert_int_equal(first.packet.udp.checksum, CHECKSUM_UNKNOWN);
	assert_true(later.packet.ip.is_fragment);
	assert_false(later.packet.ip.more_fragments);
	assert_int_equal(later.packet.ip.offset, 1448);
	assert_int_equal(later.packet.ip.protocol, 60);
	assert_int_equal(later.packet.ip.header_size,
			 48); /* what follows is no header of its own */
	assert_int_equal(later.packet.transport, TRANSPORT_NONE);
	assert_problem(&later.packet, NULL);
	assert_false(whole.packet.ip.is_fragment); /* RFC 6946 */
	assert_bytes(&whole.packet.udp.payload, "hello");
	decoded_done(&first);
	decoded_done(&later);
	decoded_done(&whole);
}

static void extension_headers_are_bounded(void **state)
{
	char hex[1024] = "60000000 00883c01" TO_GROUP_6;
	struct decoded decoded;

	(void)state;
	for (unsigned i = 0; i < 17; i++) /* destination options */
		strcat(hex, "3c00010400000000");
	decoded = decode_hex(LINK_RAW, hex);
	assert_problem(&decoded.packet, "more IPv6 extension headers than are decoded");
	assert_int_equal(decoded.packet.ip.header_size, 40 + 16 * 8);
	assert_address(&decoded.packet.destination, "[ff02::101]:0");
	decoded_done(&decoded);
}

static void extension_headers_that_are_cut_off_say_so(void **state)
{
	(void)state;
	for (size_t size = 40; size < 48; size++) {
		struct decoded decoded = decode_hex_cut(
			LINK_RAW, "60000000 00150001" TO_GROUP_6 "11 00 0502 0000 0100" HELLO_UDP,
			size);

		assert_problem(&decoded.packet, "cut off in an IPv6 extension header");
		assert_int_equal(decoded.packet.ip.version, 6);
		assert_int_equal(decoded.packet.transport, TRANSPORT_NONE);
		assert_false(decoded.packet.ip.has_router_alert);
		decoded_done(&decoded);
	}
}

/* A jumbogram (RFC 2675), and one that the interface was to cut. */
static void a_payload_length_of_0_fills_the_frame(void **state)
{
	struct decoded jumbo = decode_hex(LINK_RAW, "60000000 00000001" TO_GROUP_6
						    "11 00 c204 00000015" HELLO_UDP);
	struct decoded left = decode_hex(LINK_RAW, "60000000 00001101" TO_GROUP_6 HELLO_UDP);

	(void)state;
	assert_int_equal(jumbo.packet.ip.size, 61);
	assert_bytes(&jumbo.packet.udp.payload, "hello");
	assert_int_equal(left.packet.ip.size, 53);
	assert_bytes(&left.packet.udp.payload, "hello");
	assert_problem(&left.packet, NULL);
	decoded_done(&jumbo);
	decoded_done(&left);
}

static void protocols_have_names(void **state)
{
	(void)state;
	assert_string_equal(ip_protocol_name(2), "IGMP");
	assert_string_equal(ip_protocol_name(103), "PIM");
	assert_null(ip_protocol_name(255));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_ipv4_is_read),
		cmocka_unit_test(the_checksum_of_the_ipv4_header),
		cmocka_unit_test(options_are_part_of_the_header),
		cmocka_unit_test(malformed_options_stop_nothing_else),
		cmocka_unit_test(options_end_with_their_list),
		cmocka_unit_test(the_first_fragment_has_ports),
		cmocka_unit_test(a_later_fragment_is_only_that),
		cmocka_unit_test(a_total_length_of_0_fills_the_frame),
		cmocka_unit_test(a_total_length_of_0_is_that_of_the_wire),
		cmocka_unit_test(lengths_that_cannot_be_are_said),
		cmocka_unit_test(a_packet_ends_with_its_frame),
		cmocka_unit_test(the_checksum_of_a_fragment_is_not_known),
		cmocka_unit_test(headers_that_are_cut_off_say_so),
		cmocka_unit_test(every_field_of_ipv6_is_read),
		cmocka_unit_test(a_hop_by_hop_header_may_alert_routers),
		cmocka_unit_test(extension_headers_are_passed_over),
		cmocka_unit_test(the_checksum_of_a_source_routed_packet_is_not_known),
		cmocka_unit_test(fragments_of_ipv6),
		cmocka_unit_test(extension_headers_are_bounded),
		cmocka_unit_test(extension_headers_that_are_cut_off_say_so),
		cmocka_unit_test(a_payload_length_of_0_fills_the_frame),
		cmocka_unit_test(protocols_have_names),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
