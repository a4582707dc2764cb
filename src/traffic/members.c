#include "members.h"

#include "net/address.h"
#include "report_records.h"

#include <string.h>

/* Where the table is full, one that said nothing for longer than a membership lasts with the
 * default timers makes room (RFC 3376 section 8.4). */
#define SILENT_NS (260 * INT64_C(1000000000))

/* A report may name two hundred groups that there is no room for: it is not looked for each time.
 */
#define ROOM_NS   (1 * INT64_C(1000000000))

/* ---- The table ---- */

static int compare(const struct member *a, const struct member *b)
{
	int order = address_compare_ip(&a->group, &b->group);

	if (order != 0)
		return order;
	if (a->interface != b->interface)
		return a->interface < b->interface ? -1 : 1;
	if (a->vlan != b->vlan)
		return a->vlan < b->vlan ? -1 : 1;
	return address_compare_ip(&a->address, &b->address);
}

/* Where it stands, or would stand. */
static size_t place_of(const struct members *members, const struct member *wanted)
{
	size_t low = 0, high = members->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(members_at(members, middle), wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The last of the list fills the gap. */
static void remove_at(struct members *members, size_t at)
{
	uint16_t gap = members->places[at];
	size_t last = --members->count;

	memmove(&members->places[at], &members->places[at + 1],
		(last - at) * sizeof members->places[0]);
	if (gap == last)
		return;
	members->places[place_of(members, &members->list[last])] = gap;
	members->list[gap] = members->list[last];
}

static bool make_room(struct members *members, int64_t now_ns)
{
	if (now_ns >= members->room_ns && now_ns - members->room_ns < ROOM_NS)
		return false;
	members->room_ns = now_ns;
	for (size_t i = members->count; i-- > 0;) {
		const struct member *member = members_at(members, i);

		if (member->has_left || now_ns - member->last_ns > SILENT_NS)
			remove_at(members, i);
	}
	return members->count < MEMBERS_MAX;
}

/* NULL: no room. */
static struct member *find_or_add(struct members *members, const struct member *wanted,
				  bool *was_known)
{
	size_t at = place_of(members, wanted);

	*was_known = at < members->count && compare(members_at(members, at), wanted) == 0;
	if (*was_known)
		return &members->list[members->places[at]];
	if (members->count == MEMBERS_MAX) {
		if (!make_room(members, wanted->last_ns)) {
			members->forgotten++;
			return NULL;
		}
		at = place_of(members, wanted);
	}
	memmove(&members->places[at + 1], &members->places[at],
		(members->count - at) * sizeof members->places[0]);
	members->places[at] = (uint16_t)members->count;
	members->list[members->count] = *wanted;
	return &members->list[members->count++];
}

/* ---- Packets ---- */

static void tell_change(struct member *member, bool was_known, bool had_left, bool says_leaves,
			member_changed_fn *function, void *context)
{
	if (had_left && !member->has_left) {
		member->first_ns = member->last_ns;
		function(context, MEMBER_JOINED, member);
	} else if (!had_left && member->has_left) {
		function(context, MEMBER_LEFT, member);
	} else if (!was_known && says_leaves) {
		function(context, MEMBER_LEFT, member);
	}
}

static void take_record(struct members *members, const struct member *reporter,
			const struct membership_message *message, const struct group_record *record,
			member_changed_fn *function, void *context)
{
	struct member wanted = *reporter;
	struct member *member;
	bool was_known, had_left;

	wanted.group = record->group;
	if (!address_is_multicast(&wanted.group) ||
	    (members->is_wanted && !members->is_wanted(members->wanted_context, &wanted.group)))
		return;
	member = find_or_add(members, &wanted, &was_known);
	if (!member)
		return;
	had_left = member->has_left; /* also one that was not known */
	members->forgotten +=
		source_filter_apply(&member->wanted, message, record, reporter->last_ns);
	member->has_left = source_filter_wants_nothing(&member->wanted);
	member->version = reporter->version;
	if (!had_left || !member->has_left) /* a leave that is said again is none */
		member->last_ns = reporter->last_ns;
	tell_change(member, was_known, had_left, group_record_ends(record), function, context);
}

/* What is answered to a query for sources may be about these alone. */
static void take_query(struct members *members, const struct member *link,
		       const struct membership_message *query, int64_t time_ns)
{
	for (size_t i = 0; i < members->count && query->count > 0; i++) {
		struct member *member = &members->list[i];

		if (member->interface == link->interface && member->vlan == link->vlan &&
		    address_same_ip(&member->group, &query->group))
			source_filter_note_query(&member->wanted, query, time_ns);
	}
}

void members_take(struct members *members, const struct frame *frame, const struct packet *packet,
		  member_changed_fn *function, void *context)
{
	const struct membership_message *message = &packet->membership;
	struct report_records records;
	struct group_record record;
	struct member reporter;

	if (packet->transport != TRANSPORT_MEMBERSHIP)
		return;
	reporter = (struct member){
		.address = packet->source,
		.interface = frame->interface,
		.vlan = packet_vlan(packet),
		.is_mld = message->is_mld,
		.version = message->version,
		.has_left = true,
		.first_ns = frame->time_ns,
		.last_ns = frame->time_ns,
	};
	if (message->kind == MEMBERSHIP_QUERY && message->checksum != CHECKSUM_BAD)
		take_query(members, &reporter, message, frame->time_ns);
	records = report_records_of(packet);
	while (report_records_next(&records, &record))
		take_record(members, &reporter, message, &record, function, context);
}

/* ---- Time ---- */

/* Only from IGMPv3 and MLDv2 on every member answers; before, who hears another's report is silent
 * (RFC 2236 section 3, RFC 2710 section 4). */
static bool is_suppressed(const struct member *member)
{
	return member->version < (member->is_mld ? 2u : 3u);
}

static bool answers_for(const struct member *other, const struct member *member)
{
	return !other->has_left && other->interface == member->interface &&
	       other->vlan == member->vlan && address_same_ip(&other->group, &member->group);
}

/* When it was confirmed last, by itself or by another one. */
static int64_t confirmed_ns(const struct members *members, const struct member *member)
{
	int64_t last_ns = member->last_ns;
	size_t at;

	if (!is_suppressed(member))
		return last_ns;
	at = place_of(members, member);
	while (at > 0 && answers_for(members_at(members, at - 1), member))
		at--;
	for (; at < members->count && answers_for(members_at(members, at), member); at++)
		if (members_at(members, at)->last_ns > last_ns)
			last_ns = members_at(members, at)->last_ns;
	return last_ns;
}

int64_t member_ends_ns(const struct members *members, const struct member *member,
		       const struct queriers *queriers, int64_t now_ns)
{
	const struct querier *querier =
		queriers_elected(queriers, member->interface, member->vlan, member->is_mld, now_ns);

	if (!querier || address_same_ip(&querier->address, &member->address))
		return 0;
	return querier_membership_ends_ns(querier, confirmed_ns(members, member));
}

void members_tick(struct members *members, const struct queriers *queriers, int64_t now_ns,
		  member_changed_fn *function, void *context)
{
	for (size_t i = members->count; i-- > 0;) {
		const struct member *member = members_at(members, i);
		int64_t ends_ns;

		if (member->has_left) {
			if (now_ns - member->last_ns > MEMBER_LEFT_NS)
				remove_at(members, i);
			continue;
		}
		ends_ns = member_ends_ns(members, member, queriers, now_ns);
		if (ends_ns == 0 || now_ns <= ends_ns)
			continue;
		if (!address_is_any(&member->address))
			function(context, MEMBER_EXPIRED, member);
		remove_at(members, i);
	}
}
