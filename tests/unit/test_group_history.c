/* traffic/group_history, queriers, senders, group_mac: what packets, made by hand, say of groups.
 */
#include "base/monotime.h"
#include "net/address.h"
#include "net/mac.h"
#include "traffic/group_history.h"
#include "traffic/group_mac.h"
#include "unit.h"

#include <netinet/in.h>
#include <stdio.h>

#define GROUP    "224.1.1.1"
#define HOST     "10.0.0.2"
#define OTHER    "10.0.0.3"
#define QUERIER  "10.0.0.254"
#define SOURCE_1 "10.0.0.7"
#define SOURCE_2 "10.0.0.8"

static struct group_history *history;
static int64_t now_ns;
static unsigned interface;
static uint32_t cooked_interface;

static int set_up(void **state)
{
	(void)state;
	history = calloc(1, sizeof *history);
	now_ns = 1000 * NS_PER_S;
	interface = 0;
	cooked_interface = 0;
	return history ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	group_history_done(history);
	free(history);
	return 0;
}

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	if (!address_parse_with_port(text, 0, &address))
		fail_msg("'%s' is no address", text);
	return address;
}

static void wait_s(double seconds)
{
	now_ns += (int64_t)(seconds * (double)NS_PER_S);
}

static void take(const struct packet *packet)
{
	struct frame frame = {.time_ns = now_ns, .interface = interface};

	assert_int_equal(group_history_take(history, &frame, packet), 0);
}

/* ---- Packets ---- */

static struct packet packet_from(const char *source, const char *destination)
{
	struct packet packet = {.source = parse(source), .destination = parse(destination)};

	packet.ip.version = packet.source.any.sa_family == AF_INET6 ? 6 : 4;
	packet.ip.ttl = 1;
	return packet;
}

static void put_address(struct writer *writer, const char *text)
{
	union hostcast_address address = parse(text);

	if (address.any.sa_family == AF_INET6)
		writer_put(writer, &address.v6.sin6_addr, 16);
	else
		writer_put(writer, &address.v4.sin_addr, 4);
}

/* A record about the group with up to two sources, as it stands in a report. */
static void put_record(struct writer *writer, enum record_type type, const char *group,
		       const char *source_1, const char *source_2)
{
	writer_byte(writer, (uint8_t)type);
	writer_byte(writer, 0);
	writer_byte(writer, 0);
	writer_byte(writer, (uint8_t)((source_1 != NULL) + (source_2 != NULL)));
	put_address(writer, group);
	if (source_1)
		put_address(writer, source_1);
	if (source_2)
		put_address(writer, source_2);
}

static void report_sources(const char *host, enum record_type type, const char *group,
			   const char *source_1, const char *source_2)
{
	uint8_t bytes[64];
	struct writer writer = writer_of(bytes, sizeof bytes);
	struct packet packet = packet_from(host, "224.0.0.22");

	put_record(&writer, type, group, source_1, source_2);
	packet.link.cooked_interface = cooked_interface;
	packet.transport = TRANSPORT_MEMBERSHIP;
	packet.membership = (struct membership_message){
		.kind = MEMBERSHIP_REPORT,
		.version = 3,
		.count = 1,
		.records = reader_of(bytes, writer.size),
	};
	take(&packet);
}

static void report(const char *host, enum record_type type)
{
	report_sources(host, type, GROUP, NULL, NULL);
}

/* IGMPv2, MLDv1. */
static struct packet old_message(const char *host, const char *group, enum membership_kind kind)
{
	struct packet packet = packet_from(host, group);
	bool is_mld = packet.ip.version == 6;

	packet.transport = TRANSPORT_MEMBERSHIP;
	packet.membership = (struct membership_message){
		.kind = kind, .is_mld = is_mld, .version = is_mld ? 1 : 2, .group = parse(group)};
	return packet;
}

static void take_old(const char *host, const char *group, enum membership_kind kind)
{
	struct packet packet = old_message(host, group, kind);

	take(&packet);
}

static struct packet query_from(const char *querier, const char *group)
{
	struct packet packet = packet_from(querier, "224.0.0.1");

	packet.transport = TRANSPORT_MEMBERSHIP;
	packet.membership = (struct membership_message){
		.kind = MEMBERSHIP_QUERY,
		.version = 3,
		.response_ns = 10 * NS_PER_S,
		.interval_ns = 125 * NS_PER_S,
		.robustness = 2,
	};
	if (group)
		packet.membership.group = parse(group);
	return packet;
}

static void query(const char *group)
{
	struct packet packet = query_from(QUERIER, group);

	take(&packet);
}

/* For one or two sources of the group, to be answered within a second. */
static void query_sources(const char *source_1, const char *source_2)
{
	struct packet packet = query_from(QUERIER, GROUP);
	uint8_t bytes[8];
	struct writer writer = writer_of(bytes, sizeof bytes);

	put_address(&writer, source_1);
	if (source_2)
		put_address(&writer, source_2);
	packet.membership.response_ns = NS_PER_S;
	packet.membership.count = source_2 ? 2 : 1;
	packet.membership.sources = reader_of(bytes, writer.size);
	take(&packet);
}

static struct packet data(const char *source, const char *group, size_t size)
{
	struct packet packet = packet_from(source, group);

	packet.ip.protocol = IPPROTO_UDP;
	packet.transport = TRANSPORT_UDP;
	packet.udp.size = size;
	return packet;
}

static void send_data(const char *source, const char *group, size_t size)
{
	struct packet packet = data(source, group, size);

	take(&packet);
}

/* ---- What came of them ---- */

static const struct history_group *group_of(const char *text)
{
	union hostcast_address address = parse(text);

	for (size_t i = 0; i < history->group_count; i++)
		if (address_same_ip(&history->groups[i].address, &address))
			return &history->groups[i];
	fail_msg("no group %s", text);
	return NULL;
}

static const struct member_stay *only_stay(void)
{
	const struct history_group *group = group_of(GROUP);

	assert_int_equal(group->stay_count, 1);
	return &group->stays[0];
}

static void assert_sources(const struct member_stay *stay, bool is_exclude, const char *first,
			   const char *second)
{
	char text[HOSTCAST_TEXT_SIZE];
	const char *const expected[] = {first, second};
	size_t count = (size_t)((first != NULL) + (second != NULL));

	assert_int_equal(stay->wanted.is_exclude, is_exclude);
	assert_int_equal(stay->wanted.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(address_ip_text(&stay->wanted.list[i], text), expected[i]);
}

/* ---- Joins and leaves ---- */

static void a_host_joins_and_leaves(void **state)
{
	(void)state;
	report(HOST, RECORD_TO_EXCLUDE);
	wait_s(0.5);
	report(HOST, RECORD_TO_EXCLUDE); /* again: robustness */
	wait_s(10);
	report(HOST, RECORD_TO_INCLUDE);
	wait_s(0.5);
	report(HOST, RECORD_TO_INCLUDE);
	assert_int_equal(only_stay()->begin, STAY_JOINED);
	assert_true(only_stay()->begin_ns == 1000 * NS_PER_S);
	assert_true(only_stay()->is_over);
	assert_true(only_stay()->end_ns == 1000 * NS_PER_S + 10500 * NS_PER_MS);
	assert_int_equal(only_stay()->reports, 2);
	assert_int_equal(only_stay()->changes, 0);
}

static void who_joins_again_has_another_stay(void **state)
{
	(void)state;
	report(HOST, RECORD_TO_EXCLUDE);
	report(HOST, RECORD_TO_INCLUDE);
	wait_s(1);
	report(HOST, RECORD_TO_EXCLUDE);
	assert_int_equal(group_of(GROUP)->stay_count, 2);
	assert_true(group_of(GROUP)->stays[0].is_over);
	assert_false(group_of(GROUP)->stays[1].is_over);
	report(HOST, RECORD_TO_INCLUDE);
	assert_true(group_of(GROUP)->stays[1].is_over);
	assert_int_equal(group_of(GROUP)->stay_count, 2);
}

static void a_leave_alone_tells_of_a_membership_before(void **state)
{
	(void)state;
	report(HOST, RECORD_TO_INCLUDE);
	report(HOST, RECORD_TO_INCLUDE);
	assert_int_equal(only_stay()->begin, STAY_BEFORE);
	assert_true(only_stay()->is_over);
}

static void an_answer_is_no_join(void **state)
{
	(void)state;
	report(HOST, RECORD_IS_EXCLUDE);
	assert_int_equal(only_stay()->begin, STAY_FOUND);
}

static void an_old_report_is_a_join_unless_it_was_asked_for(void **state)
{
	(void)state;
	take_old(HOST, GROUP, MEMBERSHIP_REPORT);
	query(NULL);
	wait_s(9);
	take_old(OTHER, GROUP, MEMBERSHIP_REPORT);
	assert_int_equal(group_of(GROUP)->stays[0].begin, STAY_JOINED);
	assert_int_equal(group_of(GROUP)->stays[1].begin, STAY_FOUND);
	assert_int_equal(group_of(GROUP)->stays[1].version, 2);
	wait_s(2); /* too late for an answer */
	take_old("10.0.0.4", GROUP, MEMBERSHIP_REPORT);
	assert_int_equal(group_of(GROUP)->stays[2].begin, STAY_JOINED);
	take_old(HOST, GROUP, MEMBERSHIP_LEAVE);
	assert_true(group_of(GROUP)->stays[0].is_over);
	assert_false(group_of(GROUP)->stays[1].is_over);
}

static void only_a_query_for_the_group_can_be_answered(void **state)
{
	(void)state;
	query(NULL);
	wait_s(60);
	query("224.9.9.9");
	take_old(HOST, GROUP, MEMBERSHIP_REPORT);
	take_old(HOST, "224.9.9.9", MEMBERSHIP_REPORT);
	assert_int_equal(only_stay()->begin, STAY_JOINED);
	assert_int_equal(group_of("224.9.9.9")->stays[0].begin, STAY_FOUND);
}

static void mld_is_the_same(void **state)
{
	(void)state;
	take_old("fe80::2", "ff12::1", MEMBERSHIP_REPORT);
	assert_int_equal(group_of("ff12::1")->stay_count, 1);
	take_old("fe80::2", "ff12::1", MEMBERSHIP_LEAVE);
	assert_true(group_of("ff12::1")->stays[0].is_over);
}

static void one_host_on_two_interfaces_is_two_members(void **state)
{
	(void)state;
	report(HOST, RECORD_TO_EXCLUDE);
	interface = 1;
	report(HOST, RECORD_TO_EXCLUDE);
	report(HOST, RECORD_TO_INCLUDE);
	assert_int_equal(group_of(GROUP)->stay_count, 2);
	assert_false(group_of(GROUP)->stays[0].is_over);
	assert_true(group_of(GROUP)->stays[1].is_over);
}

/* The device `any` has a packet once for each interface that it passes. */
static void what_passes_many_interfaces_counts_on_each(void **state)
{
	(void)state;
	for (cooked_interface = 3; cooked_interface <= 5; cooked_interface++) {
		struct packet query = query_from(QUERIER, NULL);
		struct packet data = packet_from(SOURCE_1 ":5000", GROUP ":5004");

		query.link.cooked_interface = data.link.cooked_interface = cooked_interface;
		take(&query);
		report(HOST, RECORD_IS_EXCLUDE);
		data.ip.protocol = IPPROTO_UDP;
		data.transport = TRANSPORT_UDP;
		take(&data);
	}
	assert_int_equal(history->queriers.count, 3);
	assert_int_equal(group_of(GROUP)->stay_count, 3);
	assert_int_equal(history->senders.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(history->queriers.list[i].general, 1);
		assert_int_equal(group_of(GROUP)->stays[i].reports, 1);
		assert_int_equal(history->senders.list[i].datagrams, 1);
	}
}

static void a_report_with_a_wrong_checksum_says_nothing(void **state)
{
	struct packet packet = old_message(HOST, GROUP, MEMBERSHIP_REPORT);

	(void)state;
	packet.membership.checksum = CHECKSUM_BAD;
	take(&packet);
	assert_int_equal(history->group_count, 0);
}

/* ---- Sources ---- */

static void sources_come_and_go(void **state)
{
	(void)state;
	report_sources(HOST, RECORD_ALLOW, GROUP, SOURCE_1, NULL);
	assert_int_equal(only_stay()->begin, STAY_JOINED);
	assert_sources(only_stay(), false, SOURCE_1, NULL);
	report_sources(HOST, RECORD_ALLOW, GROUP, SOURCE_1, SOURCE_2);
	assert_sources(only_stay(), false, SOURCE_1, SOURCE_2);
	report_sources(HOST, RECORD_BLOCK, GROUP, SOURCE_1, NULL);
	assert_sources(only_stay(), false, SOURCE_2, NULL);
	assert_int_equal(only_stay()->changes, 2);
	report_sources(HOST, RECORD_BLOCK, GROUP, SOURCE_2, NULL);
	assert_true(only_stay()->is_over);
	report_sources(HOST, RECORD_BLOCK, GROUP, SOURCE_2, NULL);
	assert_true(only_stay()->begin == STAY_JOINED);
}

static void sources_are_excluded_and_allowed_again(void **state)
{
	(void)state;
	report_sources(HOST, RECORD_TO_EXCLUDE, GROUP, SOURCE_1, NULL);
	assert_sources(only_stay(), true, SOURCE_1, NULL);
	report_sources(HOST, RECORD_BLOCK, GROUP, SOURCE_2, NULL);
	assert_sources(only_stay(), true, SOURCE_1, SOURCE_2);
	report_sources(HOST, RECORD_ALLOW, GROUP, SOURCE_1, SOURCE_2);
	assert_sources(only_stay(), true, NULL, NULL);
	assert_false(only_stay()->is_over);
	report_sources(HOST, RECORD_TO_INCLUDE, GROUP, SOURCE_1, NULL);
	assert_sources(only_stay(), false, SOURCE_1, NULL);
}

static void a_record_without_its_sources_is_no_leave(void **state)
{
	uint8_t bytes[] = {RECORD_TO_INCLUDE, 0, 0, 2, 224, 1, 1, 1};
	struct packet packet = packet_from(HOST, "224.0.0.22");

	(void)state;
	report(HOST, RECORD_TO_EXCLUDE);
	packet.transport = TRANSPORT_MEMBERSHIP;
	packet.membership = (struct membership_message){.kind = MEMBERSHIP_REPORT,
							.version = 3,
							.count = 1,
							.records = reader_of(bytes, sizeof bytes)};
	take(&packet);
	assert_false(only_stay()->is_over);
}

static void sources_beyond_the_room_are_counted(void **state)
{
	char text[32];

	(void)state;
	for (int i = 0; i < FILTER_SOURCES_MAX + 3; i++) {
		snprintf(text, sizeof text, "10.0.1.%d", i);
		report_sources(HOST, RECORD_ALLOW, GROUP, text, NULL);
	}
	assert_int_equal(only_stay()->wanted.count, FILTER_SOURCES_MAX);
	assert_int_equal(history->forgotten_sources, 3);
}

/* RFC 3376 section 5.2: an answer to a query for sources tells of these alone. */
static void an_answer_about_one_source_says_nothing_of_the_others(void **state)
{
	(void)state;
	report_sources(HOST, RECORD_ALLOW, GROUP, SOURCE_1, SOURCE_2);
	query_sources(SOURCE_2, NULL);
	wait_s(0.5);
	report_sources(HOST, RECORD_IS_INCLUDE, GROUP, SOURCE_2, NULL);
	assert_sources(only_stay(), false, SOURCE_1, SOURCE_2);
	wait_s(60);
	report_sources(HOST, RECORD_IS_INCLUDE, GROUP, SOURCE_2, NULL); /* asked for all of it */
	assert_sources(only_stay(), false, SOURCE_2, NULL);
	assert_int_equal(only_stay()->changes, 1);
}

static void an_answer_about_one_source_leaves_a_member_of_all_as_it_is(void **state)
{
	(void)state;
	report_sources(HOST, RECORD_TO_EXCLUDE, GROUP, NULL, NULL);
	query_sources(SOURCE_2, NULL);
	report_sources(HOST, RECORD_IS_INCLUDE, GROUP, SOURCE_2, NULL);
	assert_sources(only_stay(), true, NULL, NULL);
	assert_int_equal(only_stay()->changes, 0);
	report_sources(HOST, RECORD_TO_INCLUDE, GROUP, SOURCE_2, NULL);
	assert_sources(only_stay(), false, SOURCE_2, NULL);
}

/* It may want all others, as one that joined before the capture began. */
static void who_blocks_a_source_has_not_left(void **state)
{
	(void)state;
	report_sources(HOST, RECORD_BLOCK, GROUP, SOURCE_1, NULL);
	report_sources(HOST, RECORD_ALLOW, GROUP, NULL, NULL);
	assert_int_equal(group_of(GROUP)->stay_count, 0);
	report_sources(HOST, RECORD_IS_EXCLUDE, GROUP, SOURCE_1, NULL);
	assert_int_equal(only_stay()->begin, STAY_FOUND);
	report_sources(OTHER, RECORD_BLOCK, "232.1.1.1", SOURCE_1, NULL);
	assert_int_equal(group_of("232.1.1.1")->stays[0].begin, STAY_BEFORE);
	assert_true(group_of("232.1.1.1")->stays[0].is_over);
}

/* ---- Queries that should have confirmed it ---- */

static void silence_after_a_query_is_seen_when_time_is_over(void **state)
{
	(void)state;
	report(HOST, RECORD_TO_EXCLUDE);
	wait_s(1);
	query(NULL);
	wait_s(9);
	send_data(SOURCE_1, "224.9.9.9", 1);
	assert_false(stay_is_unconfirmed(history, only_stay()));
	wait_s(2);
	send_data(SOURCE_1, "224.9.9.9", 1);
	assert_true(stay_is_unconfirmed(history, only_stay()));
	assert_true(only_stay()->asked_ns == 1001 * NS_PER_S);
	query(NULL);
	assert_int_equal(only_stay()->asked, 2);
	assert_true(only_stay()->asked_ns == 1001 * NS_PER_S);
	report(HOST, RECORD_IS_EXCLUDE);
	wait_s(20);
	send_data(SOURCE_1, "224.9.9.9", 1);
	assert_false(stay_is_unconfirmed(history, only_stay()));
}

static void only_who_is_asked_has_to_answer(void **state)
{
	(void)state;
	report(HOST, RECORD_TO_EXCLUDE);
	query("224.9.9.9");
	take_old(QUERIER, "ff12::1", MEMBERSHIP_QUERY);
	interface = 1;
	query(NULL);
	wait_s(20);
	send_data(SOURCE_1, "224.9.9.9", 1);
	assert_false(stay_is_unconfirmed(history, only_stay()));
	interface = 0;
	query(GROUP);
	wait_s(20);
	send_data(SOURCE_1, "224.9.9.9", 1);
	assert_true(stay_is_unconfirmed(history, only_stay()));
}

static bool is_silent(const char *group, size_t stay)
{
	wait_s(20);
	send_data(SOURCE_1, "224.9.9.9", 1);
	return stay_is_unconfirmed(history, &group_of(group)->stays[stay]);
}

static void of_a_query_for_sources_who_wants_none_is_silent(void **state)
{
	(void)state;
	report_sources(HOST, RECORD_ALLOW, GROUP, SOURCE_1, SOURCE_2);
	report_sources(HOST, RECORD_BLOCK, GROUP, SOURCE_1, NULL);
	query_sources(SOURCE_1, NULL);
	assert_false(is_silent(GROUP, 0));
	query_sources(SOURCE_1, SOURCE_2);
	assert_true(is_silent(GROUP, 0));
	report_sources(HOST, RECORD_TO_EXCLUDE, GROUP, SOURCE_1, NULL);
	query_sources(SOURCE_1, NULL);
	assert_false(is_silent(GROUP, 0));
	query_sources(SOURCE_1, SOURCE_2);
	assert_true(is_silent(GROUP, 0));
}

/* Of what did not fit into the list it is not known whether it is excluded. */
static void where_it_is_not_known_nobody_is_asked_for_sources(void **state)
{
	struct source_filter filter = {.is_exclude = true, .has_more = true};
	struct packet packet = query_from(QUERIER, GROUP);
	uint8_t source[] = {10, 0, 0, 7};

	(void)state;
	assert_true(source_filter_is_asked(&filter, &packet.membership));
	packet.membership.count = 1;
	packet.membership.sources = reader_of(source, sizeof source);
	assert_false(source_filter_is_asked(&filter, &packet.membership));
	filter.has_more = false;
	assert_true(source_filter_is_asked(&filter, &packet.membership));
	packet.membership.sources = reader_of(source, 0); /* cut off */
	assert_false(source_filter_is_asked(&filter, &packet.membership));
}

static void who_has_no_address_yet_is_not_silent(void **state)
{
	(void)state;
	report("0.0.0.0", RECORD_TO_EXCLUDE);
	query(NULL);
	assert_false(is_silent(GROUP, 0));
}

/* RFC 3810 section 5.2.13 */
static void routers_take_no_mld_from_who_has_no_address(void **state)
{
	(void)state;
	take_old("::", "ff12::1", MEMBERSHIP_REPORT);
	take_old("::", "ff12::1", MEMBERSHIP_LEAVE);
	assert_int_equal(history->group_count, 0);
	assert_int_equal(history->packets, 2);
}

static void who_asks_need_not_answer_itself(void **state)
{
	(void)state;
	report(QUERIER, RECORD_TO_EXCLUDE);
	query(NULL);
	assert_false(is_silent(GROUP, 0));
}

/* RFC 2236 section 3: one member's report is enough. RFC 3376 has no such thing. */
static void an_old_report_answers_for_others(void **state)
{
	(void)state;
	take_old(HOST, GROUP, MEMBERSHIP_REPORT);
	report("10.0.0.4", RECORD_TO_EXCLUDE);
	query(NULL);
	take_old(OTHER, GROUP, MEMBERSHIP_REPORT);
	wait_s(20);
	send_data(SOURCE_1, "224.9.9.9", 1);
	assert_false(stay_is_unconfirmed(history, &group_of(GROUP)->stays[0]));
	assert_true(stay_is_unconfirmed(history, &group_of(GROUP)->stays[1]));
}

static void each_host_of_igmpv3_answers_for_itself(void **state)
{
	(void)state;
	report(HOST, RECORD_TO_EXCLUDE);
	report(OTHER, RECORD_TO_EXCLUDE);
	query(NULL);
	report(OTHER, RECORD_IS_EXCLUDE);
	wait_s(20);
	send_data(SOURCE_1, "224.9.9.9", 1);
	assert_true(stay_is_unconfirmed(history, &group_of(GROUP)->stays[0]));
	assert_false(stay_is_unconfirmed(history, &group_of(GROUP)->stays[1]));
}

/* ---- Queriers ---- */

static void a_querier_is_known_by_its_queries(void **state)
{
	const struct querier *querier = &history->queriers.list[0];

	(void)state;
	query(NULL);
	wait_s(31);
	query(NULL);
	wait_s(125);
	query(NULL);
	wait_s(1);
	query(GROUP);
	assert_int_equal(history->queriers.count, 1);
	assert_int_equal(querier->general, 3);
	assert_int_equal(querier->specific, 1);
	assert_true(querier->seen_interval_ns == 125 * NS_PER_S);
	assert_true(querier_interval_ns(querier) == 125 * NS_PER_S);
	assert_int_equal(querier->version, 3);
	assert_true(querier_membership_ends_ns(querier, now_ns) == now_ns + 260 * NS_PER_S);
}

static void the_lowest_address_is_elected(void **state)
{
	struct packet low = query_from("10.0.0.1", NULL);
	struct packet switch_without_address = query_from("0.0.0.0", NULL);

	(void)state;
	take(&switch_without_address);
	assert_true(address_is_any(
		&queriers_elected(&history->queriers, 0, 0, false, now_ns)->address));
	query(NULL);
	assert_ptr_equal(queriers_elected(&history->queriers, 0, 0, false, now_ns),
			 &history->queriers.list[1]);
	take(&low);
	assert_ptr_equal(queriers_elected(&history->queriers, 0, 0, false, now_ns),
			 &history->queriers.list[2]);
	assert_null(queriers_elected(&history->queriers, 0, 0, true, now_ns));
	assert_null(queriers_elected(&history->queriers, 1, 0, false, now_ns));
	wait_s(256); /* RFC 3376 section 8.5: 255 s */
	assert_null(queriers_elected(&history->queriers, 0, 0, false, now_ns));
}

/* ---- Senders ---- */

static void a_sender_is_measured(void **state)
{
	const struct sender *sender = &history->senders.list[0];

	(void)state;
	for (int i = 0; i < 11; i++) {
		send_data("10.0.0.1:4000", GROUP ":5004", i == 0 ? 100 : 1400);
		wait_s(i == 4 ? 0.5 : 0.1);
	}
	assert_int_equal(history->senders.count, 1);
	assert_int_equal(sender->datagrams, 11);
	assert_int_equal(sender->bytes, 100 + 10 * 1400);
	assert_int_equal(sender->size_least, 100);
	assert_int_equal(sender->size_most, 1400);
	assert_true(sender->longest_silence_ns == NS_PER_S / 2);
	assert_in_range((uint64_t)(sender_rate(sender) * 1000), 7142, 7143);
	assert_int_equal(group_of(GROUP)->stay_count, 0);
}

static void senders_differ_by_port_and_group(void **state)
{
	(void)state;
	send_data("10.0.0.1:4000", GROUP ":5004", 1);
	send_data("10.0.0.1:4001", GROUP ":5004", 1);
	send_data("10.0.0.1:4000", GROUP ":5005", 1);
	send_data("10.0.0.1:4000", "224.1.1.2:5004", 1);
	send_data("10.0.0.1:4000", "10.0.0.9:5004", 1); /* no group */
	assert_int_equal(history->senders.count, 4);
	assert_int_equal(history->group_count, 2);
}

static void send_fragments(const char *source, uint32_t identification)
{
	struct packet first = data(source, GROUP ":5004", 3000);
	struct packet later = packet_from("10.0.0.1", GROUP);

	first.ip.is_fragment = later.ip.is_fragment = true;
	first.ip.identification = later.ip.identification = identification;
	later.ip.protocol = IPPROTO_UDP;
	later.ip.offset = 1480;
	take(&first);
	take(&later);
	take(&later);
}

static void fragments_are_of_whoever_sent_the_first(void **state)
{
	struct packet alone = packet_from("10.0.0.1", GROUP);

	(void)state;
	send_data("10.0.0.1:4001", GROUP ":5004", 1);
	send_fragments("10.0.0.1:4000", 7);
	send_fragments("10.0.0.1:4001", 0);
	assert_int_equal(history->senders.count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(history->senders.list[i].fragments, 2);
	assert_int_equal(history->senders.list[0].datagrams, 2);
	alone.ip.protocol = IPPROTO_UDP;
	alone.ip.is_fragment = true;
	alone.ip.identification = 8;
	alone.ip.offset = 1480;
	take(&alone);
	take(&alone);
	assert_int_equal(history->senders.count, 3);
	assert_int_equal(history->senders.list[2].fragments, 2);
	assert_int_equal(history->senders.list[2].datagrams, 0);
}

static void wrong_mac_addresses_are_counted(void **state)
{
	struct packet packet = data("10.0.0.1:4000", GROUP ":5004", 1);

	(void)state;
	assert_int_equal(packet_group_mac(&packet), GROUP_MAC_UNTOLD);
	packet.link.has_destination = true;
	assert_int_equal(packet_group_mac(&packet), GROUP_MAC_UNTOLD); /* all 0: loopback */
	mac_of_group(&packet.destination, packet.link.destination);
	assert_int_equal(packet_group_mac(&packet), GROUP_MAC_RIGHT);
	take(&packet);
	packet.link.destination[5] ^= 1;
	assert_int_equal(packet_group_mac(&packet), GROUP_MAC_OTHER);
	take(&packet);
	packet.link.destination[0] = 0x02;
	assert_int_equal(packet_group_mac(&packet), GROUP_MAC_UNICAST);
	memset(packet.link.destination, 0xff, MAC_SIZE);
	assert_int_equal(packet_group_mac(&packet), GROUP_MAC_BROADCAST);
	take(&packet);
	assert_int_equal(history->senders.list[0].wrong_mac, 2);
	assert_int_equal(history->senders.list[0].wrong_mac_last[0], 0xff);
}

/* ---- Room ---- */

static void everything_is_bounded(void **state)
{
	char source[32], group[32];

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(source, sizeof source, "10.1.%u.%u", i >> 8, i & 255);
		snprintf(group, sizeof group, "225.0.%u.%u", i >> 8, i & 255);
		report(source, RECORD_TO_EXCLUDE);
		send_data(source, group, 1);
		take(&(struct packet){.ip.version = 4,
				      .source = parse(source),
				      .destination = parse("224.0.0.1"),
				      .transport = TRANSPORT_MEMBERSHIP,
				      .membership = {.kind = MEMBERSHIP_QUERY, .version = 3}});
	}
	assert_int_equal(history->group_count, HISTORY_GROUPS_MAX);
	assert_int_equal(history->forgotten_packets, 5001 - HISTORY_GROUPS_MAX);
	assert_int_equal(history->stay_count, HISTORY_STAYS_MAX);
	assert_int_equal(history->forgotten_reports, 5000 - HISTORY_STAYS_MAX);
	assert_int_equal(history->senders.forgotten, 5000 - SENDERS_MAX);
	assert_int_equal(history->queriers.forgotten, 5000 - QUERIERS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_host_joins_and_leaves, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_joins_again_has_another_stay, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_leave_alone_tells_of_a_membership_before, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_answer_is_no_join, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_old_report_is_a_join_unless_it_was_asked_for,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_a_query_for_the_group_can_be_answered, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(mld_is_the_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_host_on_two_interfaces_is_two_members, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_passes_many_interfaces_counts_on_each, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_report_with_a_wrong_checksum_says_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(sources_come_and_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sources_are_excluded_and_allowed_again, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_record_without_its_sources_is_no_leave, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(sources_beyond_the_room_are_counted, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			an_answer_about_one_source_says_nothing_of_the_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_answer_about_one_source_leaves_a_member_of_all_as_it_is, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(who_blocks_a_source_has_not_left, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(silence_after_a_query_is_seen_when_time_is_over,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_who_is_asked_has_to_answer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_a_query_for_sources_who_wants_none_is_silent,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(where_it_is_not_known_nobody_is_asked_for_sources,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_has_no_address_yet_is_not_silent, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(routers_take_no_mld_from_who_has_no_address, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(who_asks_need_not_answer_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_old_report_answers_for_others, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(each_host_of_igmpv3_answers_for_itself, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_querier_is_known_by_its_queries, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_lowest_address_is_elected, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_sender_is_measured, set_up, tear_down),
		cmocka_unit_test_setup_teardown(senders_differ_by_port_and_group, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(fragments_are_of_whoever_sent_the_first, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(wrong_mac_addresses_are_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(everything_is_bounded, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
