/* T-16: what is told, and what is read of it. */
#include "core/member.h"
#include "core/member_status.h"
#include "core/rendezvous.h"
#include "core/report.h"
#include "unit.h"

#include <stdio.h>

static const struct monotime NOW = {1000 * NS_PER_S};

static struct wire_address address(unsigned last)
{
	return wire_address_v4(0x0a000000 + last, 10000);
}

static bool read_string(struct report *report, const char *text)
{
	return report_read(report, text, strlen(text));
}

static void assert_address(const struct wire_address *told, unsigned last)
{
	struct wire_address expected = address(last);

	assert_true(wire_address_equal(told, &expected));
}

/* ---- What status.c writes ---- */

struct fixture {
	struct own own;
	struct member_config config;
	struct member_counters counters;
	struct member member;
	struct rendezvous rendezvous;
	struct wire_network everybody; /* of a prefix of 0 */
	uint8_t bytes[UDP_MAX_4];
	struct incoming request;
	struct output output;
};

/* The largest of nodes: a full path, as many children as there can be. */
static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->own.port = 10000;
	f->config = (struct member_config){
		.rendezvous = address(1), .timers = TIMERS_DEFAULT, .children_most = CHILDREN_MAX};
	member_init(&f->member, &f->config, &f->own, 1, NULL, 0, &f->counters);
	f->member.state = MEMBER_ATTACHED;
	f->member.seen_as = address(2);
	for (unsigned i = 0; i < PATH_MAX_LENGTH; i++)
		f->member.path[f->member.path_length++] = address(100 + i);
	for (unsigned i = 0; i < CHILDREN_MAX; i++) {
		struct wire_address child = address(200 + i);

		children_add(&f->member.children, &child,
			     monotime_add(NOW, -(int64_t)i * NS_PER_S));
	}
	f->counters.data_received = INT64_MAX;
	f->counters.origin.input_lost = 3;
	rendezvous_init(&f->rendezvous, (struct admission){&f->everybody, 1}, &f->own, HOLD_NS);
	memcpy(f->bytes, "STAT\n", HEADER_SIZE);
	f->request = (struct incoming){address(3), OWN_ANY, f->bytes, UDP_MAX_4};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static bool read_answer(const struct fixture *f, struct report *report)
{
	assert_int_equal(f->output.datagram_count, 1);
	assert_true(f->output.datagrams[0].size <= f->request.size);
	return report_read(report, f->output.datagrams[0].bytes, f->output.datagrams[0].size);
}

static uint64_t count_of(const struct report *report, const char *name)
{
	for (size_t i = 0; i < report->count_count; i++)
		if (strcmp(report->counts[i].name, name) == 0)
			return report->counts[i].value;
	fail_msg("no count %s", name);
	return 0;
}

static void a_node_is_read_as_it_is(void **state)
{
	struct fixture *f = *state;
	struct report report;

	member_status_answer(&f->member, NOW, &f->request, &f->output);
	assert_true(read_answer(f, &report));
	assert_int_equal(report.role, REPORT_NODE);
	assert_string_equal(report.state, "attached");
	assert_address(&report.rendezvous, 1);
	assert_address(&report.seen_as, 2);
	assert_int_equal(report.path_length, PATH_MAX_LENGTH);
	assert_int_equal(report.children_most, CHILDREN_MAX);
	assert_int_equal(report.child_count, CHILDREN_MAX);
	for (unsigned i = 0; i < CHILDREN_MAX; i++) {
		assert_address(&report.children[i].address, 200 + i);
		assert_int_equal(report.children[i].heard_ms, 1000 * i);
	}
	for (unsigned i = 0; i < PATH_MAX_LENGTH; i++)
		assert_address(&report.path[i], 100 + i);
	assert_int_equal(count_of(&report, "data_received"), INT64_MAX);
	assert_int_equal(count_of(&report, "input_lost"), 3);
	assert_int_equal(count_of(&report, "walks"), 0);
}

static void a_rendezvous_point_is_read_as_it_is(void **state)
{
	struct fixture *f = *state;
	struct report report;

	rendezvous_receive(&f->rendezvous, NOW, &f->request, &f->output);
	assert_true(read_answer(f, &report));
	assert_int_equal(report.role, REPORT_RENDEZVOUS);
	assert_true(wire_address_is_none(&report.root));

	f->rendezvous.root = address(7);
	f->rendezvous.heard = monotime_add(NOW, -2 * NS_PER_S);
	f->rendezvous.counters.asked = 5;
	output_clear(&f->output);
	rendezvous_receive(&f->rendezvous, NOW, &f->request, &f->output);
	assert_true(read_answer(f, &report));
	assert_address(&report.root, 7);
	assert_int_equal(report.root_heard_ms, 2000);
	assert_int_equal(report.root_since_ms, 1000000);
	assert_int_equal(count_of(&report, "asked"), 5);
}

/* T-16: no answer is larger than its request, and one that says how large a request would do is
 * right about it. */
static void a_small_request_gets_a_size(void **state)
{
	struct fixture *f = *state;
	struct report report;
	size_t needed = 0;

	for (f->request.size = 0; f->request.size <= 4000; f->request.size++) {
		output_clear(&f->output);
		member_status_answer(&f->member, NOW, &f->request, &f->output);
		if (f->output.datagram_count == 0)
			continue;
		assert_true(read_answer(f, &report));
		if (report.size_needed == 0)
			break;
		needed = report.size_needed;
	}
	assert_true(needed > 0);
	assert_int_equal(f->request.size, needed);
}

/* ---- What is read ---- */

#define NODE "TATS\nrole node\nstate root\n"

static void what_may_be_otherwise_is_read(void **state)
{
	static const char *const reports[] = {
		NODE,
		"TATS\nrole node\nstate root",
		"TATS\r\nrole node\r\nstate root\r\n",
		"TATS\nstate root\nrole node\n",
		"TATS\nrole rdv\n",
		"TATS\nrole rdv\nstate root\n",
		NODE "path 2001:db8::1 10000\n",
		NODE "child ::1 10000 0\n",
		NODE "uptime 12\nlink 10.0.0.1 5 good\n", /* newer ones tell more */
		NODE "count "
		     "a23456789012345678901234567890b 1\n",
		"TATS\nsize 1400\n",
		"TATS\nsize 1400\nuptime 3\n",
	};
	struct report report;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(reports); i++)
		if (!read_string(&report, reports[i]))
			fail_msg("'%s' was not read", reports[i]);
}

static void what_must_be_otherwise_is_not_read(void **state)
{
	static const char *const reports[] = {
		"",
		"TATS",
		"TATS\n",
		"TATS role node\nstate root\n",
		"STAT\nrole node\nstate root\n",
		"TATS\nrole node\n",
		"TATS\nstate root\n",
		"TATS\nrole king\nstate root\n",
		"TATS\nrole  node\nstate root\n",
		"TATS\nrole node \nstate root\n",
		"TATS\nrole node\nstate Root\n",
		"TATS\nrole node\nstate \n",
		"TATS\nrole node\n\nstate root\n",
		"TATS\nsize 0\n",
		"TATS\nsize 65528\n",
		"TATS\nsize 1400 \n",
		"TATS\nsize 1400\nrole node\nstate root\n",
		NODE "role node\n",
		NODE "state root\n",
		NODE "children_most 3\nchildren_most 3\n",
		NODE "children_most 17\n",
		NODE "seen_as 10.0.0.1 1\nseen_as 10.0.0.1 1\n",
		NODE "seen_as 224.0.0.1 1\n",
		NODE "path 10.0.0.1\n",
		NODE "path 10.0.0.1 0\n",
		NODE "path 10.0.0.1 1 1\n",
		NODE "child 10.0.0.1 1\n",
		NODE "child 10.0.0.1 1 \n",
		NODE "child 10.0.0.1 1 -1\n",
		NODE "child 10.0.0.1 1 1 1\n",
		NODE "child 10.0.0.1  1 1\n",
		NODE "child 10.0.0.1 1 9223372036854775808\n",
		NODE "root_heard_ms 01\n",
		NODE "count 5\n",
		NODE "count walks\n",
		NODE "count walks 18446744073709551616\n",
		NODE "count walks 1\ncount walks 2\n",
		NODE "count wa\x1blks 1\n",
		NODE "count "
		     "a234567890123456789012345678901b 1\n",
		NODE "wa\x1blks 1\n",
		NODE "key\n",
		NODE "\xff\xfe\n",
	};
	struct report report;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(reports); i++)
		if (read_string(&report, reports[i]))
			fail_msg("'%s' was read", reports[i]);
}

static bool reads_lines(const char *line, unsigned count)
{
	char text[8192] = NODE;
	struct report report;

	for (unsigned i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), line, i);
	return read_string(&report, text);
}

static void lists_have_limits(void **state)
{
	(void)state;
	assert_true(reads_lines("path 10.0.0.%u 1\n", PATH_MAX_LENGTH));
	assert_false(reads_lines("path 10.0.0.%u 1\n", PATH_MAX_LENGTH + 1));
	assert_true(reads_lines("child 10.0.0.%u 1 1\n", CHILDREN_MAX));
	assert_false(reads_lines("child 10.0.0.%u 1 1\n", CHILDREN_MAX + 1));
	assert_true(reads_lines("count c%u 1\n", 4 * REPORT_COUNTS_MAX)); /* of a newer node */
}

static void a_zero_byte_is_no_end(void **state)
{
	static const char text[] = NODE "count walks 1\0\n";
	struct report report;

	(void)state;
	assert_false(report_read(&report, text, sizeof text - 1));
}

/* Whatever comes, what was read keeps to its limits and holds nothing that a terminal could take
 * for a command. */
static void survives_any_bytes(void **state)
{
	static const char *const pieces[] = {
		"role node\n", "state root\n", "size ", "path ",  "child ", "count ", "10.0.0.1 ",
		"::1 ",        "5 ",           "\n",    "walks ", "5\n",    "root ",  "\r\n"};
	struct random random = {.state = 1};
	unsigned read = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		char datagram[256] = "TATS\nrole node\nstate root\n";
		size_t size = round % 2 ? strlen(datagram) : 5;
		struct report report;

		for (int i = 0; i < 8; i++) {
			const char *piece = pieces[random_below(&random, COUNT_OF(pieces))];

			memcpy(datagram + size, piece, strlen(piece));
			size += strlen(piece);
			if (random_below(&random, 32) == 0)
				datagram[size++] = (char)random_below(&random, 256);
		}
		if (!report_read(&report, datagram, size))
			continue;
		read++;
		assert_true(report.path_length <= PATH_MAX_LENGTH);
		assert_true(report.child_count <= CHILDREN_MAX);
		assert_true(report.count_count <= REPORT_COUNTS_MAX);
		for (const char *c = report.state; *c; c++)
			assert_non_null(strchr("abcdefghijklmnopqrstuvwxyz0123456789_", *c));
	}
	assert_true(read > 100); /* they were not all refused at the first line */
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_node_is_read_as_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_rendezvous_point_is_read_as_it_is, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_small_request_gets_a_size, set_up, tear_down),
		cmocka_unit_test(what_may_be_otherwise_is_read),
		cmocka_unit_test(what_must_be_otherwise_is_not_read),
		cmocka_unit_test(lists_have_limits),
		cmocka_unit_test(a_zero_byte_is_no_end),
		cmocka_unit_test(survives_any_bytes),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
