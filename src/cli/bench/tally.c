#include "tally.h"

bool tally_take(struct tally *tally, uint64_t number, size_t size, struct monotime now)
{
	uint64_t wild = tally->sequence.wild;
	bool is_new = sequence_take(&tally->sequence, number);

	if (tally->sequence.wild > wild)
		tally->wild_size = size;
	if (!is_new)
		return false;
	if (tally->bytes == 0)
		tally->first = tally->last = now;
	if (now.ns != tally->last.ns) { /* not of the same batch */
		int64_t pause = monotime_diff_ns(now, tally->last);

		if (pause > tally->longest_pause_ns)
			tally->longest_pause_ns = pause;
		tally->last = now;
	}
	tally->bytes += size;
	if (tally->sequence.wild < wild) /* it confirmed the one before it, which counts now */
		tally->bytes += tally->wild_size;
	return true;
}

void tally_latency(struct tally *tally, int64_t ns)
{
	if (ns < 0)
		tally->latency_backward++;
	else
		histogram_add(&tally->latency_ns, ns);
}

void tally_result(const struct tally *tally, uint64_t sent, struct result *result)
{
	const struct sequence *sequence = &tally->sequence;

	if (sent < sequence->next)
		sent = sequence->next;
	*result = (struct result){
		.sent = sent,
		.received = sequence->received,
		.bytes = tally->bytes,
		.lost = sent - sequence->received,
		.duplicates = sequence->duplicates,
		.reordered = sequence->reordered,
		.late = sequence->late,
		.corrupt = tally->corrupt,
		.wild = sequence->wild,
		.longest_gap = sequence_longest_gap(sequence, sent),
		.longest_pause_ns = (uint64_t)tally->longest_pause_ns,
		.elapsed_ns = (uint64_t)monotime_diff_ns(tally->last, tally->first),
		.latency_backward = tally->latency_backward,
	};
	result_set_latency(result, &tally->latency_ns);
}
