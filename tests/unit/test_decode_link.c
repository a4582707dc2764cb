/* Frames down to IP, put together by hand from the standards that are named. */
#include "frames.h"
#include "unit.h"

#define IPV4 "45000021 12344000 01110000 0a000001 e0010101 138c138c 000d0000 68656c6c6f"
#define IPV6                                                 \
	"60000000 000d1101 20010db8000000000000000000000001" \
	"ff020000000000000000000000000101 138c138c 000d0000 68656c6c6f"
#define MACS "01005e010101 020000000001"

static void assert_carries_hello(const struct packet *packet, unsigned version)
{
	assert_int_equal(packet->ip.version, version);
	assert_int_equal(packet->transport, TRANSPORT_UDP);
	assert_bytes(&packet->udp.payload, "hello");
}

/* ---- Ethernet ---- */

static void ethernet_has_two_addresses(void **state)
{
	struct decoded decoded = decode_hex(LINK_ETHERNET, MACS "0800" IPV4);
	const struct link_layer *link = &decoded.packet.link;

	(void)state;
	assert_true(link->has_destination && link->has_source);
	assert_memory_equal(link->destination, "\x01\x00\x5e\x01\x01\x01", MAC_SIZE);
	assert_memory_equal(link->source, "\x02\x00\x00\x00\x00\x01", MAC_SIZE);
	assert_int_equal(link->ethertype, 0x0800);
	assert_int_equal(link->vlan_count, 0);
	assert_false(link->is_cooked);
	assert_int_equal(reader_left(&link->padding), 0);
	assert_carries_hello(&decoded.packet, 4);
	assert_problem(&decoded.packet, NULL);
	decoded_done(&decoded);
}

/* IEEE 802.1Q section 9.6 */
static void a_vlan_tag_has_priority_dei_and_id(void **state)
{
	struct decoded decoded = decode_hex(LINK_ETHERNET, MACS "8100 b064 86dd" IPV6);
	const struct link_layer *link = &decoded.packet.link;

	(void)state;
	assert_int_equal(link->vlan_count, 1);
	assert_int_equal(link->vlans[0].type, 0x8100);
	assert_int_equal(link->vlans[0].priority, 5);
	assert_true(link->vlans[0].may_be_dropped);
	assert_int_equal(link->vlans[0].id, 100);
	assert_int_equal(link->ethertype, 0x86dd);
	assert_carries_hello(&decoded.packet, 6);
	decoded_done(&decoded);
}

static void the_outer_vlan_tag_comes_first(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_ETHERNET, MACS "88a8 000a 9100 0fff 8100 0014 0800" IPV4);
	const struct link_layer *link = &decoded.packet.link;

	(void)state;
	assert_int_equal(link->vlan_count, 3);
	assert_int_equal(link->vlans[0].type, 0x88a8);
	assert_int_equal(link->vlans[0].id, 10);
	assert_int_equal(link->vlans[1].type, 0x9100);
	assert_int_equal(link->vlans[1].id, 4095);
	assert_int_equal(link->vlans[2].id, 20);
	assert_carries_hello(&decoded.packet, 4);
	decoded_done(&decoded);
}

static void more_vlan_tags_than_there_is_room_for_are_said(void **state)
{
	struct decoded four =
		decode_hex(LINK_ETHERNET, MACS "8100 0001 8100 0002 8100 0003 8100 0004 0800" IPV4);
	struct decoded five = decode_hex(
		LINK_ETHERNET, MACS "8100 0001 8100 0002 8100 0003 8100 0004 8100 0005 0800" IPV4);

	(void)state;
	assert_carries_hello(&four.packet, 4);
	assert_int_equal(five.packet.link.vlan_count, 4);
	assert_int_equal(five.packet.ip.version, 0);
	assert_problem(&five.packet, "more VLAN tags than are decoded");
	decoded_done(&four);
	decoded_done(&five);
}

/* The shortest frame has 60 bytes without its checksum: here 47 and 13 of padding. */
static void padding_is_no_payload(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_ETHERNET, MACS "0800" IPV4 "00000000000000000000000000");

	(void)state;
	assert_carries_hello(&decoded.packet, 4);
	assert_int_equal(reader_left(&decoded.packet.link.padding), 13);
	assert_problem(&decoded.packet, NULL);
	decoded_done(&decoded);
}

static void other_ethertypes_are_no_problem(void **state)
{
	struct decoded arp = decode_hex(LINK_ETHERNET, MACS "0806 0001080006040001");

	(void)state;
	assert_int_equal(arp.packet.link.ethertype, 0x0806);
	assert_int_equal(arp.packet.ip.version, 0);
	assert_int_equal(arp.packet.transport, TRANSPORT_NONE);
	assert_address(&arp.packet.source, "-");
	assert_problem(&arp.packet, NULL);
	assert_string_equal(ethertype_name(0x0806), "ARP");
	assert_null(ethertype_name(0xbeef));
	decoded_done(&arp);
}

/* IEEE 802.3 section 3.2.6: up to 1,500 it is a length */
static void ieee_802_3_is_named(void **state)
{
	static const struct {
		const char *hex, *problem;
	} CASES[] = {
		{"0180c2000000 020000000001 0026 424203 0000",
		 "IEEE 802.3 with LLC: spanning tree"},
		{"01000ccccccc 020000000001 05dc aaaa03 00000c", "IEEE 802.3 with LLC: SNAP"},
		{"0180c2000014 020000000001 0100 fefe03", "IEEE 802.3 with LLC: ISO protocols"},
		{"ffffffffffff 020000000001 0003 e0e003", "IEEE 802.3 with LLC"},
		{"ffffffffffff 020000000001 8100 0001 0003 e0e003", "IEEE 802.3 with LLC"},
		{"ffffffffffff 020000000001 0000", "IEEE 802.3 with LLC"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = decode_hex(LINK_ETHERNET, CASES[i].hex);

		assert_problem(&decoded.packet, CASES[i].problem);
		assert_true(decoded.packet.link.has_destination);
		assert_int_equal(decoded.packet.link.ethertype, 0);
		decoded_done(&decoded);
	}
}

/* ---- Cooked (www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html, ..._SLL2.html) ---- */

static void cooked_frames_have_a_type_and_a_source(void **state)
{
	static const enum cooked_type TYPES[] = {COOKED_TO_US, COOKED_BROADCAST, COOKED_MULTICAST,
						 COOKED_TO_OTHERS, COOKED_SENT};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(TYPES); i++) {
		char hex[256] = "000T 0001 0006 0200000000010000 0800" IPV4;
		struct decoded decoded;

		hex[3] = (char)('0' + i);
		decoded = decode_hex(LINK_SLL, hex);
		assert_true(decoded.packet.link.is_cooked && decoded.packet.link.has_source);
		assert_int_equal(decoded.packet.link.cooked, TYPES[i]);
		assert_memory_equal(decoded.packet.link.source, "\x02\x00\x00\x00\x00\x01",
				    MAC_SIZE);
		assert_false(decoded.packet.link.has_destination);
		assert_int_equal(decoded.packet.link.cooked_interface, 0);
		assert_carries_hello(&decoded.packet, 4);
		decoded_done(&decoded);
	}
}

static void cooked_frames_of_version_2_have_an_interface(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_SLL2, "86dd 0000 00000007 0001 02 06 0200000000010000" IPV6);

	(void)state;
	assert_true(decoded.packet.link.is_cooked && decoded.packet.link.has_source);
	assert_int_equal(decoded.packet.link.cooked, COOKED_MULTICAST);
	assert_int_equal(decoded.packet.link.cooked_interface, 7);
	assert_carries_hello(&decoded.packet, 6);
	decoded_done(&decoded);
}

/* As on a tunnel, whose addresses have other sizes. */
static void a_cooked_source_that_is_no_mac_address_is_none(void **state)
{
	struct decoded none = decode_hex(LINK_SLL, "0004 fffe 0000 0000000000000000 0800" IPV4);
	struct decoded four = decode_hex(LINK_SLL, "0004 0300 0004 0a00000100000000 0800" IPV4);

	(void)state;
	assert_false(none.packet.link.has_source || four.packet.link.has_source);
	assert_carries_hello(&none.packet, 4);
	assert_carries_hello(&four.packet, 4);
	decoded_done(&none);
	decoded_done(&four);
}

static void a_cooked_type_that_is_not_known_is_left_out(void **state)
{
	struct decoded decoded = decode_hex(LINK_SLL, "0007 0001 0006 0200000000010000 0800" IPV4);

	(void)state;
	assert_false(decoded.packet.link.is_cooked);
	assert_carries_hello(&decoded.packet, 4);
	decoded_done(&decoded);
}

/* libpcap puts the tag back in behind the cooked header. */
static void cooked_frames_may_have_vlan_tags(void **state)
{
	struct decoded decoded =
		decode_hex(LINK_SLL, "0002 0001 0006 0200000000010000 8100 0064 0800" IPV4);

	(void)state;
	assert_int_equal(decoded.packet.link.vlan_count, 1);
	assert_int_equal(decoded.packet.link.vlans[0].id, 100);
	assert_carries_hello(&decoded.packet, 4);
	decoded_done(&decoded);
}

/* ---- Without a link-layer header, or little of it ---- */

static void loopback_frames_have_a_family(void **state)
{
	static const struct {
		unsigned link_type;
		const char *hex;
		unsigned version;
	} CASES[] = {
		{LINK_NULL, "02000000" IPV4, 4}, {LINK_NULL, "00000002" IPV4, 4},
		{LINK_NULL, "18000000" IPV6, 6}, {LINK_NULL, "0000001c" IPV6, 6},
		{LINK_NULL, "1e000000" IPV6, 6}, {LINK_NULL, "0a000000" IPV6, 6},
		{LINK_LOOP, "00000002" IPV4, 4}, {LINK_LOOP, "00000018" IPV6, 6},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = decode_hex(CASES[i].link_type, CASES[i].hex);

		assert_carries_hello(&decoded.packet, CASES[i].version);
		assert_false(decoded.packet.link.has_destination || decoded.packet.link.has_source);
		decoded_done(&decoded);
	}
}

static void families_that_are_none_are_said(void **state)
{
	struct decoded other = decode_hex(LINK_NULL, "07000000" IPV4);
	struct decoded swapped = decode_hex(LINK_LOOP, "02000000" IPV4);

	(void)state;
	assert_problem(&other.packet, "neither IPv4 nor IPv6");
	assert_problem(&swapped.packet, "neither IPv4 nor IPv6");
	assert_int_equal(other.packet.ip.version + swapped.packet.ip.version, 0);
	decoded_done(&other);
	decoded_done(&swapped);
}

static void raw_packets_tell_their_version(void **state)
{
	static const struct {
		unsigned link_type;
		const char *hex;
		unsigned version;
		const char *problem;
	} CASES[] = {
		{LINK_RAW, IPV4, 4, NULL},
		{LINK_RAW, IPV6, 6, NULL},
		{LINK_RAW, "50", 0, "neither IPv4 nor IPv6"},
		{LINK_RAW, "", 0, "cut off in the link-layer header"},
		{LINK_IPV4, IPV4, 4, NULL},
		{LINK_IPV6, IPV6, 6, NULL},
		{LINK_IPV4, IPV6, 0, "not version 4 in an IPv4 header"},
		{LINK_IPV6, "40000000" IPV6, 0, "not version 6 in an IPv6 header"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = decode_hex(CASES[i].link_type, CASES[i].hex);

		assert_int_equal(decoded.packet.ip.version, CASES[i].version);
		assert_problem(&decoded.packet, CASES[i].problem);
		decoded_done(&decoded);
	}
}

static void other_links_are_not_decoded(void **state)
{
	struct decoded decoded = decode_hex(105, IPV4); /* IEEE 802.11 */

	(void)state;
	assert_problem(&decoded.packet, "a link type that is not decoded");
	assert_int_equal(decoded.packet.ip.version, 0);
	assert_int_equal(decoded.packet.link.ethertype, 0);
	decoded_done(&decoded);
}

static void frames_that_are_cut_off_say_so(void **state)
{
	static const struct {
		unsigned link_type;
		size_t size;
	} HEADERS[] = {{LINK_ETHERNET, 14},
		       {LINK_SLL, 16},
		       {LINK_SLL2, 20},
		       {LINK_NULL, 4},
		       {LINK_LOOP, 4}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(HEADERS); i++) {
		for (size_t size = 0; size < HEADERS[i].size; size++) {
			struct decoded decoded =
				decode_hex_cut(HEADERS[i].link_type, MACS "0800" IPV4, size);

			assert_problem(&decoded.packet, "cut off in the link-layer header");
			assert_int_equal(decoded.packet.link.ethertype, 0);
			assert_int_equal(decoded.packet.link.has_source,
					 HEADERS[i].link_type == LINK_ETHERNET && size >= 12);
			decoded_done(&decoded);
		}
	}
}

static void a_vlan_tag_that_is_cut_off_is_none(void **state)
{
	(void)state;
	for (size_t size = 14; size < 18; size++) {
		struct decoded decoded =
			decode_hex_cut(LINK_ETHERNET, MACS "8100 0064 0800" IPV4, size);

		assert_problem(&decoded.packet, "cut off in the link-layer header");
		assert_int_equal(decoded.packet.link.vlan_count, 0);
		decoded_done(&decoded);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ethernet_has_two_addresses),
		cmocka_unit_test(a_vlan_tag_has_priority_dei_and_id),
		cmocka_unit_test(the_outer_vlan_tag_comes_first),
		cmocka_unit_test(more_vlan_tags_than_there_is_room_for_are_said),
		cmocka_unit_test(padding_is_no_payload),
		cmocka_unit_test(other_ethertypes_are_no_problem),
		cmocka_unit_test(ieee_802_3_is_named),
		cmocka_unit_test(cooked_frames_have_a_type_and_a_source),
		cmocka_unit_test(cooked_frames_of_version_2_have_an_interface),
		cmocka_unit_test(a_cooked_source_that_is_no_mac_address_is_none),
		cmocka_unit_test(a_cooked_type_that_is_not_known_is_left_out),
		cmocka_unit_test(cooked_frames_may_have_vlan_tags),
		cmocka_unit_test(loopback_frames_have_a_family),
		cmocka_unit_test(families_that_are_none_are_said),
		cmocka_unit_test(raw_packets_tell_their_version),
		cmocka_unit_test(other_links_are_not_decoded),
		cmocka_unit_test(frames_that_are_cut_off_say_so),
		cmocka_unit_test(a_vlan_tag_that_is_cut_off_is_none),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
