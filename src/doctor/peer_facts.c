#include "peer_facts.h"

#include "net/address.h"
#include "net/route.h"

#include <stdio.h>

/* The group's probes leave by the route, if the user has named no interface. */
static void find_detour(const struct doctor_case *c, struct peer_facts *facts)
{
	struct route route;

	if (!c->peer || !c->peer->is_complete || c->are_chosen_by_user || c->route_status < 0 ||
	    peer_routers(facts, &c->peer->to_peer, PROBE_UNICAST) != 0 ||
	    route_find(&c->peer->peer, &route) < 0 || route.is_local ||
	    route.interface == c->route.interface)
		return;
	snprintf(facts->left_by, IF_NAMESIZE, "%s", case_interface_name(c, c->route.interface));
	snprintf(facts->at, IF_NAMESIZE, "%s", case_interface_name(c, route.interface));
}

struct peer_facts peer_facts_of(const struct doctor_case *c)
{
	struct peer_facts facts = {
		.group = c->group,
		.source = c->source,
		.peer = c->peer,
		.observation = c->observation,
		.is_sender = c->is_sender,
	};

	find_detour(c, &facts);
	return facts;
}

bool peer_is_missed(const struct peer_facts *facts, const struct one_way *way)
{
	return facts->at[0] && way == &facts->peer->to_peer &&
	       way->counts[PROBE_GROUP].arrived == 0 && way->counts[PROBE_GROUP].sent > 0 &&
	       way->paths[0].source.any.sa_family == AF_UNSPEC && !way->join_error[0];
}

bool peer_facts_are_complete(const struct peer_facts *facts, struct finding *finding)
{
	const struct peer_results *peer = facts->peer;

	if (peer && peer->is_complete)
		return true;
	finding_raise(finding, RUNG_UNKNOWN);
	if (!peer)
		text_add_string(
			finding_saw(finding),
			"needs a second host: 'hostcast doctor --listen' there, --peer HOST "
			"here");
	else
		text_add_string(finding_saw(finding), peer->peer_error);
	return false;
}

const char *peer_way_text(const struct peer_facts *facts, const struct one_way *way,
			  char text[PEER_WAY_TEXT_SIZE])
{
	char peer[HOSTCAST_TEXT_SIZE];

	address_ip_text(&facts->peer->peer, peer);
	if (!way)
		snprintf(text, PEER_WAY_TEXT_SIZE, "between here and %s, both ways,", peer);
	else if (way == &facts->peer->to_peer)
		snprintf(text, PEER_WAY_TEXT_SIZE, "from here to %s", peer);
	else
		snprintf(text, PEER_WAY_TEXT_SIZE, "from %s to here", peer);
	return text;
}

int peer_routers(const struct peer_facts *facts, const struct one_way *way, enum probe_kind kind)
{
	unsigned sent = probe_ttl(kind, facts->peer->user_ttl);
	unsigned arrived = way->counts[kind].ttl_most;

	return arrived == 0 || arrived > sent ? -1 : (int)(sent - arrived);
}

/* What is wrong with it needs no mending. */
static void note_way_back(const struct peer_facts *facts, peer_judge_fn *judge,
			  struct finding *finding)
{
	struct finding back = {.state = RUNG_GOOD};

	judge(facts, &facts->peer->from_peer, &back);
	if (back.state >= RUNG_NOTED)
		finding_raise(finding, RUNG_NOTED);
	if (back.saw.size > 0)
		text_add(finding_saw(finding), back.saw.bytes, back.saw.size);
	if (back.state == RUNG_CAUSE)
		text_add_string(&finding->saw, ", which matters to nobody if this host only sends");
	finding_done(&back);
}

void peer_judge_both(const struct peer_facts *facts, peer_judge_fn *judge, struct finding *finding)
{
	judge(facts, &facts->peer->to_peer, finding);
	if (facts->is_sender)
		note_way_back(facts, judge, finding);
	else
		judge(facts, &facts->peer->from_peer, finding);
}
