/* The ladder: the causes for which multicast does not arrive, in the order in which doctor looks
 * for them. Each rung has a file of its own; it gathers its facts and judges them. The judging is a
 * pure function over a structure of facts (`judge_...`, declared in the rung's header), so that it
 * is tested from recorded facts; the gathering is tested in networks where the fault is planted. */
#ifndef DOCTOR_RUNGS_H
#define DOCTOR_RUNGS_H

#include "case.h"
#include "finding.h"

/* Fills in the finding, which is clear. An error is of doctor's own (memory, a system call that
 * must not fail), never a fault of the network. */
typedef int rung_fn(const struct doctor_case *c, struct finding *finding, struct error *error);

/* When a rung can look: with what this host knows; once doctor has listened (case.observation is
 * then there); once it has listened or asked a peer; with a peer (case.peer is there). The caller
 * examines none before. A rung that needs less may still use more where it is there. */
enum rung_needs { NEEDS_HOST, NEEDS_OBSERVATION, NEEDS_EITHER, NEEDS_PEER };

struct rung {
	unsigned number;   /* 1 to 17 */
	const char *name;  /* "reverse-path", in --json */
	const char *title; /* "reverse-path filter" */
	enum rung_needs needs;
	rung_fn *examine;
};

extern const struct rung rungs[]; /* in their order */
extern const size_t rung_count;

/* One by one. */
rung_fn rung_interface;   /*  1 down, no carrier, no MULTICAST flag */
rung_fn rung_address;     /*  2 no address, or no IPv6 link-local yet */
rung_fn rung_route;       /*  3 no route for the group, or by the wrong interface */
rung_fn rung_group;       /*  4 group or scope unusable */
rung_fn rung_join;        /*  5 join refused */
rung_fn rung_membership;  /*  6 nobody has joined, or on another interface only */
rung_fn rung_binding;     /*  7 the program is bound to another address or port */
rung_fn rung_reverse;     /*  8 reverse-path filter */
rung_fn rung_firewall;    /*  9 a firewall rule */
rung_fn rung_buffer;      /* 10 receive buffer overflows */
rung_fn rung_ttl;         /* 11 TTL too small for the path */
rung_fn rung_snooping;    /* 12 snooping bridge without a querier */
rung_fn rung_version;     /* 13 IGMP version mismatch, or reports not leaving */
rung_fn rung_network;     /* 14 unicast passes, multicast does not */
rung_fn rung_duplicates;  /* 15 two paths or relays */
rung_fn rung_fragments;   /* 16 larger than the path's MTU, and fragments are lost */
rung_fn rung_environment; /* 17 container, WSL, Wi-Fi */

#endif
