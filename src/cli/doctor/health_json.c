#include "cli/json.h"
#include "doctor_show.h"
#include "health_show.h"
#include "net/address.h"

static void add_known(struct text *out, const char *key, int64_t value)
{
	if (value >= 0)
		json_integer(out, key, value);
}

static void add_bridge(struct text *out, const struct bridge_view *bridge)
{
	if (!bridge->is_there)
		return;
	json_begin_member_object(out, "bridge");
	json_string(out, "name", bridge->name);
	json_bool(out, "is_port", bridge->is_port);
	json_bool(out, "snooping", bridge->is_snooping);
	json_bool(out, "querier", bridge->is_querier);
	if (bridge->has_other_querier)
		json_ip(out, "other_querier", &bridge->other_querier);
	json_end_object(out);
}

static void add_interface(struct text *out, const struct health_interface *one)
{
	json_begin_event(out, "interface");
	json_string(out, "interface", one->link->name);
	json_string(out, "state", health_state(one));
	if (one->link->kind[0])
		json_string(out, "kind", one->link->kind);
	if (one->master)
		json_string(out, "master", one->master->name);
	json_integer(out, "mtu", one->link->mtu);
	json_ip(out, "ipv4", &one->interface->v4);
	json_ip(out, "ipv6", &one->interface->v6);
	json_string(out, "link_local", health_link_local(one));
	if (one->igmp > 0)
		json_integer(out, "igmp", one->igmp);
	if (one->mld > 0)
		json_integer(out, "mld", one->mld);
	add_known(out, "rp_filter", one->rp_filter);
	json_integer(out, "groups", (int64_t)one->groups);
	json_integer(out, "receive_drops", (int64_t)one->link->receive_drops);
	add_bridge(out, &one->bridge);
	json_end_event(out);
}

static void add_problem(struct text *out, struct health_problem *problem)
{
	json_begin_event(out, "problem");
	json_string(out, "about", problem->about);
	json_string(out, "state", rung_state_name(problem->finding.state));
	json_string(out, "saw", text_string(&problem->finding.saw));
	json_remedy(out, &problem->finding);
	json_end_event(out);
}

static void add_limits(struct text *out, const struct health *health)
{
	json_begin_member_object(out, "limits");
	add_known(out, "igmp_max_memberships", health->limits.igmp_max_memberships);
	add_known(out, "igmp_max_msf", health->limits.igmp_max_msf);
	add_known(out, "mld_max_msf", health->limits.mld_max_msf);
	add_known(out, "optmem_max", health->limits.optmem_max);
	add_known(out, "rmem_max", health->limits.rmem_max);
	add_known(out, "rmem_default", health->limits.rmem_default);
	add_known(out, "most_groups_on_a_socket", health->most_groups);
	json_end_object(out);
}

static void add_counters(struct text *out, const char *key, const struct kernel_counters *counters)
{
	json_begin_member_object(out, key);
	add_known(out, "ip_discards", counters->ip_discards);
	add_known(out, "ip_reassembly_failures", counters->ip_reassembly_failures);
	add_known(out, "udp_buffer_errors", counters->udp_buffer_errors);
	add_known(out, "udp_no_ports", counters->udp_no_ports);
	add_known(out, "udp_bad_checksums", counters->udp_bad_checksums);
	add_known(out, "reverse_path_filtered", counters->reverse_path_filtered);
	json_end_object(out);
}

static void add_summary(struct text *out, struct health *health)
{
	size_t faults = health_faults(health);

	json_begin_event(out, "summary");
	json_string(out, "verdict", faults > 0 ? "cause" : "healthy");
	json_integer(out, "faults", (int64_t)faults);
	json_integer(out, "notes", (int64_t)(health->problem_count - faults));
	json_integer(out, "problems_left_out", (int64_t)health->problems_left_out);
	if (health->routes[0].status == 0)
		json_string(out, "ipv4_route", health->routes[0].interface);
	if (health->routes[1].status == 0)
		json_string(out, "ipv6_route", health->routes[1].interface);
	add_limits(out, health);
	add_counters(out, "dropped_ipv4", &health->counters[0]);
	add_counters(out, "dropped_ipv6", &health->counters[1]);
	json_bool(out, "may_capture", health->no_capture.code == 0);
	if (health->no_capture.code != 0)
		json_string(out, "no_capture", health->no_capture.text);
	if (health->environment.size > 0)
		json_string(out, "environment", text_string(&health->environment));
	json_end_event(out);
}

void health_show_json(struct text *out, struct health *health)
{
	for (size_t i = 0; i < health->count; i++)
		add_interface(out, &health->list[i]);
	for (size_t i = 0; i < health->problem_count; i++)
		add_problem(out, &health->problems[i]);
	add_summary(out, health);
}
