#include "group_history.h"

#include "base/list.h"
#include "net/address.h"

#include <stdlib.h>
#include <string.h>

/* Where and when a report or query was seen. */
struct sighting {
	const union hostcast_address *host;
	unsigned interface;
	uint16_t vlan;
	unsigned version;
	int64_t time_ns;
};

/* ---- Groups ---- */

static bool is_group(const struct group_history *history, size_t index,
		     const union hostcast_address *address)
{
	return index < history->group_count &&
	       address_same_ip(&history->groups[index].address, address);
}

static struct history_group *find_group(struct group_history *history,
					const union hostcast_address *address)
{
	if (is_group(history, history->last_group, address))
		return &history->groups[history->last_group];
	for (size_t i = 0; i < history->group_count; i++)
		if (is_group(history, i, address)) {
			history->last_group = i;
			return &history->groups[i];
		}
	return NULL;
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
	history->last_group = history->group_count;
	return &groups[history->group_count++];
}

/* *group is NULL if there is no room for another. Returns 0 or HOSTCAST_NO_MEMORY. */
static int find_or_add_group(struct group_history *history, const union hostcast_address *address,
			     struct history_group **group)
{
	*group = find_group(history, address);
	if (*group)
		return 0;
	if (history->group_count == HISTORY_GROUPS_MAX) {
		history->forgotten_packets++;
		return 0;
	}
	*group = add_group(history, address);
	return *group ? 0 : HOSTCAST_NO_MEMORY;
}

/* ---- Stays ---- */

static bool is_on_link(const struct member_stay *stay, const struct sighting *seen)
{
	return stay->interface == seen->interface && stay->vlan == seen->vlan;
}

/* The last one of this host. */
static struct member_stay *find_stay(const struct history_group *group, const struct sighting *seen)
{
	for (size_t i = group->stay_count; i > 0; i--) {
		struct member_stay *stay = &group->stays[i - 1];

		if (is_on_link(stay, seen) && address_same_ip(&stay->host, seen->host))
			return stay;
	}
	return NULL;
}

/* *stay is NULL if there is no room for another. */
static int add_stay(struct group_history *history, struct history_group *group,
		    const struct sighting *seen, enum stay_begin begin, struct member_stay **stay)
{
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
		.vlan = seen->vlan,
		.version = seen->version,
		.begin = begin,
		.begin_ns = seen->time_ns,
	};
	address_set_port(&(*stay)->host, 0);
	history->stay_count++;
	return 0;
}

static void end_stay(struct member_stay *stay, const struct sighting *seen)
{
	stay->is_over = true;
	stay->end_ns = seen->time_ns;
	stay->version = seen->version;
	stay->wanted = (struct source_filter){.count = 0};
}

/* ---- Reports ---- */

/* A host that hears another one's report of IGMPv1, v2 or MLDv1 keeps its own to itself. */
static bool is_suppressed_by(const struct member_stay *stay, const struct sighting *seen,
			     bool is_old)
{
	return is_old && is_on_link(stay, seen) && stay->version <= seen->version;
}

static void confirm(const struct history_group *group, struct member_stay *stay,
		    const struct sighting *seen, bool is_old)
{
	for (size_t i = 0; i < group->stay_count; i++)
		if (&group->stays[i] == stay || is_suppressed_by(&group->stays[i], seen, is_old))
			group->stays[i].asked = 0;
	stay->reports++;
	stay->report_ns = seen->time_ns;
	stay->version = seen->version;
}

/* Could a report be the answer to a query of its link? */
static bool is_answer(const struct group_history *history, const struct sighting *seen, bool is_mld)
{
	for (size_t i = 0; i < history->queriers.count; i++) {
		const struct querier *q = &history->queriers.list[i];

		if (q->is_mld == is_mld && q->interface == seen->interface &&
		    q->vlan == seen->vlan && seen->time_ns - q->last_ns <= q->response_ns)
			return true;
	}
	return false;
}

static enum stay_begin begin_of(const struct group_history *history, const struct sighting *seen,
				const struct report_records *records,
				const struct group_record *record)
{
	bool tells_state = record->type == RECORD_IS_INCLUDE || record->type == RECORD_IS_EXCLUDE;

	if (!tells_state)
		return STAY_JOINED;
	if (!records->is_old)
		return STAY_FOUND;
	return is_answer(history, seen, records->message.is_mld) ? STAY_FOUND : STAY_JOINED;
}

/* Does it name no source of which its sender wants to hear? */
static bool wants_nothing(const struct group_record *record)
{
	return record->type == RECORD_BLOCK ||
	       (record->count == 0 && record->type != RECORD_IS_EXCLUDE &&
		record->type != RECORD_TO_EXCLUDE);
}

static void apply(struct group_history *history, struct member_stay *stay,
		  const struct report_records *records, const struct group_record *record)
{
	history->forgotten_sources += source_filter_apply(&stay->wanted, &records->message, record);
}

/* Of a host that was not known to be a member. */
static int take_first_record(struct group_history *history, struct history_group *group,
			     const struct sighting *seen, const struct report_records *records,
			     const struct group_record *record)
{
	bool is_end = wants_nothing(record);
	bool is_known = find_stay(group, seen) != NULL;
	struct member_stay *stay;
	int code;

	if (is_end && is_known)
		return 0; /* said again, lest the first was lost (RFC 3376 section 5.1) */
	code = add_stay(history, group, seen,
			is_end ? STAY_BEFORE : begin_of(history, seen, records, record), &stay);
	if (!stay)
		return code;
	if (is_end) {
		end_stay(stay, seen);
		return 0;
	}
	apply(history, stay, records, record);
	confirm(group, stay, seen, records->is_old);
	return 0;
}

static void take_next_record(struct group_history *history, struct history_group *group,
			     struct member_stay *stay, const struct sighting *seen,
			     const struct report_records *records,
			     const struct group_record *record)
{
	struct source_filter before = stay->wanted;

	apply(history, stay, records, record);
	if (source_filter_wants_nothing(&stay->wanted)) {
		end_stay(stay, seen);
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

	if (record->type < RECORD_IS_INCLUDE || record->type > RECORD_BLOCK ||
	    !address_is_multicast(&record->group))
		return 0;
	code = find_or_add_group(history, &record->group, &group);
	if (!group)
		return code;
	stay = find_stay(group, seen);
	if (!stay || stay->is_over)
		return take_first_record(history, group, seen, records, record);
	take_next_record(history, group, stay, seen, records, record);
	return 0;
}

static int take_report(struct group_history *history, const struct sighting *seen,
		       const struct membership_message *message)
{
	struct report_records records = report_records_of(message);
	struct group_record record;
	int code = 0;

	while (code == 0 && report_records_next(&records, &record))
		code = take_record(history, seen, &records, &record);
	return code;
}

/* ---- Queries ---- */

static void ask(struct member_stay *stay, const struct membership_message *query, int64_t time_ns)
{
	if (stay->asked++ > 0)
		return;
	stay->asked_ns = time_ns;
	stay->due_ns = time_ns + query->response_ns;
}

static void ask_group(const struct history_group *group, const struct sighting *seen,
		      const struct membership_message *query)
{
	for (size_t i = 0; i < group->stay_count; i++)
		if (!group->stays[i].is_over && is_on_link(&group->stays[i], seen))
			ask(&group->stays[i], query, seen->time_ns);
}

static void take_query(struct group_history *history, const struct sighting *seen,
		       const struct membership_message *query)
{
	bool is_general = query->group.any.sa_family == AF_UNSPEC;

	for (size_t i = 0; i < history->group_count; i++) {
		const struct history_group *group = &history->groups[i];
		bool is_meant = is_general
					? group->address.any.sa_family == seen->host->any.sa_family
					: address_same_ip(&group->address, &query->group);

		if (is_meant)
			ask_group(group, seen, query);
	}
}

/* ---- Packets ---- */

static int take_membership(struct group_history *history, const struct frame *frame,
			   const struct packet *packet)
{
	const struct membership_message *message = &packet->membership;
	struct sighting seen = {
		.host = &packet->source,
		.interface = frame->interface,
		.vlan = packet_vlan(packet),
		.version = message->version,
		.time_ns = frame->time_ns,
	};

	if (message->checksum == CHECKSUM_BAD) /* routers drop it (RFC 3376 section 4.1.2) */
		return 0;
	if (message->kind != MEMBERSHIP_QUERY)
		return take_report(history, &seen, message);
	queriers_take(&history->queriers, frame, packet);
	take_query(history, &seen, message);
	return 0;
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
