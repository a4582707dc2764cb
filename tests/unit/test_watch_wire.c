/* The wire of watch on interfaces that are played: which of them can be captured on is said here.
 */
#include "capture/live.h"
#include "cli/watch/wire.h"
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#define T0 (INT64_C(1700000000) * NS_PER_S)

struct live {
	int fd;
};

/* What opening an interface comes to, by its first letter: 's' HOSTCAST_SYSTEM, 'd' it is down. */
struct live *live_open(const char *interface, const struct live_options *options,
		       struct error *error)
{
	struct live *live;

	(void)options;
	if (*interface == 's' || *interface == 'd') {
		error_set(error, *interface == 's' ? HOSTCAST_SYSTEM : HOSTCAST_INTERFACE,
			  "%s cannot be opened", interface);
		return NULL;
	}
	live = calloc(1, sizeof *live);
	assert_non_null(live);
	live->fd = dup(STDERR_FILENO);
	return live;
}

void live_close(struct live *live)
{
	if (live)
		close(live->fd);
	free(live);
}

int live_fd(const struct live *live)
{
	return live->fd;
}

static bool is_gone; /* the interface, though the descriptor has not told */

/* What it has: a packet a millisecond. */
static int frames_left;
static int64_t frame_ns;

int live_next(struct live *live, struct frame *frame, struct error *error)
{
	(void)live;
	if (is_gone)
		return error_set(error, HOSTCAST_SYSTEM, "it is gone");
	if (frames_left == 0)
		return 0;
	frames_left--;
	*frame = (struct frame){.time_ns = frame_ns};
	frame_ns += NS_PER_MS;
	return 1;
}

struct live_counters live_counters(struct live *live)
{
	(void)live;
	return (struct live_counters){0};
}

int live_is_permitted(struct error *error)
{
	(void)error;
	return 0;
}

unsigned live_link_type(const struct live *live)
{
	(void)live;
	return LINK_ETHERNET;
}

static void on_frame(void *context, const struct frame *frame)
{
	(void)context;
	(void)frame;
}

/* Interfaces of these names, with a blank between them. Returns what is captured on, or the error.
 */
static void assert_opens(const char *names, const char *expected)
{
	static const struct common_options common = {.quiet = true};
	struct interface list[8] = {0};
	struct interfaces interfaces = {.list = list};
	struct wire_options options = {0};
	struct session session = {.common = &common, .command = "test"};
	struct text text = {0};
	struct error error;
	struct wire *wire;

	for (int size; sscanf(names, " %15s%n", list[interfaces.count].name, &size) == 1;
	     names += size) {
		list[interfaces.count].index = (unsigned)interfaces.count + 1;
		list[interfaces.count].is_up = list[interfaces.count].can_multicast = true;
		interfaces.count++;
	}
	session.loop = loop_new(&error);
	assert_non_null(session.loop);
	wire = wire_new(&session, &interfaces, &options, on_frame, NULL, &error);
	if (wire)
		wire_describe(wire, &text);
	assert_string_equal(wire ? text_string(&text) : error.text, expected);
	wire_free(wire);
	loop_free(session.loop);
	text_done(&text);
}

static void one_that_cannot_be_captured_on_does_not_end_all(void **state)
{
	(void)state;
	assert_opens("eth0 eth1", "eth0, eth1");
	assert_opens("eth0 system0", "eth0, system0 (down)");
	assert_opens("system0 eth0", "system0 (down), eth0");
	assert_opens("system0 down0 eth0", "system0 (down), down0 (down), eth0");
}

static void where_none_can_the_reason_is_told(void **state)
{
	(void)state;
	assert_opens("system0 system1", "system0 cannot be opened");
	assert_opens("down0 system1", "system1 cannot be opened");
	assert_opens("down0 down1", "down0 (down), down1 (down)"); /* they may come up */
}

static void assert_described(const struct wire *wire, const char *expected)
{
	struct text text = {0};

	wire_describe(wire, &text);
	assert_string_equal(text_string(&text), expected);
	text_done(&text);
}

/* The kernel tells once when an interface goes down, and not again when it is removed then. */
static void an_interface_that_is_gone_is_noticed_without_an_event(void **state)
{
	static const struct common_options common = {.quiet = true};
	struct interface list[] = {
		{.index = 1, .name = "eth0", .is_up = true, .can_multicast = true}};
	const struct interfaces interfaces = {.list = list, .count = 1};
	struct wire_options options = {0};
	struct session session = {.common = &common, .command = "test"};
	struct error error;
	struct wire *wire;

	(void)state;
	session.loop = loop_new(&error);
	assert_non_null(session.loop);
	wire = wire_new(&session, &interfaces, &options, on_frame, NULL, &error);
	assert_non_null(wire);
	wire_tick(wire, T0);
	assert_described(wire, "eth0");
	is_gone = true;
	wire_tick(wire, T0);
	assert_described(wire, "eth0 (down)");
	is_gone = false;
	wire_tick(wire, T0);
	assert_described(wire, "eth0");
	wire_free(wire);
	loop_free(session.loop);
}

/* What passed lately may be on its way, and of many packets only some are taken at once. */
static void it_is_known_until_when_all_was_heard(void **state)
{
	static const struct common_options common = {.quiet = true};
	struct interface list[] = {
		{.index = 1, .name = "eth0", .is_up = true, .can_multicast = true}};
	const struct interfaces interfaces = {.list = list, .count = 1};
	const int64_t lately_ns = T0 - 200 * NS_PER_MS;
	struct wire_options options = {0};
	struct session session = {.common = &common, .command = "test"};
	struct error error;
	struct wire *wire;

	(void)state;
	session.loop = loop_new(&error);
	assert_non_null(session.loop);
	wire = wire_new(&session, &interfaces, &options, on_frame, NULL, &error);
	assert_non_null(wire);
	assert_true(wire_tick(wire, T0) == lately_ns);
	frames_left = 700;
	frame_ns = T0 - 2 * NS_PER_S;
	assert_true(wire_tick(wire, T0) == T0 - 2 * NS_PER_S + 511 * NS_PER_MS);
	assert_int_equal(frames_left, 700 - 512);
	assert_true(wire_tick(wire, T0) == lately_ns);
	assert_int_equal(frames_left, 0);
	wire_free(wire);
	loop_free(session.loop);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_cannot_be_captured_on_does_not_end_all),
		cmocka_unit_test(where_none_can_the_reason_is_told),
		cmocka_unit_test(an_interface_that_is_gone_is_noticed_without_an_event),
		cmocka_unit_test(it_is_known_until_when_all_was_heard),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
