/* Rung 9: a firewall of this host drops it. Datagrams that were on the wire, that the reverse-path
 * filter lets in, and that did not reach doctor's socket: which rule it was, where that can be
 * told. And whether one drops what this host itself sends. */
#ifndef DOCTOR_RUNG_FIREWALL_H
#define DOCTOR_RUNG_FIREWALL_H

#include "finding.h"
#include "net/mac.h"
#include "rule_walk.h"

#include <net/if.h>

struct firewall_facts {
	union hostcast_address group; /* with its port */
	char interface[IF_NAMESIZE];  /* where the datagrams came in; "": none did */
	uint64_t on_wire, at_socket;
	uint64_t missing;             /* of those on the wire, that nothing else explains */
	uint64_t bad_checksums;       /* of those on the wire */
	uint64_t wrong_mac;           /* of those on the wire, to a MAC address not the group's, */
	uint64_t foreign_mac;         /* and of these, to another host's */
	uint8_t mac[MAC_SIZE];        /* one of these addresses */
	uint64_t of_nobody;           /* of those on the wire, from 0.0.0.0: no host's address */
	bool is_wire_seen;            /* doctor could capture */
	uint64_t wire_dropped;        /* packets that the capture lost */
	const char *no_socket_reason; /* why doctor's socket could not join; "" if it could */

	bool is_known;                        /* the rules could be read, */
	const char *unknown_reason;           /* else why not */
	size_t rules_forgotten;               /* rules and chains that there was no room for */
	const struct firewall_rule *rule;     /* the likeliest to drop what comes in; NULL: none */
	enum rule_reach reach;                /* of that rule */
	bool is_rule_sure;                    /* it takes all that it gets of such datagrams */
	const struct firewall_rule *out_rule; /* to drop what is sent; NULL: none */
	bool is_send_refused;                 /* this host may not send to the group */
	bool is_only_sender;                  /* nobody here has joined, or the user said so */
};

void judge_firewall(const struct firewall_facts *facts, struct finding *finding);

/* "the rule 'udp dport 5004 drop' (chain inet filter input, handle 4)", "the policy of chain ...";
 * escaped. Rung 13 names rules too. */
void add_rule_name(struct text *text, const struct firewall_rule *rule);

/* What helps against wrong UDP checksums. Rung 10 can tell of them, too. */
void add_checksum_remedy(struct finding *finding);

/* The commands that let through what `match` says in the rule's own language ("udp dport 5004"),
 * and that take the rule away. */
void add_rule_remedy(struct finding *finding, const struct firewall_rule *rule,
		     const char *nft_match, const char *iptables_match);

#endif
