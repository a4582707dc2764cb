/* Rules of a host's firewall that drop packets, or keep them from rules that do: of nftables (with
 * what iptables-nft, firewalld and ufw have put there), and of the older iptables. They are taken
 * from what the programs nft and iptables-save show: so they are as people know them, with name,
 * handle and counter. Pure. */
#ifndef NET_FIREWALL_H
#define NET_FIREWALL_H

#include "base/text.h"

enum { FIREWALL_NAME_SIZE = 128, FIREWALL_RULES_MAX = 16384 };

/* Where on a packet's way a rule is asked; bits. */
enum firewall_hook {
	HOOK_INGRESS = 1, /* of one device */
	HOOK_PREROUTING = 2,
	HOOK_INPUT = 4,
	HOOK_FORWARD = 8,
	HOOK_OUTPUT = 16,
	HOOK_POSTROUTING = 32,
	HOOK_EGRESS = 64, /* of one device */

	HOOKS_IN = HOOK_INGRESS | HOOK_PREROUTING | HOOK_INPUT,
	HOOKS_OUT = HOOK_OUTPUT | HOOK_POSTROUTING | HOOK_EGRESS,
};

/* What becomes of a packet that a rule takes; bits, as a map of verdicts has several. */
enum firewall_verdict {
	VERDICT_DROP = 1, /* or reject */
	VERDICT_ACCEPT = 2,
	VERDICT_RETURN = 4,
	VERDICT_JUMP = 8, /* to a chain, and back */
	VERDICT_GOTO = 16,
	VERDICT_OTHER = 32, /* not known here: it may end there */
};

struct firewall_rule {
	char family[8]; /* "inet", "ip", "ip6", "netdev", "bridge" */
	char table[FIREWALL_NAME_SIZE];
	char chain[FIREWALL_NAME_SIZE];
	char device[FIREWALL_NAME_SIZE]; /* of ingress and egress, as it stands there; "": any */
	unsigned hooks;
	unsigned verdicts;
	bool is_base;     /* its chain is one that the kernel asks by itself */
	bool is_policy;   /* of the chain: what becomes of all that no rule takes */
	bool is_legacy;   /* of the older iptables */
	bool is_iptables; /* of a table that iptables-nft looks after, or of the older iptables */
	uint64_t handle;  /* 0: none */
	unsigned number;  /* its place in its chain, from 1 on; 0 of a policy, and of legacy ones */
	bool has_counter;
	uint64_t packets; /* that it has counted; in an observation: meanwhile */
	char *text;       /* the rule as it is shown, without handle and count; not escaped; "" of a
			     policy */
};

struct firewall {
	struct firewall_rule *rules; /* in the order in which they were shown */
	size_t count, room;
	size_t forgotten; /* rules, chains and jumps there was no room for */
	bool is_known;    /* the rules could be read */
	char reason[200]; /* if not: why */
};

void firewall_done(struct firewall *firewall);

/* Makes each rule's `packets` what it has counted since `before` was read; a rule that is new
 * counts from 0. */
void firewall_since(struct firewall *firewall, const struct firewall *before);

#endif
