#include "result.h"

#include "base/histogram.h"
#include "base/monotime.h"

enum { MILLION = 1000000 };

void result_set_latency(struct result *result, const struct histogram *h)
{
	result->latency_count = h->count;
	if (h->count == 0)
		return;
	result->latency_p50_ns = (uint64_t)histogram_percentile(h, 0.5);
	result->latency_p90_ns = (uint64_t)histogram_percentile(h, 0.9);
	result->latency_p99_ns = (uint64_t)histogram_percentile(h, 0.99);
	result->latency_p999_ns = (uint64_t)histogram_percentile(h, 0.999);
	result->latency_max_ns = (uint64_t)h->most;
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

double result_loss(const struct result *result)
{
	return percent(result->lost, result->sent);
}

/* From the first to the last message there is one interval less than messages. */
double result_message_rate(const struct result *result)
{
	if (result->received < 2 || result->elapsed_ns == 0)
		return 0;
	return (double)(result->received - 1) * (double)NS_PER_S / (double)result->elapsed_ns;
}

double result_bit_rate(const struct result *result)
{
	if (result->received == 0)
		return 0;
	return result_message_rate(result) * 8 * (double)result->bytes / (double)result->received;
}

bool limits_are_given(const struct limits *limits)
{
	return limits->loss != NOT_GIVEN || limits->duplicates != NOT_GIVEN ||
	       limits->reordered != NOT_GIVEN;
}

static bool allows(int64_t millionths, uint64_t part, uint64_t whole)
{
	return millionths == NOT_GIVEN ||
	       (unsigned __int128)part * MILLION <= (unsigned __int128)millionths * whole;
}

bool limits_allow(const struct limits *limits, const struct result *result)
{
	return allows(limits->loss, result->lost, result->sent) &&
	       allows(limits->duplicates, result->duplicates, result->received) &&
	       allows(limits->reordered, result->reordered, result->received);
}
