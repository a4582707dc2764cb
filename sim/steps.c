#include "steps.h"

#include "base/list.h"
#include "planted.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum {
	HELD_MAX = 16,     /* payloads that wait at one member */
	WAITING_MAX = 256, /* datagrams that wait for one that pauses */
};

static struct reader data_header(void)
{
	return reader_of("DATA\n", HEADER_SIZE);
}

/* ---- Timers ---- */

static void set_timer(struct simulation *sim, int64_t *timer_ns, int64_t at_ns, uint32_t host)
{
	if (at_ns < sim->world.now_ns)
		at_ns = sim->world.now_ns;
	if (at_ns >= *timer_ns) /* it rings early, and is set again */
		return;
	*timer_ns = at_ns;
	if (!queue_add(&sim->queue, at_ns, DUE_TIMER, host))
		sim->world.is_out_of_memory = true;
}

static void set_member_timer(struct simulation *sim, uint32_t host)
{
	struct node *node = &sim->world.nodes[host];
	struct monotime deadline = member_deadline(&node->member);

	if (node->is_alive && !node->is_paused && deadline.ns != MONOTIME_NEVER.ns)
		set_timer(sim, &node->timer_ns, world_time_of(node, deadline), host);
}

static void set_rendezvous_timer(struct simulation *sim)
{
	struct world *world = &sim->world;
	struct monotime deadline = rendezvous_deadline(&world->rendezvous);

	if (world->rendezvous_is_up && deadline.ns != MONOTIME_NEVER.ns)
		set_timer(sim, &world->rendezvous_timer_ns, deadline.ns, world->count);
}

/* ---- What a step wants done ---- */

static void count_control(struct simulation *sim, uint32_t host, uint32_t size)
{
	uint64_t bytes = (uint64_t)size + IP_AND_UDP_4;

	if (host >= sim->world.count) {
		sim->rendezvous_messages++;
		return;
	}
	sim->control_messages++;
	sim->control_bytes += bytes;
	sim->world.nodes[host].control_messages++;
	sim->world.nodes[host].control_bytes += bytes;
}

static uint32_t payload_number(struct reader payload)
{
	uint32_t number = 0;

	assert(reader_left(&payload) >= PAYLOAD_NAME_SIZE);
	for (size_t i = 0; i < PAYLOAD_NAME_SIZE; i++)
		number = number << 4 | (uint32_t)(payload.at[i] <= '9' ? payload.at[i] - '0'
								       : payload.at[i] - 'a' + 10);
	return number;
}

static void send_messages(struct simulation *sim, uint32_t host)
{
	for (size_t i = 0; i < sim->output.datagram_count; i++) {
		const struct output_datagram *d = &sim->output.datagrams[i];
		bool has_payload = reader_left(&d->tail) > 0;
		struct datagram datagram = {
			.packet = packet_new(reader_of(d->bytes, d->size), d->tail),
			.from = host,
			.to = world_host(&sim->world, &d->destination.to),
			.payload = has_payload ? payload_number(d->tail) : NOBODY,
			.hops = sim->arriving.hops,
			.is_entry = has_payload, /* a refusal: of no use but to the source */
			.may_repeat = has_payload && sim->arriving.may_repeat,
		};

		if (!datagram.packet) {
			sim->world.is_out_of_memory = true;
			return;
		}
		if (!has_payload)
			count_control(sim, host, datagram.packet->size);
		if (datagram.to == NOBODY)
			post_lose(&sim->post, &datagram, OUTCOME_GONE);
		else
			post_send(&sim->post, &sim->world, &datagram);
		packet_release(datagram.packet);
	}
}

/* The copies of a payload share its bytes, with the datagram in which it came if it did. */
static struct packet *packet_of_payload(struct simulation *sim)
{
	struct packet *came = sim->arriving.packet;
	const uint8_t *at = sim->output.payload.at;

	if (came && at == came->bytes + HEADER_SIZE) {
		came->references++;
		return came;
	}
	return packet_new(data_header(), sim->output.payload);
}

static void send_copies(struct simulation *sim, uint32_t host, bool may_repeat)
{
	struct output *output = &sim->output;
	struct datagram datagram = {
		.packet = packet_of_payload(sim),
		.from = host,
		.payload = payload_number(output->payload),
		.hops = (uint16_t)(sim->arriving.hops + 1),
		.is_entry = !output->is_delivered,
		.may_repeat = may_repeat,
	};

	if (!datagram.packet) {
		sim->world.is_out_of_memory = true;
		return;
	}
	if (datagram.hops > sim->hops_most)
		sim->hops_most = datagram.hops;
	for (size_t i = 0; i < output->copy_count; i++) {
		datagram.to = world_host(&sim->world, &output->copies[i].to);
		post_send(&sim->post, &sim->world, &datagram);
	}
	packet_release(datagram.packet);
}

static void note_events(struct simulation *sim, uint32_t host)
{
	for (size_t i = 0; i < sim->output.event_count; i++) {
		const struct event *event = &sim->output.events[i];

		world_note(&sim->world, JOURNAL_EVENTS + event->type, host,
			   world_host(&sim->world, &event->address));
	}
}

/* ---- Payloads that wait ---- */

static bool new_held(struct simulation *sim, uint32_t *number)
{
	struct held *held;

	*number = sim->held_free;
	if (*number != NOBODY) {
		sim->held_free = sim->held[*number].next;
		return true;
	}
	held = list_grow(sim->held, sim->held_made, &sim->held_room, sizeof *held);
	if (!held)
		return false;
	sim->held = held;
	*number = (uint32_t)sim->held_made++;
	return true;
}

static void hold(struct simulation *sim, uint32_t host, const struct held *payload)
{
	struct node *node = &sim->world.nodes[host];
	uint32_t number;

	if (node->held_count == HELD_MAX) {
		accounts_lose(&sim->accounts, payload->payload, host, true, OUTCOME_HELD);
		return;
	}
	if (!new_held(sim, &number)) {
		sim->world.is_out_of_memory = true;
		return;
	}
	sim->held[number] = *payload;
	sim->held[number].next = NOBODY;
	if (node->held_count++ == 0)
		node->held = number;
	else
		sim->held[node->held_last].next = number;
	node->held_last = number;
	accounts_hold(&sim->accounts, payload->payload);
}

static struct held take_held(struct simulation *sim, struct node *node)
{
	uint32_t number = node->held;
	struct held held = sim->held[number];

	node->held = held.next;
	node->held_count--;
	sim->held[number].next = sim->held_free;
	sim->held_free = number;
	return held;
}

/* Without circles a copy has been in no more places than the deepest tree has levels, and without
 * the tree of another root. As long as a tree may be wrong, it may go round. */
static void check_circulation(struct simulation *sim, uint32_t host, uint32_t payload)
{
	struct world *world = &sim->world;
	bool is_old = world->now_ns - sim->accounts.list[payload].offered_ns > world->heal_ns;

	if (is_old && sim->arriving.hops > 2 * PATH_MAX_LENGTH)
		world_fail(world, "payload %" PRIu32 " still circulates at %" PRIu32, payload,
			   host);
}

static void handle_payload(struct simulation *sim, uint32_t host, bool may_repeat)
{
	const struct node *node = &sim->world.nodes[host];
	struct output *output = &sim->output;
	uint32_t payload = payload_number(output->payload);

	if (sim->arriving.packet && !sim->arriving.is_entry && node->member.state == MEMBER_ROOT)
		accounts_cross(&sim->accounts, payload);
	if (output->is_delivered) {
		check_circulation(sim, host, payload);
		may_repeat =
			accounts_deliver(&sim->accounts, &sim->world, payload, host, may_repeat);
	}
	if (output->copy_count > 0)
		send_copies(sim, host, may_repeat);
	if (output->fate == FATE_HELD)
		hold(sim, host,
		     &(struct held){.payload = payload,
				    .attempts = (uint8_t)output->attempts,
				    .may_repeat = may_repeat});
	else if (output->fate == FATE_LOST)
		accounts_lose(&sim->accounts, payload, host, true, OUTCOME_REFUSED);
}

static void note_delivery(struct simulation *sim, struct node *node)
{
	if (!sim->output.is_delivered || node->bereft_ns == NEVER_NS)
		return;
	histogram_add(&sim->bereft_ns, sim->world.now_ns - node->bereft_ns);
	node->bereft_ns = NEVER_NS;
}

static void release_held(struct simulation *sim, uint32_t host);

/* After each call into a member. may_repeat: of the payload that it is about, if any. */
static void finish(struct simulation *sim, uint32_t host, bool may_repeat)
{
	struct world *world = &sim->world;
	struct node *node = &world->nodes[host];
	bool was_attached = node->attached_ns != NEVER_NS;
	bool releases = sim->output.release;

	sim->steps++;
	note_events(sim, host);
	send_messages(sim, host);
	if (sim->output.payload.at)
		handle_payload(sim, host, may_repeat);
	note_delivery(sim, node);
	planted_after(world, node);
	watcher_look_at(&sim->watcher, world, host);
	if (!was_attached && node->attached_ns != NEVER_NS)
		histogram_add(&sim->attach_ns, node->attached_ns - node->begun_ns);
	set_member_timer(sim, host);
	if (releases)
		release_held(sim, host);
}

static void offer(struct simulation *sim, uint32_t host, const struct held *held)
{
	struct node *node = &sim->world.nodes[host];
	struct reader payload = reader_of(sim->payload, (size_t)sim->world.scenario->payload_size);
	static const char DIGITS[] = "0123456789abcdef";

	for (size_t i = 0; i < PAYLOAD_NAME_SIZE; i++)
		sim->payload[i] = (uint8_t)DIGITS[held->payload >> (28 - 4 * i) & 15];
	sim->arriving = (struct datagram){.packet = NULL};
	member_offer(&node->member, world_clock(node, sim->world.now_ns), payload, held->attempts,
		     &sim->output);
	finish(sim, host, held->may_repeat);
}

static void release_held(struct simulation *sim, uint32_t host)
{
	struct node *node = &sim->world.nodes[host];
	struct datagram arriving = sim->arriving;

	for (uint32_t left = node->held_count; left > 0; left--) {
		struct held held = take_held(sim, node);

		offer(sim, host, &held);
		accounts_release(&sim->accounts, &sim->world, held.payload);
	}
	sim->arriving = arriving;
}

void step_offer(struct simulation *sim, uint32_t host, uint32_t payload)
{
	world_note(&sim->world, DEED_OFFERS, host, payload);
	accounts_hold(&sim->accounts, payload);
	offer(sim, host, &(struct held){.payload = payload});
	accounts_release(&sim->accounts, &sim->world, payload);
}

/* ---- What arrives ---- */

/* By which counter a node says that it has dropped a payload; OUTCOME_OPEN: by none. */
static enum outcome dropped(const struct member_counters *before,
			    const struct member_counters *after)
{
	if (after->data_stranger > before->data_stranger)
		return OUTCOME_STRANGER;
	if (after->data_candidate > before->data_candidate)
		return OUTCOME_CANDIDATE;
	if (after->data_former > before->data_former)
		return OUTCOME_FORMER;
	if (after->data_unreturned > before->data_unreturned)
		return OUTCOME_UNRETURNED;
	if (after->not_allowed > before->not_allowed)
		return OUTCOME_NOT_ALLOWED;
	if (after->origin.input_unknown > before->origin.input_unknown)
		return OUTCOME_UNKNOWN;
	return OUTCOME_OPEN;
}

/* A payload came to a member, and the step is done. */
static void account_for(struct simulation *sim, uint32_t host, const struct member_counters *before)
{
	const struct datagram *d = &sim->arriving;
	enum outcome reason;

	if (sim->output.is_delivered || sim->output.fate != FATE_NONE)
		return;
	reason = dropped(before, &sim->world.counters);
	if (reason == OUTCOME_OPEN) {
		world_fail(&sim->world,
			   "member %" PRIu32 " dropped payload %" PRIu32 " and did not count it",
			   host, d->payload);
		return;
	}
	world_note(&sim->world, DEED_DROPS, host, d->payload);
	accounts_lose(&sim->accounts, d->payload, host, d->is_entry, reason);
}

static void receive(struct simulation *sim, uint32_t host, const struct incoming *in)
{
	struct world *world = &sim->world;
	struct node *node = &world->nodes[host];
	bool has_payload = sim->arriving.payload != NOBODY;
	struct member_counters before;

	if (has_payload)
		before = world->counters;
	else
		count_control(sim, host, (uint32_t)in->size);
	member_receive(&node->member, world_clock(node, world->now_ns), in, &sim->output);
	if (has_payload)
		account_for(sim, host, &before);
	finish(sim, host, sim->arriving.may_repeat);
}

static void receive_at_rendezvous(struct simulation *sim, const struct incoming *in)
{
	struct world *world = &sim->world;

	sim->rendezvous_messages++;
	rendezvous_receive(&world->rendezvous, (struct monotime){world->now_ns}, in, &sim->output);
	note_events(sim, world->count);
	send_messages(sim, world->count);
	set_rendezvous_timer(sim);
}

static void wait(struct simulation *sim, struct node *node, uint32_t number)
{
	struct datagram *datagram = post_at(&sim->post, number);

	if (node->waiting_count == WAITING_MAX) {
		post_lose(&sim->post, datagram, OUTCOME_OVERFLOW);
		post_release(&sim->post, &sim->world, number);
		return;
	}
	datagram->next = NOBODY;
	if (node->waiting_count++ == 0)
		node->waiting = number;
	else
		post_at(&sim->post, node->waiting_last)->next = number;
	node->waiting_last = number;
}

static void log_arrival(struct world *world, const struct datagram *datagram)
{
	const struct journal_entry entry = {.at_ns = world->now_ns,
					    .kind = DEED_SENDS,
					    .host = datagram->to,
					    .about = datagram->from,
					    .detail = datagram->packet->size};

	journal_mix(&world->journal, &entry);
}

static void deliver(struct simulation *sim, const struct datagram *datagram)
{
	struct world *world = &sim->world;
	struct incoming in = {
		.from = world_address(datagram->from),
		.at = 0,
		.bytes = datagram->packet->bytes,
		.size = datagram->packet->size,
	};

	log_arrival(world, datagram);
	if (datagram->to == world->count) {
		receive_at_rendezvous(sim, &in);
	} else if (planted_receive(world, &world->nodes[datagram->to], &in)) {
		for (unsigned i = planted_times(world, &in); i > 0; i--)
			receive(sim, datagram->to, &in);
	}
}

static bool is_up(const struct world *world, uint32_t host)
{
	return host == world->count ? world->rendezvous_is_up : world->nodes[host].is_alive;
}

void step_receive(struct simulation *sim, uint32_t number)
{
	struct world *world = &sim->world;

	sim->arriving = *post_at(&sim->post, number);
	if (!is_up(world, sim->arriving.to)) {
		post_lose(&sim->post, &sim->arriving, OUTCOME_GONE);
	} else if (sim->arriving.to < world->count && world->nodes[sim->arriving.to].is_paused) {
		wait(sim, &world->nodes[sim->arriving.to], number);
		return;
	} else {
		deliver(sim, &sim->arriving);
	}
	sim->arriving.packet = NULL;
	post_release(&sim->post, world, number);
}

/* ---- Time ---- */

static void tick_rendezvous(struct simulation *sim)
{
	struct world *world = &sim->world;

	world->rendezvous_timer_ns = NEVER_NS;
	if (!world->rendezvous_is_up)
		return;
	rendezvous_tick(&world->rendezvous, (struct monotime){world->now_ns}, &sim->output);
	note_events(sim, world->count);
	set_rendezvous_timer(sim);
}

static void tick_member(struct simulation *sim, uint32_t host)
{
	struct world *world = &sim->world;
	struct node *node = &world->nodes[host];
	struct monotime now = world_clock(node, world->now_ns);

	if (monotime_is_before(now, member_deadline(&node->member))) {
		set_member_timer(sim, host);
		return;
	}
	sim->arriving = (struct datagram){.packet = NULL};
	member_tick(&node->member, now, &sim->output);
	if (!monotime_is_before(now, member_deadline(&node->member)))
		world_fail(world, "member %" PRIu32 " has a deadline that does not move on", host);
	finish(sim, host, false);
}

void step_tick(struct simulation *sim, uint32_t host, int64_t set_for_ns)
{
	struct world *world = &sim->world;
	struct node *node = &world->nodes[host];

	if (host == world->count) {
		if (world->rendezvous_timer_ns == set_for_ns)
			tick_rendezvous(sim);
		return;
	}
	if (node->timer_ns != set_for_ns)
		return;
	node->timer_ns = NEVER_NS;
	if (node->is_alive && !node->is_paused)
		tick_member(sim, host);
}

/* ---- Lives ---- */

static uint64_t seed_of(const struct world *world, uint32_t host, uint32_t life)
{
	struct random random = scenario_random(world->scenario->seed, PURPOSE_MEMBERS);

	random.state ^= (uint64_t)life << 32 | host;
	return random_next(&random);
}

void step_begin(struct simulation *sim, uint32_t host)
{
	struct world *world = &sim->world;
	struct node *node = &world->nodes[host];

	if (node->is_alive)
		return;
	world_note(world, DEED_BEGINS, host, NOBODY);
	node->is_alive = true;
	node->is_paused = false;
	node->begun_ns = node->moved_ns = world->now_ns;
	node->attached_ns = node->bereft_ns = node->timer_ns = NEVER_NS;
	world->alive++;
	memset(node->ring, 0, sizeof node->ring);
	member_init(&node->member, &world->config, &node->own, seed_of(world, host, node->lives++),
		    node->ring, SENT_RING, &world->counters);
	sim->arriving = (struct datagram){.packet = NULL};
	member_begin(&node->member, world_clock(node, world->now_ns), &sim->output);
	finish(sim, host, false);
}

static void forget_waiting(struct simulation *sim, struct node *node)
{
	uint32_t number = node->waiting;

	for (; node->waiting_count > 0; node->waiting_count--) {
		uint32_t next = post_at(&sim->post, number)->next;

		post_lose(&sim->post, post_at(&sim->post, number), OUTCOME_GONE);
		post_release(&sim->post, &sim->world, number);
		number = next;
	}
}

static void end_life(struct simulation *sim, uint32_t host)
{
	struct world *world = &sim->world;
	struct node *node = &world->nodes[host];

	node->is_alive = node->is_paused = false;
	node->moved_ns = world->now_ns;
	world->alive--;
	watcher_look_at(&sim->watcher, world, host);
	while (node->held_count > 0) {
		struct held held = take_held(sim, node);

		accounts_lose(&sim->accounts, held.payload, host, true, OUTCOME_SOURCE);
		accounts_release(&sim->accounts, world, held.payload);
	}
	forget_waiting(sim, node);
}

void step_stop(struct simulation *sim, uint32_t host)
{
	if (!sim->world.nodes[host].is_alive)
		return;
	world_note(&sim->world, DEED_STOPS, host, NOBODY);
	end_life(sim, host);
}

void step_leave(struct simulation *sim, uint32_t host)
{
	struct node *node = &sim->world.nodes[host];

	if (!node->is_alive)
		return;
	world_note(&sim->world, DEED_LEAVES, host, NOBODY);
	if (!node->is_paused) {
		sim->arriving = (struct datagram){.packet = NULL};
		member_leave(&node->member, &sim->output);
		send_messages(sim, host);
	}
	end_life(sim, host);
}

void step_pause(struct simulation *sim, uint32_t host)
{
	struct node *node = &sim->world.nodes[host];

	if (!node->is_alive || node->is_paused)
		return;
	world_note(&sim->world, DEED_PAUSES, host, NOBODY);
	node->is_paused = true;
}

void step_resume(struct simulation *sim, uint32_t host)
{
	struct node *node = &sim->world.nodes[host];
	uint32_t number = node->waiting;

	if (!node->is_alive || !node->is_paused)
		return;
	world_note(&sim->world, DEED_RESUMES, host, NOBODY);
	node->is_paused = false;
	for (; node->waiting_count > 0; node->waiting_count--) {
		if (!queue_add(&sim->queue, sim->world.now_ns, DUE_ARRIVAL, number))
			sim->world.is_out_of_memory = true;
		number = post_at(&sim->post, number)->next;
	}
	set_member_timer(sim, host);
}

void step_begin_rendezvous(struct simulation *sim)
{
	struct world *world = &sim->world;

	if (world->rendezvous_is_up)
		return;
	world_note(world, DEED_BEGINS, world->count, NOBODY);
	world->rendezvous_is_up = true;
	rendezvous_init(&world->rendezvous, world->config.admission, &world->rendezvous_own,
			world->config.timers.hold_ns);
	world->rendezvous_timer_ns = NEVER_NS;
}

void step_stop_rendezvous(struct simulation *sim)
{
	if (!sim->world.rendezvous_is_up)
		return;
	world_note(&sim->world, DEED_STOPS, sim->world.count, NOBODY);
	sim->world.rendezvous_is_up = false;
}
