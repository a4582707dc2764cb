/* What became of every payload at every member: delivered, or the reason why not. The watcher sees
 * every datagram that is lost and every payload that a node drops, so whatever is left without a
 * reason is a fault. */
#ifndef SIM_ACCOUNTS_H
#define SIM_ACCOUNTS_H

#include "world.h"

/* Name, word and text: why a payload did not come. */
#define OUTCOMES(X)                                                                      \
	X(OPEN, "open", "nothing is known yet")                                          \
	X(DELIVERED, "delivered", "came once")                                           \
	X(REPEATED, "repeated", "came more than once")                                   \
	/* Seen when it happened. */                                                     \
	X(LINK, "link", "lost on a link")                                                \
	X(APART, "apart", "the network was parted")                                      \
	X(FIRST, "first", "first datagrams between two hosts are lost")                  \
	X(TOO_LARGE, "too_large", "larger than the MTU")                                 \
	X(GONE, "gone", "the receiver had stopped")                                      \
	X(OVERFLOW, "overflow", "too many datagrams waited for a receiver that paused")  \
	X(STRANGER, "data_stranger", "dropped by a node: from no parent")                \
	X(CANDIDATE, "data_candidate", "dropped by a node: from the node that it asked") \
	X(FORMER, "data_former", "dropped by a node: from a former parent")              \
	X(UNRETURNED, "data_unreturned", "dropped by a node: too large to be sent back") \
	X(NOT_ALLOWED, "not_allowed", "dropped by a node: its sender is not allowed")    \
	X(HELD, "input_overflow", "too many payloads waited for a root")                 \
	X(REFUSED, "input_lost", "refused too often")                                    \
	X(UNKNOWN, "input_unknown", "refused, and not known any more by who sent it")    \
	X(SOURCE, "source_gone", "its source stopped before it was sent")                \
	/* Found in the end. */                                                          \
	X(DETACHED, "detached", "the member changed its parent, or had none")            \
	X(OTHER_TREE, "other_tree", "went to another root")                              \
	X(UPSTREAM, "upstream", "did not come to its parent")                            \
	X(NOT_A_CHILD, "not_a_child", "its parent did not know it any more")             \
	X(UNEXPLAINED, "unexplained", "for no reason")

enum outcome {
#define OUTCOME_VALUE(name, word, text) OUTCOME_##name,
	OUTCOMES(OUTCOME_VALUE)
#undef OUTCOME_VALUE
		OUTCOME_COUNT
};

struct account {
	uint32_t source, top; /* who offered it; the root that took it, NOBODY */
	int64_t offered_ns;
	uint32_t under_way; /* datagrams that carry it, and places where it waits */
	uint8_t entry;      /* why it came to no root */
	bool is_strict;     /* nothing excuses a loss or a repetition */
	bool is_crossed;    /* one root took it from the tree of another */
	bool is_offered, is_closed;
};

struct accounts {
	struct account *list;
	uint32_t count, members;
	uint8_t *outcomes;             /* of each payload at each member */
	uint64_t repeats;              /* deliveries beyond the first */
	uint64_t pairs[OUTCOME_COUNT]; /* payloads at members, of those that are closed */
	uint32_t left;                 /* payloads that are offered and not closed */
};

bool accounts_init(struct accounts *accounts, uint32_t payloads, uint32_t members);
void accounts_done(struct accounts *accounts);

void accounts_offer(struct accounts *accounts, const struct world *world, uint32_t payload,
		    uint32_t source, bool is_strict);

/* A root takes a payload that came down the tree of another root, to somebody there who still has
 * it for a child: it may come from several, and as its source has sent it besides. */
void accounts_cross(struct accounts *accounts, uint32_t payload);

/* A payload is delivered. may_repeat: it comes by a way on which it may come twice. Returns whether
 * it is a repetition. */
bool accounts_deliver(struct accounts *accounts, struct world *world, uint32_t payload,
		      uint32_t host, bool may_repeat);

/* It does not come to a member, or (is_entry) from its source to the root. */
void accounts_lose(struct accounts *accounts, uint32_t payload, uint32_t host, bool is_entry,
		   enum outcome reason);

void accounts_hold(struct accounts *accounts, uint32_t payload);

/* One that carried it or held it does so no more. The last one closes the account: then everybody
 * has it, or a reason is known. */
void accounts_release(struct accounts *accounts, struct world *world, uint32_t payload);

const char *outcome_word(enum outcome outcome);
const char *outcome_text(enum outcome outcome);

/* Sums over payloads and members. */
uint64_t accounts_expected(const struct accounts *accounts);
uint64_t accounts_delivered_once(const struct accounts *accounts);
uint64_t accounts_lost(const struct accounts *accounts);

#endif
