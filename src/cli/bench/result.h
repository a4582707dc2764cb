/* What was measured of one step, as plain numbers: they are reported, added to a table, written as
 * JSON and judged. */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

#include "cli/options.h"

/* How each is named in reports and in JSON. */
#define RESULT_FIELDS(X)                                                                     \
	X(sent)             /* messages that went; without a word of the sender: the highest \
			       number and one */                                             \
	X(received)         /* different messages that came */                               \
	X(bytes)            /* in them */                                                    \
	X(lost)             /* sent - received */                                            \
	X(duplicates)       /* messages that had come before */                              \
	X(reordered)        /* of the received: after one that was sent later */             \
	X(late)             /* so late that it is not known whether they had come */         \
	X(corrupt)          /* content other than the pattern (--verify), or cut off */      \
	X(wild)             /* numbers far ahead that no other message confirmed */          \
	X(longest_gap)      /* messages missing in a row */                                  \
	X(longest_pause_ns) /* in which no message came */                                   \
	X(elapsed_ns)       /* from the first to the last message */                         \
	X(cpu_ns)           /* of the whole process, user and system */                      \
	X(kernel_drops)     /* datagrams dropped because the receive buffer was full */      \
	X(latency_count)    /* messages of which the latency is known */                     \
	X(latency_backward) /* that came before they went, or minutes after: the clocks      \
			       disagree */                                                   \
	X(latency_p50_ns)                                                                    \
	X(latency_p90_ns)                                                                    \
	X(latency_p99_ns)                                                                    \
	X(latency_p999_ns)                                                                   \
	X(latency_max_ns)

struct result {
#define RESULT_FIELD(name) uint64_t name;
	RESULT_FIELDS(RESULT_FIELD)
#undef RESULT_FIELD
};

struct histogram;
void result_set_latency(struct result *result, const struct histogram *latency_ns);

/* In percent of the messages sent; 0 of none. */
double result_loss(const struct result *result);

/* Messages, and bits of payload, a second; 0 if fewer than two came. */
double result_message_rate(const struct result *result);
double result_bit_rate(const struct result *result);

/* What is allowed, in millionths of the messages sent, or for the last two of those received;
 * NOT_GIVEN: anything. */
struct limits {
	int64_t loss, duplicates, reordered;
};

#define LIMITS_DEFAULT                                                             \
	{                                                                          \
		.loss = NOT_GIVEN, .duplicates = NOT_GIVEN, .reordered = NOT_GIVEN \
	}
#define ROWS_LIMITS(target)                                                                     \
	PERCENT_ROW("max-loss", 0, &(target)->loss, "more loss than that is exit status 5"),    \
		PERCENT_ROW("max-duplicates", 0, &(target)->duplicates, "and more duplicates"), \
		PERCENT_ROW("max-reordered", 0, &(target)->reordered, "and more reordering")

bool limits_are_given(const struct limits *limits);
bool limits_allow(const struct limits *limits, const struct result *result);

#endif
