#include "groups_show.h"

#include "base/monotime.h"
#include "cli/show.h"
#include "net/address.h"
#include "net/group_names.h"
#include "net/mac.h"
#include "view_link.h"
#include "view_time.h"

#include <netinet/in.h>

/* ---- Parts of a line ---- */

/* " on eth0, vlan 5"; " on if 3" */
static void add_link(struct text *out, const struct view_options *options, unsigned interface,
		     uint32_t cooked_interface, uint16_t vlan)
{
	view_interface(out, " on ", options, interface, cooked_interface);
	if (vlan > 0)
		text_addf(out, ", vlan %u", vlan);
}

static void add_time(struct text *out, const struct group_history *history,
		     const struct view_options *options, int64_t time_ns)
{
	view_time(out, options, time_ns, time_ns - history->first_ns);
}

static void add_seconds(struct text *out, int64_t ns)
{
	if (ns > 0 && ns < NS_PER_MS)
		text_addf(out, "%.4g µs", (double)ns / (double)NS_PER_US);
	else
		text_addf(out, "%.6g s", (double)ns / (double)NS_PER_S);
}

/* "3", or "1 to 3". */
static void add_span(struct text *out, size_t least, size_t most)
{
	if (least == most)
		text_addf(out, "%zu", most);
	else
		text_addf(out, "%zu to %zu", least, most);
}

/* ---- Members ---- */

static void add_begin(struct text *out, const struct group_history *history,
		      const struct member_stay *stay, const struct view_options *options)
{
	switch (stay->begin) {
	case STAY_JOINED:
		text_add_string(out, "joined ");
		add_time(out, history, options, stay->begin_ns);
		break;
	case STAY_FOUND:
		text_add_string(out, "a member at ");
		add_time(out, history, options, stay->begin_ns);
		text_add_string(out, " (it answered a query)");
		break;
	case STAY_BEFORE:
		text_add_string(out, "had joined before");
	}
}

static void add_wanted(struct text *out, const struct source_filter *wanted)
{
	if (wanted->count == 0) { /* of all, or those that it names were not captured */
		if (wanted->has_more)
			text_add_string(out, wanted->is_exclude ? ", all sources except some"
								: ", only some sources");
		return;
	}
	text_add_string(out, wanted->is_exclude ? ", all sources except " : ", only the sources ");
	for (size_t i = 0; i < wanted->count; i++) {
		text_add_string(out, i > 0 ? ", " : "");
		show_ip(out, &wanted->list[i]);
	}
	text_add_string(out, wanted->has_more ? " and more" : "");
}

static void add_end(struct text *out, const struct group_history *history,
		    const struct member_stay *stay, const struct view_options *options)
{
	if (stay->is_over) {
		text_add_string(out, ", left ");
		add_time(out, history, options, stay->end_ns);
	} else if (stay_is_unconfirmed(history, stay)) {
		text_add_string(out, ", no answer to the query of ");
		add_time(out, history, options, stay->asked_ns);
		if (stay->asked > 1)
			text_addf(out, " (nor to %llu after it)",
				  (unsigned long long)(stay->asked - 1));
		text_add_string(out, " came by here");
	}
}

static void add_stay(struct text *out, const struct group_history *history,
		     const union hostcast_address *group, const struct member_stay *stay,
		     const struct view_options *options)
{
	text_add_string(out, "    ");
	show_ip(out, &stay->host);
	add_link(out, options, stay->interface, stay->cooked_interface, stay->vlan);
	text_addf(out, ", %sv%u: ", group->any.sa_family == AF_INET6 ? "MLD" : "IGMP",
		  stay->version);
	add_begin(out, history, stay, options);
	add_end(out, history, stay, options);
	add_wanted(out, &stay->wanted);
	if (stay->reports > 1)
		text_addf(out, "; %llu reports", (unsigned long long)stay->reports);
	show_nonzero(out, stay->changes, "changes of what it wants");
	text_add_string(out, "\n");
}

static void add_members(struct text *out, const struct group_history *history,
			const struct history_group *group, const struct view_options *options)
{
	text_add_string(out, group->stay_count > 0 ? "  members:\n" : "  no members reported\n");
	for (size_t i = 0; i < group->stay_count; i++)
		add_stay(out, history, &group->address, &group->stays[i], options);
}

/* ---- Senders ---- */

static void add_mac(struct text *out, const struct sender *sender)
{
	char text[MAC_TEXT_SIZE];

	if (sender->wrong_mac == 0)
		return;
	text_addf(out, "; %llu of its packets to a MAC address that is not the group's (%s)",
		  (unsigned long long)sender->wrong_mac, mac_text(sender->wrong_mac_last, text));
}

static void add_amount(struct text *out, const struct sender *sender)
{
	double rate = sender_rate(sender);

	show_quantity(out, sender->datagrams, "datagram", "datagrams");
	if (sender->datagrams == 0)
		return;
	if (rate > 0) {
		text_add_string(out, " in ");
		add_seconds(out, sender->last_ns - sender->first_ns);
		text_addf(out, rate < 1000 ? " (%.4g a second" : " (%.0f a second", rate);
		text_add_string(out, ", longest silence ");
		add_seconds(out, sender->longest_silence_ns);
		text_add_string(out, ")");
	}
	text_add_string(out, " of ");
	add_span(out, sender->size_least, sender->size_most);
	text_add_string(out, sender->size_most == 1 ? " byte" : " bytes");
}

static void add_protocol(struct text *out, const struct sender *sender)
{
	const char *name = ip_protocol_name(sender->protocol);

	if (sender->protocol == IPPROTO_UDP)
		text_addf(out, " to port %u", address_port(&sender->group));
	else if (name)
		text_addf(out, ", %s", name);
	else
		text_addf(out, ", IP protocol %u", sender->protocol);
}

static void add_sender(struct text *out, const struct sender *sender,
		       const struct view_options *options)
{
	char text[HOSTCAST_TEXT_SIZE];

	text_addf(out, "    %s",
		  address_port(&sender->source) > 0 ? hostcast_address_text(&sender->source, text)
						    : address_ip_text(&sender->source, text));
	add_protocol(out, sender);
	add_link(out, options, sender->interface, sender->cooked_interface, sender->vlan);
	text_add_string(out, ": ");
	add_amount(out, sender);
	text_add_string(out, ", TTL ");
	add_span(out, sender->ttl_least, sender->ttl_most);
	show_nonzero(out, sender->fragments, "further fragments");
	show_nonzero(out, sender->bad_checksums, "wrong checksums");
	add_mac(out, sender);
	text_add_string(out, "\n");
}

static void add_senders(struct text *out, const struct group_history *history,
			const struct history_group *group, const struct view_options *options)
{
	const struct senders *senders = &history->senders;
	size_t shown = 0;

	for (size_t i = 0; i < senders->count; i++) {
		if (!address_same_ip(&senders->list[i].group, &group->address))
			continue;
		text_add_string(out, shown++ == 0 ? "  senders:\n" : "");
		add_sender(out, &senders->list[i], options);
	}
	text_add_string(out, shown == 0 ? "  nobody sends\n" : "");
}

void group_show(struct text *out, const struct group_history *history,
		const struct history_group *group, const struct view_options *options)
{
	const char *name = group_name(&group->address);
	uint8_t mac[MAC_SIZE];
	char text[MAC_TEXT_SIZE];

	mac_of_group(&group->address, mac);
	show_ip(out, &group->address);
	text_addf(out, "%s%s%s, MAC address %s\n", name ? " (" : "", name ? name : "",
		  name ? ")" : "", mac_text(mac, text));
	add_members(out, history, group, options);
	add_senders(out, history, group, options);
	text_add_string(out, "\n");
}

/* ---- Queriers ---- */

static void add_intervals(struct text *out, const struct querier *querier)
{
	if (querier->seen_interval_ns > 0) {
		text_add_string(out, ", the last two ");
		add_seconds(out, querier->seen_interval_ns);
		text_add_string(out, " apart");
	}
	if (querier->told_interval_ns > 0) {
		text_add_string(out, ", every ");
		add_seconds(out, querier->told_interval_ns);
		text_add_string(out, " as it says");
	}
	if (querier->response_ns > 0) {
		text_add_string(out, ", to be answered within ");
		add_seconds(out, querier->response_ns);
	}
	if (querier->robustness > 0)
		text_addf(out, ", robustness %u", querier->robustness);
}

static void add_querier(struct text *out, const struct querier *querier,
			const struct group_history *history, const struct view_options *options)
{
	text_add_string(out, "  ");
	show_ip(out, &querier->address);
	add_link(out, options, querier->interface, querier->cooked_interface, querier->vlan);
	text_addf(out, ", %sv%u: ", querier->is_mld ? "MLD" : "IGMP", querier->version);
	show_quantity(out, querier->general, "general query", "general queries");
	add_intervals(out, querier);
	show_nonzero(out, querier->specific, "queries for one group");
	text_add_string(out, "; the last at ");
	add_time(out, history, options, querier->last_ns);
	text_add_string(out, "\n");
}

void queriers_show(struct text *out, const struct group_history *history,
		   const struct view_options *options)
{
	const struct queriers *queriers = &history->queriers;

	text_add_string(out, queriers->count > 0 ? "queriers:\n"
						 : "No querier was seen. Where a switch or bridge "
						   "snoops, memberships expire without one.\n");
	for (size_t i = 0; i < queriers->count; i++)
		add_querier(out, &queriers->list[i], history, options);
}
