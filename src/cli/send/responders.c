#include "responders.h"

#include "base/monotime.h"
#include "cli/json.h"
#include "cli/show.h"
#include "net/address.h"

#include <inttypes.h>
#include <stdlib.h>

static int add(struct responders *r, const union hostcast_address *address)
{
	struct responder *entry;

	if (r->count == RESPONDERS_MAX)
		return -1;
	if (!r->list)
		r->list = calloc(RESPONDERS_MAX, sizeof *r->list);
	if (!r->list)
		return -1;
	entry = calloc(1, sizeof *entry);
	if (!entry)
		return -1;
	entry->address = *address;
	r->list[r->count] = entry;
	return (int)r->count++;
}

int responders_find(struct responders *r, const union hostcast_address *address)
{
	int index;

	for (size_t i = 0; i < r->count; i++)
		if (address_equal(&r->list[i]->address, address))
			return (int)i;
	index = add(r, address);
	if (index < 0)
		r->unlisted++;
	return index;
}

void responders_done(struct responders *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->list[i]);
	free(r->list);
	*r = (struct responders){0};
}

double responder_loss(const struct responder *responder, uint64_t sent)
{
	return sent > 0 ? 100.0 * (double)(sent - responder->answered) / (double)sent : 0;
}

void responders_show_text(const struct responders *r, uint64_t sent, struct text *out)
{
	text_addf(out, "%-40s %8s %8s %7s %9s %9s %9s %9s\n", "receiver", "sent", "answered",
		  "loss", "min ms", "mean ms", "p99 ms", "max ms");
	for (size_t i = 0; i < r->count; i++) {
		const struct responder *one = r->list[i];
		char address[HOSTCAST_TEXT_SIZE];

		text_addf(out, "%-40s %8" PRIu64 " %8" PRIu64 " %6.1f%% %9.3f %9.3f %9.3f %9.3f\n",
			  hostcast_address_text(&one->address, address), sent, one->answered,
			  responder_loss(one, sent), (double)one->rtt_ns.least / (double)NS_PER_MS,
			  histogram_mean(&one->rtt_ns) / (double)NS_PER_MS,
			  (double)histogram_percentile(&one->rtt_ns, 0.99) / (double)NS_PER_MS,
			  (double)one->rtt_ns.most / (double)NS_PER_MS);
	}
}

void responders_show_json(const struct responders *r, uint64_t sent, struct text *out)
{
	json_begin_array(out, "receivers");
	for (size_t i = 0; i < r->count; i++) {
		const struct responder *one = r->list[i];

		json_begin_object(out);
		json_address(out, "source", &one->address);
		json_integer(out, "sent", (int64_t)sent);
		json_integer(out, "answered", (int64_t)one->answered);
		json_integer(out, "duplicates", (int64_t)one->duplicates);
		json_real(out, "loss_percent", responder_loss(one, sent));
		show_rtt_json(out, &one->rtt_ns);
		json_end_object(out);
	}
	json_end_array(out);
}
