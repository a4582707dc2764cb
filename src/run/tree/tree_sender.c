#include "tree_sender.h"

#include "held.h"
#include "run/clock.h"
#include "tree_address.h"
#include "tree_io.h"

#include <stdlib.h>

enum { SENT_MAX = 4096 };

struct tree_sender {
	struct tree_hooks hooks;
	struct tree_io io;
	int source; /* of the socket, in io */
	struct tree_socket socket;
	struct wire_address rendezvous;
	struct timers timers;
	struct origin origin;
	struct origin_counters counters;
	struct sent sent[SENT_MAX];
	struct output output;
	struct datagrams *datagrams;
	struct arrival arrivals[HOSTCAST_BATCH];
	struct held held;
	struct held passed; /* on their way out */
	bool is_waiting;    /* what is held: until the core says that there may be a root */
	uint64_t refused, ignored;
};

/* ---- What the core wants ---- */

static void carry_out(struct tree_sender *s)
{
	tree_hooks_events(&s->hooks, NULL, &s->output);
	if (s->output.release)
		s->is_waiting = false;
	tree_socket_send(&s->socket, &s->output);
}

static bool has_held_to_offer(const struct tree_sender *s)
{
	return s->held.count > 0 && !s->is_waiting;
}

/* The first of those that wait; it goes on waiting if the core says so. */
static void offer_held(struct tree_sender *s, struct monotime now)
{
	const struct held_payload *first = s->held.first;

	output_clear(&s->output);
	origin_offer(&s->origin, now, reader_of(first->bytes, first->size), first->attempts,
		     &s->output);
	carry_out(s);
	if (s->output.fate == FATE_HELD) {
		s->is_waiting = true;
		return;
	}
	tree_socket_send_up(&s->socket, &s->output);
	held_append(&s->passed, held_take(&s->held));
}

static void offer_batch(struct tree_sender *s, struct monotime now)
{
	for (size_t i = 0; i < HOSTCAST_BATCH; i++) {
		if (!has_held_to_offer(s) || !tree_socket_has_room(&s->socket))
			return;
		offer_held(s, now);
	}
}

/* ---- What comes in ---- */

/* T-11: a payload comes back. */
static void take_refusal(struct tree_sender *s, struct monotime now, const struct incoming *in,
			 struct message *message)
{
	const struct output *output = &s->output;

	origin_take_refusal(&s->origin, now, in, message, &s->output);
	carry_out(s);
	if (output->fate != FATE_HELD)
		return;
	if (!held_add(&s->held, output->payload.at, reader_left(&output->payload),
		      output->attempts))
		s->counters.input_lost++;
	s->is_waiting = !output->release;
}

static void take_root(struct tree_sender *s, struct monotime now, struct message *message)
{
	struct wire_address root = {.port = 0};

	if (message_next_address(message, &root) &&
	    !wire_address_same_family(&root, &s->rendezvous)) { /* T-1 */
		s->ignored++;
		return;
	}
	if (!origin_take_root(&s->origin, now, &root, &s->output))
		s->ignored++;
	carry_out(s);
}

static void take(struct tree_sender *s, struct monotime now, const struct incoming *in)
{
	struct message message;
	bool is_message = message_decode(in->bytes, in->size, &message) == DECODED;

	output_clear(&s->output);
	if (is_message && message.type == MESSAGE_NDAT)
		take_refusal(s, now, in, &message);
	else if (is_message && message.type == MESSAGE_TOOR &&
		 wire_address_equal(&in->from, &s->rendezvous))
		take_root(s, now, &message);
	else if (!is_message || message.type != MESSAGE_LEAV ||
		 !wire_address_equal(&in->from,
				     &s->origin.root)) /* who says so to every source (T-11) */
		s->ignored++;
}

static void take_arrival(struct tree_sender *s, struct monotime now, const struct arrival *arrival)
{
	struct incoming in;

	if (!tree_socket_take(&s->socket, arrival, &in))
		return;
	for (size_t i = 0, count = arrival_count(arrival); i < count; i++) {
		struct iovec datagram = arrival_payload(arrival, i);

		in.bytes = datagram.iov_base;
		in.size = datagram.iov_len;
		take(s, now, &in);
	}
}

static int receive(struct tree_sender *s, struct monotime now, struct error *error)
{
	int got = tree_socket_receive(&s->socket, s->datagrams, 0, s->arrivals, HOSTCAST_BATCH,
				      error);

	s->io.sources[s->source].has_more = got == HOSTCAST_BATCH;
	for (int i = 0; i < got; i++)
		take_arrival(s, now, &s->arrivals[i]);
	return got < 0 ? got : 0;
}

/* ---- Turns ---- */

static void rest(struct tree_sender *s)
{
	bool is_full = !tree_socket_flush(&s->socket);

	if (!is_full)
		held_clear(&s->passed);
	tree_io_rest(&s->io, origin_deadline(&s->origin), has_held_to_offer(s),
		     is_full ? s->source : -1);
}

int tree_sender_work(struct tree_sender *s, struct error *error)
{
	struct monotime now = clock_monotonic();
	int status = tree_io_collect(&s->io, error);

	if (status < 0)
		return status;
	if (!monotime_is_before(now, origin_deadline(&s->origin))) {
		output_clear(&s->output);
		origin_tick(&s->origin, now, &s->output);
		carry_out(s);
	}
	if (tree_socket_flush(&s->socket)) {
		status = receive(s, now, error);
		offer_batch(s, now);
	}
	rest(s);
	return status;
}

static size_t payload_max(const struct tree_sender *s)
{
	return s->socket.local.any.sa_family == AF_INET6 ? PAYLOAD_MAX_6 : PAYLOAD_MAX_4;
}

int tree_sender_send(struct tree_sender *s, const struct iovec *payloads, size_t count,
		     struct error *error)
{
	int taken = held_accept(&s->held, payloads, count, payload_max(s), error);

	if (taken < 0)
		return taken;
	offer_batch(s, clock_monotonic());
	rest(s);
	return taken;
}

/* ---- The beginning and the end ---- */

static void unreachable(void *context, const struct wire_address *address)
{
	struct tree_sender *s = context;

	if (!wire_address_equal(address, &s->rendezvous))
		s->refused++;
	origin_forget_if(&s->origin, address); /* T-10 */
}

static void notice(void *context, const char *text)
{
	struct tree_sender *s = context;

	tree_hooks_notice(&s->hooks, text);
}

static int open_all(struct tree_sender *s, const struct tree_sender_options *options,
		    struct error *error)
{
	const union hostcast_address any = {.any.sa_family = options->rendezvous.any.sa_family};
	const struct tree_socket_options socket_options = {
		.listen = &any,
		.no_trains = options->no_trains,
		.no_fragment = options->no_fragment,
	};
	const struct tree_socket_hooks hooks = {unreachable, notice, s};
	int status = tree_socket_open(&s->socket, &socket_options, &hooks, error);

	if (status == 0)
		status = s->source = tree_io_add(&s->io, s->socket.fd, error);
	if (status < 0)
		return status;
	s->datagrams = datagrams_new(DATAGRAM_MAX);
	if (!s->datagrams)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	return 0;
}

struct tree_sender *tree_sender_new(const struct tree_sender_options *options,
				    const struct tree_hooks *hooks, struct error *error)
{
	struct tree_sender *s = calloc(1, sizeof *s);

	if (!s) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	s->hooks = *hooks;
	s->socket.fd = -1;
	s->rendezvous = wire_of_address(&options->rendezvous);
	s->timers = TIMERS_DEFAULT;
	origin_init(&s->origin, &s->rendezvous, &s->timers, s->sent, SENT_MAX, &s->counters);
	if (tree_io_open(&s->io, error) < 0) {
		free(s);
		return NULL;
	}
	if (open_all(s, options, error) < 0) {
		tree_sender_free(s);
		return NULL;
	}
	return s;
}

void tree_sender_free(struct tree_sender *s)
{
	if (!s)
		return;
	tree_io_close(&s->io);
	tree_socket_close(&s->socket);
	held_clear(&s->held);
	held_clear(&s->passed);
	datagrams_free(s->datagrams);
	free(s);
}

int tree_sender_fd(const struct tree_sender *s)
{
	return s->io.ready.epoll;
}

size_t tree_sender_held(const struct tree_sender *s)
{
	return s->held.count + s->passed.count;
}

const struct origin_counters *tree_sender_counters(const struct tree_sender *s)
{
	return &s->counters;
}

const struct tree_socket_counters *tree_sender_socket_counters(const struct tree_sender *s)
{
	return &s->socket.counters;
}

uint64_t tree_sender_refused(const struct tree_sender *s)
{
	return s->refused;
}

uint64_t tree_sender_ignored(const struct tree_sender *s)
{
	return s->ignored + s->counters.input_unknown;
}
