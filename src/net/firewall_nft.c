#include "firewall_parse.h"

#include "firewall_parsing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where in the text a line stands. */
enum block { OUTSIDE, IN_TABLE, IN_CHAIN, IN_OTHER };

struct nft {
	struct firewall_parsing parsing;
	enum block block;
	struct text rule; /* which may go over several lines */
	unsigned number;  /* of the rule in its chain */
};

/* ---- Words ---- */

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

/* The one that the lines are in. */
static struct firewall_chain *last_chain(struct nft *nft)
{
	return &nft->parsing.chains[nft->parsing.chain_count - 1];
}

/* ---- A rule ---- */

static void take_jumps(struct nft *nft, const char *text, const char *word)
{
	for (const char *at = firewall_find_word(text, word); at;
	     at = firewall_find_word(at, word)) {
		at += strlen(word);
		at += strspn(at, " ");
		firewall_add_jump(&nft->parsing, last_chain(nft), at, strcspn(at, " ,;{}"));
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

/* Bits; 0: packets go on to the next rule, whatever else it does. */
static unsigned verdicts_of(const char *text)
{
	static const struct {
		const char *word;
		unsigned verdict;
	} words[] = {
		{"drop", VERDICT_DROP},      {"reject", VERDICT_DROP},
		{"accept", VERDICT_ACCEPT},  {"return", VERDICT_RETURN},
		{"jump", VERDICT_JUMP},      {"goto", VERDICT_GOTO},
		{"vmap", VERDICT_OTHER},     {"queue", VERDICT_OTHER},
		{"dnat", VERDICT_OTHER},     {"snat", VERDICT_OTHER},
		{"redirect", VERDICT_OTHER}, {"masquerade", VERDICT_OTHER},
		{"tproxy", VERDICT_OTHER},   {"synproxy", VERDICT_OTHER},
		{"fwd", VERDICT_OTHER},      {"xt", VERDICT_OTHER},
	};
	unsigned verdicts = 0;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (firewall_find_word(text, words[i].word))
			verdicts |= words[i].verdict;
	return verdicts;
}

static void take_rule(struct nft *nft, const char *text, uint64_t handle)
{
	unsigned verdicts = verdicts_of(text);
	struct firewall_rule *rule;

	take_jumps(nft, text, "jump");
	take_jumps(nft, text, "goto");
	if (verdicts == 0)
		return;
	rule = firewall_add_rule(&nft->parsing, last_chain(nft), text, verdicts);
	if (!rule)
		return;
	rule->handle = handle;
	rule->number = nft->number;
	take_counter(rule);
}

/* "type filter hook ingress device "eth0" priority filter; policy drop;" */
static void take_hook(struct nft *nft, const char *line)
{
	struct firewall_chain *chain = last_chain(nft);
	const char *device = firewall_find_word(line, "device");
	char hook[16] = "";

	sscanf(strstr(line, " hook "), " hook %15s", hook);
	chain->hooks = hook_of(hook);
	chain->is_base = true;
	device = device ? device + strlen("device") : firewall_find_word(line, "devices");
	if (device && strncmp(device, "devices = ", 10) == 0)
		device += 10;
	if (device) {
		const char *end = strstr(device, " priority");

		device += strspn(device, " ");
		if (end && end > device)
			firewall_copy_word(chain->device, sizeof chain->device, device,
					   (size_t)(end - device));
	}
	if (strstr(line, "policy drop;")) {
		struct firewall_rule *rule =
			firewall_add_rule(&nft->parsing, chain, "", VERDICT_DROP);

		if (rule)
			rule->is_policy = true;
	}
}

/* ---- Lines ---- */

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

static void take_outside(struct nft *nft, const char *line)
{
	const char *family, *name;
	size_t size;

	family = opened(line, "table", &size);
	if (!family || !opens_block(line))
		return;
	firewall_copy_word(nft->parsing.family, sizeof nft->parsing.family, family, size);
	name = family + size + strspn(family + size, " ");
	firewall_copy_word(nft->parsing.table, sizeof nft->parsing.table, name, strcspn(name, " "));
	nft->block = IN_TABLE;
}

static void take_in_table(struct nft *nft, const char *line)
{
	const char *name;
	size_t size;

	if (strcmp(line, "}") == 0) {
		nft->block = OUTSIDE;
		return;
	}
	if (!opens_block(line))
		return;
	name = opened(line, "chain", &size);
	nft->number = 0;
	nft->block = name && firewall_add_chain(&nft->parsing, name, size) ? IN_CHAIN : IN_OTHER;
}

static void take_in_chain(struct nft *nft, const char *line, uint64_t handle)
{
	if (strcmp(line, "}") == 0) {
		text_clear(&nft->rule);
		nft->block = IN_TABLE;
		return;
	}
	if (nft->rule.size == 0 && strncmp(line, "type ", 5) == 0 && strstr(line, " hook ")) {
		take_hook(nft, line);
		return;
	}
	text_add_string(&nft->rule, nft->rule.size > 0 ? " " : "");
	text_add_string(&nft->rule, line);
	if (handle == 0)
		return;
	nft->number++;
	take_rule(nft, text_string(&nft->rule), handle);
	text_clear(&nft->rule);
}

static void take_line(void *context, char *line)
{
	struct nft *nft = context;
	uint64_t handle;

	line += strspn(line, " \t");
	handle = take_handle(line);
	if (!*line)
		return;
	switch (nft->block) {
	case OUTSIDE:
		take_outside(nft, line);
		break;
	case IN_TABLE:
		take_in_table(nft, line);
		break;
	case IN_CHAIN:
		take_in_chain(nft, line, handle);
		break;
	case IN_OTHER:
		if (strcmp(line, "}") == 0)
			nft->block = IN_TABLE;
		break;
	}
}

bool firewall_parse_nft(const char *text, struct firewall *firewall)
{
	struct nft nft = {.parsing = {.firewall = firewall}};
	bool is_taken = firewall_parse_lines(&nft.parsing, text, take_line, &nft);

	is_taken &= !nft.rule.failed;
	text_done(&nft.rule);
	return is_taken;
}
