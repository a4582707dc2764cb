/* What events, states and rows have in common. */
#ifndef WATCH_WORDS_H
#define WATCH_WORDS_H

#include "base/text.h"
#include "names.h"
#include "traffic/members.h"
#include "traffic/senders.h"

/* "MLD" or "IGMP" */
const char *protocol_text(bool is_mld);

/* With its port, if there is one. */
void add_endpoint(struct text *out, const union hostcast_address *address);

/* Does it name those that it wants to hear, rather than wanting all (but some)? */
bool wants_sources_only(const struct member *member);

/* "10.0.0.1 10.0.0.2": the sources that it names, as far as they are known; the other one says so,
 * where they are not all, and has no names at all then, perhaps. */
void add_sources(struct text *out, const struct member *member);
void add_sources_text(struct text *out, const struct member *member);

/* Members of the JSON object that is open: "interface"; "vlan", if there is one; "ssrc"; of a
 * member "sources", if it wants only some, and "more", if that is not all; of a sender
 * "source", "group" and "vlan". */
void json_interface(struct text *out, const struct names *names, unsigned interface);
void json_vlan(struct text *out, uint16_t vlan);
void json_ssrc(struct text *out, uint32_t ssrc);
void json_sources(struct text *out, const struct member *member);
void json_sender(struct text *out, const struct sender *sender);

#endif
