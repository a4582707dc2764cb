#include "case.h"

#include "net/address.h"
#include "net/memberships.h"
#include "net/sysctl.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Who has joined ---- */

static const struct membership *membership_on(const struct doctor_case *c, unsigned interface)
{
	return memberships_find(&c->memberships, interface, &c->group);
}

const struct group_user *case_users(const struct doctor_case *c, unsigned interface, size_t *count)
{
	const struct membership *membership = membership_on(c, interface);

	*count = 0;
	if (!membership)
		return NULL;
	return group_users_of(&c->users, (size_t)(membership - c->memberships.list), count);
}

bool case_is_joined(const struct doctor_case *c, unsigned interface)
{
	const struct membership *membership = membership_on(c, interface);
	size_t count;

	if (!membership)
		return false;
	case_users(c, interface, &count);
	return count > 0 || !membership_is_of_kernel(&c->group) || membership->users > 1;
}

bool case_is_joined_beside(const struct doctor_case *c, unsigned except)
{
	for (size_t i = 0; i < c->interfaces.count; i++) {
		const struct interface *one = &c->interfaces.list[i];

		if (one->index != except && case_is_joined(c, one->index) &&
		    (!one->is_loopback || case_is_chosen(c, one->index)))
			return true;
	}
	return false;
}

static bool wants(const struct group_user *user, const union hostcast_address *source)
{
	bool is_listed = false;

	if (!user->is_asked)
		return true;
	for (size_t i = 0; i < user->source_count; i++)
		is_listed |= address_same_ip(&user->sources[i], source);
	return is_listed == (user->filter_mode == MCAST_INCLUDE);
}

bool case_is_wanted(const struct doctor_case *c, const union hostcast_address *source)
{
	for (size_t i = 0; i < c->interfaces.count; i++) {
		unsigned interface = c->interfaces.list[i].index;
		size_t count;
		const struct group_user *users = case_users(c, interface, &count);

		if (case_is_joined(c, interface) && count == 0)
			return true; /* by somebody who is not visible */
		for (size_t u = 0; u < count; u++)
			if (wants(&users[u], source))
				return true;
	}
	return false;
}

/* ---- The port, where the user has given none ---- */

/* One that is bound to :: mostly gets IPv4, too. */
bool case_reaches(const union hostcast_address *local, const union hostcast_address *group)
{
	bool is_family_right = local->any.sa_family == AF_INET6 || group->any.sa_family == AF_INET;

	return (address_is_any(local) && is_family_right) || address_same_ip(local, group);
}

/* That of the first program which has joined and could hear the group. */
static void take_port_of_program(struct doctor_case *c)
{
	for (size_t i = 0; i < c->interfaces.count; i++) {
		size_t count;
		const struct group_user *users = case_users(c, c->interfaces.list[i].index, &count);

		for (size_t u = 0; u < count; u++) {
			const struct udp_socket *socket =
				udp_socket_by_inode(&c->sockets, users[u].inode);

			if (!socket || !case_reaches(&socket->local, &c->group))
				continue;
			address_set_port(&c->group, address_port(&socket->local));
			return;
		}
	}
}

/* ---- Which interfaces ---- */

static void add_interface(unsigned *list, size_t *count, unsigned interface)
{
	if (!interface_is_listed(list, *count, interface) && *count < CASE_INTERFACES_MAX)
		list[(*count)++] = interface;
}

static bool has_way_out(const struct doctor_case *c)
{
	for (size_t i = 0; i < c->interfaces.count; i++)
		if (c->interfaces.list[i].is_up && !c->interfaces.list[i].is_loopback)
			return true;
	return false;
}

/* Without a route programs join on loopback, where nothing comes from other hosts: of interest only
 * on a host that has nothing else. */
static void choose_joined(struct doctor_case *c)
{
	bool is_loopback_enough = !has_way_out(c);

	for (size_t i = 0; i < c->interfaces.count; i++) {
		const struct interface *one = &c->interfaces.list[i];

		if (case_is_joined(c, one->index) && (!one->is_loopback || is_loopback_enough))
			add_interface(c->chosen, &c->chosen_count, one->index);
	}
}

static bool has_carrier(const struct doctor_case *c, unsigned index)
{
	const struct link *link = link_by_index(&c->links, index);

	return link && link->has_carrier;
}

/* Programs that name their interface have joined elsewhere than where the route leads. */
static void choose_named_by_programs(struct doctor_case *c)
{
	if (case_is_joined(c, c->route.interface) || c->is_sender)
		return;
	for (size_t i = 0; i < c->interfaces.count; i++) {
		const struct interface *one = &c->interfaces.list[i];

		if (case_is_joined(c, one->index) && !one->is_loopback &&
		    interface_is_usable(one, c->group.any.sa_family) &&
		    has_carrier(c, one->index) && !links_have_port(&c->links, one->index))
			add_interface(c->chosen, &c->chosen_count, one->index);
	}
}

static bool has_address(const struct doctor_case *c)
{
	for (size_t i = 0; i < c->interfaces.count; i++) {
		const struct interface *one = &c->interfaces.list[i];

		if (one->is_up && !one->is_loopback &&
		    interface_has_address(one, c->group.any.sa_family))
			return true;
	}
	return false;
}

static void choose_bridges(struct doctor_case *c)
{
	for (size_t i = 0; i < c->links.count; i++) {
		const struct link *link = &c->links.list[i];

		if (link->is_up && strcmp(link->kind, "bridge") == 0)
			add_interface(c->chosen, &c->chosen_count, link->index);
	}
	c->is_switch = c->chosen_count > 0;
}

static void choose(struct doctor_case *c, const struct case_question *question)
{
	unsigned zone = c->group.any.sa_family == AF_INET6 ? c->group.v6.sin6_scope_id : 0;

	for (size_t i = 0; i < question->interface_count; i++)
		add_interface(c->chosen, &c->chosen_count, question->interfaces[i]);
	if (zone > 0)
		add_interface(c->chosen, &c->chosen_count, zone);
	c->are_chosen_by_user = c->chosen_count > 0;
	if (c->are_chosen_by_user)
		return;
	if (c->route_status == 0)
		choose_named_by_programs(c);
	else
		choose_joined(c);
	c->are_chosen_by_route = c->route_status == 0 && c->chosen_count == 0;
	if (c->are_chosen_by_route)
		add_interface(c->chosen, &c->chosen_count, c->route.interface);
	if (c->chosen_count == 0 && !has_address(c))
		choose_bridges(c);
}

/* May data come in there that nobody expects? What a port receives its bridge or bond gets. */
static bool may_surprise(const struct doctor_case *c, const struct interface *interface)
{
	return !c->are_chosen_by_user && !interface->is_loopback &&
	       !links_have_port(&c->links, interface->index);
}

/* There it comes from this host alone, and may be all that its programs want of the group. */
static bool is_used_on_loopback(const struct doctor_case *c, const struct interface *interface)
{
	return interface->is_loopback && !c->are_chosen_by_user && !c->has_peer &&
	       case_is_joined(c, interface->index) && !case_is_joined_beside(c, interface->index);
}

static void choose_listened(struct doctor_case *c)
{
	int family = c->group.any.sa_family;

	for (size_t i = 0; i < c->interfaces.count; i++) {
		const struct interface *interface = &c->interfaces.list[i];
		bool is_of_interest = case_is_chosen(c, interface->index) ||
				      may_surprise(c, interface) ||
				      is_used_on_loopback(c, interface);

		if (is_of_interest && (interface_is_usable(interface, family) ||
				       (c->is_switch && case_is_chosen(c, interface->index))))
			add_interface(c->listened, &c->listened_count, interface->index);
	}
}

/* ---- Opening ---- */

int case_open(struct doctor_case *c, const struct case_question *question, struct error *error)
{
	int family = question->group.any.sa_family, status;

	*c = (struct doctor_case){
		.group = question->group,
		.source = question->source,
		.is_port_given = question->is_port_given,
		.is_sender = question->is_sender,
		.has_peer = question->has_peer,
	};
	if ((status = interfaces_read(&c->interfaces, error)) < 0 ||
	    (status = links_read(&c->links, error)) < 0 ||
	    (status = memberships_read(family, &c->memberships, error)) < 0 ||
	    (status = group_users_read(&c->memberships, &c->users, error)) < 0 ||
	    (status = udp_sockets_read(0, &c->sockets, error)) < 0)
		return status;
	if (!c->is_port_given)
		take_port_of_program(c);
	c->route_status = route_find(&c->group, &c->route);
	choose(c, question);
	choose_listened(c);
	return 0;
}

int case_look_again(struct doctor_case *c, struct error *error)
{
	struct memberships memberships = {0};
	struct group_users users = {0};
	struct udp_sockets sockets = {0};
	int status = memberships_read(c->group.any.sa_family, &memberships, error);

	if (status == 0)
		status = group_users_read(&memberships, &users, error);
	if (status == 0)
		status = udp_sockets_read(0, &sockets, error);
	if (status < 0) {
		udp_sockets_done(&sockets);
		group_users_done(&users);
		memberships_done(&memberships);
		return status;
	}
	udp_sockets_done(&c->sockets_before);
	group_users_done(&c->users);
	memberships_done(&c->memberships);
	c->sockets_before = c->sockets;
	c->sockets = sockets;
	c->users = users;
	c->memberships = memberships;
	return 0;
}

void case_done(struct doctor_case *c)
{
	udp_sockets_done(&c->sockets_before);
	udp_sockets_done(&c->sockets);
	group_users_done(&c->users);
	memberships_done(&c->memberships);
	links_done(&c->links);
	interfaces_done(&c->interfaces);
}

/* ---- Questions ---- */

const char *case_interface_name(const struct doctor_case *c, unsigned index)
{
	const struct interface *interface = interface_by_index(&c->interfaces, index);

	return interface ? interface->name : "?";
}

const char *case_loopback_name(const struct doctor_case *c)
{
	for (size_t i = 0; i < c->interfaces.count; i++)
		if (c->interfaces.list[i].is_loopback)
			return c->interfaces.list[i].name;
	return "";
}

void case_examine_chosen(const struct doctor_case *c, case_examine_fn *examine,
			 struct finding *finding)
{
	for (size_t i = 0; i < c->chosen_count; i++) {
		const struct seen_interface *seen =
			observation_interface(c->observation, c->chosen[i]);

		if (seen)
			examine(c, seen, finding);
	}
	if (finding->saw.size > 0)
		return;
	finding_raise(finding, RUNG_UNKNOWN);
	text_add_string(finding_saw(finding), "doctor could listen on no interface");
}

bool case_is_chosen(const struct doctor_case *c, unsigned interface)
{
	return interface_is_listed(c->chosen, c->chosen_count, interface);
}

bool case_is_expected(const struct doctor_case *c, unsigned interface)
{
	return c->chosen_count == 0 || case_is_chosen(c, interface) || case_is_joined(c, interface);
}

/* As 'ip vrf exec' binds each socket of a process. */
static bool are_sockets_bound_to(const char *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char bound[IF_NAMESIZE] = "";
	socklen_t size = sizeof bound;

	if (fd < 0)
		return false;
	if (getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, bound, &size) < 0)
		bound[0] = '\0';
	close(fd);
	return strcmp(bound, name) == 0;
}

const char *case_foreign_vrf(const struct doctor_case *c, unsigned interface)
{
	const struct link *link = link_by_index(&c->links, interface);
	const struct link *master = link ? link_by_index(&c->links, link->master) : NULL;
	int64_t accepted = 0;

	if (!master || link_has_ports(master))
		return NULL;
	sysctl_read("net/ipv4/udp_l3mdev_accept", &accepted);
	return accepted > 0 || are_sockets_bound_to(master->name) ? NULL : master->name;
}

uint64_t case_data_seen(const struct doctor_case *c, unsigned interface)
{
	uint64_t on_wire, at_socket;

	if (!c->observation)
		return 0;
	on_wire = observation_on_wire(c->observation, interface);
	at_socket = observation_at_socket(c->observation, interface);
	return on_wire > at_socket ? on_wire : at_socket;
}

bool case_is_sending(const struct doctor_case *c, unsigned interface)
{
	for (size_t i = 0; c->observation && i < c->observation->source_count; i++) {
		const struct seen_source *source = &c->observation->sources[i];

		/* TTL 0 stays on this host: so does what doctor itself sends to try the firewall.
		 */
		if (source->is_own && source->ttl_most > 0 &&
		    (interface == 0 || source->interface == interface) &&
		    source->on_wire + source->at_socket > 0)
			return true;
	}
	return false;
}

bool case_only_sends(const struct doctor_case *c)
{
	return c->is_sender || (case_is_sending(c, 0) && !case_is_joined_beside(c, 0));
}

unsigned case_data_interface(const struct doctor_case *c)
{
	unsigned best = 0;
	uint64_t most = 0;

	for (size_t i = 0; i < c->listened_count; i++) {
		uint64_t seen = case_data_seen(c, c->listened[i]);

		if (seen > most) {
			most = seen;
			best = c->listened[i];
		}
	}
	return best;
}

unsigned case_usable_interface(const struct doctor_case *c, unsigned except)
{
	for (size_t i = 0; i < c->interfaces.count; i++) {
		const struct interface *interface = &c->interfaces.list[i];
		const struct link *link = link_by_index(&c->links, interface->index);

		if (interface->index != except && !interface->is_loopback && link &&
		    link->has_carrier && link_purpose(link) == LINK_ORDINARY &&
		    !links_have_port(&c->links, interface->index) &&
		    interface_is_usable(interface, c->group.any.sa_family))
			return interface->index;
	}
	return 0;
}

void case_excuse_detour(const struct doctor_case *c, unsigned interface, struct finding *finding)
{
	const struct link *link = link_by_index(&c->links, interface);
	bool is_detour = c->are_chosen_by_route && link && link_purpose(link) != LINK_ORDINARY &&
			 case_usable_interface(c, interface) != 0;

	if (finding->state != RUNG_CAUSE || !is_detour)
		return;
	finding->state = RUNG_NOTED;
	text_clear(&finding->remedy);
	text_clear(&finding->instead);
	text_add_string(finding_saw(finding), "but only the route leads there (rung 3)");
}
