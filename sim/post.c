#include "post.h"

#include "base/list.h"

#include <stdlib.h>
#include <string.h>

/* ---- Bytes ---- */

struct packet *packet_new(struct reader head, struct reader tail)
{
	size_t head_size = reader_left(&head), tail_size = reader_left(&tail);
	struct packet *packet = malloc(sizeof *packet + head_size + tail_size);

	if (!packet)
		return NULL;
	packet->references = 1;
	packet->size = (uint32_t)(head_size + tail_size);
	if (head_size > 0)
		memcpy(packet->bytes, head.at, head_size);
	if (tail_size > 0)
		memcpy(packet->bytes + head_size, tail.at, tail_size);
	return packet;
}

void packet_release(struct packet *packet)
{
	if (--packet->references == 0)
		free(packet);
}

/* ---- Beginning and end ---- */

bool post_init(struct post *post, const struct world *world, const struct topology *topology,
	       struct queue *queue, struct accounts *accounts)
{
	size_t hosts = (size_t)world->count + 1;

	*post = (struct post){
		.topology = topology,
		.links = world->scenario->links,
		.random = scenario_random(world->scenario->seed, PURPOSE_LINKS),
		.queue = queue,
		.accounts = accounts,
		.free = NOBODY,
	};
	if (post->links.lost_first == 0)
		return true;
	post->first = calloc(hosts * hosts, sizeof *post->first);
	return post->first != NULL;
}

void post_done(struct post *post)
{
	for (size_t i = 0; i < post->made; i++)
		if (post->datagrams[i].packet)
			packet_release(post->datagrams[i].packet);
	free(post->datagrams);
	free(post->barriers);
	free(post->first);
	*post = (struct post){0};
}

/* ---- Where datagrams are ---- */

struct datagram *post_at(struct post *post, uint32_t number)
{
	return &post->datagrams[number];
}

static bool add(struct post *post, const struct datagram *datagram, uint32_t *number)
{
	*number = post->free;
	if (*number != NOBODY) {
		post->free = post->datagrams[*number].next;
	} else {
		struct datagram *datagrams =
			list_grow(post->datagrams, post->made, &post->room, sizeof *datagrams);

		if (!datagrams)
			return false;
		post->datagrams = datagrams;
		*number = (uint32_t)post->made++;
	}
	post->datagrams[*number] = *datagram;
	datagram->packet->references++;
	if (++post->under_way > post->under_way_most)
		post->under_way_most = post->under_way;
	if (datagram->payload != NOBODY)
		accounts_hold(post->accounts, datagram->payload);
	return true;
}

void post_release(struct post *post, struct world *world, uint32_t number)
{
	struct datagram *datagram = &post->datagrams[number];
	uint32_t payload = datagram->payload;

	packet_release(datagram->packet);
	datagram->packet = NULL;
	datagram->next = post->free;
	post->free = number;
	post->under_way--;
	if (payload != NOBODY)
		accounts_release(post->accounts, world, payload);
}

void post_lose(struct post *post, const struct datagram *datagram, enum outcome reason)
{
	post->lost++;
	if (datagram->payload != NOBODY)
		accounts_lose(post->accounts, datagram->payload, datagram->to, datagram->is_entry,
			      reason);
}

/* ---- Who reaches whom ---- */

bool post_set_apart(struct post *post, const struct barrier *barrier)
{
	struct barrier *barriers = list_grow(post->barriers, post->barrier_count,
					     &post->barrier_room, sizeof *barriers);

	if (!barriers)
		return false;
	post->barriers = barriers;
	barriers[post->barrier_count++] = *barrier;
	return true;
}

void post_reunite(struct post *post, size_t fault)
{
	for (size_t i = post->barrier_count; i-- > 0;)
		if (post->barriers[i].fault == fault)
			post->barriers[i] = post->barriers[--post->barrier_count];
}

static bool is_on_that_side(const struct barrier *barrier, uint32_t host)
{
	struct random side = {.state = (uint64_t)barrier->who << 32 | host};

	return barrier->is_alone ? host == barrier->who : random_next(&side) >> 63 != 0;
}

static bool is_apart(const struct post *post, uint32_t a, uint32_t b)
{
	for (size_t i = 0; i < post->barrier_count; i++)
		if (is_on_that_side(&post->barriers[i], a) !=
		    is_on_that_side(&post->barriers[i], b))
			return true;
	return false;
}

/* ---- What links do ---- */

void post_become_perfect(struct post *post)
{
	post->links.loss = post->links.duplicate = post->links.reorder = 0;
	post->links.lost_first = 0;
	post->links.no_fragment = false;
}

static bool happens(struct post *post, int64_t millionths)
{
	return millionths > 0 && random_below(&post->random, MILLION) < (uint64_t)millionths;
}

static bool is_first(struct post *post, const struct world *world, uint32_t from, uint32_t to)
{
	uint8_t *count;

	if (post->links.lost_first == 0)
		return false;
	count = &post->first[(size_t)from * (world->count + 1) + to];
	if (*count >= post->links.lost_first)
		return false;
	++*count;
	return true;
}

static uint64_t fragments_of(const struct post *post, uint32_t size)
{
	uint64_t whole = (uint64_t)size + IP_AND_UDP_4, mtu = (uint64_t)post->links.mtu;

	return (whole + mtu - 1) / mtu;
}

/* Why it is lost; OUTCOME_OPEN if it is not. */
static enum outcome fate_of(struct post *post, const struct world *world,
			    const struct datagram *datagram)
{
	uint64_t fragments = fragments_of(post, datagram->packet->size);

	post->fragmented += fragments > 1;
	if (fragments > 1 && post->links.no_fragment)
		return OUTCOME_TOO_LARGE;
	if (is_apart(post, datagram->from, datagram->to))
		return OUTCOME_APART;
	if (is_first(post, world, datagram->from, datagram->to))
		return OUTCOME_FIRST;
	for (uint64_t i = 0; i < fragments; i++)
		if (happens(post, post->links.loss))
			return OUTCOME_LINK;
	return OUTCOME_OPEN;
}

/* One that is reordered comes so late that several sent after it may overtake it. */
static int64_t delay_ns(struct post *post, const struct datagram *datagram)
{
	int64_t ns = topology_delay_ns(post->topology, datagram->from, datagram->to) +
		     post->links.delay_ns;

	if (happens(post, post->links.reorder))
		ns += (int64_t)random_below(&post->random, (uint64_t)(4 * ns) + 1);
	if (post->links.jitter_ns > 0)
		ns += (int64_t)random_below(&post->random, (uint64_t)post->links.jitter_ns + 1);
	return ns;
}

static void put_on_its_way(struct post *post, struct world *world, const struct datagram *datagram)
{
	uint32_t number;

	if (!add(post, datagram, &number) ||
	    !queue_add(post->queue, world->now_ns + delay_ns(post, datagram), DUE_ARRIVAL, number))
		world->is_out_of_memory = true;
}

void post_send(struct post *post, struct world *world, const struct datagram *datagram)
{
	struct datagram copy = *datagram;
	enum outcome fate = fate_of(post, world, datagram);

	if (fate != OUTCOME_OPEN) {
		post_lose(post, datagram, fate);
		return;
	}
	if (happens(post, post->links.duplicate)) {
		post->duplicated++;
		copy.may_repeat = true;
		put_on_its_way(post, world, &copy);
	}
	put_on_its_way(post, world, &copy);
}
