#include "output.h"

#include <assert.h>

static const struct {
	const char *word, *text;
} EVENT_TEXTS[] = {
#define EVENT_TEXT(name, word, text) [EVENT_##name] = {word, text},
	EVENTS(EVENT_TEXT)
#undef EVENT_TEXT
};

const char *event_word(enum event_type type)
{
	return EVENT_TEXTS[type].word;
}

const char *event_text(enum event_type type)
{
	return EVENT_TEXTS[type].text;
}

void output_clear(struct output *output)
{
	output->datagram_count = 0;
	output->size = 0;
	output->event_count = 0;
	output->payload = (struct reader){NULL, NULL, false};
	output->is_delivered = false;
	output->copy_count = 0;
	output->fate = FATE_NONE;
	output->attempts = 0;
	output->release = false;
}

struct writer output_begin(struct output *output, enum message_type type)
{
	struct writer writer = writer_of(output->bytes + output->size, OUTPUT_BYTES - output->size);

	message_begin(&writer, type);
	return writer;
}

struct output_datagram *output_end(struct output *output, const struct writer *writer,
				   struct destination to)
{
	struct output_datagram *datagram = &output->datagrams[output->datagram_count++];

	assert(output->datagram_count <= OUTPUT_DATAGRAMS);
	assert(!writer->failed);
	*datagram = (struct output_datagram){
		.destination = to, .bytes = writer->bytes, .size = writer->size};
	output->size += writer->size;
	return datagram;
}

void output_send(struct output *output, enum message_type type, struct destination to)
{
	struct writer writer = output_begin(output, type);

	output_end(output, &writer, to);
}

void output_event(struct output *output, enum event_type type, const struct wire_address *address)
{
	assert(output->event_count < OUTPUT_EVENTS);
	output->events[output->event_count++] =
		(struct event){type, address ? *address : (struct wire_address){.port = 0}};
}
