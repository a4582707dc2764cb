#include "view_time.h"

#include "base/monotime.h"

#include <inttypes.h>
#include <time.h>

/* Rounded down, also before 1970. */
static int64_t seconds_of(int64_t time_ns)
{
	return time_ns / NS_PER_S - (time_ns % NS_PER_S < 0);
}

static int microseconds_of(int64_t time_ns)
{
	return (int)((time_ns - seconds_of(time_ns) * NS_PER_S) / NS_PER_US);
}

static void add_utc(struct text *out, const char *format, int64_t time_ns)
{
	time_t seconds = seconds_of(time_ns);
	char text[40] = "";
	struct tm utc;

	if (gmtime_r(&seconds, &utc))
		strftime(text, sizeof text, format, &utc);
	text_add_string(out, text);
}

static void add_seconds(struct text *out, int64_t ns)
{
	int64_t magnitude_ns = ns < 0 ? -ns : ns; /* a packet may be older than the first one */

	text_addf(out, "%s%" PRId64 ".%06d", ns < 0 ? "-" : "", magnitude_ns / NS_PER_S,
		  microseconds_of(magnitude_ns));
}

void view_time(struct text *out, const struct view_options *options, int64_t time_ns,
	       int64_t since_first_ns)
{
	if (options->relative_time) {
		add_seconds(out, since_first_ns);
		return;
	}
	add_utc(out, "%H:%M:%S", time_ns);
	text_addf(out, ".%06dZ", microseconds_of(time_ns));
}

void view_date(struct text *out, int64_t time_ns)
{
	add_utc(out, "%Y-%m-%d %H:%M:%S UTC", time_ns);
}
