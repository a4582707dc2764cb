/* Messages of the tree protocol, from bytes and to bytes. Nothing is copied: what was read points
 * into the datagram. */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include "address.h"
#include "protocol.h"

struct message {
	enum message_type type;
	struct reader body;
};

enum decoding {
	DECODED,
	DECODED_UNKNOWN,   /* four letters and LF, but no type that we know */
	DECODED_MALFORMED, /* anything else, or a body that its type does not allow */
};

/* T-1, T-2. Once a message is DECODED its body can be read with the functions below without
 * failing. */
enum decoding message_decode(const void *bytes, size_t size, struct message *message);

/* The next address of TOOR, YJOI or NJOI; false when there is none left. */
bool message_next_address(struct message *message, struct wire_address *address);

/* NDAT: the root that it names, perhaps none, and then the payload. */
struct reader message_refused_payload(struct message *message, struct wire_address *root);

/* Writes the type and LF. A body follows. */
void message_begin(struct writer *writer, enum message_type type);

/* Writes one address of a body's list: LF goes between two, never after the last, because some read
 * an empty line there. */
void message_add_address(struct writer *writer, bool is_first, const struct wire_address *address);

/* The type's four letters. */
const char *message_type_name(enum message_type type);

#endif
