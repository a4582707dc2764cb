#include "rule_walk.h"

#include "net/firewall_parsing.h"

#include <stdlib.h>
#include <string.h>

/* nftables allows as many jumps one in another (NFT_JUMP_STACK_SIZE). Where chains lead to others
 * again and again, there would be no end of it. */
enum { DEPTH_MAX = 16, VISITS_MAX = 65536 };

typedef const struct firewall_rule *rule_pointer;

/* The rules of one chain, its policy last. */
struct slice {
	rule_pointer *rules;
	size_t count;
};

struct walk {
	const struct firewall *firewall;
	const struct rule_flow *flow;
	struct slice all; /* by chain */
	enum rule_reach *reach;
	size_t visits;
	bool is_given_up;     /* that was too much: any rule may be reached */
	bool may_be_accepted; /* by a rule before, of this chain of the kernel's */
};

/* On the way through one chain. */
struct step {
	bool is_entry_doubtful; /* the packets may not come to this chain at all */
	bool may_have_left;     /* a rule of it may have led them away again */
	unsigned depth;
};

/* How packets that come to a chain end there. */
enum way { WAY_BACK, WAY_ACCEPTED };

/* ---- Chains ---- */

static int compare_chains(rule_pointer a, rule_pointer b)
{
	int order = strcmp(a->family, b->family);

	if (order == 0)
		order = strcmp(a->table, b->table);
	if (order == 0)
		order = a->is_legacy - b->is_legacy;
	return order != 0 ? order : strcmp(a->chain, b->chain);
}

static int compare_rules(const void *a, const void *b)
{
	rule_pointer x = *(const rule_pointer *)a, y = *(const rule_pointer *)b;
	int order = compare_chains(x, y);

	if (order == 0)
		order = x->is_policy - y->is_policy;
	return order != 0 ? order : (x > y) - (x < y);
}

/* From here on, as many as are of one chain. */
static struct slice slice_at(const struct slice *all, size_t first)
{
	struct slice slice = {all->rules + first, 0};

	while (first + slice.count < all->count &&
	       compare_chains(slice.rules[0], slice.rules[slice.count]) == 0)
		slice.count++;
	return slice;
}

/* Empty if none of its rules has a verdict. */
static struct slice find_chain(const struct slice *all, rule_pointer from, const char *name,
			       size_t size)
{
	struct firewall_rule wanted = *from;
	size_t low = 0, high = all->count;

	firewall_copy_word(wanted.chain, sizeof wanted.chain, name, size);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_chains(all->rules[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == all->count || compare_chains(all->rules[low], &wanted) != 0)
		return (struct slice){0};
	return slice_at(all, low);
}

/* ---- The way through a chain ---- */

static enum way walk_chain(struct walk *w, struct slice chain, struct step step);

static void reach(struct walk *w, rule_pointer rule, const struct step *step)
{
	enum rule_reach *reach = &w->reach[rule - w->firewall->rules];
	bool is_doubtful = step->is_entry_doubtful || step->may_have_left || w->may_be_accepted;
	enum rule_reach now = is_doubtful ? REACH_PERHAPS : REACH_SURELY;

	if (now > *reach)
		*reach = now;
}

/* The chains that stand behind a word of the rule: one, or in a map several. */
static enum way walk_targets(struct walk *w, rule_pointer rule, const char *word, struct step inner)
{
	enum way way = WAY_BACK;

	for (const char *at = firewall_find_word(rule->text, word); at;
	     at = firewall_find_word(at, word)) {
		at += strlen(word);
		at += strspn(at, " ");
		way = walk_chain(w, find_chain(&w->all, rule, at, strcspn(at, " ,;{}")), inner);
		if (way == WAY_ACCEPTED && inner.is_entry_doubtful)
			w->may_be_accepted = true;
	}
	return way;
}

static enum way walk_jumps(struct walk *w, rule_pointer rule, bool is_doubtful, unsigned depth)
{
	struct step inner = {.is_entry_doubtful = is_doubtful, .depth = depth + 1};
	enum way way = WAY_BACK;

	if (rule->verdicts & VERDICT_JUMP)
		way = walk_targets(w, rule, rule->is_legacy ? "-j" : "jump", inner);
	if (rule->verdicts & VERDICT_GOTO)
		way = walk_targets(w, rule, rule->is_legacy ? "-g" : "goto", inner);
	return way;
}

/* What takes each of the packets. True: none of them gets to the next rule, and `way` is theirs. */
static bool take_sure_rule(struct walk *w, rule_pointer rule, const struct step *step,
			   enum way *way)
{
	bool is_doubtful = step->is_entry_doubtful || step->may_have_left;

	*way = rule->verdicts == VERDICT_ACCEPT ? WAY_ACCEPTED : WAY_BACK;
	if (rule->verdicts & (VERDICT_JUMP | VERDICT_GOTO))
		*way = walk_jumps(w, rule, is_doubtful, step->depth);
	if (rule->verdicts & (VERDICT_RETURN | VERDICT_GOTO))
		return true;
	return *way == WAY_ACCEPTED; /* drop: what counted may still be a rule behind it */
}

/* What a named map holds is not read: it may lead to any chain of the table. */
static void take_named_map(struct walk *w, rule_pointer map)
{
	for (size_t i = 0; i < w->firewall->count; i++) {
		rule_pointer rule = &w->firewall->rules[i];

		if (!rule->is_base && strcmp(rule->family, map->family) == 0 &&
		    strcmp(rule->table, map->table) == 0 && w->reach[i] == REACH_NEVER)
			w->reach[i] = REACH_PERHAPS;
	}
}

/* What may take them, and so may be the last that they see of this chain. */
static void take_doubtful_rule(struct walk *w, rule_pointer rule, struct step *step)
{
	if (strstr(rule->text, "vmap @"))
		take_named_map(w, rule);
	walk_jumps(w, rule, true, step->depth);
	w->may_be_accepted |= (rule->verdicts & (VERDICT_ACCEPT | VERDICT_OTHER)) != 0;
	step->may_have_left |= (rule->verdicts & (VERDICT_RETURN | VERDICT_GOTO)) != 0;
}

/* One verdict alone, and all that the rule asks for fits. Where fragments are not put together yet,
 * or no longer, the first alone has the port. */
static bool is_surely_taken(rule_pointer rule, bool is_match_sure)
{
	bool is_single = (rule->verdicts & (rule->verdicts - 1)) == 0;

	return is_match_sure && is_single && rule->verdicts != VERDICT_OTHER &&
	       !(rule->hooks & (HOOK_INGRESS | HOOK_PREROUTING | HOOK_EGRESS));
}

/* True: none gets further, and `way` is theirs. */
static bool take_rule(struct walk *w, rule_pointer rule, struct step *step, enum way *way)
{
	bool is_sure;

	if (rule_match_text(rule, w->flow, &is_sure) == RULE_OTHER)
		return false;
	reach(w, rule, step);
	if (is_surely_taken(rule, is_sure))
		return take_sure_rule(w, rule, step, way);
	take_doubtful_rule(w, rule, step);
	return false;
}

static enum way walk_chain(struct walk *w, struct slice chain, struct step step)
{
	enum way way = WAY_BACK;

	w->is_given_up |= step.depth > DEPTH_MAX;
	for (size_t i = 0; i < chain.count && !w->is_given_up; i++) {
		w->is_given_up = ++w->visits > VISITS_MAX;
		if (chain.rules[i]->is_policy || take_rule(w, chain.rules[i], &step, &way))
			break;
	}
	if (way == WAY_BACK || !step.may_have_left)
		return way;
	w->may_be_accepted = true;
	return WAY_BACK;
}

/* ---- All of it ---- */

/* A chain that the kernel asks by itself. Accepting ends it alone. */
static void walk_base(struct walk *w, struct slice chain)
{
	const struct step begin = {0};
	rule_pointer last = chain.rules[chain.count - 1];

	w->may_be_accepted = w->firewall->forgotten > 0;
	if (walk_chain(w, chain, begin) == WAY_BACK && last->is_policy)
		reach(w, last, &begin);
}

static void walk_all(struct walk *w)
{
	struct slice chain;

	for (size_t i = 0; i < w->all.count; i += chain.count) {
		chain = slice_at(&w->all, i);
		if (chain.rules[0]->is_base && rule_is_on_way(chain.rules[0], w->flow))
			walk_base(w, chain);
	}
	for (size_t i = 0; w->is_given_up && i < w->firewall->count; i++)
		w->reach[i] = REACH_PERHAPS;
}

enum rule_reach *rule_walk(const struct firewall *firewall, const struct rule_flow *flow)
{
	struct walk w = {
		.firewall = firewall,
		.flow = flow,
		.all.rules = malloc((firewall->count + 1) * sizeof(rule_pointer)),
		.reach = calloc(firewall->count + 1, sizeof(enum rule_reach)),
	};

	if (!w.all.rules || !w.reach) {
		free(w.all.rules);
		free(w.reach);
		return NULL;
	}
	for (; w.all.count < firewall->count; w.all.count++)
		w.all.rules[w.all.count] = &firewall->rules[w.all.count];
	qsort(w.all.rules, w.all.count, sizeof(rule_pointer), compare_rules);
	walk_all(&w);
	free(w.all.rules);
	return w.reach;
}

enum rule_reach rule_walk_to(const struct firewall *firewall, const struct firewall_rule *rule,
			     const struct rule_flow *flow)
{
	enum rule_reach *all = rule_walk(firewall, flow), one;

	one = all ? all[rule - firewall->rules] : REACH_PERHAPS;
	free(all);
	return one;
}
