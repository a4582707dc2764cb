#include "base/monotime.h"
#include "net/address.h"
#include "traffic/members.h"
#include "unit.h"

#include <stdio.h>

#define T0 (INT64_C(1700000000) * NS_PER_S)

struct bench {
	struct members members;
	struct queriers queriers;
	char told[1000]; /* "+224.1.1.1 10.0.0.1;" for a join, - a leave, ! one that expired */
};

static struct bench *new_bench(void)
{
	struct bench *bench = calloc(1, sizeof *bench);

	assert_non_null(bench);
	return bench;
}

static void on_change(void *context, enum member_change change, const struct member *member)
{
	struct bench *bench = context;
	char group[HOSTCAST_TEXT_SIZE], address[HOSTCAST_TEXT_SIZE];
	size_t used = strlen(bench->told);

	snprintf(bench->told + used, sizeof bench->told - used, "%c%s %s;", "+-!"[change],
		 address_ip_text(&member->group, group),
		 address_ip_text(&member->address, address));
}

static void assert_told(struct bench *bench, const char *expected)
{
	assert_string_equal(bench->told, expected);
	bench->told[0] = '\0';
}

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	assert_true(address_parse(text, &address));
	return address;
}

static void take(struct bench *bench, const char *source, struct membership_message *message,
		 int64_t time_ns)
{
	struct frame frame = {.time_ns = time_ns, .interface = 2};
	struct packet packet = {.transport = TRANSPORT_MEMBERSHIP, .source = parse(source)};

	packet.ip.version = 4;
	packet.membership = *message;
	queriers_take(&bench->queriers, &frame, &packet);
	members_take(&bench->members, &frame, &packet, on_change, bench);
}

static void report_v2(struct bench *bench, const char *source, const char *group, int64_t time_ns)
{
	struct membership_message message = {
		.kind = MEMBERSHIP_REPORT, .version = 2, .group = parse(group)};

	take(bench, source, &message, time_ns);
}

static void leave_v2(struct bench *bench, const char *source, const char *group, int64_t time_ns)
{
	struct membership_message message = {
		.kind = MEMBERSHIP_LEAVE, .version = 2, .group = parse(group)};

	take(bench, source, &message, time_ns);
}

/* A report with one record (RFC 3376 section 4.2.4), up to three sources. */
static void report_v3(struct bench *bench, const char *source, enum record_type type,
		      const char *group, const char *const sources[], int64_t time_ns)
{
	uint8_t bytes[8 + 3 * 4] = {(uint8_t)type};
	struct membership_message message = {.kind = MEMBERSHIP_REPORT, .version = 3, .count = 1};
	union hostcast_address address = parse(group);
	size_t count = 0;

	memcpy(bytes + 4, &address.v4.sin_addr, 4);
	for (; sources && sources[count]; count++) {
		address = parse(sources[count]);
		memcpy(bytes + 8 + 4 * count, &address.v4.sin_addr, 4);
	}
	bytes[3] = (uint8_t)count;
	message.records = reader_of(bytes, 8 + 4 * count);
	take(bench, source, &message, time_ns);
}

static void query(struct bench *bench, int64_t time_ns)
{
	struct membership_message message = {.kind = MEMBERSHIP_QUERY,
					     .version = 3,
					     .robustness = 2,
					     .interval_ns = 10 * NS_PER_S,
					     .response_ns = 2 * NS_PER_S};

	take(bench, "10.0.0.254", &message, time_ns);
}

static void tick(struct bench *bench, int64_t now_ns)
{
	members_tick(&bench->members, &bench->queriers, now_ns, on_change, bench);
}

static void who_reports_a_group_joins_it_once(void **state)
{
	struct bench *bench = new_bench();

	(void)state;
	report_v2(bench, "10.0.0.1", "224.1.1.1", T0);
	report_v2(bench, "10.0.0.1", "224.1.1.1", T0 + 1);
	report_v3(bench, "10.0.0.2", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0 + 2);
	report_v3(bench, "10.0.0.2", RECORD_IS_EXCLUDE, "224.1.1.1", NULL, T0 + 3);
	assert_told(bench, "+224.1.1.1 10.0.0.1;+224.1.1.1 10.0.0.2;");
	free(bench);
}

static void a_leave_is_told_once_however_often_it_is_said(void **state)
{
	struct bench *bench = new_bench();

	(void)state;
	report_v3(bench, "10.0.0.1", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0);
	report_v3(bench, "10.0.0.1", RECORD_TO_INCLUDE, "224.1.1.1", NULL, T0 + 1);
	report_v3(bench, "10.0.0.1", RECORD_TO_INCLUDE, "224.1.1.1", NULL, T0 + 2);
	assert_told(bench, "+224.1.1.1 10.0.0.1;-224.1.1.1 10.0.0.1;");
	report_v3(bench, "10.0.0.1", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0 + 3);
	leave_v2(bench, "10.0.0.1", "224.1.1.1", T0 + 4);
	assert_told(bench, "+224.1.1.1 10.0.0.1;-224.1.1.1 10.0.0.1;");
	free(bench);
}

static void a_leave_of_one_that_was_not_known_is_told(void **state)
{
	struct bench *bench = new_bench();

	(void)state;
	leave_v2(bench, "10.0.0.1", "224.1.1.1", T0);
	leave_v2(bench, "10.0.0.1", "224.1.1.1", T0 + 1);
	assert_told(bench, "-224.1.1.1 10.0.0.1;");
	tick(bench, T0 + MEMBER_LEFT_NS + 2);
	assert_int_equal(bench->members.count, 0);
	free(bench);
}

static void sources_come_and_go_and_the_last_one_is_a_leave(void **state)
{
	static const char *const a[] = {"10.9.0.1", NULL}, *const b[] = {"10.9.0.2", NULL};
	struct bench *bench = new_bench();

	(void)state;
	report_v3(bench, "10.0.0.1", RECORD_ALLOW, "232.1.1.1", a, T0);
	assert_told(bench, "+232.1.1.1 10.0.0.1;");
	report_v3(bench, "10.0.0.1", RECORD_ALLOW, "232.1.1.1", b, T0 + 1);
	assert_int_equal(members_at(&bench->members, 0)->wanted.count, 2);
	report_v3(bench, "10.0.0.1", RECORD_BLOCK, "232.1.1.1", a, T0 + 2);
	assert_told(bench, "");
	report_v3(bench, "10.0.0.1", RECORD_BLOCK, "232.1.1.1", b, T0 + 3);
	report_v3(bench, "10.0.0.1", RECORD_BLOCK, "232.1.1.1", b, T0 + 4);
	assert_told(bench, "-232.1.1.1 10.0.0.1;");
	free(bench);
}

/* Of a member that wants all, a source that is blocked is no end of it. */
static void to_block_a_source_is_no_leave(void **state)
{
	static const char *const a[] = {"10.9.0.1", NULL};
	struct bench *bench = new_bench();

	(void)state;
	report_v3(bench, "10.0.0.1", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0);
	report_v3(bench, "10.0.0.1", RECORD_BLOCK, "224.1.1.1", a, T0 + 1);
	report_v3(bench, "10.0.0.2", RECORD_BLOCK, "224.1.1.1", a, T0 + 1); /* not known */
	assert_told(bench, "+224.1.1.1 10.0.0.1;");
	report_v3(bench, "10.0.0.1", RECORD_TO_INCLUDE, "224.1.1.1", a, T0 + 2); /* that only */
	assert_told(bench, "");
	assert_false(members_at(&bench->members, 0)->wanted.is_exclude);
	free(bench);
}

/* RFC 3376 section 5.2: it tells of the sources that were asked for. */
static void an_answer_about_one_source_is_no_change_of_the_others(void **state)
{
	static const char *const both[] = {"10.9.0.1", "10.9.0.2", NULL};
	static const char *const a[] = {"10.9.0.1", NULL}, *const b[] = {"10.9.0.2", NULL};
	static const uint8_t source[] = {10, 9, 0, 2};
	struct membership_message query = {.kind = MEMBERSHIP_QUERY,
					   .version = 3,
					   .group = parse("232.1.1.1"),
					   .response_ns = NS_PER_S,
					   .count = 1,
					   .sources = reader_of(source, sizeof source)};
	struct bench *bench = new_bench();

	(void)state;
	report_v3(bench, "10.0.0.1", RECORD_ALLOW, "232.1.1.1", both, T0);
	take(bench, "10.0.0.254", &query, T0 + 1);
	report_v3(bench, "10.0.0.1", RECORD_IS_INCLUDE, "232.1.1.1", b, T0 + 2);
	assert_int_equal(members_at(&bench->members, 0)->wanted.count, 2);
	report_v3(bench, "10.0.0.1", RECORD_BLOCK, "232.1.1.1", b, T0 + 3);
	assert_told(bench, "+232.1.1.1 10.0.0.1;"); /* it wants the other one still */
	report_v3(bench, "10.0.0.1", RECORD_IS_INCLUDE, "232.1.1.1", a, T0 + 2 * NS_PER_S);
	assert_int_equal(members_at(&bench->members, 0)->wanted.count, 1);
	free(bench);
}

/* It says that it wants some: which ones was cut off by who captured it. */
static void a_record_without_its_sources_is_no_leave(void **state)
{
	static const uint8_t record[8] = {RECORD_TO_INCLUDE, 0, 0, 3, 224, 1, 1, 1};
	struct membership_message message = {.kind = MEMBERSHIP_REPORT, .version = 3, .count = 1};
	struct bench *bench = new_bench();

	(void)state;
	report_v3(bench, "10.0.0.1", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0);
	message.records = reader_of(record, sizeof record);
	take(bench, "10.0.0.1", &message, T0 + 1);
	assert_told(bench, "+224.1.1.1 10.0.0.1;");
	assert_true(members_at(&bench->members, 0)->wanted.has_more);
	free(bench);
}

static void a_message_with_a_wrong_checksum_says_nothing(void **state)
{
	struct membership_message report = {.kind = MEMBERSHIP_REPORT,
					    .version = 2,
					    .group = parse("224.1.1.1"),
					    .checksum = CHECKSUM_BAD};
	struct membership_message query = {
		.kind = MEMBERSHIP_QUERY, .version = 2, .checksum = CHECKSUM_BAD};
	struct bench *bench = new_bench();

	(void)state;
	take(bench, "10.0.0.1", &report, T0);
	take(bench, "10.0.0.254", &query, T0);
	assert_int_equal(bench->members.count, 0);
	assert_int_equal(bench->queriers.count, 0);
	free(bench);
}

/* Types that are reserved are passed over (RFC 3376 section 4.2.12), what follows is not. */
static void records_of_unknown_types_are_passed_over(void **state)
{
	static const uint8_t records[16] = {7, 0, 0, 0,   224, 1, 1, 1, RECORD_TO_EXCLUDE,
					    0, 0, 0, 224, 1,   1, 2};
	struct membership_message message = {.kind = MEMBERSHIP_REPORT, .version = 3, .count = 2};
	struct bench *bench = new_bench();

	(void)state;
	message.records = reader_of(records, sizeof records);
	take(bench, "10.0.0.1", &message, T0);
	assert_told(bench, "+224.1.1.2 10.0.0.1;");
	assert_int_equal(bench->members.count, 1);
	free(bench);
}

static void a_membership_that_nobody_confirms_expires(void **state)
{
	struct bench *bench = new_bench();
	const int64_t lasts_ns = 2 * 10 * NS_PER_S + 2 * NS_PER_S; /* RFC 3376 section 8.4 */

	(void)state;
	report_v3(bench, "10.0.0.1", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0);
	tick(bench, T0 + 1000 * NS_PER_S);
	assert_told(bench, "+224.1.1.1 10.0.0.1;"); /* nobody asks */
	report_v3(bench, "10.0.0.1", RECORD_IS_EXCLUDE, "224.1.1.1", NULL, T0 + 1000 * NS_PER_S);
	for (int i = 0; i < 4; i++)
		query(bench, T0 + (1000 + 10 * i) * NS_PER_S);
	assert_true(member_ends_ns(&bench->members, members_at(&bench->members, 0),
				   &bench->queriers,
				   T0 + 1000 * NS_PER_S) == T0 + 1000 * NS_PER_S + lasts_ns);
	tick(bench, T0 + 1000 * NS_PER_S + lasts_ns);
	assert_told(bench, "");
	tick(bench, T0 + 1000 * NS_PER_S + lasts_ns + 1);
	assert_told(bench, "!224.1.1.1 10.0.0.1;");
	assert_int_equal(bench->members.count, 0);
	free(bench);
}

/* Somebody begins to ask: nobody had anything to answer before. */
static void who_was_not_asked_does_not_expire(void **state)
{
	struct bench *bench = new_bench();
	const int64_t asked_ns = T0 + 600 * NS_PER_S;

	(void)state;
	report_v3(bench, "10.0.0.1", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0);
	report_v3(bench, "10.0.0.2", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0);
	query(bench, asked_ns);
	tick(bench, asked_ns + NS_PER_S);
	report_v3(bench, "10.0.0.2", RECORD_IS_EXCLUDE, "224.1.1.1", NULL, asked_ns + 2 * NS_PER_S);
	assert_told(bench, "+224.1.1.1 10.0.0.1;+224.1.1.1 10.0.0.2;");
	for (int i = 1; i < 3; i++)
		query(bench, asked_ns + i * 10 * NS_PER_S);
	tick(bench, asked_ns + 22 * NS_PER_S);
	assert_told(bench, "");
	tick(bench, asked_ns + 23 * NS_PER_S);
	assert_told(bench, "!224.1.1.1 10.0.0.1;");
	free(bench);
}

/* The same after a pause of the querier, which may be one of who watches. */
static void after_a_pause_there_is_time_to_answer_again(void **state)
{
	struct bench *bench = new_bench();
	const int64_t again_ns = T0 + 22 * NS_PER_S;

	(void)state;
	query(bench, T0);
	report_v3(bench, "10.0.0.1", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0 + 1);
	query(bench, again_ns); /* the interval is 10 s */
	tick(bench, again_ns + NS_PER_S);
	report_v3(bench, "10.0.0.1", RECORD_IS_EXCLUDE, "224.1.1.1", NULL, again_ns + 2 * NS_PER_S);
	assert_told(bench, "+224.1.1.1 10.0.0.1;");
	free(bench);
}

/* Router daemons do not hear their own queries. */
static void who_asks_does_not_expire(void **state)
{
	struct bench *bench = new_bench();

	(void)state;
	report_v3(bench, "10.0.0.254", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0);
	for (int i = 0; i < 10; i++) {
		query(bench, T0 + i * 10 * NS_PER_S);
		tick(bench, T0 + i * 10 * NS_PER_S);
	}
	assert_told(bench, "+224.1.1.1 10.0.0.254;");
	assert_true(member_ends_ns(&bench->members, members_at(&bench->members, 0),
				   &bench->queriers, T0 + 90 * NS_PER_S) == 0);
	free(bench);
}

static void who_has_no_address_goes_without_a_word(void **state)
{
	struct bench *bench = new_bench();

	(void)state;
	query(bench, T0);
	report_v3(bench, "0.0.0.0", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0);
	report_v3(bench, "10.0.0.1", RECORD_TO_EXCLUDE, "224.1.1.1", NULL, T0 + 10 * NS_PER_S);
	query(bench, T0 + 10 * NS_PER_S);
	tick(bench, T0 + 23 * NS_PER_S);
	assert_told(bench, "+224.1.1.1 0.0.0.0;+224.1.1.1 10.0.0.1;");
	assert_int_equal(bench->members.count, 1);
	free(bench);
}

/* RFC 3810 section 5.2.13: until duplicate address detection is over. */
static void who_reports_by_mld_without_an_address_is_no_member(void **state)
{
	struct membership_message message = {
		.kind = MEMBERSHIP_REPORT, .version = 1, .is_mld = true, .group = parse("ff15::1")};
	struct bench *bench = new_bench();

	(void)state;
	take(bench, "::", &message, T0);
	take(bench, "fe80::5", &message, T0 + NS_PER_S);
	assert_told(bench, "+ff15::1 fe80::5;");
	free(bench);
}

static void of_igmpv2_one_member_answers_for_all(void **state)
{
	struct bench *bench = new_bench();

	(void)state;
	query(bench, T0);
	report_v2(bench, "10.0.0.1", "224.1.1.1", T0);
	report_v2(bench, "10.0.0.2", "224.1.1.1", T0 + 15 * NS_PER_S);
	report_v2(bench, "10.0.0.3", "224.1.1.2", T0);
	query(bench, T0 + 20 * NS_PER_S);
	bench->told[0] = '\0';
	tick(bench, T0 + 30 * NS_PER_S);
	assert_told(bench, "!224.1.1.2 10.0.0.3;");
	query(bench, T0 + 35 * NS_PER_S);
	tick(bench, T0 + 40 * NS_PER_S);
	assert_int_equal(bench->members.count, 0);
	free(bench);
}

static void the_table_is_bounded_and_the_silent_make_room(void **state)
{
	struct bench *bench = new_bench();
	char group[32];

	(void)state;
	for (int i = 0; i < MEMBERS_MAX + 5; i++) {
		snprintf(group, sizeof group, "225.0.%d.%d", i / 256, i % 256);
		report_v2(bench, "10.0.0.1", group, T0);
	}
	assert_int_equal(bench->members.count, MEMBERS_MAX);
	assert_int_equal(bench->members.forgotten, 5);
	bench->told[0] = '\0';
	report_v2(bench, "10.0.0.1", "224.1.1.1", T0 + 300 * NS_PER_S);
	assert_told(bench, "+224.1.1.1 10.0.0.1;");
	assert_int_equal(bench->members.count, 1);
	free(bench);
}

/* Who fills the table keeps nobody busy. */
static void room_is_not_looked_for_all_the_time(void **state)
{
	const int64_t end_ns = T0 + 260 * NS_PER_S; /* of the one that is silent */
	struct bench *bench = new_bench();
	char group[32];

	(void)state;
	for (int i = 0; i < MEMBERS_MAX; i++) {
		snprintf(group, sizeof group, "225.0.%d.%d", i / 256, i % 256);
		report_v2(bench, "10.0.0.1", group, i == 7 ? T0 : T0 + 100 * NS_PER_S);
	}
	bench->told[0] = '\0';
	report_v2(bench, "10.0.0.1", "224.1.1.1", end_ns);
	report_v2(bench, "10.0.0.1", "224.1.1.2", end_ns + NS_PER_S - 1);
	assert_int_equal(bench->members.forgotten, 2);
	report_v2(bench, "10.0.0.1", "224.1.1.3", end_ns + NS_PER_S);
	assert_told(bench, "+224.1.1.3 10.0.0.1;");
	assert_int_equal(bench->members.count, MEMBERS_MAX);
	free(bench);
}

static void sources_without_room_are_counted(void **state)
{
	uint8_t record[8 + 4 * (FILTER_SOURCES_MAX + 2)] = {
		RECORD_ALLOW, 0, 0, FILTER_SOURCES_MAX + 2, 232, 1, 1, 1};
	struct membership_message message = {.kind = MEMBERSHIP_REPORT, .version = 3, .count = 1};
	struct bench *bench = new_bench();

	(void)state;
	for (uint8_t i = 0; i < FILTER_SOURCES_MAX + 2; i++)
		memcpy(record + 8 + 4 * i, (uint8_t[]){10, 9, 0, i}, 4);
	message.records = reader_of(record, sizeof record);
	take(bench, "10.0.0.1", &message, T0);
	assert_true(members_at(&bench->members, 0)->wanted.has_more);
	assert_int_equal(bench->members.forgotten, 2);
	free(bench);
}

static bool is_the_group(const void *context, const union hostcast_address *group)
{
	return address_same_ip(context, group);
}

static void groups_that_nobody_wants_take_no_room(void **state)
{
	static const uint8_t records[16] = {RECORD_TO_EXCLUDE, 0, 0, 0, 224, 1, 1, 1,
					    RECORD_TO_EXCLUDE, 0, 0, 0, 224, 1, 1, 2};
	struct membership_message message = {.kind = MEMBERSHIP_REPORT, .version = 3, .count = 2};
	union hostcast_address group = parse("224.1.1.2");
	struct bench *bench = new_bench();

	(void)state;
	bench->members.is_wanted = is_the_group;
	bench->members.wanted_context = &group;
	message.records = reader_of(records, sizeof records);
	take(bench, "10.0.0.1", &message, T0);
	assert_told(bench, "+224.1.1.2 10.0.0.1;");
	assert_int_equal(bench->members.count, 1);
	free(bench);
}

/* Else forged ones would hide the real one for ever. */
static void of_queriers_the_longest_silent_one_makes_room(void **state)
{
	struct membership_message message = {.kind = MEMBERSHIP_QUERY, .version = 2};
	struct bench *bench = new_bench();
	union hostcast_address real = parse("10.0.0.254"), silent = parse("10.1.0.7");
	char source[32];

	(void)state;
	for (int i = 0; i < QUERIERS_MAX; i++) {
		snprintf(source, sizeof source, "10.1.%d.%d", i / 100, i % 100);
		take(bench, source, &message, i == 7 ? T0 : T0 + 1);
	}
	query(bench, T0 + 2);
	assert_true(address_same_ip(
		&queriers_elected(&bench->queriers, 2, 0, false, T0 + 2)->address, &real));
	assert_int_equal(bench->queriers.count, QUERIERS_MAX);
	assert_int_equal(bench->queriers.forgotten, 1);
	for (size_t i = 0; i < QUERIERS_MAX; i++)
		assert_false(address_same_ip(&bench->queriers.list[i].address, &silent));
	free(bench);
}

/* Each of them is there once, at one place. */
static void assert_in_order(const struct members *members)
{
	bool has_place[MEMBERS_MAX] = {0};

	for (size_t i = 0; i < members->count; i++) {
		assert_true(members->places[i] < members->count && !has_place[members->places[i]]);
		has_place[members->places[i]] = true;
		if (i > 0)
			assert_true(address_compare_ip(&members_at(members, i - 1)->group,
						       &members_at(members, i)->group) < 0);
	}
}

static void groups_stand_in_their_order(void **state)
{
	struct bench *bench = new_bench();
	struct random random = {3};
	char text[32];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof text, "225.0.0.%d", (int)random_below(&random, 100));
		report_v2(bench, "10.0.0.1", text, T0);
	}
	assert_true(bench->members.count > 90 && bench->members.count <= 100);
	assert_in_order(&bench->members);
	free(bench);
}

static void they_do_so_when_others_have_gone(void **state)
{
	struct bench *bench = new_bench();
	struct random random = {5};
	int64_t now_ns = T0;
	char text[32];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		snprintf(text, sizeof text, "225.0.0.%d", (int)random_below(&random, 100));
		if (random_below(&random, 3) == 0)
			leave_v2(bench, "10.0.0.1", text, now_ns);
		else
			report_v2(bench, "10.0.0.1", text, now_ns);
		tick(bench, now_ns += NS_PER_S);
		bench->told[0] = '\0';
		assert_in_order(&bench->members);
	}
	assert_true(bench->members.count > 20 && bench->members.count < 100);
	free(bench);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_reports_a_group_joins_it_once),
		cmocka_unit_test(a_leave_is_told_once_however_often_it_is_said),
		cmocka_unit_test(a_leave_of_one_that_was_not_known_is_told),
		cmocka_unit_test(sources_come_and_go_and_the_last_one_is_a_leave),
		cmocka_unit_test(to_block_a_source_is_no_leave),
		cmocka_unit_test(an_answer_about_one_source_is_no_change_of_the_others),
		cmocka_unit_test(a_record_without_its_sources_is_no_leave),
		cmocka_unit_test(a_message_with_a_wrong_checksum_says_nothing),
		cmocka_unit_test(records_of_unknown_types_are_passed_over),
		cmocka_unit_test(a_membership_that_nobody_confirms_expires),
		cmocka_unit_test(who_was_not_asked_does_not_expire),
		cmocka_unit_test(after_a_pause_there_is_time_to_answer_again),
		cmocka_unit_test(who_asks_does_not_expire),
		cmocka_unit_test(who_has_no_address_goes_without_a_word),
		cmocka_unit_test(who_reports_by_mld_without_an_address_is_no_member),
		cmocka_unit_test(of_igmpv2_one_member_answers_for_all),
		cmocka_unit_test(the_table_is_bounded_and_the_silent_make_room),
		cmocka_unit_test(room_is_not_looked_for_all_the_time),
		cmocka_unit_test(sources_without_room_are_counted),
		cmocka_unit_test(groups_that_nobody_wants_take_no_room),
		cmocka_unit_test(of_queriers_the_longest_silent_one_makes_room),
		cmocka_unit_test(groups_stand_in_their_order),
		cmocka_unit_test(they_do_so_when_others_have_gone),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
