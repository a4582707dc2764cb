#include "rung_interface.h"

#include "rung_route.h"
#include "rungs.h"
#include "suggest_tree.h"

#include <string.h>

bool is_interface_fit(const struct link *link, const struct link *master)
{
	return link->is_up && (link->has_carrier || link->is_loopback) && link->can_multicast &&
	       !link_has_ports(master);
}

static const char *carrier_remedy(const struct link *link)
{
	if (strcmp(link->kind, "veth") == 0)
		return "bring up the other end of this virtual cable (ip link set PEER up, where "
		       "it "
		       "is)";
	if (strcmp(link->kind, "bridge") == 0)
		return "bring up a port of this bridge, it has carrier when one of them has "
		       "(bridge "
		       "link)";
	return "connect the cable or the network, and bring up the other end";
}

static void add_cause(struct finding *finding)
{
	finding_raise(finding, RUNG_CAUSE);
}

static void judge_carrier(const struct link *link, struct finding *finding)
{
	add_cause(finding);
	text_addf(finding_saw(finding), "%s has no carrier: nothing is connected to it",
		  link->name);
	text_addf(finding_remedy(finding), "%s; this tells its state:", carrier_remedy(link));
	text_addf(finding_command(finding), "ip -d link show %s", command_word(link->name).text);
}

static void judge_multicast_flag(const struct link *link, struct finding *finding)
{
	add_cause(finding);
	text_addf(finding_saw(finding), "%s cannot do multicast: it lacks the flag MULTICAST",
		  link->name);
	if (link_purpose(link) != LINK_TUNNEL) /* it has no network that could carry it */
		text_addf(finding_command(finding), "ip link set %s multicast on",
			  command_word(link->name).text);
	suggest_tree(finding, NULL);
}

void judge_interface(const struct link *link, const struct link *master, struct finding *finding)
{
	if (is_interface_fit(link, master)) {
		text_addf(finding_saw(finding), "%s is up%s", link->name,
			  link->is_loopback ? "" : ", with carrier and multicast");
		return;
	}
	if (!link->is_up) {
		add_cause(finding);
		text_addf(finding_saw(finding), "%s is down", link->name);
		text_addf(finding_command(finding), "ip link set %s up",
			  command_word(link->name).text);
	} else if (!link->has_carrier && !link->is_loopback) {
		judge_carrier(link, finding);
	}
	if (!link->can_multicast)
		judge_multicast_flag(link, finding);
	if (link_has_ports(master)) {
		add_cause(finding);
		text_addf(finding_saw(finding),
			  "%s is a port of the %s %s, which gets all that %s "
			  "receives",
			  link->name, master->kind[0] ? master->kind : "interface", master->name,
			  link->name);
		text_addf(finding_remedy(finding), "use %s instead, and give it the address",
			  master->name);
	}
}

static void examine(const struct doctor_case *c, const struct link *link, struct finding *finding)
{
	judge_interface(link, link_by_index(&c->links, link->master), finding);
	case_excuse_detour(c, link->index, finding);
}

/* Neither the user nor the routing table names one: any that is fit will do for this rung, and the
 * lack of a route is told by rung 3. */
static void examine_all(const struct doctor_case *c, struct finding *finding)
{
	size_t count = 0;

	for (size_t i = 0; i < c->links.count; i++) {
		const struct link *link = &c->links.list[i];

		if (link->is_loopback)
			continue;
		count++;
		if (!is_interface_fit(link, link_by_index(&c->links, link->master)))
			continue;
		finding_clear(finding);
		examine(c, link, finding);
		return;
	}
	for (size_t i = 0; i < c->links.count; i++)
		if (!c->links.list[i].is_loopback)
			examine(c, &c->links.list[i], finding);
	if (count > 0)
		return;
	add_cause(finding);
	text_add_string(finding_saw(finding), "this host has no interface but loopback");
	text_add_string(finding_remedy(finding), "give it one; on this host alone, as root:");
	route_add_command(finding_command(finding), &c->group, case_loopback_name(c));
}

int rung_interface(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	(void)error;
	for (size_t i = 0; i < c->chosen_count; i++) {
		const struct link *link = link_by_index(&c->links, c->chosen[i]);

		if (link)
			examine(c, link, finding);
	}
	if (c->chosen_count == 0)
		examine_all(c, finding);
	return 0;
}
