/* What a member of the tree is at any moment, and what can be told from it. What happens to it is
 * in the rooms above: walk, adoption, distribution, and member, which calls them. */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include "admission.h"
#include "base/random.h"
#include "children.h"
#include "origin.h"

enum {
	CANDIDATES_MAX = 8,                   /* of a longer list, so many at random */
	ACQUAINTANCES_MAX = 8,                /* asked or left lately */
	WALK_STEPS_MAX = 2 * PATH_MAX_LENGTH, /* no tree is that deep: the walk goes in a circle */
};

/* What is counted:
 * data_received     payloads that came as DATA from where they should
 * data_delivered    payloads delivered here, our own included if we are the root
 * data_copied       copies to children
 * data_stranger     DATA dropped: from somebody else than the parent
 * data_candidate    DATA dropped: from the node that is being asked just now
 * data_former       DATA dropped: from a parent that we have left or declined
 * data_unreturned   DATA dropped that was too large to be sent back
 * walks             walks begun
 * parents           times that we became somebody's child
 * children_joined   taken in
 * children_left     said goodbye
 * children_expired  were not heard for the hold time
 * children_removed  because they stood on our root path
 * joins_refused     RJOI answered with NJOI
 * joins_unanswered  RJOI met with silence: an orphan, or no child to name
 * circles           root paths in which we found ourselves
 * not_allowed       T-14
 * malformed         T-2, and STAT that leaves no room for an answer (T-16)
 * unknown           T-2
 * unasked           answers and LEAV from others than those whom they would be due from */
#define MEMBER_COUNTERS(X)  \
	X(data_received)    \
	X(data_delivered)   \
	X(data_copied)      \
	X(data_stranger)    \
	X(data_candidate)   \
	X(data_former)      \
	X(data_unreturned)  \
	X(walks)            \
	X(parents)          \
	X(children_joined)  \
	X(children_left)    \
	X(children_expired) \
	X(children_removed) \
	X(joins_refused)    \
	X(joins_unanswered) \
	X(circles)          \
	X(not_allowed)      \
	X(malformed)        \
	X(unknown)          \
	X(unasked)

struct member_counters {
#define MEMBER_COUNTER_FIELD(name) uint64_t name;
	MEMBER_COUNTERS(MEMBER_COUNTER_FIELD)
#undef MEMBER_COUNTER_FIELD
	struct origin_counters origin;
};

/* What a member is told at the start. All of it stays the caller's, who may share it among members
 * and must keep it as long as they live. */
struct member_config {
	struct wire_address rendezvous;
	struct admission admission;
	struct timers timers;
	unsigned children_most; /* 0 to CHILDREN_MAX */
};

enum member_state {
	MEMBER_IDLE,        /* before it begins, and after it has left */
	MEMBER_ASKING,      /* ROOT was sent to the RP */
	MEMBER_REGISTERING, /* RREG was sent to the RP */
	MEMBER_JOINING,     /* RJOI was sent to the candidate */
	MEMBER_WAITING,     /* backs off before the walk begins again */
	MEMBER_ATTACHED,    /* has a parent: path[0] */
	MEMBER_ROOT,
};

/* Somebody whom we have asked or whose child we were: what comes late is known for what it is. */
struct acquaintance {
	struct wire_address address;
	uint32_t failed_walk; /* the last walk in which it was left, declined or silent; 0: none */
	bool was_parent;
	struct monotime met;    /* when we asked or left it */
	struct monotime parted; /* the last LEAV to it */
};

struct member {
	const struct member_config *config;
	const struct own *own;
	struct member_counters *counters;
	struct random random;

	enum member_state state;
	uint8_t attempts;  /* of the request that is not answered yet; 0: none */
	uint8_t back_offs; /* in a row (T-7) */
	uint8_t walk_steps;
	uint8_t path_length; /* 0: root or orphan */
	uint8_t candidate_count;
	uint32_t walk;         /* counts the walks */
	struct monotime due;   /* of the state: an answer, a refresh, the end of a back-off */
	struct monotime asked; /* when the last RJOI went to the parent */
	struct wire_address candidate; /* while JOINING */
	struct wire_address seen_as;   /* what others call us (T-9); none: not known yet */
	struct wire_address path[PATH_MAX_LENGTH]; /* the parent first, the root last */
	struct wire_address candidates[CANDIDATES_MAX];
	struct acquaintance acquaintances[ACQUAINTANCES_MAX];
	struct children children;
	struct origin origin;
};

_Static_assert(sizeof(struct member) <= 2048, "a million members have to fit into memory");

/* Where the payloads come from: none if root or orphan. */
struct wire_address member_parent(const struct member *member);

/* Is this our parent, or the node that we are asking to become it? */
bool member_is_parent(const struct member *member, const struct wire_address *address);
bool member_is_candidate(const struct member *member, const struct wire_address *address);

/* Is this what others call us, or one of our own addresses? */
bool member_is_self(const struct member *member, const struct wire_address *address);

/* The state as a word. */
const char *member_state_name(enum member_state state);

/* What must hold between two steps, for tests, the fuzzer and the simulator's watcher: NULL, or
 * what does not. */
const char *member_check(const struct member *member);

#endif
