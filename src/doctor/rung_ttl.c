#include "rung_ttl.h"

#include "net/address.h"
#include "rungs.h"

static void add_routers(struct text *text, int routers)
{
	if (routers < 0)
		text_add_string(text, "some routers");
	else
		text_addf(text, "%d router%s", routers, routers == 1 ? "" : "s");
}

/* Each router takes one off, and what has 0 left is not passed on (RFC 1112 section 6.1). */
static void add_remedy(const struct peer_facts *facts, const char *where, int routers,
		       struct finding *finding)
{
	bool is_4 = facts->group.any.sa_family == AF_INET;
	int needed = routers < 0 ? PROBE_TTL : routers + 1;

	text_addf(finding_remedy(finding), "%s: hostcast send -t %d ", where, needed);
	finding_add_target(&finding->remedy, NULL, &facts->group);
	text_addf(&finding->remedy, "; another program: its option for the TTL (%s), at least %d",
		  is_4 ? "IP_MULTICAST_TTL" : "IPV6_MULTICAST_HOPS", needed);
}

static bool is_way_there(const struct peer_facts *facts, const struct one_way *way)
{
	return way == &facts->peer->to_peer;
}

/* The largest TTL with which programs of the host at the beginning of this way were seen to send;
 * 0: not known. */
static unsigned seen_ttl(const struct peer_facts *facts, const struct one_way *way)
{
	int routers = peer_routers(facts, way, PROBE_GROUP);
	const struct observation *o = facts->observation;
	unsigned most = 0;

	for (size_t i = 0; o && routers >= 0 && i < o->source_count; i++) {
		const struct seen_source *source = &o->sources[i];
		bool is_sender = is_way_there(facts, way)
					 ? source->is_own
					 : address_same_ip(&source->source, &facts->peer->peer);

		if (is_sender && source->ttl_most > most)
			most = source->ttl_most;
	}
	return most > 0 && !is_way_there(facts, way) ? most + (unsigned)routers : most;
}

/* What the user says; else what was seen; else what systems do where programs say nothing (RFC 1112
 * section 6.1). */
static unsigned ttl_of_programs(const struct peer_facts *facts, const struct one_way *way)
{
	unsigned seen = facts->peer->is_ttl_given ? 0 : seen_ttl(facts, way);

	return seen > 0 ? seen : facts->peer->user_ttl;
}

/* `where` is peer_way_text(). */
static void tell_too_small(const struct peer_facts *facts, const struct one_way *way,
			   const char *where, struct finding *finding)
{
	struct text *saw = finding_saw(finding);

	finding_raise(finding, RUNG_CAUSE);
	text_addf(
		saw, "%s datagrams to the group with TTL %u do not arrive, those with TTL %u do: ",
		where, ttl_of_programs(facts, way), probe_ttl(PROBE_GROUP, facts->peer->user_ttl));
	add_routers(saw, peer_routers(facts, way, PROBE_GROUP));
	text_add_string(saw, " on the way");
}

static bool is_too_small(const struct peer_facts *facts, const struct one_way *way)
{
	const struct probe_count *chosen = &way->counts[PROBE_GROUP_CHOSEN];
	unsigned ttl = ttl_of_programs(facts, way);

	if (way->counts[PROBE_GROUP].arrived == 0)
		return false;
	if (ttl != facts->peer->user_ttl)
		return (int)ttl <= peer_routers(facts, way, PROBE_GROUP);
	return chosen->sent > 0 && chosen->arrived == 0;
}

static void judge_way(const struct peer_facts *facts, const struct one_way *way,
		      struct finding *finding)
{
	int routers = peer_routers(facts, way, PROBE_GROUP);
	char text[PEER_WAY_TEXT_SIZE];

	peer_way_text(facts, way, text);
	if (is_too_small(facts, way)) {
		tell_too_small(facts, way, text, finding);
		add_remedy(facts, is_way_there(facts, way) ? "here" : "there", routers, finding);
	} else if (way->counts[PROBE_GROUP].arrived == 0) {
		finding_raise(finding, RUNG_UNKNOWN);
		text_addf(finding_saw(finding), "%s nothing of the group arrives, with no TTL",
			  text);
	} else {
		text_addf(finding_saw(finding), "%s TTL %u is enough: ", text,
			  ttl_of_programs(facts, way));
		add_routers(&finding->saw, routers);
	}
}

static void judge_ways(const struct peer_facts *facts, struct finding *finding)
{
	const struct one_way *to = &facts->peer->to_peer, *from = &facts->peer->from_peer;
	int there = peer_routers(facts, to, PROBE_GROUP);
	int back = peer_routers(facts, from, PROBE_GROUP);
	char text[PEER_WAY_TEXT_SIZE];

	if (facts->is_sender || !is_too_small(facts, to) || !is_too_small(facts, from) ||
	    there != back || ttl_of_programs(facts, to) != ttl_of_programs(facts, from)) {
		peer_judge_both(facts, judge_way, finding);
		return;
	}
	tell_too_small(facts, to, peer_way_text(facts, NULL, text), finding);
	add_remedy(facts, "on both hosts", there, finding);
}

/* What comes with TTL 1 was meant for one network, or has come as far as it could. */
static void note_last_hop(const struct peer_facts *facts, struct finding *finding)
{
	const struct observation *o = facts->observation;
	char text[HOSTCAST_TEXT_SIZE];

	for (size_t i = 0; o && i < o->source_count; i++) {
		const struct seen_source *source = &o->sources[i];

		if (source->ttl_most != 1 || source->is_own)
			continue;
		finding_raise(finding, RUNG_NOTED);
		text_addf(finding_saw(finding),
			  "what %s sends has TTL 1 here: no router passes it on from this network",
			  address_ip_text(&source->source, text));
	}
}

void judge_ttl(const struct peer_facts *facts, struct finding *finding)
{
	note_last_hop(facts, finding);
	if (!facts->peer && finding->state == RUNG_NOTED)
		return;
	if (peer_facts_are_complete(facts, finding))
		judge_ways(facts, finding);
}

int rung_ttl(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	const struct peer_facts facts = peer_facts_of(c);

	(void)error;
	judge_ttl(&facts, finding);
	return 0;
}
