#include "rule_find.h"

#include "rule_walk.h"

#include <stdlib.h>

/* Where the text of a rule speaks against it, its counter speaks for it if it has grown by what is
 * missing, give or take this share, and by more than chance. */
enum { ABOUT_PERCENT = 20, CHANCE = 5 };

static bool has_counted_missing(const struct firewall_rule *rule, const struct rule_flow *flow)
{
	uint64_t share = flow->missing / (100 / ABOUT_PERCENT);

	return rule->has_counter && flow->missing > CHANCE &&
	       rule->packets >= flow->missing - share && rule->packets <= flow->missing + share;
}

/* 0: it can't be, or nothing speaks for it. */
static unsigned likelihood(const struct firewall_rule *rule, const struct rule_flow *flow,
			   enum rule_reach reach, bool is_sure)
{
	enum rule_match match = reach == REACH_NEVER ? RULE_OTHER : rule_match(rule, flow);
	bool has_grown = rule->has_counter && rule->packets > 0;

	if (!(rule->verdicts & VERDICT_DROP))
		return 0;
	if (match == RULE_OTHER) /* or its text was read wrongly */
		return is_sure && rule_is_on_way(rule, flow) && has_counted_missing(rule, flow);
	if (match == RULE_MAYBE && !is_sure)
		return 0;
	if (rule->has_counter && !has_grown)
		return is_sure ? 0 : 1;
	if (match == RULE_NAMES)
		return has_grown ? 6 : 5;
	if (rule->is_policy && !has_grown)
		return 2;
	return has_grown ? 4 : 3;
}

const struct firewall_rule *rule_find(const struct firewall *firewall, const struct rule_flow *flow,
				      bool is_sure)
{
	enum rule_reach *reach = rule_walk(firewall, flow);
	const struct firewall_rule *best = NULL;
	unsigned most = 0;

	for (size_t i = 0; i < firewall->count; i++) {
		unsigned found = likelihood(&firewall->rules[i], flow,
					    reach ? reach[i] : REACH_PERHAPS, is_sure);

		if (found > most) {
			most = found;
			best = &firewall->rules[i];
		}
	}
	free(reach);
	return best;
}
