/* hostcast info: what group addresses mean, and who on this host has joined them. */
#include "cli/common_interfaces.h"
#include "cli/json.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "hostcast.h"
#include "info_show.h"

#include "net/address.h"

#include <stdlib.h>
#include <unistd.h>

struct info {
	struct session session;
	const struct common_options *options;
	struct target *targets;
	size_t target_count;
	struct host_groups host;
	uint64_t groups, joined_groups; /* shown, and joined somewhere of those */
};

/* ---- What is asked for ---- */

static int parse_targets(struct info *info, int argc, char **texts)
{
	int family = common_family(info->options);
	struct error error;

	info->targets = calloc((size_t)argc + 1, sizeof *info->targets);
	if (!info->targets) {
		error_set(&error, HOSTCAST_NO_MEMORY, "out of memory");
		return session_fail(&info->session, &error);
	}
	for (int i = 0; i < argc; i++)
		if (target_parse_group(texts[i], family, HOSTCAST_PORT,
				       &info->targets[info->target_count++], &error) < 0)
			return session_fail(&info->session, &error);
	return EXIT_DONE;
}

static int choose_all(struct host_groups *host)
{
	for (size_t i = 0; i < host->interfaces.count; i++)
		host->chosen[host->chosen_count++] = host->interfaces.list[i].index;
	return 0;
}

static bool is_chosen(const struct host_groups *host, unsigned index)
{
	return interface_is_listed(host->chosen, host->chosen_count, index);
}

static int choose_interfaces(struct host_groups *host, const struct common_options *options,
			     struct error *error)
{
	host->chosen = calloc(host->interfaces.count + LIST_MAX, sizeof *host->chosen);
	if (!host->chosen)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	if (options->interfaces.count == 0)
		return choose_all(host);
	return common_interfaces(options, host->chosen, &host->chosen_count, error);
}

/* ---- What the host tells ---- */

/* Does the group lie in the target's range? */
static bool is_in_target(const struct target *target, const union hostcast_address *group)
{
	union hostcast_address last = target->address;

	if (target->address.any.sa_family != group->any.sa_family)
		return false;
	address_advance(&last, target->count - 1);
	return address_compare_ip(&target->address, group) <= 0 &&
	       address_compare_ip(group, &last) <= 0;
}

static bool is_wanted(void *context, const struct membership *membership)
{
	const struct info *info = context;

	/* All interfaces are chosen unless some were named: one that came meanwhile counts too. */
	if (info->options->interfaces.count > 0 && !is_chosen(&info->host, membership->interface))
		return false;
	for (size_t i = 0; i < info->target_count; i++)
		if (is_in_target(&info->targets[i], &membership->group))
			return true;
	return info->target_count == 0;
}

static int read_host(struct info *info)
{
	struct host_groups *host = &info->host;
	struct error error;

	host->is_verbose = info->options->verbose;
	if (interfaces_read(&host->interfaces, &error) < 0 ||
	    choose_interfaces(host, info->options, &error) < 0 ||
	    memberships_read(common_family(info->options), &host->memberships, &error) < 0)
		return session_fail(&info->session, &error);
	memberships_keep(&host->memberships, is_wanted, info);
	if (group_users_read(&host->memberships, &host->users, &error) < 0)
		return session_fail(&info->session, &error);
	return EXIT_DONE;
}

static void forget_host(struct host_groups *host)
{
	group_users_done(&host->users);
	memberships_done(&host->memberships);
	interfaces_done(&host->interfaces);
	free(host->chosen);
}

/* ---- What is shown ---- */

static bool is_joined(const struct host_groups *host, const union hostcast_address *group)
{
	for (size_t i = 0; i < host->chosen_count; i++)
		if (info_is_shown(host, host->chosen[i], group) &&
		    memberships_find(&host->memberships, host->chosen[i], group))
			return true;
	return false;
}

static void show_group(struct info *info, const struct target *target, bool is_of_range)
{
	struct text *out = &info->session.out;

	if (info->options->json)
		info_show_group_json(out, &info->host, target);
	else if (is_of_range)
		info_show_group_line(out, &info->host, &target->address);
	else
		info_show_group(out, &info->host, target);
	info->groups++;
	info->joined_groups += is_joined(&info->host, &target->address);
	session_result(&info->session);
}

static void show_target(struct info *info, const struct target *target)
{
	struct target one = *target;

	one.count = 1;
	for (unsigned i = 0; i < target->count; i++) {
		one.address = target->address;
		address_advance(&one.address, i);
		show_group(info, &one, target->count > 1);
	}
}

static void show_memberships(struct info *info)
{
	struct text *out = &info->session.out;

	if (!info->options->json)
		info_show_list(out, &info->host, !info->options->quiet);
	for (size_t i = 0; i < info->host.memberships.count; i++) {
		if (info->options->json)
			info_show_membership_json(out, &info->host, i);
		session_result(&info->session);
	}
}

static void show_all(struct info *info)
{
	for (size_t i = 0; i < info->target_count; i++) {
		if (i > 0 && !info->options->json)
			text_add_string(&info->session.out, "\n");
		show_target(info, &info->targets[i]);
	}
	if (info->target_count == 0)
		show_memberships(info);
}

/* ---- What is said about it ---- */

static size_t count_unknown(const struct host_groups *host)
{
	size_t unknown = 0;

	for (size_t i = 0; i < host->memberships.count; i++) {
		struct membership_tally tally = info_tally(host, i);

		unknown += tally.unknown + tally.likely;
	}
	return unknown;
}

/* Why some users have no name, and what helps. */
static void explain_unknown(struct info *info)
{
	const struct host_groups *host = &info->host;

	if (count_unknown(host) == 0)
		return;
	if (host->users.refused > 0)
		session_notice(&info->session,
			       "%zu processes could not be asked what they have joined%s",
			       host->users.refused,
			       geteuid() == 0 ? "" : "; root can ask those of all users");
	else
		session_notice(&info->session, "unknown users are the kernel itself (VXLAN, "
					       "addresses with 'autojoin'...) or processes of "
					       "another container in this network");
}

static size_t count_interfaces(const struct memberships *memberships)
{
	size_t count = 0;

	for (size_t i = 0; i < memberships->count; i++)
		count += i == 0 ||
			 memberships->list[i].interface != memberships->list[i - 1].interface;
	return count;
}

static const char *origin(const struct memberships *memberships, int family)
{
	return memberships->is_from_netlink[family == AF_INET6] ? "netlink" : "/proc";
}

static void summary_json(struct info *info)
{
	const struct host_groups *host = &info->host;
	struct text *out = &info->session.out;

	json_begin_event(out, "summary");
	if (info->target_count > 0) {
		json_integer(out, "groups", (int64_t)info->groups);
		json_integer(out, "joined_groups", (int64_t)info->joined_groups);
	}
	json_integer(out, "memberships", (int64_t)host->memberships.count);
	json_integer(out, "interfaces", (int64_t)count_interfaces(&host->memberships));
	json_integer(out, "processes_not_asked", (int64_t)host->users.refused);
	json_integer(out, "unknown", (int64_t)count_unknown(host));
	json_string(out, "ipv4_from", origin(&host->memberships, AF_INET));
	json_string(out, "ipv6_from", origin(&host->memberships, AF_INET6));
	json_end_event(out);
}

static void summary_text(struct info *info)
{
	const struct memberships *memberships = &info->host.memberships;
	struct text line = {0};

	if (info->target_count > 0) {
		show_quantity(&line, info->groups, "group", "groups");
		text_addf(&line, ", %llu joined here; ", (unsigned long long)info->joined_groups);
	}
	show_quantity(&line, memberships->count, "membership", "memberships");
	text_add_string(&line, " on ");
	show_quantity(&line, count_interfaces(memberships), "interface", "interfaces");
	if (info->options->verbose)
		text_addf(&line, " (IPv4 from %s, IPv6 from %s, users from /proc)",
			  origin(memberships, AF_INET), origin(memberships, AF_INET6));
	session_summary_line(&info->session, text_string(&line));
	text_done(&line);
}

static void summary(void *context)
{
	struct info *info = context;

	if (info->session.status != EXIT_DONE)
		return;
	if (info->options->json)
		summary_json(info);
	else
		summary_text(info);
}

/* ---- The verb ---- */

static int run(const char *command, const struct common_options *options, int argc, char **texts)
{
	static const struct session_events events = {.summary = summary};
	struct info info = {.options = options};
	int status = session_begin(&info.session, command, options, &events, &info);

	if (status != EXIT_DONE)
		return status;
	status = parse_targets(&info, argc, texts);
	if (status == EXIT_DONE)
		status = read_host(&info);
	if (status == EXIT_DONE) {
		show_all(&info);
		session_flush(&info.session);
		explain_unknown(&info);
		session_end(&info.session, EXIT_DONE);
		status = session_run(&info.session);
	}
	session_done(&info.session);
	forget_host(&info.host);
	free(info.targets);
	return status;
}

int verb_info(int argc, char **argv)
{
	struct common_options o = COMMON_OPTIONS_DEFAULT;
	const struct option_row rows[] = {
		ROW_INTERFACE(&o.interfaces),
		ROW_IPV4(&o.ipv4),
		ROW_IPV6(&o.ipv6),
		ROW_JSON(&o.json),
		FLAG_ROW("quiet", 'q', &o.quiet, "no heading, no summary, no notices"),
		FLAG_ROW("verbose", 'v', &o.verbose,
			 "command lines, all groups that share a MAC address"),
	};
	const struct command command = {
		.name = "hostcast info",
		.usage = "[OPTION]... [GROUP[+COUNT]]...",
		.about =
			"Tell what a group address means (range, scope, RFC, MAC address) and who "
			"on "
			"this host\nhas joined it. Without GROUP: every group that is joined here.",
		.examples =
			"  hostcast info                    what is joined on this host, by whom\n"
			"  hostcast info 239.1.2.3 ff02::fb what these groups are\n"
			"  hostcast recv 239.1.2.3          the other side: joins, and then shows "
			"up\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	return run(command.name, &o, argc - first, argv + first);
}
