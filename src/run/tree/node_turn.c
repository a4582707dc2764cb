#include "core/distribution.h"
#include "net/address.h"
#include "node_inside.h"
#include "run/clock.h"
#include "tree_address.h"

#include <stdio.h>

enum {
	NOTICE_MAX = 600,
	POSTPONED_MAX = 64,
	DATA_SHARE = HOSTCAST_BATCH / 4, /* of one read, for each of the data port's sockets */
};

/* What one turn has to give, and has given. */
struct turn {
	struct monotime now;
	int64_t time_ns;
	struct arrival *deliveries; /* NULL: nobody wants them */
	size_t most, count;
};

static struct turn begin_turn(struct arrival *deliveries, size_t most)
{
	return (struct turn){
		.now = clock_monotonic(),
		.time_ns = clock_realtime_ns(),
		.deliveries = deliveries,
		.most = most,
	};
}

/* A step makes one delivery at the most, and one payload that goes to the root. */
static bool can_go_on(struct node *n, const struct turn *turn)
{
	return (!turn->deliveries || turn->count < turn->most) && tree_socket_has_room(&n->socket);
}

/* ---- What the core wants ---- */

/* T-12: what becomes of it the owner knows. `run` is what was delivered, with the header that
 * stands before each payload. */
static void deliver(struct turn *turn, struct iovec run, size_t segment, size_t header,
		    const union hostcast_address *from, bool is_own)
{
	struct arrival *delivery;

	if (!turn->deliveries)
		return;
	delivery = &turn->deliveries[turn->count++];
	*delivery = (struct arrival){
		.whole =
			{
				.data = run.iov_base,
				.size = run.iov_len,
				.time_ns = turn->time_ns,
				.ttl = -1,
				.flags = is_own ? HOSTCAST_OWN : 0,
			},
		.segment = segment,
		.header = header,
	};
	if (from)
		delivery->whole.source = *from;
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
	const struct output *output = &n->output;
	const struct reader *payload = &output->payload;

	node_carry_out(n);
	if (output->fate == FATE_HELD)
		n->is_waiting = !output->release;
	if (output->fate == FATE_SENT && output->is_delivered)
		tree_socket_copy_own(&n->socket, output);
	else if (output->fate == FATE_SENT)
		tree_socket_send_up(&n->socket, output);
	if (output->is_delivered)
		deliver(turn, iovec_of(payload->at, reader_left(payload)), reader_left(payload), 0,
			NULL, true);
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
		 HELD_MAX, HELD_BYTES >> 20);
	tree_hooks_notice(&n->hooks, text);
}

static bool hold(struct node *n, struct reader payload, unsigned attempts)
{
	return held_add(&n->held, payload.at, reader_left(&payload), attempts);
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
	if (n->output.fate != FATE_HELD)
		held_append(n->output.is_delivered ? &n->delivered : &n->passed,
			    held_take(&n->held));
}

static void offer_all_held(struct node *n, struct turn *turn)
{
	for (size_t i = 0; i < HOSTCAST_BATCH && has_held_to_offer(n) && can_go_on(n, turn); i++)
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
		 size, n->payload_max);
	tree_hooks_notice(&n->hooks, text);
}

/* From the data port; those that wait already go first. */
static void take_payload(struct node *n, struct turn *turn, struct reader payload)
{
	n->counters->input++;
	if (reader_left(&payload) > n->payload_max) {
		tell_too_large(n, reader_left(&payload));
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
static bool is_own(struct node *n, const struct turn *turn)
{
	return origin_is_expecting(&n->member.origin, turn->now) &&
	       origin_recognize(&n->member.origin, n->output.payload);
}

/* A payload, and those behind it that share its fate; but while own ones are expected each of them
 * is looked at. Returns the bytes of all that was taken. */
static size_t pass_on(struct node *n, struct turn *turn, const struct incoming *in, size_t left)
{
	const struct output *output = &n->output;
	const union hostcast_address *parent = &n->reading.arrivals[n->reading.next].whole.source;
	size_t taken = in->size;

	if (left > taken && !origin_is_expecting(&n->member.origin, turn->now))
		taken += distribution_take_alike(&n->member, in, left - taken, output);
	tree_socket_copy(&n->socket, output, iovec_of(in->bytes, taken), in->size);
	deliver(turn, iovec_of(in->bytes, taken), in->size,
		(size_t)(output->payload.at - in->bytes), n->member.path_length > 0 ? parent : NULL,
		is_own(n, turn));
	return taken;
}

/* Takes the first of the datagrams that are left of a train, or a run of them. Returns its bytes.
 */
static size_t take_datagram(struct node *n, struct turn *turn, const struct incoming *in,
			    size_t left)
{
	const struct output *output = &n->output;

	member_receive(&n->member, turn->now, in, &n->output);
	node_carry_out(n);
	if (output->is_delivered)
		return pass_on(n, turn, in, left);
	if (output->fate == FATE_HELD) { /* it came back (T-11) */
		if (!hold(n, output->payload, output->attempts))
			tell_overflow(n);
		n->is_waiting = !output->release;
	}
	return in->size;
}

/* ---- What was read ---- */

static void take_from_tree(struct node *n, struct turn *turn, const struct arrival *arrival)
{
	struct reading *reading = &n->reading;
	struct incoming in;

	if (!tree_socket_take(&n->socket, arrival, &in)) {
		reading->offset = arrival->whole.size;
		return;
	}
	do {
		size_t left = arrival->whole.size - reading->offset;

		in.bytes = (const uint8_t *)arrival->whole.data + reading->offset;
		in.size = left < arrival->segment ? left : arrival->segment;
		reading->offset += take_datagram(n, turn, &in, left);
	} while (reading->offset < arrival->whole.size && can_go_on(n, turn));
}

static void take_from_data_port(struct node *n, struct turn *turn, const struct arrival *arrival)
{
	struct reading *reading = &n->reading;

	if (!data_port_is_from_here(&n->data_port, &arrival->whole.source)) {
		n->counters->input_foreign += arrival_count(arrival);
		reading->offset = arrival->whole.size;
		return;
	}
	do {
		size_t left = arrival->whole.size - reading->offset;
		size_t size = left < arrival->segment ? left : arrival->segment;

		take_payload(n, turn,
			     reader_of((const char *)arrival->whole.data + reading->offset, size));
		reading->offset += size;
	} while (reading->offset < arrival->whole.size && can_go_on(n, turn));
}

static bool has_read(const struct node *n)
{
	return n->reading.next < n->reading.count;
}

/* Goes on where it stopped, until all is taken or the turn has no more to give. */
static void take_all(struct node *n, struct turn *turn)
{
	struct reading *reading = &n->reading;

	while (has_read(n) && can_go_on(n, turn)) {
		const struct arrival *arrival = &reading->arrivals[reading->next];

		if (reading->next < reading->tree_count)
			take_from_tree(n, turn, arrival);
		else
			take_from_data_port(n, turn, arrival);
		if (reading->offset < arrival->whole.size)
			return;
		reading->next++;
		reading->offset = 0;
	}
}

static void note_read(struct node *n, int source, int got, size_t asked)
{
	n->io.sources[source].has_more = got > 1 || got == (int)asked; /* more are coming */
	n->reading.count += got > 0 ? (size_t)got : 0;
}

static size_t tree_share(const struct node *n)
{
	for (size_t i = 0; i < DATA_SOCKETS; i++)
		if (n->data_sources[i] >= 0 && n->io.sources[n->data_sources[i]].has_more)
			return HOSTCAST_BATCH - DATA_SOCKETS * DATA_SHARE;
	return HOSTCAST_BATCH;
}

static int read_tree(struct node *n, struct error *error)
{
	struct reading *reading = &n->reading;
	size_t share = datagrams_share(n->datagrams, tree_share(n));
	int got;

	if (!n->io.sources[n->tree_source].has_more)
		return 0;
	got = tree_socket_receive(&n->socket, n->datagrams, 0, reading->arrivals, share, error);
	note_read(n, n->tree_source, got, share);
	reading->tree_count = reading->count;
	return got < 0 ? got : 0;
}

static int read_data_port(struct node *n, size_t index, struct error *error)
{
	struct reading *reading = &n->reading;
	int source = n->data_sources[index], got;

	if (source < 0 || !n->io.sources[source].has_more)
		return 0;
	got = datagrams_receive(n->datagrams, n->data_port.fds[index], &n->data_port.local[index],
				reading->count, reading->arrivals + reading->count, DATA_SHARE);
	note_read(n, source, got, DATA_SHARE);
	return got < 0 ? error_system(error, HOSTCAST_SYSTEM, -got, "cannot receive") : 0;
}

/* Of each that has something, its share. */
static int read_all(struct node *n, struct error *error)
{
	int status;

	n->reading.count = n->reading.tree_count = n->reading.next = n->reading.offset = 0;
	status = read_tree(n, error);
	for (size_t i = 0; status == 0 && i < DATA_SOCKETS; i++)
		status = read_data_port(n, i, error);
	return status;
}

/* ---- Turns ---- */

/* The end of a turn: what is to wake the node next. */
void node_rest(struct node *n)
{
	bool is_full = !tree_socket_flush(&n->socket);

	if (!is_full)
		held_clear(&n->passed);
	tree_io_rest(&n->io, member_deadline(&n->member), has_held_to_offer(n) || has_read(n),
		     is_full ? n->tree_source : -1);
}

/* What came before the time was up is taken first, also if this process did not run for a while:
 * nobody is given up whose answer waits in the socket. */
static void tick(struct node *n, struct monotime now)
{
	if (monotime_is_before(now, member_deadline(&n->member)))
		return;
	if ((n->io.sources[n->tree_source].has_more || has_read(n)) &&
	    n->postponed++ < POSTPONED_MAX)
		return;
	n->postponed = 0;
	member_tick(&n->member, now, &n->output);
	node_carry_out(n);
}

/* ICMP errors, which is all that lanes receive. */
static void take_lane_errors(struct node *n)
{
	for (size_t i = 0; i < n->socket.lanes.count && n->lane_sources[i] >= 0; i++) {
		struct tree_source *source = &n->io.sources[n->lane_sources[i]];

		if (source->has_more)
			tree_socket_take_errors(&n->socket, source->fd);
		source->has_more = false;
	}
}

/* While there is no room for what goes to the root nothing is read, so that it can stay where it
 * stands. */
int node_work(struct node *n, struct arrival *deliveries, size_t most, struct error *error)
{
	struct turn turn = begin_turn(deliveries, most);
	int status = tree_io_collect(&n->io, error);

	if (status < 0)
		return status;
	take_lane_errors(n);
	if (tree_socket_flush(&n->socket)) {
		held_clear(&n->passed);
		held_clear(&n->delivered);
		if (!has_read(n))
			status = read_all(n, error);
		take_all(n, &turn);
		offer_all_held(n, &turn);
	}
	tick(n, turn.now);
	node_rest(n);
	return status < 0 && turn.count == 0 ? status : (int)turn.count;
}

int node_send(struct node *n, const struct iovec *payloads, size_t count, struct error *error)
{
	struct turn turn = begin_turn(NULL, 0);
	int taken = held_accept(&n->held, payloads, count, n->payload_max, error);

	if (taken < 0) {
		n->counters->input_too_large += taken == HOSTCAST_TOO_LARGE ? 1 : 0;
		return taken;
	}
	n->counters->input += (uint64_t)taken;
	if (n->member.state != MEMBER_ROOT) /* its deliveries come out of node_work() */
		offer_all_held(n, &turn);
	node_rest(n);
	return taken;
}

/* T-15 */
void node_leave(struct node *n)
{
	struct turn turn = begin_turn(NULL, 0);

	while (has_held_to_offer(n) && tree_socket_flush(&n->socket))
		offer_all_held(n, &turn);
	member_leave(&n->member, &n->output);
	tree_socket_send_last(&n->socket, &n->output);
	node_rest(n);
}
