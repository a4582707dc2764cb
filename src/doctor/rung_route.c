#include "rung_route.h"

#include "net/address.h"
#include "peer_facts.h"
#include "rungs.h"
#include "suggest_tree.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { GROUP_SIZE = HOSTCAST_TEXT_SIZE + 20 };

/* The whole of private groups for one of them (RFC 2365), else all there are. */
static const char *range_of(const union hostcast_address *group)
{
	return ntohl(group->v4.sin_addr.s_addr) >> 24 == 239 ? "239.0.0.0/8" : "224.0.0.0/4";
}

void route_add_command(struct text *text, const union hostcast_address *group,
		       const char *interface)
{
	if (group->any.sa_family == AF_INET)
		text_addf(text, "ip route replace %s dev %s", range_of(group),
			  command_word(interface).text);
	else
		text_addf(text,
			  "ip -6 route replace multicast ff00::/8 dev %s table local metric 1",
			  command_word(interface).text);
}

/* ---- No route ---- */

static const char *refusal(int status)
{
	switch (status) {
	case -ENETUNREACH:
		return "no route leads to";
	case -EHOSTUNREACH:
		return "a route of the type unreachable covers";
	case -EACCES:
		return "a route of the type prohibit covers";
	case -EINVAL:
		return "a route of the type blackhole covers";
	default:
		return NULL;
	}
}

static void judge_no_route(const struct route_facts *facts, const char *group,
			   struct finding *finding)
{
	const char *what = refusal(facts->status);
	bool is_needed = !facts->wanted[0] && !facts->is_used_beside && !facts->has_peer;

	if (!what) {
		finding_raise(finding, RUNG_UNKNOWN);
		text_addf(finding_saw(finding),
			  "the kernel could not be asked for the route to %s: %s", group,
			  strerror(-facts->status));
		return;
	}
	finding_raise(finding, is_needed ? RUNG_CAUSE : RUNG_NOTED);
	text_addf(finding_saw(finding),
		  "%s %s: programs that name no interface can neither join it nor send to it", what,
		  group);
	if (facts->wanted[0] || facts->usable[0]) {
		route_add_command(finding_command(finding), &facts->group,
				  facts->wanted[0] ? facts->wanted : facts->usable);
	} else {
		text_add_string(finding_remedy(finding), "set one: ");
		route_add_command(&finding->remedy, &facts->group, "INTERFACE");
	}
	text_add_string(finding_remedy(finding),
			"or name the interface in each program (hostcast recv -i, send -i)");
}

/* ---- By another interface ---- */

/* A route to loopback would take the whole range away from all that other hosts send. */
static void add_remedy(const struct route_facts *facts, const char *interface,
		       struct finding *finding)
{
	if (strcmp(interface, facts->loopback) == 0) {
		text_addf(finding_remedy(finding),
			  "name %s in each program (hostcast recv -i %s, send -i %s)", interface,
			  interface, interface);
		return;
	}
	route_add_command(finding_command(finding), &facts->group, interface);
	text_addf(finding_remedy(finding),
		  "then start the programs again; or name %s in each of them (hostcast recv -i %s, "
		  "send -i %s)",
		  interface, interface, interface);
}

static void judge_wanted(const struct route_facts *facts, const char *group,
			 struct finding *finding)
{
	bool is_excused = facts->is_wanted_in_use || facts->has_peer;

	finding_raise(finding, is_excused ? RUNG_NOTED : RUNG_CAUSE);
	text_addf(
		finding_saw(finding),
		"the route to %s leads out of %s, not %s: programs that name no interface join and "
		"send there",
		group, facts->interface, facts->wanted);
	add_remedy(facts, facts->wanted, finding);
}

static void judge_data_elsewhere(const struct route_facts *facts, const char *group,
				 struct finding *finding)
{
	bool is_excused = facts->is_joined_on_data || facts->need_not_hear;

	finding_raise(finding, is_excused ? RUNG_GOOD : RUNG_CAUSE);
	text_addf(finding_saw(finding),
		  "%s comes in on %s, but its route leads out of %s, where programs join that name "
		  "no "
		  "interface",
		  group, facts->data_interface, facts->interface);
	if (!is_excused)
		add_remedy(facts, facts->data_interface, finding);
}

static void judge_purpose(const struct route_facts *facts, const char *group,
			  struct finding *finding)
{
	bool is_tunnel = facts->purpose == LINK_TUNNEL;
	bool is_cause = facts->usable[0] && !facts->is_used_beside && !facts->has_peer;

	finding_raise(finding, is_cause ? RUNG_CAUSE : RUNG_NOTED);
	text_addf(finding_saw(finding), "the route to %s leads out of %s, %s", group,
		  facts->interface,
		  is_tunnel ? "a tunnel or VPN, which mostly carries no multicast"
			    : "the inner network of containers or virtual machines of this host");
	if (facts->usable[0])
		add_remedy(facts, facts->usable, finding);
	if (is_cause || !facts->usable[0])
		suggest_tree(finding, NULL);
}

static void judge_missed(const struct route_facts *facts, const char *group,
			 struct finding *finding)
{
	finding_raise(finding, facts->is_used_beside ? RUNG_NOTED : RUNG_CAUSE);
	text_addf(finding_saw(finding),
		  "the route to %s leads out of %s, but the peer is at %s and gets nothing of it: "
		  "programs that name no interface send to %s",
		  group, facts->interface, facts->peer_at, facts->interface);
	add_remedy(facts, facts->peer_at, finding);
}

void judge_route(const struct route_facts *facts, struct finding *finding)
{
	char address[HOSTCAST_TEXT_SIZE], group[GROUP_SIZE];

	address_ip_text(&facts->group, address);
	snprintf(group, sizeof group, facts->is_example ? "groups (tried: %s)" : "%s", address);
	if (facts->status < 0 && facts->is_switch)
		text_add_string(finding_saw(finding),
				"none, and a host that only switches needs none");
	else if (facts->status < 0)
		judge_no_route(facts, group, finding);
	else if (facts->wanted[0])
		judge_wanted(facts, group, finding);
	else if (facts->peer_at[0])
		judge_missed(facts, group, finding);
	else if (facts->data_interface[0] && !facts->is_data_there)
		judge_data_elsewhere(facts, group, finding);
	else if (facts->purpose != LINK_ORDINARY && !facts->is_data_there)
		judge_purpose(facts, group, finding);
	else
		text_addf(finding_saw(finding), "%s leaves by %s", group, facts->interface);
}

/* ---- The facts ---- */

static void name_interface(const struct doctor_case *c, unsigned index, char name[IF_NAMESIZE])
{
	if (index > 0)
		snprintf(name, IF_NAMESIZE, "%s", case_interface_name(c, index));
}

static bool is_in_use(const struct doctor_case *c, unsigned interface)
{
	return case_is_joined(c, interface) || case_is_sending(c, interface) ||
	       case_data_seen(c, interface) > 0;
}

/* Of the interfaces that the user has chosen, the first by which the group does not leave. */
static void find_wanted(const struct doctor_case *c, struct route_facts *facts)
{
	if (!c->are_chosen_by_user || case_is_chosen(c, c->route.interface))
		return;
	name_interface(c, c->chosen[0], facts->wanted);
	for (size_t i = 0; i < c->chosen_count; i++)
		facts->is_wanted_in_use |= is_in_use(c, c->chosen[i]);
}

static bool is_used_beside(const struct doctor_case *c, unsigned route)
{
	bool is_sending_there = route > 0 && case_is_sending(c, route);

	return case_is_joined_beside(c, route) || (case_is_sending(c, 0) && !is_sending_there);
}

static void find_missed_peer(const struct doctor_case *c, struct route_facts *facts)
{
	const struct peer_facts peer = peer_facts_of(c);

	if (c->peer && peer_is_missed(&peer, &c->peer->to_peer))
		memcpy(facts->peer_at, peer.at, sizeof facts->peer_at);
}

static void gather(const struct doctor_case *c, struct route_facts *facts)
{
	unsigned route = c->route_status == 0 ? c->route.interface : 0;
	const struct link *link = link_by_index(&c->links, route);
	unsigned data = case_data_interface(c);

	*facts = (struct route_facts){
		.group = c->group,
		.status = c->route_status,
		.has_peer = c->has_peer,
		.is_switch = c->is_switch,
		.is_used_beside = is_used_beside(c, route),
		.need_not_hear = case_only_sends(c),
	};
	address_set_port(&facts->group, 0);
	snprintf(facts->loopback, sizeof facts->loopback, "%s", case_loopback_name(c));
	name_interface(c, route, facts->interface);
	name_interface(c, case_usable_interface(c, route), facts->usable);
	find_wanted(c, facts);
	find_missed_peer(c, facts);
	if (route == 0)
		return;
	facts->purpose = link ? link_purpose(link) : LINK_ORDINARY;
	facts->is_data_there = case_data_seen(c, route) > 0 || case_is_sending(c, route);
	if (data > 0 && data != route) {
		name_interface(c, data, facts->data_interface);
		facts->is_joined_on_data = case_is_joined(c, data);
	}
}

int rung_route(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	struct route_facts facts;

	(void)error;
	gather(c, &facts);
	judge_route(&facts, finding);
	return 0;
}
