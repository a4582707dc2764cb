#include "sequence.h"

#include <string.h>

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

static void add_missing(uint64_t *run, uint64_t *longest, uint64_t count)
{
	*run += count;
	if (*run > *longest)
		*longest = *run;
}

/* A number leaves the window: whether it is missing is settled. */
static void leave(struct sequence *s, uint64_t number)
{
	if (!has_come(s, number)) {
		add_missing(&s->missing_run, &s->longest_run, 1);
		return;
	}
	s->missing_run = 0;
	*word_of(s, number) &= ~bit_of(number);
}

/* Moves the window so that it ends with this number. */
static void advance(struct sequence *s, uint64_t number)
{
	uint64_t start = window_start(number + 1);
	uint64_t end = start < s->next ? start : s->next;

	for (uint64_t n = window_start(s->next); n < end; n++)
		leave(s, n);
	if (start > s->next) /* those in between were never in the window */
		add_missing(&s->missing_run, &s->longest_run, start - s->next);
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
	uint64_t run = s->missing_run, longest = s->longest_run;

	for (uint64_t n = window_start(s->next); n < s->next; n++) {
		if (has_come(s, n))
			run = 0;
		else
			add_missing(&run, &longest, 1);
	}
	if (sent > s->next)
		add_missing(&run, &longest, sent - s->next);
	return longest;
}
