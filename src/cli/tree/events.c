#include "events.h"

#include "base/monotime.h"
#include "cli/json.h"
#include "run/clock.h"
#include "run/tree/tree_address.h"

#include <inttypes.h>

void add_wire_address(struct text *out, const char *key, const struct wire_address *wire)
{
	union hostcast_address address = address_of_wire(wire);

	json_address(out, key, &address);
}

void add_wire_text(struct text *out, const struct wire_address *wire)
{
	union hostcast_address address = address_of_wire(wire);
	char text[HOSTCAST_TEXT_SIZE];

	text_add_string(out, hostcast_address_text(&address, text));
}

void event_add_json(struct text *out, const struct event *event)
{
	json_begin_event(out, event_word(event->type));
	json_integer(out, "time_ns", clock_realtime_ns());
	add_wire_address(out, "address", &event->address);
	json_end_event(out);
}

void event_add_text(struct text *out, const struct event *event)
{
	text_add_string(out, event_text(event->type));
	if (wire_address_is_none(&event->address))
		return;
	text_add_string(out, " ");
	add_wire_text(out, &event->address);
}

void tell_listening(struct session *session, const union hostcast_address *address,
		    uint16_t data_port)
{
	struct text *out = &session->out;
	char text[HOSTCAST_TEXT_SIZE];

	hostcast_address_text(address, text);
	if (session->common->json) {
		json_begin_event(out, "listening");
		json_address(out, "address", address);
		if (data_port > 0)
			json_integer(out, "data_port", data_port);
		json_end_event(out);
		session_flush(session);
	} else if (data_port > 0) {
		session_notice(session, "listening at %s, for payloads of this host at port %u",
			       text, data_port);
	} else {
		session_notice(session, "listening at %s", text);
	}
}

void add_count_text(struct text *out, const char *name, uint64_t value)
{
	if (value > 0)
		text_addf(out, "%s%s %" PRIu64, out->size > 0 ? ", " : "", name, value);
}
