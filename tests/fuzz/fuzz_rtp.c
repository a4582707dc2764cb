/* Senders, RTP streams and feeds: an input is a script of datagrams, which may be RTP and may be
 * anything; after each of them what is counted must add up.
 *
 * A step is a byte that says who sends to whom (4 ways), how much time passes, and whether what
 * follows is a number, a timestamp and an SSRC (5 bytes), or a length and a payload. */
#include "must.h"
#include "target.h"
#include "traffic/feeds.h"

#include <stdlib.h>

enum { WAYS = 4, IS_PLAIN = 0x80, TICK_EVERY = 16, RTP_HEADER_SIZE = 12 };

struct scene {
	struct live_senders senders;
	struct feeds feeds;
	int64_t now_ns;
};

static void on_silent(void *context, const struct sender *sender)
{
	(void)context;
	must(sender->datagrams > 0, "who is silent was heard");
}

static void on_lost(void *context, const struct sender *sender, const struct live_stream *stream,
		    uint64_t packets)
{
	(void)context;
	(void)sender;
	must(packets > 0 && packets <= rtp_stream_lost(&stream->rtp), "no more than was lost");
}

static void check_stream(const struct rtp_stream *stream)
{
	must(rtp_stream_received(stream) + rtp_stream_lost(stream) == stream->sequence.next,
	     "each number came or is lost");
	must(stream->number + 1 == stream->sequence.next, "the highest number is the last one");
	must(stream->jitter >= 0, "jitter is not negative");
}

static void check_pair(const struct feed_pair *pair)
{
	if (!pair->is_matched)
		return;
	must(pair->settled <= pair->highest + 1, "only what was seen is settled");
	must(pair->settled + FEED_WINDOW > pair->highest, "what is not settled is in the window");
	must(pair->first[0] + pair->first[1] > 0, "feeds that match have met");
	must(pair->ahead_least_ns <= pair->ahead_most_ns, "the least is not the most");
}

static void check(const struct scene *scene)
{
	size_t streams = 0;

	for (size_t i = 0; i < scene->senders.senders.count; i++) {
		const struct live_stream *stream = scene->senders.live[i].streams;

		for (; stream; stream = stream->next, streams++)
			check_stream(&stream->rtp);
	}
	must(streams == scene->senders.stream_count && streams <= RTP_STREAMS_MAX,
	     "streams are counted, and bounded");
	must(scene->feeds.count <= FEEDS_MAX, "pairs are bounded");
	for (size_t i = 0; i < scene->feeds.count; i++)
		check_pair(scene->feeds.list[i]);
}

static void send_datagram(struct scene *scene, unsigned way, struct reader payload, size_t size)
{
	struct frame frame = {.time_ns = scene->now_ns, .interface = 1};
	struct packet packet = {.ip = {.version = 4, .ttl = 1, .protocol = IPPROTO_UDP},
				.transport = TRANSPORT_UDP};
	struct sender_news news;

	packet.source.v4.sin_family = packet.destination.v4.sin_family = AF_INET;
	packet.source.v4.sin_port = (in_port_t)(way & 1);
	packet.source.v4.sin_addr.s_addr = 10;
	packet.destination.v4.sin_addr.s_addr = 0xe0 | (way >> 1) << 24;
	packet.udp.size = size;
	packet.udp.payload = payload;
	news = live_senders_take(&scene->senders, &frame, &packet);
	must(news.sender, "there is room for four");
	feeds_take(&scene->feeds, &scene->senders, &news, frame.time_ns);
}

/* A header of RTP, of which the script chooses what matters. */
static void send_rtp(struct scene *scene, unsigned way, struct reader *script)
{
	struct reader chosen = reader_take(script, 5);
	uint8_t bytes[RTP_HEADER_SIZE] = {0x80, 96};

	if (chosen.failed)
		return;
	bytes[2] = reader_byte(&chosen);
	bytes[3] = reader_byte(&chosen);
	bytes[6] = reader_byte(&chosen);
	bytes[7] = reader_byte(&chosen);
	bytes[11] = reader_byte(&chosen) & 3;
	send_datagram(scene, way, reader_of(bytes, sizeof bytes), sizeof bytes);
}

static void send_plain(struct scene *scene, unsigned way, struct reader *script)
{
	size_t size = reader_byte(script), there = reader_left(script);
	struct reader payload = reader_take(script, size < there ? size : there);

	if (!script->failed) /* of a datagram that is longer than what is there: cut off */
		send_datagram(scene, way, payload, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sender_tick_events events = {on_silent, on_lost};
	struct reader script = reader_of(data, size);
	struct scene *scene = calloc(1, sizeof *scene);

	must(scene, "memory");
	scene->now_ns = NS_PER_S;
	for (unsigned step = 0; !script.failed && reader_left(&script) > 0; step++) {
		uint8_t what = reader_byte(&script);

		scene->now_ns += (what >> 2 & 31) * 10 * NS_PER_MS;
		if (what & IS_PLAIN)
			send_plain(scene, what % WAYS, &script);
		else
			send_rtp(scene, what % WAYS, &script);
		if (step % TICK_EVERY == 0) {
			live_senders_tick(&scene->senders, scene->now_ns, scene->now_ns, &events,
					  NULL);
			feeds_tick(&scene->feeds, scene->now_ns);
		}
		check(scene);
	}
	live_senders_done(&scene->senders);
	feeds_done(&scene->feeds);
	free(scene);
	return 0;
}
