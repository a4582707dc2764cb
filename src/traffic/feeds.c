#include "feeds.h"

#include "net/address.h"

#include <stdlib.h>

enum { SMOOTHING = 16, BOTH = 3 };

/* A pair that brought nothing for so long has ended. */
#define PAIR_FORGOTTEN_NS (60 * NS_PER_S)

/* Two that did not bring the same packet for so long are two streams. */
#define PAIR_TRIED_NS     (10 * NS_PER_S)

/* The first number: what was sent a little earlier can still come. */
#define FIRST_NUMBER      (UINT64_C(1) << 32)

/* ---- Pairs ---- */

static struct feed feed_of(const struct sender *sender)
{
	return (struct feed){sender->source, sender->group, sender->interface, sender->vlan};
}

static bool is_same_feed(const struct feed *a, const struct feed *b)
{
	return a->interface == b->interface && a->vlan == b->vlan &&
	       address_equal(&a->source, &b->source) && address_equal(&a->group, &b->group);
}

/* The number of the sender in this pair, -1 if it is none of its feeds. */
static int index_in(const struct feed_pair *pair, const struct sender *sender, uint32_t ssrc)
{
	struct feed feed = feed_of(sender);

	for (int i = 0; i < 2; i++)
		if (pair->ssrc == ssrc && is_same_feed(&pair->feeds[i], &feed))
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

static bool has_pair(const struct feeds *feeds, const struct sender *a, const struct sender *b,
		     uint32_t ssrc)
{
	for (size_t i = 0; i < feeds->count; i++)
		if (index_in(feeds->list[i], a, ssrc) >= 0 &&
		    index_in(feeds->list[i], b, ssrc) >= 0)
			return true;
	return false;
}

static void add_pair(struct feeds *feeds, const struct sender *partner,
		     const struct sender_news *news, int64_t time_ns)
{
	struct feed_pair *pair = feeds->count < FEEDS_MAX ? calloc(1, sizeof *pair) : NULL;

	if (!pair) {
		feeds->refused++;
		return;
	}
	pair->ssrc = news->rtp.ssrc;
	pair->feeds[0] = feed_of(partner);
	pair->feeds[1] = feed_of(news->sender);
	pair->begin_ns = time_ns;
	feeds->list[feeds->count++] = pair;
}

/* With all that have its SSRC: which of them is the other feed, if one is, shows later. Some
 * senders do without SSRCs and write 0. */
static void add_pairs(struct feeds *feeds, const struct live_senders *senders,
		      const struct sender_news *news, int64_t time_ns)
{
	for (size_t i = 0; i < senders->senders.count; i++) {
		const struct sender *other = &senders->senders.list[i];

		if (is_other_feed(news->sender, other) &&
		    has_stream(&senders->live[i], news->rtp.ssrc) &&
		    !has_pair(feeds, news->sender, other, news->rtp.ssrc))
			add_pair(feeds, other, news, time_ns);
	}
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

static void remove_pair(struct feeds *feeds, size_t at)
{
	free(feeds->list[at]);
	feeds->list[at] = feeds->list[--feeds->count];
}

/* The feed that these two pairs share, as its number in the first; -1: none. */
static int shared_feed(const struct feed_pair *a, const struct feed_pair *b)
{
	for (int i = 0; i < 4; i++)
		if (a->ssrc == b->ssrc && is_same_feed(&a->feeds[i / 2], &b->feeds[i % 2]))
			return i / 2;
	return -1;
}

static bool was_matched(const struct feed_pair *pair)
{
	return pair->first[0] + pair->first[1] > 0;
}

/* Do both feeds of this pair have a third one that they are compared with? */
static bool is_known_through_third(const struct feeds *feeds, const struct feed_pair *pair)
{
	for (size_t i = 0; i < feeds->count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct feed_pair *a = feeds->list[i], *b = feeds->list[j];

			if (a != pair && b != pair && was_matched(a) && was_matched(b) &&
			    shared_feed(a, b) >= 0 &&
			    shared_feed(pair, a) + shared_feed(pair, b) == 1)
				return true;
		}
	return false;
}

/* True if the feeds of this pair are known as one stream by this packet. One that says what others
 * say already goes. */
static bool take_for_pair(struct feeds *feeds, size_t *at, const struct sender_news *news,
			  int64_t time_ns)
{
	struct feed_pair *pair = feeds->list[*at];
	int feed = index_in(pair, news->sender, news->rtp.ssrc);
	bool was_known = was_matched(pair);
	bool is_new = feed >= 0 && take_packet(pair, feed, &news->rtp, time_ns);

	if (is_new && !was_known && is_known_through_third(feeds, pair)) {
		remove_pair(feeds, *at);
		return false;
	}
	(*at)++;
	return is_new;
}

/* Who was silent may have been compared in vain. */
static bool is_to_be_compared(const struct live_senders *senders, const struct sender_news *news)
{
	return news->is_new_stream ||
	       (news->silence_ns > 0 &&
		has_stream(&senders->live[news->sender - senders->senders.list], news->rtp.ssrc));
}

const struct feed_pair *feeds_take(struct feeds *feeds, const struct live_senders *senders,
				   const struct sender_news *news, int64_t time_ns)
{
	const struct feed_pair *matched = NULL;

	if (is_to_be_compared(senders, news))
		add_pairs(feeds, senders, news, time_ns);
	for (size_t i = 0; news->stream && i < feeds->count;) {
		const struct feed_pair *pair = feeds->list[i];

		if (take_for_pair(feeds, &i, news, time_ns))
			matched = pair;
	}
	return matched;
}

static int64_t last_ns(struct feed_pair *pair)
{
	return slot_of(pair, pair->highest)->time_ns;
}

static bool is_over(struct feed_pair *pair, int64_t now_ns)
{
	if (!was_matched(pair))
		return now_ns - pair->begin_ns > PAIR_TRIED_NS;
	return now_ns - last_ns(pair) > PAIR_FORGOTTEN_NS;
}

void feeds_tick(struct feeds *feeds, int64_t now_ns)
{
	for (size_t i = 0; i < feeds->count;) {
		struct feed_pair *pair = feeds->list[i];

		settle(pair, now_ns);
		if (is_over(pair, now_ns))
			remove_pair(feeds, i);
		else
			i++;
	}
}

uint64_t feed_lost(const struct feed_pair *pair, int feed)
{
	return pair->only[1 - feed] + pair->neither;
}
