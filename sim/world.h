/* The state of a run: everybody in it, as the engine moves them and the watcher sees them. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "core/member.h"
#include "core/rendezvous.h"
#include "journal.h"
#include "scenario.h"

enum { NOBODY = JOURNAL_NOBODY, FAILURE_SIZE = 256, SENT_RING = 4 };

#define NEVER_NS INT64_MAX

/* A member, and what the simulator knows of it. */
struct node {
	struct member member;
	struct own own;
	uint8_t ip[IP_SIZE];
	bool is_alive, is_paused;
	bool was_root;       /* when the watcher looked last */
	bool was_settled;    /* attached or root */
	uint32_t parent;     /* NOBODY */
	uint32_t lives;      /* begun so far */
	int32_t drift;       /* its clock runs faster by so many millionths */
	int64_t timer_ns;    /* its entry in the queue that counts; NEVER_NS: none */
	int64_t begun_ns;    /* this life */
	int64_t attached_ns; /* for the first time in this life; NEVER_NS: not yet */
	int64_t moved_ns;    /* when its parent changed last, or its life began */
	int64_t bereft_ns;   /* when somebody above it crashed, until a payload comes; NEVER_NS */
	struct sent ring[SENT_RING];
	uint32_t held, held_last,
		held_count; /* payloads that wait for a root; in the engine's pool */
	uint32_t waiting, waiting_last, waiting_count; /* datagrams, while it is paused */
	uint32_t control_messages;                     /* sent and received */
	uint64_t control_bytes;
};

struct world {
	const struct scenario *scenario;
	int64_t now_ns;
	struct node *nodes;
	uint32_t count; /* of members; the RP is host `count` */
	struct member_config config;
	struct wire_network everybody;   /* T-14 admits all */
	struct member_counters counters; /* of all members together */
	struct rendezvous rendezvous;
	struct own rendezvous_own;
	uint8_t rendezvous_ip[IP_SIZE];
	bool rendezvous_is_up;
	int64_t rendezvous_timer_ns;
	struct journal journal;

	uint32_t alive, settled, roots; /* members now */
	bool is_calm;                   /* no fault any more, and links are perfect */
	bool is_healed;                 /* so long that all must be well */
	int64_t heal_ns;                /* what scenario_heal_ns() allows */
	int64_t disturbed_ns;           /* when something went wrong, or came right, last */
	int64_t whole_ns; /* since when every living member is settled; NEVER_NS: not now */

	char failure[FAILURE_SIZE]; /* the first; "": none */
	bool is_out_of_memory;
};

/* Members have the addresses 10.0.0.1, 10.0.0.2...; the RP the one after the last. */
struct wire_address world_address(uint32_t host);
uint32_t world_host(const struct world *world, const struct wire_address *address);

/* What a member's clock shows. */
struct monotime world_clock(const struct node *node, int64_t at_ns);

/* When, in the world's time, its clock shows this. */
int64_t world_time_of(const struct node *node, struct monotime clock);

void world_note(struct world *world, uint32_t kind, uint32_t host, uint32_t about);

/* Something is wrong: the run ends. The first failure counts. */
__attribute__((format(printf, 2, 3))) void world_fail(struct world *world, const char *format, ...);

bool world_has_failed(const struct world *world);

/* A member's parent; NOBODY if it has none. */
uint32_t world_parent(const struct world *world, const struct node *node);

#endif
