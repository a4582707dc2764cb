#include "seconds.h"

#include "base/monotime.h"

#include <inttypes.h>

enum { DECIMALS = 9, SECONDS_MAX = 1000000000 };

void seconds_write(struct text *text, int64_t ns)
{
	int64_t fraction = ns % NS_PER_S;
	int digits = DECIMALS;

	text_addf(text, "%" PRId64, ns / NS_PER_S);
	if (fraction == 0)
		return;
	while (fraction % 10 == 0) {
		fraction /= 10;
		digits--;
	}
	text_addf(text, ".%0*" PRId64, digits, fraction);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool seconds_read(const char **at, int64_t *ns)
{
	const char *c = *at;
	int64_t seconds = 0, unit = NS_PER_S;

	if (!is_digit(*c))
		return false;
	for (; is_digit(*c); c++)
		if ((seconds = seconds * 10 + (*c - '0')) > SECONDS_MAX)
			return false;
	*ns = seconds * NS_PER_S;
	if (*c == '.')
		for (c++; is_digit(*c) && unit > 1; c++)
			*ns += (*c - '0') * (unit /= 10);
	*at = c;
	return true;
}
