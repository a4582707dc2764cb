#include "live_senders.h"

#include <stdlib.h>

enum { FORGETTING = 64, SILENT_INTERVALS = 10 };

/* ---- Streams ---- */

static void free_streams(struct live_senders *senders, struct live_sender *live)
{
	while (live->streams) {
		struct live_stream *stream = live->streams;

		live->streams = stream->next;
		free(stream);
		senders->stream_count--;
	}
}

static struct live_stream *find_stream(const struct live_sender *live, uint32_t ssrc)
{
	struct live_stream *stream = live->streams;

	while (stream && stream->rtp.ssrc != ssrc)
		stream = stream->next;
	return stream;
}

/* What points to it; NULL: there is none. */
static struct live_stream **longest_silent(struct live_senders *senders)
{
	struct live_stream **longest = NULL;

	for (size_t i = 0; i < senders->senders.count; i++)
		for (struct live_stream **link = &senders->live[i].streams; *link;
		     link = &(*link)->next)
			if (!longest || (*link)->rtp.last_ns < (*longest)->rtp.last_ns)
				longest = link;
	return longest;
}

static bool make_room(struct live_senders *senders, int64_t now_ns)
{
	struct live_stream **link, *stream;

	if (senders->stream_count < RTP_STREAMS_MAX)
		return true;
	link = longest_silent(senders);
	if (!link || now_ns - (*link)->rtp.last_ns <= STREAM_FORGOTTEN_NS)
		return false;
	stream = *link;
	*link = stream->next;
	free(stream);
	senders->stream_count--;
	senders->forgotten_streams++;
	return true;
}

static struct live_stream *add_stream(struct live_senders *senders, struct live_sender *live,
				      const struct rtp_header *header, int64_t time_ns)
{
	struct live_stream *stream = make_room(senders, time_ns) ? calloc(1, sizeof *stream) : NULL;

	if (!stream) {
		senders->refused_streams++;
		return NULL;
	}
	rtp_stream_begin(&stream->rtp, header, time_ns);
	stream->next = live->streams;
	live->streams = stream;
	senders->stream_count++;
	return stream;
}

/* A stream's packet whose number is not believed is of no stream. */
static void take_rtp(struct live_senders *senders, const struct frame *frame,
		     const struct packet *packet, struct sender_news *news)
{
	struct live_sender *live = live_sender_of(senders, news->sender);
	struct live_stream *stream;

	if (packet->transport != TRANSPORT_UDP ||
	    !rtp_read(packet->udp.payload, packet->udp.size, &news->rtp))
		return;
	stream = find_stream(live, news->rtp.ssrc);
	if (stream) {
		news->stream =
			rtp_stream_take(&stream->rtp, &news->rtp, frame->time_ns) ? stream : NULL;
	} else if (rtp_probe_take(&live->probe, &news->rtp)) {
		news->stream = add_stream(senders, live, &news->rtp, frame->time_ns);
		news->is_new_stream = news->stream;
	}
}

/* ---- Packets ---- */

static int64_t silence_limit_ns(const struct live_senders *senders, const struct live_sender *live)
{
	int64_t limit_ns = (int64_t)(SILENT_INTERVALS * live->interval_ns);

	if (senders->silence_ns > 0)
		return senders->silence_ns;
	if (live->interval_ns <= 0)
		return SILENCE_ONCE_NS;
	return limit_ns < SILENCE_LEAST_NS ? SILENCE_LEAST_NS : limit_ns;
}

/* From its last datagram on, as far as was listened. */
static int64_t quiet_ns(const struct live_senders *senders, int64_t last_ns, int64_t now_ns)
{
	int64_t since_ns =
		last_ns > senders->listening_since_ns ? last_ns : senders->listening_since_ns;

	return now_ns > since_ns ? now_ns - since_ns : 0;
}

static void take_interval(struct live_sender *live, int64_t interval_ns)
{
	live->interval_ns -= live->interval_ns / FORGETTING;
	if (live->interval_ns < (double)interval_ns)
		live->interval_ns = (double)interval_ns;
}

static void take_faults(struct live_sender *live, struct sender_news *news)
{
	const struct sender *sender = news->sender;

	news->has_first_wrong_mac = sender->wrong_mac > 0 && !live->has_wrong_mac;
	news->has_first_bad_checksum = sender->bad_checksums > 0 && !live->has_bad_checksum;
	live->has_wrong_mac = sender->wrong_mac > 0;
	live->has_bad_checksum = sender->bad_checksums > 0;
}

static void take_datagram(const struct live_senders *senders, struct live_sender *live,
			  struct sender_news *news)
{
	const struct sender *sender = news->sender;
	int64_t interval_ns = quiet_ns(senders, live->last_ns, sender->last_ns);

	news->is_new = live->datagrams == 0;
	if (live->is_silent || (!news->is_new && interval_ns > silence_limit_ns(senders, live)))
		news->silence_ns = sender->last_ns - live->last_ns;
	if (!news->is_new)
		take_interval(live, interval_ns);
	live->is_silent = false;
	live->datagrams = sender->datagrams;
	live->last_ns = sender->last_ns;
}

struct sender_news live_senders_take(struct live_senders *senders, const struct frame *frame,
				     const struct packet *packet)
{
	struct sender_news news = {.sender = senders_take(&senders->senders, frame, packet)};
	struct live_sender *live;

	if (!news.sender)
		return news;
	live = live_sender_of(senders, news.sender);
	if (news.sender->datagrams == live->datagrams)
		return news; /* a later fragment */
	take_datagram(senders, live, &news);
	take_faults(live, &news);
	take_rtp(senders, frame, packet, &news);
	return news;
}

/* ---- Time ---- */

/* Was it heard, and has just become silent? */
static bool is_silent_now(const struct live_senders *senders, const struct sender *sender,
			  const struct live_sender *live, int64_t heard_ns)
{
	return sender->datagrams > 0 && !live->is_silent &&
	       quiet_ns(senders, sender->last_ns, heard_ns) > silence_limit_ns(senders, live);
}

static void measure_rate(const struct sender *sender, struct live_sender *live, int64_t passed_ns)
{
	double seconds = (double)passed_ns / (double)NS_PER_S;

	if (passed_ns <= 0)
		return;
	live->datagrams_per_s = (double)(sender->datagrams - live->datagrams_then) / seconds;
	live->bits_per_s = (double)(sender->bytes - live->bytes_then) * 8 / seconds;
	live->datagrams_then = sender->datagrams;
	live->bytes_then = sender->bytes;
}

static void tell_lost(const struct sender *sender, struct live_sender *live,
		      const struct sender_tick_events *events, void *context)
{
	for (struct live_stream *stream = live->streams; stream; stream = stream->next) {
		uint64_t lost = rtp_stream_lost(&stream->rtp), told = stream->told_lost;

		if (lost <= told) /* fewer: some came late after all */
			continue;
		stream->told_lost = lost;
		events->lost(context, sender, stream, lost - told);
	}
}

/* The last one takes its place. */
static void forget(struct live_senders *senders, size_t at)
{
	size_t last = --senders->senders.count;

	free_streams(senders, &senders->live[at]);
	senders->senders.list[at] = senders->senders.list[last];
	senders->live[at] = senders->live[last];
	senders->live[last] = (struct live_sender){0};
	senders->forgotten_senders++;
}

static void forget_silent(struct live_senders *senders, int64_t now_ns)
{
	uint64_t before = senders->forgotten_senders;

	for (size_t i = 0; i < senders->senders.count;) {
		if (senders->senders.count > SENDERS_MAX * 3 / 4 &&
		    now_ns - senders->senders.list[i].last_ns > SENDER_FORGOTTEN_NS)
			forget(senders, i);
		else
			i++;
	}
	if (senders->forgotten_senders > before)
		senders_reindex(&senders->senders);
}

void live_senders_tick(struct live_senders *senders, int64_t now_ns, int64_t heard_ns,
		       const struct sender_tick_events *events, void *context)
{
	for (size_t i = 0; i < senders->senders.count; i++) {
		const struct sender *sender = &senders->senders.list[i];
		struct live_sender *live = &senders->live[i];

		if (senders->tick_ns > 0)
			measure_rate(sender, live, now_ns - senders->tick_ns);
		tell_lost(sender, live, events, context);
		if (!is_silent_now(senders, sender, live, heard_ns))
			continue;
		live->is_silent = true;
		events->silent(context, sender);
	}
	senders->tick_ns = now_ns;
	forget_silent(senders, now_ns);
}

void live_senders_done(struct live_senders *senders)
{
	for (size_t i = 0; i < senders->senders.count; i++)
		free_streams(senders, &senders->live[i]);
}
