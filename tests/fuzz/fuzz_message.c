/* The decoder (T-1, T-2): any bytes. What it takes for a message can be read to the end, and what
 * was read can be written and is then read as the same. */
#include "must.h"
#include "target.h"
#include "wire/message.h"

#include <string.h>

static void check_address(const struct wire_address *address)
{
	uint8_t text[WIRE_ADDRESS_TEXT_MAX], text_again[WIRE_ADDRESS_TEXT_MAX];
	struct writer writer = writer_of(text, sizeof text), writer_again;
	struct wire_address again;
	struct reader reader;

	must(wire_address_is_usable(address), "an address in a body is usable");
	wire_address_write(&writer, address);
	must(!writer.failed, "an address has room in WIRE_ADDRESS_TEXT_MAX");
	reader = reader_of(text, writer.size);
	wire_address_read(&reader, &again);
	must(!reader.failed && wire_address_equal(address, &again),
	     "an address is read as it was written");
	writer_again = writer_of(text_again, sizeof text_again);
	wire_address_write(&writer_again, &again);
	must(writer.size == writer_again.size && memcmp(text, text_again, writer.size) == 0,
	     "an address has one text");
}

/* Written again, a list has the same addresses and no last LF. */
static void check_list(const struct message *message)
{
	struct message left = *message, again;
	size_t lines = 0;
	struct wire_address address, address_again;
	size_t size = HEADER_SIZE + reader_left(&message->body) * 2 + 1;
	uint8_t *bytes = malloc(size);
	struct writer writer = writer_of(bytes, size);

	must(bytes, "there is memory");
	message_begin(&writer, message->type);
	while (message_next_address(&left, &address)) {
		check_address(&address);
		message_add_address(&writer, lines++ == 0, &address);
	}
	must(!left.body.failed, "a list that was decoded is read to its end");
	must(!writer.failed, "a list is not much longer when it is written again");
	must(message_decode(bytes, writer.size, &again) == DECODED, "a list is decoded again");
	for (left = *message; message_next_address(&left, &address); lines--) {
		must(message_next_address(&again, &address_again), "no address is lost");
		must(wire_address_equal(&address, &address_again), "no address is changed");
	}
	must(lines == 0 && !message_next_address(&again, &address_again), "no address is added");
	free(bytes);
}

static void check_refusal(const struct message *message, const uint8_t *data, size_t size)
{
	struct message left = *message;
	struct wire_address root;
	struct reader payload = message_refused_payload(&left, &root);

	must(!payload.failed && payload.end == data + size, "a payload ends with its datagram");
	must(payload.at > message->body.at, "a payload comes after the root's line");
	if (!wire_address_is_none(&root))
		check_address(&root);
}

static void check_message(const struct message *message, const uint8_t *data, size_t size)
{
	const char *name = message_type_name(message->type);

	must(memcmp(name, data, strlen(name)) == 0, "the type is that of the letters");
	must(!message->body.failed, "a body begins without an error");
	must(message->body.at > data && message->body.end == data + size,
	     "a body ends with its datagram");
	switch (message->type) {
	case MESSAGE_TOOR:
	case MESSAGE_YJOI:
	case MESSAGE_NJOI:
		check_list(message);
		break;
	case MESSAGE_NDAT:
		check_refusal(message, data, size);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message message = {.body = {.failed = true}};

	if (message_decode(data, size, &message) == DECODED)
		check_message(&message, data, size);
	else
		must(message.body.failed && !message.body.at, "a failure leaves the message alone");
	return 0;
}
