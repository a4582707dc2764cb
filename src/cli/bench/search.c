#include "search.h"

enum { REACHED_PERCENT = 90 }; /* of the rate that was asked for: so much is what noise may cost */

void search_begin(struct search *search, int64_t rate)
{
	*search = (struct search){.rate = rate};
}

static bool is_close(const struct search *s)
{
	int64_t width = s->bad - s->good;

	return width <= 1 || width <= s->good / 100 * SEARCH_PRECISION_PERCENT;
}

static void choose_next(struct search *s)
{
	if (s->bad == 0)
		s->rate = s->good * 2;
	else if (s->good == 0)
		s->rate = s->bad / 2;
	else
		s->rate = s->good + (s->bad - s->good) / 2;
	s->is_over = s->rate < 1 || s->steps >= SEARCH_STEPS_MAX ||
		     (s->good > 0 && s->bad > 0 && is_close(s));
}

void search_take(struct search *s, bool is_good, double achieved)
{
	bool is_reached = achieved * 100 >= (double)s->rate * REACHED_PERCENT;
	int64_t rate = is_reached ? s->rate : (int64_t)achieved;

	s->steps++;
	if (!is_good && ++s->tries < SEARCH_TRIES && s->steps < SEARCH_STEPS_MAX)
		return;
	s->tries = 0;
	if (is_good && !is_reached) {
		s->good = rate > s->good ? rate : s->good;
		s->is_sender_limited = true;
		s->is_over = true;
		return;
	}
	if (is_good)
		s->good = rate;
	else
		s->bad = rate > s->good ? rate : s->rate;
	choose_next(s);
}
