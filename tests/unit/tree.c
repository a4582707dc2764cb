#include "tree.h"

#include <stdio.h>

struct wire_address tree_address(const char *text)
{
	struct reader reader = reader_of(text, strlen(text));
	struct wire_address address = {.port = 0};

	wire_address_read(&reader, &address);
	assert_false(reader.failed);
	return address;
}

static struct wire_network network(const char *ip_and_port, unsigned prefix)
{
	struct wire_address address = tree_address(ip_and_port);
	struct wire_network made = {.prefix = (uint8_t)prefix};

	memcpy(made.ip, address.ip, IP_SIZE);
	return made;
}

int tree_setup(void **state)
{
	static const char *const OWN[] = {ME, ME_ELSEWHERE, ME_LOCALLY, ME_6};
	struct tree_node *n = calloc(1, sizeof *n);

	assert_non_null(n);
	for (size_t i = 0; i < OWN_COUNT; i++)
		memcpy(n->ips[i], tree_address(OWN[i]).ip, IP_SIZE);
	n->own = (struct own){(const uint8_t(*)[IP_SIZE])n->ips, OWN_COUNT, MCAST_PORT};
	n->admitted[0] = network("10.0.0.0 1", 96 + 8);
	n->admitted[1] = network("127.0.0.0 1", 96 + 8);
	n->admitted[2] = network("2001:db8:: 1", 32);
	n->config = (struct member_config){
		.rendezvous = tree_address(RDV),
		.admission = {n->admitted, ADMITTED_COUNT},
		.timers = TIMERS_DEFAULT,
		.children_most = CHILDREN_DEFAULT,
	};
	member_init(&n->member, &n->config, &n->own, 1, n->ring, RING_SIZE, &n->counters);
	rendezvous_init(&n->rendezvous, n->config.admission, &n->own, HOLD_NS);
	*state = n;
	return 0;
}

int tree_teardown(void **state)
{
	free(*state);
	return 0;
}

/* ---- What came out, as text ---- */

static void say(struct tree_node *n, const void *bytes, size_t size)
{
	assert_true(n->said_size + size < SAID_ROOM);
	if (size > 0)
		memcpy(n->said + n->said_size, bytes, size);
	n->said_size += size;
	n->said[n->said_size] = '\0';
}

static void say_text(struct tree_node *n, const char *text)
{
	say(n, text, strlen(text));
}

static void say_address(struct tree_node *n, const struct wire_address *address)
{
	uint8_t text[WIRE_ADDRESS_TEXT_MAX];
	struct writer writer = writer_of(text, sizeof text);

	wire_address_write(&writer, address);
	assert_false(writer.failed);
	say(n, text, writer.size);
}

static void say_destination(struct tree_node *n, const struct destination *destination)
{
	bool is_usual = destination->from == OWN_ANY || destination->from == AT_ME;

	say_text(n, "to ");
	say_address(n, &destination->to);
	if (!is_usual) {
		struct wire_address from = {.port = MCAST_PORT};

		assert_in_range(destination->from, 0, OWN_COUNT - 1);
		memcpy(from.ip, n->ips[destination->from], IP_SIZE);
		say_text(n, " from ");
		say_address(n, &from);
		n->said_size -= strlen(" 10000");
	}
}

static void say_line_end(struct tree_node *n)
{
	if (n->said_size == 0 || n->said[n->said_size - 1] != '\n')
		say_text(n, "\n");
}

static void say_payload(struct tree_node *n, const char *what)
{
	say_text(n, what);
	say_text(n, " ");
	say(n, n->output.payload.at, reader_left(&n->output.payload));
}

static void say_fate(struct tree_node *n)
{
	char attempts[16];

	if (n->output.fate == FATE_HELD || n->output.fate == FATE_LOST) {
		say_payload(n, n->output.fate == FATE_HELD ? "hold" : "lost");
		snprintf(attempts, sizeof attempts, " (%u)", n->output.attempts);
		if (n->output.attempts > 0)
			say_text(n, attempts);
		say_line_end(n);
	}
	if (n->output.release)
		say_text(n, "release\n");
}

static void say_output(struct tree_node *n)
{
	const struct output *o = &n->output;

	for (size_t i = 0; i < o->datagram_count; i++) {
		const struct output_datagram *datagram = &o->datagrams[i];

		say_destination(n, &datagram->destination);
		say_text(n, " ");
		say(n, datagram->bytes, datagram->size);
		say(n, datagram->tail.at, reader_left(&datagram->tail));
		say_line_end(n);
	}
	if (o->is_delivered) {
		say_payload(n, "deliver");
		say_line_end(n);
	}
	for (size_t i = 0; i < o->copy_count; i++) {
		say_payload(n, "copy");
		say_text(n, " ");
		say_destination(n, &o->copies[i]);
		say_line_end(n);
	}
	say_fate(n);
}

static void say_nothing_yet(struct tree_node *n)
{
	n->said_size = 0;
	n->said[0] = '\0';
}

size_t tree_count(const struct tree_node *n, const char *text)
{
	size_t count = 0;

	for (const char *at = n->said; (at = strstr(at, text)) != NULL; at += strlen(text))
		count++;
	return count;
}

bool tree_had_event(const struct tree_node *n, enum event_type type)
{
	for (size_t i = 0; i < n->output.event_count; i++)
		if (n->output.events[i].type == type)
			return true;
	return false;
}

/* ---- A member ---- */

static void end_step(struct tree_node *n)
{
	const char *broken = member_check(&n->member);

	if (broken)
		fail_msg("%s", broken);
	say_output(n);
}

void node_begins(struct tree_node *n)
{
	say_nothing_yet(n);
	member_begin(&n->member, n->now, &n->output);
	end_step(n);
}

static void hear(struct tree_node *n, unsigned at, const char *from, const void *bytes, size_t size)
{
	struct incoming in = {tree_address(from), (uint8_t)at, bytes, size};

	say_nothing_yet(n);
	member_receive(&n->member, n->now, &in, &n->output);
	end_step(n);
}

void node_hears_at(struct tree_node *n, unsigned at, const char *from, const char *message)
{
	hear(n, at, from, message, strlen(message));
}

void node_hears(struct tree_node *n, const char *from, const char *message)
{
	hear(n, AT_ME, from, message, strlen(message));
}

void node_hears_bytes(struct tree_node *n, const char *from, const void *bytes, size_t size)
{
	hear(n, AT_ME, from, bytes, size);
}

void node_offers(struct tree_node *n, const char *payload, unsigned attempts)
{
	say_nothing_yet(n);
	member_offer(&n->member, n->now, reader_of(payload, strlen(payload)), attempts, &n->output);
	end_step(n);
}

void node_leaves(struct tree_node *n)
{
	say_nothing_yet(n);
	member_leave(&n->member, &n->output);
	end_step(n);
}

void node_waits(struct tree_node *n, int64_t duration_ns)
{
	struct monotime end = monotime_add(n->now, duration_ns), due;

	say_nothing_yet(n);
	while (due = member_deadline(&n->member), !monotime_is_before(end, due)) {
		if (monotime_is_before(n->now, due))
			n->now = due;
		member_tick(&n->member, n->now, &n->output);
		end_step(n);
		due = member_deadline(&n->member);
		if (!monotime_is_before(n->now, due))
			fail_msg("a tick at the deadline leaves the deadline where it was");
	}
	n->now = end;
}

void node_becomes_root(struct tree_node *n)
{
	node_begins(n);
	node_hears(n, RDV, "TOOR\n");
	node_hears(n, RDV, "YREG\n");
	assert_int_equal(n->member.state, MEMBER_ROOT);
}

void node_asks(struct tree_node *n, const char *candidate)
{
	char message[128];

	node_begins(n);
	snprintf(message, sizeof message, "TOOR\n%s", candidate);
	node_hears(n, RDV, message);
	assert_int_equal(n->member.state, MEMBER_JOINING);
}

void node_attaches_to(struct tree_node *n, const char *parent, const char *path)
{
	char message[4096];

	node_asks(n, parent);
	snprintf(message, sizeof message, "YJOI\n" ME "\n%s", path);
	node_hears(n, parent, message);
	assert_int_equal(n->member.state, MEMBER_ATTACHED);
}

void node_attaches(struct tree_node *n)
{
	node_attaches_to(n, PARENT, ROOT);
}

/* Byte for byte, with what stands between the fields. */
void tree_take_snapshot(const struct tree_node *n, struct tree_snapshot *snapshot)
{
	memcpy(&snapshot->member, &n->member, sizeof n->member);
	memcpy(snapshot->ring, n->ring, sizeof n->ring);
}

void assert_unchanged(const struct tree_node *n, const struct tree_snapshot *before)
{
	assert_memory_equal(&n->member, &before->member, sizeof n->member);
	assert_memory_equal(n->ring, before->ring, sizeof n->ring);
}

/* ---- A rendezvous point ---- */

void rdv_hears_at(struct tree_node *n, unsigned at, const char *from, const char *message)
{
	struct incoming in = {tree_address(from), (uint8_t)at, (const uint8_t *)message,
			      strlen(message)};

	say_nothing_yet(n);
	rendezvous_receive(&n->rendezvous, n->now, &in, &n->output);
	say_output(n);
}

void rdv_hears(struct tree_node *n, const char *from, const char *message)
{
	rdv_hears_at(n, AT_ME, from, message);
}

void rdv_waits(struct tree_node *n, int64_t duration_ns)
{
	struct monotime end = monotime_add(n->now, duration_ns), due;

	say_nothing_yet(n);
	while (due = rendezvous_deadline(&n->rendezvous), !monotime_is_before(end, due)) {
		n->now = due;
		rendezvous_tick(&n->rendezvous, n->now, &n->output);
		say_output(n);
	}
	n->now = end;
}
