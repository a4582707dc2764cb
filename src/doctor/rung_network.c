#include "rung_network.h"

#include "net/address.h"
#include "rung_environment.h"
#include "rungs.h"
#include "suggest_tree.h"

#include <string.h>

enum { RUNG_OF_JOINING = 5, RUNG_OF_FIREWALL = 9 };

static void add_escaped(struct text *text, const char *string)
{
	text_add_escaped(text, string, strlen(string));
}

static bool is_way_there(const struct peer_facts *facts, const struct one_way *way)
{
	return way == &facts->peer->to_peer;
}

static void add_counts(struct text *text, const struct probe_count *count)
{
	text_addf(text, "%u of %u", count->arrived, count->sent);
}

/* ---- The ends of the way ---- */

/* Is all that its own ladder has against it that it may not send? It hears all the same. */
static bool may_only_not_send(const struct peer_facts *facts)
{
	const struct peer_ladder *ladder = &facts->peer->ladder;

	for (unsigned i = 1; i <= PEER_RUNGS; i++)
		if (ladder->states[i] == RUNG_CAUSE && i != RUNG_OF_FIREWALL)
			return false;
	return facts->peer->from_peer.send_error[0] &&
	       facts->peer->to_peer.counts[PROBE_GROUP].arrived > 0;
}

/* Has its own ladder a cause that matters? It says itself how to mend it. */
static bool is_peer_to_blame(const struct peer_facts *facts)
{
	return facts->peer->ladder.cause[0] && !(facts->is_sender && may_only_not_send(facts));
}

/* The peer's program has the port for itself, so its doctor gets nothing; joining works there. */
static bool is_only_uncounted(const struct peer_facts *facts, const struct one_way *way)
{
	const struct peer_ladder *ladder = &facts->peer->ladder;

	return is_way_there(facts, way) && way->join_error[0] && ladder->is_told[RUNG_OF_JOINING] &&
	       ladder->states[RUNG_OF_JOINING] == RUNG_GOOD;
}

/* The host that sends, or the one that receives, said why it could not: that is not the network. */
static bool judge_ends(const struct peer_facts *facts, const struct one_way *way,
		       struct finding *finding)
{
	const char *problem = way->join_error[0] ? way->join_error : way->send_error;
	bool is_about_peer = is_way_there(facts, way) == (way->join_error[0] != '\0');
	bool is_cause = !is_only_uncounted(facts, way);
	char peer[HOSTCAST_TEXT_SIZE];

	if (!problem[0])
		return false;
	address_ip_text(&facts->peer->peer, peer);
	finding_raise(finding, is_cause ? RUNG_CAUSE : RUNG_UNKNOWN);
	text_addf(finding_saw(finding), "%s says: ", is_about_peer ? peer : "this host");
	add_escaped(&finding->saw, problem);
	if (!is_cause || (is_about_peer && is_peer_to_blame(facts)))
		return true;
	if (is_about_peer)
		text_addf(finding_remedy(finding), "on %s: hostcast doctor ", peer);
	else
		text_add_string(finding_command(finding), "hostcast doctor ");
	finding_add_target(&finding->remedy, &facts->source, &facts->group);
	return true;
}

/* Seen on the wire of the other host, which captures where it may, and not at its socket. */
static bool is_dropped_there(const struct one_way *way)
{
	return way->counts[PROBE_GROUP].arrived == 0 &&
	       way->paths[0].source.any.sa_family != AF_UNSPEC;
}

static void tell_dropped_there(const struct peer_facts *facts, const struct one_way *way,
			       struct finding *finding)
{
	char peer[HOSTCAST_TEXT_SIZE];

	address_ip_text(&facts->peer->peer, peer);
	finding_raise(finding, RUNG_CAUSE);
	text_addf(finding_saw(finding), "the group's datagrams reach ");
	add_escaped(&finding->saw, way->paths[0].interface);
	text_addf(&finding->saw,
		  " of %s and not its socket: its firewall or reverse-path filter drops them",
		  peer);
	if (is_peer_to_blame(facts))
		return;
	text_addf(finding_remedy(finding),
		  "on %s, while somebody sends to it (rungs 8 and 9): hostcast doctor --all ",
		  peer);
	finding_add_target(&finding->remedy, &facts->source, &facts->group);
}

/* What the other side's own rungs have found comes before the network, and counts also where all
 * probes pass: they come to sockets of doctor's, not to those of programs. */
static void judge_peer(const struct peer_facts *facts, struct finding *finding)
{
	char peer[HOSTCAST_TEXT_SIZE];

	if (!is_peer_to_blame(facts))
		return;
	finding_raise(finding, RUNG_CAUSE);
	address_ip_text(&facts->peer->peer, peer);
	text_addf(finding_saw(finding), "%s has a cause of its own: ", peer);
	add_escaped(&finding->saw, facts->peer->ladder.cause);
	text_addf(finding_remedy(finding), "first, on %s%s: hostcast doctor ", peer,
		  is_dropped_there(&facts->peer->to_peer) ? ", while somebody sends to it" : "");
	finding_add_target(&finding->remedy, &facts->source, &facts->group);
}

/* ---- The network ---- */

static void add_remedy(const struct peer_facts *facts, int routers, struct finding *finding)
{
	struct text *text = finding_remedy(finding);
	char group[HOSTCAST_TEXT_SIZE];

	if (routers == 0) {
		text_add_string(text,
				"no router is between: a switch, an access point or a virtual "
				"network drops it; look for IGMP snooping without a querier "
				"(hostcast doctor --wait 130) and for settings that filter "
				"multicast or keep clients apart");
		return;
	}
	if (routers > 1)
		text_addf(text, "on the %d routers between them", routers);
	else
		text_add_string(text, "on the router between them");
	address_ip_text(&facts->group, group);
	text_addf(text,
		  ": multicast routing of %s, by PIM, or on Linux by smcroute: smcroutectl add IN "
		  "%s OUT",
		  group, group);
}

static void add_routers(struct text *text, int routers)
{
	if (routers < 0)
		text_add_string(text, "by an unknown way");
	else if (routers == 0)
		text_add_string(text, "no router between");
	else
		text_addf(text, "%d router%s between", routers, routers == 1 ? "" : "s");
}

/* Only of what goes there: here the rungs 8 and 9 have looked. */
static void tell_wire(const struct peer_facts *facts, const struct one_way *way,
		      struct finding *finding)
{
	char peer[HOSTCAST_TEXT_SIZE];

	if (way != &facts->peer->to_peer)
		return;
	address_ip_text(&facts->peer->peer, peer);
	if (way->is_wire_seen)
		text_addf(&finding->saw, ", nor is it on the wire of %s", peer);
	else
		text_addf(finding_remedy(finding),
			  "or %s itself drops it: as root, 'hostcast doctor --listen' there also "
			  "looks at the wire, and tells",
			  peer);
}

/* `where` is peer_way_text(). */
static void tell_silence(const struct peer_facts *facts, const struct one_way *way,
			 const char *where, struct finding *finding)
{
	int routers = peer_routers(facts, way, PROBE_UNICAST);
	struct text *saw = finding_saw(finding);

	finding_raise(finding, RUNG_CAUSE);
	text_addf(saw, "%s unicast passes (", where);
	add_counts(saw, &way->counts[PROBE_UNICAST]);
	text_add_string(saw, " datagrams, ");
	add_routers(saw, routers);
	text_add_string(saw, "), the group does not (");
	add_counts(saw, &way->counts[PROBE_GROUP]);
	text_addf(saw, " with TTL %u)", probe_ttl(PROBE_GROUP, facts->peer->user_ttl));
	add_remedy(facts, routers, finding);
	tell_wire(facts, way, finding);
}

/* Unicast passes, and neither end knows why the group does not. */
static bool is_silent(const struct peer_facts *facts, const struct one_way *way)
{
	return way->counts[PROBE_GROUP].arrived == 0 && way->counts[PROBE_UNICAST].arrived > 0 &&
	       !way->join_error[0] && !way->send_error[0] && !is_dropped_there(way) &&
	       !peer_is_missed(facts, way);
}

/* Rung 3 says what to do about it. */
static void tell_missed(const struct peer_facts *facts, struct finding *finding)
{
	char peer[HOSTCAST_TEXT_SIZE];

	finding_raise(finding, RUNG_UNKNOWN);
	text_add_string(finding_saw(finding), "the probes to the group left by ");
	add_escaped(&finding->saw, facts->left_by);
	text_addf(&finding->saw, ", but %s is at ", address_ip_text(&facts->peer->peer, peer));
	add_escaped(&finding->saw, facts->at);
	text_addf(&finding->saw, ": try -i %s", command_word(facts->at).text);
}

/* Though the two hosts do talk. */
static void tell_no_probe(const struct peer_facts *facts, const struct one_way *way,
			  struct finding *finding)
{
	char text[PEER_WAY_TEXT_SIZE];

	finding_raise(finding, RUNG_CAUSE);
	text_addf(finding_saw(finding), "%s no probe arrives, by unicast neither",
		  peer_way_text(facts, way, text));
	text_add_string(finding_remedy(finding),
			"a firewall lets only the beginning of the conversation through: let UDP "
			"pass in both directions");
}

/* Nothing of the group arrives, and that is no fault of the network between. */
static void judge_dead_way(const struct peer_facts *facts, const struct one_way *way,
			   struct finding *finding)
{
	if (judge_ends(facts, way, finding))
		return;
	if (is_dropped_there(way))
		tell_dropped_there(facts, way, finding);
	else if (peer_is_missed(facts, way))
		tell_missed(facts, finding);
	else
		tell_no_probe(facts, way, finding);
}

static void judge_way(const struct peer_facts *facts, const struct one_way *way,
		      struct finding *finding)
{
	const struct probe_count *unicast = &way->counts[PROBE_UNICAST];
	const struct probe_count *group = &way->counts[PROBE_GROUP];
	char text[PEER_WAY_TEXT_SIZE];

	if (is_silent(facts, way)) {
		tell_silence(facts, way, peer_way_text(facts, way, text), finding);
		return;
	}
	if (group->arrived == 0) {
		judge_dead_way(facts, way, finding);
		return;
	}
	if (unicast->arrived == 0 || group->arrived < group->sent || way->join_error[0])
		finding_raise(finding, RUNG_NOTED);
	text_addf(finding_saw(finding), "%s the group passes (", peer_way_text(facts, way, text));
	add_counts(&finding->saw, group);
	text_add_string(&finding->saw, ")");
	if (unicast->arrived < unicast->sent) {
		text_add_string(&finding->saw, ", unicast ");
		add_counts(&finding->saw, unicast);
	}
	if (way->join_error[0]) {
		text_add_string(&finding->saw, ", counted on the wire alone: ");
		add_escaped(&finding->saw, way->join_error);
	}
}

static void judge_ways(const struct peer_facts *facts, struct finding *finding)
{
	const struct one_way *to = &facts->peer->to_peer, *from = &facts->peer->from_peer;
	char text[PEER_WAY_TEXT_SIZE];

	if (is_silent(facts, to) && is_silent(facts, from))
		tell_silence(facts, to, peer_way_text(facts, NULL, text), finding);
	else
		peer_judge_both(facts, judge_way, finding);
}

/* A link-local address is no place for a rendezvous point (T-1). */
static void add_tree(const struct peer_facts *facts, struct finding *finding)
{
	const union hostcast_address *peer = &facts->peer->peer;
	char text[HOSTCAST_TEXT_SIZE];

	suggest_tree(finding, address_is_link_local(peer) ? NULL : address_ip_text(peer, text));
}

void judge_network(const struct peer_facts *facts, const char *environment, struct finding *finding)
{
	if (!peer_facts_are_complete(facts, finding))
		return;
	judge_peer(facts, finding);
	judge_ways(facts, finding);
	if (!is_silent(facts, &facts->peer->to_peer) &&
	    (facts->is_sender || !is_silent(facts, &facts->peer->from_peer)))
		return;
	if (environment[0])
		text_add_string(finding_saw(finding), environment);
	add_tree(facts, finding);
}

int rung_network(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	const struct peer_facts facts = peer_facts_of(c);
	struct environment_facts environment;
	struct text explanation = {0};

	(void)error;
	environment_of_case(c, &environment);
	environment_explain(&environment, &explanation);
	judge_network(&facts, text_string(&explanation), finding);
	text_done(&explanation);
	return 0;
}
