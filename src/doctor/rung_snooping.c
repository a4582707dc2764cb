#include "rung_snooping.h"

#include "base/monotime.h"
#include "net/address.h"
#include "rungs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* RFC 3376 section 8: a querier that has the defaults asks so often, and a switch forgets a member
 * after so long. */
enum { QUERY_INTERVAL_S = 125, MEMBERSHIP_S = 260, WAIT_S = 130 };

/* So many datagrams after the report, and none before, are no accident: as doctor listens twice as
 * long after it as before, half as many should have come before. */
enum { EVIDENCE_LEAST = 6 };

/* A switch forwards what it was told of at once, so the next datagram of somebody who sends already
 * comes within his interval, or a little later where hosts are busy. */
enum { EVIDENCE_INTERVALS = 2 };
#define EVIDENCE_WITHIN_NS (50 * NS_PER_MS)

/* Of those who happen to begin while doctor listens, one in so many begins just after the report.
 */
enum { EVIDENCE_CHANCE = 25 };

static double seconds(int64_t ns)
{
	return (double)ns / NS_PER_S;
}

/* ---- A bridge of this host ---- */

/* A bridge that counts on another querier does not ask itself before it has given him up. */
static void add_bridge_remedy(const struct bridge_view *bridge, struct finding *finding)
{
	char address[HOSTCAST_TEXT_SIZE];

	if (bridge->has_other_querier) {
		text_addf(finding_command(finding),
			  "ip link set dev %s type bridge mcast_snooping 0",
			  command_word(bridge->name).text);
		text_addf(finding_remedy(finding),
			  "or let %s ask in time; or let the bridge ask, once %s is given up:",
			  address_ip_text(&bridge->other_querier, address), address);
		text_addf(finding_command(finding),
			  "ip link set dev %s type bridge mcast_querier 1",
			  command_word(bridge->name).text);
		return;
	}
	text_addf(finding_command(finding), "ip link set dev %s type bridge mcast_querier 1",
		  command_word(bridge->name).text);
	text_add_string(finding_remedy(finding), "or let it flood:");
	text_addf(finding_command(finding), "ip link set dev %s type bridge mcast_snooping 0",
		  command_word(bridge->name).text);
}

static void add_querier(const struct bridge_view *bridge, struct text *saw)
{
	char address[HOSTCAST_TEXT_SIZE];

	if (bridge->has_other_querier)
		text_addf(saw, "%s relies on the querier %s for %.0f s more", bridge->name,
			  address_ip_text(&bridge->other_querier, address),
			  seconds(bridge->other_left_ns));
	else
		text_addf(saw, "%s asks only every %.0f s", bridge->name,
			  seconds(bridge->query_interval_ns));
}

static void judge_expired(const struct snooping_facts *facts, struct finding *finding)
{
	struct text *saw = finding_saw(finding);

	finding_raise(finding, RUNG_CAUSE);
	text_addf(saw,
		  "the bridge %s snoops, and has forgotten that this host has joined on %s: the "
		  "membership has expired; ",
		  facts->bridge.name, facts->interface);
	add_querier(&facts->bridge, saw);
	text_addf(saw, ", and %s meanwhile",
		  facts->queries > 0 ? "queries came only" : "no query came");
	add_bridge_remedy(&facts->bridge, finding);
}

/* The bridge's own queries come too late for what it remembers. */
static void judge_slow_querier(const struct snooping_facts *facts, struct finding *finding)
{
	const struct bridge_view *bridge = &facts->bridge;

	finding_raise(finding, RUNG_CAUSE);
	text_addf(finding_saw(finding),
		  "the membership on %s expires in %.1f s: the bridge %s forgets after %.1f s "
		  "(mcast_membership_interval) and asks only every %.1f s (mcast_query_interval)",
		  facts->interface, seconds(bridge->entry_left_ns), bridge->name,
		  seconds(bridge->membership_interval_ns), seconds(bridge->query_interval_ns));
	text_addf(finding_command(finding),
		  "ip link set dev %s type bridge mcast_query_interval %d "
		  "mcast_membership_interval %d",
		  command_word(bridge->name).text, QUERY_INTERVAL_S * 100, MEMBERSHIP_S * 100);
}

static void judge_relying(const struct snooping_facts *facts, struct finding *finding)
{
	const struct bridge_view *bridge = &facts->bridge;
	bool is_late = bridge->has_other_querier && facts->queries == 0 &&
		       bridge->entry_left_ns < bridge->other_left_ns;

	if (bridge->is_permanent || !is_late) {
		text_addf(finding_saw(finding),
			  "the bridge %s snoops, and knows that the group is wanted on %s",
			  bridge->name, facts->interface);
		return;
	}
	finding_raise(finding, RUNG_NOTED);
	text_addf(finding_saw(finding),
		  "the membership on %s expires in %.0f s unless a query comes: ", facts->interface,
		  seconds(bridge->entry_left_ns));
	add_querier(bridge, &finding->saw);
}

static void judge_with_querier(const struct snooping_facts *facts, struct finding *finding)
{
	const struct bridge_view *bridge = &facts->bridge;
	bool is_slow = bridge->is_querier && !bridge->has_other_querier &&
		       bridge->membership_interval_ns < bridge->query_interval_ns;

	if (!bridge->has_entry && !bridge->is_port && facts->was_joined)
		judge_expired(facts, finding);
	else if (!bridge->has_entry)
		text_addf(finding_saw(finding), "the bridge %s snoops, and nobody has joined on %s",
			  bridge->name, facts->interface);
	else if (is_slow && !bridge->is_permanent)
		judge_slow_querier(facts, finding);
	else
		judge_relying(facts, finding);
}

/* Then Linux forwards by no table: it floods, but for ports that take no unknown groups. */
static void judge_without_querier(const struct snooping_facts *facts, struct finding *finding)
{
	const struct bridge_view *bridge = &facts->bridge;

	text_addf(finding_saw(finding), "the bridge %s snoops and nobody asks", bridge->name);
	if (bridge->is_port && !bridge->is_flooding_port) {
		finding_raise(finding, RUNG_CAUSE);
		text_addf(&finding->saw,
			  "; then it forwards to ports that take unknown groups alone, and %s does "
			  "not (mcast_flood off)",
			  facts->interface);
		add_bridge_remedy(bridge, finding);
		text_add_string(finding_remedy(finding), "or:");
		text_addf(finding_command(finding), "bridge link set dev %s mcast_flood on",
			  command_word(facts->interface).text);
		return;
	}
	finding_raise(finding, RUNG_NOTED);
	if (bridge->has_entry && !bridge->is_permanent)
		text_addf(&finding->saw, "; the membership on %s expires in %.0f s",
			  facts->interface, seconds(bridge->entry_left_ns));
	text_addf(&finding->saw,
		  "; Linux floods meanwhile, other switches forget (mend it with ip link set dev "
		  "%s type "
		  "bridge mcast_querier 1)",
		  bridge->name);
}

static void judge_bridge(const struct snooping_facts *facts, struct finding *finding)
{
	if (!facts->bridge.is_snooping)
		text_addf(finding_saw(finding), "the bridge %s does not snoop: it floods",
			  facts->bridge.name);
	else if (bridge_has_querier(&facts->bridge))
		judge_with_querier(facts, finding);
	else
		judge_without_querier(facts, finding);
}

/* ---- Switches elsewhere ---- */

static void judge_heard(const struct snooping_facts *facts, struct finding *finding)
{
	char address[HOSTCAST_TEXT_SIZE];

	text_addf(finding_saw(finding), "%s asks for memberships on %s (%sv%u",
		  facts->querier.any.sa_family == AF_UNSPEC
			  ? "somebody"
			  : address_ip_text(&facts->querier, address),
		  facts->interface, facts->group.any.sa_family == AF_INET ? "IGMP" : "MLD",
		  facts->querier_version);
	if (facts->querier_interval_ns > 0)
		text_addf(&finding->saw, ", every %.0f s", seconds(facts->querier_interval_ns));
	text_add_string(&finding->saw, ")");
}

static int64_t longest_delay_ns(const struct snooping_facts *facts)
{
	int64_t interval_ns = facts->lasting_ns / (int64_t)(facts->data_after - 1);
	int64_t by_chance_ns = facts->lasted_ns / EVIDENCE_CHANCE;
	int64_t delay_ns = EVIDENCE_INTERVALS * interval_ns;

	if (delay_ns < EVIDENCE_WITHIN_NS)
		delay_ns = EVIDENCE_WITHIN_NS;
	return delay_ns < by_chance_ns ? delay_ns : by_chance_ns;
}

/* The group came only when this host had told its membership anew: somebody had forgotten it. But
 * people also start the sender after doctor. */
static bool is_forgotten(const struct snooping_facts *facts)
{
	return facts->was_joined && facts->is_report_sent && facts->data_before == 0 &&
	       facts->data_after >= EVIDENCE_LEAST && facts->delay_ns <= longest_delay_ns(facts);
}

static void judge_forgotten(const struct snooping_facts *facts, struct finding *finding)
{
	finding_raise(finding, RUNG_CAUSE);
	text_addf(
		finding_saw(finding),
		"nothing came on %s until doctor made this host report its membership again, then "
		"%" PRIu64
		" datagrams: a switch on the way did not know of it (any more), and no query "
		"came in %.1f s; the report has mended that for some minutes",
		facts->interface, facts->data_after, seconds(facts->lasted_ns));
	text_add_string(
		finding_remedy(finding),
		"let somebody ask on this network: a router, the switch's own querier (\"IGMP "
		"snooping querier\"), or a Linux bridge in it: ip link set dev br0 type bridge "
		"mcast_querier 1");
}

static void judge_silence(const struct snooping_facts *facts, struct finding *finding)
{
	bool is_long = facts->lasted_ns >= QUERY_INTERVAL_S * NS_PER_S;

	finding_raise(finding, RUNG_NOTED);
	text_addf(finding_saw(finding), "no query on %s in %.*f s", facts->interface,
		  facts->lasted_ns < 10 * NS_PER_S, seconds(facts->lasted_ns));
	if (is_long)
		text_addf(
			&finding->saw,
			": nobody asks on this network, and a switch that snoops forgets a member "
			"%d s after its last report",
			MEMBERSHIP_S);
	else
		text_addf(&finding->saw,
			  "; queriers mostly ask every %d s: --wait %d outlasts that",
			  QUERY_INTERVAL_S, WAIT_S);
}

static void judge_network(const struct snooping_facts *facts, struct finding *finding)
{
	if (facts->queries > 0) {
		judge_heard(facts, finding);
	} else if (!facts->is_wire_seen) {
		finding_raise(finding, RUNG_UNKNOWN);
		text_addf(finding_saw(finding),
			  "whether somebody asks on %s can't be seen without capturing",
			  facts->interface);
	} else if (is_forgotten(facts)) {
		judge_forgotten(facts, finding);
	} else {
		judge_silence(facts, finding);
	}
}

/* Built without libmnl it is never known, and not worth a word each time. */
static bool is_bridge_untold(const struct snooping_facts *facts)
{
	return facts->bridge_errno != 0 && facts->bridge_errno != ENOSYS;
}

static void judge_untold(const struct snooping_facts *facts, struct finding *finding)
{
	finding_raise(finding, RUNG_UNKNOWN);
	text_addf(finding_saw(finding),
		  "whether %s belongs to a bridge of this host, and what that knows, the system "
		  "did not tell (%s)",
		  facts->interface, strerror(facts->bridge_errno));
	judge_network(facts, finding);
}

void judge_snooping(const struct snooping_facts *facts, struct finding *finding)
{
	if (facts->is_loopback)
		text_addf(finding_saw(finding), "%s leads through no switch", facts->interface);
	else if (facts->is_flooded)
		text_add_string(finding_saw(finding), "switches flood this group (RFC 4541)");
	else if (is_bridge_untold(facts))
		judge_untold(facts, finding);
	else if (facts->bridge.is_there)
		judge_bridge(facts, finding);
	else
		judge_network(facts, finding);
}

/* ---- The facts ---- */

/* RFC 4541: 224.0.0.x (2.1.2), of IPv6 the group of all nodes alone (3). */
static bool group_is_flooded(const union hostcast_address *group)
{
	return address_is_link_scope_group(group) &&
	       (group->any.sa_family == AF_INET || membership_is_of_every_host(group));
}

/* Who asked last, whether for all groups or for one. */
static const struct querier *last_querier(const struct queriers *queriers, unsigned interface,
					  bool is_mld)
{
	const struct querier *last = NULL;

	for (size_t i = 0; i < queriers->count; i++) {
		const struct querier *querier = &queriers->list[i];

		if (querier->interface == interface && querier->is_mld == is_mld &&
		    querier->vlan == 0 && (!last || querier->last_ns > last->last_ns))
			last = querier;
	}
	return last;
}

static void take_querier(const struct doctor_case *c, unsigned interface,
			 struct snooping_facts *facts)
{
	const struct observation *o = c->observation;
	bool is_mld = c->group.any.sa_family == AF_INET6;
	const struct querier *querier =
		queriers_elected(&o->queriers, interface, 0, is_mld, o->finished_ns);

	if (!querier)
		querier = last_querier(&o->queriers, interface, is_mld);
	if (!querier)
		return;
	facts->querier = querier->address;
	facts->querier_version = querier->version;
	if (querier_interval_is_known(querier)) /* else it would be a guess */
		facts->querier_interval_ns = querier_interval_ns(querier);
}

static void examine(const struct doctor_case *c, const struct seen_interface *seen,
		    struct finding *finding)
{
	const struct interface *interface = interface_by_index(&c->interfaces, seen->interface);
	struct snooping_facts facts = {
		.group = c->group,
		.is_flooded = group_is_flooded(&c->group),
		.is_loopback = interface && interface->is_loopback,
		.was_joined = seen->was_joined,
		.bridge = seen->bridge,
		.bridge_errno = seen->bridge_errno,
		.is_wire_seen = seen->is_wire_seen,
		.lasted_ns = c->observation->lasted_ns,
		.queries = seen->queries,
		.is_report_sent = seen->reported_ns > 0,
		.data_before = seen->data_before,
		.data_after = seen->data_after,
		.delay_ns = seen->after_ns - seen->reported_ns,
		.lasting_ns = seen->last_ns - seen->after_ns,
	};

	snprintf(facts.interface, sizeof facts.interface, "%s",
		 case_interface_name(c, seen->interface));
	take_querier(c, seen->interface, &facts);
	judge_snooping(&facts, finding);
}

/* Of a port: whether the group gets there. The many that nobody wants it on are passed over. */
static void examine_port(const struct doctor_case *c, const struct seen_interface *of_bridge,
			 const struct link *port, struct finding *finding)
{
	struct snooping_facts facts = {
		.group = c->group,
		.is_flooded = group_is_flooded(&c->group),
		.queries = of_bridge->queries,
	};

	if (facts.is_flooded || bridge_view_read(port->index, &c->group, &facts.bridge) < 0)
		return;
	if (!facts.bridge.is_snooping ||
	    (bridge_has_querier(&facts.bridge) ? !facts.bridge.has_entry
					       : facts.bridge.is_flooding_port))
		return;
	snprintf(facts.interface, sizeof facts.interface, "%s", port->name);
	judge_snooping(&facts, finding);
}

static void examine_ports(const struct doctor_case *c, const struct seen_interface *seen,
			  struct finding *finding)
{
	for (size_t i = 0; i < c->links.count; i++)
		if (c->links.list[i].is_up && c->links.list[i].master == seen->interface)
			examine_port(c, seen, &c->links.list[i], finding);
}

int rung_snooping(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	(void)error;
	case_examine_chosen(c, examine, finding);
	if (c->is_switch)
		case_examine_chosen(c, examine_ports, finding);
	if (c->observation->queriers.forgotten > 0)
		text_addf(finding_saw(finding),
			  "%" PRIu64 " queries came from more queriers than there was room for",
			  c->observation->queriers.forgotten);
	return 0;
}
