/* cli/packet_show, membership_words, tree_words, payload_words: packets, made by hand, as lines,
 * comments and JSON. */
#include "base/monotime.h"
#include "cli/packet_show.h"
#include "cli/payload_words.h"
#include "net/address.h"
#include "net/mac.h"
#include "unit.h"

#include <netinet/in.h>
#include <stdio.h>

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	if (!address_parse_with_port(text, 0, &address))
		fail_msg("'%s' is no address", text);
	return address;
}

static struct packet packet_from(const char *source, const char *destination)
{
	struct packet packet = {.source = parse(source), .destination = parse(destination)};

	packet.ip.version = packet.source.any.sa_family == AF_INET6 ? 6 : 4;
	packet.ip.ttl = 1;
	return packet;
}

static struct packet udp_packet(const char *source, const char *destination, const char *payload)
{
	struct packet packet = packet_from(source, destination);

	packet.ip.protocol = IPPROTO_UDP;
	packet.transport = TRANSPORT_UDP;
	packet.udp.size = strlen(payload);
	packet.udp.payload = reader_of(payload, strlen(payload));
	return packet;
}

static struct packet tree_packet(const char *text)
{
	struct packet packet = udp_packet("10.0.0.1:10000", "10.0.0.2:10000", text);

	packet.udp.is_tree = true;
	assert_int_equal(message_decode(text, strlen(text), &packet.udp.tree), DECODED);
	return packet;
}

/* An IGMPv3 report. */
static struct packet report_packet(const void *records, size_t size, uint16_t count)
{
	struct packet packet = packet_from("10.0.0.2", "224.0.0.22");

	packet.transport = TRANSPORT_MEMBERSHIP;
	packet.membership = (struct membership_message){.kind = MEMBERSHIP_REPORT,
							.version = 3,
							.type = 0x22,
							.count = count,
							.records = reader_of(records, size)};
	return packet;
}

static void set_mac(struct packet *packet, const char *mac)
{
	unsigned bytes[MAC_SIZE];

	packet->link.has_destination = true;
	assert_int_equal(sscanf(mac, "%x:%x:%x:%x:%x:%x", &bytes[0], &bytes[1], &bytes[2],
				&bytes[3], &bytes[4], &bytes[5]),
			 MAC_SIZE);
	for (size_t i = 0; i < MAC_SIZE; i++)
		packet->link.destination[i] = (uint8_t)bytes[i];
}

typedef void show_fn(struct text *out, const struct packet *packet);

static void assert_shown(show_fn *show, const struct packet *packet, const char *expected)
{
	struct text out = {0};

	show(&out, packet);
	assert_string_equal(text_string(&out), expected);
	text_done(&out);
}

static void show_whole(struct text *out, const struct packet *packet)
{
	static const struct frame whole = {.size = 100, .wire_size = 100};

	packet_show_line(out, &whole, packet);
}

static void assert_line(const struct packet *packet, const char *expected)
{
	assert_shown(show_whole, packet, expected);
}

static void assert_comment(const struct packet *packet, const char *expected)
{
	assert_shown(packet_show_comment, packet, expected);
}

/* ---- Lines ---- */

static void data_to_a_group_shows_its_mac_address(void **state)
{
	struct packet packet = udp_packet("10.0.0.1:4000", "224.1.1.1:5004", "hello");

	(void)state;
	assert_line(&packet, "10.0.0.1:4000 > 224.1.1.1:5004 ttl 1, UDP, 5 bytes: hello");
	set_mac(&packet, "01:00:5e:01:01:01");
	assert_line(&packet, "10.0.0.1:4000 > 224.1.1.1:5004 ttl 1, UDP, 5 bytes: hello "
			     "[to 01:00:5e:01:01:01]");
	set_mac(&packet, "01:00:5e:01:01:02");
	assert_line(&packet, "10.0.0.1:4000 > 224.1.1.1:5004 ttl 1, UDP, 5 bytes: hello "
			     "[to 01:00:5e:01:01:02, not the group's 01:00:5e:01:01:01]");
}

static void unicast_shows_no_mac_address(void **state)
{
	struct packet packet = udp_packet("[fd00::1]:4000", "[fd00::2]:5004", "x");

	(void)state;
	set_mac(&packet, "02:00:00:00:00:01");
	assert_line(&packet, "[fd00::1]:4000 > [fd00::2]:5004 ttl 1, UDP, 1 byte: x");
}

static void what_is_no_text_is_not_shown(void **state)
{
	struct packet packet = udp_packet("10.0.0.1:1", "10.0.0.2:2", "\xff\xfe");

	(void)state;
	assert_line(&packet, "10.0.0.1:1 > 10.0.0.2:2 ttl 1, UDP, 2 bytes");
	packet = udp_packet("10.0.0.1:1", "10.0.0.2:2", "hello");
	packet.udp.size = 3000; /* not all there */
	assert_line(&packet, "10.0.0.1:1 > 10.0.0.2:2 ttl 1, UDP, 3000 bytes");
}

static void payloads_do_no_harm_to_a_terminal(void **state)
{
	struct packet packet = udp_packet("10.0.0.1:1", "10.0.0.2:2", "a\n\x1b[2Jb\\");

	(void)state;
	assert_line(&packet, "10.0.0.1:1 > 10.0.0.2:2 ttl 1, UDP, 8 bytes: a\\n\\x1b[2Jb\\\\");
}

static void long_payloads_are_cut_between_characters(void **state)
{
	static const char beginning[] =
		"01234567890123456789012345678901234567890123456789012345678";
	char payload[100];
	struct text out = {0};
	struct reader reader;

	(void)state;
	strcpy(payload,
	       beginning); /* 59 bytes: the first of the next two fits, the second does not */
	strcat(payload, "\xc3\xa4 and so on");
	reader = reader_of(payload, strlen(payload));
	payload_words(&out, &reader, strlen(payload));
	assert_string_equal(text_string(&out), ": 012345678901234567890123456789012345678901234567"
					       "89012345678...");
	text_done(&out);
}

static void tags_and_fragments_are_shown(void **state)
{
	struct packet packet = udp_packet("10.0.0.1:1", "10.0.0.2:2", "");

	(void)state;
	packet.link.vlans[0].id = 100;
	packet.link.vlans[1].id = 5;
	packet.link.vlan_count = 2;
	packet.ip.is_fragment = packet.ip.more_fragments = true;
	packet.ip.identification = 0x1a2b;
	packet.ip.header_size = 20;
	packet.ip.size = 1500;
	packet.udp.size = 3000;
	assert_line(&packet, "vlan 100.5: 10.0.0.1:1 > 10.0.0.2:2 ttl 1, fragment 0+1480 of "
			     "datagram 0x1a2b, UDP, 3000 bytes");
	packet.transport = TRANSPORT_NONE;
	packet.ip.offset = 1480;
	packet.ip.more_fragments = false;
	assert_line(&packet, "vlan 100.5: 10.0.0.1 > 10.0.0.2 ttl 1, fragment 1480+1480 (the last) "
			     "of datagram 0x1a2b, UDP");
}

static void what_is_no_ip_is_named(void **state)
{
	struct packet packet = {.link.ethertype = 0x0806, .link.has_source = true};

	(void)state;
	set_mac(&packet, "ff:ff:ff:ff:ff:ff");
	assert_line(&packet, "00:00:00:00:00:00 > ff:ff:ff:ff:ff:ff, ARP");
	packet = (struct packet){.link.ethertype = 0x1234, .problem = "cut off in the VLAN tag"};
	assert_line(&packet, "ethertype 0x1234; cut off in the VLAN tag");
	packet = (struct packet){0};
	assert_line(&packet, "no IP packet");
}

static void wrong_checksums_are_told(void **state)
{
	struct packet packet = udp_packet("10.0.0.1:1", "10.0.0.2:2", "x");

	(void)state;
	packet.ip.checksum = CHECKSUM_BAD;
	packet.udp.checksum = CHECKSUM_BAD;
	assert_line(&packet, "10.0.0.1:1 > 10.0.0.2:2 ttl 1, UDP, 1 byte: x; the IPv4 header's "
			     "checksum is wrong; the checksum is wrong");
	packet.ip.checksum = CHECKSUM_GOOD;
	packet.udp.checksum = CHECKSUM_LEFT;
	assert_line(&packet, "10.0.0.1:1 > 10.0.0.2:2 ttl 1, UDP, 1 byte: x");
}

static void segments_are_shown(void **state)
{
	struct packet packet = packet_from("10.0.0.1:40000", "10.0.0.2:80");

	(void)state;
	packet.transport = TRANSPORT_TCP;
	packet.tcp = (struct tcp_segment){.sequence = 100,
					  .flags = TCP_SYN,
					  .window = 64240,
					  .mss = 1460,
					  .has_window_scale = true,
					  .window_scale = 7,
					  .may_sack = true};
	assert_line(&packet, "10.0.0.1:40000 > 10.0.0.2:80 ttl 1, TCP SYN, seq 100, window 64240, "
			     "0 bytes, mss 1460, window scale 7, sack");
	packet.tcp = (struct tcp_segment){.sequence = 101,
					  .acknowledgement = 7,
					  .flags = TCP_ACK,
					  .window = 1,
					  .sacks = {{10, 20}, {30, 40}},
					  .sack_count = 2,
					  .size = 1};
	assert_line(&packet, "10.0.0.1:40000 > 10.0.0.2:80 ttl 1, TCP ACK, seq 101, ack 7, "
			     "window 1, 1 byte, has also 10-20,30-40");
}

static void errors_say_what_they_are_about(void **state)
{
	struct packet packet = packet_from("10.0.0.2", "10.0.0.1");

	(void)state;
	packet.transport = TRANSPORT_ICMP;
	packet.icmp = (struct icmp_message){.type = 3,
					    .code = 3,
					    .is_error = true,
					    .about_protocol = IPPROTO_UDP,
					    .about_source = parse("10.0.0.1:4000"),
					    .about_destination = parse("10.0.0.2:9")};
	assert_line(&packet, "10.0.0.2 > 10.0.0.1 ttl 1, ICMP port unreachable, about UDP "
			     "10.0.0.1:4000 > 10.0.0.2:9");
	packet.icmp = (struct icmp_message){.type = 8, .identifier = 7, .number = 2};
	assert_line(&packet, "10.0.0.2 > 10.0.0.1 ttl 1, ICMP echo request, id 7, number 2");
}

/* ---- IGMP and MLD ---- */

static void each_kind_of_record_is_in_words(void **state)
{
	static const uint8_t records[] = {
		4, 0, 0, 0, 224, 1, 1, 1,                           /* joins */
		3, 0, 0, 0, 224, 1, 1, 2,                           /* leaves */
		2, 0, 0, 0, 224, 1, 1, 3,                           /* is in */
		5, 0, 0, 1, 232, 1, 1, 1, 10, 0, 0, 1,              /* wants */
		6, 0, 0, 1, 232, 1, 1, 1, 10, 0, 0, 1,              /* no longer wants */
		3, 0, 0, 1, 232, 1, 1, 1, 10, 0, 0, 1,              /* wants only */
		1, 0, 0, 2, 232, 1, 1, 1, 10, 0, 0, 1, 10, 0, 0, 2, /* is in */
		4, 0, 0, 1, 224, 1, 1, 1, 10, 0, 0, 9,              /* except */
		9, 0, 0, 0, 224, 1, 1, 1,                           /* unknown */
	};
	struct packet packet = report_packet(records, sizeof records, 9);

	(void)state;
	assert_line(&packet,
		    "10.0.0.2 > 224.0.0.22 ttl 1, IGMPv3 report: joins 224.1.1.1, leaves "
		    "224.1.1.2, is in 224.1.1.3, wants 10.0.0.1@232.1.1.1, no longer wants "
		    "10.0.0.1@232.1.1.1, wants only 10.0.0.1@232.1.1.1, is in "
		    "10.0.0.1,10.0.0.2@232.1.1.1, joins 224.1.1.1 except from 10.0.0.9, record of "
		    "unknown type 9 about 224.1.1.1");
}

static void what_was_cut_off_is_counted(void **state)
{
	static const uint8_t records[] = {5, 0, 0, 3, 232, 1, 1, 1, 10, 0, 0, 1};
	struct packet packet = report_packet(records, sizeof records, 3);

	(void)state;
	assert_line(&packet, "10.0.0.2 > 224.0.0.22 ttl 1, IGMPv3 report: wants 10.0.0.1,2 "
			     "more@232.1.1.1, 2 more records");
}

static void a_flood_of_records_stays_one_short_line(void **state)
{
	static uint8_t records[8 * 1000];
	struct packet packet = report_packet(records, sizeof records, 1000);
	struct text out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof records; i += 8)
		memcpy(records + i, (uint8_t[]){4, 0, 0, 0, 224, 1, 1, 1}, 8);
	show_whole(&out, &packet);
	assert_true(out.size < 1000);
	assert_non_null(strstr(text_string(&out), ", 984 more records"));
	text_done(&out);
}

static void old_messages_and_queries_are_in_words(void **state)
{
	struct packet packet = packet_from("10.0.0.2", "224.1.1.1");

	(void)state;
	packet.transport = TRANSPORT_MEMBERSHIP;
	packet.membership = (struct membership_message){
		.kind = MEMBERSHIP_REPORT, .version = 2, .group = parse("224.1.1.1")};
	assert_line(&packet, "10.0.0.2 > 224.1.1.1 ttl 1, IGMPv2 report: is in 224.1.1.1");
	packet.membership.kind = MEMBERSHIP_LEAVE;
	assert_line(&packet, "10.0.0.2 > 224.1.1.1 ttl 1, IGMPv2 leave: leaves 224.1.1.1");
	packet.membership = (struct membership_message){.kind = MEMBERSHIP_QUERY,
							.version = 3,
							.response_ns = 10 * NS_PER_S,
							.interval_ns = 125 * NS_PER_S,
							.robustness = 2};
	assert_line(&packet, "10.0.0.2 > 224.1.1.1 ttl 1, IGMPv3 query: who is in any group? "
			     "answer within 10 s, asks every 125 s, robustness 2");
	packet.membership = (struct membership_message){.kind = MEMBERSHIP_QUERY,
							.is_mld = true,
							.version = 1,
							.response_ns = NS_PER_S / 10,
							.group = parse("ff12::1")};
	assert_line(&packet, "10.0.0.2 > 224.1.1.1 ttl 1, MLDv1 query: who is in ff12::1? answer "
			     "within 0.1 s");
}

/* ---- The tree ---- */

static void assert_tree(const char *message, const char *words)
{
	struct packet packet = tree_packet(message);
	struct text line = {0}, comment = {0};

	text_addf(&line, "10.0.0.1:10000 > 10.0.0.2:10000 ttl 1, tree %.4s: %s", message, words);
	text_addf(&comment, "%.4s %s", message, words);
	assert_line(&packet, text_string(&line));
	assert_comment(&packet, text_string(&comment));
	text_done(&line);
	text_done(&comment);
}

static void tree_messages_are_shown_by_clause(void **state)
{
	(void)state;
	assert_tree("ROOT\n", "asks who the root is (T-3)");
	assert_tree("TOOR\n10.0.0.9 10000", "the root is (T-3): 10.0.0.9:10000");
	assert_tree("TOOR\n", "the root is (T-3): not known");
	assert_tree("RJOI\n", "asks to be a child, or to stay one (T-6, T-8)");
	assert_tree("YJOI\n10.0.0.2 10000\n10.0.0.9 10000",
		    "takes it as a child (T-6), seen as 10.0.0.2:10000, root path (T-9): "
		    "10.0.0.9:10000");
	assert_tree("YJOI\n10.0.0.2 10000", "takes it as a child (T-6), seen as 10.0.0.2:10000, "
					    "root path (T-9): none, this is the root");
	assert_tree("NJOI\n10.0.0.3 1\n10.0.0.4 2", "is full, try (T-6, T-7): 10.0.0.3:1, "
						    "10.0.0.4:2");
	assert_tree("DATA\nhello", "payload (T-11), 5 bytes: hello");
	assert_tree("NDAT\n10.0.0.9 10000\nhello",
		    "refuses a payload of 5 bytes (T-11), the root is 10.0.0.9:10000");
	assert_tree("LEAV\n", "parts from it (T-15)");
	assert_tree("TATS\nrole node\nstate root\n", "tells its state (T-16): role node, ...");
}

/* ---- Comments ---- */

static void there_is_a_comment_where_there_is_something_to_say(void **state)
{
	static const uint8_t records[] = {4, 0, 0, 0, 224, 1, 1, 1, 3, 0, 0, 0, 224, 1, 1, 2};
	struct packet report = report_packet(records, sizeof records, 2);
	struct packet data = udp_packet("10.0.0.1:1", "224.1.1.1:2", "hello");

	(void)state;
	assert_comment(&report,
		       "joins 224.1.1.1; the MAC address of 224.1.1.1 is 01:00:5e:01:01:01; "
		       "leaves 224.1.1.2; the MAC address of 224.1.1.2 is 01:00:5e:01:01:02");
	set_mac(&data, "01:00:5e:01:01:01");
	assert_comment(&data, "");
	set_mac(&data, "01:00:5e:01:01:ff");
	assert_comment(&data, "the destination MAC address is not the group's: the MAC address of "
			      "224.1.1.1 is 01:00:5e:01:01:01");
}

/* ---- JSON: what is in it is compared with another decoder, in test_decode_against_tshark.py ----
 */

static void a_comment_of_any_bytes_is_valid_json(void **state)
{
	struct packet packet = {0};
	struct frame frame = {.comment = "\"\xff\n\x1b", .comment_size = 4, .link_type = 147};
	struct text out = {0};

	(void)state;
	text_add_string(&out, "{");
	packet_show_json(&out, &frame, &packet);
	text_add_string(&out, "}");
	assert_string_equal(text_string(&out),
			    "{\"time_ns\":0,\"kind\":\"other\",\"size\":0,\"captured\":0,"
			    "\"link\":{\"type\":147},\"comment\":\"\\\"\xef\xbf\xbd\\u000a"
			    "\\u001b\"}");
	text_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_to_a_group_shows_its_mac_address),
		cmocka_unit_test(unicast_shows_no_mac_address),
		cmocka_unit_test(what_is_no_text_is_not_shown),
		cmocka_unit_test(payloads_do_no_harm_to_a_terminal),
		cmocka_unit_test(long_payloads_are_cut_between_characters),
		cmocka_unit_test(tags_and_fragments_are_shown),
		cmocka_unit_test(what_is_no_ip_is_named),
		cmocka_unit_test(wrong_checksums_are_told),
		cmocka_unit_test(segments_are_shown),
		cmocka_unit_test(errors_say_what_they_are_about),
		cmocka_unit_test(each_kind_of_record_is_in_words),
		cmocka_unit_test(what_was_cut_off_is_counted),
		cmocka_unit_test(a_flood_of_records_stays_one_short_line),
		cmocka_unit_test(old_messages_and_queries_are_in_words),
		cmocka_unit_test(tree_messages_are_shown_by_clause),
		cmocka_unit_test(there_is_a_comment_where_there_is_something_to_say),
		cmocka_unit_test(a_comment_of_any_bytes_is_valid_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
