#include "copies.h"

#include "base/monotime.h"
#include "net/address.h"

#include <string.h>

/* Copies by two paths come close together; relays may add some delay. */
#define COPY_WITHIN_NS (1 * NS_PER_S)

/* FNV-1a: whoever makes two datagrams collide here fools doctor about his own datagrams. */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
	for (const uint8_t *at = bytes; size > 0; at++, size--)
		hash = (hash ^ *at) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t hash_of(const struct packet *packet)
{
	const struct reader *payload = &packet->udp.payload;
	const struct sockaddr_in6 *v6 = &packet->source.v6;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	if (packet->source.any.sa_family == AF_INET)
		hash = hash_bytes(hash, &packet->source.v4.sin_addr, 4);
	else
		hash = hash_bytes(hash, &v6->sin6_addr, 16);
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

const struct copy_way *copies_take(struct copies *copies, const struct frame *frame,
				   const struct packet *packet)
{
	struct copy_seen seen = {hash_of(packet), frame->time_ns, copy_way_of(frame, packet)};
	bool is_numbered = packet->ip.identification != 0;
	const struct copy_way *found = NULL;

	for (size_t i = 0; i < copies->count && !found; i++) {
		const struct copy_seen *other = &copies->list[i];

		if (other->hash == seen.hash && frame->time_ns - other->time_ns <= COPY_WITHIN_NS &&
		    (is_numbered || !is_same_way(&other->way, &seen.way)))
			found = &other->way;
	}
	if (found)
		return found;
	copies->list[copies->next] = seen;
	copies->next = (copies->next + 1) % COPIES_MAX;
	if (copies->count < COPIES_MAX)
		copies->count++;
	return NULL;
}
