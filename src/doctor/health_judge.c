#include "health_judge.h"

#include "net/address.h"
#include "net/membership_version.h"
#include "net/socket.h"
#include "rung_address.h"
#include "rung_interface.h"
#include "rung_reverse.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FAMILIES = 2 };

static const int families[FAMILIES] = {AF_INET, AF_INET6};

/* ---- The list ---- */

/* One more, empty; NULL: there is no room for it. */
static struct finding *add_problem(struct health *health, const char *about, enum rung_state state)
{
	struct health_problem *problem = &health->problems[health->problem_count];

	if (health->problem_count == HEALTH_PROBLEMS_MAX) {
		health->problems_left_out++;
		return NULL;
	}
	health->problem_count++;
	snprintf(problem->about, sizeof problem->about, "%s", about);
	problem->finding.state = state;
	return &problem->finding;
}

/* What a rung's judge has found, if it has found anything; `most`: on the whole host it counts no
 * more than that. */
static void keep_finding(struct health *health, const char *about, struct finding *judged,
			 enum rung_state most)
{
	enum rung_state state = judged->state < most ? judged->state : most;
	struct finding *finding;

	if (judged->state < RUNG_NOTED || !(finding = add_problem(health, about, state))) {
		finding_done(judged);
		return;
	}
	*finding = *judged;
	finding->state = state;
}

/* ---- One interface ---- */

static bool is_bridge(const struct link *link)
{
	return link && strcmp(link->kind, "bridge") == 0;
}

static bool has_any_address(const struct interface *interface)
{
	return interface_has_address(interface, AF_INET) ||
	       interface_has_address(interface, AF_INET6);
}

static void judge_link(struct health *health, const struct health_interface *one)
{
	bool is_tunnel = link_purpose(one->link) == LINK_TUNNEL;
	bool is_in_use = one->link->has_carrier && has_any_address(one->interface);
	struct finding finding = {0};

	judge_interface(one->link, one->master, &finding);
	keep_finding(health, one->link->name, &finding,
		     is_in_use && !is_tunnel ? RUNG_CAUSE : RUNG_NOTED);
}

/* IPv6 that is turned off, or never was there, is no fault of a host that speaks IPv4. */
static void judge_addresses(struct health *health, const struct health_interface *one)
{
	struct address_facts facts = {.interface = one->interface, .link_local = one->link_local};
	bool has_6 = interface_has_address(one->interface, AF_INET6);
	struct finding finding = {0};

	if (interface_has_address(one->interface, AF_INET) || !has_6) {
		facts.family = AF_INET;
		judge_address(&facts, &finding);
	}
	if (has_6) {
		facts.family = AF_INET6;
		judge_address(&facts, &finding);
	}
	keep_finding(health, one->link->name, &finding, has_6 ? RUNG_CAUSE : RUNG_NOTED);
}

static void judge_versions(struct health *health, const struct health_interface *one)
{
	bool is_igmp_old = one->igmp > 0 && one->igmp < membership_version_latest(AF_INET);
	bool is_mld_old = one->mld > 0 && one->mld < membership_version_latest(AF_INET6);
	struct finding *finding;

	if ((!is_igmp_old && !is_mld_old) ||
	    !(finding = add_problem(health, one->link->name, RUNG_NOTED)))
		return;
	text_addf(finding_saw(finding),
		  "%s speaks %s version %u: source-specific groups cannot be joined with it",
		  one->link->name, is_igmp_old ? "IGMP" : "MLD",
		  is_igmp_old ? one->igmp : one->mld);
}

static void judge_bridge(struct health *health, const struct health_interface *one)
{
	struct finding *finding;

	if (!is_bridge(one->link) || !one->bridge.is_there || !one->bridge.is_snooping ||
	    bridge_has_querier(&one->bridge) ||
	    !(finding = add_problem(health, one->link->name, RUNG_NOTED)))
		return;
	text_addf(
		finding_saw(finding),
		"%s snoops, and nobody asks for memberships: it floods groups, and where a querier "
		"goes away members are forgotten",
		one->link->name);
	text_addf(finding_command(finding), "ip link set %s type bridge mcast_querier 1",
		  command_word(one->link->name).text);
}

/* Of a bridge's or bond's port the master is judged. What leads to no hosts needs no multicast, nor
 * do the networks that engines make for containers. */
static bool is_of_interest(const struct health_interface *one)
{
	const struct link *link = one->link;

	return !link->is_loopback && link->is_up && !link_has_ports(one->master) &&
	       link_purpose(link) != LINK_CONTAINER &&
	       (link->can_multicast || link_has_hosts(link));
}

static void judge_one(struct health *health, const struct health_interface *one)
{
	if (!is_of_interest(one))
		return;
	if (!is_interface_fit(one->link, one->master)) {
		judge_link(health, one);
		return;
	}
	judge_addresses(health, one);
	judge_versions(health, one);
	judge_bridge(health, one);
}

/* ---- All of them ---- */

static size_t count_usable(const struct health *health, int family)
{
	size_t count = 0;

	for (size_t i = 0; i < health->count; i++)
		count += health_is_usable(&health->list[i], family);
	return count;
}

static void judge_none_usable(struct health *health)
{
	struct finding *finding;

	if (count_usable(health, AF_INET) + count_usable(health, AF_INET6) > 0 ||
	    !(finding = add_problem(health, "interfaces", RUNG_CAUSE)))
		return;
	text_add_string(finding_saw(finding),
			"no interface but loopback can carry multicast: none is "
			"up, with carrier, the flag MULTICAST and an address");
	for (size_t i = 0; i < health->count; i++) {
		const struct link *link = health->list[i].link;

		if (!link->is_loopback && !link->is_up)
			text_addf(finding_command(finding), "ip link set %s up",
				  command_word(link->name).text);
	}
}

static void judge_routes(struct health *health)
{
	for (size_t i = 0; i < FAMILIES; i++) {
		struct finding finding = {0};

		if (count_usable(health, families[i]) == 0)
			continue;
		judge_route(&health->routes[i], &finding);
		keep_finding(health, "route", &finding, RUNG_CAUSE);
	}
}

/* With one interface there is no other way back. */
static void judge_reverse_path(struct health *health)
{
	struct finding *finding = NULL;

	if (count_usable(health, AF_INET) < 2)
		return;
	for (size_t i = 0; i < health->count; i++) {
		const struct health_interface *one = &health->list[i];

		if (!health_is_usable(one, AF_INET) || one->rp_filter != FILTER_STRICT)
			continue;
		if (!finding && !(finding = add_problem(health, "rp_filter", RUNG_NOTED)))
			return;
		text_addf(&finding->saw, "%s%s", finding->saw.size > 0 ? ", " : "",
			  one->link->name);
		text_addf(finding_command(finding), "sysctl -w net/ipv4/conf/%s/rp_filter=2",
			  command_word(one->link->name).text);
	}
	if (finding)
		text_add_string(
			&finding->saw,
			" (reverse-path filter strict): groups are dropped whose source has "
			"its route by another interface");
}

/* ---- Limits and counters ---- */

static void judge_limits(struct health *health)
{
	const struct health_limits *limits = &health->limits;
	struct finding *finding;

	if (limits->igmp_max_memberships > 0 &&
	    health->most_groups >= limits->igmp_max_memberships &&
	    (finding = add_problem(health, "limits", RUNG_NOTED))) {
		text_addf(finding_saw(finding),
			  "%s has joined %" PRId64 " groups with one socket, and more are refused",
			  text_string(&health->most_groups_by), health->most_groups);
		text_addf(finding_command(finding),
			  "sysctl -w net.ipv4.igmp_max_memberships=%" PRId64,
			  2 * limits->igmp_max_memberships);
	}
	if (limits->rmem_max >= 0 && limits->rmem_max < SOCKET_BUFFER_ENOUGH &&
	    (finding = add_problem(health, "buffers", RUNG_NOTED))) {
		text_addf(finding_saw(finding),
			  "receive buffers may have %" PRId64
			  " bytes: a burst of a millisecond can "
			  "overflow them",
			  limits->rmem_max);
		text_addf(finding_command(finding), "sysctl -w net.core.rmem_max=%d",
			  SOCKET_RECEIVE_BUFFER);
	}
}

static void note_counter(struct health *health, int64_t count, const char *text)
{
	struct finding *finding;

	if (count > 0 && (finding = add_problem(health, "dropped", RUNG_NOTED)))
		text_addf(finding_saw(finding), "%" PRId64 " %s since start-up", count, text);
}

static void judge_counters(struct health *health)
{
	for (size_t i = 0; i < FAMILIES; i++) {
		const struct kernel_counters *counters = &health->counters[i];

		note_counter(health, counters->udp_buffer_errors,
			     i == 0 ? "datagrams over IPv4 were lost in full receive buffers"
				    : "datagrams over IPv6 were lost in full receive buffers");
		note_counter(health, counters->udp_bad_checksums,
			     i == 0 ? "datagrams over IPv4 had a wrong checksum"
				    : "datagrams over IPv6 had a wrong checksum");
		note_counter(health, counters->reverse_path_filtered,
			     "packets were dropped by the reverse-path filter");
	}
}

void health_judge(struct health *health)
{
	for (size_t i = 0; i < health->count; i++)
		judge_one(health, &health->list[i]);
	judge_none_usable(health);
	judge_routes(health);
	judge_reverse_path(health);
	judge_limits(health);
	judge_counters(health);
}
