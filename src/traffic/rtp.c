#include "rtp.h"

#include "base/monotime.h"

enum {
	VERSION = 2,
	FIXED_SIZE = 12,
	HAS_PADDING = 0x20,
	HAS_EXTENSION = 0x10,
	/* In the place of marker and payload type RTCP has its own, 200 to 204; RFC 5761 section 4
	 * keeps 192 to 223 free for that. */
	RTCP_FIRST = 192,
	RTCP_LAST = 223,
};

/* From then on it can be seen how fast the timestamps grow: not faster than that. */
#define CLOCK_KNOWN_NS (2 * NS_PER_S)
#define CLOCK_MOST_HZ  1e6

/* ---- One datagram ---- */

/* What stands between the fixed header and the payload. False: the datagram ends before. */
static bool extension_fits(struct reader rest, unsigned first, size_t left)
{
	size_t sources = 4 * (size_t)(first & 0x0f);

	if (left < sources)
		return false;
	left -= sources;
	reader_skip(&rest, sources);
	if (!(first & HAS_EXTENSION))
		return true;
	reader_skip(&rest, 2);
	left -= left < 4 ? left : 4;
	return 4 * (size_t)reader_be16(&rest) <= left && !rest.failed;
}

/* The last byte tells how many of them are padding, itself among them. */
static bool padding_fits(const struct reader *payload, size_t size)
{
	uint8_t padding;

	if (reader_left(payload) < size)
		return true; /* cut off: nobody knows */
	padding = payload->at[size - 1];
	return padding > 0 && padding <= size - FIXED_SIZE;
}

bool rtp_read(struct reader payload, size_t size, struct rtp_header *header)
{
	struct reader rest = payload;
	unsigned first = reader_byte(&rest), second = reader_byte(&rest);

	*header = (struct rtp_header){
		.payload_type = (uint8_t)(second & 0x7f),
	};
	header->sequence = reader_be16(&rest);
	header->timestamp = reader_be32(&rest);
	header->ssrc = reader_be32(&rest);
	if (rest.failed || size < FIXED_SIZE || first >> 6 != VERSION)
		return false;
	if (second >= RTCP_FIRST && second <= RTCP_LAST)
		return false;
	return extension_fits(rest, first, size - FIXED_SIZE) &&
	       (!(first & HAS_PADDING) || padding_fits(&payload, size));
}

/* ---- Is it RTP? ---- */

bool rtp_probe_take(struct rtp_probe *probe, const struct rtp_header *header)
{
	bool goes_on = probe->in_a_row > 0 && probe->ssrc == header->ssrc &&
		       probe->payload_type == header->payload_type &&
		       probe->next == header->sequence;

	if (!goes_on)
		*probe = (struct rtp_probe){.timestamp = header->timestamp};
	probe->ssrc = header->ssrc;
	probe->payload_type = header->payload_type;
	probe->next = (uint16_t)(header->sequence + 1);
	probe->in_a_row++;
	probe->is_moving = probe->is_moving || probe->timestamp != header->timestamp;
	return probe->in_a_row >= RTP_IN_A_ROW && probe->is_moving;
}

/* ---- The clock of the timestamps ---- */

/* RFC 3551 section 6 */
static const struct {
	uint8_t type;
	unsigned clock_hz;
	const char *name;
} payload_types[] = {
	{0, 8000, "PCMU"},   {3, 8000, "GSM"},    {4, 8000, "G723"},   {5, 8000, "DVI4"},
	{6, 16000, "DVI4"},  {7, 8000, "LPC"},    {8, 8000, "PCMA"},   {9, 8000, "G722"},
	{10, 44100, "L16"},  {11, 44100, "L16"},  {12, 8000, "QCELP"}, {13, 8000, "CN"},
	{14, 90000, "MPA"},  {15, 8000, "G728"},  {16, 11025, "DVI4"}, {17, 22050, "DVI4"},
	{18, 8000, "G729"},  {25, 90000, "CelB"}, {26, 90000, "JPEG"}, {28, 90000, "nv"},
	{31, 90000, "H261"}, {32, 90000, "MPV"},  {33, 90000, "MP2T"}, {34, 90000, "H263"},
};

enum { PAYLOAD_TYPES = sizeof payload_types / sizeof payload_types[0] };

const char *rtp_payload_name(uint8_t payload_type)
{
	for (size_t i = 0; i < PAYLOAD_TYPES; i++)
		if (payload_types[i].type == payload_type)
			return payload_types[i].name;
	return NULL;
}

static unsigned clock_of(uint8_t payload_type)
{
	for (size_t i = 0; i < PAYLOAD_TYPES; i++)
		if (payload_types[i].type == payload_type)
			return payload_types[i].clock_hz;
	return 0;
}

/* Dynamic payload types tell no clock, but it can be measured, and is one of a few. */
static unsigned usual_clock(double hz)
{
	static const unsigned usual[] = {8000,  11025, 12000, 16000, 22050, 24000,
					 32000, 44100, 48000, 90000, 96000, 192000};
	const double tolerance = 0.02; /* they are at least 6 % apart */

	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		if (hz > usual[i] * (1 - tolerance) && hz < usual[i] * (1 + tolerance))
			return usual[i];
	return 0;
}

static void guess_clock(struct rtp_stream *stream, int64_t time_ns)
{
	int64_t passed_ns = time_ns - stream->first_ns;

	if (stream->clock_hz > 0 || passed_ns < CLOCK_KNOWN_NS)
		return;
	stream->clock_hz =
		usual_clock((double)stream->timestamps * (double)NS_PER_S / (double)passed_ns);
	stream->is_clock_guessed = stream->clock_hz > 0;
}

/* ---- A stream ---- */

/* Time is measured from this packet on. */
static void begin_time(struct rtp_stream *stream, const struct rtp_header *header, int64_t time_ns)
{
	stream->first_ns = stream->last_ns = time_ns;
	stream->timestamp = header->timestamp;
	stream->timestamps = 0;
}

void rtp_stream_begin(struct rtp_stream *stream, const struct rtp_header *header, int64_t time_ns)
{
	*stream = (struct rtp_stream){
		.ssrc = header->ssrc,
		.payload_type = header->payload_type,
		.clock_hz = clock_of(header->payload_type),
		.highest = header->sequence,
	};
	begin_time(stream, header, time_ns);
	sequence_take(&stream->sequence, 0);
}

static void take_payload_type(struct rtp_stream *stream, uint8_t payload_type)
{
	if (payload_type == stream->payload_type)
		return;
	stream->payload_type = payload_type;
	if (clock_of(payload_type) > 0) {
		stream->clock_hz = clock_of(payload_type);
		stream->is_clock_guessed = false;
	}
}

/* The difference of how long two packets took, smoothed (RFC 3550 appendix A.8). */
static void take_time(struct rtp_stream *stream, const struct rtp_header *header, int64_t time_ns)
{
	int32_t grown = (int32_t)(header->timestamp - stream->timestamp);
	double passed = (double)(time_ns - stream->last_ns) * stream->clock_hz / (double)NS_PER_S;
	double difference = passed - grown;

	if (stream->clock_hz > 0)
		stream->jitter +=
			((difference < 0 ? -difference : difference) - stream->jitter) / 16;
	stream->timestamps += grown;
	stream->timestamp = header->timestamp;
	stream->last_ns = time_ns;
	guess_clock(stream, time_ns);
}

static void take_number(struct rtp_stream *stream, int distance)
{
	int64_t number = (int64_t)stream->number + distance;

	if (number < 0)
		return; /* of before its beginning */
	sequence_take(&stream->sequence, (uint64_t)number);
	if (distance > 0) {
		stream->number = (uint64_t)number;
		stream->highest = (uint16_t)(stream->highest + distance);
	}
}

/* Numbers far off are believed with the next one. */
static bool is_confirmed(struct rtp_stream *stream, uint16_t sequence)
{
	if (stream->has_candidate && stream->candidate == sequence) {
		stream->wild--;
		stream->has_candidate = false;
		return true;
	}
	stream->wild++;
	stream->has_candidate = true;
	stream->candidate = (uint16_t)(sequence + 1);
	return false;
}

/* How much the timestamps grow in a second; 0: not known. */
static double timestamps_per_second(const struct rtp_stream *stream)
{
	int64_t passed_ns = stream->last_ns - stream->first_ns;

	if (stream->clock_hz > 0 || passed_ns < CLOCK_KNOWN_NS)
		return stream->clock_hz;
	return (double)stream->timestamps * (double)NS_PER_S / (double)passed_ns;
}

/* Have the timestamps grown by as much as the time that has passed, but for a second, and 4 % where
 * the clock was measured? They may have wrapped. */
static bool has_time_gone_on(const struct rtp_stream *stream, const struct rtp_header *header,
			     int64_t time_ns)
{
	double rate = timestamps_per_second(stream);
	double passed_s = (double)(time_ns - stream->last_ns) / (double)NS_PER_S;
	uint32_t grown = header->timestamp - stream->timestamp;
	double most, more;

	if (rate <= 0 || rate > CLOCK_MOST_HZ)
		return (int32_t)grown >= 0;
	most = rate * (1 + (passed_s > 0 ? passed_s / 25 : 0));
	more = (int32_t)(grown - (uint32_t)(int64_t)(passed_s * rate));
	return more < most && more > -most;
}

/* What is ahead was lost, however much, if its timestamp says so. Else the source has begun anew:
 * it should then take another SSRC, but many have a fixed one. */
static void jump(struct rtp_stream *stream, const struct rtp_header *header, int distance,
		 int64_t time_ns)
{
	bool is_loss = distance > 0 && has_time_gone_on(stream, header, time_ns);

	take_payload_type(stream, header->payload_type);
	/* The one before it was right, too. */
	if (is_loss) {
		take_number(stream, distance - 1);
	} else {
		stream->restarts++;
		take_number(stream, 1);
		stream->highest = (uint16_t)(header->sequence - 1);
	}
	take_number(stream, 1);
	if (is_loss)
		take_time(stream, header, time_ns);
	else
		begin_time(stream, header, time_ns);
}

bool rtp_stream_take(struct rtp_stream *stream, const struct rtp_header *header, int64_t time_ns)
{
	int distance = (int16_t)(uint16_t)(header->sequence - stream->highest);

	if (distance >= RTP_DROPOUT || distance <= -RTP_MISORDER) {
		if (!is_confirmed(stream, header->sequence))
			return false;
		jump(stream, header, distance, time_ns);
		return true;
	}
	stream->has_candidate = false;
	take_payload_type(stream, header->payload_type);
	take_number(stream, distance);
	take_time(stream, header, time_ns);
	return true;
}

uint64_t rtp_stream_received(const struct rtp_stream *stream)
{
	return stream->sequence.received;
}

uint64_t rtp_stream_lost(const struct rtp_stream *stream)
{
	return stream->sequence.next - stream->sequence.received;
}

int64_t rtp_stream_jitter_ns(const struct rtp_stream *stream)
{
	if (stream->clock_hz == 0)
		return -1;
	return (int64_t)(stream->jitter * (double)NS_PER_S / stream->clock_hz);
}
