/* Conversations as a picture: two lifelines, an arrow for each packet, and at the sides the socket
 * calls and states behind it. One SVG file that needs nothing else. */
#ifndef CLI_DECODE_LADDER_H
#define CLI_DECODE_LADDER_H

#include "base/text.h"
#include "traffic/conversations.h"

/* How many conversations are drawn; of others there is a note. */
enum { LADDERS_MAX = 8 };

/* So many finished conversations from this one on. False if memory is short. */
bool ladder_add(struct text *out, const struct conversations *conversations, size_t first,
		size_t count);

#endif
