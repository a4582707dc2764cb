#include "doctor_peer.h"

#include "cli/json.h"
#include "doctor/peer_message.h"
#include "net/address.h"
#include "net/mac.h"
#include "net/target.h"
#include "run/loop.h"

#include <stdio.h>
#include <string.h>

int doctor_parse_peer(const char *text, int family, union hostcast_address *peer,
		      struct error *error)
{
	struct target target;
	int status;

	loop_release_signals();
	status = target_parse(text, family, DOCTOR_PORT, &target, error);
	loop_hold_signals();
	if (status < 0)
		return status;
	if (target.kind != TARGET_HOST)
		return error_set(error, HOSTCAST_INVALID,
				 "--peer '%.80s' must be a host where 'hostcast doctor --listen' "
				 "runs: HOST[:PORT]",
				 text);
	*peer = target.address;
	return 0;
}

/* ---- Text ---- */

static const char *title_of(enum probe_kind kind, unsigned user_ttl, char title[static 40])
{
	static const char *const titles[] = {
		[PROBE_UNICAST] = "unicast",
		[PROBE_GROUP_NEAR] = "group, TTL",
		[PROBE_GROUP_CHOSEN] = "group, TTL",
		[PROBE_GROUP] = "group, TTL",
		[PROBE_UNICAST_LARGE] = "unicast, large",
		[PROBE_GROUP_LARGE] = "group, large",
	};

	if (probe_is_to_group(kind) && !probe_is_large(kind))
		snprintf(title, 40, "%s %u", titles[kind], probe_ttl(kind, user_ttl));
	else
		snprintf(title, 40, "%s", titles[kind]);
	return title;
}

/* "10 of 10, TTL 63, 10 copies" */
static void add_count(const struct probe_count *count, char text[static 64])
{
	int used = snprintf(text, 64, "%u of %u", count->arrived, count->sent);

	if (count->ttl_most > 0)
		used += snprintf(text + used, 64 - (size_t)used, ", TTL %u", count->ttl_most);
	if (count->repeated > 0)
		snprintf(text + used, 64 - (size_t)used, ", %u copies", count->repeated);
}

static void add_row(struct text *out, const struct peer_results *peer, enum probe_kind kind)
{
	char title[40], there[64], here[64];

	add_count(&peer->to_peer.counts[kind], there);
	add_count(&peer->from_peer.counts[kind], here);
	text_addf(out, "  %-18s %-26s %s\n", title_of(kind, peer->user_ttl, title), there, here);
}

/* With the TTL 1, which most use, two rows would say the same. */
static bool is_shown(const struct peer_results *peer, enum probe_kind kind)
{
	return kind != PROBE_GROUP_NEAR || peer->user_ttl != 1;
}

/* "  its own rungs      1 good, 2 good" */
static void add_ladder(struct text *out, const struct peer_ladder *ladder)
{
	bool is_first = true;

	for (unsigned i = 1; i <= PEER_RUNGS; i++) {
		if (!ladder->is_told[i])
			continue;
		text_add_string(out, is_first ? "  its own rungs      " : ", ");
		text_addf(out, "%u %s", i, rung_state_name(ladder->states[i]));
		is_first = false;
	}
	text_add_string(out, is_first ? "" : "\n");
}

void doctor_peer_text(struct text *out, const struct peer_results *peer)
{
	char text[HOSTCAST_TEXT_SIZE];

	hostcast_address_text(&peer->peer, text);
	if (!peer->is_complete) {
		text_addf(out, "with %s: %s\n", text, peer->peer_error);
		return;
	}
	text_addf(out, "with %s: arrived of what was sent\n", text);
	text_addf(out, "  %-18s %-26s %s\n", "", "there", "here");
	for (unsigned i = 0; i < PROBE_KINDS; i++)
		if (is_shown(peer, (enum probe_kind)i))
			add_row(out, peer, (enum probe_kind)i);
	add_ladder(out, &peer->ladder);
}

/* ---- JSON ---- */

static void add_path_json(struct text *out, const struct probe_path *path)
{
	char mac[MAC_TEXT_SIZE];

	json_begin_object(out);
	json_address(out, "source", &path->source);
	json_string(out, "interface", path->interface);
	json_integer(out, "ttl", path->ttl);
	if (!mac_is_none(path->mac))
		json_string(out, "mac", mac_text(path->mac, mac));
	json_end_object(out);
}

static void add_count_json(struct text *out, const char *name, const struct probe_count *count)
{
	json_begin_member_object(out, name);
	json_integer(out, "sent", count->sent);
	json_integer(out, "arrived", count->arrived);
	json_integer(out, "repeated", count->repeated);
	json_integer(out, "ttl_least", count->ttl_least);
	json_integer(out, "ttl_most", count->ttl_most);
	json_end_object(out);
}

static void add_text_json(struct text *out, const char *key, const char *value)
{
	if (value[0])
		json_string(out, key, value);
}

void doctor_way_json(struct text *out, const struct one_way *way)
{
	for (unsigned i = 0; i < PROBE_KINDS; i++)
		add_count_json(out, probe_kind_name((enum probe_kind)i), &way->counts[i]);
	json_begin_array(out, "paths");
	for (size_t i = 0; i < PROBE_PATHS; i++)
		if (way->paths[i].source.any.sa_family != AF_UNSPEC)
			add_path_json(out, &way->paths[i]);
	json_end_array(out);
	json_bool(out, "is_wire_seen", way->is_wire_seen);
	if (way->mtu > 0)
		json_integer(out, "mtu", way->mtu);
	add_text_json(out, "send_error", way->send_error);
	add_text_json(out, "join_error", way->join_error);
}

static void add_ladder_json(struct text *out, const struct peer_ladder *ladder)
{
	json_begin_array(out, "peer_rungs");
	for (unsigned i = 1; i <= PEER_RUNGS; i++) {
		if (!ladder->is_told[i])
			continue;
		json_begin_object(out);
		json_integer(out, "rung", i);
		json_string(out, "state", rung_state_name(ladder->states[i]));
		json_end_object(out);
	}
	json_end_array(out);
	add_text_json(out, "peer_cause", ladder->cause);
}

void doctor_peer_json(struct text *out, const struct peer_results *peer)
{
	json_begin_event(out, "peer");
	json_address(out, "peer", &peer->peer);
	json_bool(out, "is_answering", peer->is_answering);
	json_bool(out, "is_complete", peer->is_complete);
	json_integer(out, "ttl", peer->user_ttl);
	json_integer(out, "large_size", peer->large_size);
	add_text_json(out, "error", peer->peer_error);
	add_ladder_json(out, &peer->ladder);
	json_begin_member_object(out, "to_peer");
	doctor_way_json(out, &peer->to_peer);
	json_end_object(out);
	json_begin_member_object(out, "from_peer");
	doctor_way_json(out, &peer->from_peer);
	json_end_object(out);
	json_end_event(out);
}
