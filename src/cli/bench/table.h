/* The table that both sides print: a line for each step and receiver (or sender). */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "base/text.h"
#include "result.h"

/* The two lines above the columns; who: "receiver" or "sender", latency: "one way" or "round trip".
 */
void table_heading(struct text *out, const char *who, const char *latency);

/* A line of results, and another one where there is more to say of them. `who` is harmless text. */
void table_row(struct text *out, unsigned step, const char *who, const struct result *result);

/* Of a sender only rate and cost are known. */
void table_row_sent(struct text *out, unsigned step, const char *who, const struct result *result);

/* A line with a sentence instead of results. */
void table_row_text(struct text *out, unsigned step, const char *who, const char *sentence);

/* Every field of the result, and "messages_per_second", "bits_per_second", "loss_percent", as
 * members of the JSON object that is open. */
void table_json(struct text *out, const struct result *result);

/* "12.3 kpps" or "12.3 Mbit/s". */
void table_rate(struct text *out, double per_second, bool is_bits);

#endif
