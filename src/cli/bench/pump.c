#include "pump.h"

#include "iperf.h"

#include <stdlib.h>
#include <string.h>

bool pump_init(struct pump *pump, const struct pump_settings *settings)
{
	*pump = (struct pump){.settings = *settings};
	pump->buffers = calloc(HOSTCAST_BATCH, settings->sizes->most);
	if (settings->has_pattern)
		pump->pattern = malloc(sizeof *pump->pattern);
	if (pump->pattern)
		pattern_init(pump->pattern);
	return pump->buffers && (pump->pattern || !settings->has_pattern);
}

void pump_done(struct pump *pump)
{
	free(pump->buffers);
	free(pump->pattern);
}

void pump_begin(struct pump *pump, uint16_t step, struct rate rate, uint64_t limit,
		struct monotime now)
{
	pace_begin(&pump->pace, rate, now);
	pump->settings.header.step = step;
	pump->limit = limit;
	pump->made = pump->refused = pump->bytes = pump->burst_left = 0;
	pump->next_size = 0;
	pump->first = pump->last = now;
	pump->is_blocked = false;
	pump->begin = pump->end = 0;
}

/* ---- Making messages ---- */

static void make_ours(struct pump *pump, uint8_t *bytes, size_t size)
{
	const struct pump_settings *settings = &pump->settings;
	struct packet packet = settings->header;

	packet.type = PACKET_DATA;
	packet.number = pump->made;
	if (settings->echo_each > 0 && pump->made % settings->echo_each == 0)
		packet.flags |= PACKET_ECHO;
	if (pump->pattern) {
		packet.flags |= PACKET_PATTERN;
		pattern_fill(pump->pattern, &packet, bytes, size);
	}
	packet_write(&packet, bytes);
}

static void make_iperfs(const struct pump *pump, uint8_t *bytes)
{
	const struct iperf_packet packet = {.number = pump->made};

	iperf_write(&packet, bytes);
}

static void make_message(struct pump *pump)
{
	const struct sizes *sizes = pump->settings.sizes;
	uint8_t *bytes = pump->buffers + pump->end * sizes->most;
	size_t size = sizes->list[pump->next_size];

	if (++pump->next_size == sizes->count)
		pump->next_size = 0;
	if (pump->settings.is_iperf)
		make_iperfs(pump, bytes);
	else
		make_ours(pump, bytes, size);
	pump->payloads[pump->end++] = (struct iovec){bytes, size};
	pump->made++;
	pace_went(&pump->pace, size);
}

/* May the next message go? A burst goes as a whole when its first message may. */
static bool may_go(struct pump *pump)
{
	if (pump->made >= pump->limit)
		return false;
	if (pump->burst_left == 0 && pace_may_go(&pump->pace))
		pump->burst_left = pump->settings.burst;
	return pump->burst_left > 0;
}

bool pump_may_go(struct pump *pump, struct monotime now)
{
	pace_advance(&pump->pace, now);
	return pump->begin < pump->end || may_go(pump);
}

/* As many as may go and can leave together. */
static void make_batch(struct pump *pump)
{
	size_t bytes = 0;

	pump->begin = pump->end = 0;
	pump->is_stamped = false;
	while (pump->end < HOSTCAST_BATCH && may_go(pump)) {
		make_message(pump);
		pump->burst_left--;
		bytes += pump->payloads[pump->end - 1].iov_len;
		if (bytes + pump->settings.sizes->list[pump->next_size] > HOSTCAST_TRAIN)
			break;
	}
}

bool pump_fill(struct pump *pump, struct monotime now)
{
	pace_advance(&pump->pace, now);
	if (pump->begin == pump->end)
		make_batch(pump);
	return pump->begin < pump->end;
}

/* ---- Sending them ---- */

/* At the last moment: the time that it takes to make a message is no part of its way. */
static void stamp(struct pump *pump, int64_t realtime_ns)
{
	for (size_t i = pump->begin; i < pump->end; i++) {
		if (pump->settings.is_iperf)
			iperf_stamp(pump->payloads[i].iov_base, realtime_ns);
		else
			packet_stamp(pump->payloads[i].iov_base, realtime_ns);
	}
	pump->is_stamped = true;
}

static void went(struct pump *pump, size_t count, struct monotime now)
{
	if (pump->bytes == 0)
		pump->first = now;
	pump->last = now;
	for (size_t i = 0; i < count; i++)
		pump->bytes += pump->payloads[pump->begin++].iov_len;
}

int pump_send(struct pump *pump, struct monotime now, int64_t realtime_ns)
{
	int sent;

	if (!pump->is_stamped)
		stamp(pump, realtime_ns);
	sent = hostcast_send(pump->settings.handle, pump->payloads + pump->begin,
			     pump->end - pump->begin);
	pump->is_blocked = sent == HOSTCAST_AGAIN;
	if (sent > 0) {
		went(pump, (size_t)sent, now);
	} else if (sent == HOSTCAST_ADDRESS) { /* an ICMP error came back: the next may go */
		pump->refused++;
		pump->begin++;
	} else if (sent != HOSTCAST_AGAIN) {
		return sent;
	}
	return 0;
}

void pump_stop(struct pump *pump)
{
	pump->limit = pump->made;
}

bool pump_is_done(const struct pump *pump)
{
	return pump->made >= pump->limit && pump->begin == pump->end;
}

struct monotime pump_next(const struct pump *pump, struct monotime now)
{
	const struct pump_settings *settings = &pump->settings;

	return pace_next(&pump->pace, now, settings->burst > 1 ? 1 : HOSTCAST_BATCH,
			 settings->sizes->list[pump->next_size]);
}

uint64_t pump_passed(const struct pump *pump)
{
	return pump->made - (pump->end - pump->begin);
}

void pump_result(const struct pump *pump, struct result *result)
{
	*result = (struct result){
		.sent = pump_passed(pump),
		.received = pump_passed(pump) - pump->refused,
		.bytes = pump->bytes,
		.elapsed_ns = (uint64_t)monotime_diff_ns(pump->last, pump->first),
	};
}
