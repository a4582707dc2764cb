#include "rung_address.h"

#include "net/address.h"
#include "net/sysctl.h"
#include "rungs.h"

static void add_good(const union hostcast_address *address, const char *name,
		     struct finding *finding)
{
	char text[HOSTCAST_TEXT_SIZE];

	text_addf(finding_saw(finding), "%s has %s", name, address_plain_text(address, text));
}

static void judge_4(const struct address_facts *facts, struct finding *finding)
{
	const char *name = facts->interface->name;

	if (interface_has_address(facts->interface, AF_INET)) {
		add_good(&facts->interface->v4, name, finding);
		return;
	}
	finding_raise(finding, RUNG_CAUSE);
	text_addf(finding_saw(finding),
		  "%s has no IPv4 address, which reports of memberships and messages need to come "
		  "from",
		  name);
	text_addf(finding_remedy(finding),
		  "start a DHCP client on %s, or give it an address of its network: ip address add "
		  "ADDRESS/PREFIX dev %s",
		  name, name);
}

static void judge_none(const struct address_facts *facts, struct finding *finding)
{
	const char *name = facts->interface->name;
	char path[SYSCTL_NAME_SIZE], setting[SYSCTL_NAME_SIZE];

	if (facts->is_ipv6_disabled) {
		sysctl_interface_path(AF_INET6, name, "disable_ipv6", path);
		text_addf(finding_saw(finding), "IPv6 is turned off on %s", name);
		text_addf(finding_command(finding), "sysctl -w %s=0",
			  command_word(sysctl_name(path, setting)).text);
		return;
	}
	text_addf(finding_saw(finding),
		  "%s has no link-local address, which MLD reports need to come from", name);
	text_addf(
		finding_remedy(finding),
		"give it one that no other host of the link has: ip address add fe80::ID/64 dev %s",
		name);
}

static void judge_unchecked(const struct address_facts *facts, struct finding *finding)
{
	const char *name = facts->interface->name;
	char path[SYSCTL_NAME_SIZE], setting[SYSCTL_NAME_SIZE];

	if (facts->link_local == LINK_LOCAL_FAILED) {
		text_addf(
			finding_saw(finding),
			"another host of the link has the link-local address of %s already, so it "
			"is not used (duplicate address detection)",
			name);
		text_addf(finding_remedy(finding),
			  "give it another one, of its own: ip address add fe80::ID/64 dev %s",
			  name);
		return;
	}
	sysctl_interface_path(AF_INET6, name, "accept_dad", path);
	text_addf(
		finding_saw(finding),
		"the link-local address of %s is tentative: it is still asked whether another host "
		"has it (duplicate address detection)",
		name);
	text_addf(finding_remedy(finding),
		  "wait a second or two; where that is never wanted, let it be set before the "
		  "interface comes up: sysctl -w %s=0",
		  sysctl_name(path, setting));
}

static void judge_6(const struct address_facts *facts, struct finding *finding)
{
	/* Loopback has none and needs none: nothing is reported there. */
	bool needs_no_link_local =
		facts->interface->is_loopback && interface_has_address(facts->interface, AF_INET6);

	if (facts->link_local == LINK_LOCAL_READY || needs_no_link_local) {
		add_good(&facts->interface->v6, facts->interface->name, finding);
		return;
	}
	finding_raise(finding, RUNG_CAUSE);
	if (facts->link_local == LINK_LOCAL_NONE)
		judge_none(facts, finding);
	else
		judge_unchecked(facts, finding);
}

void judge_address(const struct address_facts *facts, struct finding *finding)
{
	if (facts->family == AF_INET6)
		judge_6(facts, finding);
	else
		judge_4(facts, finding);
}

static void address_facts_of(const struct interface *interface, int family,
			     struct address_facts *facts)
{
	int64_t value = 0;

	*facts = (struct address_facts){.interface = interface, .family = family};
	if (family != AF_INET6)
		return;
	facts->link_local = link_local_read(interface->index);
	facts->is_ipv6_disabled =
		sysctl_read_interface(AF_INET6, interface->name, "disable_ipv6", &value) == 0 &&
		value != 0;
}

static void examine(const struct doctor_case *c, const struct interface *interface,
		    struct finding *finding)
{
	struct address_facts facts;

	address_facts_of(interface, c->group.any.sa_family, &facts);
	judge_address(&facts, finding);
	case_excuse_detour(c, interface->index, finding);
}

/* Neither the user nor the routing table names an interface: one with an address is enough. Of a
 * port the bridge or bond has it. */
static void examine_all(const struct doctor_case *c, struct finding *finding)
{
	for (size_t i = 0; i < c->interfaces.count; i++) {
		const struct interface *interface = &c->interfaces.list[i];

		if (interface->is_loopback || !interface->is_up ||
		    links_have_port(&c->links, interface->index))
			continue;
		if (interface_has_address(interface, c->group.any.sa_family)) {
			finding_clear(finding);
			examine(c, interface, finding);
			return;
		}
		examine(c, interface, finding);
	}
	if (finding->saw.size > 0)
		return;
	finding_raise(finding, RUNG_UNKNOWN);
	text_add_string(finding_saw(finding), "no interface is up that could have one");
}

int rung_address(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	(void)error;
	if (c->is_switch) {
		text_add_string(finding_saw(finding),
				"none, and a host that only switches needs none");
		return 0;
	}
	for (size_t i = 0; i < c->chosen_count; i++) {
		const struct interface *interface =
			interface_by_index(&c->interfaces, c->chosen[i]);

		if (interface)
			examine(c, interface, finding);
	}
	if (c->chosen_count == 0)
		examine_all(c, finding);
	return 0;
}
