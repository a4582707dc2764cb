#include "health_show.h"

#include "cli/show.h"
#include "doctor_show.h"
#include "net/address.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 100, LABEL_WIDTH = 11 };

size_t health_faults(const struct health *health)
{
	size_t count = 0;

	for (size_t i = 0; i < health->problem_count; i++)
		count += health->problems[i].finding.state == RUNG_CAUSE;
	return count;
}

/* ---- The table of interfaces ---- */

const char *health_state(const struct health_interface *one)
{
	const struct link *link = one->link;

	if (!link->is_up)
		return "down";
	if (!link->has_carrier && !link->is_loopback)
		return "no carrier";
	if (!link->can_multicast)
		return "no multicast";
	return "up";
}

const char *health_link_local(const struct health_interface *one)
{
	static const char *const names[] = {
		[LINK_LOCAL_NONE] = "-",
		[LINK_LOCAL_FAILED] = "failed",
		[LINK_LOCAL_TENTATIVE] = "tentative",
		[LINK_LOCAL_READY] = "ready",
	};

	return names[one->link_local];
}

static const char *filter_name(int64_t filter)
{
	static const char *const names[] = {"off", "strict", "loose"};

	return filter >= 0 && filter < 3 ? names[filter] : "?";
}

static void add_version(struct text *out, unsigned version)
{
	if (version > 0)
		text_addf(out, "%-5u", version);
	else
		text_add_string(out, "-    ");
}

/* What a bridge does, or of what the interface is a port. */
static void add_bridge(struct text *out, const struct health_interface *one)
{
	char text[HOSTCAST_TEXT_SIZE];

	if (one->master) {
		text_addf(out, "  port of %s", one->master->name);
		return;
	}
	if (!one->bridge.is_there || one->bridge.is_port)
		return;
	text_addf(out, "  bridge, %s", one->bridge.is_snooping ? "snooping, " : "not snooping");
	if (one->bridge.is_snooping && one->bridge.has_other_querier)
		text_addf(out, "querier %s", address_ip_text(&one->bridge.other_querier, text));
	else if (one->bridge.is_snooping)
		text_add_string(out, one->bridge.is_querier ? "querier itself" : "no querier");
}

static void add_interface(struct text *out, const struct health_interface *one)
{
	char v4[HOSTCAST_TEXT_SIZE] = "-";

	if (one->interface->v4.any.sa_family != AF_UNSPEC)
		address_ip_text(&one->interface->v4, v4);
	text_addf(out, "%-15s %-12s %-15s %-10s ", one->link->name, health_state(one), v4,
		  health_link_local(one));
	add_version(out, one->igmp);
	text_addf(out, "%-9s %6zu %6u", filter_name(one->rp_filter), one->groups, one->link->mtu);
	add_bridge(out, one);
	text_add_string(out, "\n");
}

/* ---- The rest ---- */

static void add_label(struct text *out, const char *label)
{
	text_addf(out, "%-*s", LABEL_WIDTH, label);
}

static void add_limit(struct text *out, const char *name, int64_t value, const char *end)
{
	if (value == HEALTH_UNKNOWN)
		text_addf(out, "%s ?%s", name, end);
	else
		text_addf(out, "%s %" PRId64 "%s", name, value, end);
}

/* Some settings are those of the whole system, and not shown in other network namespaces. */
static void add_setting(struct text *out, const char *name, int64_t value, const char *end)
{
	add_limit(out, name, value, "");
	text_addf(out, "%s%s",
		  value == HEALTH_UNKNOWN ? " (no such setting in this network namespace)" : "",
		  end);
}

static void add_routes(struct text *out, const struct health *health)
{
	add_label(out, "routes");
	for (size_t i = 0; i < 2; i++) {
		const struct route_facts *route = &health->routes[i];

		text_addf(out, "%sIPv%c groups %s", i > 0 ? ", " : "", i == 0 ? '4' : '6',
			  route->status == 0 ? "by " : "by no interface");
		if (route->status == 0)
			text_add_string(out, route->interface);
	}
	text_add_string(out, "\n");
}

static void add_wrapped(struct text *out, const char *label, struct text *words)
{
	add_label(out, label);
	show_wrapped(out, text_string(words), LABEL_WIDTH, LABEL_WIDTH, WIDTH);
	text_add_string(out, "\n");
	text_clear(words);
}

static void add_limits(struct text *out, const struct health *health)
{
	struct text words = {0};

	add_limit(&words, "igmp_max_memberships", health->limits.igmp_max_memberships, "");
	text_addf(&words, " (most on one socket: %" PRId64 "), ", health->most_groups);
	add_setting(&words, "igmp_max_msf", health->limits.igmp_max_msf, ", ");
	add_setting(&words, "mld_max_msf", health->limits.mld_max_msf, "");
	add_wrapped(out, "limits", &words);
	add_setting(&words, "rmem_max", health->limits.rmem_max, ", ");
	add_setting(&words, "rmem_default", health->limits.rmem_default, ", ");
	add_setting(&words, "optmem_max", health->limits.optmem_max, "");
	add_wrapped(out, "buffers", &words);
	text_done(&words);
}

static int64_t both(int64_t one, int64_t other)
{
	return (one > 0 ? one : 0) + (other > 0 ? other : 0);
}

static void add_drops(struct text *out, const struct kernel_counters *v4,
		      const struct kernel_counters *v6)
{
	add_label(out, "dropped");
	add_limit(out, "receive buffer full", both(v4->udp_buffer_errors, v6->udp_buffer_errors),
		  ", ");
	add_limit(out, "reverse path", v4->reverse_path_filtered, ", ");
	add_limit(out, "incomplete", both(v4->ip_reassembly_failures, v6->ip_reassembly_failures),
		  ", ");
	add_limit(out, "bad checksum", both(v4->udp_bad_checksums, v6->udp_bad_checksums), "\n");
}

static void add_capture(struct text *out, const struct health *health)
{
	struct text words = {0};

	text_add_string(&words,
			health->no_capture.code == 0 ? "permitted" : health->no_capture.text);
	add_wrapped(out, "capturing", &words);
	text_done(&words);
}

static void add_environment(struct text *out, const struct health *health)
{
	struct text words = {0};

	text_add(&words, health->environment.bytes, health->environment.size);
	if (words.size > 0)
		add_wrapped(out, "host", &words);
	text_done(&words);
}

void health_show(struct text *out, const struct health *health)
{
	text_add_string(out, "INTERFACE       STATE        IPV4            LINK-LOCAL IGMP "
			     "RP_FILTER GROUPS    MTU\n");
	for (size_t i = 0; i < health->count; i++)
		add_interface(out, &health->list[i]);
	text_add_string(out, "\n");
	add_routes(out, health);
	add_limits(out, health);
	add_drops(out, &health->counters[0], &health->counters[1]);
	add_capture(out, health);
	add_environment(out, health);
}

/* ---- What is wrong ---- */

static void add_problem(struct text *out, struct health_problem *problem)
{
	const char *mark = problem->finding.state == RUNG_CAUSE ? "WRONG" : "note";

	text_addf(out, "%-*s", LABEL_WIDTH, mark);
	show_wrapped(out, text_string(&problem->finding.saw), LABEL_WIDTH, LABEL_WIDTH, WIDTH);
	text_add_string(out, "\n");
	show_lines(out, "mend it:", &problem->finding.remedy);
}

void health_show_problems(struct text *out, struct health *health)
{
	for (size_t i = 0; i < health->problem_count; i++)
		add_problem(out, &health->problems[i]);
	if (health->problems_left_out > 0)
		text_addf(out, "and %zu more, which there is no room for\n",
			  health->problems_left_out);
	if (health_faults(health) == 0) {
		text_add_string(out, "Nothing is wrong with multicast on this host.\n");
		return;
	}
	show_quantity(out, health_faults(health), "thing is", "things are");
	text_add_string(out, " wrong with multicast on this host.\n");
}
