/* What the readers of both firewalls (firewall_nft, firewall_iptables) share: the chains, who
 * jumps to whom, and the rules that come of them. Pure. */
#ifndef NET_FIREWALL_PARSING_H
#define NET_FIREWALL_PARSING_H

#include "firewall.h"

struct firewall_chain {
	char family[8], table[FIREWALL_NAME_SIZE], name[FIREWALL_NAME_SIZE];
	char device[FIREWALL_NAME_SIZE];
	unsigned hooks; /* of itself, then also of those that lead to it */
	bool is_iptables, is_base;
};

struct firewall_jump;

/* Zero it but for `firewall`. Family and table are those of the chains that come next. */
struct firewall_parsing {
	struct firewall *firewall;
	size_t first; /* rule of this text */
	char family[8], table[FIREWALL_NAME_SIZE];
	struct firewall_chain *chains;
	size_t chain_count, chain_room;
	struct firewall_jump *jumps;
	size_t jump_count, jump_room;
	bool is_out_of_memory;
};

/* Gives `take` each line of the text, without LF, and then each rule its hooks and device. `take`
 * may change the line. False: out of memory. */
typedef void firewall_line_fn(void *context, char *line);
bool firewall_parse_lines(struct firewall_parsing *p, const char *text, firewall_line_fn *take,
			  void *context);

/* NULL: no room. What is given here moves with the next one. */
struct firewall_chain *firewall_add_chain(struct firewall_parsing *p, const char *name,
					  size_t size);

/* From a chain to another one of its table, which may come later in the text. */
void firewall_add_jump(struct firewall_parsing *p, const struct firewall_chain *from,
		       const char *to, size_t size);

/* Family, table and chain are those of `chain`; `verdicts` are bits. NULL: no room. */
struct firewall_rule *firewall_add_rule(struct firewall_parsing *p,
					const struct firewall_chain *chain, const char *text,
					unsigned verdicts);

/* The hook whose chain iptables names so; 0: none. */
unsigned firewall_hook_of_iptables(const char *chain);

/* The first `size` bytes of `from`, cut to what fits. */
void firewall_copy_word(char *to, size_t room, const char *from, size_t size);

/* The first place of a word at or behind `from`, outside of quotes; NULL: none. */
const char *firewall_find_word(const char *from, const char *word);

#endif
