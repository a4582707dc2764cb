/* The state of one rendezvous point or node, as text for people and as JSON. */
#ifndef CLI_STATUS_STATE_SHOW_H
#define CLI_STATUS_STATE_SHOW_H

#include "base/text.h"
#include "core/report.h"
#include "hostcast.h"

/* ADDRESS:PORT */
const char *state_address_text(const struct wire_address *address, char text[HOSTCAST_TEXT_SIZE]);

/* A block of lines, the first with the name. Counters that are 0 are left out unless all are
 * wanted. */
void state_show(struct text *out, const char *name, const struct report *report, bool all);

/* As members of the JSON object that is open. */
void state_add_json(struct text *out, const struct report *report);

#endif
