#include "message.h"

#include <string.h>

enum { TYPE_SIZE = 4 };

static const char NAMES[][TYPE_SIZE + 1] = {
#define MESSAGE_TYPE_NAME(name) [MESSAGE_##name] = #name,
	MESSAGE_TYPES(MESSAGE_TYPE_NAME)
#undef MESSAGE_TYPE_NAME
};

enum { TYPES = sizeof NAMES / sizeof NAMES[0] };

const char *message_type_name(enum message_type type)
{
	return NAMES[type];
}

static bool find_type(const uint8_t *letters, enum message_type *type)
{
	for (unsigned i = 0; i < TYPES; i++) {
		if (memcmp(letters, NAMES[i], TYPE_SIZE) == 0) {
			*type = (enum message_type)i;
			return true;
		}
	}
	return false;
}

static bool is_letters(const uint8_t *bytes)
{
	for (size_t i = 0; i < TYPE_SIZE; i++)
		if (!((bytes[i] >= 'A' && bytes[i] <= 'Z') || (bytes[i] >= 'a' && bytes[i] <= 'z')))
			return false;
	return true;
}

/* Every line an address, at most `most` of them. */
static bool is_list(struct reader body, size_t most)
{
	size_t count = 0;

	while (reader_left(&body) > 0) {
		struct reader line = reader_line(&body);
		struct wire_address address;

		if (reader_left(&line) == 0 && reader_left(&body) == 0)
			break; /* some end an empty list with a line of its own */
		wire_address_read(&line, &address);
		if (line.failed || ++count > most)
			return false;
	}
	return true;
}

/* The root's address or nothing, and an LF that must be there. */
static bool is_refusal(struct reader body)
{
	struct reader line;
	struct wire_address address;

	if (!memchr(body.at, '\n', reader_left(&body)))
		return false;
	line = reader_line(&body);
	if (reader_left(&line) > 0)
		wire_address_read(&line, &address);
	return !line.failed;
}

static bool is_body(enum message_type type, struct reader body)
{
	switch (type) {
	case MESSAGE_TOOR:
		return is_list(body, 1);
	case MESSAGE_NJOI:
	case MESSAGE_YJOI:
		return is_list(body, SIZE_MAX);
	case MESSAGE_NDAT:
		return is_refusal(body);
	default: /* what stands there has no meaning yet */
		return true;
	}
}

enum decoding message_decode(const void *bytes, size_t size, struct message *message)
{
	struct message read = {.body = reader_of(bytes, size)};

	if (size < TYPE_SIZE || !is_letters(bytes))
		return DECODED_MALFORMED;
	read.body.at += TYPE_SIZE;
	if (reader_peek(&read.body) == '\r')
		read.body.at++;
	if (reader_left(&read.body) > 0)
		reader_expect(&read.body, '\n');
	if (read.body.failed)
		return DECODED_MALFORMED;
	if (!find_type(bytes, &read.type))
		return DECODED_UNKNOWN;
	if (!is_body(read.type, read.body))
		return DECODED_MALFORMED;
	*message = read;
	return DECODED;
}

bool message_next_address(struct message *message, struct wire_address *address)
{
	struct reader line;

	if (reader_left(&message->body) == 0)
		return false;
	line = reader_line(&message->body);
	if (reader_left(&line) == 0)
		return false;
	wire_address_read(&line, address);
	return true;
}

struct reader message_refused_payload(struct message *message, struct wire_address *root)
{
	struct reader line = reader_line(&message->body);

	*root = (struct wire_address){.port = 0};
	if (reader_left(&line) > 0)
		wire_address_read(&line, root);
	return message->body;
}

void message_begin(struct writer *writer, enum message_type type)
{
	writer_put(writer, NAMES[type], TYPE_SIZE);
	writer_byte(writer, '\n');
}

void message_add_address(struct writer *writer, bool is_first, const struct wire_address *address)
{
	if (!is_first)
		writer_byte(writer, '\n');
	wire_address_write(writer, address);
}
