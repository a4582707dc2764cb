#include "meter.h"

#include "cli/show.h"
#include "host_clock.h"
#include "iperf.h"
#include "net/address.h"
#include "run/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A sender asks every 0.1 s for a report, and each costs time. */
#define REPORT_EVERY_NS (50 * NS_PER_MS)

struct meter *meter_new(void)
{
	struct meter *meter = calloc(1, sizeof *meter);

	if (!meter)
		return NULL;
	meter->clock = host_clock();
	if (gethostname(meter->name, sizeof meter->name - 1) < 0)
		strcpy(meter->name, "?");
	pattern_init(&meter->pattern);
	return meter;
}

void meter_free(struct meter *meter)
{
	if (!meter)
		return;
	streams_done(&meter->streams);
	free(meter);
}

/* ---- Steps ---- */

static void get_result(struct meter *m, const struct stream *stream, struct result *result)
{
	tally_result(stream->tally, stream->sent, result);
	result->cpu_ns = (uint64_t)(clock_cpu_ns() - stream->tally->cpu_ns);
	result->kernel_drops =
		show_counter(m->handle, "kernel_drops") - stream->tally->kernel_drops;
}

static void end_step(struct meter *m, struct stream *stream)
{
	struct result result;

	if (!stream->is_step_open)
		return;
	get_result(m, stream, &result);
	stream->is_step_open = false;
	m->step_is_over(m->context, stream, &result);
}

static void begin_step(struct meter *m, struct stream *stream, unsigned step)
{
	end_step(m, stream);
	memset(stream->tally, 0, sizeof *stream->tally);
	stream->tally->cpu_ns = clock_cpu_ns();
	stream->tally->kernel_drops = show_counter(m->handle, "kernel_drops");
	stream->step = step;
	stream->sent = 0;
	stream->is_step_open = true;
	stream->is_over = false;
}

static void end_run(struct meter *m, struct stream *stream)
{
	if (stream->is_over)
		return;
	end_step(m, stream);
	stream->is_over = true;
	if (stream->step > 0) /* who said hello and no more made no run */
		m->run_is_over(m->context, stream);
}

void meter_end_silent(struct meter *m, struct monotime now, int64_t silence_ns)
{
	for (size_t i = 0; i < m->streams.count; i++) {
		struct stream *stream = m->streams.list[i];

		if (monotime_diff_ns(now, stream->heard) >= silence_ns)
			end_run(m, stream);
	}
}

/* Strangers who only say hello do not keep a sender out. */
static struct stream *add_stream(struct meter *m, const struct hostcast_message *message,
				 uint32_t id, bool is_iperf)
{
	struct stream *idlest = streams_idlest(&m->streams);

	if (idlest)
		end_run(m, idlest);
	return streams_add(&m->streams, &message->source, id, is_iperf);
}

static struct stream *find_or_add(struct meter *m, const struct hostcast_message *message,
				  uint32_t id, bool is_iperf, struct monotime now)
{
	struct stream *stream = streams_find(&m->streams, &message->source, id, is_iperf);

	if (!stream)
		stream = add_stream(m, message, id, is_iperf);
	m->counters.unlisted = m->streams.unlisted;
	if (stream)
		stream->heard = now;
	return stream;
}

/* Of a datagram that ends something: who has not been heard has nothing to end. */
static struct stream *find_heard(struct meter *m, const struct hostcast_message *message,
				 uint32_t id, bool is_iperf, struct monotime now)
{
	struct stream *stream = streams_find(&m->streams, &message->source, id, is_iperf);

	if (stream)
		stream->heard = now;
	else
		m->counters.unheard++;
	return stream;
}

/* ---- Whether to answer ---- */

static bool may_answer(struct meter *m, const union hostcast_address *to)
{
	bool is_allowed = allowed_has(m->allowed, to);

	m->counters.not_allowed += !is_allowed;
	return is_allowed;
}

static bool may_report(struct meter *m, struct stream *stream, struct monotime now)
{
	if (monotime_diff_ns(now, stream->reported) < REPORT_EVERY_NS) {
		m->counters.too_soon++;
		return false;
	}
	stream->reported = now;
	return true;
}

/* ---- Messages ---- */

static void echo(struct meter *m, const struct stream *stream,
		 const struct hostcast_message *message)
{
	if (stream->reply_to.any.sa_family == AF_UNSPEC)
		m->counters.unanswered++;
	else if (may_answer(m, &stream->reply_to) &&
		 hostcast_send_to(m->answers, &stream->reply_to, message->data, message->size) < 0)
		m->counters.unanswered++;
}

/* The content is looked at before the number counts as received. */
static bool is_whole(struct meter *m, const struct packet *packet,
		     const struct hostcast_message *message)
{
	return !(message->flags & HOSTCAST_CUT_OFF) &&
	       (!(packet->flags & PACKET_PATTERN) ||
		pattern_matches(&m->pattern, packet, message->data, message->size));
}

static bool clocks_agree(const struct meter *m, const struct packet *packet)
{
	return m->clocks_agree || packet->flags & PACKET_CLOCKS_AGREE ||
	       (packet->clock != 0 && packet->clock == m->clock);
}

static void take_data(struct meter *m, const struct packet *packet,
		      const struct hostcast_message *message, struct meter_time now)
{
	struct stream *stream = find_or_add(m, message, packet->stream, false, now.monotonic);

	if (!stream)
		return;
	if (packet->step > stream->step)
		begin_step(m, stream, packet->step);
	if (packet->step < stream->step || !stream->is_step_open) {
		m->counters.stale++;
		return;
	}
	if (!is_whole(m, packet, message)) {
		stream->tally->corrupt++;
		return;
	}
	if (packet->flags & PACKET_ECHO) /* before it is counted: the sender measures the time */
		echo(m, stream, message);
	if (tally_take(stream->tally, packet->number, message->size, now.monotonic) &&
	    clocks_agree(m, packet))
		tally_latency(stream->tally, packet_age_ns(packet->time_ns, now.realtime_ns));
}

/* ---- Control messages ---- */

static void answer(struct meter *m, struct stream *stream, enum packet_type type)
{
	const struct packet packet = {
		.type = (uint8_t)type,
		.step = (uint16_t)stream->step,
		.stream = stream->id,
		.clock = m->clock,
	};
	struct bench_report report = {0};
	uint8_t bytes[CONTROL_MAX];
	size_t size;

	strcpy(report.name, m->name);
	if (type == PACKET_REPORT)
		get_result(m, stream, &report.result);
	size = control_write_report(&packet, &report, bytes);
	if (hostcast_send_to(m->answers, &stream->reply_to, bytes, size) < 0)
		m->counters.unanswered++;
}

/* Answers go to the host that asked, and to another one only where it is not known who asked: what
 * a stranger forges shall not be turned on others. Family 0: in a tree, by a sender that has no
 * address to tell. */
static void set_reply_to(struct stream *stream, const struct hello *hello,
			 const struct hostcast_message *message)
{
	stream->reply_to =
		message->source.any.sa_family != AF_UNSPEC ? message->source : hello->address;
	if (stream->reply_to.any.sa_family != AF_UNSPEC)
		address_set_port(&stream->reply_to, hello->port);
}

static bool has_reply_to(const struct stream *stream)
{
	return stream->reply_to.any.sa_family != AF_UNSPEC;
}

static void take_hello(struct meter *m, const struct packet *packet, const struct hello *hello,
		       const struct hostcast_message *message, struct monotime now)
{
	struct stream *stream = find_or_add(m, message, packet->stream, false, now);

	if (!stream)
		return;
	set_reply_to(stream, hello, message);
	if (has_reply_to(stream) && may_answer(m, &stream->reply_to))
		answer(m, stream, PACKET_HERE);
}

static void take_end(struct meter *m, const struct packet *packet, const struct hello *hello,
		     const struct hostcast_message *message, struct monotime now)
{
	struct stream *stream = find_heard(m, message, packet->stream, false, now);

	if (!stream)
		return;
	set_reply_to(stream, hello, message);
	if (packet->step > stream->step) /* nothing of it came */
		begin_step(m, stream, packet->step);
	if (packet->step < stream->step) {
		m->counters.stale++;
		return;
	}
	stream->sent = packet->number;
	if (has_reply_to(stream) && may_answer(m, &stream->reply_to) && may_report(m, stream, now))
		answer(m, stream, PACKET_REPORT);
}

static void take_control(struct meter *m, const struct packet *packet,
			 const struct hostcast_message *message, struct monotime now)
{
	struct stream *stream;
	struct hello hello;

	if (packet->type == PACKET_BYE) {
		stream = find_heard(m, message, packet->stream, false, now);
		if (stream)
			end_run(m, stream);
	} else if ((packet->type != PACKET_HELLO && packet->type != PACKET_END) ||
		   !control_read_hello(&hello, message->data, message->size)) {
		m->counters.malformed++; /* the others are for senders */
	} else if (packet->type == PACKET_HELLO) {
		take_hello(m, packet, &hello, message, now);
	} else {
		take_end(m, packet, &hello, message, now);
	}
}

/* ---- iperf ---- */

static void answer_iperf(struct meter *m, const struct stream *stream,
			 const struct hostcast_message *message)
{
	uint8_t bytes[IPERF_REPORT];
	struct result result;

	get_result(m, stream, &result);
	iperf_write_report(&result, bytes);
	if (message->full_size < sizeof bytes ||
	    hostcast_answer(m->handle, message, bytes, sizeof bytes) < 0)
		m->counters.unanswered++;
}

static void take_iperf_end(struct meter *m, const struct iperf_packet *packet,
			   const struct hostcast_message *message, struct monotime now)
{
	struct stream *stream = find_heard(m, message, 0, true, now);

	if (!stream)
		return;
	if (!stream->is_over)
		stream->sent = packet->number;
	/* An iperf that sends to a group waits for nothing. */
	if (!address_is_multicast(&message->destination) && may_answer(m, &message->source) &&
	    may_report(m, stream, now))
		answer_iperf(m, stream, message); /* also again: the first one may be lost */
	end_run(m, stream);
}

static void take_iperf_data(struct meter *m, const struct iperf_packet *packet,
			    const struct hostcast_message *message, struct meter_time now)
{
	struct stream *stream = find_or_add(m, message, 0, true, now.monotonic);

	if (!stream)
		return;
	/* A sender may use its port again for another test. */
	if (stream->step == 0 || (stream->is_over && packet->number == 0))
		begin_step(m, stream, stream->step + 1);
	if (!stream->is_step_open)
		m->counters.stale++;
	else if (tally_take(stream->tally, packet->number, message->full_size, now.monotonic) &&
		 m->clocks_agree)
		tally_latency(stream->tally, packet_age_ns(packet->time_ns, now.realtime_ns));
}

/* Any 16 bytes may be one of iperf. What begins as ours does is one only where iperf has counted so
 * far. */
static bool is_iperf(struct meter *m, struct iperf_packet *packet,
		     const struct hostcast_message *message)
{
	return iperf_read(packet, message->data, message->size) &&
	       (!packet_has_magic(message->data, message->size) ||
		streams_find(&m->streams, &message->source, 0, true));
}

/* ---- All of it ---- */

static void take_message(struct meter *m, const struct hostcast_message *message,
			 struct meter_time now)
{
	struct iperf_packet iperf;
	struct packet packet;

	if (packet_read(&packet, message->data, message->size)) {
		if (packet.number >= INT64_MAX) /* results are signed in JSON */
			m->counters.malformed++;
		else if (packet.type == PACKET_DATA)
			take_data(m, &packet, message, now);
		else
			take_control(m, &packet, message, now.monotonic);
	} else if (is_iperf(m, &iperf, message)) {
		if (iperf.is_end)
			take_iperf_end(m, &iperf, message, now.monotonic);
		else
			take_iperf_data(m, &iperf, message, now);
	} else {
		m->counters.foreign++;
	}
}

void meter_take(struct meter *m, const struct hostcast_message *messages, size_t count,
		struct meter_time now)
{
	for (size_t i = 0; i < count; i++)
		take_message(m, &messages[i], now);
}
