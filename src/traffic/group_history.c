#include "group_history.h"

#include "base/list.h"
#include "net/address.h"

#include <stdlib.h>
#include <string.h>

/* Where and when a report or query was seen. */
struct sighting {
	const union hostcast_address *host;
	unsigned interface;
	uint32_t cooked_interface;
	uint16_t vlan;
	unsigned version;
	int64_t time_ns;
};

/* ---- Groups ---- */

static bool is_group(const void *list, size_t index, const void *address)
{
	return address_same_ip(&((const struct history_group *)list)[index].address, address);
}

static hash_place *place_of_group(struct group_history *history,
				  const union hostcast_address *address)
{
	return hash_find(history->group_places, HISTORY_GROUP_PLACES,
			 address_hash_ip(HASH_BEGIN, address), is_group, history->groups, address);
}

static struct history_group *add_group(struct group_history *history,
				       const union hostcast_address *address)
{
	struct history_group *groups = list_grow(history->groups, history->group_count,
						 &history->group_room, sizeof *groups);

	if (!groups)
		return NULL;
	history->groups = groups;
	groups[history->group_count] = (struct history_group){.address = *address};
	address_set_port(&groups[history->group_count].address, 0);
	return &groups[history->group_count++];
}

/* *group is NULL if there is no room for another. Returns 0 or HOSTCAST_NO_MEMORY. */
static int find_or_add_group(struct group_history *history, const union hostcast_address *address,
			     struct history_group **group)
{
	hash_place *place = place_of_group(history, address);

	*group = *place > 0 ? &history->groups[*place - 1] : NULL;
	if (*group)
		return 0;
	if (history->group_count == HISTORY_GROUPS_MAX) {
		history->forgotten_packets++;
		return 0;
	}
	*group = add_group(history, address);
	if (!*group)
		return HOSTCAST_NO_MEMORY;
	*place = (hash_place)history->group_count;
	return 0;
}

/* ---- Stays ---- */

static bool is_on_link(const struct member_stay *stay, const struct sighting *seen)
{
	return stay->interface == seen->interface &&
	       stay->cooked_interface == seen->cooked_interface && stay->vlan == seen->vlan;
}

static struct member_stay *latest_stay(const struct group_history *history, size_t index)
{
	const struct stay_number *number = &history->latest[index];

	return &history->groups[number->group].stays[number->stay];
}

/* Who is looked for: a host, in a group. */
struct stay_key {
	size_t group;
	const struct sighting *seen;
};

static bool is_stay_of(const void *list, size_t index, const void *wanted)
{
	const struct group_history *history = list;
	const struct member_stay *stay = latest_stay(history, index);
	const struct stay_key *key = wanted;

	return history->latest[index].group == key->group && is_on_link(stay, key->seen) &&
	       address_same_ip(&stay->host, key->seen->host);
}

static hash_place *place_of_stay(struct group_history *history, const struct history_group *group,
				 const struct sighting *seen)
{
	struct stay_key key = {(size_t)(group - history->groups), seen};
	uint64_t hash = address_hash_ip(HASH_BEGIN, seen->host);

	hash = hash_bytes(hash, &key.group, sizeof key.group);
	hash = hash_bytes(hash, &seen->interface, sizeof seen->interface);
	hash = hash_bytes(hash, &seen->cooked_interface, sizeof seen->cooked_interface);
	hash = hash_bytes(hash, &seen->vlan, sizeof seen->vlan);
	return hash_find(history->stay_places, HISTORY_STAY_PLACES, hash, is_stay_of, history,
			 &key);
}

/* The last one of this host. */
static struct member_stay *find_stay(struct group_history *history,
				     const struct history_group *group, const struct sighting *seen)
{
	hash_place place = *place_of_stay(history, group, seen);

	return place > 0 ? latest_stay(history, place - 1u) : NULL;
}

/* The newest one of its group is the last one of this host now. */
static void remember_stay(struct group_history *history, const struct history_group *group,
			  hash_place *place)
{
	if (*place == 0)
		*place = (hash_place)++history->latest_count;
	history->latest[*place - 1] = (struct stay_number){
		.group = (uint16_t)(group - history->groups),
		.stay = (uint16_t)(group->stay_count - 1),
	};
}

/* *stay is NULL if there is no room for another. */
static int add_stay(struct group_history *history, struct history_group *group,
		    const struct sighting *seen, enum stay_begin begin, struct member_stay **stay)
{
	hash_place *place = place_of_stay(history, group, seen);
	struct member_stay *stays;

	*stay = NULL;
	if (history->stay_count == HISTORY_STAYS_MAX) {
		history->forgotten_reports++;
		return 0;
	}
	stays = list_grow(group->stays, group->stay_count, &group->stay_room, sizeof *stays);
	if (!stays)
		return HOSTCAST_NO_MEMORY;
	group->stays = stays;
	*stay = &stays[group->stay_count++];
	**stay = (struct member_stay){
		.host = *seen->host,
		.interface = seen->interface,
		.cooked_interface = seen->cooked_interface,
		.vlan = seen->vlan,
		.version = seen->version,
		.begin = begin,
		.begin_ns = seen->time_ns,
	};
	address_set_port(&(*stay)->host, 0);
	remember_stay(history, group, place);
	history->stay_count++;
	return 0;
}

static void stop_asking(struct history_group *group, struct member_stay *stay)
{
	group->asked -= stay->asked > 0;
	stay->asked = 0;
}

static void end_stay(struct history_group *group, struct member_stay *stay,
		     const struct sighting *seen)
{
	stop_asking(group, stay);
	stay->is_over = true;
	stay->end_ns = seen->time_ns;
	stay->version = seen->version;
	stay->wanted = (struct source_filter){.count = 0};
}

/* ---- Reports ---- */

/* A host that hears another one's report of IGMPv1, v2 or MLDv1 keeps its own to itself. */
static bool is_suppressed_by(const struct member_stay *stay, const struct sighting *seen)
{
	return is_on_link(stay, seen) && stay->version <= seen->version;
}

static void confirm(struct history_group *group, struct member_stay *stay,
		    const struct sighting *seen, bool is_old)
{
	stop_asking(group, stay);
	for (size_t i = 0; i < group->stay_count && group->asked > 0 && is_old; i++)
		if (is_suppressed_by(&group->stays[i], seen))
			stop_asking(group, &group->stays[i]);
	stay->reports++;
	stay->version = seen->version;
}

/* Could a report be the answer to a query for its group, or of its link for all? */
static bool is_answer(const struct group_history *history, const struct history_group *group,
		      const struct sighting *seen, bool is_mld)
{
	if (seen->time_ns < group->answers_until_ns)
		return true;
	for (size_t i = 0; i < history->queriers.count; i++) {
		const struct querier *q = &history->queriers.list[i];

		if (q->is_mld == is_mld && q->interface == seen->interface &&
		    q->cooked_interface == seen->cooked_interface && q->vlan == seen->vlan &&
		    q->general > 0 && seen->time_ns - q->last_general_ns <= q->response_ns)
			return true;
	}
	return false;
}

static enum stay_begin begin_of(const struct group_history *history,
				const struct history_group *group, const struct sighting *seen,
				const struct report_records *records,
				const struct group_record *record)
{
	bool tells_state = record->type == RECORD_IS_INCLUDE || record->type == RECORD_IS_EXCLUDE;

	if (!tells_state)
		return STAY_JOINED;
	if (!records->is_old)
		return STAY_FOUND;
	return is_answer(history, group, seen, records->message.is_mld) ? STAY_FOUND : STAY_JOINED;
}

static void apply(struct group_history *history, struct source_filter *wanted,
		  const struct sighting *seen, const struct report_records *records,
		  const struct group_record *record)
{
	history->forgotten_sources +=
		source_filter_apply(wanted, &records->message, record, seen->time_ns);
}

static int begin_stay(struct group_history *history, struct history_group *group,
		      const struct sighting *seen, enum stay_begin begin,
		      const struct source_filter *wanted, bool is_old)
{
	struct member_stay *stay;
	int code = add_stay(history, group, seen, begin, &stay);

	if (!stay)
		return code;
	stay->wanted = *wanted;
	confirm(group, stay, seen, is_old);
	return 0;
}

static int add_ended_stay(struct group_history *history, struct history_group *group,
			  const struct sighting *seen)
{
	struct member_stay *stay;
	int code = add_stay(history, group, seen, STAY_BEFORE, &stay);

	if (stay)
		end_stay(group, stay, seen);
	return code;
}

/* Of a host that was not known to be a member. An end is said again, lest the first was lost (RFC
 * 3376 section 5.1); and what is no end and wants nothing, of a membership that began before, tells
 * nothing of it. */
static int take_first_record(struct group_history *history, struct history_group *group,
			     const struct sighting *seen, const struct report_records *records,
			     const struct group_record *record)
{
	struct source_filter wanted = {.count = 0};

	apply(history, &wanted, seen, records, record);
	if (!source_filter_wants_nothing(&wanted))
		return begin_stay(history, group, seen,
				  begin_of(history, group, seen, records, record), &wanted,
				  records->is_old);
	if (group_record_ends(record) && !find_stay(history, group, seen))
		return add_ended_stay(history, group, seen);
	return 0;
}

static void take_next_record(struct group_history *history, struct history_group *group,
			     struct member_stay *stay, const struct sighting *seen,
			     const struct report_records *records,
			     const struct group_record *record)
{
	struct source_filter before = stay->wanted;

	apply(history, &stay->wanted, seen, records, record);
	if (source_filter_wants_nothing(&stay->wanted)) {
		end_stay(group, stay, seen);
		return;
	}
	stay->changes += !source_filter_equal(&before, &stay->wanted);
	confirm(group, stay, seen, records->is_old);
}

static int take_record(struct group_history *history, const struct sighting *seen,
		       const struct report_records *records, const struct group_record *record)
{
	struct history_group *group;
	struct member_stay *stay;
	int code;

	if (!address_is_multicast(&record->group))
		return 0;
	code = find_or_add_group(history, &record->group, &group);
	if (!group)
		return code;
	stay = find_stay(history, group, seen);
	if (!stay || stay->is_over)
		return take_first_record(history, group, seen, records, record);
	take_next_record(history, group, stay, seen, records, record);
	return 0;
}

static int take_report(struct group_history *history, const struct sighting *seen,
		       const struct packet *packet)
{
	struct report_records records = report_records_of(packet);
	struct group_record record;
	int code = 0;

	while (code == 0 && report_records_next(&records, &record))
		code = take_record(history, seen, &records, &record);
	return code;
}

/* ---- Queries ---- */

/* Who has no address yet shares 0.0.0.0 with others (RFC 3376 section 4.2.13), and answers with the
 * one that it gets. Routers mostly do not hear what they ask themselves. */
static bool has_to_answer(const struct member_stay *stay, const struct sighting *seen,
			  const struct membership_message *query)
{
	return !address_is_any(&stay->host) && !address_same_ip(&stay->host, seen->host) &&
	       source_filter_is_asked(&stay->wanted, query);
}

static void ask(struct history_group *group, struct member_stay *stay, const struct sighting *seen,
		const struct membership_message *query)
{
	source_filter_note_query(&stay->wanted, query, seen->time_ns);
	if (!has_to_answer(stay, seen, query))
		return;
	if (stay->asked++ > 0)
		return;
	group->asked++;
	stay->asked_ns = seen->time_ns;
	stay->due_ns = seen->time_ns + query->response_ns;
}

static void ask_group(struct history_group *group, const struct sighting *seen,
		      const struct membership_message *query)
{
	for (size_t i = 0; i < group->stay_count; i++)
		if (!group->stays[i].is_over && is_on_link(&group->stays[i], seen))
			ask(group, &group->stays[i], seen, query);
}

static void take_general_query(struct group_history *history, const struct sighting *seen,
			       const struct membership_message *query)
{
	for (size_t i = 0; i < history->group_count; i++)
		if (history->groups[i].address.any.sa_family == seen->host->any.sa_family)
			ask_group(&history->groups[i], seen, query);
}

static int take_query_for_group(struct group_history *history, const struct sighting *seen,
				const struct membership_message *query)
{
	struct history_group *group;
	int code;

	if (!address_is_multicast(&query->group))
		return 0;
	code = find_or_add_group(history, &query->group, &group);
	if (!group)
		return code;
	group->answers_until_ns = seen->time_ns + query->response_ns;
	ask_group(group, seen, query);
	return 0;
}

static int take_query(struct group_history *history, const struct sighting *seen,
		      const struct membership_message *query)
{
	if (query->group.any.sa_family != AF_UNSPEC)
		return take_query_for_group(history, seen, query);
	take_general_query(history, seen, query);
	return 0;
}

/* ---- Packets ---- */

static int take_membership(struct group_history *history, const struct frame *frame,
			   const struct packet *packet)
{
	const struct membership_message *message = &packet->membership;
	struct sighting seen = {
		.host = &packet->source,
		.interface = frame->interface,
		.cooked_interface = packet->link.cooked_interface,
		.vlan = packet_vlan(packet),
		.version = message->version,
		.time_ns = frame->time_ns,
	};

	if (message->kind != MEMBERSHIP_QUERY)
		return take_report(history, &seen, packet);
	queriers_take(&history->queriers, frame, packet);
	if (message->checksum == CHECKSUM_BAD) /* hosts drop it, too */
		return 0;
	return take_query(history, &seen, message);
}

int group_history_take(struct group_history *history, const struct frame *frame,
		       const struct packet *packet)
{
	struct history_group *group;

	if (history->packets++ == 0)
		history->first_ns = frame->time_ns;
	history->last_ns = frame->time_ns;
	if (packet->transport == TRANSPORT_MEMBERSHIP)
		return take_membership(history, frame, packet);
	if (packet->ip.version == 0 || !address_is_multicast(&packet->destination))
		return 0;
	senders_take(&history->senders, frame, packet);
	return find_or_add_group(history, &packet->destination, &group);
}

void group_history_done(struct group_history *history)
{
	for (size_t i = 0; i < history->group_count; i++)
		free(history->groups[i].stays);
	free(history->groups);
	*history = (struct group_history){0};
}

bool stay_is_unconfirmed(const struct group_history *history, const struct member_stay *stay)
{
	return !stay->is_over && stay->asked > 0 && stay->due_ns < history->last_ns;
}
