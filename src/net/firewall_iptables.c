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
	if (strncmp(line + 1 + size, " DROP ", 6) != 0)
		return;
	rule = firewall_add_rule(&t->parsing, chain, "");
	if (!rule)
		return;
	rule->is_policy = rule->is_legacy = true;
	rule->has_counter = sscanf(line + 1 + size, " DROP [%" SCNu64, &rule->packets) == 1;
}

/* "[5:300] -A INPUT -p udp -m udp --dport 5004 -j DROP" */
static void take_rule(struct iptables *t, const char *line)
{
	const char *appended = strstr(line, "] -A "), *target = firewall_find_word(line, "-j");
	char name[FIREWALL_NAME_SIZE] = "", to[FIREWALL_NAME_SIZE] = "";
	struct firewall_rule *rule;
	struct firewall_chain *chain;

	if (!target)
		target = firewall_find_word(line, "-g");
	if (!appended || !target || sscanf(appended, "] -A %127s", name) != 1 ||
	    sscanf(target + 2, " %127s", to) != 1)
		return;
	chain = find_chain(t, name);
	if (!chain)
		return;
	if (strcmp(to, "DROP") != 0 && strcmp(to, "REJECT") != 0) {
		firewall_add_jump(&t->parsing, chain, to, strlen(to));
		return;
	}
	rule = firewall_add_rule(&t->parsing, chain, appended + strlen("] "));
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
