#include "audience.h"

#include "net/address.h"

#include <stdlib.h>
#include <string.h>

void audience_done(struct audience *audience)
{
	for (size_t i = 0; i < audience->count; i++)
		free(audience->list[i]);
	audience->count = 0;
}

static int compare(const void *a, const void *b)
{
	const struct listener *one = *(struct listener *const *)a;
	const struct listener *other = *(struct listener *const *)b;
	int order = address_compare_ip(&one->address, &other->address);

	return order != 0 ? order : address_port(&one->address) - address_port(&other->address);
}

void audience_begin(struct audience *audience, uint16_t step)
{
	audience->step = step;
	qsort(audience->list, audience->count, sizeof audience->list[0], compare);
	for (size_t i = 0; i < audience->count; i++) {
		audience->list[i]->has_reported = false;
		audience->list[i]->rtt_ns = (struct histogram){0};
	}
}

struct listener *audience_find(struct audience *audience, const union hostcast_address *address)
{
	struct listener *listener;

	for (size_t i = 0; i < audience->count; i++)
		if (address_equal(&audience->list[i]->address, address))
			return audience->list[i];
	listener = audience->count < AUDIENCE_MAX ? calloc(1, sizeof *listener) : NULL;
	if (!listener) {
		audience->unlisted++;
		return NULL;
	}
	listener->address = *address;
	audience->list[audience->count++] = listener;
	return listener;
}

static void take_report(struct audience *audience, const struct packet *packet,
			const struct hostcast_message *message)
{
	struct bench_report report;
	struct listener *listener;

	if (!control_read_report(&report, message->data, message->size)) {
		audience->malformed++;
		return;
	}
	if (packet->type == PACKET_REPORT && packet->step != audience->step) {
		audience->strays++;
		return;
	}
	listener = audience_find(audience, &message->source);
	if (!listener)
		return;
	listener->clock = packet->clock;
	memcpy(listener->name, report.name, sizeof listener->name);
	if (packet->type == PACKET_HERE)
		return;
	listener->result = report.result;
	listener->has_reported = true;
}

/* Only from those who answered a hello or reported: a stranger's echo would bring a time of its
 * own. */
static void take_echo(struct audience *audience, const struct packet *packet,
		      const struct hostcast_message *message, int64_t realtime_ns)
{
	int64_t rtt_ns = packet_age_ns(packet->time_ns, realtime_ns);

	for (size_t i = 0; i < audience->count; i++) {
		if (!address_equal(&audience->list[i]->address, &message->source))
			continue;
		if (packet->step != audience->step || rtt_ns < 0)
			break;
		histogram_add(&audience->list[i]->rtt_ns, rtt_ns);
		return;
	}
	audience->strays++;
}

void audience_take(struct audience *audience, const struct hostcast_message *message,
		   int64_t realtime_ns)
{
	struct packet packet;

	if (!packet_read(&packet, message->data, message->size) ||
	    packet.stream != audience->stream) {
		audience->strays++;
		return;
	}
	switch (packet.type) {
	case PACKET_HERE:
	case PACKET_REPORT:
		take_report(audience, &packet, message);
		break;
	case PACKET_DATA:
		take_echo(audience, &packet, message, realtime_ns);
		break;
	default:
		audience->strays++;
	}
}

size_t audience_reported(const struct audience *audience)
{
	size_t count = 0;

	for (size_t i = 0; i < audience->count; i++)
		count += audience->list[i]->has_reported;
	return count;
}
