#include "peer_facts.h"

#include "net/address.h"

#include <stdio.h>

struct peer_facts peer_facts_of(const struct doctor_case *c)
{
	return (struct peer_facts){.group = c->group,
				   .source = c->source,
				   .peer = c->peer,
				   .observation = c->observation};
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

void peer_judge_both(const struct peer_facts *facts, peer_judge_fn *judge, struct finding *finding)
{
	judge(facts, &facts->peer->to_peer, finding);
	judge(facts, &facts->peer->from_peer, finding);
}
