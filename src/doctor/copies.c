#include "copies.h"

#include "base/hash.h"
#include "base/monotime.h"
#include "net/address.h"

#include <string.h>

/* Copies by two paths come close together; relays may add some delay. */
#define COPY_WITHIN_NS (1 * NS_PER_S)

/* Whoever makes two datagrams collide here fools doctor about his own datagrams. */
static uint64_t hash_of(const struct packet *packet)
{
	const struct reader *payload = &packet->udp.payload;
	uint64_t hash = address_hash_ip(HASH_BEGIN, &packet->source);

	hash = hash_bytes(hash, &packet->ip.identification, sizeof packet->ip.identification);
	hash = hash_bytes(hash, &packet->udp.size, sizeof packet->udp.size);
	return hash_bytes(hash, payload->at, reader_left(payload));
}

struct copy_way copy_way_of(const struct frame *frame, const struct packet *packet)
{
	struct copy_way way = {
		.interface = frame->interface,
		.ttl = packet->ip.ttl,
		.has_mac = packet->link.has_source,
	};

	memcpy(way.mac, packet->link.source, sizeof way.mac);
	return way;
}

static bool is_same_way(const struct copy_way *a, const struct copy_way *b)
{
	return a->interface == b->interface && a->ttl == b->ttl && a->has_mac == b->has_mac &&
	       memcmp(a->mac, b->mac, sizeof a->mac) == 0;
}

static struct copy_seen *copy_of(struct copies *copies, uint64_t number)
{
	return &copies->list[number % COPIES_MAX];
}

static bool is_copy(const struct copy_seen *seen, const struct copy_seen *other, bool is_numbered)
{
	return other->hash == seen->hash && seen->time_ns - other->time_ns <= COPY_WITHIN_NS &&
	       (is_numbered || !is_same_way(&other->way, &seen->way));
}

static const struct copy_way *find(struct copies *copies, const struct copy_seen *seen,
				   bool is_numbered)
{
	uint64_t number = copies->last_in[seen->hash % COPIES_CHAINS];

	/* Those before the last COPIES_MAX have given their room to others. */
	for (; number > 0 && number + COPIES_MAX > copies->last;
	     number = copy_of(copies, number)->earlier)
		if (is_copy(seen, copy_of(copies, number), is_numbered))
			return &copy_of(copies, number)->way;
	return NULL;
}

const struct copy_way *copies_take(struct copies *copies, const struct frame *frame,
				   const struct packet *packet)
{
	struct copy_seen seen = {.hash = hash_of(packet),
				 .time_ns = frame->time_ns,
				 .way = copy_way_of(frame, packet)};
	uint64_t *last_in = &copies->last_in[seen.hash % COPIES_CHAINS];
	const struct copy_way *found = find(copies, &seen, packet->ip.identification != 0);

	if (found)
		return found;
	seen.earlier = *last_in;
	*last_in = ++copies->last;
	*copy_of(copies, copies->last) = seen;
	return NULL;
}
