/* The public interface, include/hostcast.h alone, against the shared library. Everything runs in a
 * network namespace of its own where the machine allows it, else over loopback. */
#include "hostcast.h"
#include "unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 30000 };

#define GROUP   "239.77.1.1:7701"
#define GROUP_6 "[ff15::77:1]:7701"
#define MARK    "239.77.9.9:7709" /* what arrives here tells that all sent before has arrived */

static const char *why_not_private = "";

/* ---- Helpers ---- */

static struct hostcast *new_on(const char *interface)
{
	struct hostcast *h = hostcast_new();

	assert_non_null(h);
	assert_int_equal(hostcast_set_interface(h, interface), 0);
	return h;
}

static struct hostcast *open_on(const char *interface, const char *target, unsigned mode)
{
	struct hostcast *h = new_on(interface);

	if (hostcast_open(h, target, mode) != 0)
		fail_msg("%s", hostcast_error_text(h));
	return h;
}

static struct hostcast *open_lo(const char *target, unsigned mode)
{
	return open_on("lo", target, mode);
}

#define assert_fails(handle, call, code, reason)                                  \
	do {                                                                      \
		assert_int_equal(call, code);                                     \
		if (!strstr(hostcast_error_text(handle), reason))                 \
			fail_msg("error text '%s'", hostcast_error_text(handle)); \
	} while (0)

static void skip_unless_private(void)
{
	if (*why_not_private) {
		print_message("%s\n", why_not_private);
		skip();
	}
}

static void wait_for(struct hostcast *h)
{
	struct pollfd ready = {.fd = hostcast_fd(h), .events = POLLIN};

	if (poll(&ready, 1, LIMIT_MS) != 1)
		fail_msg("nothing comes");
}

static int receive_one(struct hostcast *h, struct hostcast_message *message)
{
	int count;

	do {
		wait_for(h);
		count = hostcast_receive(h, message, 1);
	} while (count == 0);
	return count;
}

static void assert_receives(struct hostcast *h, const char *text)
{
	struct hostcast_message message;

	assert_int_equal(receive_one(h, &message), 1);
	assert_int_equal(message.size, strlen(text));
	assert_memory_equal(message.data, text, message.size);
}

static int try_send(struct hostcast *h, const char *text)
{
	struct iovec payload = {(void *)(uintptr_t)text, strlen(text)};

	return hostcast_send(h, &payload, 1);
}

/* IPv6 is there if a message can go; where there is no route, only sending tells. */
static void skip_without_ipv6(const char *target)
{
	struct hostcast *h = new_on("lo");

	if (hostcast_open(h, target, HOSTCAST_SEND) < 0 || try_send(h, "probe") < 0) {
		print_message("%s\n", hostcast_error_text(h));
		hostcast_free(h);
		skip();
	}
	hostcast_free(h);
}

static void send_text(struct hostcast *h, const char *text)
{
	if (try_send(h, text) != 1)
		fail_msg("%s", hostcast_error_text(h));
}

static uint64_t counter(const struct hostcast *h, const char *name)
{
	for (unsigned i = 0; hostcast_counter_name(i); i++)
		if (strcmp(hostcast_counter_name(i), name) == 0)
			return hostcast_counter(h, i);
	fail_msg("no counter '%s'", name);
	return 0;
}

static size_t open_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static bool has_text(const union hostcast_address *address, const char *expected)
{
	char text[HOSTCAST_TEXT_SIZE];

	return strcmp(hostcast_address_text(address, text), expected) == 0;
}

/* ---- Without a network ---- */

static void describes_itself(void **state)
{
	static const char *const names[] = {"received",     "received_bytes", "cut_off",
					    "kernel_drops", "sent",           "sent_bytes",
					    "refused",      "tree_held",      "tree_returned",
					    "tree_lost",    "tree_unsent",    "tree_dropped"};
	struct hostcast *h = hostcast_new();
	union hostcast_address address = {.v4 = {.sin_family = AF_INET, .sin_port = htons(7)}};
	char text[HOSTCAST_TEXT_SIZE];

	(void)state;
	assert_string_equal(hostcast_version(), HOSTCAST_VERSION);
#define CHECK_TEXT(name, value, text) assert_string_equal(hostcast_strerror(name), text);
	HOSTCAST_ERRORS(CHECK_TEXT)
#undef CHECK_TEXT
	assert_string_equal(hostcast_strerror(0), "no error");
	assert_string_equal(hostcast_strerror(-99), "unknown error");
	assert_string_equal(hostcast_error_text(h), "");
	assert_null(hostcast_notice(h));
	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		assert_string_equal(hostcast_counter_name(i), names[i]);
		assert_int_equal(hostcast_counter(h, i), 0);
	}
	assert_null(hostcast_counter_name(COUNT_OF(names)));
	assert_int_equal(hostcast_counter(h, COUNT_OF(names)), 0);
	assert_ptr_equal(hostcast_address_text(&address, text), text);
	assert_string_equal(text, "0.0.0.0:7");
	hostcast_free(h);
	hostcast_free(NULL);
}

static void checks_every_option(void **state)
{
	struct hostcast *h = hostcast_new();

	(void)state;
	assert_int_equal(hostcast_set_interface(h, "lo"), 0);
	assert_int_equal(hostcast_set_interface(h, "1"), 0); /* the same one */
	assert_int_equal(hostcast_set_interface(h, "127.0.0.1"), 0);
	assert_fails(h, hostcast_set_interface(h, "no-such"), HOSTCAST_INTERFACE,
		     "no interface 'no-such'; this host has lo");
	assert_fails(h, hostcast_set_interface(h, ""), HOSTCAST_INTERFACE, "no interface ''");
	assert_fails(h, hostcast_set_interface(h, "192.0.2.99"), HOSTCAST_INTERFACE, "192.0.2.99");
	assert_int_equal(hostcast_set_family(h, AF_INET6), 0);
	assert_int_equal(hostcast_set_family(h, AF_UNSPEC), 0);
	assert_fails(h, hostcast_set_family(h, AF_UNIX), HOSTCAST_INVALID, "family 1 is none of");
	assert_int_equal(hostcast_set_port(h, 1), 0);
	assert_int_equal(hostcast_set_port(h, 65535), 0);
	assert_fails(h, hostcast_set_port(h, 0), HOSTCAST_INVALID, "port 0 must be 1 to 65535");
	assert_fails(h, hostcast_set_port(h, 65536), HOSTCAST_INVALID, "port 65536");
	assert_int_equal(hostcast_set_ttl(h, 255), 0);
	assert_fails(h, hostcast_set_ttl(h, 256), HOSTCAST_INVALID, "TTL 256 must be 0 to 255");
	assert_fails(h, hostcast_set_ttl(h, -1), HOSTCAST_INVALID, "TTL -1");
	assert_int_equal(hostcast_set_dscp(h, 63), 0);
	assert_fails(h, hostcast_set_dscp(h, 64), HOSTCAST_INVALID, "DSCP 64 must be 0 to 63");
	assert_int_equal(hostcast_set_loop(h, true), 0);
	assert_int_equal(hostcast_set_source(h, "127.0.0.1"), 0);
	assert_int_equal(hostcast_set_source(h, "[::1]:9"), 0);
	assert_fails(h, hostcast_set_source(h, "224.1.1.1"), HOSTCAST_INVALID, "'224.1.1.1'");
	assert_fails(h, hostcast_set_source(h, "host"), HOSTCAST_INVALID, "source 'host' must be");
	assert_int_equal(hostcast_set_buffers(h, 0, 1 << 30), 0);
	assert_fails(h, hostcast_set_buffers(h, 0, (1 << 30) + 1), HOSTCAST_INVALID, "1073741825");
	assert_fails(h, hostcast_set_buffers(h, SIZE_MAX, 0), HOSTCAST_INVALID, "too large");
	assert_int_equal(hostcast_set_receive_size(h, 1), 0);
	assert_fails(h, hostcast_set_receive_size(h, 0), HOSTCAST_INVALID, "1 to 65535");
	assert_fails(h, hostcast_set_receive_size(h, 65536), HOSTCAST_INVALID, "65536");
	assert_int_equal(hostcast_set_blocked(h, "10.0.0.1"), 0);
	assert_fails(h, hostcast_set_blocked(h, "239.1.1.1"), HOSTCAST_INVALID, "'239.1.1.1'");
	for (int i = 1; i < 64; i++)
		assert_int_equal(hostcast_set_blocked(h, "::2"), 0);
	assert_fails(h, hostcast_set_blocked(h, "::2"), HOSTCAST_INVALID, "more than 64");
	assert_int_equal(hostcast_set_allowed(h, "2001:db8::/32"), 0);
	assert_fails(h, hostcast_set_allowed(h, "10.0.0.0/33"), HOSTCAST_INVALID, "0 to 32");
	assert_fails(h, hostcast_set_allowed(h, "lan"), HOSTCAST_INVALID, "'lan' is no network");
	for (int i = 1; i < 64; i++)
		assert_int_equal(hostcast_set_allowed(h, "10.0.0.1"), 0);
	assert_fails(h, hostcast_set_allowed(h, "10.0.0.1"), HOSTCAST_INVALID, "more than 64");
	hostcast_free(h);
}

static void refuses_targets_and_keeps_the_others(void **state)
{
	static const struct {
		const char *target;
		unsigned mode;
		int code;
		const char *reason;
	} cases[] = {
		{GROUP, 0, HOSTCAST_INVALID, "mode 0"},
		{GROUP, 4, HOSTCAST_INVALID, "mode 4"},
		{"239.1.1.1:0", HOSTCAST_SEND, HOSTCAST_INVALID, "port '0'"},
		{"nonsense:nonsense:nonsense", HOSTCAST_SEND, HOSTCAST_INVALID, "nonsense"},
		{"239.255.255.255+2", HOSTCAST_RECEIVE, HOSTCAST_INVALID, "beyond the last group"},
		{"192.0.2.77:7703", HOSTCAST_RECEIVE, HOSTCAST_ADDRESS,
		 "not an address of this host"},
	};
	struct hostcast *h = open_lo(GROUP, HOSTCAST_SEND | HOSTCAST_RECEIVE);
	size_t descriptors = open_descriptors();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_fails(h, hostcast_open(h, cases[i].target, cases[i].mode), cases[i].code,
			     cases[i].reason);
	hostcast_set_family(h, AF_INET6);
	assert_fails(h, hostcast_open(h, GROUP, HOSTCAST_SEND), HOSTCAST_INVALID, "not an IPv6");
	assert_int_equal(open_descriptors(), descriptors);
	send_text(h, "still here");
	assert_receives(h, "still here");
	hostcast_free(h);
}

/* ---- Groups ---- */

static void assert_describes(const struct hostcast_message *m, const char *destination,
			     const union hostcast_address *group, int ttl)
{
	static const unsigned zero[5];
	struct timespec now;
	int64_t age_ns;

	clock_gettime(CLOCK_REALTIME, &now);
	age_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec - m->time_ns;
	assert_int_equal(m->full_size, m->size);
	assert_true(age_ns >= 0 && age_ns < LIMIT_MS * INT64_C(1000000));
	assert_true(has_text(&m->destination, destination));
	assert_int_equal(m->source.any.sa_family, group->any.sa_family);
	assert_int_equal(m->interface_index, if_nametoindex("lo"));
	assert_int_equal(m->ttl, ttl);
	assert_int_equal(m->flags, 0);
	assert_memory_equal(m->reserved, zero, sizeof zero);
}

static void deliver_to(const char *group)
{
	struct hostcast *receiver = open_lo(group, HOSTCAST_RECEIVE);
	struct hostcast *sender = new_on("lo");
	struct hostcast_message message;

	assert_int_equal(hostcast_receive(receiver, &message, 1), 0);
	assert_int_equal(hostcast_receive(receiver, &message, 0), 0);
	hostcast_set_ttl(sender, 7);
	assert_int_equal(hostcast_open(sender, group, HOSTCAST_SEND), 0);
	send_text(sender, "hello");
	assert_int_equal(receive_one(receiver, &message), 1);
	assert_int_equal(message.size, 5);
	assert_memory_equal(message.data, "hello", 5);
	assert_describes(&message, group, &message.destination, 7);
	send_text(sender, ""); /* an empty datagram is one */
	assert_receives(receiver, "");
	assert_int_equal(counter(sender, "sent"), 2);
	assert_int_equal(counter(sender, "sent_bytes"), 5);
	assert_int_equal(counter(receiver, "received"), 2);
	assert_int_equal(counter(receiver, "received_bytes"), 5);
	assert_int_equal(counter(receiver, "kernel_drops"), 0);
	hostcast_free(sender);
	hostcast_free(receiver);
}

static void a_group_delivers(void **state)
{
	(void)state;
	deliver_to(GROUP);
}

static void an_ipv6_group_delivers(void **state)
{
	(void)state;
	skip_without_ipv6(GROUP_6);
	deliver_to(GROUP_6);
	deliver_to("[ff12::77:1%lo]:7701");
}

/* More groups than the 20 memberships that a socket takes, each heard once. */
static void hear_range(const char *range, const char *first, size_t count)
{
	struct hostcast *receiver = open_lo(range, HOSTCAST_RECEIVE);
	struct hostcast *sender = open_lo(range, HOSTCAST_SEND);
	struct hostcast_message message;
	bool *is_heard = calloc(count, sizeof *is_heard);

	assert_non_null(is_heard);
	send_text(sender, "to all");
	for (size_t i = 0; i < count; i++) {
		const uint8_t *ip;
		size_t number;

		assert_int_equal(receive_one(receiver, &message), 1);
		ip = message.destination.any.sa_family == AF_INET
			     ? (const uint8_t *)&message.destination.v4.sin_addr + 3
			     : message.destination.v6.sin6_addr.s6_addr + 15;
		number = (size_t)(*ip - 1); /* the ranges begin with ...1 */
		assert_true(number < count && !is_heard[number]);
		is_heard[number] = true;
		if (number == 0)
			assert_true(has_text(&message.destination, first));
	}
	assert_int_equal(hostcast_receive(receiver, &message, 1), 0);
	assert_int_equal(counter(sender, "sent"), count);
	free(is_heard);
	hostcast_free(sender);
	hostcast_free(receiver);
}

static void a_range_delivers_to_each_group_once(void **state)
{
	(void)state;
	hear_range("239.77.2.1+45:7702", "239.77.2.1:7702", 45);
}

static void an_ipv6_range_delivers_to_each_group_once(void **state)
{
	(void)state;
	skip_without_ipv6(GROUP_6);
	hear_range("[ff15::77:201+45]:7702", "[ff15::77:201]:7702", 45);
}

static void a_range_is_joined_whole_or_not_at_all(void **state)
{
	struct hostcast *h = new_on("lo");
	size_t descriptors = open_descriptors();
	struct rlimit before, few;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){descriptors + 20, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_fails(h, hostcast_open(h, "239.77.2.1+45", HOSTCAST_RECEIVE), HOSTCAST_REFUSED,
		     "ulimit -n");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(open_descriptors(), descriptors);
	assert_int_equal(hostcast_open(h, "239.77.2.1+45", HOSTCAST_RECEIVE), 0);
	hostcast_free(h);
}

/* Only "mark" arrives: what was sent to the group before was not wanted. */
static void assert_not_heard(const char *interface, struct hostcast *receiver,
			     struct hostcast *sender)
{
	struct hostcast *marker = open_on(interface, MARK, HOSTCAST_SEND);
	struct hostcast_message message;

	assert_int_equal(hostcast_open(receiver, MARK, HOSTCAST_RECEIVE), 0);
	send_text(sender, "not wanted");
	send_text(marker, "mark");
	assert_receives(receiver, "mark");
	assert_int_equal(hostcast_receive(receiver, &message, 1), 0);
	hostcast_free(marker);
	hostcast_free(receiver);
	hostcast_free(sender);
}

static struct hostcast *open_sender_from(const char *source, const char *target)
{
	struct hostcast *sender = new_on("lo");

	assert_int_equal(hostcast_set_source(sender, source), 0);
	assert_int_equal(hostcast_open(sender, target, HOSTCAST_SEND), 0);
	return sender;
}

static void a_source_specific_group_hears_its_source_alone(void **state)
{
	struct hostcast *sender = open_sender_from("127.0.0.1", "232.77.1.1:7701");
	struct hostcast *receiver = open_lo("127.0.0.1@232.77.1.1:7701", HOSTCAST_RECEIVE);
	struct hostcast *other = open_lo("127.0.0.9@232.77.1.1:7701", HOSTCAST_RECEIVE);

	(void)state;
	send_text(sender, "hello");
	assert_receives(receiver, "hello");
	hostcast_free(receiver);
	assert_not_heard("lo", other, sender);
}

static void a_blocked_source_is_not_heard(void **state)
{
	struct hostcast *receiver = new_on("lo");
	struct hostcast *sender = open_sender_from("127.0.0.2:7755", GROUP);
	struct hostcast_message message;

	(void)state;
	hostcast_set_blocked(receiver, "127.0.0.3");
	hostcast_set_blocked(receiver, "::1"); /* of the other family: no matter */
	assert_int_equal(hostcast_open(receiver, GROUP, HOSTCAST_RECEIVE), 0);
	send_text(sender, "hello");
	assert_int_equal(receive_one(receiver, &message), 1);
	assert_true(has_text(&message.source, "127.0.0.2:7755"));
	hostcast_free(sender);
	assert_not_heard("lo", receiver, open_sender_from("127.0.0.3", GROUP));
}

static void members_on_this_host_do_not_hear_what_is_not_looped(void **state)
{
	struct hostcast *sender;

	(void)state;
	skip_unless_private();
	sender = new_on("near"); /* loopback itself always loops back */
	hostcast_set_loop(sender, false);
	assert_int_equal(hostcast_open(sender, GROUP, HOSTCAST_SEND), 0);
	assert_not_heard("near", open_on("near", GROUP, HOSTCAST_RECEIVE), sender);
}

static void options_are_those_of_the_open_that_follows(void **state)
{
	struct hostcast *sender = new_on("lo"),
			*first = open_on("lo", "239.77.1.8:7708", HOSTCAST_RECEIVE);
	struct hostcast *second = open_on("lo", "239.77.1.9:7708", HOSTCAST_RECEIVE);
	struct hostcast_message message;

	(void)state;
	assert_int_equal(hostcast_set_ttl(sender, 3), 0);
	assert_int_equal(hostcast_open(sender, "239.77.1.8:7708", HOSTCAST_SEND), 0);
	assert_int_equal(hostcast_set_ttl(sender, 7), 0);
	assert_int_equal(hostcast_open(sender, "239.77.1.9:7708", HOSTCAST_SEND), 0);
	send_text(sender, "hello");
	assert_int_equal(receive_one(first, &message), 1);
	assert_int_equal(message.ttl, 3);
	assert_int_equal(receive_one(second, &message), 1);
	assert_int_equal(message.ttl, 7);
	hostcast_free(sender);
	hostcast_free(first);
	hostcast_free(second);
}

static void uses_several_interfaces(void **state)
{
	struct hostcast *near, *far, *all = hostcast_new();
	struct hostcast_message message;
	const char *notice;

	(void)state;
	skip_unless_private();
	near = new_on("near");
	far = open_on("far", GROUP, HOSTCAST_RECEIVE);
	hostcast_set_interface(near, "lo");
	assert_int_equal(hostcast_open(near, GROUP, HOSTCAST_SEND | HOSTCAST_RECEIVE), 0);
	assert_int_equal(hostcast_open(all, GROUP, HOSTCAST_RECEIVE), 0);
	notice = hostcast_notice(all);
	assert_string_equal(notice, "joined 239.77.1.1:7701 on lo, far, near");
	assert_null(hostcast_notice(all));
	send_text(near, "hello");
	assert_int_equal(counter(near, "sent"), 2);
	assert_int_equal(receive_one(far, &message), 1); /* through the cable, once */
	assert_true(has_text(&message.destination, GROUP));
	assert_int_equal(message.interface_index, if_nametoindex("far"));
	for (int i = 0; i < 2; i++) { /* looped back on each interface, its own both times */
		assert_int_equal(receive_one(near, &message), 1);
		assert_int_equal(message.flags, HOSTCAST_OWN);
	}
	for (int i = 0; i < 3; i++)
		assert_receives(all, "hello");
	hostcast_free(near);
	hostcast_free(far);
	hostcast_free(all);
}

static bool set_memberships(int number)
{
	FILE *file = fopen("/proc/sys/net/ipv4/igmp_max_memberships", "we");
	bool is_written = file && fprintf(file, "%d\n", number) > 0;

	return file && fclose(file) == 0 && is_written;
}

static void the_limit_of_memberships_is_worked_around_or_said(void **state)
{
	struct hostcast *h = hostcast_new();

	(void)state;
	skip_unless_private();
	if (!set_memberships(1)) {
		print_message("the system's settings cannot be changed here\n");
		skip();
	}
	assert_int_equal(hostcast_open(h, GROUP, HOSTCAST_RECEIVE), 0); /* three interfaces */
	assert_true(set_memberships(0));
	assert_fails(h, hostcast_open(h, "239.77.1.2:7701", HOSTCAST_RECEIVE), HOSTCAST_REFUSED,
		     "igmp_max_memberships");
	assert_true(set_memberships(20));
	hostcast_free(h);
}

/* ---- Hosts ---- */

static void speak_to_host(const char *target)
{
	struct hostcast *receiver = hostcast_new(), *sender = hostcast_new();
	struct hostcast_message message;

	assert_int_equal(hostcast_open(receiver, target, HOSTCAST_RECEIVE), 0);
	assert_int_equal(hostcast_open(sender, target, HOSTCAST_SEND), 0);
	send_text(sender, "hello");
	assert_int_equal(receive_one(receiver, &message), 1);
	assert_int_equal(message.flags, 0);
	assert_true(has_text(&message.destination, target));
	assert_int_equal(hostcast_send_to(receiver, &message.source, "answer", 6), 0);
	assert_int_equal(counter(receiver, "sent"), 1);
	hostcast_free(sender);
	hostcast_free(receiver);
}

static void a_host_is_spoken_to(void **state)
{
	(void)state;
	speak_to_host("127.0.0.1:7710");
}

static void an_ipv6_host_is_spoken_to(void **state)
{
	(void)state;
	skip_without_ipv6("[::1]:7710");
	speak_to_host("[::1]:7710");
}

static void a_host_that_refuses_is_told_and_does_not_stop_sending(void **state)
{
	struct hostcast *h = hostcast_new();
	struct hostcast_message message;

	(void)state;
	assert_int_equal(hostcast_open(h, "127.0.0.1:7711", HOSTCAST_SEND), 0);
	send_text(h, "is there anybody?");
	wait_for(h);
	assert_fails(h, hostcast_receive(h, &message, 1), HOSTCAST_ADDRESS,
		     "127.0.0.1:7711 refuses");
	assert_int_equal(counter(h, "refused"), 1);
	send_text(h, "again");
	send_text(h, "and again"); /* the refusal of the last one comes out here, and is counted */
	assert_int_equal(counter(h, "sent"), 3);
	assert_int_equal(counter(h, "refused"), 2);
	hostcast_free(h);
}

static void a_port_in_use_names_its_holder(void **state)
{
	struct hostcast *one = hostcast_new(), *other = hostcast_new();
	char holder[64];

	(void)state;
	assert_int_equal(hostcast_open(one, "127.0.0.1:7712", HOSTCAST_RECEIVE), 0);
	snprintf(holder, sizeof holder, "in use by test_library (process %d)", (int)getpid());
	assert_fails(other, hostcast_open(other, "127.0.0.1:7712", HOSTCAST_RECEIVE),
		     HOSTCAST_REFUSED, holder);
	assert_string_equal(hostcast_error_text(one), ""); /* an error is its handle's alone */
	hostcast_free(one);
	assert_int_equal(hostcast_open(other, "127.0.0.1:7712", HOSTCAST_RECEIVE), 0);
	hostcast_free(other);
}

static void some_hosts_cannot_be_sent_to(void **state)
{
	struct hostcast *h = hostcast_new();
	union hostcast_address none = {0};

	(void)state;
	assert_fails(h, hostcast_send(h, &(struct iovec){0}, 1), HOSTCAST_INVALID, "no target");
	assert_fails(h, hostcast_send_to(h, &none, "x", 1), HOSTCAST_INVALID, "neither");
	assert_int_equal(hostcast_set_ttl(h, 0), 0);
	assert_fails(h, hostcast_open(h, "127.0.0.1", HOSTCAST_SEND), HOSTCAST_INVALID, "TTL 0");
	hostcast_set_ttl(h, 1);
	hostcast_set_source(h, "192.0.2.77");
	assert_fails(h, hostcast_open(h, "127.0.0.1", HOSTCAST_SEND), HOSTCAST_ADDRESS,
		     "192.0.2.77:0 is not an address of this host");
	hostcast_free(h);
}

static void where_no_route_leads_it_is_said(void **state)
{
	struct hostcast *h = hostcast_new();

	(void)state;
	skip_unless_private();
	assert_fails(h, hostcast_open(h, "203.0.113.1", HOSTCAST_SEND), HOSTCAST_ADDRESS,
		     "203.0.113.1:5004 cannot be reached");
	assert_int_equal(hostcast_open(h, "239.77.3.1", HOSTCAST_SEND), 0);
	assert_string_equal(
		hostcast_notice(h),
		"there is no route to 239.77.3.1; sending on far (choose with --interface)");
	hostcast_free(h);
}

/* ---- Moving datagrams ---- */

static void moves_batches(void **state)
{
	struct hostcast *receiver = open_lo(GROUP, HOSTCAST_RECEIVE);
	struct hostcast *sender = open_lo(GROUP, HOSTCAST_SEND);
	struct hostcast_message messages[2 * HOSTCAST_BATCH];
	struct iovec payloads[150];
	unsigned char numbers[150], next = 0;

	(void)state;
	for (size_t i = 0; i < 150; i++) {
		numbers[i] = (unsigned char)i;
		payloads[i] = (struct iovec){&numbers[i], 1};
	}
	assert_int_equal(hostcast_send(sender, payloads, 150), 150);
	while (next < 150) {
		size_t most = next == 0 ? 3 : COUNT_OF(messages);
		int count;

		wait_for(receiver);
		count = hostcast_receive(receiver, messages, most);
		assert_in_range(count, 1, next == 0 ? 3 : HOSTCAST_BATCH);
		for (int i = 0; i < count; i++)
			assert_int_equal(*(const unsigned char *)messages[i].data, next++);
	}
	hostcast_free(sender);
	hostcast_free(receiver);
}

/* Sends so many, one by one, and receives them. */
static void pass_through(struct hostcast *sender, struct hostcast *receiver, unsigned count)
{
	struct hostcast_message messages[HOSTCAST_BATCH];
	unsigned next = 0;

	for (unsigned i = 0; i < count; i++) {
		struct iovec payload = {&i, sizeof i};

		assert_int_equal(hostcast_send(sender, &payload, 1), 1);
	}
	while (next < count) {
		int got;

		wait_for(receiver);
		got = hostcast_receive(receiver, messages, HOSTCAST_BATCH);
		assert_in_range(got, 0, HOSTCAST_BATCH);
		for (int i = 0; i < got; i++, next++)
			assert_memory_equal(messages[i].data, &next, sizeof next);
	}
}

/* Where one comes at a time only one is looked for; the descriptor tells that there are more. */
static void singles_and_bursts_take_turns(void **state)
{
	struct hostcast *receiver = open_lo(GROUP, HOSTCAST_RECEIVE), *sender = new_on("lo");
	struct pollfd more = {.fd = hostcast_fd(receiver), .events = POLLIN};
	struct hostcast_message message;

	(void)state;
	assert_int_equal(hostcast_set_trains(sender, false), 0);
	assert_int_equal(hostcast_open(sender, GROUP, HOSTCAST_SEND), 0);
	for (unsigned singles = 0; singles < 40; singles++) {
		for (unsigned i = 0; i < singles; i++)
			pass_through(sender, receiver, 1);
		pass_through(sender, receiver, 2 + singles);
	}
	assert_int_equal(hostcast_receive(receiver, &message, 1), 0);
	assert_int_equal(poll(&more, 1, 0), 0);
	hostcast_free(sender);
	hostcast_free(receiver);
}

/* More than are listed as ready at once, and each has more than it gives at once. */
static void reads_many_sockets(void **state)
{
	enum { SOCKETS = 80, EACH = 20 };
	struct hostcast *receiver = hostcast_new(), *sender = hostcast_new();
	struct hostcast_message messages[HOSTCAST_BATCH];
	char target[32];
	int received = 0, count;

	(void)state;
	assert_int_equal(hostcast_set_trains(sender, false), 0);
	for (unsigned i = 0; i < SOCKETS; i++) {
		snprintf(target, sizeof target, "127.0.0.1:%u", 20000 + i);
		assert_int_equal(hostcast_open(receiver, target, HOSTCAST_RECEIVE), 0);
		assert_int_equal(hostcast_open(sender, target, HOSTCAST_SEND), 0);
	}
	for (unsigned i = 0; i < EACH; i++)
		send_text(sender, "to all of them");
	while (received < SOCKETS * EACH) {
		wait_for(receiver);
		count = hostcast_receive(receiver, messages, HOSTCAST_BATCH);
		assert_in_range(count, 0, HOSTCAST_BATCH);
		received += count;
	}
	assert_int_equal(hostcast_receive(receiver, messages, HOSTCAST_BATCH), 0);
	hostcast_free(sender);
	hostcast_free(receiver);
}

static void marks_what_is_cut_off(void **state)
{
	struct hostcast *receiver = open_lo(GROUP, HOSTCAST_RECEIVE);
	struct hostcast *sender = open_lo(GROUP, HOSTCAST_SEND);
	struct hostcast_message message;

	(void)state;
	assert_int_equal(hostcast_set_receive_size(receiver, 4), 0);
	send_text(sender, "12345");
	send_text(sender, "1234");
	assert_int_equal(receive_one(receiver, &message), 1);
	assert_int_equal(message.flags, HOSTCAST_CUT_OFF);
	assert_int_equal(message.size, 4);
	assert_int_equal(message.full_size, 5);
	assert_memory_equal(message.data, "1234", 4);
	assert_int_equal(receive_one(receiver, &message), 1);
	assert_int_equal(message.flags, 0);
	assert_int_equal(counter(receiver, "cut_off"), 1);
	assert_fails(receiver, hostcast_set_receive_size(receiver, 5), HOSTCAST_INVALID,
		     "after the first receive");
	hostcast_free(sender);
	hostcast_free(receiver);
}

static void details_are_left_out_if_not_wanted(void **state)
{
	struct hostcast *receiver = new_on("lo"), *sender = open_lo(GROUP, HOSTCAST_SEND);
	struct hostcast_message message;

	(void)state;
	assert_int_equal(hostcast_set_details(receiver, false), 0);
	assert_int_equal(hostcast_open(receiver, GROUP, HOSTCAST_RECEIVE), 0);
	send_text(sender, "hello");
	assert_int_equal(receive_one(receiver, &message), 1);
	assert_true(message.interface_index == 0 && message.ttl == -1 && message.time_ns == 0);
	assert_true(has_text(&message.destination, GROUP));
	assert_int_equal(hostcast_send_to(receiver, &message.source, "answer", 6), 0);
	assert_int_equal(receive_one(sender, &message), 1);
	assert_true(message.interface_index > 0 && message.ttl > 0 && message.time_ns > 0);
	hostcast_free(sender);
	hostcast_free(receiver);
}

/* The sender hears the port that it sent to, which the receiver listens at. */
static void answers_from_where_a_message_arrived(void **state)
{
	struct hostcast *receiver = hostcast_new(), *sender = hostcast_new();
	struct hostcast_message message, answer;

	(void)state;
	assert_int_equal(hostcast_open(receiver, "127.0.0.1:7703", HOSTCAST_RECEIVE), 0);
	assert_int_equal(hostcast_open(sender, "127.0.0.1:7703", HOSTCAST_SEND), 0);
	send_text(sender, "hello");
	assert_int_equal(receive_one(receiver, &message), 1);
	assert_int_equal(hostcast_answer(receiver, &message, "answer", 6), 0);
	assert_int_equal(receive_one(sender, &answer), 1);
	assert_true(has_text(&answer.source, "127.0.0.1:7703"));
	assert_memory_equal(answer.data, "answer", 6);
	message.destination.v4.sin_port = htons(7704);
	assert_fails(receiver, hostcast_answer(receiver, &message, "answer", 6), HOSTCAST_INVALID,
		     "no socket hears");
	message.source.any.sa_family = AF_UNSPEC;
	assert_fails(receiver, hostcast_answer(receiver, &message, "answer", 6), HOSTCAST_INVALID,
		     "neither IPv4 nor IPv6");
	hostcast_free(sender);
	hostcast_free(receiver);
}

/* From all of its sockets, and answers too, without anybody waiting on the descriptor. */
static void is_polled_busily(void **state)
{
	struct hostcast *receiver = new_on("lo"), *sender = open_lo(GROUP, HOSTCAST_SEND);
	struct hostcast_message message;
	int count;

	(void)state;
	assert_int_equal(hostcast_set_busy_poll(receiver, true), 0);
	assert_int_equal(hostcast_open(receiver, "239.77.1.2:7702", HOSTCAST_RECEIVE), 0);
	assert_int_equal(hostcast_open(receiver, GROUP, HOSTCAST_RECEIVE), 0);
	assert_int_equal(hostcast_receive(receiver, &message, 1), 0);
	for (unsigned i = 0; i < 3; i++) {
		send_text(sender, "hello");
		while ((count = hostcast_receive(receiver, &message, 1)) == 0)
			;
		assert_int_equal(count, 1);
		assert_memory_equal(message.data, "hello", 5);
	}
	hostcast_free(sender);
	hostcast_free(receiver);
}

/* As if the system refused them: nothing is lost, and it is said once. */
static void trains_may_be_refused(void **state)
{
	struct hostcast *receiver = open_lo(GROUP, HOSTCAST_RECEIVE), *sender = new_on("lo");
	const struct iovec payloads[] = {{"one", 3}, {"two", 3}, {"six", 3}};
	struct hostcast_message message;
	const char *notice;

	(void)state;
	assert_int_equal(hostcast_set_trains(sender, false), 0);
	assert_int_equal(hostcast_open(sender, GROUP, HOSTCAST_SEND), 0);
	assert_null(hostcast_notice(sender));
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(hostcast_send(sender, payloads, COUNT_OF(payloads)),
				 COUNT_OF(payloads));
		for (size_t i = 0; i < COUNT_OF(payloads); i++) {
			assert_int_equal(receive_one(receiver, &message), 1);
			assert_memory_equal(message.data, payloads[i].iov_base, 3);
		}
		notice = hostcast_notice(sender);
		assert_true((notice && strstr(notice, "refuses to send several")) == (round == 0));
	}
	hostcast_free(sender);
	hostcast_free(receiver);
}

static void fragments_may_be_refused(void **state)
{
	struct hostcast *sender = new_on("lo");

	(void)state;
	assert_int_equal(hostcast_set_no_fragment(sender, true), 0);
	assert_int_equal(hostcast_open(sender, GROUP, HOSTCAST_SEND), 0);
	send_text(sender, "this fits"); /* tests/net has a path where some do not */
	hostcast_free(sender);
}

static void tells_own_messages_and_answers(void **state)
{
	struct hostcast *one = open_lo(GROUP, HOSTCAST_SEND | HOSTCAST_RECEIVE);
	struct hostcast *other = open_lo(GROUP, HOSTCAST_SEND | HOSTCAST_RECEIVE);
	struct hostcast_message message;

	(void)state;
	send_text(one, "question");
	assert_int_equal(receive_one(one, &message), 1);
	assert_int_equal(message.flags, HOSTCAST_OWN);
	assert_int_equal(receive_one(other, &message), 1);
	assert_int_equal(message.flags, 0);
	assert_int_equal(hostcast_send_to(other, &message.source, "answer", 6), 0);
	assert_int_equal(receive_one(one, &message), 1);
	assert_int_equal(message.flags, HOSTCAST_ANSWER);
	assert_memory_equal(message.data, "answer", 6);
	hostcast_free(one);
	hostcast_free(other);
}

/* The largest there is arrives, one byte more is refused with the limit. */
static void send_largest(const char *target, size_t largest)
{
	struct hostcast *receiver = open_lo(target, HOSTCAST_RECEIVE);
	struct hostcast *sender = new_on("lo");
	char *bytes = calloc(1, largest + 1);
	struct iovec payloads[] = {{bytes, largest}, {bytes, largest + 1}};
	union hostcast_address to;
	struct hostcast_message message;

	assert_non_null(bytes);
	hostcast_set_buffers(sender, 1 << 20, 0);
	assert_int_equal(hostcast_max_size(sender), HOSTCAST_MAX_SIZE_6);
	assert_int_equal(hostcast_open(sender, target, HOSTCAST_SEND), 0);
	assert_int_equal(hostcast_max_size(sender), largest);
	assert_int_equal(hostcast_send(sender, payloads, 2), 1);
	assert_fails(sender, hostcast_send(sender, payloads + 1, 1), HOSTCAST_TOO_LARGE, "65507");
	assert_int_equal(receive_one(receiver, &message), 1);
	assert_int_equal(message.size, largest);
	to = message.source;
	assert_fails(receiver, hostcast_send_to(receiver, &to, bytes, largest + 1),
		     HOSTCAST_TOO_LARGE, "65527");
	free(bytes);
	hostcast_free(sender);
	hostcast_free(receiver);
}

static void what_is_too_large_is_refused(void **state)
{
	(void)state;
	send_largest(GROUP, HOSTCAST_MAX_SIZE_4);
}

static void what_is_too_large_is_refused_over_ipv6(void **state)
{
	struct hostcast *both = open_lo(GROUP, HOSTCAST_SEND);

	(void)state;
	skip_without_ipv6(GROUP_6);
	send_largest(GROUP_6, HOSTCAST_MAX_SIZE_6);
	assert_int_equal(hostcast_open(both, GROUP_6, HOSTCAST_SEND), 0);
	assert_int_equal(hostcast_max_size(both), HOSTCAST_MAX_SIZE_4); /* the smaller one */
	hostcast_free(both);
}

/* A queue on the cable lets the send buffer fill up; then the descriptor tells when there is room,
 * and of three groups none misses a message or gets it twice. */
static void waits_for_room_in_the_send_buffer(void **state)
{
	struct hostcast *sender, *receiver;
	struct hostcast_message messages[HOSTCAST_BATCH];
	char bytes[1000] = "";
	struct iovec payload = {bytes, sizeof bytes};
	int sent = 0, received = 0, waits = 0;

	(void)state;
	skip_unless_private();
	sender = new_on("near");
	receiver = open_on("far", "239.77.4.1+3:7704", HOSTCAST_RECEIVE);
	if (system("tc qdisc add dev near root tbf rate 8mbit burst 4kb limit 200kb") != 0) {
		print_message("there is no queue with a rate (tc qdisc ... tbf) here\n");
		skip();
	}
	hostcast_set_buffers(sender, 2000, 0);
	assert_int_equal(hostcast_open(sender, "239.77.4.1+3:7704", HOSTCAST_SEND), 0);
	while (sent < 50) {
		int code = hostcast_send(sender, &payload, 1);

		if (code == HOSTCAST_AGAIN) {
			waits++;
			wait_for(sender);
			assert_int_equal(hostcast_receive(sender, messages, HOSTCAST_BATCH), 0);
			continue;
		}
		assert_int_equal(code, 1);
		sent++;
	}
	while (received < 150) {
		wait_for(receiver);
		received += hostcast_receive(receiver, messages, HOSTCAST_BATCH);
	}
	assert_int_equal(system("tc qdisc del dev near root"), 0);
	assert_true(waits > 0);
	assert_int_equal(received, 150);
	assert_int_equal(counter(sender, "sent"), 150);
	hostcast_free(sender);
	hostcast_free(receiver);
}

static void the_kernel_s_drops_are_counted(void **state)
{
	struct hostcast *sender = open_lo(GROUP, HOSTCAST_SEND), *receiver = new_on("lo");
	struct hostcast_message messages[HOSTCAST_BATCH];
	int count, received = 0;

	(void)state;
	hostcast_set_buffers(receiver, 0, 1);
	assert_int_equal(hostcast_open(receiver, GROUP, HOSTCAST_RECEIVE), 0);
	for (int i = 0; i < 500; i++)
		send_text(sender, "more than it can hold");
	wait_for(receiver);
	while ((count = hostcast_receive(receiver, messages, HOSTCAST_BATCH)) > 0)
		received += count;
	assert_true(received > 0);
	assert_int_equal(counter(receiver, "kernel_drops"), 500 - received);
	hostcast_free(sender);
	hostcast_free(receiver);
}

/* ---- Threads ---- */

/* ---- Trees ---- */

/* A rendezvous point as T-3 and T-4 have it; whoever waits keeps it going. */
struct rdv {
	int fd;
	union hostcast_address address, root; /* root family 0: none */
	char target[HOSTCAST_TEXT_SIZE + 8];
};

static struct rdv open_rdv(int family)
{
	struct rdv rdv = {.fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
	socklen_t size = sizeof rdv.address;
	char text[HOSTCAST_TEXT_SIZE];

	assert_true(rdv.fd >= 0);
	rdv.address.any.sa_family = (sa_family_t)family;
	if (family == AF_INET)
		rdv.address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		rdv.address.v6.sin6_addr = in6addr_loopback;
	if (bind(rdv.fd, &rdv.address.any, size) < 0) {
		print_message("no IPv%c loopback here\n", family == AF_INET ? '4' : '6');
		close(rdv.fd);
		skip();
	}
	assert_int_equal(getsockname(rdv.fd, &rdv.address.any, &size), 0);
	snprintf(rdv.target, sizeof rdv.target, "tree://%s",
		 hostcast_address_text(&rdv.address, text));
	return rdv;
}

static bool is_same(const union hostcast_address *a, const union hostcast_address *b)
{
	char text_a[HOSTCAST_TEXT_SIZE], text_b[HOSTCAST_TEXT_SIZE];

	return strcmp(hostcast_address_text(a, text_a), hostcast_address_text(b, text_b)) == 0;
}

static void write_root(const struct rdv *rdv, char *answer, size_t size)
{
	char ip[INET6_ADDRSTRLEN];
	const union hostcast_address *root = &rdv->root;
	bool is_v6 = root->any.sa_family == AF_INET6;

	strcpy(answer, "TOOR\n");
	if (root->any.sa_family == AF_UNSPEC)
		return;
	if (is_v6)
		inet_ntop(AF_INET6, &root->v6.sin6_addr, ip, sizeof ip);
	else
		inet_ntop(AF_INET, &root->v4.sin_addr, ip, sizeof ip);
	snprintf(answer, size, "TOOR\n%s %d", ip,
		 ntohs(is_v6 ? root->v6.sin6_port : root->v4.sin_port));
}

static void answer_one(struct rdv *rdv, const char *request, const union hostcast_address *from,
		       socklen_t size)
{
	char answer[80] = "";

	if (strncmp(request, "ROOT", 4) == 0)
		write_root(rdv, answer, sizeof answer);
	if (strncmp(request, "RREG", 4) == 0) {
		bool is_free = rdv->root.any.sa_family == AF_UNSPEC;

		if (is_free)
			rdv->root = *from;
		strcpy(answer, is_same(&rdv->root, from) ? "YREG\n" : "NREG\n");
	}
	if (strncmp(request, "LEAV", 4) == 0 && is_same(&rdv->root, from))
		rdv->root = (union hostcast_address){0};
	if (*answer)
		sendto(rdv->fd, answer, strlen(answer), 0, &from->any, size);
}

static void answer_all(struct rdv *rdv)
{
	union hostcast_address from = {0};
	socklen_t size = sizeof from;
	char request[80] = "";

	while (recvfrom(rdv->fd, request, sizeof request - 1, 0, &from.any, &size) >= 0) {
		answer_one(rdv, request, &from, size);
		memset(request, 0, sizeof request);
		size = sizeof from;
	}
}

/* A tree in this process: handles that take turns, and what each has heard. */
enum { TREE_HANDLES = 4 };

struct heard {
	struct hostcast_message message; /* the last one */
	char text[16];                   /* its payload, or the beginning */
	char notices[1024];
	size_t count;
};

struct grove {
	struct rdv rdv;
	struct hostcast *handles[TREE_HANDLES];
	struct heard heard[TREE_HANDLES];
	size_t count;
};

static struct grove *plant(int family)
{
	struct grove *grove = calloc(1, sizeof *grove);

	assert_non_null(grove);
	grove->rdv = open_rdv(family);
	return grove;
}

static void fell(struct grove *grove)
{
	for (size_t i = 0; i < grove->count; i++)
		hostcast_free(grove->handles[i]);
	close(grove->rdv.fd);
	free(grove);
}

/* Opens the tree with a handle that has its options already, and gives its number. */
static size_t add_handle(struct grove *grove, struct hostcast *h, unsigned mode)
{
	if (hostcast_open(h, grove->rdv.target, mode) != 0)
		fail_msg("%s", hostcast_error_text(h));
	grove->handles[grove->count] = h;
	return grove->count++;
}

static size_t add_new(struct grove *grove, unsigned mode)
{
	return add_handle(grove, hostcast_new(), mode);
}

static void take_turn(struct hostcast *h, struct heard *heard)
{
	struct hostcast_message messages[HOSTCAST_BATCH];
	int count = hostcast_receive(h, messages, HOSTCAST_BATCH);
	const char *notice;

	if (count < 0)
		fail_msg("%s", hostcast_error_text(h));
	for (int i = 0; i < count; i++) {
		heard->message = messages[i];
		snprintf(heard->text, sizeof heard->text, "%.*s", (int)messages[i].size,
			 (const char *)messages[i].data);
		heard->count++;
	}
	while ((notice = hostcast_notice(h)))
		strncat(heard->notices, notice, sizeof heard->notices - strlen(heard->notices) - 1);
}

/* Waits until somebody has something to do, and lets all do it. */
static void turn(struct grove *grove)
{
	struct pollfd ready[TREE_HANDLES + 1] = {{.fd = grove->rdv.fd, .events = POLLIN}};

	for (size_t i = 0; i < grove->count; i++)
		ready[i + 1] =
			(struct pollfd){.fd = hostcast_fd(grove->handles[i]), .events = POLLIN};
	if (poll(ready, grove->count + 1, LIMIT_MS) < 1)
		fail_msg("nothing comes");
	answer_all(&grove->rdv);
	for (size_t i = 0; i < grove->count; i++)
		if (ready[i + 1].revents)
			take_turn(grove->handles[i], &grove->heard[i]);
}

static void wait_for_notice(struct grove *grove, size_t number, const char *text)
{
	while (!strstr(grove->heard[number].notices, text))
		turn(grove);
}

static void wait_until_heard(struct grove *grove, size_t number, size_t count)
{
	while (grove->heard[number].count < count)
		turn(grove);
}

/* The first one is the root, the others its children. */
static void add_nodes(struct grove *grove, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t number = add_new(grove, HOSTCAST_SEND | HOSTCAST_RECEIVE);

		wait_for_notice(grove, number, i == 0 ? "is now the root" : "is now a child of");
	}
}

static void deliver_in_tree(int family)
{
	struct grove *grove = plant(family);

	add_nodes(grove, 3);
	for (size_t from = 0; from < 3; from++) {
		char text[16];

		snprintf(text, sizeof text, "from %zu", from);
		send_text(grove->handles[from], text);
		for (size_t i = 0; i < 3; i++) {
			const struct heard *heard = &grove->heard[i];

			wait_until_heard(grove, i, from + 1);
			assert_string_equal(heard->text, text);
			assert_int_equal(heard->message.flags, i == from ? HOSTCAST_OWN : 0);
			assert_int_equal(heard->message.source.any.sa_family, AF_UNSPEC);
			assert_true(is_same(&heard->message.destination, &grove->rdv.address));
			assert_int_equal(heard->message.interface_index, 0);
			assert_int_equal(heard->message.ttl, -1);
			assert_true(heard->message.time_ns > 0);
			assert_int_equal(heard->message.full_size, 6);
		}
	}
	for (size_t i = 0; i < 3; i++) { /* each once */
		assert_int_equal(grove->heard[i].count, 3);
		assert_int_equal(counter(grove->handles[i], "received"), 3);
		assert_int_equal(counter(grove->handles[i], "received_bytes"), 18);
		assert_int_equal(counter(grove->handles[i], "sent"), 1);
		assert_int_equal(counter(grove->handles[i], "sent_bytes"), 6);
		assert_int_equal(counter(grove->handles[i], "tree_held"), 0);
		assert_int_equal(counter(grove->handles[i], "tree_lost"), 0);
		assert_int_equal(counter(grove->handles[i], "tree_unsent"), 0);
	}
	fell(grove);
}

static void a_tree_delivers(void **state)
{
	(void)state;
	deliver_in_tree(AF_INET);
}

static void an_ipv6_tree_delivers(void **state)
{
	(void)state;
	deliver_in_tree(AF_INET6);
}

static void who_only_sends_to_a_tree_waits_for_its_root(void **state)
{
	struct grove *grove = plant(AF_INET);
	size_t sender = add_new(grove, HOSTCAST_SEND), node;

	(void)state;
	send_text(grove->handles[sender], "early");
	assert_int_equal(counter(grove->handles[sender], "tree_held"), 1);
	turn(grove); /* there is no root */
	assert_int_equal(counter(grove->handles[sender], "tree_held"), 1);
	node = add_new(grove, HOSTCAST_RECEIVE);
	wait_until_heard(grove, node, 1);
	assert_string_equal(grove->heard[node].text, "early");
	assert_int_equal(grove->heard[node].message.flags, 0);
	assert_int_equal(counter(grove->handles[sender], "tree_held"), 0);
	assert_int_equal(counter(grove->handles[sender], "sent"), 1);
	fell(grove);
}

/* Nothing is lost: what no more room is for waits with the caller. */
static void so_much_waits_for_the_root_of_a_tree(void **state)
{
	struct grove *grove = plant(AF_INET);
	struct iovec payload = {(void *)(uintptr_t) "x", 1};
	size_t sender = add_new(grove, HOSTCAST_SEND), node, sent = 0;
	int status;

	(void)state;
	while ((status = hostcast_send(grove->handles[sender], &payload, 1)) == 1)
		sent++;
	assert_int_equal(status, HOSTCAST_AGAIN);
	assert_int_equal(sent, 1024);
	assert_non_null(strstr(hostcast_error_text(grove->handles[sender]), "wait for a root"));
	node = add_new(grove, HOSTCAST_RECEIVE);
	while (hostcast_send(grove->handles[sender], &payload, 1) == HOSTCAST_AGAIN)
		turn(grove);
	wait_until_heard(grove, node, 1025);
	assert_int_equal(counter(grove->handles[sender], "sent"), 1025);
	assert_int_equal(counter(grove->handles[sender], "tree_lost"), 0);
	assert_int_equal(grove->heard[node].count, 1025);
	fell(grove);
}

/* A caller that only sends, and waits where it is told to, gets rid of what it has. */
static void who_only_sends_to_a_tree_need_not_receive(void **state)
{
	struct grove *grove = plant(AF_INET);
	struct hostcast *sender = hostcast_new();
	struct iovec payload = {(void *)(uintptr_t) "x", 1};
	size_t node = add_new(grove, HOSTCAST_RECEIVE), sent = 0;

	(void)state;
	wait_for_notice(grove, node, "is now the root");
	assert_int_equal(hostcast_open(sender, grove->rdv.target, HOSTCAST_SEND), 0);
	while (hostcast_send(sender, &payload, 1) == 1)
		sent++;
	answer_all(&grove->rdv);
	wait_for(sender);
	send_text(sender, "x");
	grove->handles[grove->count++] = sender;
	wait_until_heard(grove, node, sent + 1);
	fell(grove);
}

/* T-11: the rendezvous point names one who is not the root, which is node 0. Gives the sender. */
static struct hostcast *send_astray(struct grove *grove, union hostcast_address *root)
{
	struct hostcast *child = hostcast_new();
	size_t sender;

	add_nodes(grove, 1);
	*root = grove->rdv.root;
	assert_int_equal(hostcast_set_source(child, "127.0.0.1:7793"), 0);
	add_handle(grove, child, HOSTCAST_RECEIVE);
	wait_for_notice(grove, 1, "is now a child of");
	grove->rdv.root.v4.sin_port = htons(7793);
	sender = add_new(grove, HOSTCAST_SEND);
	send_text(grove->handles[sender], "astray");
	return grove->handles[sender];
}

static void what_comes_back_from_a_tree_is_sent_again(void **state)
{
	struct grove *grove = plant(AF_INET);
	union hostcast_address root;
	struct hostcast *sender = send_astray(grove, &root);

	(void)state;
	while (counter(sender, "tree_returned") == 0)
		turn(grove);
	assert_int_equal(counter(sender, "tree_held"), 1);
	grove->rdv.root = root;
	wait_until_heard(grove, 0, 1);
	wait_until_heard(grove, 1, 1);
	assert_string_equal(grove->heard[0].text, "astray");
	assert_int_equal(counter(sender, "tree_held"), 0);
	assert_int_equal(counter(sender, "tree_lost"), 0);
	assert_int_equal(counter(grove->handles[1], "tree_dropped"), 1);
	fell(grove);
}

static void what_comes_back_from_a_tree_too_often_is_counted(void **state)
{
	struct grove *grove = plant(AF_INET);
	union hostcast_address root;
	struct hostcast *sender = send_astray(grove, &root);

	(void)state;
	while (counter(sender, "tree_lost") == 0)
		turn(grove);
	assert_int_equal(counter(sender, "tree_lost"), 1);
	assert_int_equal(counter(sender, "tree_returned"), 4);
	assert_int_equal(counter(sender, "tree_held"), 0);
	assert_int_equal(grove->heard[0].count + grove->heard[1].count, 0);
	fell(grove);
}

static void a_silent_rendezvous_point_is_told(void **state)
{
	struct grove *grove = plant(AF_INET);

	(void)state;
	strcpy(grove->rdv.target, "tree://127.0.0.1:7794"); /* nobody is there */
	add_new(grove, HOSTCAST_SEND);
	add_new(grove, HOSTCAST_RECEIVE);
	send_text(grove->handles[0], "x");
	wait_for_notice(grove, 0, "127.0.0.1:7794 does not answer");
	wait_for_notice(grove, 1, "127.0.0.1:7794 does not answer");
	fell(grove);
}

static void a_node_need_not_hear_itself(void **state)
{
	struct grove *grove = plant(AF_INET);
	struct hostcast *deaf = hostcast_new();

	(void)state;
	assert_int_equal(hostcast_set_loop(deaf, false), 0);
	add_handle(grove, deaf, HOSTCAST_SEND | HOSTCAST_RECEIVE);
	wait_for_notice(grove, 0, "is now the root");
	add_new(grove, HOSTCAST_SEND | HOSTCAST_RECEIVE);
	wait_for_notice(grove, 1, "is now a child of");
	send_text(grove->handles[0], "mine");
	wait_until_heard(grove, 1, 1);
	assert_string_equal(grove->heard[1].text, "mine");
	send_text(grove->handles[1], "other");
	wait_until_heard(grove, 0, 1);
	assert_string_equal(grove->heard[0].text, "other");
	assert_int_equal(grove->heard[0].count, 1);
	assert_int_equal(counter(deaf, "received"), 1);
	fell(grove);
}

/* What another one says in the same words is not our own. */
static void others_may_send_the_same_into_a_tree(void **state)
{
	struct grove *grove = plant(AF_INET);
	struct hostcast *deaf = hostcast_new();

	(void)state;
	add_nodes(grove, 1);
	assert_int_equal(hostcast_set_loop(deaf, false), 0);
	add_handle(grove, deaf, HOSTCAST_SEND | HOSTCAST_RECEIVE);
	wait_for_notice(grove, 1, "is now a child of");
	send_text(deaf, "ping");
	wait_until_heard(grove, 0, 1);
	for (size_t i = 1; i <= 3; i++) {
		send_text(grove->handles[0], "ping");
		wait_until_heard(grove, 1, i);
		assert_int_equal(grove->heard[1].message.flags, 0);
	}
	assert_int_equal(grove->heard[1].count, 3);
	fell(grove);
}

/* T-15 */
static void freeing_a_handle_leaves_the_tree(void **state)
{
	struct grove *grove = plant(AF_INET);

	(void)state;
	add_nodes(grove, 2);
	hostcast_free(grove->handles[0]);
	grove->handles[0] = grove->handles[1];
	grove->heard[0] = grove->heard[1];
	grove->count = 1;
	wait_for_notice(grove, 0, "is no child any more of");
	wait_for_notice(grove, 0, "is now the root");
	assert_true(grove->rdv.root.any.sa_family == AF_INET);
	fell(grove);
}

static void what_is_sent_goes_to_trees_and_groups(void **state)
{
	struct grove *grove = plant(AF_INET);
	struct hostcast *both = open_lo(GROUP, HOSTCAST_SEND), *member;
	struct hostcast *node = hostcast_new();

	(void)state;
	add_handle(grove, node, HOSTCAST_RECEIVE);
	member = open_lo(GROUP, HOSTCAST_RECEIVE);
	assert_fails(both, hostcast_open(both, grove->rdv.target, HOSTCAST_SEND), HOSTCAST_INVALID,
		     "no use for an interface");
	hostcast_free(both);
	both = hostcast_new();
	assert_int_equal(hostcast_open(both, "127.0.0.1:7703", HOSTCAST_RECEIVE), 0);
	assert_int_equal(hostcast_open(both, grove->rdv.target, HOSTCAST_SEND), 0);
	assert_int_equal(hostcast_set_interface(both, "lo"), 0);
	assert_int_equal(hostcast_open(both, GROUP, HOSTCAST_SEND), 0);
	send_text(both, "to both");
	assert_receives(member, "to both");
	grove->handles[grove->count++] = both;
	wait_until_heard(grove, 0, 1);
	assert_string_equal(grove->heard[0].text, "to both");
	assert_int_equal(counter(both, "sent"), 2);
	assert_int_equal(hostcast_max_size(both), HOSTCAST_MAX_SIZE_4 - 5);
	hostcast_free(member);
	fell(grove);
}

static void largest_payload_of_a_tree(int family, size_t largest)
{
	struct grove *grove = plant(family);
	struct hostcast *h = hostcast_new();
	char *bytes = calloc(1, largest + 1);
	struct iovec payload = {bytes, largest + 1};

	assert_non_null(bytes);
	assert_int_equal(hostcast_set_receive_size(h, 10), 0);
	add_handle(grove, h, HOSTCAST_SEND | HOSTCAST_RECEIVE);
	assert_int_equal(hostcast_max_size(h), largest);
	assert_fails(h, hostcast_send(h, &payload, 1), HOSTCAST_TOO_LARGE,
		     "a tree carries at most");
	payload.iov_len--;
	assert_int_equal(hostcast_send(h, &payload, 1), 1);
	wait_until_heard(grove, 0, 1);
	assert_int_equal(grove->heard[0].message.size, 10);
	assert_int_equal(grove->heard[0].message.full_size, largest);
	assert_true(grove->heard[0].message.flags & HOSTCAST_CUT_OFF);
	assert_int_equal(counter(h, "cut_off"), 1);
	free(bytes);
	fell(grove);
}

static void a_tree_s_header_takes_five_bytes(void **state)
{
	(void)state;
	largest_payload_of_a_tree(AF_INET, HOSTCAST_MAX_SIZE_4 - 5);
}

static void a_tree_s_header_takes_five_bytes_over_ipv6(void **state)
{
	(void)state;
	largest_payload_of_a_tree(AF_INET6, HOSTCAST_MAX_SIZE_6 - 5);
}

/* T-14 */
static void a_node_serves_only_whom_it_is_told_to(void **state)
{
	struct grove *grove = plant(AF_INET);
	struct hostcast *choosy = hostcast_new();
	size_t sender;

	(void)state;
	assert_int_equal(hostcast_set_allowed(choosy, "192.0.2.0/24"), 0);
	add_handle(grove, choosy, HOSTCAST_RECEIVE);
	wait_for_notice(grove, 0, "is now the root");
	sender = add_new(grove, HOSTCAST_SEND);
	send_text(grove->handles[sender], "hello");
	wait_for_notice(grove, 0, "--allow 127.0.0.0/24");
	assert_int_equal(counter(choosy, "tree_dropped"), 1);
	assert_int_equal(grove->heard[0].count, 0);
	fell(grove);
}

static void listens_where_it_is_told_to(void **state)
{
	struct grove *grove = plant(AF_INET);
	struct hostcast *h = hostcast_new(), *second = hostcast_new();

	(void)state;
	assert_int_equal(hostcast_set_source(h, "127.0.0.7:7790"), 0);
	add_handle(grove, h, HOSTCAST_RECEIVE);
	wait_for_notice(grove, 0, "listens at 127.0.0.7:7790");
	wait_for_notice(grove, 0, "is now the root");
	assert_true(has_text(&grove->rdv.root, "127.0.0.7:7790"));
	assert_int_equal(hostcast_set_source(second, "127.0.0.7:7790"), 0);
	assert_fails(second, hostcast_open(second, grove->rdv.target, HOSTCAST_RECEIVE),
		     HOSTCAST_REFUSED, "127.0.0.7:7790");
	hostcast_free(second);
	fell(grove);
}

static void what_a_tree_cannot_do_is_refused(void **state)
{
	static const char target[] = "tree://127.0.0.1:7791";
	struct hostcast *h = hostcast_new();
	size_t descriptors = open_descriptors();

	(void)state;
	assert_fails(h, hostcast_open(h, "10.0.0.1@tree://127.0.0.1", HOSTCAST_RECEIVE),
		     HOSTCAST_INVALID, "");
	assert_fails(h, hostcast_open(h, "tree://10.0.0.1@127.0.0.1", HOSTCAST_RECEIVE),
		     HOSTCAST_INVALID, "neither a source");
	assert_fails(h, hostcast_open(h, "tree://127.0.0.1+2", HOSTCAST_RECEIVE), HOSTCAST_INVALID,
		     "nor a range");
	assert_fails(h, hostcast_open(h, "tree://[fe80::1%lo]", HOSTCAST_SEND), HOSTCAST_INVALID,
		     "has a zone");
	hostcast_set_source(h, "127.0.0.1");
	assert_fails(h, hostcast_open(h, target, HOSTCAST_SEND), HOSTCAST_INVALID,
		     "no use for a source address");
	assert_fails(h, hostcast_open(h, "tree://[::1]:7791", HOSTCAST_RECEIVE), HOSTCAST_INVALID,
		     "one tree has one family");
	hostcast_set_buffers(h, 4096, 0);
	assert_fails(h, hostcast_open(h, target, HOSTCAST_RECEIVE), HOSTCAST_INVALID,
		     "no use for a send buffer");
	hostcast_set_blocked(h, "192.0.2.1");
	assert_fails(h, hostcast_open(h, target, HOSTCAST_RECEIVE), HOSTCAST_INVALID,
		     "does not tell who sent");
	hostcast_set_dscp(h, 1);
	assert_fails(h, hostcast_open(h, target, HOSTCAST_RECEIVE), HOSTCAST_INVALID, "a DSCP");
	hostcast_set_ttl(h, 1);
	assert_fails(h, hostcast_open(h, target, HOSTCAST_RECEIVE), HOSTCAST_INVALID, "a TTL");
	hostcast_set_interface(h, "lo");
	assert_fails(h, hostcast_open(h, target, HOSTCAST_RECEIVE), HOSTCAST_INVALID,
		     "an interface");
	assert_fails(h, try_send(h, "x"), HOSTCAST_INVALID, "no target was opened");
	assert_fails(h, hostcast_send_to(h, &(union hostcast_address){0}, "x", 1), HOSTCAST_INVALID,
		     "a tree does not tell");
	assert_int_equal(open_descriptors(), descriptors);
	hostcast_free(h);
}

static void *talk(void *context)
{
	int number = *(int *)context;
	struct hostcast *h = hostcast_new();
	struct hostcast_message messages[HOSTCAST_BATCH];
	struct pollfd ready = {.fd = hostcast_fd(h), .events = POLLIN};
	char target[64];
	intptr_t heard = 0;

	snprintf(target, sizeof target, "239.77.5.%d:7705", number);
	hostcast_set_interface(h, "lo");
	if (hostcast_open(h, target, HOSTCAST_SEND | HOSTCAST_RECEIVE) != 0)
		return NULL;
	for (int i = 0; i < 500; i++) {
		struct iovec payload = {target, strlen(target)};
		int count;

		hostcast_open(h, "no group", HOSTCAST_SEND);
		if (hostcast_send(h, &payload, 1) != 1 || poll(&ready, 1, LIMIT_MS) != 1)
			break;
		count = hostcast_receive(h, messages, HOSTCAST_BATCH);
		for (int m = 0; m < count; m++)
			heard += messages[m].size == payload.iov_len &&
				 memcmp(messages[m].data, target, payload.iov_len) == 0;
		hostcast_notice(h);
	}
	hostcast_free(h);
	return (void *)heard;
}

static void threads_use_different_handles(void **state)
{
	pthread_t threads[4];
	int numbers[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		numbers[i] = i + 1;
		assert_int_equal(pthread_create(&threads[i], NULL, talk, &numbers[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		void *heard;

		assert_int_equal(pthread_join(threads[i], &heard), 0);
		assert_int_equal((intptr_t)heard, 500);
	}
}

/* ---- The network ---- */

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return written == (ssize_t)strlen(text);
}

/* An ordinary user becomes root of a user namespace first. */
static bool leave_the_network(void)
{
	char map[64];

	if (unshare(CLONE_NEWNET) == 0)
		return true;
	snprintf(map, sizeof map, "0 %d 1", (int)getuid());
	return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 && write_file("/proc/self/uid_map", map);
}

/* A network of this process alone: loopback, and a cable from "near" to "far", on which the host
 * hears itself. */
static int make_network(void **state)
{
	(void)state;
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	if (!leave_the_network())
		why_not_private = "no network namespace can be made here";
	else if (system("ip link set lo up && ip link add near type veth peer name far && "
			"ip address add 10.77.0.1/24 dev near && ip address add 10.77.1.1/24 dev "
			"far && "
			"ip link set near up && ip link set far up") != 0)
		why_not_private = "no pair of interfaces (veth) can be made here";
	else if (!write_file("/proc/sys/net/ipv4/conf/far/accept_local", "1") ||
		 !write_file("/proc/sys/net/ipv4/conf/far/rp_filter", "0"))
		why_not_private = "the system's settings cannot be changed here";
	else if (system("ip -6 route add local ff00::/8 dev lo") != 0)
		print_message("no IPv6 groups on loopback\n");
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(describes_itself),
		cmocka_unit_test(checks_every_option),
		cmocka_unit_test(refuses_targets_and_keeps_the_others),
		cmocka_unit_test(a_group_delivers),
		cmocka_unit_test(an_ipv6_group_delivers),
		cmocka_unit_test(a_range_delivers_to_each_group_once),
		cmocka_unit_test(an_ipv6_range_delivers_to_each_group_once),
		cmocka_unit_test(a_range_is_joined_whole_or_not_at_all),
		cmocka_unit_test(a_source_specific_group_hears_its_source_alone),
		cmocka_unit_test(a_blocked_source_is_not_heard),
		cmocka_unit_test(members_on_this_host_do_not_hear_what_is_not_looped),
		cmocka_unit_test(options_are_those_of_the_open_that_follows),
		cmocka_unit_test(uses_several_interfaces),
		cmocka_unit_test(the_limit_of_memberships_is_worked_around_or_said),
		cmocka_unit_test(a_host_is_spoken_to),
		cmocka_unit_test(an_ipv6_host_is_spoken_to),
		cmocka_unit_test(a_host_that_refuses_is_told_and_does_not_stop_sending),
		cmocka_unit_test(a_port_in_use_names_its_holder),
		cmocka_unit_test(some_hosts_cannot_be_sent_to),
		cmocka_unit_test(where_no_route_leads_it_is_said),
		cmocka_unit_test(moves_batches),
		cmocka_unit_test(singles_and_bursts_take_turns),
		cmocka_unit_test(reads_many_sockets),
		cmocka_unit_test(marks_what_is_cut_off),
		cmocka_unit_test(details_are_left_out_if_not_wanted),
		cmocka_unit_test(answers_from_where_a_message_arrived),
		cmocka_unit_test(is_polled_busily),
		cmocka_unit_test(trains_may_be_refused),
		cmocka_unit_test(fragments_may_be_refused),
		cmocka_unit_test(tells_own_messages_and_answers),
		cmocka_unit_test(what_is_too_large_is_refused),
		cmocka_unit_test(what_is_too_large_is_refused_over_ipv6),
		cmocka_unit_test(waits_for_room_in_the_send_buffer),
		cmocka_unit_test(the_kernel_s_drops_are_counted),
		cmocka_unit_test(a_tree_delivers),
		cmocka_unit_test(an_ipv6_tree_delivers),
		cmocka_unit_test(who_only_sends_to_a_tree_waits_for_its_root),
		cmocka_unit_test(so_much_waits_for_the_root_of_a_tree),
		cmocka_unit_test(who_only_sends_to_a_tree_need_not_receive),
		cmocka_unit_test(what_comes_back_from_a_tree_is_sent_again),
		cmocka_unit_test(what_comes_back_from_a_tree_too_often_is_counted),
		cmocka_unit_test(a_silent_rendezvous_point_is_told),
		cmocka_unit_test(a_node_need_not_hear_itself),
		cmocka_unit_test(others_may_send_the_same_into_a_tree),
		cmocka_unit_test(freeing_a_handle_leaves_the_tree),
		cmocka_unit_test(what_is_sent_goes_to_trees_and_groups),
		cmocka_unit_test(a_tree_s_header_takes_five_bytes),
		cmocka_unit_test(a_tree_s_header_takes_five_bytes_over_ipv6),
		cmocka_unit_test(a_node_serves_only_whom_it_is_told_to),
		cmocka_unit_test(listens_where_it_is_told_to),
		cmocka_unit_test(what_a_tree_cannot_do_is_refused),
		cmocka_unit_test(threads_use_different_handles),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, make_network, NULL);
}
