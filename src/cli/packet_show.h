/* How a packet is shown: as one line for people, as a JSON object, as a comment in a capture file.
 */
#ifndef CLI_PACKET_SHOW_H
#define CLI_PACKET_SHOW_H

#include "base/text.h"
#include "decode/packet.h"

/* What it is, without time and interface:
 * "10.0.0.1:5004 > 224.1.1.1:5004 ttl 1, UDP, 5 bytes: hello [to 01:00:5e:01:01:01]" or
 * "10.0.0.2 > 224.0.0.22 ttl 1, IGMPv3 report: joins 224.1.1.1 [to 01:00:5e:00:00:16]".
 * and how much of it was captured, if not all. One line, harmless to a terminal. */
void packet_show_line(struct text *out, const struct frame *frame, const struct packet *packet);

/* The members of a JSON object that is open: every field that was decoded, its time and comment. */
void packet_show_json(struct text *out, const struct frame *frame, const struct packet *packet);

/* What hostcast knows of a packet beyond what any decoder shows: that a report joins a group and
 * which MAC address belongs to it, which clause a tree message serves, that a destination MAC
 * address is not the group's. Nothing is added if there is nothing to say. */
void packet_show_comment(struct text *out, const struct packet *packet);

#endif
