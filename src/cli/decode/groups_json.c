#include "groups_show.h"

#include "cli/json.h"
#include "cli/querier_json.h"
#include "net/address.h"
#include "net/group_names.h"
#include "net/mac.h"
#include "view_link.h"

static void add_mac(struct text *out, const char *key, const uint8_t mac[MAC_SIZE])
{
	char text[MAC_TEXT_SIZE];

	json_string(out, key, mac_text(mac, text));
}

static void add_link(struct text *out, const struct view_options *options, unsigned interface,
		     uint32_t cooked_interface, uint16_t vlan)
{
	view_interface_json(out, options, interface, cooked_interface);
	if (vlan > 0)
		json_integer(out, "vlan", vlan);
}

/* ---- Members ---- */

static void add_wanted(struct text *out, const struct source_filter *wanted)
{
	char text[HOSTCAST_TEXT_SIZE];

	json_string(out, "mode", wanted->is_exclude ? "exclude" : "include");
	json_begin_array(out, "sources");
	for (size_t i = 0; i < wanted->count; i++)
		json_array_string(out, address_ip_text(&wanted->list[i], text));
	json_end_array(out);
	if (wanted->has_more)
		json_bool(out, "more", true);
}

static void add_stay(struct text *out, const struct group_history *history,
		     const struct member_stay *stay, const struct view_options *options)
{
	static const char *const begins[] = {
		[STAY_JOINED] = "joined",
		[STAY_FOUND] = "found",
		[STAY_BEFORE] = "before",
	};

	json_begin_object(out);
	json_ip(out, "address", &stay->host);
	add_link(out, options, stay->interface, stay->cooked_interface, stay->vlan);
	json_integer(out, "version", stay->version);
	json_string(out, "begin", begins[stay->begin]);
	if (stay->begin != STAY_BEFORE)
		json_integer(out, "begin_ns", stay->begin_ns);
	if (stay->is_over)
		json_integer(out, "end_ns", stay->end_ns);
	else
		add_wanted(out, &stay->wanted);
	json_integer(out, "reports", (int64_t)stay->reports);
	json_integer(out, "changes", (int64_t)stay->changes);
	if (stay_is_unconfirmed(history, stay)) {
		json_integer(out, "unanswered_queries", (int64_t)stay->asked);
		json_integer(out, "unconfirmed_since_ns", stay->asked_ns);
	}
	json_end_object(out);
}

static void add_members(struct text *out, const struct group_history *history,
			const struct history_group *group, const struct view_options *options)
{
	json_begin_array(out, "members");
	for (size_t i = 0; i < group->stay_count; i++)
		add_stay(out, history, &group->stays[i], options);
	json_end_array(out);
}

/* ---- Senders ---- */

static void add_amount(struct text *out, const struct sender *sender)
{
	json_integer(out, "datagrams", (int64_t)sender->datagrams);
	json_integer(out, "fragments", (int64_t)sender->fragments);
	json_integer(out, "bytes", (int64_t)sender->bytes);
	if (sender->datagrams == 0)
		return;
	json_integer(out, "size_least", (int64_t)sender->size_least);
	json_integer(out, "size_most", (int64_t)sender->size_most);
	json_integer(out, "first_ns", sender->first_ns);
	json_integer(out, "last_ns", sender->last_ns);
	if (sender_rate(sender) > 0) {
		json_real(out, "datagrams_per_second", sender_rate(sender));
		json_integer(out, "longest_silence_ns", sender->longest_silence_ns);
	}
}

static void add_sender(struct text *out, const struct sender *sender,
		       const struct view_options *options)
{
	const char *name = ip_protocol_name(sender->protocol);

	json_begin_object(out);
	if (address_port(&sender->source) > 0)
		json_address(out, "source", &sender->source);
	else
		json_ip(out, "source", &sender->source);
	json_integer(out, "port", address_port(&sender->group));
	json_integer(out, "ip_protocol", sender->protocol);
	if (name)
		json_string(out, "ip_protocol_name", name);
	add_link(out, options, sender->interface, sender->cooked_interface, sender->vlan);
	add_amount(out, sender);
	json_integer(out, "ttl_least", sender->ttl_least);
	json_integer(out, "ttl_most", sender->ttl_most);
	json_integer(out, "bad_checksums", (int64_t)sender->bad_checksums);
	json_integer(out, "wrong_mac", (int64_t)sender->wrong_mac);
	if (sender->wrong_mac > 0)
		add_mac(out, "wrong_mac_last", sender->wrong_mac_last);
	json_end_object(out);
}

static void add_senders(struct text *out, const struct senders *senders,
			const struct history_group *group, const struct view_options *options)
{
	json_begin_array(out, "senders");
	for (size_t i = 0; i < senders->count; i++)
		if (address_same_ip(&senders->list[i].group, &group->address))
			add_sender(out, &senders->list[i], options);
	json_end_array(out);
}

void group_show_json(struct text *out, const struct group_history *history,
		     const struct history_group *group, const struct view_options *options)
{
	const char *name = group_name(&group->address);
	uint8_t mac[MAC_SIZE];

	mac_of_group(&group->address, mac);
	json_begin_event(out, "group");
	json_ip(out, "group", &group->address);
	if (name)
		json_string(out, "name", name);
	add_mac(out, "mac", mac);
	add_members(out, history, group, options);
	add_senders(out, &history->senders, group, options);
	json_end_event(out);
}

/* ---- Queriers ---- */

static void add_querier(struct text *out, const struct querier *querier,
			const struct view_options *options)
{
	json_begin_event(out, "querier");
	view_interface_json(out, options, querier->interface, querier->cooked_interface);
	querier_json(out, querier);
	json_end_event(out);
}

void queriers_show_json(struct text *out, const struct group_history *history,
			const struct view_options *options)
{
	for (size_t i = 0; i < history->queriers.count; i++)
		add_querier(out, &history->queriers.list[i], options);
}
