/* A bench for the core of the tree: a member or a rendezvous point among hosts that are only
 * names. What it hears and what it says is text, so that a test reads like the protocol.
 *
 * An address is written as in a message: IP, space, port. What came out is one line for each thing:
 *
 *	to 10.0.0.9 10000 RJOI                  a datagram, its body in the lines that follow
 *	to 10.0.0.9 10000 from 10.1.0.2 YREG    the same, from another than our first address
 *	deliver PAYLOAD                         here
 *	copy PAYLOAD to 10.0.0.21 10000         to a child, or from the origin to the root
 *	hold PAYLOAD (2)                        until there is a root; with its attempts, unless 0
 *	lost PAYLOAD
 *	release                                 what is held may be offered again */
#ifndef TESTS_TREE_H
#define TESTS_TREE_H

#include "core/member.h"
#include "core/rendezvous.h"
#include "unit.h"

/* Where the bench's member or RP can be reached; in this order its own addresses. */
#define ME           "10.0.0.2 10000"
#define ME_ELSEWHERE "10.1.0.2 10000"
#define ME_LOCALLY   "127.0.0.1 10000"
#define ME_6         "2001:db8::2 10000"

enum { AT_ME, AT_ME_ELSEWHERE, AT_ME_LOCALLY, AT_ME_6, OWN_COUNT };

#define RDV         "10.0.0.1 10000"
#define ROOT        "10.0.0.9 10000"
#define PARENT      "10.0.0.10 10000"
#define OTHER       "10.0.0.11 10000"
#define THIRD       "10.0.0.12 10000"
#define CHILD_1     "10.0.0.21 10000"
#define CHILD_2     "10.0.0.22 10000"
#define CHILD_3     "10.0.0.23 10000"
#define CHILD_4     "10.0.0.24 10000"
#define NEIGHBOUR   "10.0.0.66 10000" /* T-14 admits it, and that is all */
#define NEIGHBOUR_6 "2001:db8::66 10000"
#define LOCAL       "127.0.0.7 10000"
#define OUTSIDER    "192.0.2.66 10000" /* T-14 does not admit it */

/* As large as the largest TATS or NDAT with what else comes out in one step. */
enum { SAID_ROOM = 512 * 1024, RING_SIZE = 16, ADMITTED_COUNT = 3 };

struct tree_node {
	uint8_t ips[OWN_COUNT][IP_SIZE];
	struct own own;
	struct wire_network admitted[ADMITTED_COUNT];
	struct member_config config; /* a test may change it before the member begins */
	struct member_counters counters;
	struct sent ring[RING_SIZE];
	struct member member;
	struct rendezvous rendezvous; /* the same host as an RP */
	struct output output;         /* of the last step */
	struct monotime now;          /* starts at 0 */
	char said[SAID_ROOM];         /* what came out of the last call of the bench */
	size_t said_size;
};

struct wire_address tree_address(const char *text);

/* A node with 3 children at most, timers as they are by default and a seed of 1, in *state. */
int tree_setup(void **state);
int tree_teardown(void **state);

/* Each is a step, or several; after each step what must hold is checked. */
void node_begins(struct tree_node *node);
void node_hears(struct tree_node *node, const char *from, const char *message);
void node_hears_at(struct tree_node *node, unsigned at, const char *from, const char *message);
void node_hears_bytes(struct tree_node *node, const char *from, const void *bytes, size_t size);
void node_offers(struct tree_node *node, const char *payload, unsigned attempts);
void node_leaves(struct tree_node *node);

/* Ticks at each deadline on the way, and not once more. */
void node_waits(struct tree_node *node, int64_t duration_ns);

/* The ways to a state, as the protocol has them. */
void node_becomes_root(struct tree_node *node);
void node_asks(struct tree_node *node, const char *candidate); /* is JOINING it */
void node_attaches(struct tree_node *node);                    /* to PARENT, whose path is ROOT */
void node_attaches_to(struct tree_node *node, const char *parent, const char *path);

void rdv_hears(struct tree_node *node, const char *from, const char *message);
void rdv_hears_at(struct tree_node *node, unsigned at, const char *from, const char *message);
void rdv_waits(struct tree_node *node, int64_t duration_ns);

#define assert_said(node, text) assert_string_equal((node)->said, text)

size_t tree_count(const struct tree_node *node, const char *text); /* in what was said */
bool tree_had_event(const struct tree_node *node, enum event_type type);

/* State and ring as they are; counters apart. */
struct tree_snapshot {
	struct member member;
	struct sent ring[RING_SIZE];
};

void tree_take_snapshot(const struct tree_node *node, struct tree_snapshot *snapshot);
void assert_unchanged(const struct tree_node *node, const struct tree_snapshot *before);

#endif
