/* Which rules of a firewall do certain packets get to? The rules of each chain are gone through in
 * their order, with the chains that they lead to, as the kernel does it: what a rule surely accepts
 * does not get to the rules behind it in that chain of the kernel's, while other chains at the same
 * hook still see it. Pure, but allocates. */
#ifndef DOCTOR_RULE_WALK_H
#define DOCTOR_RULE_WALK_H

#include "rule_match.h"

enum rule_reach {
	REACH_NEVER,   /* a rule before accepts them, or nothing leads to it */
	REACH_PERHAPS, /* a rule before may accept them, or lead past it */
	REACH_SURELY,  /* unless they are dropped before */
};

/* One for each rule, in their order, to be freed. NULL: out of memory. */
enum rule_reach *rule_walk(const struct firewall *firewall, const struct rule_flow *flow);

/* Of one of them. Out of memory: perhaps. */
enum rule_reach rule_walk_to(const struct firewall *firewall, const struct firewall_rule *rule,
			     const struct rule_flow *flow);

#endif
