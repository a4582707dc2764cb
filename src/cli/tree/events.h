/* What happens at a rendezvous point or a node, as lines of text and as JSON. */
#ifndef CLI_TREE_EVENTS_H
#define CLI_TREE_EVENTS_H

#include "cli/session.h"
#include "core/output.h"

/* {"event":"attached","time_ns":...,"address":"10.0.0.1:10000"} */
void event_add_json(struct text *out, const struct event *event);

/* "is now a child of 10.0.0.1:10000" */
void event_add_text(struct text *out, const struct event *event);

/* A member of the JSON object that is open; nothing if there is no address. */
void add_wire_address(struct text *out, const char *key, const struct wire_address *wire);
void add_wire_text(struct text *out, const struct wire_address *wire);

/* Says that it is ready: a note, or {"event":"listening", ...}. */
void tell_listening(struct session *session, const union hostcast_address *address,
		    uint16_t data_port);

/* ", NAME 3" for a counter that is not 0. */
void add_count_text(struct text *out, const char *name, uint64_t value);

#endif
