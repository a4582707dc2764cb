#include "conversations.h"

#include "base/hash.h"
#include "base/list.h"
#include "net/address.h"
#include "tcp_segments.h"
#include "tcp_sockets.h"
#include "udp_datagrams.h"

#include <stdlib.h>
#include <string.h>

/* Two keys for a conversation with a group, one for others; a quarter and more of the places is
 * free. */
enum { KEYS_MAX = 2 * CONVERSATIONS_MAX, PLACES = 32768 };

enum { SEARCHED_MAX = 512 }; /* steps back, for what an ICMP error is about */

/* What tells conversations apart: two ends, the lower one first. With one end and no other it is
 * that of who last asked a group from there: answers come from anyone. All of it is compared as
 * bytes. */
struct key {
	uint8_t ips[2][16];
	uint16_t ports[2];
	uint32_t interface, cooked_interface;
	uint16_t vlan;
	uint8_t transport;
	uint8_t family;
};

struct known_key {
	struct key key;
	size_t index; /* of the conversation */
};

struct entry {
	size_t index;
	struct conversation conversation;
	struct tcp_tracker *tracker; /* of TCP */
};

struct conversations {
	struct entry **entries;
	size_t count, room;
	size_t step_count;
	struct known_key *keys;
	size_t key_count;
	hash_place *places; /* in the keys */
	struct conversations_counters counters;
};

/* A packet on its way into a conversation. */
struct arrival {
	const struct frame *frame;
	const struct packet *packet;
	uint64_t number;
	const union hostcast_address *source, *destination; /* of what an ICMP error is about */
	enum transport transport;
};

/* ---- Keys ---- */

static void write_end(struct key *key, size_t at, const union hostcast_address *address)
{
	if (address->any.sa_family == AF_INET6)
		memcpy(key->ips[at], &address->v6.sin6_addr, sizeof key->ips[at]);
	else
		memcpy(key->ips[at], &address->v4.sin_addr, sizeof address->v4.sin_addr);
	key->ports[at] = address_port(address);
}

static struct key key_of_one(const struct arrival *arrival, const union hostcast_address *end)
{
	struct key key;

	memset(&key, 0, sizeof key); /* with what may be between its members */
	write_end(&key, 0, end);
	key.interface = arrival->frame->interface;
	key.cooked_interface = arrival->packet->link.cooked_interface;
	key.vlan = packet_vlan(arrival->packet);
	key.transport = (uint8_t)arrival->transport;
	key.family = end->any.sa_family == AF_INET6 ? 6 : 4;
	return key;
}

static bool is_lower(const union hostcast_address *a, const union hostcast_address *b)
{
	int order = address_compare_ip(a, b);

	return order < 0 || (order == 0 && address_port(a) < address_port(b));
}

static struct key key_of(const struct arrival *arrival)
{
	const union hostcast_address *a = arrival->source, *b = arrival->destination;
	bool is_in_order = is_lower(a, b);
	struct key key = key_of_one(arrival, is_in_order ? a : b);

	write_end(&key, 1, is_in_order ? b : a);
	return key;
}

static bool is_key(const void *list, size_t index, const void *key)
{
	return memcmp(&((const struct known_key *)list)[index].key, key, sizeof(struct key)) == 0;
}

static hash_place *find_place(struct conversations *c, const struct key *key)
{
	return hash_find(c->places, PLACES, hash_bytes(HASH_BEGIN, key, sizeof *key), is_key,
			 c->keys, key);
}

static struct entry *find(struct conversations *c, const struct key *key)
{
	hash_place place = *find_place(c, key);

	return place > 0 ? c->entries[c->keys[place - 1].index] : NULL;
}

/* There is room for all: what is remembered in place of another conversation takes its key. */
static void remember(struct conversations *c, const struct key *key, const struct entry *entry)
{
	hash_place *place = find_place(c, key);

	if (*place == 0)
		*place = (hash_place)++c->key_count;
	c->keys[*place - 1] = (struct known_key){*key, entry->index};
}

/* ---- A new conversation ---- */

static bool is_broadcast(const struct packet *packet)
{
	return (packet->link.has_destination && mac_is_broadcast(packet->link.destination)) ||
	       (packet->destination.any.sa_family == AF_INET &&
		packet->destination.v4.sin_addr.s_addr == htonl(INADDR_BROADCAST));
}

/* Whose packet the first one is. */
static enum side first_sender(const struct arrival *arrival)
{
	const struct tcp_segment *tcp = &arrival->packet->tcp;

	if (arrival->transport != TRANSPORT_TCP)
		return SIDE_CLIENT;
	if (tcp->flags & TCP_SYN)
		return tcp->flags & TCP_ACK ? SIDE_SERVER : SIDE_CLIENT;
	return address_port(arrival->source) >= address_port(arrival->destination) ? SIDE_CLIENT
										   : SIDE_SERVER;
}

static void fill_in(struct conversation *conversation, const struct arrival *arrival)
{
	const struct packet *packet = arrival->packet;
	enum side from = first_sender(arrival);
	bool is_tcp = arrival->transport == TRANSPORT_TCP;

	conversation->transport = arrival->transport;
	conversation->interface = arrival->frame->interface;
	conversation->cooked_interface = arrival->packet->link.cooked_interface;
	conversation->ends[from] = *arrival->source;
	conversation->ends[side_other(from)] = *arrival->destination;
	conversation->is_to_group =
		!is_tcp && (address_is_multicast(arrival->destination) || is_broadcast(packet));
	conversation->is_from_middle =
		is_tcp && (packet->tcp.flags & (TCP_SYN | TCP_ACK)) != TCP_SYN;
}

static struct entry *new_entry(const struct arrival *arrival)
{
	struct entry *entry = calloc(1, sizeof *entry);

	if (!entry)
		return NULL;
	fill_in(&entry->conversation, arrival);
	if (arrival->transport != TRANSPORT_TCP)
		return entry;
	entry->tracker = calloc(1, sizeof *entry->tracker);
	if (entry->tracker)
		return entry;
	free(entry);
	return NULL;
}

/* NULL: there is no room. */
static struct entry *begin(struct conversations *c, const struct arrival *arrival)
{
	struct key key = key_of(arrival);
	struct entry **entries;
	struct entry *entry;

	if (c->count == CONVERSATIONS_MAX)
		return NULL;
	entries = list_grow(c->entries, c->count, &c->room, sizeof(struct entry *));
	if (!entries)
		return NULL;
	c->entries = entries;
	entry = new_entry(arrival);
	if (!entry)
		return NULL;
	entry->index = c->count++;
	c->entries[entry->index] = entry;
	remember(c, &key, entry);
	return entry;
}

/* ---- The conversation of a packet ---- */

static enum side side_of(const struct conversation *conversation,
			 const union hostcast_address *source)
{
	return address_same_ip(source, &conversation->ends[SIDE_CLIENT]) &&
			       address_port(source) ==
				       address_port(&conversation->ends[SIDE_CLIENT])
		       ? SIDE_CLIENT
		       : SIDE_SERVER;
}

static bool is_another(const struct entry *entry, const struct arrival *arrival)
{
	const struct conversation *conversation = &entry->conversation;

	return arrival->transport == TRANSPORT_TCP &&
	       tcp_begins_another(entry->tracker, conversation, &arrival->packet->tcp,
				  side_of(conversation, arrival->source));
}

/* Who last asked a group from where this datagram goes; NULL: nobody. */
static struct entry *find_asker(struct conversations *c, const struct arrival *arrival)
{
	struct key key = key_of_one(arrival, arrival->destination);

	return arrival->transport == TRANSPORT_UDP ? find(c, &key) : NULL;
}

static void remember_asker(struct conversations *c, const struct entry *entry,
			   const struct arrival *arrival)
{
	struct key key = key_of_one(arrival, arrival->source);

	remember(c, &key, entry);
}

/* That of these two ends, or of the group that was asked; a new one, or NULL if there is no room.
 */
static struct entry *entry_for(struct conversations *c, const struct arrival *arrival)
{
	struct key key = key_of(arrival);
	struct entry *entry = find(c, &key);

	if (!entry)
		entry = find_asker(c, arrival);
	if (!entry || is_another(entry, arrival))
		entry = begin(c, arrival);
	return entry;
}

/* ---- Steps ---- */

/* NO_OTHER: one of the ends, or one more than there is room for. */
static uint16_t other_of(struct conversation *conversation, enum side from,
			 const union hostcast_address *source)
{
	if (address_same_ip(source, &conversation->ends[from]))
		return NO_OTHER;
	for (size_t i = 0; i < conversation->other_count; i++)
		if (address_equal(source, &conversation->others[i]))
			return (uint16_t)i;
	if (conversation->other_count == OTHERS_MAX)
		return NO_OTHER;
	conversation->others[conversation->other_count] = *source;
	return (uint16_t)conversation->other_count++;
}

static void keep_head(struct step *step, const struct reader *payload)
{
	size_t size = reader_left(payload);

	step->head_size = (uint8_t)(size < HEAD_SIZE ? size : HEAD_SIZE);
	if (step->head_size > 0)
		memcpy(step->head, payload->at, step->head_size);
}

static struct step step_of(const struct arrival *arrival, enum side from)
{
	return (struct step){
		.time_ns = arrival->frame->time_ns,
		.number = arrival->number,
		.earlier = NO_STEP,
		.later = NO_STEP,
		.other = NO_OTHER,
		.from = (uint8_t)from,
	};
}

/* Where the next step goes; NULL, and it is counted, if there is no room for one. */
static struct step *room_for_step(struct conversations *c, struct conversation *conversation)
{
	struct step *steps = NULL;

	if (c->step_count < STEPS_MAX)
		steps = list_grow(conversation->steps, conversation->count, &conversation->room,
				  sizeof *steps);
	if (!steps) {
		c->counters.not_kept++;
		conversation->not_kept++;
		return NULL;
	}
	conversation->steps = steps;
	c->step_count++;
	c->counters.taken++;
	return &steps[conversation->count];
}

static void take_segment(struct entry *entry, struct step *step, const struct tcp_segment *segment)
{
	step->kind = STEP_SEGMENT;
	step->size = (uint32_t)segment->size;
	keep_head(step, &segment->payload);
	tcp_judge(entry->tracker, &entry->conversation, step, segment);
}

static void take_datagram(struct entry *entry, struct step *step,
			  const struct udp_datagram *datagram)
{
	step->kind = STEP_DATAGRAM;
	step->size = (uint32_t)datagram->size;
	keep_head(step, &datagram->payload);
	udp_judge(&entry->conversation, step, datagram);
}

static void take_transport(struct conversations *c, const struct arrival *arrival)
{
	struct entry *entry = entry_for(c, arrival);
	struct conversation *conversation;
	struct step step, *place;
	enum side from;

	if (!entry) {
		c->counters.not_kept++;
		return;
	}
	conversation = &entry->conversation;
	from = side_of(conversation, arrival->source);
	place = room_for_step(c, conversation);
	if (!place)
		return;
	step = step_of(arrival, from);
	step.other = other_of(conversation, from, arrival->source);
	if (arrival->transport == TRANSPORT_TCP)
		take_segment(entry, &step, &arrival->packet->tcp);
	else
		take_datagram(entry, &step, &arrival->packet->udp);
	*place = step;
	conversation->count++;
	conversation->sides[from].packets++;
	if (conversation->is_to_group && from == SIDE_CLIENT)
		remember_asker(c, entry, arrival);
}

/* ---- ICMP errors ---- */

/* Errors do not tell which packet of a sender they are about: the last one of which none has told
 * yet, or else the last one. NO_STEP */
static uint32_t find_about(const struct conversation *c, enum side from, uint16_t other)
{
	size_t least = c->count > SEARCHED_MAX ? c->count - SEARCHED_MAX : 0;
	uint32_t last = NO_STEP;

	for (size_t i = c->count; i-- > least;) {
		const struct step *step = &c->steps[i];

		if (step->kind == STEP_ICMP || step->from != from || step->other != other)
			continue;
		if (!(step->marks & MARK_ICMP_ERROR))
			return (uint32_t)i;
		if (last == NO_STEP)
			last = (uint32_t)i;
	}
	return last;
}

static void add_error(struct conversation *conversation, struct step *place,
		      const struct arrival *arrival)
{
	const struct icmp_message *icmp = &arrival->packet->icmp;
	enum side to = side_of(conversation, arrival->source);

	*place = step_of(arrival, side_other(to));
	place->kind = STEP_ICMP;
	place->other = other_of(conversation, side_other(to), &arrival->packet->source);
	place->earlier = find_about(conversation, to, other_of(conversation, to, arrival->source));
	if (place->earlier != NO_STEP)
		conversation->steps[place->earlier].marks |= MARK_ICMP_ERROR;
	place->icmp = (struct icmp_step){icmp_meaning(icmp), icmp->type, icmp->code, icmp->is_v6,
					 icmp->mtu};
	conversation->count++;
}

/* About a packet of these two ends, or about an answer to who asked a group. */
static void take_icmp(struct conversations *c, const struct arrival *arrival)
{
	struct key key = key_of(arrival);
	struct entry *entry = find(c, &key);
	struct step *place;

	if (!entry)
		entry = find_asker(c, arrival);
	place = entry ? room_for_step(c, &entry->conversation) : NULL;
	c->counters.others += !entry;
	if (place)
		add_error(&entry->conversation, place, arrival);
}

static bool is_about_conversation(const struct icmp_message *icmp)
{
	return icmp->is_error && icmp->about_source.any.sa_family != AF_UNSPEC &&
	       (icmp->about_protocol == IPPROTO_TCP || icmp->about_protocol == IPPROTO_UDP);
}

/* ---- From outside ---- */

static struct arrival arrival_of(const struct frame *frame, const struct packet *packet,
				 uint64_t number)
{
	const struct icmp_message *icmp = &packet->icmp;
	struct arrival arrival = {
		.frame = frame,
		.packet = packet,
		.number = number,
		.source = &packet->source,
		.destination = &packet->destination,
		.transport = packet->transport,
	};

	if (packet->transport != TRANSPORT_ICMP || !is_about_conversation(icmp))
		return arrival;
	arrival.source = &icmp->about_source;
	arrival.destination = &icmp->about_destination;
	arrival.transport = icmp->about_protocol == IPPROTO_TCP ? TRANSPORT_TCP : TRANSPORT_UDP;
	return arrival;
}

void conversations_take(struct conversations *c, const struct frame *frame,
			const struct packet *packet, uint64_t number)
{
	struct arrival arrival = arrival_of(frame, packet, number);

	if (arrival.transport != TRANSPORT_TCP && arrival.transport != TRANSPORT_UDP)
		c->counters.others++;
	else if (packet->transport == TRANSPORT_ICMP)
		take_icmp(c, &arrival);
	else
		take_transport(c, &arrival);
}

void conversations_take_answer(struct conversations *c, const struct frame *frame,
			       const struct packet *packet, uint64_t number)
{
	struct arrival arrival = arrival_of(frame, packet, number);

	if (find_asker(c, &arrival))
		conversations_take(c, frame, packet, number);
}

void conversations_finish(struct conversations *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct conversation *conversation = &c->entries[i]->conversation;

		if (conversation->transport == TRANSPORT_TCP)
			tcp_infer_sockets(conversation);
		else
			udp_conclude(conversation);
	}
}

size_t conversations_count(const struct conversations *c)
{
	return c->count;
}

const struct conversation *conversations_at(const struct conversations *c, size_t index)
{
	return &c->entries[index]->conversation;
}

struct conversations_counters conversations_counters(const struct conversations *c)
{
	return c->counters;
}

struct conversations *conversations_new(void)
{
	struct conversations *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->places = calloc(PLACES, sizeof *c->places);
	c->keys = calloc(KEYS_MAX, sizeof *c->keys);
	if (c->places && c->keys)
		return c;
	conversations_free(c);
	return NULL;
}

void conversations_free(struct conversations *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++) {
		free(c->entries[i]->conversation.steps);
		free(c->entries[i]->tracker);
		free(c->entries[i]);
	}
	free(c->entries);
	free(c->keys);
	free(c->places);
	free(c);
}
