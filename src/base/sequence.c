#include "sequence.h"

static uint64_t *word_of(struct sequence *s, uint64_t number)
{
	return &s->window[number / 64 % (SEQUENCE_WINDOW / 64)];
}

static uint64_t bit_of(uint64_t number)
{
	return UINT64_C(1) << number % 64;
}

static bool has_come(const struct sequence *s, uint64_t number)
{
	return s->window[number / 64 % (SEQUENCE_WINDOW / 64)] & bit_of(number);
}

/* The first number of the window that ends before `next`. */
static uint64_t window_start(uint64_t next)
{
	return next > SEQUENCE_WINDOW ? next - SEQUENCE_WINDOW : 0;
}

static void add_missing(struct gap *gap, uint64_t count)
{
	gap->run += count;
	if (gap->run > gap->longest)
		gap->longest = gap->run;
}

/* Up to 64 numbers; the lowest bit is the first one's. */
static void add_numbers(struct gap *gap, uint64_t came, uint64_t count)
{
	if (came == 0) {
		add_missing(gap, count);
	} else if (came == UINT64_MAX >> (64 - count)) {
		gap->run = 0;
	} else {
		for (uint64_t i = 0; i < count; i++) {
			gap->run = came >> i & 1 ? 0 : gap->run;
			add_missing(gap, ~came >> i & 1);
		}
	}
}

/* What lies together in one word of the window: from `begin` on, and before `end`. */
static uint64_t count_in_word(uint64_t begin, uint64_t end)
{
	uint64_t in_word = 64 - begin % 64;

	return end - begin < in_word ? end - begin : in_word;
}

/* Adds the numbers from `begin` on, and before `end`, which are in the window. A word at a time: a
 * stranger's numbers may jump with every datagram. */
static void add_range(const struct sequence *s, uint64_t begin, uint64_t end, struct gap *gap)
{
	while (begin < end) {
		uint64_t count = count_in_word(begin, end);
		uint64_t word = s->window[begin / 64 % (SEQUENCE_WINDOW / 64)] >> begin % 64;

		add_numbers(gap, word & UINT64_MAX >> (64 - count), count);
		begin += count;
	}
}

static void clear_range(struct sequence *s, uint64_t begin, uint64_t end)
{
	while (begin < end) {
		uint64_t count = count_in_word(begin, end);

		*word_of(s, begin) &= ~(UINT64_MAX >> (64 - count) << begin % 64);
		begin += count;
	}
}

/* Moves the window so that it ends with this number. Whether those that leave it are missing is
 * settled. */
static void advance(struct sequence *s, uint64_t number)
{
	uint64_t old_start = window_start(s->next), start = window_start(number + 1);
	uint64_t end = start < s->next ? start : s->next;

	add_range(s, old_start, end, &s->gap);
	clear_range(s, old_start, end);
	if (start > s->next) /* those in between were never in the window */
		add_missing(&s->gap, start - s->next);
	s->next = number + 1;
}

/* True if the number is so far ahead that it has to be confirmed, and is not. */
static bool is_wild(struct sequence *s, uint64_t number)
{
	if (number < s->next || number - s->next <= SEQUENCE_JUMP)
		return false;
	if (s->candidate == number && number > 0) {
		/* The one before it was right, too. */
		s->wild--;
		s->received++;
		advance(s, number - 1);
		*word_of(s, number - 1) |= bit_of(number - 1);
		return false;
	}
	s->wild++;
	s->candidate = number == UINT64_MAX ? 0 : number + 1;
	return true;
}

static bool take_old(struct sequence *s, uint64_t number)
{
	if (number < window_start(s->next)) {
		s->late++;
		return false;
	}
	if (has_come(s, number)) {
		s->duplicates++;
		return false;
	}
	s->reordered++;
	return true;
}

bool sequence_take(struct sequence *s, uint64_t number)
{
	if (number == UINT64_MAX || is_wild(s, number)) {
		s->wild += number == UINT64_MAX;
		return false;
	}
	if (number >= s->next)
		advance(s, number);
	else if (!take_old(s, number))
		return false;
	s->received++;
	*word_of(s, number) |= bit_of(number);
	return true;
}

uint64_t sequence_longest_gap(const struct sequence *s, uint64_t sent)
{
	struct gap gap = s->gap;

	add_range(s, window_start(s->next), s->next, &gap);
	if (sent > s->next)
		add_missing(&gap, sent - s->next);
	return gap.longest;
}
