#include "rung_duplicates.h"

#include "net/address.h"
#include "net/mac.h"
#include "rungs.h"
#include "worst_sources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A network may repeat a datagram once in a while, and anybody can; a second path does it to all of
 * them. */
static bool is_second_path(uint64_t repeated, uint64_t arrived)
{
	return repeated >= TELLING_LEAST && 2 * repeated >= arrived;
}

/* ---- The two paths, and what to do about them ---- */

static bool is_path(const struct probe_path *path)
{
	return path->interface[0] != '\0';
}

static void add_path(struct text *text, const struct probe_path *path)
{
	char mac[MAC_TEXT_SIZE];

	text_add_string(text, "on ");
	text_add_escaped(text, path->interface, strlen(path->interface));
	if (path->source.any.sa_family != AF_UNSPEC) {
		char source[HOSTCAST_TEXT_SIZE];

		text_addf(text, " from %s", address_ip_text(&path->source, source));
	}
	if (path->ttl > 0)
		text_addf(text, " with TTL %u", path->ttl);
	if (!mac_is_none(path->mac))
		text_addf(text, " by %s", mac_text(path->mac, mac));
}

static void explain_paths(const struct probe_path paths[static PROBE_PATHS], struct text *text)
{
	const struct probe_path *one = &paths[0], *other = &paths[1];

	if (!is_path(other)) {
		text_add_string(text,
				"two routers, relays or switches carry it: stop one of them (as "
				"root, 'hostcast doctor' also tells their MAC addresses)");
	} else if (strcmp(one->interface, other->interface) != 0) {
		text_add_string(text,
				"two interfaces lead to it: join on one of them only (hostcast "
				"recv -i ");
		text_add_escaped(text, one->interface, strlen(one->interface));
		text_add_string(text, ")");
	} else if (!address_same_ip(&one->source, &other->source)) {
		text_add_string(text, "two senders or relays send it under addresses of their own: "
				      "stop one of them");
	} else if (!mac_is_none(one->mac) && !mac_is_none(other->mac)) {
		text_add_string(text,
				"two routers or relays put it onto this link: stop one of them "
				"('ip neighbour' tells whose MAC addresses these are)");
	} else {
		text_add_string(text, "two paths of different lengths carry it: stop one of them");
	}
}

/* Both ways mostly have the same; it is said once. */
static void add_remedy(const struct probe_path paths[static PROBE_PATHS], struct finding *finding)
{
	struct text line = {0};

	explain_paths(paths, &line);
	if (!strstr(text_string(&finding->remedy), text_string(&line)))
		text_add_string(finding_remedy(finding), text_string(&line));
	text_done(&line);
}

static void judge_paths(const struct probe_path paths[static PROBE_PATHS], struct finding *finding)
{
	if (is_path(&paths[0])) {
		text_add_string(&finding->saw, ", ");
		add_path(&finding->saw, &paths[0]);
	}
	if (is_path(&paths[1])) {
		text_add_string(&finding->saw, " and ");
		add_path(&finding->saw, &paths[1]);
	}
	if (finding->remedy.size == 0 || is_path(&paths[1]))
		add_remedy(paths, finding);
}

/* ---- What a peer's probes tell ---- */

static void judge_way(const struct peer_facts *facts, const struct one_way *way,
		      struct finding *finding)
{
	const struct probe_count *count = &way->counts[PROBE_GROUP];
	char text[PEER_WAY_TEXT_SIZE];

	if (count->repeated == 0)
		return;
	finding_raise(finding,
		      is_second_path(count->repeated, count->arrived) ? RUNG_CAUSE : RUNG_NOTED);
	text_addf(
		finding_saw(finding),
		"%s the group's datagrams arrive more than once: %u different ones, and %u copies",
		peer_way_text(facts, way, text), count->arrived, count->repeated);
	if (is_second_path(count->repeated, count->arrived))
		judge_paths(way->paths, finding);
}

/* ---- What doctor heard ---- */

static struct probe_path path_of(const struct duplicates_facts *facts,
				 const struct seen_source *source, const struct copy_way *way)
{
	const struct interface *interface =
		facts->interfaces ? interface_by_index(facts->interfaces, way->interface) : NULL;
	struct probe_path path = {.source = source->source, .ttl = way->ttl};

	snprintf(path.interface, sizeof path.interface, "%s", interface ? interface->name : "?");
	if (way->has_mac)
		memcpy(path.mac, way->mac, sizeof path.mac);
	return path;
}

static void judge_source(const struct duplicates_facts *facts, const struct worst_source *one,
			 struct finding *finding)
{
	const struct seen_source *source = one->source;
	const struct probe_path paths[PROBE_PATHS] = {
		path_of(facts, source, &source->ways[0]),
		path_of(facts, source, &source->ways[1]),
	};
	char text[HOSTCAST_TEXT_SIZE];

	finding_raise(finding, one->is_cause ? RUNG_CAUSE : RUNG_NOTED);
	text_addf(finding_saw(finding), "%" PRIu64 " of %" PRIu64 " datagrams of %s came once more",
		  source->repeated, source->on_wire, address_ip_text(&source->source, text));
	if (one->is_cause)
		judge_paths(paths, finding);
}

static void judge_sources(const struct duplicates_facts *facts, struct finding *finding)
{
	const struct observation *o = facts->peer.observation;
	struct worst_sources worst = {.count = 0};

	for (size_t i = 0; i < o->source_count; i++) {
		const struct seen_source *source = &o->sources[i];
		uint64_t arrived = source->on_wire - source->repeated;

		if (source->repeated > 0)
			worst_sources_add(&worst,
					  (struct worst_source){
						  source, is_second_path(source->repeated, arrived),
						  source->repeated});
	}
	for (size_t i = 0; i < worst.count; i++)
		judge_source(facts, &worst.list[i], finding);
	worst_sources_add_others(&worst, finding);
}

/* ---- Both ---- */

void judge_duplicates(const struct duplicates_facts *facts, struct finding *finding)
{
	if (facts->peer.observation)
		judge_sources(facts, finding);
	if (facts->peer.peer && facts->peer.peer->is_complete)
		peer_judge_both(&facts->peer, judge_way, finding);
	if (finding->saw.size == 0)
		text_add_string(finding_saw(finding), "no datagram came twice");
}

int rung_duplicates(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	const struct duplicates_facts facts = {
		.peer = peer_facts_of(c),
		.interfaces = &c->interfaces,
	};

	(void)error;
	judge_duplicates(&facts, finding);
	return 0;
}
