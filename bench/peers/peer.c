#include "peer.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
	NS_PER_MS = 1000000,
	PROBE_MS = 10,
	CATCH_UP_NS = 20 * NS_PER_MS, /* a sender that was held up longer does not make up for it */
	END_MARKERS = 10,             /* an unreliable peer may lose some */
	END_MARKER_MS = 20,
	SAMPLES_MAX = 1 << 20,
	MESSAGE_MAX = 65000,
	PATIENCE_SECONDS = 10, /* what a receiver waits for the first message */
	SILENCE_SECONDS = 2,   /* and for the next: the end was lost, or the sender is gone */
};

#define NS_PER_S 1e9

/* What a message begins with, in the byte order of this host. */
struct header {
	uint64_t sequence;
	uint64_t
		value; /* when it was sent, or 0; of the end marker: how many messages there were */
};

static const uint64_t PROBE = UINT64_MAX - 1, END = UINT64_MAX;

static struct {
	struct run run;
	bool is_ready;
	volatile uint64_t messages; /* the watch reads it */
	uint64_t first_ns, last_ns, samples;
	double cpu_before;
	uint64_t latency_ns[SAMPLES_MAX];
} receiver;

void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

bool is_for_latency(const struct run *run)
{
	return run->rate > 0 && run->rate <= LATENCY_RATE_MAX;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	struct timespec t = {.tv_sec = (time_t)(ns / 1000000000u),
			     .tv_nsec = (long)(ns % 1000000000u)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* User and system, all threads, in seconds. */
static double cpu_seconds(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

/* ---- Sending ---- */

static void send_one(char *message, size_t size, uint64_t sequence, uint64_t value)
{
	struct header header = {sequence, value};

	memcpy(message, &header, sizeof header);
	peer_send(message, size);
}

static void send_and_flush(char *message, size_t size, uint64_t sequence, uint64_t value)
{
	send_one(message, size, sequence, value);
	peer_flush();
}

static void probe_until_told(char *message, size_t size)
{
	struct pollfd told = {.fd = STDIN_FILENO, .events = POLLIN};

	do {
		send_and_flush(message, size, PROBE, 0);
	} while (poll(&told, 1, PROBE_MS) == 0);
}

/* Message number n is due n/rate after the start, and leaves at the millisecond that follows.
 * Returns the start, which moves when the sender was held up. */
static uint64_t wait_for_turn(const struct run *run, uint64_t start, uint64_t n)
{
	uint64_t due_ms = (uint64_t)((double)n / run->rate * 1e3 + 0.999);
	uint64_t due = start + due_ms * NS_PER_MS, now = now_ns();

	if (now < due) {
		peer_flush();
		sleep_until(due);
	} else if (now - due > CATCH_UP_NS) {
		start += now - due;
	}
	return start;
}

static uint64_t send_all(const struct run *run, char *message)
{
	uint64_t start = now_ns(), end = start + (uint64_t)(run->seconds * NS_PER_S), sent = 0;
	bool is_stamped = is_for_latency(run);

	while (now_ns() < end) {
		if (run->rate > 0)
			start = wait_for_turn(run, start, sent);
		send_one(message, run->size, sent, is_stamped ? now_ns() : 0);
		sent++;
	}
	return sent;
}

static void send_run(const struct run *run)
{
	static char message[MESSAGE_MAX];
	uint64_t begin, sent;
	double seconds, cpu;

	peer_open_sender(run);
	probe_until_told(message, run->size);
	begin = now_ns();
	cpu = cpu_seconds();
	sent = send_all(run, message);
	seconds = (double)(now_ns() - begin) / NS_PER_S;
	for (int i = 0; i < END_MARKERS; i++) {
		send_and_flush(message, run->size, END, sent);
		sleep_until(now_ns() + END_MARKER_MS * NS_PER_MS);
	}
	peer_close_sender();
	printf("messages=%llu seconds=%.6f cpu=%.6f\n", (unsigned long long)sent, seconds,
	       cpu_seconds() - cpu);
}

/* ---- Receiving ---- */

static int by_size(const void *one, const void *other)
{
	uint64_t a, b;

	memcpy(&a, one, sizeof a);
	memcpy(&b, other, sizeof b);
	return (a > b) - (a < b);
}

static double percentile_us(unsigned percent)
{
	return (double)receiver.latency_ns[(receiver.samples - 1) * percent / 100] / 1e3;
}

static void print_result(uint64_t sent)
{
	double lost = (double)sent - (double)receiver.messages;

	printf("messages=%llu lost=%.0f seconds=%.6f cpu=%.6f",
	       (unsigned long long)receiver.messages, lost,
	       (double)(receiver.last_ns - receiver.first_ns) / NS_PER_S,
	       cpu_seconds() - receiver.cpu_before);
	if (receiver.samples) {
		qsort(receiver.latency_ns, receiver.samples, sizeof receiver.latency_ns[0],
		      by_size);
		printf(" p50_us=%.1f p99_us=%.1f", percentile_us(50), percentile_us(99));
	}
	printf("\n");
	fflush(stdout);
}

static void take_message(const struct header *header)
{
	if (receiver.messages == 0) {
		receiver.first_ns = now_ns();
		receiver.cpu_before = cpu_seconds();
	}
	receiver.messages++;
	if (header->value && receiver.samples < SAMPLES_MAX)
		receiver.latency_ns[receiver.samples++] = now_ns() - header->value;
}

bool received(const void *message, size_t size)
{
	struct header header;

	if (size != receiver.run.size)
		die("a message of another size came", "is something else at this address?");
	memcpy(&header, message, sizeof header);
	if (header.sequence == END) {
		receiver.last_ns = now_ns();
		print_result(header.value);
		return false;
	}
	if (header.sequence == PROBE && !receiver.is_ready) {
		printf("ready\n");
		fflush(stdout);
		receiver.is_ready = true;
	}
	if (header.sequence != PROBE)
		take_message(&header);
	return true;
}

/* Ends the program, without a result, when nothing comes any more: most libraries wait forever. */
static void *watch(void *context)
{
	uint64_t seen = 0;
	int silent = 0;

	while (silent < (seen ? SILENCE_SECONDS : PATIENCE_SECONDS)) {
		sleep(1);
		silent = receiver.messages == seen ? silent + 1 : 0;
		seen = receiver.messages;
	}
	(void)context;
	_exit(1);
}

static void receive_run(const struct run *run)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, watch, NULL) != 0)
		die("pthread_create", "failed");
	peer_receive(run);
}

/* ---- The command line ---- */

static struct run run_of_arguments(char **argv)
{
	struct run run = {.target = argv[2], .rate = atof(argv[4]), .seconds = atof(argv[5])};
	long size = atol(argv[3]);

	if (size < (long)sizeof(struct header) || size > MESSAGE_MAX)
		die(argv[3], "SIZE is 16 to 65000 bytes");
	if (run.rate < 0 || run.seconds <= 0)
		die(argv[0], "RATE is 0 or more, SECONDS more than 0");
	run.size = (size_t)size;
	return run;
}

int main(int argc, char **argv)
{
	bool is_sender = argc == 6 && strcmp(argv[1], "send") == 0;

	if (!is_sender && (argc != 6 || strcmp(argv[1], "recv") != 0))
		die("usage", "peer_NAME send|recv TARGET SIZE RATE SECONDS");
	receiver.run = run_of_arguments(argv);
	prctl(PR_SET_TIMERSLACK, 1);
	if (is_sender) {
		send_run(&receiver.run);
		return 0;
	}
	receive_run(&receiver.run);
	return 0;
}
