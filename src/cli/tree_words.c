#include "tree_words.h"

#include "net/address.h"
#include "payload_words.h"
#include "run/tree/tree_address.h"
#include "show.h"

enum { ADDRESSES_SHOWN = 4 };

static void add_wire_address(struct text *out, const struct wire_address *wire)
{
	union hostcast_address address = address_of_wire(wire);
	char text[HOSTCAST_TEXT_SIZE];

	text_add_string(out, hostcast_address_text(&address, text));
}

/* What is left of a list: "10.0.0.2:10000, 10.0.0.3:10000 and 2 more"; or what stands for none. */
static void add_list(struct text *out, struct message *message, const char *none)
{
	struct wire_address address;
	unsigned count = 0;

	while (message_next_address(message, &address)) {
		if (count < ADDRESSES_SHOWN) {
			text_add_string(out, count > 0 ? ", " : "");
			add_wire_address(out, &address);
		}
		count++;
	}
	if (count == 0)
		text_add_string(out, none);
	else if (count > ADDRESSES_SHOWN)
		text_addf(out, " and %u more", count - ADDRESSES_SHOWN);
}

static void add_acceptance(struct text *out, struct message message)
{
	struct wire_address seen_as;

	text_add_string(out, "takes it as a child (T-6)");
	if (!message_next_address(&message, &seen_as))
		return;
	text_add_string(out, ", seen as ");
	add_wire_address(out, &seen_as);
	text_add_string(out, ", root path (T-9): ");
	add_list(out, &message, "none, this is the root");
}

static void add_refusal(struct text *out, struct message message)
{
	text_add_string(out, "is full, try (T-6, T-7): ");
	add_list(out, &message, "nobody");
}

static void add_root(struct text *out, struct message message)
{
	text_add_string(out, "the root is (T-3): ");
	add_list(out, &message, "not known");
}

static void add_refused_payload(struct text *out, struct message message)
{
	struct wire_address root;
	struct reader payload = message_refused_payload(&message, &root);

	text_addf(out, "refuses a payload of %zu bytes (T-11), the root is ",
		  reader_left(&payload));
	if (wire_address_is_none(&root))
		text_add_string(out, "not known");
	else
		add_wire_address(out, &root);
}

static void add_payload(struct text *out, const struct reader *payload)
{
	text_add_string(out, "payload (T-11), ");
	show_quantity(out, reader_left(payload), "byte", "bytes");
	payload_words(out, payload, reader_left(payload));
}

static void add_state(struct text *out, struct reader body)
{
	struct reader line = reader_line(&body);

	text_add_string(out, "tells its state (T-16): ");
	payload_words_beginning(out, line.at, reader_left(&line));
	text_add_string(out, reader_left(&body) > 0 ? ", ..." : "");
}

void tree_words(struct text *out, const struct message *message)
{
	switch (message->type) {
	case MESSAGE_ROOT:
		text_add_string(out, "asks who the root is (T-3)");
		break;
	case MESSAGE_TOOR:
		add_root(out, *message);
		break;
	case MESSAGE_RREG:
		text_add_string(out, "asks to be the root, or to stay it (T-4, T-5)");
		break;
	case MESSAGE_YREG:
		text_add_string(out, "records it as the root (T-4)");
		break;
	case MESSAGE_NREG:
		text_add_string(out, "somebody else is the root (T-4)");
		break;
	case MESSAGE_RJOI:
		text_add_string(out, "asks to be a child, or to stay one (T-6, T-8)");
		break;
	case MESSAGE_YJOI:
		add_acceptance(out, *message);
		break;
	case MESSAGE_NJOI:
		add_refusal(out, *message);
		break;
	case MESSAGE_DATA:
		add_payload(out, &message->body);
		break;
	case MESSAGE_NDAT:
		add_refused_payload(out, *message);
		break;
	case MESSAGE_LEAV:
		text_add_string(out, "parts from it (T-15)");
		break;
	case MESSAGE_STAT:
		text_add_string(out, "asks for its state (T-16)");
		break;
	case MESSAGE_TATS:
		add_state(out, message->body);
	}
}
