#include "firewall.h"

#include <stdlib.h>
#include <string.h>

void firewall_done(struct firewall *firewall)
{
	for (size_t i = 0; i < firewall->count; i++)
		free(firewall->rules[i].text);
	free(firewall->rules);
	*firewall = (struct firewall){0};
}

/* ---- What was counted meanwhile ---- */

/* Handles of rules are numbered within a table. */
static bool is_same_rule(const struct firewall_rule *a, const struct firewall_rule *b)
{
	return a->handle == b->handle && a->is_policy == b->is_policy &&
	       a->is_legacy == b->is_legacy && strcmp(a->family, b->family) == 0 &&
	       strcmp(a->table, b->table) == 0 && strcmp(a->chain, b->chain) == 0;
}

/* In both lists rules stand in the same order, but for those that have come or gone. */
static const struct firewall_rule *find_rule(const struct firewall *firewall, size_t near,
					     const struct firewall_rule *rule)
{
	for (size_t i = 0; i < firewall->count; i++) {
		const struct firewall_rule *other = &firewall->rules[(near + i) % firewall->count];

		if (is_same_rule(rule, other))
			return other;
	}
	return NULL;
}

void firewall_since(struct firewall *firewall, const struct firewall *before)
{
	for (size_t i = 0; i < firewall->count; i++) {
		struct firewall_rule *rule = &firewall->rules[i];
		const struct firewall_rule *earlier = find_rule(before, i, rule);

		if (earlier && earlier->packets <= rule->packets)
			rule->packets -= earlier->packets;
	}
}
