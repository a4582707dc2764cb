#include "rung_group.h"

#include "net/address.h"
#include "net/group_meaning.h"
#include "net/mac.h"
#include "rungs.h"

#include <arpa/inet.h>
#include <string.h>

enum { SCOPE_RESERVED = 0, SCOPE_INTERFACE_LOCAL = 1 };

static bool is_6(const union hostcast_address *group)
{
	return group->any.sa_family == AF_INET6;
}

static unsigned scope_6(const union hostcast_address *group)
{
	return group->v6.sin6_addr.s6_addr[1] & 0x0f;
}

/* ---- What cannot be used ---- */

/* 224.0.0.0 (RFC 5771 section 4: "the base address is reserved") and, over IPv6, the group ID 0 of
 * the permanently assigned ones (RFC 4291 section 2.7.1). */
static bool is_never_assigned(const union hostcast_address *group)
{
	static const uint8_t zeros[14];

	if (is_6(group))
		return group->v6.sin6_addr.s6_addr[1] >> 4 == 0 &&
		       memcmp(group->v6.sin6_addr.s6_addr + 2, zeros, sizeof zeros) == 0;
	return group->v4.sin_addr.s_addr == htonl(INADDR_UNSPEC_GROUP);
}

/* Returns what makes it unusable, NULL if nothing does. */
static const char *why_unusable(const struct group_facts *facts)
{
	const union hostcast_address *group = &facts->group;

	if (is_never_assigned(group))
		return "is reserved, and never assigned to any group";
	if (!is_6(group))
		return NULL;
	if (scope_6(group) == SCOPE_RESERVED)
		return "is of the reserved scope 0, which no host may send to (RFC 4291 section "
		       "2.7)";
	if (scope_6(group) == SCOPE_INTERFACE_LOCAL && !facts->is_loopback_meant)
		return "is of interface-local scope: it never leaves the host (RFC 4291 section "
		       "2.7)";
	return NULL;
}

static void add_group_for_use(const union hostcast_address *group, struct finding *finding)
{
	if (is_6(group))
		text_add_string(
			finding_remedy(finding),
			"use a transient group: ff12::/16 on one link, ff15::/16 in a site, "
			"ff18::/16 in an organisation (RFC 4291)");
	else
		text_add_string(finding_remedy(finding),
				"use a group for private use, of 239.0.0.0/8 (RFC 2365)");
}

/* ---- Source-specific groups (RFC 4607) ---- */

/* Routers ignore a report for it that names no source (RFC 4604 section 2.2); inside of a link it
 * may arrive all the same. */
static void judge_source_missing(const struct group_facts *facts, const char *group,
				 struct finding *finding)
{
	bool is_excused = facts->does_arrive || facts->need_not_hear || facts->are_sources_named;

	finding_raise(finding, is_excused ? RUNG_NOTED : RUNG_CAUSE);
	text_addf(finding_saw(finding),
		  "%s is source-specific: whoever joins it without naming the source gets nothing "
		  "from "
		  "routers and from switches that keep to RFC 4607",
		  group);
	text_add_string(finding_remedy(finding),
			"name the source when joining: hostcast recv SOURCE@");
	finding_add_target(&finding->remedy, NULL, &facts->group);
	text_add_string(&finding->remedy, "; and for doctor: hostcast doctor SOURCE@");
	finding_add_target(&finding->remedy, NULL, &facts->group);
}

/* ---- What should be known ---- */

static void note(struct finding *finding, const char *group, const char *text)
{
	finding_raise(finding, RUNG_NOTED);
	text_addf(finding_saw(finding), "%s %s", group, text);
}

static void note_shared_mac(const struct group_facts *facts, const char *group,
			    struct finding *finding)
{
	union hostcast_address control;
	char text[HOSTCAST_TEXT_SIZE];

	if (is_6(&facts->group) || address_is_link_scope_group(&facts->group) ||
	    !mac_control_sharer(&facts->group, &control))
		return;
	finding_raise(finding, RUNG_NOTED);
	text_addf(
		finding_saw(finding),
		"%s has the MAC address of %s, which switches flood or keep to themselves; another "
		"group is better",
		group, address_ip_text(&control, text));
}

static void note_peculiarities(const struct group_facts *facts, const char *group,
			       struct finding *finding)
{
	bool is_zone_missing = address_needs_zone(&facts->group) && !facts->is_interface_named &&
			       !facts->is_loopback_meant;

	if (is_zone_missing)
		note(finding, group,
		     "means another group on each link: each program has to name the interface "
		     "(GROUP%eth0)");
	if (address_is_link_scope_group(&facts->group))
		note(finding, group, "stays on its link: no router forwards it, whatever the TTL");
	note_shared_mac(facts, group, finding);
}

static void add_meaning(const struct group_facts *facts, const char *group, struct finding *finding)
{
	struct group_meaning meaning;

	group_meaning_of(&facts->group, &meaning);
	text_addf(finding_saw(finding), "%s can be used (%s", group, meaning.title);
	if (is_6(&facts->group)) /* an IPv4 range says it itself */
		text_addf(&finding->saw, ", %s scope", meaning.scope);
	text_add_string(&finding->saw, ")");
}

void judge_group(const struct group_facts *facts, struct finding *finding)
{
	char group[HOSTCAST_TEXT_SIZE];
	const char *why = why_unusable(facts);

	address_plain_text(&facts->group, group);
	if (why) {
		finding_raise(finding, RUNG_CAUSE);
		text_addf(finding_saw(finding), "%s %s", group, why);
		add_group_for_use(&facts->group, finding);
		return;
	}
	if (address_is_source_specific(&facts->group) && facts->source.any.sa_family == AF_UNSPEC)
		judge_source_missing(facts, group, finding);
	note_peculiarities(facts, group, finding);
	if (finding->saw.size == 0)
		add_meaning(facts, group, finding);
}

/* ---- The facts ---- */

static bool is_loopback_alone(const struct doctor_case *c)
{
	for (size_t i = 0; i < c->chosen_count; i++) {
		const struct interface *interface =
			interface_by_index(&c->interfaces, c->chosen[i]);

		if (!interface || !interface->is_loopback)
			return false;
	}
	return c->chosen_count > 0;
}

static bool names_sources(const struct group_user *user)
{
	return user->is_asked && user->filter_mode == MCAST_INCLUDE && user->source_count > 0;
}

static bool are_sources_named(const struct doctor_case *c)
{
	bool is_any_joined = false;

	for (size_t i = 0; i < c->interfaces.count; i++) {
		unsigned interface = c->interfaces.list[i].index;
		size_t count;
		const struct group_user *users = case_users(c, interface, &count);

		if (case_is_joined(c, interface) && count == 0)
			return false;
		for (size_t u = 0; u < count; u++)
			if (!names_sources(&users[u]))
				return false;
		is_any_joined |= count > 0;
	}
	return is_any_joined;
}

int rung_group(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	struct group_facts facts = {
		.group = c->group,
		.source = c->source,
		.is_loopback_meant = is_loopback_alone(c),
		.is_interface_named = c->are_chosen_by_user,
		.does_arrive = c->observation && observation_at_socket(c->observation, 0) > 0,
		.need_not_hear = case_only_sends(c),
		.are_sources_named = are_sources_named(c),
	};

	(void)error;
	judge_group(&facts, finding);
	return 0;
}
