#include "rung_fragments.h"

#include "net/address.h"
#include "rungs.h"
#include "wire/protocol.h"
#include "worst_sources.h"

#include <inttypes.h>

enum { MTU_OF_ALL = 1280 }; /* RFC 8200 section 5 */

/* The largest payload that goes in one packet. */
static unsigned fitting(const struct peer_facts *facts, unsigned mtu)
{
	unsigned headers = facts->group.any.sa_family == AF_INET6 ? IP_AND_UDP_6 : IP_AND_UDP_4;

	return (mtu > MTU_OF_ALL ? mtu : MTU_OF_ALL) - headers;
}

static void add_remedy(const struct peer_facts *facts, unsigned mtu, struct finding *finding)
{
	text_addf(finding_remedy(finding),
		  "send at most %u bytes in a datagram, which go unfragmented where the MTU is %u; "
		  "hostcast send --no-fragment refuses what does not fit",
		  fitting(facts, mtu), mtu > 0 ? mtu : MTU_OF_ALL);
	text_add_string(
		finding_remedy(finding),
		"or let fragments pass: firewalls and routers on the way often drop them, and "
		"ICMP 'fragmentation needed' has to come back");
}

/* ---- What a peer's probes tell ---- */

static bool is_lost(const struct one_way *way, enum probe_kind small, enum probe_kind large)
{
	bool is_counted = !probe_is_to_group(large) || !way->join_error[0]; /* else on the wire */

	return is_counted && way->counts[small].arrived > 0 && way->counts[large].sent > 0 &&
	       way->counts[large].arrived == 0;
}

/* The smaller of the two ends'; 0: neither is known. */
static unsigned least_mtu(const struct peer_facts *facts)
{
	unsigned there = facts->peer->from_peer.mtu, here = facts->peer->to_peer.mtu;

	return here == 0 || (there > 0 && there < here) ? there : here;
}

/* What is larger than the other end's MTU it does not even take, if no router is between them. */
static void judge_mtu(const struct peer_facts *facts, const struct one_way *way,
		      struct finding *finding)
{
	unsigned least = least_mtu(facts);

	if (way->mtu == 0)
		return;
	text_addf(&finding->saw, "; the MTU where they leave is %u", way->mtu);
	if (way->mtu == least)
		return;
	text_addf(&finding->saw, ", and %u at the other end", least);
	text_addf(finding_remedy(finding),
		  "where they leave, give the interface the MTU of the network: ip link set dev "
		  "INTERFACE mtu %u",
		  least);
}

static void judge_way(const struct peer_facts *facts, const struct one_way *way,
		      struct finding *finding)
{
	bool is_unicast_lost = is_lost(way, PROBE_UNICAST, PROBE_UNICAST_LARGE);
	bool is_group_lost = is_lost(way, PROBE_GROUP, PROBE_GROUP_LARGE);
	bool is_first = finding->remedy.size == 0;
	bool is_fragmented = way->mtu == 0 || facts->peer->large_size > way->mtu;
	char text[PEER_WAY_TEXT_SIZE];

	if (!is_unicast_lost && !is_group_lost)
		return;
	finding_raise(finding, RUNG_CAUSE);
	text_addf(finding_saw(finding),
		  "%s small datagrams arrive, those of %u bytes%s, do not: %s",
		  peer_way_text(facts, way, text), facts->peer->large_size,
		  is_fragmented ? ", in fragments" : "",
		  is_unicast_lost && is_group_lost ? "by unicast and to the group"
		  : is_group_lost                  ? "to the group"
						   : "by unicast");
	judge_mtu(facts, way, finding);
	if (is_first)
		add_remedy(facts, least_mtu(facts), finding);
}

/* ---- What doctor heard ---- */

/* Those that reached the socket were whole, whatever the capture has missed of them. */
static uint64_t lost_of(const struct observation *o, const struct seen_source *source)
{
	uint64_t taken = source->at_socket + o->socket_dropped;
	uint64_t missing = source->on_wire > taken ? source->on_wire - taken : 0;

	if (source->on_wire == 0) /* not even a first fragment */
		return source->incomplete;
	return source->incomplete < missing ? source->incomplete : missing;
}

static void judge_source(const struct peer_facts *facts, const struct worst_source *one,
			 struct finding *finding)
{
	const struct seen_source *source = one->source;
	char text[HOSTCAST_TEXT_SIZE];

	finding_raise(finding, one->is_cause ? RUNG_CAUSE : RUNG_NOTED);
	text_addf(finding_saw(finding),
		  "%" PRIu64 " datagrams of %s, up to %zu bytes, came in fragments of which some "
		  "never came",
		  one->count, address_ip_text(&source->source, text), source->size_most);
	if (one->is_cause && finding->remedy.size == 0)
		add_remedy(facts, 0, finding);
}

/* ---- Both ---- */

static bool is_complete(const struct peer_facts *facts)
{
	return facts->peer && facts->peer->is_complete;
}

/* What the peer sends was judged by its probes. Where datagrams come twice, fragments are left over
 * of their copies: rung 15 is about that. */
static bool is_of_interest(const struct peer_facts *facts, const struct seen_source *source)
{
	bool is_peer = is_complete(facts) && address_same_ip(&source->source, &facts->peer->peer);

	return source->incomplete > 0 && source->repeated == 0 && !is_peer &&
	       observation_is_expected(facts->observation, source);
}

static void add_source(const struct observation *o, const struct seen_source *source,
		       struct worst_sources *worst)
{
	uint64_t lost = lost_of(o, source);
	bool is_cause =
		lost >= TELLING_LEAST && lost * 100 >= source->in_fragments * TELLING_PERCENT;

	if (lost > 0)
		worst_sources_add(worst, (struct worst_source){source, is_cause, lost});
}

static void judge_sources(const struct peer_facts *facts, struct finding *finding)
{
	const struct observation *o = facts->observation;
	struct worst_sources worst = {.count = 0};

	for (size_t i = 0; i < o->source_count; i++)
		if (is_of_interest(facts, &o->sources[i]))
			add_source(o, &o->sources[i], &worst);
	for (size_t i = 0; i < worst.count; i++)
		judge_source(facts, &worst.list[i], finding);
	worst_sources_add_others(&worst, finding);
}

void judge_fragments(const struct peer_facts *facts, struct finding *finding)
{
	if (is_complete(facts))
		peer_judge_both(facts, judge_way, finding);
	if (facts->observation)
		judge_sources(facts, finding);
	if (finding->saw.size > 0)
		return;
	if (is_complete(facts))
		text_addf(finding_saw(finding), "datagrams of %u bytes arrive as small ones do",
			  facts->peer->large_size);
	else
		text_add_string(finding_saw(finding), "no fragment was missing");
}

int rung_fragments(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	const struct peer_facts facts = peer_facts_of(c);

	(void)error;
	judge_fragments(&facts, finding);
	return 0;
}
