/* The inside of struct node: node_turn.c takes its turns, node_open.c opens, closes and shows it.
 */
#ifndef RUN_NODE_INSIDE_H
#define RUN_NODE_INSIDE_H

#include "admitted.h"
#include "data_port.h"
#include "held.h"
#include "node.h"
#include "tree_io.h"
#include "tree_socket.h"

/* What was read: from the tree, then from the data port; and how much of it is taken. */
struct reading {
	struct arrival arrivals[HOSTCAST_BATCH];
	size_t tree_count, count;
	size_t next;   /* the first that is not taken whole */
	size_t offset; /* in it */
};

struct node {
	struct tree_hooks hooks;
	struct tree_io io;
	/* In io; negative: none. */
	int tree_source, data_sources[DATA_SOCKETS], lane_sources[CHILDREN_MAX];
	struct tree_socket socket;
	struct data_port data_port;
	struct admitted admitted;
	struct member_config config;
	struct member member;
	struct member_counters member_counters;
	struct node_counters *counters; /* brought up to date when asked for */
	struct sent sent[NODE_SENT_MAX];
	struct output output;
	struct datagrams *datagrams;
	struct reading reading;
	struct held held;
	struct held passed;    /* were held, and are on their way out */
	struct held delivered; /* were held, and are with the caller until the next turn */
	size_t payload_max;    /* bytes */
	bool is_waiting;       /* what is held: until the core says that there may be a root */
	unsigned postponed;    /* turns in a row in which the time was up and more had come */
	bool is_overflow_told, is_too_large_told;
};

/* Does what the core wants done in the node's output: all but payloads. */
void node_carry_out(struct node *node);

/* The end of a turn: what is to wake the node next. */
void node_rest(struct node *node);

#endif
