#include "firewall_parse.h"

#include "base/list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHAINS_MAX = 4096, JUMPS_MAX = 16384 };

/* Where in the text a line stands. */
enum block { OUTSIDE, IN_TABLE, IN_CHAIN, IN_OTHER };

struct chain {
	char family[8], table[FIREWALL_NAME_SIZE], name[FIREWALL_NAME_SIZE];
	char device[FIREWALL_NAME_SIZE];
	unsigned hooks; /* of itself, then also of those that lead to it */
};

/* From one chain to another of the same table. */
struct jump {
	size_t from;
	char to[FIREWALL_NAME_SIZE];
};

struct parsing {
	struct firewall *firewall;
	size_t first; /* rule of this text */
	enum block block;
	char family[8], table[FIREWALL_NAME_SIZE];
	struct chain *chains;
	size_t chain_count, chain_room;
	struct jump *jumps;
	size_t jump_count, jump_room;
	struct text rule; /* which may go over several lines */
	bool is_out_of_memory;
};

/* ---- Words ---- */

static void copy_word(char *to, size_t room, const char *from, size_t size)
{
	snprintf(to, room, "%.*s", (int)(size < room ? size : room - 1), from);
}

static bool ends_word(char c)
{
	return c == '\0' || strchr(" \t,;{}:", c);
}

/* The first place of a word behind `from`, outside of quotes; NULL: none. */
static const char *find_word(const char *from, const char *word)
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

/* Takes " # handle 12" off the end of a line. 0: there is none. */
static uint64_t take_handle(char *line)
{
	char *last = NULL, *end;
	uint64_t handle;

	for (char *at = strstr(line, "# handle "); at; at = strstr(at + 1, "# handle "))
		last = at;
	if (!last)
		return 0;
	handle = strtoull(last + strlen("# handle "), &end, 10);
	if (*end)
		return 0;
	while (last > line && last[-1] == ' ')
		last--;
	*last = '\0';
	return handle;
}

static unsigned hook_of(const char *name)
{
	static const struct {
		const char *name;
		unsigned hook;
	} hooks[] = {
		{"ingress", HOOK_INGRESS}, {"prerouting", HOOK_PREROUTING},
		{"input", HOOK_INPUT},     {"forward", HOOK_FORWARD},
		{"output", HOOK_OUTPUT},   {"postrouting", HOOK_POSTROUTING},
		{"egress", HOOK_EGRESS},
	};

	for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++)
		if (strcmp(hooks[i].name, name) == 0)
			return hooks[i].hook;
	return 0;
}

/* ---- What is kept ---- */

static struct chain *last_chain(struct parsing *p)
{
	return &p->chains[p->chain_count - 1];
}

static bool add_chain(struct parsing *p, const char *name, size_t size)
{
	struct chain *grown;

	if (p->chain_count == CHAINS_MAX) {
		p->firewall->forgotten++;
		return false;
	}
	grown = list_grow(p->chains, p->chain_count, &p->chain_room, sizeof *grown);
	if (!grown) {
		p->is_out_of_memory = true;
		return false;
	}
	p->chains = grown;
	grown = &p->chains[p->chain_count++];
	*grown = (struct chain){0};
	snprintf(grown->family, sizeof grown->family, "%s", p->family);
	snprintf(grown->table, sizeof grown->table, "%s", p->table);
	copy_word(grown->name, sizeof grown->name, name, size);
	return true;
}

static void add_jump(struct parsing *p, size_t from, const char *to, size_t size)
{
	struct jump *grown;

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
	grown->from = from;
	copy_word(grown->to, sizeof grown->to, to, size);
}

/* Family, table and chain are those of `chain`. NULL: no room. */
static struct firewall_rule *add_rule(struct parsing *p, const struct chain *chain,
				      const char *text)
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
	*grown = (struct firewall_rule){.text = copy};
	snprintf(grown->family, sizeof grown->family, "%s", chain->family);
	snprintf(grown->table, sizeof grown->table, "%s", chain->table);
	snprintf(grown->chain, sizeof grown->chain, "%s", chain->name);
	return grown;
}

/* ---- nft: a rule ---- */

static void take_jumps(struct parsing *p, const char *text, const char *word)
{
	for (const char *at = find_word(text, word); at; at = find_word(at, word)) {
		at += strlen(word);
		at += strspn(at, " ");
		add_jump(p, p->chain_count - 1, at, strcspn(at, " ,;{}"));
	}
}

/* "counter packets 12 bytes 600 drop" becomes "counter drop", as it was written. */
static void take_counter(struct firewall_rule *rule)
{
	char *numbers = strstr(rule->text, "counter packets ");
	int size = 0;

	if (!numbers)
		return;
	numbers += strlen("counter ");
	rule->has_counter =
		sscanf(numbers, "packets %" SCNu64 " bytes %*u%n", &rule->packets, &size) == 1 &&
		size > 0;
	size += numbers[size] == ' ';
	memmove(numbers, numbers + size, strlen(numbers + size) + 1);
}

static void take_rule(struct parsing *p, const char *text, uint64_t handle)
{
	struct firewall_rule *rule;

	take_jumps(p, text, "jump");
	take_jumps(p, text, "goto");
	if (!find_word(text, "drop") && !find_word(text, "reject"))
		return;
	rule = add_rule(p, last_chain(p), text);
	if (!rule)
		return;
	rule->handle = handle;
	take_counter(rule);
}

/* "type filter hook ingress device "eth0" priority filter; policy drop;" */
static void take_hook(struct parsing *p, const char *line)
{
	struct chain *chain = last_chain(p);
	const char *device = find_word(line, "device");
	char hook[16] = "";

	sscanf(strstr(line, " hook "), " hook %15s", hook);
	chain->hooks = hook_of(hook);
	device = device ? device + strlen("device") : find_word(line, "devices");
	if (device && strncmp(device, "devices = ", 10) == 0)
		device += 10;
	if (device) {
		const char *end = strstr(device, " priority");

		device += strspn(device, " ");
		if (end && end > device)
			copy_word(chain->device, sizeof chain->device, device,
				  (size_t)(end - device));
	}
	if (strstr(line, "policy drop;")) {
		struct firewall_rule *rule = add_rule(p, chain, "");

		if (rule)
			rule->is_policy = true;
	}
}

/* ---- nft: lines ---- */

/* "chain input {": the name of what the line opens, if it opens a `what`. */
static const char *opened(const char *line, const char *what, size_t *size)
{
	size_t length = strlen(what);

	if (strncmp(line, what, length) != 0 || line[length] != ' ')
		return NULL;
	*size = strcspn(line + length + 1, " ");
	return line + length + 1;
}

static bool opens_block(const char *line)
{
	size_t size = strlen(line);

	return size > 0 && line[size - 1] == '{';
}

static void take_outside(struct parsing *p, const char *line)
{
	const char *family, *name;
	size_t size;

	family = opened(line, "table", &size);
	if (!family || !opens_block(line))
		return;
	copy_word(p->family, sizeof p->family, family, size);
	name = family + size + strspn(family + size, " ");
	copy_word(p->table, sizeof p->table, name, strcspn(name, " "));
	p->block = IN_TABLE;
}

static void take_in_table(struct parsing *p, const char *line)
{
	const char *name;
	size_t size;

	if (strcmp(line, "}") == 0) {
		p->block = OUTSIDE;
		return;
	}
	if (!opens_block(line))
		return;
	name = opened(line, "chain", &size);
	p->block = name && add_chain(p, name, size) ? IN_CHAIN : IN_OTHER;
}

static void take_in_chain(struct parsing *p, const char *line, uint64_t handle)
{
	if (strcmp(line, "}") == 0) {
		text_clear(&p->rule);
		p->block = IN_TABLE;
		return;
	}
	if (p->rule.size == 0 && strncmp(line, "type ", 5) == 0 && strstr(line, " hook ")) {
		take_hook(p, line);
		return;
	}
	text_add_string(&p->rule, p->rule.size > 0 ? " " : "");
	text_add_string(&p->rule, line);
	if (handle == 0)
		return;
	take_rule(p, text_string(&p->rule), handle);
	text_clear(&p->rule);
}

static void take_nft_line(struct parsing *p, char *line)
{
	uint64_t handle;

	line += strspn(line, " \t");
	handle = take_handle(line);
	if (!*line)
		return;
	switch (p->block) {
	case OUTSIDE:
		take_outside(p, line);
		break;
	case IN_TABLE:
		take_in_table(p, line);
		break;
	case IN_CHAIN:
		take_in_chain(p, line, handle);
		break;
	case IN_OTHER:
		if (strcmp(line, "}") == 0)
			p->block = IN_TABLE;
		break;
	}
}

/* ---- iptables ---- */

static struct chain *find_chain(struct parsing *p, const char *family, const char *table,
				const char *name)
{
	for (size_t i = 0; i < p->chain_count; i++) {
		struct chain *chain = &p->chains[i];

		if (strcmp(chain->name, name) == 0 && strcmp(chain->table, table) == 0 &&
		    strcmp(chain->family, family) == 0)
			return chain;
	}
	return NULL;
}

static unsigned hook_of_legacy(const char *chain)
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

/* ":INPUT DROP [5:300]" */
static void take_legacy_chain(struct parsing *p, const char *line)
{
	size_t size = strcspn(line + 1, " ");
	struct firewall_rule *rule;

	if (!add_chain(p, line + 1, size))
		return;
	last_chain(p)->hooks = hook_of_legacy(last_chain(p)->name);
	if (strncmp(line + 1 + size, " DROP ", 6) != 0)
		return;
	rule = add_rule(p, last_chain(p), "");
	if (!rule)
		return;
	rule->is_policy = rule->is_legacy = true;
	rule->has_counter = sscanf(line + 1 + size, " DROP [%" SCNu64, &rule->packets) == 1;
}

/* "[5:300] -A INPUT -p udp -m udp --dport 5004 -j DROP" */
static void take_legacy_rule(struct parsing *p, const char *line)
{
	const char *appended = strstr(line, "] -A "), *target = find_word(line, "-j");
	char name[FIREWALL_NAME_SIZE] = "", to[FIREWALL_NAME_SIZE] = "";
	struct firewall_rule *rule;
	struct chain *chain;

	if (!target)
		target = find_word(line, "-g");
	if (!appended || !target || sscanf(appended, "] -A %127s", name) != 1 ||
	    sscanf(target + 2, " %127s", to) != 1)
		return;
	chain = find_chain(p, p->family, p->table, name);
	if (!chain)
		return;
	if (strcmp(to, "DROP") != 0 && strcmp(to, "REJECT") != 0) {
		add_jump(p, (size_t)(chain - p->chains), to, strlen(to));
		return;
	}
	rule = add_rule(p, chain, appended + strlen("] "));
	if (!rule)
		return;
	rule->is_legacy = true;
	rule->has_counter = sscanf(line, "[%" SCNu64, &rule->packets) == 1;
}

static void take_legacy_line(struct parsing *p, char *line)
{
	if (line[0] == '*')
		copy_word(p->table, sizeof p->table, line + 1, strlen(line + 1));
	else if (line[0] == ':')
		take_legacy_chain(p, line);
	else if (line[0] == '[')
		take_legacy_rule(p, line);
}

/* ---- Which hooks lead to a chain ---- */

/* True if that told something new. */
static bool follow_jump(struct parsing *p, const struct jump *jump)
{
	const struct chain *from = &p->chains[jump->from];
	struct chain *to = find_chain(p, from->family, from->table, jump->to);

	if (!to || (to->hooks | from->hooks) == to->hooks)
		return false;
	to->hooks |= from->hooks;
	if (!to->device[0])
		memcpy(to->device, from->device, sizeof to->device);
	return true;
}

/* iptables, the older one and that of nftables, names chains in capitals; people mostly do not. */
static bool is_of_iptables(const struct parsing *p, const struct chain *chain)
{
	for (size_t i = 0; i < p->chain_count; i++) {
		const struct chain *other = &p->chains[i];

		if (hook_of_legacy(other->name) != 0 && strcmp(other->table, chain->table) == 0 &&
		    strcmp(other->family, chain->family) == 0)
			return strncmp(chain->family, "ip", 2) == 0;
	}
	return false;
}

static void resolve_hooks(struct parsing *p)
{
	bool is_new = true;

	while (is_new) {
		is_new = false;
		for (size_t i = 0; i < p->jump_count; i++)
			is_new |= follow_jump(p, &p->jumps[i]);
	}
	for (size_t i = p->first; i < p->firewall->count; i++) {
		struct firewall_rule *rule = &p->firewall->rules[i];
		const struct chain *chain = find_chain(p, rule->family, rule->table, rule->chain);

		rule->hooks = chain->hooks;
		rule->is_iptables = is_of_iptables(p, chain);
		memcpy(rule->device, chain->device, sizeof rule->device);
	}
}

/* ---- All of it ---- */

typedef void take_line_fn(struct parsing *p, char *line);

static bool parse(struct parsing *p, const char *text, take_line_fn *take)
{
	char *copy = strdup(text), *at = copy, *line;

	p->first = p->firewall->count;
	while (copy && (line = strsep(&at, "\n")))
		take(p, line);
	if (copy && !p->is_out_of_memory)
		resolve_hooks(p);
	p->is_out_of_memory |= !copy || p->rule.failed;
	free(copy);
	free(p->chains);
	free(p->jumps);
	text_done(&p->rule);
	return !p->is_out_of_memory;
}

bool firewall_parse_nft(const char *text, struct firewall *firewall)
{
	struct parsing p = {.firewall = firewall};

	return parse(&p, text, take_nft_line);
}

bool firewall_parse_iptables(const char *text, const char *family, struct firewall *firewall)
{
	struct parsing p = {.firewall = firewall};

	copy_word(p.family, sizeof p.family, family, strlen(family));
	return parse(&p, text, take_legacy_line);
}
