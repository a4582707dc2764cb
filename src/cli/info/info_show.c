#include "info_show.h"

#include "net/address.h"
#include "net/group_meaning.h"
#include "net/process.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

enum { SHARERS_A_LINE = 5 };

static const char *const mac_states[] = {
	[MAC_JOINED] = "yes",
	[MAC_NOT_JOINED] = "no",
	[MAC_NOT_USED] = "-",
	[MAC_UNKNOWN] = "?",
};

/* ---- Pieces ---- */

/* Escaped, and filled up with spaces to the width; two more follow in any case. */
static void add_column(struct text *out, const char *string, size_t width)
{
	size_t begin = out->size;

	text_add_escaped(out, string, strlen(string));
	while (out->size < begin + width && !out->failed)
		text_add_string(out, " ");
	text_add_string(out, "  ");
}

static void end_line(struct text *out)
{
	while (out->size > 0 && out->bytes[out->size - 1] == ' ')
		out->size--;
	text_add_string(out, "\n");
}

const char *info_interface_name(const struct host_groups *host, unsigned index,
				char name[static IF_NAMESIZE])
{
	const struct interface *interface = interface_by_index(&host->interfaces, index);

	if (interface)
		return interface->name;
	if (!if_indextoname(index, name)) /* it has gone since */
		snprintf(name, IF_NAMESIZE, "#%u", index);
	return name;
}

struct membership_tally info_tally(const struct host_groups *host, size_t membership)
{
	const struct membership *m = &host->memberships.list[membership];
	size_t count, rest;
	const struct group_user *users = group_users_of(&host->users, membership, &count);
	struct membership_tally tally = {.sockets = group_users_sockets(&host->users, membership)};

	for (size_t i = 0; i < count; i++)
		tally.likely += !users[i].is_asked;
	rest = m->users > (long)tally.sockets ? (size_t)m->users - tally.sockets : 0;
	tally.has_kernel = rest > 0 && membership_is_of_kernel(&m->group);
	rest -= tally.has_kernel;
	tally.unknown = rest > tally.likely ? rest - tally.likely : 0;
	return tally;
}

/* ---- Programs ---- */

static void add_sources(struct text *out, const char *before, const struct group_user *user)
{
	char ip[HOSTCAST_TEXT_SIZE];

	text_add_string(out, before);
	for (size_t i = 0; i < user->source_count; i++)
		text_addf(out, "%s%s", i > 0 ? " and " : " ",
			  address_ip_text(&user->sources[i], ip));
}

static bool hears_all(const struct group_user *user)
{
	return user->is_asked && user->filter_mode == MCAST_EXCLUDE && user->source_count == 0;
}

static void add_filter(struct text *out, const struct group_user *user)
{
	if (!user->is_asked)
		text_add_string(out, ", likely (bound to it)");
	else if (user->filter_mode == MCAST_INCLUDE)
		add_sources(out, ", only from", user);
	else if (user->source_count > 0)
		add_sources(out, ", not from", user);
}

static void add_owner(struct text *out, unsigned uid)
{
	const struct passwd *owner = getpwuid(uid);

	text_add_string(out, "a process of user ");
	if (owner)
		text_add_escaped(out, owner->pw_name, strlen(owner->pw_name));
	else
		text_addf(out, "%u", uid);
}

static void add_process(struct text *out, const struct group_user *user, bool with_command)
{
	struct text command = {0};

	if (user->pid == 0) {
		add_owner(out, user->uid);
		return;
	}
	process_describe(out, user->pid);
	if (!with_command)
		return;
	process_add_command(&command, user->pid);
	text_add_string(out, ": ");
	text_add_escaped(out, command.bytes, command.size);
	text_done(&command);
}

/* How many users from this one on are sockets of one process that hear everything: they are shown
 * as one. */
static size_t alike(const struct group_user *users, size_t count)
{
	size_t n = 1;

	while (n < count && hears_all(&users[0]) && hears_all(&users[n]) &&
	       users[n].pid == users[0].pid)
		n++;
	return n;
}

static void add_rest(struct text *out, const struct membership_tally *tally, const char *separator,
		     bool is_first)
{
	if (tally->has_kernel) {
		text_addf(out, "%skernel", is_first ? "" : separator);
		is_first = false;
	}
	if (tally->unknown > 0)
		text_addf(out, "%s%zu unknown", is_first ? "" : separator, tally->unknown);
}

static void add_programs(struct text *out, const struct host_groups *host, size_t membership,
			 const char *separator)
{
	struct membership_tally tally = info_tally(host, membership);
	size_t count, step;
	const struct group_user *users = group_users_of(&host->users, membership, &count);

	for (size_t i = 0; i < count; i += step) {
		step = alike(users + i, count - i);
		text_add_string(out, i > 0 ? separator : "");
		add_process(out, &users[i], host->is_verbose);
		if (step > 1)
			text_addf(out, ", %zu sockets", step);
		add_filter(out, &users[i]);
	}
	add_rest(out, &tally, separator, count == 0);
}

/* ---- A group as a block ---- */

static void add_label(struct text *out, const char *label)
{
	text_add_string(out, "  ");
	add_column(out, label, 9);
}

static void add_title(struct text *out, const struct target *target, const char *name)
{
	char ip[HOSTCAST_TEXT_SIZE];

	text_add_string(out, address_ip_text(&target->address, ip));
	if (target->source.any.sa_family != AF_UNSPEC)
		text_addf(out, " from %s", address_ip_text(&target->source, ip));
	if (name)
		text_addf(out, "  %s", name);
	text_add_string(out, "\n");
}

static void add_meaning(struct text *out, const struct group_meaning *meaning)
{
	add_label(out, "range");
	text_addf(out, "%s, %s (%s)\n", meaning->range, meaning->title, meaning->rfc);
	if (meaning->detail[0]) {
		add_label(out, "");
		text_addf(out, "%s\n", meaning->detail);
	}
	add_label(out, "");
	text_addf(out, "%s\n", meaning->explanation);
	add_label(out, "scope");
	text_addf(out, "%s", meaning->scope);
	if (meaning->flags[0])
		text_addf(out, "; flags %.4s", meaning->flags);
	text_add_string(out, "\n");
}

/* The other groups with the MAC address of this IPv4 group: all of them, or two examples. */
static void add_sharers_4(struct text *out, const union hostcast_address *group, bool all)
{
	char ip[HOSTCAST_TEXT_SIZE];
	unsigned shown = 0;

	for (unsigned i = 0; i < MAC_GROUPS_4; i++) {
		union hostcast_address other = mac_sharer_4(group, i);

		if (address_same_ip(&other, group) || (!all && i > 1 && i < MAC_GROUPS_4 - 1) ||
		    (!all && i == 1 && shown > 0))
			continue;
		if (all && shown % SHARERS_A_LINE == 0) {
			text_add_string(out, "\n");
			add_label(out, "");
		} else {
			text_add_string(out, shown > 0 ? (all ? ", " : " and ") : "");
		}
		text_add_string(out, address_ip_text(&other, ip));
		shown++;
	}
	text_add_string(out, "\n");
}

static void add_control_sharer(struct text *out, const union hostcast_address *group)
{
	union hostcast_address control;
	struct group_meaning meaning;
	char ip[HOSTCAST_TEXT_SIZE];

	if (!mac_control_sharer(group, &control))
		return;
	group_meaning_of(&control, &meaning);
	if (group->any.sa_family == AF_INET6 && !meaning.name)
		return;
	add_label(out, "");
	text_addf(out, "also that of %s (%s)", address_ip_text(&control, ip),
		  meaning.name ? meaning.name : meaning.title);
	text_add_string(out, group->any.sa_family == AF_INET
				     ? ": switches flood it, another group is better\n"
				     : ", so that a card lets both in\n");
}

static void add_mac(struct text *out, const union hostcast_address *group, bool all)
{
	uint8_t mac[MAC_SIZE];
	char text[MAC_TEXT_SIZE];

	mac_of_group(group, mac);
	add_label(out, "MAC");
	if (group->any.sa_family == AF_INET6) {
		text_addf(out, "%s (RFC 2464 section 7)\n", mac_text(mac, text));
		add_label(out, "");
		text_add_string(out,
				"shared with 2^80 - 1 other groups of the same flags and scope\n");
	} else {
		text_addf(out, "%s (RFC 1112 section 6.4)\n", mac_text(mac, text));
		add_label(out, "");
		text_addf(out, "shared with %u other groups%s", MAC_GROUPS_4 - 1,
			  all ? ":" : ", such as ");
		add_sharers_4(out, group, all);
	}
	add_control_sharer(out, group);
}

bool info_is_shown(const struct host_groups *host, unsigned index,
		   const union hostcast_address *group)
{
	const struct interface *interface = interface_by_index(&host->interfaces, index);
	unsigned zone = group->any.sa_family == AF_INET6 ? group->v6.sin6_scope_id : 0;

	if (zone > 0 && zone != index)
		return false;
	return (interface && interface->can_multicast) ||
	       memberships_find(&host->memberships, index, group);
}

static size_t widest_interface(const struct host_groups *host)
{
	char name[IF_NAMESIZE];
	size_t width = strlen("INTERFACE");

	for (size_t i = 0; i < host->chosen_count; i++) {
		size_t length = strlen(info_interface_name(host, host->chosen[i], name));

		width = length > width ? length : width;
	}
	return width;
}

/* The columns USERS and MAC. */
static void add_state(struct text *out, const struct membership *membership, enum mac_state mac)
{
	char users[24] = "";

	if (membership && membership->users == USERS_UNKNOWN)
		strcpy(users, "?");
	else if (membership)
		snprintf(users, sizeof users, "%ld", membership->users);
	add_column(out, users, strlen("USERS"));
	add_column(out, mac_states[mac], strlen("MAC"));
}

static void add_interface(struct text *out, const struct host_groups *host, unsigned index,
			  const union hostcast_address *group, size_t width)
{
	const struct membership *membership = memberships_find(&host->memberships, index, group);
	char buffer[IF_NAMESIZE], separator[128];
	const char *name = info_interface_name(host, index, buffer);
	enum mac_state mac = memberships_mac_state(&host->memberships, index, name, group);
	size_t begin;

	text_add_string(out, "  ");
	begin = out->size;
	add_column(out, name, width);
	add_column(out, membership ? "yes" : "no", strlen("JOINED"));
	add_state(out, membership, mac);
	snprintf(separator, sizeof separator, "\n%*s", (int)(out->size - begin + 2), "");
	if (membership)
		add_programs(out, host, (size_t)(membership - host->memberships.list), separator);
	else if (mac == MAC_JOINED)
		text_add_string(out, "(by a group that shares the MAC address)");
	end_line(out);
}

static void add_interfaces(struct text *out, const struct host_groups *host,
			   const union hostcast_address *group)
{
	size_t width = widest_interface(host);

	text_add_string(out, "\n  ");
	add_column(out, "INTERFACE", width);
	text_add_string(out, "JOINED  USERS  MAC  PROGRAMS\n");
	for (size_t i = 0; i < host->chosen_count; i++)
		if (info_is_shown(host, host->chosen[i], group))
			add_interface(out, host, host->chosen[i], group, width);
}

void info_show_group(struct text *out, const struct host_groups *host, const struct target *target)
{
	struct group_meaning meaning;

	group_meaning_of(&target->address, &meaning);
	add_title(out, target, meaning.name);
	add_meaning(out, &meaning);
	add_mac(out, &target->address, host->is_verbose);
	add_interfaces(out, host, &target->address);
}

/* ---- A group of a range as a line ---- */

static void add_where(struct text *out, const struct host_groups *host,
		      const union hostcast_address *group)
{
	char name[IF_NAMESIZE];
	const char *before = "joined on ";

	for (size_t i = 0; i < host->chosen_count; i++) {
		const struct membership *membership =
			memberships_find(&host->memberships, host->chosen[i], group);

		if (!membership || !info_is_shown(host, host->chosen[i], group))
			continue;
		text_add_string(out, before);
		add_column(out, info_interface_name(host, host->chosen[i], name), 0);
		out->size -= 2;
		if (membership->users != USERS_UNKNOWN)
			text_addf(out, " (%ld)", membership->users);
		before = ", ";
	}
	if (before[0] == 'j')
		text_add_string(out, "not joined");
}

void info_show_group_line(struct text *out, const struct host_groups *host,
			  const union hostcast_address *group)
{
	struct group_meaning meaning;
	char text[HOSTCAST_TEXT_SIZE];
	uint8_t mac[MAC_SIZE];

	group_meaning_of(group, &meaning);
	add_column(out, address_ip_text(group, text), group->any.sa_family == AF_INET ? 15 : 26);
	mac_of_group(group, mac);
	add_column(out, mac_text(mac, text), MAC_TEXT_SIZE - 1);
	add_column(out, meaning.name ? meaning.name : meaning.title, 20);
	add_where(out, host, group);
	text_add_string(out, "\n");
}

/* ---- The list of memberships ---- */

struct widths {
	size_t interface, group, meaning;
};

static void widen(size_t *width, const char *string)
{
	size_t length = strlen(string);

	*width = length > *width ? length : *width;
}

static struct widths measure(const struct host_groups *host)
{
	struct widths widths = {strlen("INTERFACE"), strlen("GROUP"), strlen("MEANING")};
	char ip[HOSTCAST_TEXT_SIZE], name[IF_NAMESIZE];
	struct group_meaning meaning;

	for (size_t i = 0; i < host->memberships.count; i++) {
		const struct membership *m = &host->memberships.list[i];

		group_meaning_of(&m->group, &meaning);
		widen(&widths.interface, info_interface_name(host, m->interface, name));
		widen(&widths.group, address_ip_text(&m->group, ip));
		widen(&widths.meaning, meaning.name ? meaning.name : meaning.title);
	}
	return widths;
}

static void add_membership(struct text *out, const struct host_groups *host, size_t index,
			   const struct widths *widths)
{
	const struct membership *m = &host->memberships.list[index];
	char ip[HOSTCAST_TEXT_SIZE], buffer[IF_NAMESIZE];
	const char *name = info_interface_name(host, m->interface, buffer);
	struct group_meaning meaning;

	group_meaning_of(&m->group, &meaning);
	add_column(out, name, widths->interface);
	add_column(out, address_ip_text(&m->group, ip), widths->group);
	add_column(out, meaning.name ? meaning.name : meaning.title, widths->meaning);
	add_state(out, m, memberships_mac_state(&host->memberships, m->interface, name, &m->group));
	add_programs(out, host, index, "; ");
	end_line(out);
}

void info_show_list(struct text *out, const struct host_groups *host, bool with_heading)
{
	struct widths widths = measure(host);

	if (with_heading && host->memberships.count > 0) {
		add_column(out, "INTERFACE", widths.interface);
		add_column(out, "GROUP", widths.group);
		add_column(out, "MEANING", widths.meaning);
		text_add_string(out, "USERS  MAC  PROGRAMS\n");
	}
	for (size_t i = 0; i < host->memberships.count; i++)
		add_membership(out, host, i, &widths);
}
