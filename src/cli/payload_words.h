/* Payloads as part of a line. */
#ifndef CLI_PAYLOAD_WORDS_H
#define CLI_PAYLOAD_WORDS_H

#include "base/cursor.h"
#include "base/text.h"

/* ": hello", if the payload of so many bytes is text and all there; of a long one the beginning.
 * Else nothing. */
void payload_words(struct text *out, const struct reader *payload, size_t size);

/* Any bytes, escaped; of many the beginning. */
void payload_words_beginning(struct text *out, const uint8_t *bytes, size_t size);

#endif
