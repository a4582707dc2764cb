/* Messages of the tree protocol in words, with the clause that each serves (docs/protocol.md). */
#ifndef CLI_TREE_WORDS_H
#define CLI_TREE_WORDS_H

#include "base/text.h"
#include "wire/message.h"

/* "asks to be a child, or to stay one (T-6, T-8)" */
void tree_words(struct text *out, const struct message *message);

#endif
