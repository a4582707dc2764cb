/* UDP (RFC 768), TCP (RFC 9293), ICMP (RFC 792, RFC 4443), put together by hand. */
#include "frames.h"
#include "unit.h"

#include <stdio.h>

#define IPV6 "20010db8000000000000000000000001 20010db8000000000000000000000002"

/* From 10.0.0.1 to 224.1.1.1, cut off at `size` bytes behind the IP header. */
static struct decoded decode_over_ipv4(unsigned protocol, const char *body, size_t size)
{
	char hex[1024];

	snprintf(hex, sizeof hex, "4500%04zx 00000000 40%02x0000 0a000001 e0010101 %s",
		 20 + size_of_hex(body), protocol, body);
	return decode_hex_cut(LINK_RAW, hex, size == SIZE_MAX ? size : size + 20);
}

static struct decoded decode_over_ipv6(unsigned protocol, const char *body)
{
	char hex[1024];

	snprintf(hex, sizeof hex, "60000000 %04zx %02x40" IPV6 "%s", size_of_hex(body), protocol,
		 body);
	return decode_hex(LINK_RAW, hex);
}

/* ---- UDP ---- */

static void the_checksum_of_udp(void **state)
{
	static const struct {
		const char *hex;
		enum checksum checksum;
	} CASES[] = {
		{"138c138c 000da9e6 68656c6c6f", CHECKSUM_GOOD},
		{"138c138c 000da9e7 68656c6c6f", CHECKSUM_BAD},
		{"138c138c 000da9e6 68656c6c70", CHECKSUM_BAD},
		{"138c138c 000deb21 68656c6c6f", CHECKSUM_LEFT}, /* as Linux shows it on a veth */
		{"138c138c 000d0000 68656c6c6f", CHECKSUM_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = decode_over_ipv4(IPPROTO_UDP, CASES[i].hex, SIZE_MAX);

		assert_int_equal(decoded.packet.transport, TRANSPORT_UDP);
		assert_int_equal(decoded.packet.udp.checksum, CASES[i].checksum);
		assert_int_equal(decoded.packet.udp.size, 5);
		decoded_done(&decoded);
	}
}

/* RFC 1071 word by word, with which any other way must agree. */
static uint16_t plain_sum(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)sum;
}

static void a_checksum_is_that_of_its_words(void **state)
{
	struct random random = {7};
	uint8_t bytes[2000];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = random_below(&random, 3) == 0 ? 0xff : (uint8_t)random_next(&random);
	for (size_t size = 0; size <= sizeof bytes; size++) {
		size_t half = size / 4 * 2;
		uint64_t sum = checksum_add(0, bytes, half);

		assert_int_equal(checksum_fold(checksum_add(0, bytes, size)),
				 plain_sum(bytes, size));
		assert_int_equal(checksum_fold(checksum_add(sum, bytes + half, size - half)),
				 plain_sum(bytes, size));
	}
}

static void udp_over_ipv6_must_have_a_checksum(void **state)
{
	struct decoded good = decode_over_ipv6(IPPROTO_UDP, "138c138c 000d3975 68656c6c6f");
	struct decoded none = decode_over_ipv6(IPPROTO_UDP, "138c138c 000d0000 68656c6c6f");
	/* Its sum would be right; the sender has to write it as 0xffff. */
	struct decoded right = decode_over_ipv6(IPPROTO_UDP, "138c138c 000a0000 7d4d");
	struct decoded written = decode_over_ipv6(IPPROTO_UDP, "138c138c 000affff 7d4d");

	(void)state;
	assert_int_equal(right.packet.udp.checksum, CHECKSUM_BAD);
	assert_int_equal(written.packet.udp.checksum, CHECKSUM_GOOD);
	decoded_done(&right);
	decoded_done(&written);
	assert_int_equal(good.packet.udp.checksum, CHECKSUM_GOOD);
	assert_int_equal(none.packet.udp.checksum, CHECKSUM_BAD);
	decoded_done(&good);
	decoded_done(&none);
}

static void a_udp_payload_that_is_cut_off_is_no_problem(void **state)
{
	struct decoded decoded = decode_over_ipv4(IPPROTO_UDP, "138c138c 000da9e6 68656c6c6f", 10);

	(void)state;
	assert_problem(&decoded.packet, NULL);
	assert_int_equal(decoded.packet.udp.size, 5);
	assert_bytes(&decoded.packet.udp.payload, "he");
	assert_int_equal(decoded.packet.udp.checksum, CHECKSUM_UNKNOWN);
	decoded_done(&decoded);
}

static void the_length_of_udp(void **state)
{
	static const struct {
		const char *hex;
		size_t size;
		const char *payload, *problem;
	} CASES[] = {
		{"138c138c 000d0000 68656c6c6f", 5, "hello", NULL},
		{"138c138c 00080000", 0, "", NULL},
		{"138c138c 000a0000 68656c6c6f", 2, "he", NULL}, /* IP may carry more (RFC 9868) */
		{"138c138c 00000000 68656c6c6f", 5, "hello", NULL},
		{"138c138c 00070000 68656c6c6f", 0, "", "a UDP length below 8 bytes"},
		{"138c138c 00640000 68656c6c6f", 92, "hello",
		 "a UDP length that is longer than the IP packet"},
		{"138c138c 0064abcd 68656c6c6f", 92, "hello",
		 "a UDP length that is longer than the IP packet"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = decode_over_ipv4(IPPROTO_UDP, CASES[i].hex, SIZE_MAX);

		assert_int_equal(decoded.packet.transport, TRANSPORT_UDP);
		assert_int_equal(decoded.packet.udp.size, CASES[i].size);
		assert_bytes(&decoded.packet.udp.payload, CASES[i].payload);
		assert_problem(&decoded.packet, CASES[i].problem);
		decoded_done(&decoded);
	}
}

/* ---- Messages of the tree ---- */

enum { TO_HOST, TO_GROUP };

static struct decoded decode_payload(int to, unsigned port, const char *payload, size_t missing)
{
	char hex[512];
	int length = snprintf(hex, sizeof hex,
			      "4500%04zx 00000000 40110000 0a000001 %s %04x%04x %04zx0000",
			      28 + strlen(payload), to == TO_GROUP ? "e0010101" : "0a000002", port,
			      40000u, 8 + strlen(payload));

	for (const char *at = payload; *at; at++)
		length += snprintf(hex + length, sizeof hex - (size_t)length, "%02x",
				   (unsigned)(unsigned char)*at);
	return decode_hex_cut(LINK_RAW, hex, 28 + strlen(payload) - missing);
}

static void messages_of_the_tree_are_told_from_other_text(void **state)
{
	static const struct {
		const char *payload;
		bool at_its_port, elsewhere;
	} CASES[] = {
		{"DATA\nhello", true, true},
		{"DATA\r\nhello", true, true},
		{"DATA\n", true, true},
		{"DATA", true, false},
		{"ROOT", true, false},
		{"ROOT\n", true, true},
		{"ROOT\n66 is a road", true, false},
		{"RJOI\nour own words", true, false},
		{"LEAV\n", true, true},
		{"LEAV\ning tomorrow", true, false},
		{"STAT\n        ", true, true},
		{"TATS\nrole node\n", true, true},
		{"TOOR\n192.0.2.1 10000", true, true},
		{"TOOR\nis root backwards", false, false},
		{"YJOI\n192.0.2.1 10000\n192.0.2.2 10000", true, true},
		{"NDAT\n\nhello", true, true},
		{"NDAT\nhello", false, false},
		{"HELO\n", false, false},
		{"DATABASE\n", false, false},
		{"data\n", false, false},
		{"hello", false, false},
		{"", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded own = decode_payload(TO_HOST, 10000, CASES[i].payload, 0);
		struct decoded other = decode_payload(TO_HOST, 5004, CASES[i].payload, 0);
		struct decoded group = decode_payload(TO_GROUP, 10000, CASES[i].payload, 0);

		if (own.packet.udp.is_tree != CASES[i].at_its_port ||
		    other.packet.udp.is_tree != CASES[i].elsewhere)
			fail_msg("'%s' is taken for another than it is", CASES[i].payload);
		assert_false(group.packet.udp.is_tree);
		decoded_done(&own);
		decoded_done(&other);
		decoded_done(&group);
	}
}

static void a_message_of_the_tree_can_be_read(void **state)
{
	struct decoded decoded = decode_payload(TO_HOST, 5004, "NJOI\n192.0.2.1 10000", 0);
	struct message message = decoded.packet.udp.tree;
	struct wire_address address, expected = wire_address_v4(0xc0000201, 10000);

	(void)state;
	assert_int_equal(message.type, MESSAGE_NJOI);
	assert_true(message_next_address(&message, &address));
	assert_true(wire_address_equal(&address, &expected));
	assert_false(message_next_address(&message, &address));
	decoded_done(&decoded);
}

/* 192.0.2.1 10000 would become 192.0.2.1 100. */
static void a_list_of_addresses_that_is_cut_off_is_not_read(void **state)
{
	static const struct {
		const char *payload;
		size_t missing;
		bool is_tree;
	} CASES[] = {
		{"TOOR\n192.0.2.1 10000", 2, false},
		{"YJOI\n192.0.2.1 10000\n", 1, false},
		{"NJOI\n192.0.2.1 10000", 15, false},
		{"TATS\nuptime 10000\n", 3, false},
		{"DATA\nhello", 4, true},
		{"DATA\nhello", 6, false},
		{"NDAT\n192.0.2.1 10000\nhello", 2, true},
		{"NDAT\n192.0.2.1 10000\nhello", 7, false},
		{"ROOT\n66 is a road", 12, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded =
			decode_payload(TO_HOST, 5004, CASES[i].payload, CASES[i].missing);

		if (decoded.packet.udp.is_tree != CASES[i].is_tree)
			fail_msg("'%s' without %zu bytes", CASES[i].payload, CASES[i].missing);
		decoded_done(&decoded);
	}
}

/* ---- TCP ---- */

/* As Linux begins: MSS 1460, SACK permitted, time stamps, window scale 7. */
static void a_syn_has_options(void **state)
{
	struct decoded decoded = decode_over_ipv4(IPPROTO_TCP,
						  "9c40d904 11223344 00000000 a002faf0 00000000"
						  "020405b4 0402 080a 01020304 00000000 01 030307",
						  SIZE_MAX);
	const struct tcp_segment *tcp = &decoded.packet.tcp;

	(void)state;
	assert_int_equal(decoded.packet.transport, TRANSPORT_TCP);
	assert_address(&decoded.packet.source, "10.0.0.1:40000");
	assert_address(&decoded.packet.destination, "224.1.1.1:55556");
	assert_int_equal(tcp->sequence, 0x11223344);
	assert_int_equal(tcp->acknowledgement, 0);
	assert_int_equal(tcp->flags, TCP_SYN);
	assert_int_equal(tcp->window, 64240);
	assert_int_equal(tcp->mss, 1460);
	assert_true(tcp->may_sack && tcp->has_timestamps && tcp->has_window_scale);
	assert_int_equal(tcp->timestamp, 0x01020304);
	assert_int_equal(tcp->timestamp_echo, 0);
	assert_int_equal(tcp->window_scale, 7);
	assert_int_equal(tcp->sack_count, 0);
	assert_int_equal(tcp->size, 0);
	assert_problem(&decoded.packet, NULL);
	decoded_done(&decoded);
}

static void an_ack_may_have_sacks_and_a_payload(void **state)
{
	struct decoded decoded =
		decode_over_ipv4(IPPROTO_TCP,
				 "9c40d904 00000001 00000002 a0180200 00000007 01 01 05 12"
				 "00000010 00000020 00000030 00000040 68656c6c6f",
				 SIZE_MAX);
	const struct tcp_segment *tcp = &decoded.packet.tcp;

	(void)state;
	assert_int_equal(tcp->flags, TCP_PSH | TCP_ACK);
	assert_int_equal(tcp->urgent, 7);
	assert_int_equal(tcp->sack_count, 2);
	assert_int_equal(tcp->sacks[0].left, 0x10);
	assert_int_equal(tcp->sacks[1].right, 0x40);
	assert_int_equal(tcp->size, 5);
	assert_bytes(&tcp->payload, "hello");
	decoded_done(&decoded);
}

static void the_checksum_of_tcp(void **state)
{
	static const struct {
		const char *hex;
		size_t size;
		enum checksum checksum;
	} CASES[] = {
		{"9c40d904 00000001 00000002 50100200 47759000", SIZE_MAX, CHECKSUM_BAD},
		{"9c40d904 00000001 00000002 50100200 4d890000", SIZE_MAX, CHECKSUM_GOOD},
		{"9c40d904 00000001 00000002 50100200 eb1d0000", SIZE_MAX, CHECKSUM_LEFT},
		/* the same without the length, as of what an interface cuts */
		{"9c40d904 00000001 00000002 50100200 eb090000", SIZE_MAX, CHECKSUM_LEFT},
		{"9c40d904 00000001 00000002 50100200 4d890000 00", 20, CHECKSUM_UNKNOWN},
		{"9c40d904 00000001 00000002 50100200 00000000", SIZE_MAX, CHECKSUM_BAD},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = decode_over_ipv4(IPPROTO_TCP, CASES[i].hex, CASES[i].size);

		assert_int_equal(decoded.packet.tcp.checksum, CASES[i].checksum);
		decoded_done(&decoded);
	}
}

static void tcp_that_is_cut_off_or_malformed(void **state)
{
	static const struct {
		const char *hex;
		size_t size;
		enum transport transport;
		const char *problem;
	} CASES[] = {
		{"9c40d904 00000001 00000002 50100200 0000", SIZE_MAX, TRANSPORT_NONE,
		 "cut off in the TCP header"},
		{"9c40d904 00000001 00000002 40100200 00000000", SIZE_MAX, TRANSPORT_TCP,
		 "a TCP header length below 20 bytes"},
		{"9c40d904 00000001 00000002 60100200 00000000 01010101", 22, TRANSPORT_TCP,
		 "cut off in the TCP options"},
		{"9c40d904 00000001 00000002 60100200 00000000", SIZE_MAX, TRANSPORT_TCP,
		 "cut off in the TCP options"},
		{"9c40d904 00000001 00000002 60100200 00000000 02000000", SIZE_MAX, TRANSPORT_TCP,
		 "a malformed TCP option"},
		{"9c40d904 00000001 00000002 60100200 00000000 080a0000", SIZE_MAX, TRANSPORT_TCP,
		 "a malformed TCP option"},
		{"9c40d904 00000001 00000002 60100200 00000000 02030000", SIZE_MAX, TRANSPORT_TCP,
		 NULL}, /* of another size than its kind has: passed over */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct decoded decoded = decode_over_ipv4(IPPROTO_TCP, CASES[i].hex, CASES[i].size);

		assert_int_equal(decoded.packet.transport, CASES[i].transport);
		assert_problem(&decoded.packet, CASES[i].problem);
		if (decoded.packet.transport == TRANSPORT_TCP)
			assert_int_equal(decoded.packet.tcp.mss, 0);
		decoded_done(&decoded);
	}
}

static void a_tcp_payload_that_is_cut_off_is_no_problem(void **state)
{
	struct decoded decoded = decode_over_ipv4(
		IPPROTO_TCP, "9c40d904 00000001 00000002 50180200 00000000 68656c6c6f", 22);

	(void)state;
	assert_int_equal(decoded.packet.tcp.size, 5);
	assert_bytes(&decoded.packet.tcp.payload, "he");
	assert_problem(&decoded.packet, NULL);
	decoded_done(&decoded);
}

/* The headers tell how much it was. */
static void the_size_is_known_without_the_options(void **state)
{
	struct decoded decoded = decode_over_ipv4(
		IPPROTO_TCP, "9c40d904 00000001 00000002 60180200 00000000 01010101 68656c6c6f",
		22);

	(void)state;
	assert_true(decoded.packet.tcp.are_options_cut);
	assert_int_equal(decoded.packet.tcp.size, 5);
	assert_bytes(&decoded.packet.tcp.payload, "");
	decoded_done(&decoded);
}

static void flags_have_names(void **state)
{
	char text[TCP_FLAGS_SIZE];

	(void)state;
	assert_string_equal(tcp_flags_text(0, text), "");
	assert_string_equal(tcp_flags_text(TCP_SYN | TCP_ACK, text), "SYN ACK");
	assert_string_equal(tcp_flags_text(0xff, text), "SYN FIN RST PSH ACK URG ECE CWR");
}

/* ---- ICMP ---- */

#define ABOUT "4500001d 00000000 01110000 0a000002 e0010101 138c138d 00090000"

static void an_error_tells_what_it_is_about(void **state)
{
	struct decoded decoded =
		decode_over_ipv4(IPPROTO_ICMP, "03030000 00000000" ABOUT, SIZE_MAX);
	const struct icmp_message *icmp = &decoded.packet.icmp;

	(void)state;
	assert_int_equal(decoded.packet.transport, TRANSPORT_ICMP);
	assert_true(icmp->is_error);
	assert_string_equal(icmp_meaning(icmp), "port unreachable");
	assert_int_equal(icmp->about_protocol, IPPROTO_UDP);
	assert_address(&icmp->about_source, "10.0.0.2:5004");
	assert_address(&icmp->about_destination, "224.1.1.1:5005");
	assert_int_equal(icmp->mtu, 0);
	assert_address(&decoded.packet.source, "10.0.0.1:0");
	assert_problem(&decoded.packet, NULL);
	decoded_done(&decoded);
}

/* 28 bytes of the packet are what a router must give; some give less (RFC 792). */
static void an_error_tells_as_much_as_there_is(void **state)
{
	(void)state;
	for (size_t size = 8; size <= 36; size++) {
		struct decoded decoded =
			decode_over_ipv4(IPPROTO_ICMP, "0b000000 00000000" ABOUT, size);
		const struct icmp_message *icmp = &decoded.packet.icmp;

		assert_string_equal(icmp_meaning(icmp), "time exceeded in transit");
		assert_address(&icmp->about_source, size < 28   ? "-"
						    : size < 30 ? "10.0.0.2:0"
								: "10.0.0.2:5004");
		assert_address(&icmp->about_destination, size < 28   ? "-"
							 : size < 32 ? "224.1.1.1:0"
								     : "224.1.1.1:5005");
		assert_problem(&decoded.packet, NULL);
		decoded_done(&decoded);
	}
}

static void some_errors_tell_an_mtu(void **state)
{
	struct decoded v4 = decode_over_ipv4(IPPROTO_ICMP, "03040000 000005dc" ABOUT, SIZE_MAX);
	struct decoded v6 = decode_over_ipv6(
		IPPROTO_ICMPV6, "02000000 00000500 60000000 00081101" IPV6 "138c138d 00080000");

	(void)state;
	assert_int_equal(v4.packet.icmp.mtu, 1500);
	assert_string_equal(icmp_meaning(&v4.packet.icmp), "fragmentation needed");
	assert_int_equal(v6.packet.icmp.mtu, 1280);
	assert_true(v6.packet.icmp.is_v6 && v6.packet.icmp.is_error);
	assert_string_equal(icmp_meaning(&v6.packet.icmp), "packet too big");
	assert_address(&v6.packet.icmp.about_destination, "[2001:db8::2]:5005");
	decoded_done(&v4);
	decoded_done(&v6);
}

static void a_later_fragment_that_an_error_is_about_has_no_ports(void **state)
{
	struct decoded decoded = decode_over_ipv4(
		IPPROTO_ICMP,
		"0b010000 00000000 4500001d 00000010 01110000 0a000002 e0010101 138c138d 00090000",
		SIZE_MAX);

	(void)state;
	assert_string_equal(icmp_meaning(&decoded.packet.icmp),
			    "fragment reassembly time exceeded");
	assert_address(&decoded.packet.icmp.about_source, "10.0.0.2:0");
	decoded_done(&decoded);
}

static void echoes_have_numbers(void **state)
{
	struct decoded request = decode_over_ipv4(IPPROTO_ICMP, "0800a1c9 12340002 4400", SIZE_MAX);
	struct decoded reply = decode_over_ipv6(IPPROTO_ICMPV6, "81000000 12340002");

	(void)state;
	assert_false(request.packet.icmp.is_error || reply.packet.icmp.is_error);
	assert_int_equal(request.packet.icmp.identifier, 0x1234);
	assert_int_equal(request.packet.icmp.number, 2);
	assert_int_equal(request.packet.icmp.checksum, CHECKSUM_GOOD);
	assert_string_equal(icmp_meaning(&request.packet.icmp), "echo request");
	assert_int_equal(reply.packet.icmp.number, 2);
	assert_string_equal(icmp_meaning(&reply.packet.icmp), "echo reply");
	decoded_done(&request);
	decoded_done(&reply);
}

static void icmp_that_is_cut_off_says_so(void **state)
{
	(void)state;
	for (size_t size = 0; size < 8; size++) {
		struct decoded decoded =
			decode_over_ipv4(IPPROTO_ICMP, "03030000 00000000" ABOUT, size);

		assert_problem(&decoded.packet, "cut off in the ICMP header");
		assert_int_equal(decoded.packet.transport,
				 size < 4 ? TRANSPORT_NONE : TRANSPORT_ICMP);
		decoded_done(&decoded);
	}
}

/* Type and code of another version mean something else. */
static void every_type_has_a_meaning(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * 65536; i++) {
		struct icmp_message icmp = {
			.is_v6 = i & 1, .type = (uint8_t)(i >> 9), .code = (uint8_t)(i >> 1)};

		assert_non_null(icmp_meaning(&icmp));
	}
}

static void protocols_of_the_other_version_are_not_decoded(void **state)
{
	struct decoded igmp = decode_over_ipv6(IPPROTO_IGMP, "1100eeff 00000000");
	struct decoded icmp = decode_over_ipv6(IPPROTO_ICMP, "0800a1c9 12340002 4400");
	struct decoded icmp6 = decode_over_ipv4(IPPROTO_ICMPV6, "81000000 12340002", SIZE_MAX);
	struct decoded pim = decode_over_ipv4(103, "2000dfff", SIZE_MAX);

	(void)state;
	assert_int_equal(igmp.packet.transport, TRANSPORT_NONE);
	assert_int_equal(icmp.packet.transport, TRANSPORT_NONE);
	assert_int_equal(icmp6.packet.transport, TRANSPORT_NONE);
	assert_int_equal(pim.packet.transport, TRANSPORT_NONE);
	assert_problem(&pim.packet, NULL);
	decoded_done(&igmp);
	decoded_done(&icmp);
	decoded_done(&icmp6);
	decoded_done(&pim);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_checksum_of_udp),
		cmocka_unit_test(a_checksum_is_that_of_its_words),
		cmocka_unit_test(udp_over_ipv6_must_have_a_checksum),
		cmocka_unit_test(a_udp_payload_that_is_cut_off_is_no_problem),
		cmocka_unit_test(the_length_of_udp),
		cmocka_unit_test(messages_of_the_tree_are_told_from_other_text),
		cmocka_unit_test(a_message_of_the_tree_can_be_read),
		cmocka_unit_test(a_list_of_addresses_that_is_cut_off_is_not_read),
		cmocka_unit_test(a_syn_has_options),
		cmocka_unit_test(an_ack_may_have_sacks_and_a_payload),
		cmocka_unit_test(the_checksum_of_tcp),
		cmocka_unit_test(tcp_that_is_cut_off_or_malformed),
		cmocka_unit_test(a_tcp_payload_that_is_cut_off_is_no_problem),
		cmocka_unit_test(the_size_is_known_without_the_options),
		cmocka_unit_test(flags_have_names),
		cmocka_unit_test(an_error_tells_what_it_is_about),
		cmocka_unit_test(an_error_tells_as_much_as_there_is),
		cmocka_unit_test(some_errors_tell_an_mtu),
		cmocka_unit_test(a_later_fragment_that_an_error_is_about_has_no_ports),
		cmocka_unit_test(echoes_have_numbers),
		cmocka_unit_test(icmp_that_is_cut_off_says_so),
		cmocka_unit_test(every_type_has_a_meaning),
		cmocka_unit_test(protocols_of_the_other_version_are_not_decoded),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
