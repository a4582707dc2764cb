#include "rung_version.h"

#include "net/address.h"
#include "net/sysctl.h"
#include "rule_find.h"
#include "rung_firewall.h"
#include "rungs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static bool is_4(const struct version_facts *facts)
{
	return facts->group.any.sa_family == AF_INET;
}

static const char *protocol_of(const struct version_facts *facts)
{
	return is_4(facts) ? "IGMP" : "MLD";
}

/* ---- Reports and queries that firewalls drop ---- */

/* In the language of nft and of iptables: all of the protocol, for a host needs all of it. MLD goes
 * with the rest of ICMPv6, without which IPv6 does not work either (RFC 4890). */
static void add_protocol_remedy(const struct version_facts *facts, const struct firewall_rule *rule,
				struct finding *finding)
{
	if (is_4(facts))
		add_rule_remedy(finding, rule, "ip protocol igmp", "-p igmp");
	else
		add_rule_remedy(finding, rule, "meta l4proto ipv6-icmp", "-p ipv6-icmp");
}

static void add_rule(const struct version_facts *facts, const struct firewall_rule *rule,
		     struct finding *finding)
{
	if (!rule) {
		text_addf(finding_remedy(finding),
			  "see whether a rule of this host's firewall drops %s, as root:",
			  protocol_of(facts));
		text_add_string(finding_command(finding), "nft list ruleset");
		return;
	}
	text_add_string(&finding->saw, "; what drops them is most likely ");
	add_rule_name(&finding->saw, rule);
	add_protocol_remedy(facts, rule, finding);
}

/* Then this host takes up to 10 s to answer whatever query (RFC 2236 section 4). */
static bool is_version_1(const struct version_facts *facts)
{
	return is_4(facts) && (facts->version.spoken == 1 || facts->old_version == 1);
}

/* This host should have told that it has joined. */
static bool is_report_missing(const struct version_facts *facts)
{
	if (facts->is_unreported || !facts->is_wire_seen || facts->reports_sent > 0 ||
	    is_version_1(facts))
		return false;
	return facts->reports_expected > 0 || facts->are_reports_refused;
}

static bool is_own_query_unanswered(const struct version_facts *facts)
{
	return is_report_missing(facts) && !facts->are_reports_refused;
}

/* A few queries may be forged so that this host never hears them, as from where the reverse-path
 * filter drops them. */
static bool is_silence_telling(const struct version_facts *facts)
{
	bool is_explained = facts->query_rule || facts->report_rule;

	return facts->unanswered >= TELLING_LEAST || (facts->unanswered > 1 && is_explained) ||
	       is_own_query_unanswered(facts);
}

static bool is_answer_missing(const struct version_facts *facts)
{
	return !facts->is_unreported && facts->unanswered > 0;
}

/* One of two things: it does not leave, or what asks for it is not heard. */
static bool is_query_to_blame(const struct version_facts *facts)
{
	return !facts->report_rule && facts->query_rule;
}

static void judge_reports(const struct version_facts *facts, struct finding *finding)
{
	finding_raise(finding, facts->data_seen > 0 ? RUNG_NOTED : RUNG_CAUSE);
	text_addf(
		finding_saw(finding),
		"this host has joined the group, and no %s report of it leaves by %s: routers and "
		"switches that snoop do not know of it",
		protocol_of(facts), facts->interface);
	add_rule(facts, facts->report_rule, finding);
}

static void judge_few_queries(const struct version_facts *facts, struct finding *finding)
{
	finding_raise(finding, RUNG_NOTED);
	text_addf(finding_saw(finding),
		  "%" PRIu64 " of %" PRIu64
		  " %s queries on %s had no answer of this host; so few may have been forged, or "
		  "damaged",
		  facts->unanswered, facts->queries, protocol_of(facts), facts->interface);
}

static void judge_queries(const struct version_facts *facts, struct finding *finding)
{
	finding_raise(finding, RUNG_CAUSE);
	text_addf(finding_saw(finding),
		  "this host does not answer %s queries on %s (%" PRIu64 " of %" PRIu64
		  " meanwhile): its membership expires, and the group stops",
		  protocol_of(facts), facts->interface, facts->unanswered, facts->queries);
	add_rule(facts, facts->query_rule ? facts->query_rule : facts->report_rule, finding);
}

/* Nobody else has asked: it stops only where somebody does, or snoops. */
static void judge_own_query(const struct version_facts *facts, struct finding *finding)
{
	finding_raise(finding, facts->data_seen > 0 ? RUNG_NOTED : RUNG_CAUSE);
	text_addf(finding_saw(finding),
		  "this host does not hear %s queries on %s, not even doctor's own%s: where a "
		  "router or a switch asks, its membership expires, and the group stops",
		  protocol_of(facts), facts->interface,
		  facts->data_seen > 0 ? "; nobody else asked meanwhile, and the group came in"
				       : "");
	add_rule(facts, facts->query_rule, finding);
}

static void judge_void_queries(const struct version_facts *facts, struct finding *finding)
{
	finding_raise(finding, RUNG_NOTED);
	text_addf(finding_saw(finding),
		  "%" PRIu64
		  " MLD queries on %s came from no link-local address, without a router alert, or "
		  "not with hop limit 1: hosts must pass over these (RFC 3810 section 6.2)",
		  facts->void_queries, facts->interface);
	text_add_string(finding_remedy(finding),
			"give the querier (a router, a switch) a link-local address to ask with");
}

/* ---- Versions ---- */

static bool is_old(const struct version_facts *facts)
{
	unsigned latest = membership_version_latest(facts->group.any.sa_family);

	return (facts->version.spoken > 0 && facts->version.spoken < latest) ||
	       facts->old_querier.any.sa_family != AF_UNSPEC;
}

static void add_forced(const struct version_facts *facts, const char *interface, int64_t forced,
		       struct finding *finding)
{
	char path[SYSCTL_NAME_SIZE], name[SYSCTL_NAME_SIZE];

	if (forced <= 0)
		return;
	sysctl_interface_path(facts->group.any.sa_family, interface,
			      is_4(facts) ? "force_igmp_version" : "force_mld_version", path);
	text_addf(&finding->saw, ", because %s is %" PRId64, sysctl_name(path, name), forced);
	text_addf(finding_command(finding), "sysctl -w %s=0", command_word(name).text);
}

/* The oldest wins (RFC 3376 section 7.2.1). */
static void add_old_querier(const struct version_facts *facts, struct finding *finding)
{
	char address[HOSTCAST_TEXT_SIZE];

	if (facts->old_querier.any.sa_family == AF_UNSPEC)
		return;
	address_ip_text(&facts->old_querier, address);
	text_addf(&finding->saw, ", because the querier %s asks with %sv%u", address,
		  protocol_of(facts), facts->old_version);
	text_addf(finding_remedy(finding),
		  "let the querier %s ask with %sv%u (a Linux bridge: ip link set dev br0 type "
		  "bridge "
		  "%s)",
		  address, protocol_of(facts),
		  membership_version_latest(facts->group.any.sa_family),
		  is_4(facts) ? "mcast_igmp_version 3" : "mcast_mld_version 2");
}

static unsigned version_in_use(const struct version_facts *facts)
{
	unsigned spoken = facts->version.spoken;

	if (facts->old_querier.any.sa_family == AF_UNSPEC)
		return spoken;
	return spoken > 0 && spoken < facts->old_version ? spoken : facts->old_version;
}

/* Of an ordinary group the older versions report that it is joined, and leave out the source. */
static void add_effect_of_old_version(const struct version_facts *facts, struct text *saw)
{
	const char *protocol = protocol_of(facts);
	unsigned latest = membership_version_latest(facts->group.any.sa_family);

	if (address_is_source_specific(&facts->group))
		text_addf(saw,
			  "; joining for one source takes %sv%u, so routers hear nothing of it "
			  "(RFC 4604)",
			  protocol, latest);
	else if (facts->has_source)
		text_addf(saw,
			  "; to ask for one source takes %sv%u, so the network brings what all "
			  "send to the group, and this host drops the others'",
			  protocol, latest);
	else
		text_addf(saw, "; joining a source-specific group (RFC 4607) takes %sv%u", protocol,
			  latest);
}

static void judge_old_version(const struct version_facts *facts, struct finding *finding)
{
	bool is_cause = address_is_source_specific(&facts->group) && facts->data_seen == 0;

	finding_raise(finding, is_cause ? RUNG_CAUSE : RUNG_NOTED);
	text_addf(finding_saw(finding), "this host speaks %sv%u on %s", protocol_of(facts),
		  version_in_use(facts), facts->interface);
	add_forced(facts, "all", facts->version.forced_all, finding);
	add_forced(facts, facts->interface, facts->version.forced_interface, finding);
	add_old_querier(facts, finding);
	add_effect_of_old_version(facts, &finding->saw);
}

/* ---- All of it ---- */

static void add_good(const struct version_facts *facts, struct finding *finding)
{
	if (!facts->is_wire_seen) {
		finding_raise(finding, RUNG_UNKNOWN);
		text_addf(finding_saw(finding),
			  "whether reports leave by %s can't be seen without capturing",
			  facts->interface);
	} else if (facts->is_unreported) {
		text_add_string(finding_saw(finding), "nobody reports this group");
	} else if (facts->reports_sent > 0) {
		text_addf(finding_saw(finding), "this host's %sv%u report left by %s",
			  protocol_of(facts), facts->report_version, facts->interface);
	} else if (facts->is_query_refused) {
		finding_raise(finding, RUNG_UNKNOWN);
		text_addf(finding_saw(finding),
			  "no report was due on %s meanwhile, and a firewall rule of this host "
			  "refuses the query with which doctor would have asked for one",
			  facts->interface);
	} else {
		text_addf(finding_saw(finding), "no report was due on %s meanwhile",
			  facts->interface);
	}
}

void judge_version(const struct version_facts *facts, struct finding *finding)
{
	size_t size = finding->saw.size;

	if (facts->is_loopback) {
		text_addf(finding_saw(finding), "%s leads to no querier", facts->interface);
		return;
	}
	if (is_report_missing(facts) && !is_query_to_blame(facts))
		judge_reports(facts, finding);
	else if (is_answer_missing(facts) && is_silence_telling(facts))
		judge_queries(facts, finding);
	else if (is_report_missing(facts))
		judge_own_query(facts, finding);
	else if (is_answer_missing(facts))
		judge_few_queries(facts, finding);
	/* It matters for source-specific groups alone: beside another fault it would only distract.
	 */
	if (is_old(facts) &&
	    (address_is_source_specific(&facts->group) || finding->saw.size == size))
		judge_old_version(facts, finding);
	if (facts->void_queries > 0)
		judge_void_queries(facts, finding);
	if (finding->saw.size == size)
		add_good(facts, finding);
}

/* ---- The facts ---- */

/* RFC 3376 section 6, RFC 3810 section 6: the group of all hosts, and what stays inside of one.
 * Linux can be told not to report the rest of 224.0.0.x either. */
static bool is_unreported(const union hostcast_address *group)
{
	uint32_t ip = ntohl(group->v4.sin_addr.s_addr);
	int64_t are_local_reported = 1;

	if (group->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_MC_NODELOCAL(&group->v6.sin6_addr) ||
		       (group->v6.sin6_addr.s6_addr[1] & 0x0f) == 0 ||
		       membership_is_of_every_host(group);
	sysctl_read("net/ipv4/igmp_link_local_mcast_reports", &are_local_reported);
	return ip == INADDR_ALLHOSTS_GROUP || (ip >> 8 == 0xe00000 && !are_local_reported);
}

static void take_old_querier(const struct doctor_case *c, unsigned interface,
			     struct version_facts *facts)
{
	const struct queriers *queriers = &c->observation->queriers;
	unsigned latest = membership_version_latest(c->group.any.sa_family);

	facts->old_version = latest;
	for (size_t i = 0; i < queriers->count; i++) {
		const struct querier *querier = &queriers->list[i];

		if (querier->interface != interface || querier->is_mld == is_4(facts) ||
		    querier->vlan != 0 || querier->version >= facts->old_version)
			continue;
		facts->old_version = querier->version;
		facts->old_querier = querier->address;
	}
}

static void find_rules(const struct doctor_case *c, struct version_facts *facts)
{
	const struct firewall *firewall = &c->observation->firewall;
	struct rule_flow flow = {
		.kind = FLOW_REPORT,
		.group = c->group,
		.interface = facts->interface,
		.hooks = HOOKS_OUT,
	};
	bool is_named;

	facts->report_rule = rule_find(firewall, &flow, is_report_missing(facts));
	is_named = facts->report_rule && rule_match(facts->report_rule, &flow) == RULE_NAMES;
	flow.kind = FLOW_QUERY;
	flow.hooks = HOOKS_IN;
	facts->query_rule = rule_find(firewall, &flow,
				      is_answer_missing(facts) || is_own_query_unanswered(facts));
	/* Doctor's own query got out: what lets it pass mostly lets reports pass. */
	if (is_own_query_unanswered(facts) && facts->query_rule && !is_named)
		facts->report_rule = NULL;
}

static void examine(const struct doctor_case *c, const struct seen_interface *seen,
		    struct finding *finding)
{
	const struct interface *interface = interface_by_index(&c->interfaces, seen->interface);
	const char *name = case_interface_name(c, seen->interface);
	struct version_facts facts = {
		.group = c->group,
		.has_source = c->source.any.sa_family != AF_UNSPEC,
		.is_unreported = is_unreported(&c->group),
		.is_loopback = interface && interface->is_loopback,
		.version = membership_version_read(c->group.any.sa_family, seen->interface, name),
		.is_wire_seen = seen->is_wire_seen,
		.data_seen = case_data_seen(c, seen->interface),
		.reports_expected = seen->reports_expected,
		.reports_sent = seen->reports_sent,
		.report_version = seen->report_version,
		.are_reports_refused = seen->report_errno == EPERM,
		.is_query_refused = seen->report_errno == EACCES,
		.queries = seen->queries,
		.unanswered = seen->unanswered,
		.void_queries = seen->void_queries,
	};

	snprintf(facts.interface, sizeof facts.interface, "%s", name);
	take_old_querier(c, seen->interface, &facts);
	find_rules(c, &facts);
	judge_version(&facts, finding);
}

int rung_version(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	(void)error;
	case_examine_chosen(c, examine, finding);
	return 0;
}
