#include "firewall_parsing.h"

#include "base/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHAINS_MAX = 4096, JUMPS_MAX = 16384 };

/* Between two chains of one table. */
struct firewall_jump {
	size_t from; /* index of a chain */
	char name[FIREWALL_NAME_SIZE];
	struct firewall_chain *to; /* of that name, once all are known; NULL: there is none */
};

/* ---- Words ---- */

void firewall_copy_word(char *to, size_t room, const char *from, size_t size)
{
	snprintf(to, room, "%.*s", (int)(size < room ? size : room - 1), from);
}

static bool ends_word(char c)
{
	return c == '\0' || strchr(" \t,;{}:", c);
}

const char *firewall_find_word(const char *from, const char *word)
{
	size_t size = strlen(word);
	bool is_quoted = false, is_start = true;

	for (const char *at = from; *at; at++) {
		if (*at == '"')
			is_quoted = !is_quoted;
		if (!is_quoted && is_start && strncmp(at, word, size) == 0 && ends_word(at[size]))
			return at;
		is_start = ends_word(*at);
	}
	return NULL;
}

unsigned firewall_hook_of_iptables(const char *chain)
{
	static const char *const names[] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT",
					    "POSTROUTING"};
	static const unsigned hooks[] = {HOOK_PREROUTING, HOOK_INPUT, HOOK_FORWARD, HOOK_OUTPUT,
					 HOOK_POSTROUTING};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], chain) == 0)
			return hooks[i];
	return 0;
}

/* ---- What is kept ---- */

struct firewall_chain *firewall_add_chain(struct firewall_parsing *p, const char *name, size_t size)
{
	struct firewall_chain *grown;

	if (p->chain_count == CHAINS_MAX) {
		p->firewall->forgotten++;
		return NULL;
	}
	grown = list_grow(p->chains, p->chain_count, &p->chain_room, sizeof *grown);
	if (!grown) {
		p->is_out_of_memory = true;
		return NULL;
	}
	p->chains = grown;
	grown = &p->chains[p->chain_count++];
	*grown = (struct firewall_chain){0};
	snprintf(grown->family, sizeof grown->family, "%s", p->family);
	snprintf(grown->table, sizeof grown->table, "%s", p->table);
	firewall_copy_word(grown->name, sizeof grown->name, name, size);
	return grown;
}

void firewall_add_jump(struct firewall_parsing *p, const struct firewall_chain *from,
		       const char *to, size_t size)
{
	struct firewall_jump *grown;

	if (p->jump_count == JUMPS_MAX) {
		p->firewall->forgotten++;
		return;
	}
	grown = list_grow(p->jumps, p->jump_count, &p->jump_room, sizeof *grown);
	if (!grown) {
		p->is_out_of_memory = true;
		return;
	}
	p->jumps = grown;
	grown = &p->jumps[p->jump_count++];
	*grown = (struct firewall_jump){.from = (size_t)(from - p->chains)};
	firewall_copy_word(grown->name, sizeof grown->name, to, size);
}

struct firewall_rule *firewall_add_rule(struct firewall_parsing *p,
					const struct firewall_chain *chain, const char *text,
					unsigned verdicts)
{
	struct firewall *firewall = p->firewall;
	struct firewall_rule *grown;
	char *copy;

	if (firewall->count == FIREWALL_RULES_MAX) {
		firewall->forgotten++;
		return NULL;
	}
	grown = list_grow(firewall->rules, firewall->count, &firewall->room, sizeof *grown);
	copy = strdup(text);
	if (grown)
		firewall->rules = grown;
	if (!grown || !copy) {
		free(copy);
		p->is_out_of_memory = true;
		return NULL;
	}
	grown = &firewall->rules[firewall->count++];
	*grown = (struct firewall_rule){.text = copy, .verdicts = verdicts};
	snprintf(grown->family, sizeof grown->family, "%s", chain->family);
	snprintf(grown->table, sizeof grown->table, "%s", chain->table);
	snprintf(grown->chain, sizeof grown->chain, "%s", chain->name);
	return grown;
}

/* ---- Which hooks lead to a chain ---- */

static int compare_tables(const struct firewall_chain *a, const struct firewall_chain *b)
{
	int order = strcmp(a->family, b->family);

	return order != 0 ? order : strcmp(a->table, b->table);
}

static int compare_chains(const void *a, const void *b)
{
	int order = compare_tables(a, b);

	return order != 0 ? order
			  : strcmp(((const struct firewall_chain *)a)->name,
				   ((const struct firewall_chain *)b)->name);
}

static int compare_pointers(const void *a, const void *b)
{
	return compare_chains(*(struct firewall_chain *const *)a,
			      *(struct firewall_chain *const *)b);
}

/* A chain's name as what bsearch() looks for. */
static int compare_with_pointer(const void *wanted, const void *pointer)
{
	return compare_chains(wanted, *(struct firewall_chain *const *)pointer);
}

/* All chains by family, table and name, for bsearch(); NULL: out of memory. */
static struct firewall_chain **sort_chains(struct firewall_parsing *p)
{
	struct firewall_chain **sorted = calloc(p->chain_count + 1, sizeof(void *));

	if (!sorted)
		return NULL;
	for (size_t i = 0; i < p->chain_count; i++)
		sorted[i] = &p->chains[i];
	qsort(sorted, p->chain_count, sizeof(void *), compare_pointers);
	return sorted;
}

static struct firewall_chain *find_chain(const struct firewall_parsing *p,
					 struct firewall_chain **sorted, const char *family,
					 const char *table, const char *name)
{
	struct firewall_chain wanted, **found;

	snprintf(wanted.family, sizeof wanted.family, "%s", family);
	snprintf(wanted.table, sizeof wanted.table, "%s", table);
	snprintf(wanted.name, sizeof wanted.name, "%s", name);
	found = bsearch(&wanted, sorted, p->chain_count, sizeof(void *), compare_with_pointer);
	return found ? *found : NULL;
}

/* True if that told something new. */
static bool follow_jump(const struct firewall_parsing *p, const struct firewall_jump *jump)
{
	const struct firewall_chain *from = &p->chains[jump->from];
	struct firewall_chain *to = jump->to;

	if (!to || (to->hooks | from->hooks) == to->hooks)
		return false;
	to->hooks |= from->hooks;
	if (!to->device[0])
		memcpy(to->device, from->device, sizeof to->device);
	return true;
}

static void follow_jumps(struct firewall_parsing *p, struct firewall_chain **sorted)
{
	bool is_new = true;

	for (size_t i = 0; i < p->jump_count; i++) {
		const struct firewall_chain *from = &p->chains[p->jumps[i].from];

		p->jumps[i].to = find_chain(p, sorted, from->family, from->table, p->jumps[i].name);
	}
	while (is_new) {
		is_new = false;
		for (size_t i = 0; i < p->jump_count; i++)
			is_new |= follow_jump(p, &p->jumps[i]);
	}
}

/* iptables, the older one and that of nftables, names chains in capitals; people mostly do not. So
 * one such chain tells of its whole table. */
static void mark_iptables(const struct firewall_parsing *p, struct firewall_chain **sorted)
{
	for (size_t begin = 0, end; begin < p->chain_count; begin = end) {
		bool is_found = false;

		for (end = begin; end < p->chain_count; end++) {
			if (compare_tables(sorted[end], sorted[begin]) != 0)
				break;
			is_found |= firewall_hook_of_iptables(sorted[end]->name) != 0;
		}
		is_found &= strncmp(sorted[begin]->family, "ip", 2) == 0;
		for (size_t i = begin; i < end; i++)
			sorted[i]->is_iptables = is_found;
	}
}

/* Tells the rules what is known of their chains. */
static void tell_rules(const struct firewall_parsing *p, struct firewall_chain **sorted)
{
	for (size_t i = p->first; i < p->firewall->count; i++) {
		struct firewall_rule *rule = &p->firewall->rules[i];
		const struct firewall_chain *chain =
			find_chain(p, sorted, rule->family, rule->table, rule->chain);

		rule->hooks = chain->hooks;
		rule->is_iptables = chain->is_iptables;
		rule->is_base = chain->is_base;
		memcpy(rule->device, chain->device, sizeof rule->device);
	}
}

static void resolve_hooks(struct firewall_parsing *p)
{
	struct firewall_chain **sorted = sort_chains(p);

	p->is_out_of_memory |= !sorted;
	if (!sorted)
		return;
	follow_jumps(p, sorted);
	mark_iptables(p, sorted);
	tell_rules(p, sorted);
	free(sorted);
}

/* ---- All of it ---- */

bool firewall_parse_lines(struct firewall_parsing *p, const char *text, firewall_line_fn *take,
			  void *context)
{
	char *copy = strdup(text), *at = copy, *line;

	p->first = p->firewall->count;
	while (copy && (line = strsep(&at, "\n")))
		take(context, line);
	if (copy && !p->is_out_of_memory)
		resolve_hooks(p);
	p->is_out_of_memory |= !copy;
	free(copy);
	free(p->chains);
	free(p->jumps);
	return !p->is_out_of_memory;
}
