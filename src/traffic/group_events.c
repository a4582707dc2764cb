#include "group_events.h"

#include "base/list.h"
#include "net/address.h"
#include "report_records.h"

#include <stdlib.h>

/* ---- Queries and reports ---- */

static void add_event(struct group_events *e, const struct group_event *event)
{
	struct group_event *events = NULL;

	if (e->count < GROUP_EVENTS_MAX)
		events = list_grow(e->events, e->count, &e->room, sizeof *events);
	if (!events) {
		e->not_kept++;
		return;
	}
	e->events = events;
	events[e->count++] = *event;
}

static void take_membership(struct group_events *e, const struct frame *frame,
			    const struct packet *packet)
{
	struct report_records records = report_records_of(packet);
	struct group_event event = {.time_ns = frame->time_ns, .host = packet->source};
	struct group_record record;

	if (packet->membership.kind == MEMBERSHIP_QUERY &&
	    packet->membership.checksum != CHECKSUM_BAD) {
		event.kind = GROUP_QUERIED;
		event.group = packet->membership.group;
		add_event(e, &event);
	}
	event.kind = GROUP_REPORTED;
	while (report_records_next(&records, &record)) {
		event.group = record.group;
		if (group_record_meaning(&record) != RECORD_LEAVES)
			add_event(e, &event);
	}
}

/* ---- Data ---- */

static bool is_stream_of(const void *list, size_t index, const void *key)
{
	const struct group_stream *stream = (const struct group_stream *)list + index;
	const struct packet *packet = key;

	return address_same_ip(&stream->group, &packet->destination) &&
	       address_same_ip(&stream->source, &packet->source);
}

static hash_place *find_place(struct group_events *e, const struct packet *packet)
{
	uint64_t hash = address_hash_ip(HASH_BEGIN, &packet->source);

	hash = address_hash_ip(hash, &packet->destination);
	return hash_find(e->places, GROUP_STREAM_PLACES, hash, is_stream_of, e->streams, packet);
}

/* NULL: there is no room. */
static struct group_stream *add_stream(struct group_events *e, const struct packet *packet)
{
	struct group_stream *streams = NULL, *stream;

	if (e->stream_count < GROUP_STREAMS_MAX)
		streams = list_grow(e->streams, e->stream_count, &e->stream_room, sizeof *streams);
	if (!streams)
		return NULL;
	e->streams = streams;
	stream = &streams[e->stream_count++];
	*stream = (struct group_stream){.source = packet->source, .group = packet->destination};
	address_set_port(&stream->source, 0);
	address_set_port(&stream->group, 0);
	return stream;
}

static struct group_stream *find_or_add_stream(struct group_events *e, const struct packet *packet)
{
	hash_place *place = find_place(e, packet);
	struct group_stream *stream;

	if (*place > 0)
		return &e->streams[*place - 1];
	stream = add_stream(e, packet);
	if (stream)
		*place = (hash_place)e->stream_count;
	return stream;
}

static void take_data(struct group_events *e, const struct frame *frame,
		      const struct packet *packet)
{
	struct group_stream *stream = find_or_add_stream(e, packet);

	if (stream)
		rate_track_add(&stream->track, frame->time_ns);
	else
		e->not_kept++;
}

void group_events_take(struct group_events *e, const struct frame *frame,
		       const struct packet *packet)
{
	if (packet->transport == TRANSPORT_MEMBERSHIP)
		take_membership(e, frame, packet);
	else if (packet->ip.version != 0 && packet->destination.any.sa_family != AF_UNSPEC &&
		 address_is_multicast(&packet->destination))
		take_data(e, frame, packet);
}

void group_events_done(struct group_events *e)
{
	free(e->events);
	free(e->streams);
	*e = (struct group_events){0};
}
