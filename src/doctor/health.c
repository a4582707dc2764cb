#include "health.h"

#include "capture/live.h"
#include "net/address.h"
#include "net/membership_version.h"
#include "net/memberships.h"
#include "net/process.h"
#include "net/route.h"
#include "net/sysctl.h"
#include "rung_environment.h"
#include "rung_interface.h"
#include "rung_reverse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool health_is_usable(const struct health_interface *one, int family)
{
	return !one->interface->is_loopback && is_interface_fit(one->link, one->master) &&
	       (family == AF_INET ? interface_has_address(one->interface, AF_INET)
				  : one->link_local == LINK_LOCAL_READY);
}

/* ---- Interfaces ---- */

static size_t count_groups(const struct health *health, unsigned interface)
{
	size_t count = 0;

	for (size_t i = 0; i < health->memberships.count; i++)
		count += health->memberships.list[i].interface == interface;
	return count;
}

static int64_t read_rp_filter(const char *interface)
{
	int64_t all = HEALTH_UNKNOWN, own = HEALTH_UNKNOWN;

	sysctl_read_interface(AF_INET, "all", "rp_filter", &all);
	sysctl_read_interface(AF_INET, interface, "rp_filter", &own);
	return filter_in_force(all, own);
}

static void add_interface(struct health *health, const struct interface *interface,
			  const struct link *link)
{
	const union hostcast_address any_group = health->routes[0].group;
	struct health_interface *one = &health->list[health->count++];

	*one = (struct health_interface){
		.interface = interface,
		.link = link,
		.master = link_by_index(&health->links, link->master),
		.link_local = link_local_read(interface->index),
		.igmp = membership_version_read(AF_INET, interface->index, interface->name).spoken,
		.mld = membership_version_read(AF_INET6, interface->index, interface->name).spoken,
		.rp_filter = read_rp_filter(interface->name),
		.groups = count_groups(health, interface->index),
	};
	bridge_view_read(interface->index, &any_group, &one->bridge);
}

static bool is_wanted(unsigned interface, const unsigned *wanted, size_t count)
{
	return count == 0 || interface_is_listed(wanted, count, interface);
}

static int read_interfaces(struct health *health, const unsigned *wanted, size_t count,
			   struct error *error)
{
	health->list = calloc(health->interfaces.count + 1, sizeof *health->list);
	if (!health->list)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	for (size_t i = 0; i < health->interfaces.count; i++) {
		const struct interface *interface = &health->interfaces.list[i];
		const struct link *link = link_by_index(&health->links, interface->index);

		if (link && is_wanted(interface->index, wanted, count))
			add_interface(health, interface, link);
	}
	return 0;
}

/* ---- Routes ---- */

static void read_route(struct health *health, size_t index, const char *group)
{
	struct route_facts *facts = &health->routes[index];
	struct route route;
	const struct link *link;

	address_parse(group, &facts->group);
	facts->is_example = true;
	facts->status = route_find(&facts->group, &route);
	link = facts->status == 0 ? link_by_index(&health->links, route.interface) : NULL;
	if (!link)
		return;
	snprintf(facts->interface, sizeof facts->interface, "%s", link->name);
	facts->purpose = link_purpose(link);
}

/* An interface other than that of the route, for what to do about it. */
static void find_usable(struct health *health, size_t index, int family)
{
	struct route_facts *facts = &health->routes[index];

	for (size_t i = 0; i < health->count && !facts->usable[0]; i++) {
		const struct health_interface *one = &health->list[i];

		if (health_is_usable(one, family) && link_purpose(one->link) == LINK_ORDINARY &&
		    strcmp(one->link->name, facts->interface) != 0)
			snprintf(facts->usable, sizeof facts->usable, "%s", one->link->name);
	}
}

/* Routing daemons name each interface. */
static bool is_routing(int family)
{
	int64_t forwarding = 0;

	sysctl_read_interface(family, "all", "mc_forwarding", &forwarding);
	return forwarding > 0;
}

static const struct membership *membership_of(const struct health *health,
					      const struct group_user *user)
{
	return &health->memberships.list[user->membership];
}

/* Where programs join that name no interface: by the route, and without one on loopback. */
static bool is_where_route_leads(const struct health *health, const struct route_facts *facts,
				 const struct group_user *user)
{
	const struct interface *interface =
		interface_by_index(&health->interfaces, membership_of(health, user)->interface);

	return interface &&
	       (interface->is_loopback || strcmp(interface->name, facts->interface) == 0);
}

/* Then it has named each. */
static bool has_joined_on_several(const struct health *health, const struct group_user *user)
{
	const struct membership *one = membership_of(health, user);

	for (size_t i = 0; i < health->users.count; i++) {
		const struct group_user *other = &health->users.list[i];

		if (other->pid == user->pid && other->membership != user->membership &&
		    address_same_ip(&membership_of(health, other)->group, &one->group))
			return true;
	}
	return false;
}

/* Only a program that has joined elsewhere is known to have named its interface. */
static void find_users(struct health *health, size_t index, int family)
{
	struct route_facts *facts = &health->routes[index];
	bool needs_route = false;

	for (size_t i = 0; i < health->users.count; i++) {
		const struct group_user *user = &health->users.list[i];

		if (membership_of(health, user)->group.any.sa_family != family)
			continue;
		if (!is_where_route_leads(health, facts, user))
			facts->is_used_beside = true;
		else if (!has_joined_on_several(health, user))
			needs_route = true;
	}
	facts->is_used_beside = is_routing(family) || (facts->is_used_beside && !needs_route);
}

/* ---- The rest ---- */

static void read_limits(struct health_limits *limits)
{
	*limits = (struct health_limits){HEALTH_UNKNOWN, HEALTH_UNKNOWN, HEALTH_UNKNOWN,
					 HEALTH_UNKNOWN, HEALTH_UNKNOWN, HEALTH_UNKNOWN};
	sysctl_read("net/ipv4/igmp_max_memberships", &limits->igmp_max_memberships);
	sysctl_read("net/ipv4/igmp_max_msf", &limits->igmp_max_msf);
	sysctl_read("net/ipv6/mld_max_msf", &limits->mld_max_msf);
	sysctl_read("net/core/optmem_max", &limits->optmem_max);
	sysctl_read("net/core/rmem_max", &limits->rmem_max);
	sysctl_read("net/core/rmem_default", &limits->rmem_default);
}

static int by_socket(const void *a, const void *b)
{
	const struct group_user *x = *(const struct group_user *const *)a,
				*y = *(const struct group_user *const *)b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

static bool is_of_4(const struct health *health, const struct group_user *user)
{
	return health->memberships.list[user->membership].group.any.sa_family == AF_INET;
}

/* The socket that has joined most groups: the limit is one of each socket. */
static int find_most_groups(struct health *health, struct error *error)
{
	const struct group_users *users = &health->users;
	const struct group_user **sorted = calloc(users->count + 1, sizeof *sorted);
	const struct group_user *who = NULL;
	size_t count = 0;
	int64_t run = 0;

	if (!sorted)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	for (size_t i = 0; i < users->count; i++)
		if (users->list[i].pid > 0 && is_of_4(health, &users->list[i]))
			sorted[count++] = &users->list[i];
	qsort(sorted, count, sizeof *sorted, by_socket);
	for (size_t i = 0; i < count; i++) {
		run = i > 0 && by_socket(&sorted[i - 1], &sorted[i]) == 0 ? run + 1 : 1;
		if (run > health->most_groups) {
			health->most_groups = run;
			who = sorted[i];
		}
	}
	if (who)
		process_describe(&health->most_groups_by, who->pid);
	free(sorted);
	return 0;
}

static void read_environment(struct health *health)
{
	struct environment_facts facts = {0};

	for (size_t i = 0; i < health->count; i++) {
		const struct link *link = health->list[i].link;

		if (!health_is_usable(&health->list[i], AF_INET) ||
		    facts.interface_count == ENVIRONMENT_INTERFACES_MAX)
			continue;
		snprintf(facts.interfaces[facts.interface_count].name, IF_NAMESIZE, "%s",
			 link->name);
		facts.interfaces[facts.interface_count++].purpose = link_purpose(link);
	}
	environment_read("", &facts);
	environment_explain(&facts, &health->environment);
}

int health_read(struct health *health, const unsigned *wanted, size_t wanted_count,
		struct error *error)
{
	int status;

	*health = (struct health){0};
	if ((status = interfaces_read(&health->interfaces, error)) < 0 ||
	    (status = links_read(&health->links, error)) < 0 ||
	    (status = memberships_read(AF_UNSPEC, &health->memberships, error)) < 0 ||
	    (status = group_users_read(&health->memberships, &health->users, error)) < 0)
		return status;
	read_route(health, 0, "239.255.0.1");
	read_route(health, 1, "ff15::1");
	if ((status = read_interfaces(health, wanted, wanted_count, error)) < 0 ||
	    (status = find_most_groups(health, error)) < 0)
		return status;
	find_users(health, 0, AF_INET);
	find_users(health, 1, AF_INET6);
	find_usable(health, 0, AF_INET);
	find_usable(health, 1, AF_INET6);
	kernel_counters_read(AF_INET, &health->counters[0]);
	kernel_counters_read(AF_INET6, &health->counters[1]);
	read_limits(&health->limits);
	live_is_permitted(&health->no_capture);
	read_environment(health);
	return 0;
}

void health_done(struct health *health)
{
	for (size_t i = 0; i < health->problem_count; i++)
		finding_done(&health->problems[i].finding);
	text_done(&health->environment);
	text_done(&health->most_groups_by);
	free(health->list);
	group_users_done(&health->users);
	memberships_done(&health->memberships);
	links_done(&health->links);
	interfaces_done(&health->interfaces);
}
