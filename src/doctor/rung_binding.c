#include "rung_binding.h"

#include "net/address.h"
#include "net/group_names.h"
#include "net/process.h"
#include "net/sysctl.h"
#include "rungs.h"

#include <stdio.h>
#include <string.h>

static size_t count_hearing(const struct binding_facts *facts)
{
	size_t count = 0;

	for (size_t i = 0; i < facts->count; i++)
		count += facts->members[i].does_hear;
	return count;
}

/* A routing daemon joins for the kernel, which forwards, and reads nothing itself. */
static bool is_router(const struct binding_facts *facts, const struct bound_member *member)
{
	return facts->is_routing && member->local.any.sa_family == AF_UNSPEC;
}

static size_t count_routers(const struct binding_facts *facts)
{
	size_t count = 0;

	for (size_t i = 0; i < facts->count; i++)
		count += is_router(facts, &facts->members[i]);
	return count;
}

static void add_bound_to(struct text *text, const struct bound_member *member)
{
	char local[HOSTCAST_TEXT_SIZE];

	if (member->local.any.sa_family == AF_UNSPEC)
		text_addf(text, "%s is bound to no port", member->who);
	else
		text_addf(text, "%s is bound to %s", member->who,
			  hostcast_address_text(&member->local, local));
}

static bool is_port_wrong(const struct binding_facts *facts, const struct bound_member *member)
{
	return address_port(&member->local) != address_port(&facts->group);
}

/* A port that is only guessed explains nothing; an address that no group reaches does. */
static bool explains(const struct binding_facts *facts, const struct bound_member *member)
{
	if (member->does_hear || member->local.any.sa_family == AF_UNSPEC)
		return false;
	return facts->is_port_given || !is_port_wrong(facts, member);
}

static void add_remedy(const struct binding_facts *facts, struct finding *finding)
{
	union hostcast_address any = {.any.sa_family = facts->group.any.sa_family};
	char group[HOSTCAST_TEXT_SIZE], wildcard[HOSTCAST_TEXT_SIZE];

	address_set_port(&any, address_port(&facts->group));
	text_addf(
		finding_remedy(finding),
		"bind the program to %s, or to the group itself (%s); a socket that is bound to a "
		"host's own address gets no groups",
		hostcast_address_text(&any, wildcard), hostcast_address_text(&facts->group, group));
}

static void judge_deaf(const struct binding_facts *facts, bool is_only, struct finding *finding)
{
	char group[HOSTCAST_TEXT_SIZE];

	for (size_t i = 0; i < facts->count; i++) {
		const struct bound_member *member = &facts->members[i];
		bool is_cause = is_only && explains(facts, member);

		if (member->does_hear || is_router(facts, member))
			continue;
		finding_raise(finding, is_cause ? RUNG_CAUSE : RUNG_NOTED);
		add_bound_to(finding_saw(finding), member);
		text_addf(&finding->saw, ", where what is sent to %s does not reach it",
			  hostcast_address_text(&facts->group, group));
	}
	if (count_hearing(facts) + count_routers(facts) == 0)
		add_remedy(facts, finding);
}

static void add_hearing(const struct binding_facts *facts, struct finding *finding)
{
	for (size_t i = 0; i < facts->count; i++) {
		const struct bound_member *member = &facts->members[i];

		if (is_router(facts, member))
			text_addf(finding_saw(finding),
				  "%s is bound to no port, as routers are not", member->who);
		else if (member->does_hear)
			add_bound_to(finding_saw(finding), member);
	}
}

static void judge_data_port(const struct binding_facts *facts, struct finding *finding)
{
	union hostcast_address group = facts->group;
	char ip[HOSTCAST_TEXT_SIZE];

	finding_raise(finding, facts->is_data_of_others ? RUNG_NOTED : RUNG_CAUSE);
	text_addf(finding_saw(finding), "%s comes in at port %u only, not at %u",
		  address_ip_text(&group, ip), facts->data_port, address_port(&group));
	if (facts->is_data_of_others)
		return;
	text_addf(finding_remedy(finding),
		  "bind the receiver to port %u, or send to this one: hostcast send ",
		  facts->data_port);
	finding_add_target(&finding->remedy, NULL, &group);
}

void judge_binding(const struct binding_facts *facts, struct finding *finding)
{
	size_t hearing = count_hearing(facts);

	if (facts->data_port != 0 && facts->count > 0) {
		judge_data_port(facts, finding);
		if (!facts->is_data_of_others)
			return;
	}
	if (hearing + count_routers(facts) < facts->count)
		judge_deaf(facts, hearing == 0 && !facts->is_member_hidden, finding);
	else if (facts->count > 0)
		add_hearing(facts, finding);
	else if (facts->is_member_hidden) {
		finding_raise(finding, RUNG_UNKNOWN);
		text_add_string(finding_saw(finding),
				"where the program that has joined is bound can't be seen by this "
				"user; root can");
	} else {
		text_add_string(finding_saw(finding),
				"no program has joined, so there is none to look at");
	}
}

/* ---- The facts ---- */

static bool does_hear(const struct doctor_case *c, const union hostcast_address *local)
{
	return address_port(local) == address_port(&c->group) && case_reaches(local, &c->group);
}

/* What another socket of the process has joined, one that is bound to any address gets as well
 * (IP_MULTICAST_ALL). So all sockets of the process count. */
static void look_at_process(const struct doctor_case *c, pid_t pid, struct bound_member *member)
{
	for (size_t i = 0; i < c->sockets.count && !member->does_hear; i++) {
		const struct udp_socket *socket = &c->sockets.list[i];

		if (socket->pid != pid || !does_hear(c, &socket->local))
			continue;
		member->does_hear = true;
		member->local = socket->local;
	}
}

static bool is_known(const struct binding_facts *facts, const char *who)
{
	for (size_t i = 0; i < facts->count; i++)
		if (strcmp(facts->members[i].who, who) == 0)
			return true;
	return false;
}

static void describe(const struct group_user *user, char who[static MEMBER_TEXT_SIZE])
{
	struct text text = {0};

	process_describe_owner(&text, user->pid, user->uid);
	snprintf(who, MEMBER_TEXT_SIZE, "%s", text_string(&text));
	text_done(&text);
}

static void add_member(const struct doctor_case *c, const struct group_user *user,
		       struct binding_facts *facts)
{
	const struct udp_socket *socket = udp_socket_by_inode(&c->sockets, user->inode);
	struct bound_member member = {0};

	describe(user, member.who);
	if (is_known(facts, member.who) || facts->count == BOUND_MEMBERS_MAX)
		return;
	if (socket) {
		member.local = socket->local;
		member.does_hear = does_hear(c, &socket->local);
	}
	if (user->pid > 0)
		look_at_process(c, user->pid, &member);
	facts->members[facts->count++] = member;
}

static uint16_t find_data_port(const struct doctor_case *c)
{
	for (size_t i = 0; c->observation && i < c->observation->source_count; i++) {
		const struct seen_source *source = &c->observation->sources[i];

		if (observation_counts(c->observation, source) && source->other_ports > 0 &&
		    case_data_seen(c, 0) == 0)
			return source->other_port;
	}
	return 0;
}

static bool is_bound_here(const struct doctor_case *c, uint16_t port)
{
	for (size_t i = 0; i < c->sockets.count; i++) {
		const union hostcast_address *local = &c->sockets.list[i].local;

		if (address_port(local) == port && case_reaches(local, &c->group))
			return true;
	}
	return false;
}

/* RTP's own reports have the next higher port (RFC 3550 section 11), and groups that have a name
 * often several uses (mostly SSDP's). */
static bool is_of_others(const struct doctor_case *c, uint16_t port)
{
	return port == address_port(&c->group) + 1 || group_name(&c->group) ||
	       is_bound_here(c, port);
}

static void gather(const struct doctor_case *c, struct binding_facts *facts)
{
	uint16_t data_port = find_data_port(c);
	int64_t forwarding = 0;

	sysctl_read_interface(c->group.any.sa_family, "all", "mc_forwarding", &forwarding);
	*facts = (struct binding_facts){.group = c->group,
					.is_routing = forwarding > 0,
					.is_port_given = c->is_port_given,
					.data_port = data_port,
					.is_data_of_others = is_of_others(c, data_port)};
	for (size_t i = 0; i < c->interfaces.count; i++) {
		unsigned interface = c->interfaces.list[i].index;
		size_t count;
		const struct group_user *users = case_users(c, interface, &count);

		facts->is_member_hidden |= count == 0 && case_is_joined(c, interface);
		for (size_t u = 0; u < count; u++)
			add_member(c, &users[u], facts);
	}
}

int rung_binding(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	struct binding_facts facts;

	(void)error;
	gather(c, &facts);
	judge_binding(&facts, finding);
	return 0;
}
