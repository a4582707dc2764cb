/* limit echo, ping: how long an answer takes. limit oneway-send, oneway-recv: how long a message is
 * on its way, between two programs on one machine. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limit.h"

enum { SAMPLES_MAX = 4 << 20, ONEWAY_RATE = 1000 };

static struct {
	int64_t *ns;
	size_t count;
	uint64_t lost;
} samples;

static char message[BUFFER_BYTES];

static void sample(int64_t ns)
{
	if (samples.ns == NULL && (samples.ns = calloc(SAMPLES_MAX, sizeof(int64_t))) == NULL)
		die("calloc");
	if (samples.count < SAMPLES_MAX)
		samples.ns[samples.count++] = ns;
}

static int compare(const void *one, const void *other)
{
	int64_t a = *(const int64_t *)one;
	int64_t b = *(const int64_t *)other;

	return (a > b) - (a < b);
}

static double us_at(double part)
{
	return (double)samples.ns[(size_t)(part * (double)(samples.count - 1))] / 1e3;
}

static int show_samples(struct meter spent)
{
	printf("messages=%zu lost=%llu", samples.count, (unsigned long long)samples.lost);
	if (samples.count > 0) {
		qsort(samples.ns, samples.count, sizeof samples.ns[0], compare);
		printf(" p50_us=%.2f p90_us=%.2f p99_us=%.2f p999_us=%.2f max_us=%.2f", us_at(0.5),
		       us_at(0.9), us_at(0.99), us_at(0.999), us_at(1));
	}
	meter_print(spent, samples.count);
	return samples.count > 0 ? 0 : 1;
}

/* The length of the next datagram; -1: none in time. */
static ssize_t receive(int fd, int is_spinning, int patience, struct sockaddr_storage *from,
		       socklen_t *length)
{
	int64_t end = now_ns() + patience * INT64_C(1000000000);
	ssize_t got;

	do
		got = recvfrom(fd, message, sizeof message, is_spinning ? MSG_DONTWAIT : 0,
			       (struct sockaddr *)from, length);
	while (got < 0 && is_spinning && now_ns() < end);
	return got;
}

int run_echo(const struct settings *settings)
{
	struct sockaddr_storage from;
	socklen_t length = sizeof from;
	int fd = open_receiver(settings);
	ssize_t got;

	count_begin(fd);
	while ((got = receive(fd, settings->is_spinning, WAIT_FOR_FIRST, &from, &length)) >= 0) {
		if (got >= MARKER_BYTES && number_of(message) == MARKER)
			return 0;
		if (sendto(fd, message, (size_t)got, 0, (struct sockaddr *)&from, length) < 0)
			die("sendto");
		length = sizeof from;
	}
	return 1; /* nobody asks any more */
}

static void ask(int fd, const struct settings *settings, uint64_t number)
{
	int64_t sent = now_ns();

	memcpy(message, &number, sizeof number);
	if (send(fd, message, settings->size, 0) < 0)
		die("send");
	while (receive(fd, settings->is_spinning, WAIT_FOR_NEXT, NULL, NULL) >= 0)
		if (number_of(message) == number) {
			sample(now_ns() - sent);
			return;
		}
	samples.lost++;
}

static void say_done(int fd)
{
	uint64_t marker[2] = {MARKER, 0};

	if (send(fd, marker, sizeof marker, 0) < 0)
		die("send");
}

int run_ping(const struct settings *settings)
{
	int fd = open_sender(settings, settings->address);
	int ticks = settings->rate > 0 ? open_ticks(1 / settings->rate) : -1;
	struct meter start = meter_read();
	struct meter spent;
	double end = start.seconds + settings->seconds;

	wait_at_most(fd, WAIT_FOR_NEXT);
	for (uint64_t number = 0; now() < end; number++) {
		if (ticks >= 0)
			wait_for_tick(ticks);
		ask(fd, settings, number);
	}
	spent = meter_since(start);
	say_done(fd);
	return show_samples(spent);
}

int run_oneway_send(const struct settings *settings)
{
	int fd = open_sender(settings, settings->address);
	int ticks = open_ticks(1 / (settings->rate > 0 ? settings->rate : ONEWAY_RATE));
	struct meter start = meter_read();
	double end = start.seconds + settings->seconds;
	uint64_t number;

	for (number = 0; now() < end; number++) {
		uint64_t stamp[2] = {number, 0};

		wait_for_tick(ticks);
		stamp[1] = (uint64_t)now_ns();
		memcpy(message, stamp, sizeof stamp);
		if (send(fd, message, settings->size, 0) < 0)
			die("send");
	}
	printf("messages=%llu", (unsigned long long)number);
	meter_print(meter_since(start), number);
	say_done(fd);
	return 0;
}

int run_oneway_recv(const struct settings *settings)
{
	int fd = open_receiver(settings);
	struct meter start = meter_read();
	uint64_t expected = 0;
	int patience = WAIT_FOR_FIRST;

	count_begin(fd);
	while (receive(fd, settings->is_spinning, patience, NULL, NULL) >= MARKER_BYTES &&
	       number_of(message) != MARKER) {
		sample(now_ns() - (int64_t)number_of(message + sizeof(uint64_t)));
		if (samples.count == 1) {
			start = meter_read();
			patience = WAIT_FOR_NEXT;
			wait_at_most(fd, patience);
		}
		expected = number_of(message) + 1;
	}
	samples.lost = expected - samples.count;
	return show_samples(meter_since(start));
}
