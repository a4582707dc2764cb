/* How conversations ended and what they came to, in words, for text, JSON and pictures alike. As of
 * conversation_words, whoever shows it escapes it. */
#ifndef CLI_DECODE_CONVERSATION_OUTCOME_H
#define CLI_DECODE_CONVERSATION_OUTCOME_H

#include "base/text.h"
#include "traffic/conversation.h"

/* "half_closed" */
const char *outcome_name(enum outcome outcome);

/* How it ended, and why: a sentence without its full stop. */
void add_outcome(struct text *out, const struct conversation *conversation);

/* "5 packets, 2120 bytes, 1 sent again" of one side */
void add_side_counters(struct text *out, const struct conversation *conversation, enum side side);

#endif
