#include "rung_membership.h"

#include "net/address.h"
#include "net/memberships.h"
#include "net/process.h"
#include "rung_route.h"
#include "rungs.h"

#include <stdio.h>
#include <string.h>

static const char *members_or_somebody(struct text *members)
{
	return members->size > 0 ? text_string(members) : "a program that this user may not see";
}

/* ---- Joined, but not where it comes in ---- */

static void add_join_on(const struct membership_facts *facts, const char *interface,
			struct finding *finding)
{
	text_addf(finding_remedy(finding),
		  "let the program join on %s, as this one does:", interface);
	text_addf(finding_command(finding), "hostcast recv -i %s ", command_word(interface).text);
	finding_add_target(&finding->remedy, &facts->source, &facts->group);
	if (strcmp(interface, facts->loopback) == 0)
		return; /* a route there would take the whole range away from other hosts */
	text_add_string(finding_remedy(finding),
			"or, if it names no interface, set the route and start it again:");
	route_add_command(finding_command(finding), &facts->group, interface);
}

static void judge_data_elsewhere(struct membership_facts *facts, const char *group,
				 struct finding *finding)
{
	const char *where = facts->is_joined ? facts->examined : facts->elsewhere;
	struct text *members = facts->is_joined ? &facts->members : &facts->members_elsewhere;

	finding_raise(finding, RUNG_CAUSE);
	text_addf(finding_saw(finding), "%s comes in on %s, but %s has joined it on %s", group,
		  facts->data_interface, members_or_somebody(members), where);
	add_join_on(facts, facts->data_interface, finding);
}

/* What comes from other hosts never comes in on loopback. Elsewhere it may, and only the sender is
 * silent: without evidence it is no cause, unless the user expects it on the interface named. */
static void judge_elsewhere(struct membership_facts *facts, const char *group,
			    struct finding *finding)
{
	bool is_expected = facts->is_examined_named && !facts->is_sending;
	bool is_cause =
		is_expected || (facts->is_elsewhere_loopback && !facts->is_sending_elsewhere);

	if (facts->data_interface[0]) {
		text_addf(finding_saw(finding), "%s has joined %s on %s, where it comes in",
			  members_or_somebody(&facts->members_elsewhere), group, facts->elsewhere);
		return;
	}
	finding_raise(finding, is_cause ? RUNG_CAUSE : RUNG_NOTED);
	text_addf(finding_saw(finding), "%s has joined %s on %s only, not on %s",
		  members_or_somebody(&facts->members_elsewhere), group, facts->elsewhere,
		  facts->examined[0] ? facts->examined : "an interface that leads out");
	if (facts->is_elsewhere_loopback && facts->is_sending_elsewhere)
		text_addf(&finding->saw, "; there it hears what this host sends to %s",
			  facts->elsewhere);
	if (facts->examined[0])
		add_join_on(facts, facts->examined, finding);
}

/* ---- Not joined ---- */

/* Who sends need not join; and with a peer the path is of interest, whoever has joined here. */
static bool is_member_needed(const struct membership_facts *facts)
{
	return !facts->is_sender && !facts->is_sending && !facts->has_peer && !facts->is_switch;
}

static void judge_bound(struct membership_facts *facts, const char *group, struct finding *finding)
{
	finding_raise(finding, is_member_needed(facts) ? RUNG_CAUSE : RUNG_NOTED);
	text_addf(finding_saw(finding), "%s is bound to port %u, but has not joined %s",
		  text_string(&facts->bound), address_port(&facts->group), group);
	text_addf(finding_remedy(finding),
		  "let the program join (IP_ADD_MEMBERSHIP, MCAST_JOIN_GROUP); meanwhile, for one "
		  "that is bound to any address:");
	text_add_string(finding_command(finding), "hostcast recv --join ");
	finding_add_target(&finding->remedy, &facts->source, &facts->group);
}

static void judge_nobody(const struct membership_facts *facts, const char *group,
			 struct finding *finding)
{
	text_addf(finding_saw(finding), "no program of this host has joined %s", group);
	if (facts->is_sender)
		return;
	if (!is_member_needed(facts)) {
		finding_raise(finding, facts->is_sending ? RUNG_GOOD : RUNG_NOTED);
		if (facts->is_sending)
			text_add_string(&finding->saw, ", which sends to it");
		return;
	}
	finding_raise(finding, RUNG_CAUSE);
	if (facts->data_interface[0])
		text_addf(&finding->saw, ", though it comes in on %s", facts->data_interface);
	text_add_string(finding_remedy(finding), "start the receiver; to see what it would get:");
	text_add_string(finding_command(finding), "hostcast recv ");
	finding_add_target(&finding->remedy, &facts->source, &facts->group);
	text_add_string(finding_remedy(finding),
			"on a host that only sends this is as it should be:");
	text_add_string(finding_command(finding), "hostcast doctor --sender ");
	finding_add_target(&finding->remedy, &facts->source, &facts->group);
}

/* ---- Joined ---- */

static void judge_unwanted(struct membership_facts *facts, const char *group,
			   struct finding *finding)
{
	char source[HOSTCAST_TEXT_SIZE];
	struct text *members = facts->is_joined ? &facts->members : &facts->members_elsewhere;

	finding_raise(finding, RUNG_CAUSE);
	address_ip_text(&facts->unwanted, source);
	text_addf(finding_saw(finding), "%s has joined %s, but not for what %s sends",
		  members_or_somebody(members), group, source);
	text_add_string(finding_remedy(finding),
			"let it join for that source, or for any, as these do:");
	text_add_string(finding_command(finding), "hostcast recv ");
	finding_add_target(&finding->remedy, &facts->unwanted, &facts->group);
	text_add_string(finding_command(finding), "hostcast recv ");
	finding_add_target(&finding->remedy, NULL, &facts->group);
}

static void tell_joined(struct membership_facts *facts, const char *group, struct finding *finding)
{
	struct text *members = facts->is_joined ? &facts->members : &facts->members_elsewhere;

	text_addf(finding_saw(finding), "%s has joined %s on %s", members_or_somebody(members),
		  group, facts->is_joined ? facts->examined : facts->elsewhere);
}

void judge_membership(struct membership_facts *facts, struct finding *finding)
{
	bool is_data_missed = facts->data_interface[0] && !facts->is_data_joined;
	bool is_joined_anywhere = facts->is_joined || facts->elsewhere[0];
	char group[HOSTCAST_TEXT_SIZE];

	address_plain_text(&facts->group, group);
	if (facts->is_of_kernel)
		text_addf(finding_saw(finding), "%s has joined %s by itself",
			  membership_is_of_every_host(&facts->group) ? "every host"
								     : "this host's kernel",
			  group);
	else if (is_joined_anywhere && facts->is_sender) /* who misses nothing, wherever */
		tell_joined(facts, group, finding);
	else if (is_joined_anywhere && is_data_missed)
		judge_data_elsewhere(facts, group, finding);
	else if (is_joined_anywhere && facts->unwanted.any.sa_family != AF_UNSPEC)
		judge_unwanted(facts, group, finding);
	else if (facts->is_joined)
		tell_joined(facts, group, finding);
	else if (facts->elsewhere[0])
		judge_elsewhere(facts, group, finding);
	else if (facts->bound.size > 0)
		judge_bound(facts, group, finding);
	else
		judge_nobody(facts, group, finding);
}

void membership_facts_done(struct membership_facts *facts)
{
	text_done(&facts->members);
	text_done(&facts->members_elsewhere);
	text_done(&facts->bound);
}

/* ---- The facts ---- */

enum { PROGRAMS_NAMED = 4 };

/* Adds one to a list of programs, each once; those beyond PROGRAMS_NAMED only as "and more". */
static void add_program(struct text *list, size_t *count, pid_t pid, pid_t last)
{
	if (pid == 0 || pid == last)
		return;
	(*count)++;
	if (*count > PROGRAMS_NAMED + 1)
		return;
	text_add_string(list, *count == 1 ? "" : *count > PROGRAMS_NAMED ? " and more" : ", ");
	if (*count <= PROGRAMS_NAMED)
		process_describe(list, pid);
}

static void add_members(const struct doctor_case *c, unsigned interface, struct text *list)
{
	size_t count, named = 0;
	const struct group_user *users = case_users(c, interface, &count);

	for (size_t i = 0; i < count; i++)
		add_program(list, &named, users[i].pid, i > 0 ? users[i - 1].pid : 0);
}

static void gather_examined(const struct doctor_case *c, struct membership_facts *facts)
{
	for (size_t i = 0; i < c->chosen_count; i++) {
		bool is_joined = case_is_joined(c, c->chosen[i]);

		if (i > 0 && (facts->is_joined || !is_joined))
			continue;
		facts->is_joined = is_joined;
		snprintf(facts->examined, sizeof facts->examined, "%s",
			 case_interface_name(c, c->chosen[i]));
		if (is_joined)
			add_members(c, c->chosen[i], &facts->members);
	}
}

/* The one where the data comes in, else the first that leads out, else loopback. */
static bool is_better(const struct interface *one, const struct interface *best, unsigned data)
{
	if (!best || one->index == data)
		return true;
	return best->index != data && best->is_loopback && !one->is_loopback;
}

static void gather_elsewhere(const struct doctor_case *c, unsigned data,
			     struct membership_facts *facts)
{
	const struct interface *best = NULL;

	for (size_t i = 0; i < c->interfaces.count; i++) {
		const struct interface *one = &c->interfaces.list[i];

		if (!case_is_chosen(c, one->index) && case_is_joined(c, one->index) &&
		    is_better(one, best, data))
			best = one;
	}
	if (!best)
		return;
	snprintf(facts->elsewhere, sizeof facts->elsewhere, "%s", best->name);
	facts->is_elsewhere_loopback = best->is_loopback;
	facts->is_sending_elsewhere = case_is_sending(c, best->index);
	add_members(c, best->index, &facts->members_elsewhere);
}

static bool is_member(const struct doctor_case *c, pid_t pid)
{
	for (size_t i = 0; i < c->interfaces.count; i++) {
		size_t count;
		const struct group_user *users = case_users(c, c->interfaces.list[i].index, &count);

		for (size_t u = 0; u < count; u++)
			if (users[u].pid == pid)
				return true;
	}
	return false;
}

static void gather_bound(const struct doctor_case *c, struct membership_facts *facts)
{
	size_t named = 0;
	pid_t last = 0;

	for (size_t i = 0; i < c->sockets.count; i++) {
		const struct udp_socket *socket = &c->sockets.list[i];

		if (address_port(&socket->local) != address_port(&c->group) ||
		    !case_reaches(&socket->local, &c->group) || is_member(c, socket->pid))
			continue;
		add_program(&facts->bound, &named, socket->pid, last);
		last = socket->pid;
	}
}

/* The source that the user has named; else one that was seen to send, if none of them is wanted. */
static void gather_unwanted(const struct doctor_case *c, struct membership_facts *facts)
{
	if (c->source.any.sa_family != AF_UNSPEC) {
		if (!case_is_wanted(c, &c->source))
			facts->unwanted = c->source;
		return;
	}
	for (size_t i = 0; c->observation && i < c->observation->source_count; i++) {
		const struct seen_source *source = &c->observation->sources[i];

		if (!observation_counts(c->observation, source) ||
		    source->on_wire + source->at_socket == 0)
			continue;
		facts->unwanted = source->source;
		if (case_is_wanted(c, &source->source)) {
			facts->unwanted = (union hostcast_address){0};
			return;
		}
	}
}

static void gather_data(const struct doctor_case *c, unsigned data, struct membership_facts *facts)
{
	if (data > 0)
		snprintf(facts->data_interface, sizeof facts->data_interface, "%s",
			 case_interface_name(c, data));
	for (size_t i = 0; i < c->listened_count; i++)
		facts->is_data_joined |=
			case_data_seen(c, c->listened[i]) > 0 && case_is_joined(c, c->listened[i]);
}

/* Routers, and bridges that snoop, have joined more than every host has. */
static bool is_of_kernel(const struct doctor_case *c)
{
	bool is_joined = membership_is_of_every_host(&c->group);

	for (size_t i = 0; i < c->chosen_count; i++)
		is_joined |= memberships_find(&c->memberships, c->chosen[i], &c->group) != NULL;
	return membership_is_of_kernel(&c->group) && is_joined;
}

static void gather(const struct doctor_case *c, struct membership_facts *facts)
{
	unsigned data = case_data_interface(c);

	*facts = (struct membership_facts){
		.group = c->group,
		.source = c->source,
		.is_examined_named = c->are_chosen_by_user,
		.is_of_kernel = is_of_kernel(c),
		.is_sender = c->is_sender,
		.is_sending = case_is_sending(c, 0),
		.has_peer = c->has_peer,
		.is_switch = c->is_switch,
	};
	snprintf(facts->loopback, sizeof facts->loopback, "%s", case_loopback_name(c));
	gather_examined(c, facts);
	gather_elsewhere(c, data, facts);
	if (c->is_port_given) /* else it is a guess, and whoever is bound to it another program */
		gather_bound(c, facts);
	gather_unwanted(c, facts);
	gather_data(c, data, facts);
}

int rung_membership(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	struct membership_facts facts;

	(void)error;
	gather(c, &facts);
	judge_membership(&facts, finding);
	membership_facts_done(&facts);
	return 0;
}
