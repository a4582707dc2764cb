#include "rows.h"

#include "cli/show.h"
#include "net/address.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>

enum { GROUPS_MAX = 1024, MEMBERS_SHOWN = 4 };

/* ---- Which groups ---- */

struct group_row {
	union hostcast_address group;
	double datagrams_per_s;
	int64_t last_ns;
};

struct group_rows {
	struct group_row list[GROUPS_MAX];
	size_t count;
};

const char *rows_order_name(enum rows_order order)
{
	static const char *const names[ROWS_ORDERS] = {"group", "rate", "last heard"};

	return names[order];
}

/* What is beyond GROUPS_MAX is left to --json. */
static struct group_row *row_of(struct group_rows *rows, const union hostcast_address *group)
{
	for (size_t i = 0; i < rows->count; i++)
		if (address_same_ip(&rows->list[i].group, group))
			return &rows->list[i];
	if (rows->count == GROUPS_MAX)
		return NULL;
	rows->list[rows->count] = (struct group_row){.group = *group};
	address_set_port(&rows->list[rows->count].group, 0);
	return &rows->list[rows->count++];
}

static void gather_memberships(struct group_rows *rows, const struct watch *watch)
{
	const struct memberships *local = local_memberships(watch->local);

	for (size_t i = 0; i < local->count; i++)
		if (watch_wants_group(watch, &local->list[i].group) &&
		    watch_wants_interface(watch, local->list[i].interface))
			row_of(rows, &local->list[i].group);
	for (size_t i = 0; i < watch->members.count; i++) {
		const struct member *member = &watch->members.list[i];

		if (!member->has_left && watch_wants_group(watch, &member->group))
			row_of(rows, &member->group);
	}
}

static void gather_senders(struct group_rows *rows, const struct watch *watch)
{
	for (size_t i = 0; i < watch->senders.senders.count; i++) {
		const struct sender *sender = &watch->senders.senders.list[i];
		struct group_row *row = row_of(rows, &sender->group);

		if (!row)
			continue;
		row->datagrams_per_s += watch->senders.live[i].datagrams_per_s;
		if (sender->last_ns > row->last_ns)
			row->last_ns = sender->last_ns;
	}
}

static int by_group(const void *a, const void *b)
{
	const struct group_row *x = a, *y = b;

	return address_compare_ip(&x->group, &y->group);
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

static void gather(struct group_rows *rows, const struct watch *watch, enum rows_order order)
{
	static int (*const compare[ROWS_ORDERS])(const void *, const void *) = {by_group, by_rate,
										by_time};

	rows->count = 0;
	gather_memberships(rows, watch);
	gather_senders(rows, watch);
	qsort(rows->list, rows->count, sizeof rows->list[0], compare[order]);
}

/* ---- A group ---- */

/* "73 s", also below 0. */
static void add_in(struct text *out, int64_t ns)
{
	text_addf(out, "%lld s", (long long)(ns / NS_PER_S));
}

static void add_here(struct text *out, const struct watch *watch,
		     const union hostcast_address *group)
{
	const struct memberships *local = local_memberships(watch->local);
	char name[INTERFACE_TEXT_SIZE];
	size_t count = 0;

	for (size_t i = 0; i < local->count; i++) {
		if (!address_same_ip(&local->list[i].group, group) ||
		    !watch_wants_interface(watch, local->list[i].interface))
			continue;
		text_add_string(out, count++ > 0 ? ", " : "  joined here on ");
		text_add_string(out, interface_text(local->list[i].interface, name));
	}
}

static void add_member(struct text *out, const struct watch *watch, const struct member *member,
		       int64_t now_ns)
{
	int64_t ends_ns = member_ends_ns(&watch->members, member, &watch->queriers, now_ns);

	show_ip(out, &member->address);
	if (member->is_include && member->source_count > 0) {
		text_add_string(out, " from ");
		add_sources(out, member);
	}
	if (ends_ns == 0)
		return;
	text_add_string(out, " (");
	add_in(out, ends_ns - now_ns);
	text_add_string(out, ")");
}

static void members_row(struct text *out, const struct watch *watch,
			const union hostcast_address *group, int64_t now_ns)
{
	size_t count = 0;

	for (size_t i = 0; i < watch->members.count; i++) {
		const struct member *member = &watch->members.list[i];

		if (member->has_left || !address_same_ip(&member->group, group))
			continue;
		if (count < MEMBERS_SHOWN) {
			text_add_string(out, count > 0 ? ", " : "  members: ");
			add_member(out, watch, member, now_ns);
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

static void sender_row(struct text *out, const struct sender *sender,
		       const struct live_sender *live, int64_t now_ns)
{
	char source[HOSTCAST_TEXT_SIZE], name[INTERFACE_TEXT_SIZE], size[CELL], ttl[CELL];

	text_addf(out, "%c %-20s %-5s %5u %7.1f %8.1f %8s %5s %5.1f %7.1f\n",
		  live->is_silent ? '!' : ' ', hostcast_address_text(&sender->source, source),
		  interface_text(sender->interface, name), address_port(&sender->group),
		  live->datagrams_per_s, live->bits_per_s / 1000,
		  range(size, sender->size_least, sender->size_most),
		  range(ttl, sender->ttl_least, sender->ttl_most),
		  (double)(now_ns - sender->last_ns) / (double)NS_PER_S,
		  (double)sender->longest_silence_ns / (double)NS_PER_S);
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
	if (stream->sequence.duplicates > 0)
		text_addf(out, ", twice %llu", (unsigned long long)stream->sequence.duplicates);
	if (jitter_ns >= 0)
		text_addf(out, ", jitter %.2f ms", (double)jitter_ns / (double)NS_PER_MS);
	text_add_string(out, "\n");
}

static void group_rows(struct text *out, const struct watch *watch,
		       const union hostcast_address *group, int64_t now_ns)
{
	show_ip(out, group);
	add_here(out, watch, group);
	text_add_string(out, "\n");
	members_row(out, watch, group, now_ns);
	for (size_t i = 0; i < watch->senders.senders.count; i++) {
		const struct sender *sender = &watch->senders.senders.list[i];
		const struct live_sender *live = &watch->senders.live[i];

		if (!address_same_ip(&sender->group, group))
			continue;
		sender_row(out, sender, live, now_ns);
		for (const struct live_stream *s = live->streams; s; s = s->next)
			stream_row(out, &s->rtp);
	}
}

/* ---- Feeds and queriers ---- */

static void feed_rows(struct text *out, const struct feed_pair *pair)
{
	int ahead = pair->ahead_ns < 0;
	int64_t by_ns = ahead ? -pair->ahead_ns : pair->ahead_ns;

	text_addf(out, "RTP 0x%08x: %llu by both, lost by both %llu\n", pair->ssrc,
		  (unsigned long long)pair->both, (unsigned long long)pair->neither);
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
	text_addf(out, " on %s, %sv%u, every ", interface_text(querier->interface, name),
		  protocol_text(querier->is_mld), querier->version);
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
	struct group_rows *rows = malloc(sizeof *rows);

	text_addf(out, "#%-22s %-5s %5s %7s %8s %8s %5s %5s %7s\n", "GROUP / SENDER", "ON", "PORT",
		  "MSG/S", "KBIT/S", "SIZE", "TTL", "HEARD", "LONGEST");
	if (rows) {
		gather(rows, watch, order);
		for (size_t i = 0; i < rows->count; i++)
			group_rows(out, watch, &rows->list[i].group, now_ns);
		if (rows->count == 0)
			text_add_string(out, "nothing so far\n");
	}
	free(rows);
	feeds_rows(out, watch);
	queriers_rows(out, watch, now_ns);
}
