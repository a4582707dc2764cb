/* What the screen of watch shows of many groups. */
#include "cli/watch/rows.h"
#include "net/address.h"
#include "unit.h"

/* This host's memberships are those of the test. */
struct local {
	struct memberships memberships;
};

const struct memberships *local_memberships(const struct local *local)
{
	return &local->memberships;
}

static union hostcast_address parse(const char *text)
{
	union hostcast_address address;

	assert_true(address_parse_with_port(text, 0, &address));
	return address;
}

static const struct watch_options no_options = {.common = COMMON_OPTIONS_DEFAULT};

static struct watch *new_watch(struct local *local)
{
	struct watch *watch = calloc(1, sizeof *watch);

	assert_non_null(watch);
	watch->options = &no_options;
	watch->local = local;
	watch->names = (struct names){
		.list = {{.index = 2, .text = "eth0"}, {.index = 3, .text = "eth1"}},
		.count = 2,
	};
	return watch;
}

static void join(struct local *local, unsigned interface, const char *group, unsigned offset)
{
	union hostcast_address address = parse(group);

	assert_true(address_advance(&address, offset));
	assert_true(memberships_insert(&local->memberships, interface, &address, 1));
}

static void add_member(struct watch *watch, const char *group, const char *address)
{
	size_t index = watch->members.count++;

	watch->members.places[index] = (uint16_t)index;
	watch->members.list[index] =
		(struct member){.group = parse(group), .address = parse(address), .interface = 2};
}

static void add_sender(struct watch *watch, const char *source, const char *group, double rate)
{
	size_t index = watch->senders.senders.count++;

	watch->senders.senders.list[index] = (struct sender){
		.source = parse(source), .group = parse(group), .interface = 3, .last_ns = 1};
	watch->senders.live[index].datagrams_per_s = rate;
}

/* The first words of each row behind the heading, and what stands behind the groups. */
static void assert_rows(const struct watch *watch, enum rows_order order, const char *expected)
{
	struct text rows = {0};

	rows_write(&rows, watch, order, 1);
	assert_string_equal(strchr(text_string(&rows), '\n') + 1, expected);
	text_done(&rows);
}

static void rows_are_of_their_group(void **state)
{
	struct local local = {0};
	struct watch *watch = new_watch(&local);

	(void)state;
	assert_rows(watch, ROWS_BY_GROUP, "nothing so far\n");
	join(&local, 3, "239.1.1.2", 0);
	join(&local, 2, "239.1.1.2", 0);
	join(&local, 9, "239.1.1.9", 0);
	add_member(watch, "239.1.1.1", "10.0.0.1");
	add_member(watch, "239.1.1.2", "10.0.0.1");
	add_member(watch, "239.1.1.2", "10.0.0.2");
	add_sender(watch, "10.0.0.7:4000", "239.1.1.9:5004", 50);
	assert_rows(watch, ROWS_BY_GROUP,
		    "239.1.1.1\n"
		    "  members: 10.0.0.1\n"
		    "239.1.1.2  joined here on eth0, eth1\n"
		    "  members: 10.0.0.1, 10.0.0.2\n"
		    "239.1.1.9  joined here on #9\n"
		    "  10.0.0.7:4000        eth1   5004    50.0      0.0        0     0   0.0     "
		    "0.0\n");
	memberships_done(&local.memberships);
	free(watch);
}

static void what_should_not_be_has_a_row(void **state)
{
	struct local local = {0};
	struct watch *watch = new_watch(&local);
	struct live_stream stream = {.rtp = {.ssrc = 1, .restarts = 2, .wild = 3}};
	struct text rows = {0};

	(void)state;
	add_sender(watch, "10.0.0.7:4000", "239.1.1.9:5004", 50);
	rows_write(&rows, watch, ROWS_BY_GROUP, 1);
	assert_null(strstr(text_string(&rows), "MAC"));
	watch->senders.senders.list[0].wrong_mac = 4;
	watch->senders.senders.list[0].bad_checksums = 5;
	watch->senders.live[0].streams = &stream;
	text_clear(&rows);
	rows_write(&rows, watch, ROWS_BY_GROUP, 1);
	assert_non_null(strstr(text_string(&rows), "    to a wrong MAC address: 4, bad "
						   "checksums: 5\n    RTP 0x00000001 "));
	assert_non_null(strstr(text_string(&rows), ", restarts 2, far off 3"));
	text_done(&rows);
	free(watch);
}

static void groups_that_are_not_shown_are_counted(void **state)
{
	struct local local = {0};
	struct watch *watch = new_watch(&local);
	struct text rows = {0};
	const char *last;

	(void)state;
	for (unsigned i = 0; i < 1100; i++)
		join(&local, 2, "239.1.0.0", i);
	rows_write(&rows, watch, ROWS_BY_GROUP, 1);
	last = strstr(text_string(&rows), "239.1.3.255  joined");
	assert_non_null(last);
	assert_string_equal(last, "239.1.3.255  joined here on eth0\n"
				  "and 76 more groups (--json has them all)\n");
	text_done(&rows);
	memberships_done(&local.memberships);
	free(watch);
}

/* Whichever group has the busiest sender is shown first, and so is shown in any case. */
static void the_busiest_of_many_groups_is_shown(void **state)
{
	struct local local = {0};
	struct watch *watch = new_watch(&local);
	struct text rows = {0};

	(void)state;
	for (unsigned i = 0; i < 1100; i++)
		join(&local, 2, "239.1.0.0", i);
	add_sender(watch, "10.0.0.7:4000", "239.200.0.1:5004", 50);
	rows_write(&rows, watch, ROWS_BY_RATE, 1);
	assert_ptr_equal(strstr(text_string(&rows), "\n239."),
			 strstr(text_string(&rows), "\n239.200.0.1\n"));
	assert_non_null(strstr(text_string(&rows), "and 77 more groups"));
	text_done(&rows);
	memberships_done(&local.memberships);
	free(watch);
}

static void sources_that_are_not_all_are_said_to_be(void **state)
{
	struct local local = {0};
	struct watch *watch = new_watch(&local);
	struct source_filter *wanted = &watch->members.list[0].wanted;

	(void)state;
	add_member(watch, "232.1.1.1", "10.0.0.1");
	wanted->list[wanted->count++] = parse("10.9.0.1");
	assert_rows(watch, ROWS_BY_GROUP, "232.1.1.1\n  members: 10.0.0.1 from 10.9.0.1\n");
	wanted->has_more = true;
	assert_rows(watch, ROWS_BY_GROUP,
		    "232.1.1.1\n  members: 10.0.0.1 from 10.9.0.1 and more\n");
	wanted->count = 0;
	assert_rows(watch, ROWS_BY_GROUP, "232.1.1.1\n  members: 10.0.0.1 from some sources\n");
	free(watch);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_of_their_group),
		cmocka_unit_test(what_should_not_be_has_a_row),
		cmocka_unit_test(sources_that_are_not_all_are_said_to_be),
		cmocka_unit_test(groups_that_are_not_shown_are_counted),
		cmocka_unit_test(the_busiest_of_many_groups_is_shown),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
