#include "streams.h"

#include "net/address.h"

#include <stdlib.h>

static bool is_it(const struct stream *stream, const union hostcast_address *source, uint32_t id,
		  bool is_iperf)
{
	return stream->id == id && stream->is_iperf == is_iperf &&
	       address_equal(&stream->source, source);
}

struct stream *streams_find(struct streams *streams, const union hostcast_address *source,
			    uint32_t id, bool is_iperf)
{
	if (streams->last < streams->count &&
	    is_it(streams->list[streams->last], source, id, is_iperf))
		return streams->list[streams->last];
	for (size_t i = 0; i < streams->count; i++) {
		if (is_it(streams->list[i], source, id, is_iperf)) {
			streams->last = i;
			return streams->list[i];
		}
	}
	return NULL;
}

static void free_stream(struct stream *stream)
{
	free(stream->tally);
	free(stream);
}

static struct stream *new_stream(void)
{
	struct stream *stream = calloc(1, sizeof *stream);

	if (stream)
		stream->tally = calloc(1, sizeof *stream->tally);
	if (stream && !stream->tally) {
		free(stream);
		return NULL;
	}
	return stream;
}

/* Where a new one may stand; STREAMS_MAX if nowhere. */
static size_t place(const struct streams *streams)
{
	if (streams->count < STREAMS_MAX)
		return streams->count;
	for (size_t i = 0; i < streams->count; i++)
		if (streams->list[i]->is_over && !streams->list[i]->is_step_open)
			return i;
	return STREAMS_MAX;
}

struct stream *streams_idlest(const struct streams *streams)
{
	struct stream *idlest = NULL;

	if (place(streams) < STREAMS_MAX)
		return NULL;
	for (size_t i = 0; i < streams->count; i++) {
		struct stream *stream = streams->list[i];

		if (stream->tally->sequence.received == 0 &&
		    (!idlest || monotime_is_before(stream->heard, idlest->heard)))
			idlest = stream;
	}
	return idlest;
}

struct stream *streams_add(struct streams *streams, const union hostcast_address *source,
			   uint32_t id, bool is_iperf)
{
	size_t at = place(streams);
	struct stream *stream = at < STREAMS_MAX ? new_stream() : NULL;

	if (!stream) {
		streams->unlisted++;
		return NULL;
	}
	stream->source = *source;
	stream->id = id;
	stream->is_iperf = is_iperf;
	if (at < streams->count)
		free_stream(streams->list[at]);
	else
		streams->count++;
	streams->list[at] = stream;
	return stream;
}

void streams_done(struct streams *streams)
{
	for (size_t i = 0; i < streams->count; i++)
		free_stream(streams->list[i]);
	streams->count = 0;
}
