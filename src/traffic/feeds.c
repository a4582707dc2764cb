#include "feeds.h"

#include "net/address.h"

#include <stdlib.h>

enum { SMOOTHING = 16, BOTH = 3 };

/* A pair that brought nothing for so long has ended. */
#define PAIR_FORGOTTEN_NS (60 * NS_PER_S)

/* The first number: what was sent a little earlier can still come. */
#define FIRST_NUMBER      (UINT64_C(1) << 32)

/* ---- Pairs ---- */

static struct feed feed_of(const struct sender *sender)
{
	return (struct feed){sender->source, sender->group, sender->interface, sender->vlan};
}

static bool is_feed(const struct feed *feed, const struct sender *sender)
{
	return feed->interface == sender->interface && feed->vlan == sender->vlan &&
	       address_equal(&feed->source, &sender->source) &&
	       address_equal(&feed->group, &sender->group);
}

/* The number of the sender in this pair, -1 if it is none of its feeds. */
static int index_in(const struct feed_pair *pair, const struct sender *sender, uint32_t ssrc)
{
	if (pair->ssrc != ssrc)
		return -1;
	for (int i = 0; i < 2; i++)
		if (is_feed(&pair->feeds[i], sender))
			return i;
	return -1;
}

/* The same packets seen on two interfaces (a bridge and its port) are one feed. */
static bool is_other_feed(const struct sender *a, const struct sender *b)
{
	return !address_equal(&a->source, &b->source) || !address_equal(&a->group, &b->group);
}

static bool has_stream(const struct live_sender *live, uint32_t ssrc)
{
	for (const struct live_stream *stream = live->streams; stream; stream = stream->next)
		if (stream->rtp.ssrc == ssrc)
			return true;
	return false;
}

static const struct sender *find_partner(const struct live_senders *senders,
					 const struct sender *sender, uint32_t ssrc)
{
	for (size_t i = 0; i < senders->senders.count; i++) {
		const struct sender *other = &senders->senders.list[i];

		if (is_other_feed(sender, other) && has_stream(&senders->live[i], ssrc))
			return other;
	}
	return NULL;
}

static void add_pair(struct feeds *feeds, const struct live_senders *senders,
		     const struct sender_news *news)
{
	const struct sender *partner = find_partner(senders, news->sender, news->rtp.ssrc);
	struct feed_pair *pair;

	if (!partner)
		return;
	pair = feeds->count < FEEDS_MAX ? calloc(1, sizeof *pair) : NULL;
	if (!pair) {
		feeds->refused++;
		return;
	}
	pair->ssrc = news->rtp.ssrc;
	pair->feeds[0] = feed_of(partner);
	pair->feeds[1] = feed_of(news->sender);
	feeds->list[feeds->count++] = pair;
}

void feeds_done(struct feeds *feeds)
{
	while (feeds->count > 0)
		free(feeds->list[--feeds->count]);
}

/* ---- Numbers ---- */

static struct feed_slot *slot_of(struct feed_pair *pair, uint64_t number)
{
	return &pair->slots[number % FEED_WINDOW];
}

static void count_slot(struct feed_pair *pair, unsigned seen)
{
	if (seen == BOTH)
		pair->both++;
	else if (seen == 0)
		pair->neither++;
	else
		pair->only[seen - 1]++;
}

static void settle_one(struct feed_pair *pair)
{
	count_slot(pair, slot_of(pair, pair->settled++)->seen);
}

/* Counts those whose time to come is over. */
static void settle(struct feed_pair *pair, int64_t now_ns)
{
	while (pair->is_matched && pair->settled <= pair->highest &&
	       now_ns - slot_of(pair, pair->settled)->time_ns >= FEED_PATIENCE_NS)
		settle_one(pair);
}

/* The numbers up to this one are known from now on, none of them seen yet. */
static void advance(struct feed_pair *pair, uint64_t number, int64_t time_ns)
{
	while (pair->highest < number) {
		uint64_t next = pair->highest + 1;

		if (pair->is_matched && pair->settled + FEED_WINDOW <= next)
			settle_one(pair); /* its slot is needed */
		*slot_of(pair, next) = (struct feed_slot){.time_ns = time_ns};
		pair->highest = next;
	}
}

/* All that is there is counted as it is; numbers go on with this one. */
static void begin_anew(struct feed_pair *pair, int64_t time_ns)
{
	bool is_first = pair->highest == 0;

	while (pair->is_matched && pair->settled <= pair->highest)
		settle_one(pair);
	pair->restarts += !is_first;
	pair->is_matched = false;
	for (size_t i = 0; i < FEED_WINDOW; i++)
		pair->slots[i] = (struct feed_slot){.time_ns = time_ns};
}

/* The number in 64 bits that is nearest to the highest one. */
static uint64_t extend(const struct feed_pair *pair, uint16_t sequence)
{
	return pair->highest + (uint64_t)(int16_t)(uint16_t)(sequence - pair->highest);
}

static uint64_t take_number(struct feed_pair *pair, uint16_t sequence, int64_t time_ns)
{
	uint64_t number = pair->highest > 0 ? extend(pair, sequence) : FIRST_NUMBER + sequence;

	if (pair->highest == 0 || number + FEED_WINDOW <= pair->highest ||
	    number > pair->highest + FEED_WINDOW) {
		begin_anew(pair, time_ns);
		pair->highest = number;
	}
	advance(pair, number, time_ns);
	return number;
}

/* ---- Packets ---- */

static void take_ahead(struct feed_pair *pair, int64_t ahead_ns)
{
	bool is_first = pair->first[0] + pair->first[1] == 0;

	pair->first[ahead_ns < 0]++;
	if (is_first)
		pair->ahead_ns = pair->ahead_least_ns = pair->ahead_most_ns = ahead_ns;
	pair->ahead_ns += (ahead_ns - pair->ahead_ns) / SMOOTHING;
	if (ahead_ns < pair->ahead_least_ns)
		pair->ahead_least_ns = ahead_ns;
	if (ahead_ns > pair->ahead_most_ns)
		pair->ahead_most_ns = ahead_ns;
}

/* The second feed brings what the first one brought. True if that shows that they are one stream.
 */
static bool take_match(struct feed_pair *pair, uint64_t number, int feed, int64_t time_ns)
{
	bool is_new = !pair->is_matched;
	int64_t behind_ns = time_ns - slot_of(pair, number)->time_ns;

	if (is_new) {
		pair->is_matched = true;
		pair->settled = number;
	}
	take_ahead(pair, feed == 1 ? behind_ns : -behind_ns);
	return is_new;
}

/* True if the feeds are known as one stream by this packet. */
static bool take_packet(struct feed_pair *pair, int feed, const struct rtp_header *header,
			int64_t time_ns)
{
	uint64_t number = take_number(pair, header->sequence, time_ns);
	struct feed_slot *slot = slot_of(pair, number);
	uint8_t bit = (uint8_t)(1 << feed), other = (uint8_t)(BOTH ^ bit);
	bool is_new = false;

	if (pair->is_matched && number < pair->settled) {
		pair->late++;
		return false;
	}
	if (slot->seen & other && slot->timestamp != header->timestamp) {
		pair->different++;
		return false;
	}
	if (slot->seen == other)
		is_new = take_match(pair, number, feed, time_ns);
	else if (slot->seen == 0)
		slot->time_ns = time_ns;
	slot->timestamp = header->timestamp;
	slot->seen |= bit;
	settle(pair, time_ns);
	return is_new;
}

static bool is_pair_with(const struct feeds *feeds, const struct sender *sender, uint32_t ssrc)
{
	for (size_t i = 0; i < feeds->count; i++)
		if (index_in(feeds->list[i], sender, ssrc) >= 0)
			return true;
	return false;
}

const struct feed_pair *feeds_take(struct feeds *feeds, const struct live_senders *senders,
				   const struct sender_news *news, int64_t time_ns)
{
	const struct feed_pair *matched = NULL;

	if (!news->stream)
		return NULL;
	if (news->is_new_stream && !is_pair_with(feeds, news->sender, news->rtp.ssrc))
		add_pair(feeds, senders, news);
	for (size_t i = 0; i < feeds->count; i++) {
		int feed = index_in(feeds->list[i], news->sender, news->rtp.ssrc);

		if (feed >= 0 && take_packet(feeds->list[i], feed, &news->rtp, time_ns))
			matched = feeds->list[i];
	}
	return matched;
}

static int64_t last_ns(struct feed_pair *pair)
{
	return slot_of(pair, pair->highest)->time_ns;
}

void feeds_tick(struct feeds *feeds, int64_t now_ns)
{
	for (size_t i = 0; i < feeds->count;) {
		struct feed_pair *pair = feeds->list[i];

		settle(pair, now_ns);
		if (pair->highest > 0 && now_ns - last_ns(pair) > PAIR_FORGOTTEN_NS) {
			free(pair);
			feeds->list[i] = feeds->list[--feeds->count];
		} else {
			i++;
		}
	}
}

uint64_t feed_lost(const struct feed_pair *pair, int feed)
{
	return pair->only[1 - feed] + pair->neither;
}
