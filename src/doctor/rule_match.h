/* Is a firewall rule about certain packets? Its text is read as far as it speaks of addresses,
 * ports, protocols and interfaces; whatever else it asks for, it may match. Pure, but allocates. */
#ifndef DOCTOR_RULE_MATCH_H
#define DOCTOR_RULE_MATCH_H

#include "net/firewall.h"

#include "hostcast.h"

enum flow_kind {
	FLOW_DATA,   /* datagrams to the group and port */
	FLOW_REPORT, /* of IGMP or MLD, */
	FLOW_QUERY,  /* and what they answer */
};

struct rule_flow {
	enum flow_kind kind;
	union hostcast_address group;  /* with its port; tells the family too */
	union hostcast_address source; /* family 0: not known, or several */
	bool has_source;               /* that was seen to send such packets */
	const char *interface;         /* by which the packets come or go */
	unsigned hooks;                /* that they pass: HOOKS_IN or HOOKS_OUT */
	uint64_t missing;              /* how many were dropped; 0: not known */
};

/* One more that sends such packets, or the same again; in place of one that was expected. */
void rule_flow_add_source(struct rule_flow *flow, const union hostcast_address *source);

enum rule_match {
	RULE_OTHER, /* it is about other packets */
	RULE_MAYBE,
	RULE_NAMES, /* it is about these: names the group, the port, the protocol, or multicast */
};

/* Do the packets come to the chain of the rule at all? */
bool rule_is_on_way(const struct firewall_rule *rule, const struct rule_flow *flow);

/* What its text says, wherever it is asked. It is sure where all that the rule asks for was
 * understood, and fits. */
enum rule_match rule_match_text(const struct firewall_rule *rule, const struct rule_flow *flow,
				bool *is_sure);

/* Both. */
enum rule_match rule_match(const struct firewall_rule *rule, const struct rule_flow *flow);

#endif
