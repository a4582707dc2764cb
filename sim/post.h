/* Datagrams on their way: what links do to them, and where they are until they arrive. */
#ifndef SIM_POST_H
#define SIM_POST_H

#include "accounts.h"
#include "queue.h"

/* Bytes that are the same in many datagrams stand in memory once. */
struct packet {
	uint32_t references, size;
	uint8_t bytes[];
};

struct datagram {
	struct packet *packet;
	uint32_t from, to;
	uint32_t payload; /* NOBODY: it carries none */
	uint32_t next;    /* in the list where it waits, or of those that are free */
	uint16_t hops;
	bool is_entry;   /* from a source to the root */
	bool may_repeat; /* its payload may be where it goes already */
};

/* Who does not reach whom. */
struct barrier {
	size_t fault;  /* which made it */
	bool is_alone; /* one host against all others; or halves */
	uint32_t who;
};

struct post {
	const struct topology *topology;
	struct link_quality links;
	struct random random;
	struct queue *queue;
	struct accounts *accounts;
	struct datagram *datagrams;
	size_t room, made;
	uint32_t free;
	struct barrier *barriers;
	size_t barrier_count, barrier_room;
	uint8_t *first; /* datagrams that each pair has lost at first; NULL */
	uint64_t lost, duplicated, fragmented, under_way, under_way_most;
};

bool post_init(struct post *post, const struct world *world, const struct topology *topology,
	       struct queue *queue, struct accounts *accounts);
void post_done(struct post *post);

/* NULL if memory is short. The caller has one reference. */
struct packet *packet_new(struct reader head, struct reader tail);
void packet_release(struct packet *packet);

/* Sends a copy of this. */
void post_send(struct post *post, struct world *world, const struct datagram *datagram);

/* One that has arrived, by its number; post_release() when all is done with it. */
struct datagram *post_at(struct post *post, uint32_t number);
void post_release(struct post *post, struct world *world, uint32_t number);

/* It does not arrive, though it has come so far. */
void post_lose(struct post *post, const struct datagram *datagram, enum outcome reason);

bool post_set_apart(struct post *post, const struct barrier *barrier);
void post_reunite(struct post *post, size_t fault);

/* From now on nothing happens to datagrams any more. */
void post_become_perfect(struct post *post);

#endif
