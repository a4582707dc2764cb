#include "rows.h"

#include "cli/show.h"
#include "net/address.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>

enum { GROUPS_SHOWN = 1024, MEMBERS_SHOWN = 4 };

/* ---- What is shown, group by group ---- */

enum entry_kind { ENTRY_HERE, ENTRY_MEMBER, ENTRY_SENDER };

/* A membership of this host, a member or a sender: where it stands in its list. */
struct entry {
	const union hostcast_address *group;
	enum entry_kind kind;
	size_t index;
};

/* The entries of a group: those of each kind stand together. */
struct group_row {
	const struct entry *entries;
	size_t count;
	double datagrams_per_s;
	int64_t last_ns;
};

struct group_rows {
	struct entry *entries;
	size_t entry_count;
	struct group_row *list;
	size_t count;
};

const char *rows_order_name(enum rows_order order)
{
	static const char *const names[ROWS_ORDERS] = {"group", "rate", "last heard"};

	return names[order];
}

static void add_entry(struct group_rows *rows, const union hostcast_address *group,
		      enum entry_kind kind, size_t index)
{
	rows->entries[rows->entry_count++] = (struct entry){group, kind, index};
}

static void gather_entries(struct group_rows *rows, const struct watch *watch)
{
	const struct memberships *local = local_memberships(watch->local);

	for (size_t i = 0; i < local->count; i++)
		if (watch_wants_group(watch, &local->list[i].group) &&
		    watch_wants_interface(watch, local->list[i].interface))
			add_entry(rows, &local->list[i].group, ENTRY_HERE, i);
	for (size_t i = 0; i < watch->members.count; i++)
		if (!members_at(&watch->members, i)->has_left &&
		    watch_wants_group(watch, &members_at(&watch->members, i)->group))
			add_entry(rows, &members_at(&watch->members, i)->group, ENTRY_MEMBER, i);
	for (size_t i = 0; i < watch->senders.senders.count; i++)
		add_entry(rows, &watch->senders.senders.list[i].group, ENTRY_SENDER, i);
}

static int by_entry(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = address_compare_ip(x->group, y->group);

	if (order != 0)
		return order;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static void count_entry(struct group_row *row, const struct entry *entry, const struct watch *watch)
{
	const struct live_senders *senders = &watch->senders;

	row->count++;
	if (entry->kind != ENTRY_SENDER)
		return;
	row->datagrams_per_s += senders->live[entry->index].datagrams_per_s;
	if (senders->senders.list[entry->index].last_ns > row->last_ns)
		row->last_ns = senders->senders.list[entry->index].last_ns;
}

/* Entries in order become groups. */
static void gather_groups(struct group_rows *rows, const struct watch *watch)
{
	for (size_t i = 0; i < rows->entry_count; i++) {
		const struct entry *entry = &rows->entries[i];

		if (i == 0 || !address_same_ip(entry[-1].group, entry->group))
			rows->list[rows->count++] = (struct group_row){.entries = entry};
		count_entry(&rows->list[rows->count - 1], entry, watch);
	}
}

static int by_group(const void *a, const void *b)
{
	const struct group_row *x = a, *y = b;

	return address_compare_ip(x->entries->group, y->entries->group);
}

static int by_rate(const void *a, const void *b)
{
	const struct group_row *x = a, *y = b;

	if (x->datagrams_per_s != y->datagrams_per_s)
		return x->datagrams_per_s > y->datagrams_per_s ? -1 : 1;
	return by_group(a, b);
}

static int by_time(const void *a, const void *b)
{
	const struct group_row *x = a, *y = b;

	if (x->last_ns != y->last_ns)
		return x->last_ns > y->last_ns ? -1 : 1;
	return by_group(a, b);
}

/* False: out of memory. */
static bool gather(struct group_rows *rows, const struct watch *watch, enum rows_order order)
{
	static int (*const compare[ROWS_ORDERS])(const void *, const void *) = {by_group, by_rate,
										by_time};
	size_t most = local_memberships(watch->local)->count + watch->members.count +
		      watch->senders.senders.count;

	rows->entries = calloc(most + 1, sizeof *rows->entries);
	rows->list = calloc(most + 1, sizeof *rows->list);
	if (!rows->entries || !rows->list)
		return false;
	gather_entries(rows, watch);
	qsort(rows->entries, rows->entry_count, sizeof *rows->entries, by_entry);
	gather_groups(rows, watch);
	if (order != ROWS_BY_GROUP)
		qsort(rows->list, rows->count, sizeof *rows->list, compare[order]);
	return true;
}

/* ---- A group ---- */

/* "73 s", also below 0. */
static void add_in(struct text *out, int64_t ns)
{
	text_addf(out, "%lld s", (long long)(ns / NS_PER_S));
}

static void add_here(struct text *out, const struct watch *watch, const struct group_row *row)
{
	const struct memberships *local = local_memberships(watch->local);
	char name[INTERFACE_TEXT_SIZE];

	for (size_t i = 0; i < row->count && row->entries[i].kind == ENTRY_HERE; i++) {
		unsigned interface = local->list[row->entries[i].index].interface;

		text_add_string(out, i > 0 ? ", " : "  joined here on ");
		text_add_string(out, interface_text(&watch->names, interface, name));
	}
}

static void add_member(struct text *out, const struct watch *watch, const struct member *member,
		       int64_t now_ns)
{
	int64_t ends_ns = member_ends_ns(&watch->members, member, &watch->queriers, now_ns);

	show_ip(out, &member->address);
	if (wants_sources_only(member)) {
		text_add_string(out, " from ");
		add_sources_text(out, member);
	}
	if (ends_ns == 0)
		return;
	text_add_string(out, " (");
	add_in(out, ends_ns - now_ns);
	text_add_string(out, ")");
}

static void members_row(struct text *out, const struct watch *watch, const struct group_row *row,
			int64_t now_ns)
{
	size_t count = 0;

	for (size_t i = 0; i < row->count; i++) {
		if (row->entries[i].kind != ENTRY_MEMBER)
			continue;
		if (count < MEMBERS_SHOWN) {
			text_add_string(out, count > 0 ? ", " : "  members: ");
			add_member(out, watch, members_at(&watch->members, row->entries[i].index),
				   now_ns);
		}
		count++;
	}
	if (count > MEMBERS_SHOWN)
		text_addf(out, ", and %zu more", count - MEMBERS_SHOWN);
	if (count > 0)
		text_add_string(out, "\n");
}

enum { CELL = 32 };

/* "64", or "40-1200" */
static const char *range(char cell[static CELL], size_t least, size_t most)
{
	if (least == most)
		snprintf(cell, CELL, "%zu", most);
	else
		snprintf(cell, CELL, "%zu-%zu", least, most);
	return cell;
}

static void sender_row(struct text *out, const struct names *names, const struct sender *sender,
		       const struct live_sender *live, int64_t now_ns)
{
	char source[HOSTCAST_TEXT_SIZE], name[INTERFACE_TEXT_SIZE], size[CELL], ttl[CELL];

	text_addf(out, "%c %-20s %-5s %5u %7.1f %8.1f %8s %5s %5.1f %7.1f\n",
		  live->is_silent ? '!' : ' ', hostcast_address_text(&sender->source, source),
		  interface_text(names, sender->interface, name), address_port(&sender->group),
		  live->datagrams_per_s, live->bits_per_s / 1000,
		  range(size, sender->size_least, sender->size_most),
		  range(ttl, sender->ttl_least, sender->ttl_most),
		  (double)(now_ns - sender->last_ns) / (double)NS_PER_S,
		  (double)sender->longest_silence_ns / (double)NS_PER_S);
}

/* What should not be, if it is. */
static void faults_row(struct text *out, const struct sender *sender)
{
	if (sender->wrong_mac == 0 && sender->bad_checksums == 0)
		return;
	text_addf(out, "    to a wrong MAC address: %llu, bad checksums: %llu\n",
		  (unsigned long long)sender->wrong_mac, (unsigned long long)sender->bad_checksums);
}

/* ", WHAT 5", if there are any. */
static void add_count(struct text *out, const char *what, uint64_t count)
{
	if (count > 0)
		text_addf(out, ", %s %llu", what, (unsigned long long)count);
}

static void stream_row(struct text *out, const struct rtp_stream *stream)
{
	const char *name = rtp_payload_name(stream->payload_type);
	int64_t jitter_ns = rtp_stream_jitter_ns(stream);

	text_addf(out, "    RTP 0x%08x ", stream->ssrc);
	if (name)
		text_add_string(out, name);
	else
		text_addf(out, "type %u", stream->payload_type);
	text_addf(out, ": %llu packets, lost %llu, reordered %llu",
		  (unsigned long long)rtp_stream_received(stream),
		  (unsigned long long)rtp_stream_lost(stream),
		  (unsigned long long)stream->sequence.reordered);
	add_count(out, "twice", stream->sequence.duplicates);
	add_count(out, "restarts", stream->restarts);
	add_count(out, "far off", stream->wild);
	if (jitter_ns >= 0)
		text_addf(out, ", jitter %.2f ms", (double)jitter_ns / (double)NS_PER_MS);
	text_add_string(out, "\n");
}

static void sender_rows(struct text *out, const struct watch *watch, size_t index, int64_t now_ns)
{
	const struct live_sender *live = &watch->senders.live[index];

	sender_row(out, &watch->names, &watch->senders.senders.list[index], live, now_ns);
	faults_row(out, &watch->senders.senders.list[index]);
	for (const struct live_stream *s = live->streams; s; s = s->next)
		stream_row(out, &s->rtp);
}

static void senders_rows(struct text *out, const struct watch *watch, const struct group_row *row,
			 int64_t now_ns)
{
	for (size_t i = 0; i < row->count; i++) {
		if (row->entries[i].kind == ENTRY_SENDER)
			sender_rows(out, watch, row->entries[i].index, now_ns);
	}
}

static void group_rows(struct text *out, const struct watch *watch, const struct group_row *row,
		       int64_t now_ns)
{
	show_ip(out, row->entries->group);
	add_here(out, watch, row);
	text_add_string(out, "\n");
	members_row(out, watch, row, now_ns);
	senders_rows(out, watch, row, now_ns);
}

static void groups_rows(struct text *out, const struct watch *watch, enum rows_order order,
			int64_t now_ns)
{
	struct group_rows rows = {0};

	if (!gather(&rows, watch, order))
		text_add_string(out, "out of memory\n");
	else if (rows.count == 0)
		text_add_string(out, "nothing so far\n");
	for (size_t i = 0; i < rows.count && i < GROUPS_SHOWN; i++)
		group_rows(out, watch, &rows.list[i], now_ns);
	if (rows.count > GROUPS_SHOWN)
		text_addf(out, "and %zu more groups (--json has them all)\n",
			  rows.count - GROUPS_SHOWN);
	free(rows.entries);
	free(rows.list);
}

/* ---- Feeds and queriers ---- */

static void feed_rows(struct text *out, const struct feed_pair *pair)
{
	int ahead = pair->ahead_ns < 0;
	int64_t by_ns = ahead ? -pair->ahead_ns : pair->ahead_ns;

	text_addf(out, "RTP 0x%08x: %llu by both, lost by both %llu", pair->ssrc,
		  (unsigned long long)pair->both, (unsigned long long)pair->neither);
	add_count(out, "too late", pair->late);
	add_count(out, "different", pair->different);
	add_count(out, "restarts", pair->restarts);
	text_add_string(out, "\n");
	for (int i = 0; i < 2; i++) {
		char source[HOSTCAST_TEXT_SIZE], group[HOSTCAST_TEXT_SIZE];

		text_addf(out, "  %s > %s: lost %llu, first %llu times",
			  hostcast_address_text(&pair->feeds[i].source, source),
			  hostcast_address_text(&pair->feeds[i].group, group),
			  (unsigned long long)feed_lost(pair, i),
			  (unsigned long long)pair->first[i]);
		if (i == ahead)
			text_addf(out, ", ahead by %.3f ms", (double)by_ns / (double)NS_PER_MS);
		text_add_string(out, "\n");
	}
}

static void feeds_rows(struct text *out, const struct watch *watch)
{
	bool has_heading = false;

	for (size_t i = 0; i < watch->feeds.count; i++) {
		if (!watch->feeds.list[i]->is_matched)
			continue;
		if (!has_heading)
			text_add_string(out, "#TWO FEEDS OF ONE STREAM\n");
		has_heading = true;
		feed_rows(out, watch->feeds.list[i]);
	}
}

static void querier_row(struct text *out, const struct watch *watch, const struct querier *querier,
			int64_t now_ns)
{
	int64_t next_ns = querier->last_general_ns + querier_interval_ns(querier) - now_ns;
	bool is_elected = queriers_elected(&watch->queriers, querier->interface, querier->vlan,
					   querier->is_mld, now_ns) == querier;
	char name[INTERFACE_TEXT_SIZE];

	show_ip(out, &querier->address);
	text_addf(out, " on %s, %sv%u, %severy ",
		  interface_text(&watch->names, querier->interface, name),
		  protocol_text(querier->is_mld), querier->version,
		  querier_interval_is_known(querier) ? "" : "probably ");
	add_in(out, querier_interval_ns(querier));
	text_add_string(out, next_ns >= 0 ? ", next query in " : ", next query is overdue by ");
	add_in(out, next_ns >= 0 ? next_ns : -next_ns);
	text_add_string(out, is_elected ? "\n" : " (not the elected one)\n");
}

static void queriers_rows(struct text *out, const struct watch *watch, int64_t now_ns)
{
	if (!watch->wire)
		return; /* nobody could be heard */
	text_add_string(out, "#QUERIERS\n");
	if (watch->queriers.count == 0)
		text_add_string(out, "none heard so far\n");
	for (size_t i = 0; i < watch->queriers.count; i++)
		if (watch->queriers.list[i].general > 0)
			querier_row(out, watch, &watch->queriers.list[i], now_ns);
}

void rows_write(struct text *out, const struct watch *watch, enum rows_order order, int64_t now_ns)
{
	text_addf(out, "#%-22s %-5s %5s %7s %8s %8s %5s %5s %7s\n", "GROUP / SENDER", "ON", "PORT",
		  "MSG/S", "KBIT/S", "SIZE", "TTL", "HEARD", "LONGEST");
	groups_rows(out, watch, order, now_ns);
	feeds_rows(out, watch);
	queriers_rows(out, watch, now_ns);
}
