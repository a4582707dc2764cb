#include "pace.h"

#include <stdlib.h>
#include <string.h>

/* ---- The rate ---- */

static double factor_of(const char **at)
{
	static const char letters[] = "kMG";
	const char *letter = **at ? strchr(letters, **at == 'K' ? 'k' : **at) : NULL;
	double factor = 1;

	if (!letter)
		return 1;
	for (*at += 1; letter >= letters; letter--)
		factor *= 1000;
	return factor;
}

static bool unit_of(const char *unit, bool *is_bits)
{
	*is_bits = strcmp(unit, "pps") != 0;
	return !*is_bits || *unit == '\0' || strcmp(unit, "bit") == 0 || strcmp(unit, "bps") == 0;
}

bool rate_parse(const char *text, struct rate *rate)
{
	size_t digits = strspn(text, "0123456789.");
	char *end;
	const char *at;
	double value;
	bool is_bits;

	if (strcmp(text, "max") == 0) {
		*rate = (struct rate){0, false};
		return true;
	}
	value = strtod(text, &end);
	if (digits == 0 || end != text + digits) /* no sign, exponent, "inf" */
		return false;
	at = end;
	value *= factor_of(&at);
	if (!unit_of(at, &is_bits) || value < 1 || value > (double)RATE_MOST)
		return false;
	*rate = (struct rate){(int64_t)value, is_bits};
	return true;
}

/* ---- The pace ---- */

static int64_t units_in(const struct pace *pace, int64_t ns)
{
	return (int64_t)((__int128)pace->rate.per_second * ns / NS_PER_S);
}

/* When so many units since start have had their time. */
static struct monotime due(const struct pace *pace, int64_t units)
{
	int64_t rate = pace->rate.per_second;

	if (units <= 0)
		return pace->start;
	return monotime_add(pace->start, (int64_t)(((__int128)units * NS_PER_S + rate - 1) / rate));
}

void pace_begin(struct pace *pace, struct rate rate, struct monotime now)
{
	*pace = (struct pace){.rate = rate, .start = now};
}

/* Whole seconds are taken away exactly, so that the numbers stay small however long it goes. */
static void pass_seconds(struct pace *pace, struct monotime now)
{
	int64_t seconds = monotime_diff_ns(now, pace->start) / NS_PER_S;
	__int128 spent = pace->spent - (__int128)seconds * pace->rate.per_second;

	pace->start = monotime_add(pace->start, seconds * NS_PER_S);
	pace->spent = spent < INT64_MIN / 2 ? INT64_MIN / 2 : (int64_t)spent;
}

void pace_advance(struct pace *pace, struct monotime now)
{
	int64_t behind, most;

	if (pace->rate.per_second == 0)
		return;
	pass_seconds(pace, now);
	pace->allowed = units_in(pace, monotime_diff_ns(now, pace->start));
	behind = pace->allowed - pace->spent;
	most = units_in(pace, PACE_CATCH_UP_NS);
	if (behind <= most)
		return;
	pace->forgone += (uint64_t)(behind - most);
	pace->spent = pace->allowed - most;
}

struct monotime pace_next(const struct pace *pace, struct monotime now, size_t batch, size_t bytes)
{
	int64_t cost = pace->rate.is_bits ? (int64_t)bytes * 8 : 1;
	struct monotime next, full;

	if (pace->rate.per_second == 0)
		return now;
	next = due(pace, pace->spent);
	full = due(pace, pace->spent + (batch > 0 ? (int64_t)batch - 1 : 0) * cost);
	full = monotime_earlier(full, monotime_add(now, PACE_STEP_NS));
	return monotime_is_before(next, full) ? full : next;
}
