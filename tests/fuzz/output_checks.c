#include "output_checks.h"

#include "must.h"

#include <string.h>

enum { HEADERS_4 = 20 + 8, HEADERS_6 = 40 + 8 }; /* of IP and UDP */

static size_t size_of(const struct output_datagram *datagram)
{
	return datagram->size + reader_left(&datagram->tail);
}

enum message_type type_of(const struct output_datagram *datagram)
{
	struct message message = {.type = MESSAGE_ROOT};
	size_t size = size_of(datagram);
	uint8_t *bytes = malloc(size);

	must(bytes, "there is memory");
	memcpy(bytes, datagram->bytes, datagram->size);
	if (size > datagram->size)
		memcpy(bytes + datagram->size, datagram->tail.at, size - datagram->size);
	must(message_decode(bytes, size, &message) == DECODED, "a datagram is a message");
	free(bytes);
	return message.type;
}

static void check_destination(const struct destination *destination, const struct own *own)
{
	must(wire_address_is_usable(&destination->to), "a destination can be reached");
	must(!own_has(own, &destination->to), "nothing goes to ourselves");
	must(destination->from < own->count || destination->from == OWN_ANY,
	     "an own address is one of ours");
}

static void check_datagram(const struct output_datagram *datagram, const struct own *own)
{
	bool is_v4 = wire_address_is_v4(&datagram->destination.to);

	must(size_of(datagram) <= (is_v4 ? UDP_MAX_4 : UDP_MAX_6), "a datagram fits into UDP");
	check_destination(&datagram->destination, own);
	type_of(datagram);
}

void check_output(const struct output *output, const struct own *own)
{
	must(output->datagram_count <= OUTPUT_DATAGRAMS, "there is room for the datagrams");
	must(output->event_count <= OUTPUT_EVENTS, "there is room for the events");
	must(output->copy_count <= CHILDREN_MAX, "there is room for the copies");
	must(output->copy_count == 0 || output->is_delivered || output->fate == FATE_SENT,
	     "only payloads that are delivered or sent are copied");
	for (size_t i = 0; i < output->datagram_count; i++)
		check_datagram(&output->datagrams[i], own);
	for (size_t i = 0; i < output->copy_count; i++)
		check_destination(&output->copies[i], own);
}

static size_t most_of(enum message_type type, const struct incoming *asked)
{
	size_t headers = wire_address_is_v4(&asked->from) ? HEADERS_4 : HEADERS_6;

	switch (type) {
	case MESSAGE_TOOR:
	case MESSAGE_NJOI:
		return AMPLIFICATION_MAX * (headers + asked->size) - headers;
	case MESSAGE_TATS: /* T-16 */
		return asked->size;
	case MESSAGE_NDAT: /* T-11: the payload and the root */
		return asked->size + WIRE_ADDRESS_TEXT_MAX + 1;
	case MESSAGE_YJOI: /* T-9 */
		return HEADER_SIZE + (PATH_MAX_LENGTH + 1) * (WIRE_ADDRESS_TEXT_MAX + 1);
	default:
		return HEADER_SIZE;
	}
}

void check_answer(const struct output *output, const struct incoming *asked)
{
	const struct output_datagram *answer = output->datagrams;

	must(output->datagram_count <= 1, "there is one answer at the most");
	if (output->datagram_count == 0)
		return;
	must(wire_address_equal(&answer->destination.to, &asked->from), "an answer goes back");
	must(answer->destination.from == asked->at, "an answer leaves from where it was asked");
	must(size_of(answer) <= most_of(type_of(answer), asked),
	     "an answer is not much larger than what it answers");
}
