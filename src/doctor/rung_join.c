#include "rung_join.h"

#include "net/address.h"
#include "net/group.h"
#include "net/process.h"
#include "net/socket.h"
#include "net/sysctl.h"
#include "rungs.h"
#include "suggest_tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_6(const struct join_facts *facts)
{
	return facts->group.any.sa_family == AF_INET6;
}

static const char *group_limit_name(const struct join_facts *facts)
{
	/* IPv6 counts the memory of a socket's memberships instead of their number. */
	return is_6(facts) ? "net.core.optmem_max" : "net.ipv4.igmp_max_memberships";
}

static const char *source_limit_name(const struct join_facts *facts)
{
	return is_6(facts) ? "net.ipv6.mld_max_msf" : "net.ipv4.igmp_max_msf";
}

static void add_raise(struct finding *finding, const char *name, int64_t limit, int64_t least)
{
	if (limit == NO_LIMIT_KNOWN)
		text_addf(finding_remedy(finding), "raise the limit %s (sysctl -w)", name);
	else
		text_addf(finding_command(finding), "sysctl -w %s=%lld", name,
			  (long long)(limit * 2 > least ? limit * 2 : least));
}

/* ---- doctor's own attempt ---- */

static void judge_limit(const struct join_facts *facts, const char *group, struct finding *finding)
{
	enum { GROUPS_USUAL = 20 }; /* Linux's own default */

	text_addf(finding_saw(finding),
		  "joining %s on %s is refused, because %s allows no more memberships", group,
		  facts->interface, group_limit_name(facts));
	if (facts->group_limit != NO_LIMIT_KNOWN)
		text_addf(&finding->saw, " (%lld for each socket)", (long long)facts->group_limit);
	add_raise(finding, group_limit_name(facts), facts->group_limit, GROUPS_USUAL);
}

static void judge_refusal(const struct join_facts *facts, const char *group,
			  struct finding *finding)
{
	finding_raise(finding, RUNG_CAUSE);
	switch (facts->refusal) {
	case ENOBUFS:
	case ENOMEM:
		judge_limit(facts, group, finding);
		break;
	case EPERM:
	case EACCES:
		text_addf(finding_saw(finding), "joining %s on %s is not permitted to this process",
			  group, facts->interface);
		text_add_string(finding_remedy(finding), "look for what confines it (seccomp, "
							 "SELinux, AppArmor), and try it as root");
		break;
	default:
		text_addf(finding_saw(finding), "joining %s on %s fails: %s", group,
			  facts->interface, strerror(facts->refusal));
		text_add_string(finding_remedy(finding), "look at the interface:");
		text_addf(finding_command(finding), "ip address show %s",
			  command_word(facts->interface).text);
	}
	suggest_tree(finding, NULL);
}

/* ---- Programs at their limit ---- */

static void judge_full_of_groups(struct join_facts *facts, const char *group,
				 struct finding *finding)
{
	finding_raise(finding, facts->is_joined ? RUNG_NOTED : RUNG_CAUSE);
	text_addf(finding_saw(finding),
		  "%s has joined as many groups with one socket as %s allows (%lld), and not %s",
		  text_string(&facts->full_of_groups), group_limit_name(facts),
		  (long long)facts->group_limit, group);
	add_raise(finding, group_limit_name(facts), facts->group_limit, 0);
	text_add_string(
		finding_remedy(finding),
		"then start the program again; or let it join with more sockets (hostcast does)");
}

static void judge_full_of_sources(struct join_facts *facts, const char *group,
				  struct finding *finding)
{
	char source[HOSTCAST_TEXT_SIZE];

	finding_raise(finding, facts->is_wanted ? RUNG_NOTED : RUNG_CAUSE);
	text_addf(finding_saw(finding),
		  "%s wants %s from as many sources as %s allows (%lld), and %s is none of them",
		  text_string(&facts->full_of_sources), group, source_limit_name(facts),
		  (long long)facts->source_limit, address_ip_text(&facts->source, source));
	add_raise(finding, source_limit_name(facts), facts->source_limit, 0);
	text_add_string(finding_remedy(finding), "then start the program again");
}

static void add_good(const struct join_facts *facts, const char *group, struct finding *finding)
{
	if (!facts->interface[0]) {
		finding_raise(finding, RUNG_UNKNOWN);
		text_addf(finding_saw(finding),
			  "joining %s was not tried: no interface here can be used for it", group);
		return;
	}
	text_addf(finding_saw(finding), "joining %s on %s works", group, facts->interface);
}

void judge_join(struct join_facts *facts, struct finding *finding)
{
	char group[HOSTCAST_TEXT_SIZE];

	address_ip_text(&facts->group, group);
	if (facts->refusal != 0)
		judge_refusal(facts, group, finding);
	if (facts->full_of_groups.size > 0)
		judge_full_of_groups(facts, group, finding);
	if (facts->full_of_sources.size > 0)
		judge_full_of_sources(facts, group, finding);
	if (finding->saw.size == 0)
		add_good(facts, group, finding);
}

/* ---- The facts: trying ---- */

/* *refusal becomes 0 or the errno. The membership ends with the socket; that there is none is an
 * error of doctor's own. */
static int try_to_join(const struct doctor_case *c, unsigned interface, int *refusal,
		       struct error *error)
{
	int fd = socket_open(c->group.any.sa_family, SOCK_DGRAM, error);

	if (fd < 0)
		return fd;
	*refusal = c->source.any.sa_family != AF_UNSPEC
			   ? group_join_source(fd, &c->group, &c->source, interface)
			   : group_join(fd, &c->group, interface);
	close(fd);
	return 0;
}

/* On each interface that is examined, or that can be listened on, up to the first that refuses. */
static int try_all(const struct doctor_case *c, struct join_facts *facts, struct error *error)
{
	const unsigned *list = c->chosen_count > 0 ? c->chosen : c->listened;
	size_t count = c->chosen_count > 0 ? c->chosen_count : c->listened_count;
	int status = 0;

	for (size_t i = 0; i < count && status == 0 && facts->refusal == 0; i++) {
		const struct interface *interface = interface_by_index(&c->interfaces, list[i]);

		if (!interface || !interface_is_usable(interface, c->group.any.sa_family))
			continue;
		snprintf(facts->interface, sizeof facts->interface, "%s", interface->name);
		status = try_to_join(c, interface->index, &facts->refusal, error);
	}
	return status;
}

/* ---- The facts: programs ---- */

static void describe(struct text *text, const struct udp_socket *socket)
{
	if (text->size > 0)
		return; /* one is enough */
	process_describe_owner(text, socket->pid, socket->uid);
}

/* Processes may share a socket: only those of one count. */
static int64_t count_groups(const struct doctor_case *c, const struct udp_socket *socket)
{
	int64_t count = 0;

	for (size_t i = 0; i < c->users.count; i++)
		count += c->users.list[i].inode == socket->inode &&
			 c->users.list[i].pid == socket->pid;
	return count;
}

static bool has_joined(const struct doctor_case *c, uint64_t inode)
{
	for (size_t i = 0; i < c->interfaces.count; i++) {
		size_t count;
		const struct group_user *users = case_users(c, c->interfaces.list[i].index, &count);

		for (size_t u = 0; u < count; u++)
			if (users[u].inode == inode)
				return true;
	}
	return false;
}

static void find_full_of_groups(const struct doctor_case *c, struct join_facts *facts)
{
	for (size_t i = 0; i < c->sockets.count && facts->group_limit > 0; i++) {
		const struct udp_socket *socket = &c->sockets.list[i];

		if (address_port(&socket->local) == address_port(&c->group) &&
		    count_groups(c, socket) >= facts->group_limit && !has_joined(c, socket->inode))
			describe(&facts->full_of_groups, socket);
	}
}

static bool wants_source(const struct group_user *user, const union hostcast_address *source)
{
	for (size_t i = 0; i < user->source_count; i++)
		if (address_same_ip(&user->sources[i], source))
			return true;
	return false;
}

static bool is_full_of_sources(const struct join_facts *facts, const struct group_user *user)
{
	return user->is_asked && user->filter_mode == MCAST_INCLUDE &&
	       (int64_t)user->source_count >= facts->source_limit &&
	       !wants_source(user, &facts->source);
}

static void find_full_of_sources(const struct doctor_case *c, struct join_facts *facts)
{
	if (facts->source.any.sa_family == AF_UNSPEC || facts->source_limit <= 0)
		return;
	for (size_t i = 0; i < c->chosen_count; i++) {
		size_t count;
		const struct group_user *users = case_users(c, c->chosen[i], &count);

		for (size_t u = 0; u < count; u++) {
			const struct udp_socket *socket =
				udp_socket_by_inode(&c->sockets, users[u].inode);

			if (socket && is_full_of_sources(facts, &users[u]))
				describe(&facts->full_of_sources, socket);
		}
	}
}

static int gather(const struct doctor_case *c, struct join_facts *facts, struct error *error)
{
	bool is_v6 = c->group.any.sa_family == AF_INET6;

	*facts = (struct join_facts){.group = c->group,
				     .source = c->source,
				     .group_limit = NO_LIMIT_KNOWN,
				     .source_limit = NO_LIMIT_KNOWN};
	address_set_port(&facts->group, 0);
	address_set_port(&facts->source, 0);
	if (!is_v6)
		sysctl_read("net/ipv4/igmp_max_memberships", &facts->group_limit);
	sysctl_read(is_v6 ? "net/ipv6/mld_max_msf" : "net/ipv4/igmp_max_msf", &facts->source_limit);
	for (size_t i = 0; i < c->chosen_count; i++)
		facts->is_joined |= case_is_joined(c, c->chosen[i]);
	facts->is_wanted = case_is_wanted(c, &c->source);
	find_full_of_groups(c, facts);
	find_full_of_sources(c, facts);
	return try_all(c, facts, error);
}

int rung_join(const struct doctor_case *c, struct finding *finding, struct error *error)
{
	struct join_facts facts;
	int status = gather(c, &facts, error);

	if (status == 0)
		judge_join(&facts, finding);
	text_done(&facts.full_of_groups);
	text_done(&facts.full_of_sources);
	return status;
}
