#include "rung_reverse.h"

#include "net/address.h"
#include "net/sysctl.h"
#include "rungs.h"
#include "worst_sources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- Judging ---- */

static int64_t filter_of(const struct reverse_facts *facts)
{
	return filter_in_force(facts->filter_all, facts->filter_interface);
}

bool reverse_drops(const struct reverse_facts *facts)
{
	switch (filter_of(facts)) {
	case FILTER_STRICT:
		return strcmp(facts->back, facts->interface) != 0;
	case FILTER_LOOSE:
		return !facts->back[0];
	default:
		return false;
	}
}

static void add_setting(struct finding *finding, const char *interface, int value)
{
	char path[SYSCTL_NAME_SIZE], name[SYSCTL_NAME_SIZE];

	sysctl_interface_path(AF_INET, interface, "rp_filter", path);
	text_addf(finding_command(finding), "sysctl -w %s=%d",
		  command_word(sysctl_name(path, name)).text, value);
}

/* With a way back that is only another one, a loose filter is enough, and the larger number counts:
 * setting it for the one interface changes no other. Without any, a route is better than no filter.
 */
static void add_remedy(const struct reverse_facts *facts, struct finding *finding)
{
	char source[HOSTCAST_TEXT_SIZE];

	address_ip_text(&facts->source, source);
	if (facts->back[0])
		add_setting(finding, facts->interface, FILTER_LOOSE);
	text_addf(finding_remedy(finding),
		  "%sif %s can be reached by %s, through no router (else add: via ROUTER):",
		  facts->back[0] ? "or, " : "", source, facts->interface);
	text_addf(finding_command(finding), "ip route add %s dev %s", source,
		  command_word(facts->interface).text);
	if (facts->back[0])
		return;
	text_add_string(finding_remedy(finding), "or, without any filter there:");
	if (facts->filter_all > 0)
		add_setting(finding, "all", FILTER_OFF);
	if (facts->filter_interface > 0)
		add_setting(finding, facts->interface, FILTER_OFF);
}

static void add_way_back(const struct reverse_facts *facts, const char *source, struct text *saw)
{
	if (facts->back[0])
		text_addf(saw, "the way back to %s goes by %s", source, facts->back);
	else
		text_addf(saw, "there is no route back to %s", source);
	text_addf(saw, ", and rp_filter is %s (%" PRId64 ") on %s",
		  filter_of(facts) == FILTER_STRICT ? "strict" : "loose", filter_of(facts),
		  facts->interface);
}

/* A filter that would drop but has counted nothing is not what drops; and a few datagrams may be
 * forged, which is what such a filter is for. */
static bool is_cause(const struct reverse_facts *facts)
{
	return facts->on_wire >= TELLING_LEAST && facts->at_socket == 0 && facts->filtered != 0 &&
	       !facts->is_heard_elsewhere;
}

void judge_reverse(const struct reverse_facts *facts, struct finding *finding)
{
	char source[HOSTCAST_TEXT_SIZE];

	if (!reverse_drops(facts) || facts->at_socket > 0)
		return;
	address_ip_text(&facts->source, source);
	add_way_back(facts, source, finding_saw(finding));
	finding_raise(finding, is_cause(facts) ? RUNG_CAUSE : RUNG_NOTED);
	if (facts->on_wire > 0) {
		text_addf(&finding->saw,
			  ": %" PRIu64
			  " of its datagrams came in there, and none reached the socket%s",
			  facts->on_wire,
			  facts->is_heard_elsewhere ? ", but by another interface they do" : "");
		if (facts->filtered > 0)
			text_addf(&finding->saw,
				  " (IPReversePathFilter, which counts such drops of all sources, "
				  "grew "
				  "by %" PRId64 ")",
				  facts->filtered);
	} else {
		text_add_string(&finding->saw, ": what it sends will be dropped");
	}
	add_remedy(facts, finding);
}

/* ---- The facts ---- */

void reverse_facts_of(const struct doctor_case *c, const union hostcast_address *source,
		      unsigned interface, struct reverse_facts *facts)
{
	const char *name = case_interface_name(c, interface);
	struct route route;

	*facts = (struct reverse_facts){.source = *source, .filtered = COUNTER_UNKNOWN};
	if (source->any.sa_family != AF_INET)
		return;
	snprintf(facts->interface, sizeof facts->interface, "%s", name);
	sysctl_read_interface(AF_INET, "all", "rp_filter", &facts->filter_all);
	sysctl_read_interface(AF_INET, name, "rp_filter", &facts->filter_interface);
	if (route_find(source, &route) == 0)
		snprintf(facts->back, sizeof facts->back, "%s",
			 case_interface_name(c, route.interface));
}

static void facts_of_seen(const struct doctor_case *c, const struct seen_source *seen,
			  struct reverse_facts *facts)
{
	reverse_facts_of(c, &seen->source, seen->interface, facts);
	facts->on_wire = seen->on_wire;
	facts->at_socket = seen->at_socket;
	facts->is_heard_elsewhere = observation_is_heard_elsewhere(c->observation, seen);
	facts->filtered = c->observation->counters.reverse_path_filtered;
}

static void add_source(const struct doctor_case *c, const struct seen_source *seen,
		       struct worst_sources *worst)
{
	struct reverse_facts facts;

	if (seen->on_wire == 0 || seen->at_socket > 0)
		return;
	facts_of_seen(c, seen, &facts);
	if (reverse_drops(&facts))
		worst_sources_add(worst,
				  (struct worst_source){seen, is_cause(&facts), seen->on_wire});
}

static void judge_sources(const struct doctor_case *c, const struct worst_sources *worst,
			  struct finding *finding)
{
	struct reverse_facts facts;

	for (size_t i = 0; i < worst->count; i++) {
		facts_of_seen(c, worst->list[i].source, &facts);
		judge_reverse(&facts, finding);
	}
	worst_sources_add_others(worst, finding);
}

/* Of a source that the user has named the way back is known, even if it was not heard. */
static void examine_named_source(const struct doctor_case *c, struct finding *finding)
{
	struct reverse_facts facts;

	for (size_t i = 0; i < c->chosen_count; i++) {
		reverse_facts_of(c, &c->source, c->chosen[i], &facts);
		judge_reverse(&facts, finding);
	}
}

/* Without the wire only the kernel's counter can tell, and it does not say of whom: any packet that
 * strays in counts. It takes a source that was named, and would be dropped, to make a cause. */
static void examine_unseen(const struct doctor_case *c, struct finding *finding)
{
	const struct observation *o = c->observation;
	int64_t filtered = o->counters.reverse_path_filtered;

	if (c->source.any.sa_family != AF_UNSPEC)
		examine_named_source(c, finding);
	if (o->no_wire_reason[0] && filtered > 0) {
		finding_raise(finding, finding->state == RUNG_NOTED ? RUNG_CAUSE : RUNG_NOTED);
		text_addf(finding_saw(finding),
			  "nothing reached the socket, and meanwhile the filter dropped %" PRId64
			  " packets (IPReversePathFilter), of the group or others: which can't be "
			  "said without capturing",
			  filtered);
		text_add_string(finding_remedy(finding),
				"see which source and interface, as root:");
		text_add_string(finding_command(finding), "hostcast doctor ");
		finding_add_target(&finding->remedy, NULL, &c->group);
		text_add_string(finding_remedy(finding),
				"then make the filter loose there: sysctl -w "
				"net.ipv4.conf.INTERFACE.rp_filter=2");
	}
	if (finding->saw.size > 0)
		return;
	finding_raise(finding, RUNG_UNKNOWN);
	text_add_string(finding_saw(finding),
			"no datagram of another host came by to be filtered, where one is "
			"expected");
}

int rung_reverse(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	const struct observation *o = c->observation;
	struct worst_sources worst = {.count = 0};
	uint64_t seen = 0;

	(void)error;
	if (c->group.any.sa_family == AF_INET6) {
		text_add_string(finding_saw(finding),
				"IPv6 has no such filter (a firewall may do the same)");
		return 0;
	}
	for (size_t i = 0; i < o->source_count; i++) {
		const struct seen_source *source = &o->sources[i];

		if (!observation_is_comparable(o, source))
			continue;
		seen += source->on_wire + source->at_socket;
		add_source(c, source, &worst);
	}
	judge_sources(c, &worst, finding);
	if (seen == 0)
		examine_unseen(c, finding);
	else if (finding->saw.size == 0)
		text_add_string(finding_saw(finding),
				"the way back to the sources is what it lets in");
	return 0;
}
