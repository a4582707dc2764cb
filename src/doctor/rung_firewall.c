#include "rung_firewall.h"

#include "net/address.h"
#include "rule_find.h"
#include "rung_reverse.h"
#include "rungs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MATCH_SIZE = 160 };

/* ---- Rules as people know them ---- */

static void add_counted(struct text *text, const struct firewall_rule *rule)
{
	if (rule->has_counter && rule->packets > 0)
		text_addf(text, ", whose counter grew by %" PRIu64 " meanwhile", rule->packets);
	else if (!rule->has_counter && !rule->is_policy)
		text_add_string(text, ", which has no counter");
}

void add_rule_name(struct text *text, const struct firewall_rule *rule)
{
	if (rule->is_policy) {
		text_add_string(text, "the policy (drop)");
	} else {
		text_add_string(text, "the rule '");
		text_add_escaped(text, rule->text, strlen(rule->text));
		text_add_string(text, "'");
	}
	text_addf(text, " of %s ", rule->is_legacy ? "iptables, chain" : "chain");
	text_add_escaped(text, rule->family, strlen(rule->family));
	text_add_string(text, " ");
	text_add_escaped(text, rule->table, strlen(rule->table));
	text_add_string(text, " ");
	text_add_escaped(text, rule->chain, strlen(rule->chain));
	if (rule->handle > 0)
		text_addf(text, ", handle %" PRIu64, rule->handle);
	add_counted(text, rule);
}

/* Family, table and chain. */
static void add_place(struct text *text, const struct firewall_rule *rule)
{
	const char *words[] = {rule->family, rule->table, rule->chain};

	for (size_t i = 0; i < 3; i++) {
		text_add_string(text, " ");
		text_add_string(text, command_word(words[i]).text);
	}
}

static void add_deletion(struct finding *finding, const struct firewall_rule *rule)
{
	struct text *remedy;

	text_add_string(finding_remedy(finding), "or take the rule away:");
	remedy = finding_command(finding);
	text_add_string(remedy, "nft delete rule");
	add_place(remedy, rule);
	text_addf(remedy, " handle %" PRIu64, rule->handle);
}

static void add_iptables(struct text *text, const struct firewall_rule *rule)
{
	text_add_string(text, strcmp(rule->family, "ip6") == 0 ? "ip6tables" : "iptables");
	if (strcmp(rule->table, "filter") == 0)
		return;
	text_addf(text, " -t %s", command_word(rule->table).text);
}

/* The next word of a rule as iptables-save shows it, without its quotes, in which a backslash
 * stands before what is no end; what is behind it. */
static const char *take_saved_word(const char *text, struct text *word)
{
	bool is_quoted = false;

	text_clear(word);
	for (; *text && (is_quoted || *text != ' '); text++) {
		if (*text == '"') {
			is_quoted = !is_quoted;
			continue;
		}
		if (is_quoted && *text == '\\' && text[1])
			text++;
		text_add(word, text, 1);
	}
	return text + strspn(text, " ");
}

/* In double quotes, as iptables-save has them, a shell would expand some of it. */
static void add_saved_rule(struct text *text, const char *rule)
{
	struct text word = {0};

	while (*rule) {
		rule = take_saved_word(rule, &word);
		text_add_string(text, " ");
		text_add_command_word(text, text_string(&word));
	}
	text_done(&word);
}

/* nft shows rules of iptables in its own words, so they are named by their place in the chain. */
static void add_iptables_deletion(struct finding *finding, const struct firewall_rule *rule)
{
	size_t skipped = strlen("-A ");
	struct text *remedy;

	text_add_string(finding_remedy(finding), "or take the rule away:");
	remedy = finding_command(finding);
	add_iptables(remedy, rule);
	text_add_string(remedy, " -D");
	if (rule->is_legacy)
		add_saved_rule(remedy, rule->text + skipped);
	else
		text_addf(remedy, " %s %u", command_word(rule->chain).text, rule->number);
}

static void add_iptables_remedy(struct finding *finding, const struct firewall_rule *rule,
				const char *match)
{
	struct text *remedy = finding_command(finding);

	add_iptables(remedy, rule);
	text_addf(remedy, " -I %s %s -j ACCEPT", command_word(rule->chain).text, match);
	if (!rule->is_policy)
		add_iptables_deletion(finding, rule);
}

static void add_nft_remedy(struct finding *finding, const struct firewall_rule *rule,
			   const char *match)
{
	struct text *remedy = finding_command(finding);

	text_add_string(remedy, "nft insert rule");
	add_place(remedy, rule);
	if (rule->handle > 0)
		text_addf(remedy, " handle %" PRIu64, rule->handle);
	text_addf(remedy, " %s accept", match);
	if (rule->handle > 0)
		add_deletion(finding, rule);
}

void add_rule_remedy(struct finding *finding, const struct firewall_rule *rule,
		     const char *nft_match, const char *iptables_match)
{
	if (rule->is_iptables)
		add_iptables_remedy(finding, rule, iptables_match);
	else
		add_nft_remedy(finding, rule, nft_match);
}

static void add_remedy_for_group(const struct firewall_facts *facts,
				 const struct firewall_rule *rule, struct finding *finding)
{
	bool is_v4 = facts->group.any.sa_family == AF_INET;
	char nft[MATCH_SIZE], iptables[MATCH_SIZE], group[HOSTCAST_TEXT_SIZE];

	address_plain_text(&facts->group, group);
	snprintf(nft, sizeof nft, "%s daddr %s udp dport %u", is_v4 ? "ip" : "ip6", group,
		 address_port(&facts->group));
	snprintf(iptables, sizeof iptables, "-d %s -p udp --dport %u", group,
		 address_port(&facts->group));
	add_rule_remedy(finding, rule, nft, iptables);
}

/* ---- What comes in ---- */

static void add_missing(const struct firewall_facts *facts, struct text *saw)
{
	text_addf(saw, "%" PRIu64 " datagrams came in on %s", facts->on_wire, facts->interface);
	if (facts->at_socket == 0)
		text_add_string(saw, ", and none reached the socket");
	else
		text_addf(saw, ", and %" PRIu64 " of them did not reach the socket",
			  facts->missing);
}

static void add_no_rule(const struct firewall_facts *facts, struct finding *finding)
{
	if (!facts->is_known) {
		text_addf(&finding->saw, "; a rule of this host's firewall is likely, but %s",
			  facts->unknown_reason);
		text_add_string(finding_remedy(finding), "see which rule it is, as root:");
		text_add_string(finding_command(finding), "nft list ruleset");
		return;
	}
	text_add_string(&finding->saw,
			"; something here drops them that is no rule of nftables or iptables");
	text_add_string(finding_remedy(finding), "look for filters of other kinds:");
	text_addf(finding_command(finding), "tc filter show dev %s ingress",
		  command_word(facts->interface).text);
	text_add_string(finding_command(finding), "bpftool net");
	text_add_string(finding_remedy(finding), "the kernel tells why it drops:");
	text_add_string(finding_command(finding), "perf trace -a -e skb:kfree_skb");
}

static void judge_missing(const struct firewall_facts *facts, struct finding *finding)
{
	bool is_enough = facts->missing >= TELLING_LEAST;

	add_missing(facts, finding_saw(finding));
	finding_raise(finding, is_enough ? RUNG_CAUSE : RUNG_NOTED);
	if (!facts->rule && !is_enough) {
		text_add_string(&finding->saw, "; so few may have been forged, or damaged");
		return;
	}
	if (!facts->rule) {
		add_no_rule(facts, finding);
		return;
	}
	text_add_string(&finding->saw, "; what drops them is most likely ");
	add_rule_name(&finding->saw, facts->rule);
	add_remedy_for_group(facts, facts->rule, finding);
}

/* Does what is wrong with the datagrams? A few beside a rule that drops all do not, nor alone. */
static bool explains_most(const struct firewall_facts *facts)
{
	uint64_t wrong = facts->bad_checksums + facts->foreign_mac + facts->of_nobody;

	return facts->at_socket == 0 && wrong >= TELLING_LEAST && wrong > facts->on_wire / 2;
}

void add_checksum_remedy(struct finding *finding)
{
	text_add_string(
		finding_remedy(finding),
		"on the sender, let the system make checksums instead of its card: ethtool -K "
		"INTERFACE tx-checksumming off");
}

static void judge_checksums(const struct firewall_facts *facts, struct finding *finding)
{
	finding_raise(finding, explains_most(facts) ? RUNG_CAUSE : RUNG_NOTED);
	text_addf(finding_saw(finding),
		  "%" PRIu64 " of %" PRIu64
		  " datagrams came in on %s with a wrong UDP checksum, and the kernel drops these; "
		  "this is no firewall: something damages them, or makes a wrong checksum",
		  facts->bad_checksums, facts->on_wire, facts->interface);
	add_checksum_remedy(finding);
}

/* The right address follows from the group: a system that sends takes it by itself. */
static void add_mac_remedy(const struct firewall_facts *facts, const char *right,
			   struct finding *finding)
{
	char group[HOSTCAST_TEXT_SIZE];

	address_plain_text(&facts->group, group);
	text_addf(finding_remedy(finding),
		  "on the sender, where it has an entry of its own for the group (ip neighbour "
		  "show nud all to %s): ip neighbour delete %s dev INTERFACE",
		  group, group);
	text_addf(finding_remedy(finding),
		  "or, where the sender makes its frames itself (a traffic generator, a replay), "
		  "let it send them to %s",
		  right);
	text_add_string(finding_remedy(finding),
			"or, if they leave it so, turn off what makes single copies of them on the "
			"way (a switch, an access point, a load balancer)");
}

static void judge_mac(const struct firewall_facts *facts, struct finding *finding)
{
	bool is_foreign = facts->foreign_mac > 0;
	char wrong[MAC_TEXT_SIZE], right[MAC_TEXT_SIZE];
	uint8_t mac[MAC_SIZE];

	mac_of_group(&facts->group, mac);
	mac_text(mac, right);
	finding_raise(finding, is_foreign && explains_most(facts) ? RUNG_CAUSE : RUNG_NOTED);
	text_addf(finding_saw(finding),
		  "%" PRIu64 " of %" PRIu64
		  " datagrams came in on %s to the MAC address %s, and the group's is %s; ",
		  is_foreign ? facts->foreign_mac : facts->wrong_mac, facts->on_wire,
		  facts->interface, mac_text(facts->mac, wrong), right);
	text_add_string(&finding->saw,
			is_foreign ? "it is another host's, so the kernel drops them; this is no "
				     "firewall"
				   : "the filters of other network cards, and switches that "
				     "snoop, let no such datagrams pass");
	add_mac_remedy(facts, right, finding);
}

static void judge_nobodys(const struct firewall_facts *facts, struct finding *finding)
{
	finding_raise(finding, explains_most(facts) ? RUNG_CAUSE : RUNG_NOTED);
	text_addf(finding_saw(finding),
		  "%" PRIu64 " of %" PRIu64
		  " datagrams came in on %s from 0.0.0.0, and the kernel drops these; this is no "
		  "firewall: who sends them has no IPv4 address",
		  facts->of_nobody, facts->on_wire, facts->interface);
	text_add_string(finding_remedy(finding), "on the sender, give the interface by which they "
						 "leave an IPv4 address, and start it again");
}

static void judge_wrong(const struct firewall_facts *facts, struct finding *finding)
{
	if (facts->bad_checksums > 0)
		judge_checksums(facts, finding);
	if (facts->wrong_mac > 0)
		judge_mac(facts, finding);
	if (facts->of_nobody > 0)
		judge_nobodys(facts, finding);
}

/* Some lost ones of very many have other reasons, too. */
static bool is_partly_missing(const struct firewall_facts *facts)
{
	return facts->missing > 0 && facts->missing * 100 >= facts->on_wire * TELLING_PERCENT;
}

static const char *fate_of_datagram(const struct firewall_facts *facts)
{
	if (facts->reach != REACH_SURELY)
		return "one would be dropped, unless a rule before accepts it, by ";
	return facts->is_rule_sure ? "one would be dropped by " : "one may be dropped by ";
}

/* Nothing was seen on the wire: because nobody sends, or because doctor may not look. */
static void judge_unseen(const struct firewall_facts *facts, struct finding *finding)
{
	if (facts->rule) {
		bool is_counted = facts->rule->has_counter && facts->rule->packets > 0;

		finding_raise(finding,
			      is_counted && !facts->is_wire_seen ? RUNG_CAUSE : RUNG_NOTED);
		text_addf(finding_saw(finding), "no datagram came in; %s", fate_of_datagram(facts));
		add_rule_name(&finding->saw, facts->rule);
		add_remedy_for_group(facts, facts->rule, finding);
		return;
	}
	finding_raise(finding, RUNG_UNKNOWN);
	if (facts->is_wire_seen)
		text_addf(finding_saw(finding), "no datagram of another host came by%s",
			  facts->is_known ? "; no rule that drops it names the group or its port"
					  : "");
	else
		text_add_string(finding_saw(finding),
				"what is on the wire can't be seen without capturing");
	if (!facts->is_known)
		text_addf(finding_saw(finding), "%s", facts->unknown_reason);
}

/* ---- What goes out ---- */

static void judge_sending(const struct firewall_facts *facts, struct finding *finding)
{
	bool is_counted = facts->out_rule && facts->out_rule->packets > 0;

	finding_raise(finding, facts->is_only_sender && (facts->is_send_refused || is_counted)
				       ? RUNG_CAUSE
				       : RUNG_NOTED);
	text_addf(finding_saw(finding), "what this host sends to the group is %s",
		  facts->is_send_refused ? "refused before it leaves" : "dropped");
	if (!facts->out_rule) {
		text_add_string(finding_remedy(finding),
				"see which rule of the output chains it is, as root:");
		text_add_string(finding_command(finding), "nft list ruleset");
		return;
	}
	text_add_string(&finding->saw, ", most likely by ");
	add_rule_name(&finding->saw, facts->out_rule);
	add_remedy_for_group(facts, facts->out_rule, finding);
}

static void add_lost(const struct firewall_facts *facts, struct finding *finding)
{
	if (facts->wire_dropped > 0)
		text_addf(finding_saw(finding), "the capture lost %" PRIu64 " packets",
			  facts->wire_dropped);
	if (facts->rules_forgotten > 0)
		text_addf(finding_saw(finding), "%zu rules or chains were too many to be looked at",
			  facts->rules_forgotten);
}

static void judge_deaf(const struct firewall_facts *facts, struct finding *finding)
{
	finding_raise(finding, RUNG_UNKNOWN);
	text_addf(finding_saw(finding), "doctor has no socket to compare the wire with: %s",
		  facts->no_socket_reason);
}

void judge_firewall(const struct firewall_facts *facts, struct finding *finding)
{
	bool has_data = facts->on_wire + facts->at_socket > 0;

	if (facts->is_send_refused || facts->out_rule)
		judge_sending(facts, finding);
	if (explains_most(facts))
		judge_wrong(facts, finding);
	if (facts->no_socket_reason[0])
		judge_deaf(facts, finding);
	else if (is_partly_missing(facts))
		judge_missing(facts, finding);
	else if (!has_data && !facts->is_only_sender)
		judge_unseen(facts, finding);
	if (!explains_most(facts))
		judge_wrong(facts, finding);
	if (finding->saw.size == 0 && has_data)
		text_add_string(finding_saw(finding), "what comes in reaches the socket");
	else if (finding->saw.size == 0)
		text_add_string(finding_saw(finding), "sending to the group is not refused");
	add_lost(facts, finding);
}

/* ---- The facts ---- */

static bool is_filtered_otherwise(const struct doctor_case *c, const struct seen_source *source)
{
	struct reverse_facts facts;

	if (c->group.any.sa_family == AF_INET6 || source->at_socket > 0 ||
	    c->observation->counters.reverse_path_filtered == 0)
		return false;
	reverse_facts_of(c, &source->source, source->interface, &facts);
	return reverse_drops(&facts);
}

/* Linux takes such datagrams to groups of 224.0.0.x alone (ip_mc_validate_source). */
static bool is_of_nobody(const struct doctor_case *c, const struct seen_source *source)
{
	return c->group.any.sa_family == AF_INET && address_is_any(&source->source) &&
	       !address_is_link_scope_group(&c->group);
}

static void take_mac(const struct seen_source *source, struct firewall_facts *facts)
{
	if (source->wrong_mac > 0 && (source->foreign_mac > 0 || facts->foreign_mac == 0))
		memcpy(facts->mac, source->mac, MAC_SIZE);
	facts->wrong_mac += source->wrong_mac;
	facts->foreign_mac += source->foreign_mac;
}

static void take_source(const struct doctor_case *c, const struct seen_source *source,
			struct firewall_facts *facts, struct rule_flow *flow)
{
	if (!observation_is_comparable(c->observation, source))
		return;
	facts->on_wire += source->on_wire;
	facts->at_socket += source->at_socket;
	facts->bad_checksums += source->bad_checksums;
	take_mac(source, facts);
	if (source->wrong_mac > 0 || seen_source_missing(source) > 0)
		flow->interface = case_interface_name(c, source->interface);
	if (is_of_nobody(c, source)) {
		facts->of_nobody += seen_source_missing(source);
		return;
	}
	if (seen_source_missing(source) == 0 || is_filtered_otherwise(c, source) ||
	    observation_is_heard_elsewhere(c->observation, source))
		return;
	facts->missing += seen_source_missing(source);
	rule_flow_add_source(flow, &source->source);
}

/* Datagrams that doctor itself had no room for are no firewall's. */
static void forgive_own_drops(const struct observation *o, struct firewall_facts *facts)
{
	facts->missing -= o->socket_dropped < facts->missing ? o->socket_dropped : facts->missing;
}

static bool is_only_sender(const struct doctor_case *c)
{
	bool is_joined = false,
	     sends = case_is_sending(c, 0) || c->observation->send_errno == EPERM;

	for (size_t i = 0; i < c->listened_count; i++)
		is_joined |= case_is_joined(c, c->listened[i]);
	return c->is_sender || (!is_joined && sends);
}

/* What was refused, was refused in an output chain. If it was not, rules behind these may still
 * drop it, unless it was seen to leave. */
static const struct firewall_rule *find_out_rule(const struct doctor_case *c,
						 struct rule_flow *flow)
{
	const struct observation *o = c->observation;

	flow->source = (union hostcast_address){0};
	flow->missing = 0;
	flow->hooks = o->send_errno == 0 ? HOOK_POSTROUTING | HOOK_EGRESS : HOOKS_OUT;
	if (o->send_errno == EPERM)
		return rule_find(&o->firewall, flow, true);
	return case_is_sending(c, 0) ? NULL : rule_find(&o->firewall, flow, false);
}

static void find_rules(const struct doctor_case *c, struct rule_flow *flow,
		       struct firewall_facts *facts)
{
	const struct firewall *firewall = &c->observation->firewall;

	flow->hooks = HOOKS_IN;
	flow->missing = facts->missing;
	facts->rule = rule_find(firewall, flow, facts->on_wire > 0);
	if (facts->rule) {
		facts->reach = rule_walk_to(firewall, facts->rule, flow);
		rule_match_text(facts->rule, flow, &facts->is_rule_sure);
	}
	facts->out_rule = find_out_rule(c, flow);
	snprintf(facts->interface, sizeof facts->interface, "%s", flow->interface);
}

int rung_firewall(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	const struct observation *o = c->observation;
	struct rule_flow flow = {
		.kind = FLOW_DATA,
		.group = c->group,
		.source = c->source,
		.interface = c->chosen_count > 0 ? case_interface_name(c, c->chosen[0]) : "",
	};
	struct firewall_facts facts = {
		.group = c->group,
		.is_wire_seen = !o->no_wire_reason[0],
		.no_socket_reason = o->no_socket_reason,
		.is_known = o->firewall.is_known,
		.unknown_reason = o->firewall.reason,
		.wire_dropped = observation_wire_dropped(o),
		.rules_forgotten = o->firewall.forgotten,
		.is_send_refused = o->send_errno == EPERM,
		.is_only_sender = is_only_sender(c),
	};

	(void)error;
	for (size_t i = 0; i < o->source_count; i++)
		take_source(c, &o->sources[i], &facts, &flow);
	forgive_own_drops(o, &facts);
	find_rules(c, &flow, &facts);
	judge_firewall(&facts, finding);
	return 0;
}
