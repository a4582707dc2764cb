/* What became of numbered messages: lost, doubled, late, and the longest run that is missing. Exact
 * within a window of the last SEQUENCE_WINDOW numbers, in fixed memory. Nothing is believed of a
 * single number: one that jumps far ahead counts only when the next one confirms it (RFC 3550,
 * appendix A.1). */
#ifndef BASE_SEQUENCE_H
#define BASE_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SEQUENCE_WINDOW = 1 << 16,
	SEQUENCE_JUMP = 1 << 20, /* numbers that may be missing without a confirmation */
};

/* Messages missing in a row: the run that is not over, and the longest so far. */
struct gap {
	uint64_t run, longest;
};

/* All zero at the beginning. */
struct sequence {
	uint64_t next;       /* one more than the highest number */
	uint64_t received;   /* different messages */
	uint64_t duplicates; /* that had come before */
	uint64_t reordered;  /* of the received: after one with a higher number */
	uint64_t late;  /* from before the window: whether they had come is not known any more */
	uint64_t wild;  /* far ahead, and not confirmed */
	struct gap gap; /* before the window */
	uint64_t candidate;                    /* the number that would confirm a jump; 0: none */
	uint64_t window[SEQUENCE_WINDOW / 64]; /* a bit for each number: it came */
};

/* Takes the number of a message; true if it is a new one. */
bool sequence_take(struct sequence *sequence, uint64_t number);

/* The longest run of messages that are missing, when `sent` went in all. */
uint64_t sequence_longest_gap(const struct sequence *sequence, uint64_t sent);

#endif
