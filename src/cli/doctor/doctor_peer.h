/* `doctor --peer` on the command line: who is asked, and what both hosts counted, as text and JSON.
 */
#ifndef DOCTOR_DOCTOR_PEER_H
#define DOCTOR_DOCTOR_PEER_H

#include "base/error.h"
#include "base/text.h"
#include "doctor/peer_results.h"

/* HOST[:PORT]; a name is resolved to an address of the group's family, which may take a while. */
int doctor_parse_peer(const char *text, int family, union hostcast_address *peer,
		      struct error *error);

/* A table: each kind of probes, how many arrived there and here, and with what TTL. */
void doctor_peer_text(struct text *out, const struct peer_results *peer);

/* An object of its own, with the event "peer". */
void doctor_peer_json(struct text *out, const struct peer_results *peer);

/* The counts of one way, as members of the JSON object that is open. */
void doctor_way_json(struct text *out, const struct one_way *way);

#endif
