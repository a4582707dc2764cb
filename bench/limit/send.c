/* limit send: numbered messages to a group or a host. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "limit.h"

struct sender {
	int fd;
	enum way way;
	const char *head;
	size_t head_size, size; /* of a message, with its head */
	uint64_t at_once;       /* messages that one call takes, at most */
	uint64_t next;          /* number of the next message */
	uint64_t refused;       /* calls: a full queue, or the host had said so by ICMP */
	char bytes[TRAIN_BYTES];
	struct iovec vectors[SEGMENTS_MAX];
	struct mmsghdr headers[SEGMENTS_MAX];
};

static struct sender sender; /* too large for the stack */

static void prepare(const struct settings *settings)
{
	size_t wanted = (size_t)settings->segments, fitting;
	int segment;

	sender.fd = open_sender(settings, settings->address);
	sender.way = settings->way;
	sender.head = settings->is_for_tree ? "DATA\n" : "";
	sender.head_size = strlen(sender.head);
	sender.size = sender.head_size + settings->size;
	fitting = TRAIN_BYTES / sender.size;
	segment = (int)sender.size;
	sender.at_once = settings->way == ONE ? 1 : wanted < fitting ? wanted : fitting;
	for (size_t i = 0; i < sender.at_once; i++) {
		sender.vectors[i] = (struct iovec){sender.bytes + i * sender.size, sender.size};
		sender.headers[i].msg_hdr.msg_iov = &sender.vectors[i];
		sender.headers[i].msg_hdr.msg_iovlen = 1;
	}
	if (settings->way == TRAIN &&
	    setsockopt(sender.fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment) < 0)
		die("UDP_SEGMENT");
}

/* Returns how many messages the kernel took; the socket is connected. */
static uint64_t hand_over(uint64_t count)
{
	ssize_t done;

	if (sender.way == URING) {
		sender.refused += uring_send(sender.fd, sender.headers, (unsigned)count);
		return count;
	}
	if (sender.way == BATCH)
		done = sendmmsg(sender.fd, sender.headers, (unsigned)count, 0);
	else
		done = send(sender.fd, sender.bytes, (size_t)count * sender.size, 0);
	if (done >= 0)
		return sender.way == BATCH ? (uint64_t)done : count;
	if (errno != ECONNREFUSED && errno != ENOBUFS)
		die("send");
	sender.refused++;
	return 0;
}

static void send_next(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		uint64_t number = sender.next + i;
		char *at = sender.bytes + i * sender.size;

		memcpy(at, sender.head, sender.head_size);
		memcpy(at + sender.head_size, &number, sizeof number);
	}
	sender.next += hand_over(count);
}

static void send_for(double seconds)
{
	double end = now() + seconds;

	while (now() < end)
		send_next(sender.at_once);
}

/* Or until the end, when the kernel does not keep up. */
static void send_up_to(uint64_t due, double end)
{
	while (sender.next < due && now() < end) {
		uint64_t left = due - sender.next;

		send_next(left < sender.at_once ? left : sender.at_once);
	}
}

/* What is due leaves at once, each millisecond; what is due at the end, within one more. */
static void send_at_rate(double seconds, double rate)
{
	int ticks = open_ticks(1e-3);
	double start = now();
	double passed;

	while ((passed = now() - start) < seconds) {
		send_up_to((uint64_t)(passed * rate), start + seconds);
		wait_for_tick(ticks);
	}
	send_up_to((uint64_t)(seconds * rate), start + seconds + 1e-3);
}

/* Three times, since it can be lost; the receivers have emptied their buffers by then. */
static void say_done(void)
{
	struct timespec pause = {.tv_nsec = 50000000};
	uint64_t marker[2] = {MARKER, sender.next};

	for (int i = 0; i < 3; i++) {
		nanosleep(&pause, NULL);
		if (send(sender.fd, marker, sizeof marker, 0) < 0 && errno != ECONNREFUSED)
			die("send");
	}
}

int run_send(const struct settings *settings)
{
	struct meter start, spent;

	prepare(settings);
	start = meter_read();
	if (settings->rate > 0)
		send_at_rate(settings->seconds, settings->rate);
	else
		send_for(settings->seconds);
	spent = meter_since(start);
	say_done();
	printf("messages=%llu bytes=%llu refused=%llu", (unsigned long long)sender.next,
	       (unsigned long long)(sender.next * sender.size), (unsigned long long)sender.refused);
	meter_print(spent, sender.next);
	return 0;
}
