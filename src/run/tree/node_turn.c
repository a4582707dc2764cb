#include "net/address.h"
#include "node_inside.h"
#include "run/clock.h"
#include "tree_address.h"

#include <stdio.h>

enum { NOTICE_MAX = 600, POSTPONED_MAX = 64 };

/* What one turn has to give, and has given. */
struct turn {
	struct monotime now;
	int64_t time_ns;
	struct delivery *deliveries;
	size_t most;  /* datagrams and payloads that may be taken; each is at most one delivery */
	size_t taken; /* and how many were */
	size_t count; /* of deliveries */
};

/* ---- What the core wants ---- */

/* T-12: what becomes of it the owner knows. */
static void deliver(struct node *n, struct turn *turn, const union hostcast_address *from,
		    bool is_own)
{
	const struct reader *payload = &n->output.payload;
	struct delivery *delivery;

	if (!turn->deliveries)
		return;
	delivery = &turn->deliveries[turn->count++];
	*delivery = (struct delivery){
		.data = payload->at,
		.size = reader_left(payload),
		.time_ns = turn->time_ns,
		.is_own = is_own,
	};
	if (from)
		delivery->from = *from;
}

/* All but payloads. */
void node_carry_out(struct node *n)
{
	tree_hooks_events(&n->hooks, &n->admitted, &n->output);
	if (n->output.release)
		n->is_waiting = false;
	tree_socket_send(&n->socket, &n->output);
}

/* T-10: a payload of ours, which goes out behind the letters DATA and LF. */
static void carry_out_own(struct node *n, struct turn *turn)
{
	node_carry_out(n);
	if (n->output.fate == FATE_HELD)
		n->is_waiting = !n->output.release;
	if (n->output.fate == FATE_SENT)
		tree_socket_copy_own(&n->socket, &n->output);
	if (n->output.is_delivered)
		deliver(n, turn, NULL, true);
}

/* ---- Payloads that enter the tree here (T-10) ---- */

static void tell_overflow(struct node *n)
{
	char text[NOTICE_MAX];

	n->counters->input_overflow++;
	if (n->is_overflow_told)
		return;
	n->is_overflow_told = true;
	snprintf(text, sizeof text,
		 "no root is known, and no more than %d payloads and %d MiB of them can wait for "
		 "one: payloads are lost (the summary counts them as input_overflow)",
		 NODE_HELD_MAX, NODE_HELD_BYTES >> 20);
	tree_hooks_notice(&n->hooks, text);
}

static bool hold(struct node *n, struct reader payload, unsigned attempts)
{
	return held_add(&n->held, payload.at, reader_left(&payload), attempts, NODE_HELD_MAX,
			NODE_HELD_BYTES);
}

static bool has_held_to_offer(const struct node *n)
{
	return n->held.count > 0 && !n->is_waiting;
}

static void offer(struct node *n, struct turn *turn, struct reader payload, unsigned attempts)
{
	member_offer(&n->member, turn->now, payload, attempts, &n->output);
	carry_out_own(n, turn);
}

/* The first of those that wait; it goes on waiting if the core says so. */
static void offer_held(struct node *n, struct turn *turn)
{
	const struct held_payload *first = n->held.first;

	offer(n, turn, reader_of(first->bytes, first->size), first->attempts);
	if (n->output.fate == FATE_HELD)
		return;
	held_append(n->output.is_delivered ? &n->delivered : &n->passed, held_take(&n->held));
	turn->taken++;
}

static void offer_all_held(struct node *n, struct turn *turn)
{
	while (turn->taken < turn->most && has_held_to_offer(n))
		offer_held(n, turn);
}

static void tell_too_large(struct node *n, size_t size)
{
	char text[NOTICE_MAX];

	n->counters->input_too_large++;
	if (n->is_too_large_told)
		return;
	n->is_too_large_told = true;
	snprintf(text, sizeof text,
		 "a payload of %zu bytes is too large and was dropped: in this tree one may have "
		 "%zu (the summary counts further ones as input_too_large)",
		 size, node_payload_max(n));
	tree_hooks_notice(&n->hooks, text);
}

/* From the data port; those that wait already go first. */
static void take_payload(struct node *n, struct turn *turn, const struct hostcast_message *message)
{
	struct reader payload = reader_of(message->data, message->size);

	if (!data_port_is_from_here(&n->data_port, &message->source)) {
		n->counters->input_foreign++;
		return;
	}
	n->counters->input++;
	if (message->size > node_payload_max(n)) {
		tell_too_large(n, message->size);
		return;
	}
	if (n->held.count == 0) {
		offer(n, turn, payload, 0);
		if (n->output.fate != FATE_HELD)
			return;
	}
	if (!hold(n, payload, 0))
		tell_overflow(n);
}

/* ---- Datagrams of the tree ---- */

/* The node knows its own payloads again when they come back from the root. */
static bool is_own(struct node *n)
{
	return n->member_counters.origin.input_sent > 0 &&
	       origin_recognize(&n->member.origin, n->output.payload);
}

static void take_datagram(struct node *n, struct turn *turn, const struct hostcast_message *message)
{
	const struct output *output = &n->output;
	struct incoming in;

	if (!tree_socket_take(&n->socket, message, &in))
		return;
	member_receive(&n->member, turn->now, &in, &n->output);
	node_carry_out(n);
	if (output->is_delivered) {
		tree_socket_copy(&n->socket, output, &in);
		deliver(n, turn, n->member.path_length > 0 ? &message->source : NULL, is_own(n));
	}
	if (output->fate == FATE_HELD) { /* it came back (T-11) */
		if (!hold(n, output->payload, output->attempts))
			tell_overflow(n);
		n->is_waiting = !output->release;
	}
}

/* ---- Turns ---- */

typedef void take_fn(struct node *n, struct turn *turn, const struct hostcast_message *message);

static void take_batch(struct node *n, struct turn *turn, int source, int got, size_t asked,
		       take_fn *take)
{
	size_t first = turn->taken;

	n->io.sources[source].has_more = got == (int)asked;
	for (int i = 0; i < got; i++)
		take(n, turn, &n->messages[first + (size_t)i]);
	if (got > 0)
		turn->taken += (size_t)got;
}

static int work_tree(struct node *n, struct turn *turn, size_t share, struct error *error)
{
	int got;

	if (share == 0 || !n->io.sources[n->tree_source].has_more)
		return 0;
	got = tree_socket_receive(&n->socket, n->datagrams, turn->taken, n->messages + turn->taken,
				  share, error);
	take_batch(n, turn, n->tree_source, got, share, take_datagram);
	return got < 0 ? got : 0;
}

static int work_data(struct node *n, struct turn *turn, size_t index, size_t share,
		     struct error *error)
{
	int source = n->data_sources[index], got;

	if (share == 0 || source < 0 || !n->io.sources[source].has_more)
		return 0;
	got = datagrams_receive(n->datagrams, n->data_port.fds[index], &n->data_port.local[index],
				turn->taken, n->messages + turn->taken, share);
	take_batch(n, turn, source, got, share, take_payload);
	return got < 0 ? error_system(error, HOSTCAST_SYSTEM, -got, "cannot receive") : 0;
}

/* Of all that has come, and what waits, each gets a share; the tree's may be half of it. */
static int work_all(struct node *n, struct turn *turn, struct error *error)
{
	int status = work_tree(n, turn, (turn->most + 1) / 2, error);

	for (size_t i = 0; status == 0 && i < DATA_SOCKETS; i++)
		status = work_data(n, turn, i, (turn->most - turn->taken + 1) / 2, error);
	if (status == 0)
		offer_all_held(n, turn);
	if (status == 0)
		status = work_tree(n, turn, turn->most - turn->taken, error);
	return status;
}

void node_rest(struct node *n)
{
	bool is_full = !tree_socket_flush(&n->socket);

	if (!is_full)
		held_clear(&n->passed);
	tree_io_rest(&n->io, member_deadline(&n->member), has_held_to_offer(n),
		     is_full ? n->tree_source : -1);
}

/* What came before the time was up is taken first, also if this process did not run for a while:
 * nobody is given up whose answer waits in the socket. */
static void tick(struct node *n, struct monotime now)
{
	if (monotime_is_before(now, member_deadline(&n->member)))
		return;
	if (n->io.sources[n->tree_source].has_more && n->postponed++ < POSTPONED_MAX)
		return;
	n->postponed = 0;
	member_tick(&n->member, now, &n->output);
	node_carry_out(n);
}

static struct turn begin_turn(struct delivery *deliveries, size_t most)
{
	return (struct turn){
		.now = clock_monotonic(),
		.time_ns = clock_realtime_ns(),
		.deliveries = deliveries,
		.most = most < HOSTCAST_BATCH ? most : HOSTCAST_BATCH,
	};
}

/* While the socket is full nothing is read, so that what is forwarded can go on from where it
 * stands. */
int node_work(struct node *n, struct delivery *deliveries, size_t most, struct error *error)
{
	struct turn turn = begin_turn(deliveries, most);
	int status = tree_io_collect(&n->io, error);

	if (status < 0)
		return status;
	if (tree_socket_flush(&n->socket)) {
		held_clear(&n->delivered);
		status = work_all(n, &turn, error);
	}
	tick(n, turn.now);
	node_rest(n);
	return status < 0 && turn.count == 0 ? status : (int)turn.count;
}

int node_send(struct node *n, const void *payload, size_t size, struct error *error)
{
	struct turn turn = begin_turn(NULL, HOSTCAST_BATCH);

	if (size > node_payload_max(n)) {
		n->counters->input_too_large++;
		return error_set(error, HOSTCAST_TOO_LARGE,
				 "a message of %zu bytes is too large: in this tree one may have "
				 "%zu",
				 size, node_payload_max(n));
	}
	if (!hold(n, reader_of(payload, size), 0))
		return error_set(error, HOSTCAST_AGAIN,
				 "%zu messages wait for a root already, and no more than %d and "
				 "%d MiB of them can",
				 n->held.count, NODE_HELD_MAX, NODE_HELD_BYTES >> 20);
	n->counters->input++;
	if (n->member.state != MEMBER_ROOT && !tree_socket_is_full(&n->socket))
		offer_all_held(n, &turn);
	node_rest(n);
	return 0;
}

/* T-15 */
void node_leave(struct node *n)
{
	struct turn turn = begin_turn(NULL, HOSTCAST_BATCH);

	while (has_held_to_offer(n) && tree_socket_flush(&n->socket)) {
		turn.taken = 0;
		offer_all_held(n, &turn);
	}
	member_leave(&n->member, &n->output);
	tree_socket_send_last(&n->socket, &n->output);
	node_rest(n);
}
