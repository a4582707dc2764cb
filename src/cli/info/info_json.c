#include "cli/json.h"
#include "info_show.h"

#include "net/address.h"
#include "net/group_meaning.h"
#include "net/process.h"

#include <stdio.h>

static void add_group_mac(struct text *out, const union hostcast_address *group)
{
	uint8_t mac[MAC_SIZE];
	char text[MAC_TEXT_SIZE];

	mac_of_group(group, mac);
	json_string(out, "mac", mac_text(mac, text));
}

/* ---- Programs ---- */

static void add_filter(struct text *out, const struct group_user *user)
{
	char ip[HOSTCAST_TEXT_SIZE];

	json_string(out, "filter",
		    !user->is_asked                      ? "unknown"
		    : user->filter_mode == MCAST_INCLUDE ? "include"
							 : "exclude");
	json_begin_array(out, "sources");
	for (size_t i = 0; i < user->source_count; i++)
		json_array_string(out, address_ip_text(&user->sources[i], ip));
	json_end_array(out);
}

static void add_program(struct text *out, const struct group_user *user, bool with_command)
{
	char name[PROCESS_NAME_SIZE];
	struct text command = {0};

	json_begin_object(out);
	if (user->pid > 0) {
		json_string(out, "name", process_read_name(user->pid, name));
		json_integer(out, "pid", user->pid);
	} else {
		json_integer(out, "uid", user->uid);
	}
	if (with_command && user->pid > 0) {
		process_add_command(&command, user->pid);
		json_string(out, "command", text_string(&command));
	}
	json_integer(out, "socket", (int64_t)user->inode);
	add_filter(out, user);
	json_end_object(out);
	text_done(&command);
}

static void add_users(struct text *out, const struct host_groups *host, size_t index)
{
	const struct membership *m = &host->memberships.list[index];
	struct membership_tally tally = info_tally(host, index);
	size_t count;
	const struct group_user *users = group_users_of(&host->users, index, &count);

	if (m->users != USERS_UNKNOWN)
		json_integer(out, "users", m->users);
	json_begin_array(out, "programs");
	for (size_t i = 0; i < count; i++)
		add_program(out, &users[i], host->is_verbose);
	json_end_array(out);
	json_bool(out, "kernel", tally.has_kernel);
	json_integer(out, "unknown", (int64_t)tally.unknown);
}

/* What all sockets together want, as IGMPv3 and MLDv2 report it. */
static void add_membership_sources(struct text *out, const struct membership *m)
{
	if (m->source_count == 0)
		return;
	json_begin_array(out, "sources");
	for (size_t i = 0; i < m->source_count; i++) {
		json_begin_object(out);
		json_ip(out, "source", &m->sources[i].address);
		json_integer(out, "include", m->sources[i].include);
		json_integer(out, "exclude", m->sources[i].exclude);
		json_end_object(out);
	}
	json_end_array(out);
}

static void add_mac_state(struct text *out, const struct host_groups *host, unsigned interface,
			  const char *name, const union hostcast_address *group)
{
	enum mac_state state = memberships_mac_state(&host->memberships, interface, name, group);

	if (state == MAC_JOINED || state == MAC_NOT_JOINED)
		json_bool(out, "mac_joined", state == MAC_JOINED);
}

/* ---- A membership ---- */

void info_show_membership_json(struct text *out, const struct host_groups *host, size_t index)
{
	const struct membership *m = &host->memberships.list[index];
	struct group_meaning meaning;
	char buffer[IF_NAMESIZE];
	const char *name = info_interface_name(host, m->interface, buffer);

	group_meaning_of(&m->group, &meaning);
	json_begin_event(out, "membership");
	json_string(out, "interface", name);
	json_ip(out, "group", &m->group);
	add_group_mac(out, &m->group);
	add_mac_state(out, host, m->interface, name, &m->group);
	json_string(out, "meaning", meaning.title);
	if (meaning.name)
		json_string(out, "name", meaning.name);
	add_users(out, host, index);
	add_membership_sources(out, m);
	json_end_event(out);
}

/* ---- A group ---- */

static void add_meaning(struct text *out, const struct group_meaning *meaning)
{
	char prefix[HOSTCAST_TEXT_SIZE], with_length[HOSTCAST_TEXT_SIZE + 4];

	json_string(out, "range", meaning->range);
	json_string(out, "meaning", meaning->title);
	json_string(out, "explanation", meaning->explanation);
	json_string(out, "scope", meaning->scope);
	json_string(out, "rfc", meaning->rfc);
	if (meaning->name)
		json_string(out, "name", meaning->name);
	if (meaning->detail[0])
		json_string(out, "detail", meaning->detail);
	if (meaning->flags[0])
		json_string(out, "flags", meaning->flags);
	if (meaning->as_number >= 0)
		json_integer(out, "as", meaning->as_number);
	if (meaning->prefix.any.sa_family != AF_UNSPEC) {
		snprintf(with_length, sizeof with_length, "%s/%u",
			 address_ip_text(&meaning->prefix, prefix), meaning->prefix_length);
		json_string(out, "prefix", with_length);
	}
	if (meaning->rp.any.sa_family != AF_UNSPEC)
		json_ip(out, "rp", &meaning->rp);
}

static void add_interface(struct text *out, const struct host_groups *host, unsigned index,
			  const union hostcast_address *group)
{
	const struct membership *m = memberships_find(&host->memberships, index, group);
	char buffer[IF_NAMESIZE];
	const char *name = info_interface_name(host, index, buffer);

	json_begin_object(out);
	json_string(out, "interface", name);
	json_bool(out, "joined", m != NULL);
	add_mac_state(out, host, index, name, group);
	if (m) {
		add_users(out, host, (size_t)(m - host->memberships.list));
		add_membership_sources(out, m);
	}
	json_end_object(out);
}

void info_show_group_json(struct text *out, const struct host_groups *host,
			  const struct target *target)
{
	const union hostcast_address *group = &target->address;
	struct group_meaning meaning;

	group_meaning_of(group, &meaning);
	json_begin_event(out, "group");
	json_ip(out, "group", group);
	if (target->source.any.sa_family != AF_UNSPEC)
		json_ip(out, "source", &target->source);
	add_group_mac(out, group);
	json_real(out, "mac_sharers", mac_sharers(group->any.sa_family));
	add_meaning(out, &meaning);
	json_begin_array(out, "interfaces");
	for (size_t i = 0; i < host->chosen_count; i++)
		if (info_is_shown(host, host->chosen[i], group))
			add_interface(out, host, host->chosen[i], group);
	json_end_array(out);
	json_end_event(out);
}
