/* What watch tells of packets as time passes, in which it is played by the test. */
#include "cli/watch/tell.h"
#include "cli/watch/watch.h"
#include "net/address.h"
#include "rtp_packet.h"
#include "run/clock.h"
#include "unit.h"

#include <stdio.h>

#define T0 (INT64_C(1700000000) * NS_PER_S)

/* ---- What stands in for the rest ---- */

static int64_t now_ns;

struct monotime clock_monotonic(void)
{
	return (struct monotime){now_ns};
}

int64_t clock_realtime_ns(void)
{
	return now_ns;
}

static struct text told; /* "join 224.1.1.1 10.0.0.1;" */

static void tell(const char *what, const union hostcast_address *a, const union hostcast_address *b)
{
	char text[HOSTCAST_TEXT_SIZE];

	text_addf(&told, "%s %s", what, address_ip_text(a, text));
	if (b)
		text_addf(&told, " %s", address_ip_text(b, text));
	text_add_string(&told, ";");
}

void tell_member(struct watch *watch, enum watch_event event, int64_t time_ns,
		 const struct member *member)
{
	static const char *const names[] = {
		[EVENT_JOIN] = "join", [EVENT_LEAVE] = "leave", [EVENT_EXPIRED] = "expired"};

	(void)watch;
	(void)time_ns;
	tell(names[event], &member->group, &member->address);
}

void tell_local(struct watch *watch, enum watch_event event, int64_t time_ns, unsigned interface,
		const union hostcast_address *group)
{
	(void)watch;
	(void)event;
	(void)time_ns;
	(void)interface;
	tell("local", group, NULL);
}

void tell_sender(struct watch *watch, enum watch_event event, int64_t time_ns,
		 const struct sender *sender, int64_t silence_ns)
{
	static const char *const names[] = {[EVENT_SENDER] = "sender",
					    [EVENT_SILENT] = "silent",
					    [EVENT_RESUMED] = "resumed",
					    [EVENT_WRONG_MAC] = "wrong MAC",
					    [EVENT_BAD_CHECKSUM] = "bad checksum"};

	(void)watch;
	(void)time_ns;
	(void)silence_ns;
	tell(names[event], &sender->source, NULL);
}

void tell_stream(struct watch *watch, int64_t time_ns, const struct sender *sender,
		 const struct rtp_stream *stream)
{
	(void)watch;
	(void)time_ns;
	(void)stream;
	tell("stream", &sender->source, NULL);
}

void tell_loss(struct watch *watch, int64_t time_ns, const struct sender *sender,
	       const struct rtp_stream *stream, uint64_t packets)
{
	(void)watch;
	(void)time_ns;
	(void)stream;
	(void)packets;
	tell("loss", &sender->source, NULL);
}

void tell_feeds(struct watch *watch, int64_t time_ns, const struct feed_pair *pair)
{
	(void)watch;
	(void)time_ns;
	tell("feeds", &pair->feeds[0].source, NULL);
}

void tell_querier(struct watch *watch, enum watch_event event, int64_t time_ns,
		  const struct querier *querier)
{
	(void)watch;
	(void)time_ns;
	tell(event == EVENT_QUERIER ? "querier" : "no querier", &querier->address, NULL);
}

/* ---- The bench ---- */

static const struct watch_options no_options = {.common = COMMON_OPTIONS_DEFAULT};

static struct watch *new_watch(void)
{
	struct watch *watch = calloc(1, sizeof *watch);

	assert_non_null(watch);
	watch->options = &no_options;
	text_clear(&told);
	now_ns = T0;
	return watch;
}

static void free_watch(struct watch *watch)
{
	live_senders_done(&watch->senders);
	feeds_done(&watch->feeds);
	text_done(&told);
	free(watch);
}

static void assert_told(const char *expected)
{
	assert_string_equal(text_string(&told), expected);
	text_clear(&told);
}

/* Time passes, a tick each second. */
static void wait_s(struct watch *watch, int seconds)
{
	for (int i = 0; i < seconds; i++)
		watch_tick(watch, now_ns += NS_PER_S);
}

static void query_on(struct watch *watch, const char *source, unsigned interface, uint16_t vlan)
{
	struct frame frame = {.time_ns = now_ns, .interface = interface};
	struct packet packet = {.transport = TRANSPORT_MEMBERSHIP, .ip = {.version = 4}};

	if (vlan > 0) {
		packet.link.vlan_count = 1;
		packet.link.vlans[0].id = vlan;
	}
	assert_true(address_parse(source, &packet.source));
	assert_true(address_parse("224.0.0.1", &packet.destination));
	packet.membership = (struct membership_message){.kind = MEMBERSHIP_QUERY,
							.version = 3,
							.robustness = 2,
							.interval_ns = 125 * NS_PER_S,
							.response_ns = 10 * NS_PER_S};
	watch_take_packet(watch, &frame, &packet);
}

static void query(struct watch *watch, const char *source)
{
	query_on(watch, source, 2, 0);
}

static void send_data(struct watch *watch)
{
	struct frame frame = {.time_ns = now_ns, .interface = 2};
	struct packet packet;

	udp_packet(&packet, "10.0.0.7:4000", "224.1.1.1:5004", "hello", 5);
	watch_take_packet(watch, &frame, &packet);
}

/* ---- Queriers ---- */

/* RFC 3376 section 6.6.2: each asks when it begins, and the one of the lowest address goes on. */
static void of_two_queriers_the_elected_one_is_told(void **state)
{
	struct watch *watch = new_watch();

	(void)state;
	query(watch, "10.0.0.2");
	assert_told("querier 10.0.0.2;");
	wait_s(watch, 10);
	query(watch, "10.0.0.3");
	wait_s(watch, 10);
	assert_told("");
	query(watch, "10.0.0.1");
	assert_told("querier 10.0.0.1;");
	query(watch, "10.0.0.1");
	wait_s(watch, 250);
	assert_told("");
	free_watch(watch);
}

static void who_takes_over_is_told(void **state)
{
	struct watch *watch = new_watch();

	(void)state;
	query(watch, "10.0.0.1");
	query(watch, "10.0.0.2");
	assert_told("querier 10.0.0.1;");
	wait_s(watch, 255);
	query(watch, "10.0.0.2");
	wait_s(watch, 1);
	assert_told("querier 10.0.0.2;");
	query(watch, "10.0.0.1"); /* it is back */
	assert_told("querier 10.0.0.1;");
	free_watch(watch);
}

static void that_nobody_asks_any_more_is_told_once_for_each_link(void **state)
{
	struct watch *watch = new_watch();

	(void)state;
	query(watch, "10.0.0.2");
	query(watch, "10.0.0.3");
	query_on(watch, "10.0.0.2", 3, 0);
	query_on(watch, "10.0.0.2", 3, 7);
	assert_told("querier 10.0.0.2;querier 10.0.0.2;querier 10.0.0.2;");
	wait_s(watch, 100);
	query_on(watch, "10.0.0.2", 3, 7);
	wait_s(watch, 200);
	assert_told("no querier 10.0.0.2;no querier 10.0.0.2;");
	wait_s(watch, 1000);
	assert_told("no querier 10.0.0.2;");
	query(watch, "10.0.0.3");
	assert_told("querier 10.0.0.3;");
	free_watch(watch);
}

/* Forged ones take the places of real ones. */
static void who_has_the_place_of_another_one_is_told(void **state)
{
	struct watch *watch = new_watch();

	(void)state;
	query(watch, "10.0.0.2");
	for (uint16_t vlan = 1; vlan < QUERIERS_MAX; vlan++) {
		now_ns++;
		query_on(watch, "10.0.0.2", 2, vlan);
	}
	text_clear(&told);
	now_ns++;
	query_on(watch, "10.0.0.3", 3, 0);
	assert_int_equal(watch->queriers.forgotten, 1);
	assert_told("querier 10.0.0.3;");
	query(watch, "10.0.0.2");
	assert_told("querier 10.0.0.2;");
	free_watch(watch);
}

/* ---- Members ---- */

static void report(struct watch *watch, const char *source)
{
	struct frame frame = {.time_ns = now_ns, .interface = 2};
	struct packet packet = {.transport = TRANSPORT_MEMBERSHIP, .ip = {.version = 4}};

	packet.membership = (struct membership_message){.kind = MEMBERSHIP_REPORT, .version = 2};
	assert_true(address_parse(source, &packet.source));
	assert_true(address_parse("224.1.1.1", &packet.membership.group));
	packet.destination = packet.membership.group;
	watch_take_packet(watch, &frame, &packet);
}

/* A bridge is told to ask, as hostcast doctor advises. */
static void nobody_expires_because_somebody_begins_to_ask(void **state)
{
	struct watch *watch = new_watch();

	(void)state;
	report(watch, "224.9.9.9"); /* no host's, whatever this one's addresses are */
	wait_s(watch, 600);
	query(watch, "224.9.9.1");
	wait_s(watch, 9);
	assert_told("join 224.1.1.1 224.9.9.9;querier 224.9.9.1;");
	report(watch, "224.9.9.9");
	wait_s(watch, 200);
	assert_told("");
	query(watch, "224.9.9.1");
	wait_s(watch, 70);
	assert_told("expired 224.1.1.1 224.9.9.9;");
	free_watch(watch);
}

/* ---- Standing still ---- */

/* Ctrl-Z, and an hour later fg. */
static void who_stood_still_does_not_call_others_silent(void **state)
{
	struct watch *watch = new_watch();

	(void)state;
	query(watch, "10.0.0.2");
	for (int i = 0; i < 50; i++, now_ns += 20 * NS_PER_MS)
		send_data(watch);
	watch_tick(watch, now_ns);
	assert_told("querier 10.0.0.2;sender 10.0.0.7;");
	watch_tick(watch, now_ns += 3600 * NS_PER_S);
	assert_told("");
	send_data(watch);
	wait_s(watch, 1);
	assert_told("");
	wait_s(watch, 1);
	assert_told("silent 10.0.0.7;");
	wait_s(watch, 250);
	assert_told("");
	wait_s(watch, 10);
	assert_told("no querier 10.0.0.2;");
	free_watch(watch);
}

/* The first to notice is a packet, where the loop gets to those before its timers. */
static void a_packet_notices_it_too(void **state)
{
	struct watch *watch = new_watch();

	(void)state;
	for (int i = 0; i < 50; i++, now_ns += 20 * NS_PER_MS)
		send_data(watch);
	assert_told("sender 10.0.0.7;");
	now_ns += 12 * NS_PER_S;
	send_data(watch);
	watch_tick(watch, now_ns);
	assert_told("");
	free_watch(watch);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_queriers_the_elected_one_is_told),
		cmocka_unit_test(who_takes_over_is_told),
		cmocka_unit_test(that_nobody_asks_any_more_is_told_once_for_each_link),
		cmocka_unit_test(who_has_the_place_of_another_one_is_told),
		cmocka_unit_test(nobody_expires_because_somebody_begins_to_ask),
		cmocka_unit_test(who_stood_still_does_not_call_others_silent),
		cmocka_unit_test(a_packet_notices_it_too),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
