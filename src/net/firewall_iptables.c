#include "firewall_parse.h"

#include "firewall_parsing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct iptables {
	struct firewall_parsing parsing;
	size_t found; /* index of the last rule's chain: mostly that of the next one, too */
};

static struct firewall_chain *find_chain(struct iptables *t, const char *name)
{
	struct firewall_parsing *p = &t->parsing;

	for (size_t i = 0; i < p->chain_count; i++) {
		size_t index = (t->found + i) % p->chain_count;
		struct firewall_chain *chain = &p->chains[index];

		if (strcmp(chain->name, name) != 0 || strcmp(chain->table, p->table) != 0)
			continue;
		t->found = index;
		return chain;
	}
	return NULL;
}

/* ":INPUT DROP [5:300]" */
static void take_chain(struct iptables *t, const char *line)
{
	size_t size = strcspn(line + 1, " ");
	struct firewall_chain *chain = firewall_add_chain(&t->parsing, line + 1, size);
	struct firewall_rule *rule;

	if (!chain)
		return;
	chain->hooks = firewall_hook_of_iptables(chain->name);
	chain->is_base = chain->hooks != 0;
	if (strncmp(line + 1 + size, " DROP ", 6) != 0)
		return;
	rule = firewall_add_rule(&t->parsing, chain, "", VERDICT_DROP);
	if (!rule)
		return;
	rule->is_policy = rule->is_legacy = true;
	rule->has_counter = sscanf(line + 1 + size, " DROP [%" SCNu64, &rule->packets) == 1;
}

/* The next rule will mostly be of the same chain as the last one, whatever that leads to. */
static bool is_chain(struct iptables *t, const char *target)
{
	size_t found = t->found;
	bool is_one = find_chain(t, target);

	t->found = found;
	return is_one;
}

/* Of a target that is no chain. 0: packets go on to the next rule. */
static unsigned verdict_of(const char *target)
{
	static const char *const passing[] = {"LOG",      "NFLOG", "MARK", "CONNMARK", "CT",
					      "CLASSIFY", "TOS",   "DSCP", "SET",      "TRACE"};

	if (strcmp(target, "DROP") == 0 || strcmp(target, "REJECT") == 0)
		return VERDICT_DROP;
	if (strcmp(target, "ACCEPT") == 0)
		return VERDICT_ACCEPT;
	if (strcmp(target, "RETURN") == 0)
		return VERDICT_RETURN;
	for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
		if (strcmp(target, passing[i]) == 0)
			return 0;
	return VERDICT_OTHER;
}

/* "[5:300] -A INPUT -p udp -m udp --dport 5004 -j DROP" */
static void take_rule(struct iptables *t, const char *line)
{
	const char *appended = strstr(line, "] -A "), *target = firewall_find_word(line, "-j");
	char name[FIREWALL_NAME_SIZE] = "", to[FIREWALL_NAME_SIZE] = "";
	struct firewall_rule *rule;
	struct firewall_chain *chain;
	bool is_goto = !target;
	unsigned verdicts;

	if (is_goto)
		target = firewall_find_word(line, "-g");
	if (!appended || !target || sscanf(appended, "] -A %127s", name) != 1 ||
	    sscanf(target + 2, " %127s", to) != 1)
		return;
	verdicts = verdict_of(to);
	if (is_chain(t, to)) /* it has no name that a target has */
		verdicts = is_goto ? VERDICT_GOTO : VERDICT_JUMP;
	chain = find_chain(t, name);
	if (!chain || verdicts == 0)
		return;
	if (verdicts & (VERDICT_JUMP | VERDICT_GOTO))
		firewall_add_jump(&t->parsing, chain, to, strlen(to));
	rule = firewall_add_rule(&t->parsing, chain, appended + strlen("] "), verdicts);
	if (!rule)
		return;
	rule->is_legacy = true;
	rule->has_counter = sscanf(line, "[%" SCNu64, &rule->packets) == 1;
}

static void take_line(void *context, char *line)
{
	struct iptables *t = context;
	struct firewall_parsing *p = &t->parsing;

	if (line[0] == '*')
		firewall_copy_word(p->table, sizeof p->table, line + 1, strlen(line + 1));
	else if (line[0] == ':')
		take_chain(t, line);
	else if (line[0] == '[')
		take_rule(t, line);
}

bool firewall_parse_iptables(const char *text, const char *family, struct firewall *firewall)
{
	struct iptables t = {.parsing = {.firewall = firewall}};

	firewall_copy_word(t.parsing.family, sizeof t.parsing.family, family, strlen(family));
	return firewall_parse_lines(&t.parsing, text, take_line, &t);
}
