/* Which firewall rule drops certain packets? Pure, but allocates. */
#ifndef DOCTOR_RULE_FIND_H
#define DOCTOR_RULE_FIND_H

#include "rule_match.h"

/* The likeliest of the rules that drop such packets: those that have counted some meanwhile before
 * those without a counter, those that name them before others, policies last; and behind these a
 * rule about others whose counter has grown by about what is missing. A rule whose counter has not
 * grown is none, nor is one that such packets do not get to, because a rule before accepts them.
 * Where it is not known that any such packets came, only rules that name them are of interest,
 * whatever they have counted (is_sure false). NULL: none. */
const struct firewall_rule *rule_find(const struct firewall *firewall, const struct rule_flow *flow,
				      bool is_sure);

#endif
