#include "counts.h"

#include "cli/json.h"
#include "cli/show.h"
#include "conversation_words.h"
#include "view_time.h"

void counts_take(struct counts *counts, const struct frame *frame, const struct packet *packet)
{
	bool is_cut_off = frame->size < frame->wire_size;

	if (counts->shown++ == 0)
		counts->first_ns = frame->time_ns;
	counts->last_ns = frame->time_ns;
	counts->kinds[packet_kind(packet)]++;
	counts->cut_off += is_cut_off;
	counts->bad_checksums += packet_has_bad_checksum(packet);
	counts->not_understood += packet->problem && !is_cut_off;
}

void counts_show_json(struct text *out, const struct counts *counts)
{
	json_integer(out, "packets", (int64_t)counts->packets);
	json_integer(out, "shown", (int64_t)counts->shown);
	json_begin_member_object(out, "kinds");
	for (unsigned kind = 0; kind < PACKET_KIND_COUNT; kind++)
		json_integer(out, packet_kind_name(kind), (int64_t)counts->kinds[kind]);
	json_end_object(out);
	json_integer(out, "cut_off", (int64_t)counts->cut_off);
	json_integer(out, "bad_checksums", (int64_t)counts->bad_checksums);
	json_integer(out, "not_understood", (int64_t)counts->not_understood);
	if (counts->shown == 0)
		return;
	json_integer(out, "first_ns", counts->first_ns);
	json_integer(out, "last_ns", counts->last_ns);
}

static void add_kinds(struct text *out, const struct counts *counts)
{
	const char *between = ": ";

	for (unsigned kind = 0; kind < PACKET_KIND_COUNT; kind++) {
		if (counts->kinds[kind] == 0)
			continue;
		text_addf(out, "%s%llu %s", between, (unsigned long long)counts->kinds[kind],
			  packet_kind_name(kind));
		between = ", ";
	}
}

static void add_times(struct text *out, const struct counts *counts)
{
	if (counts->last_ns == counts->first_ns) {
		text_add_string(out, ", at ");
		view_date(out, counts->first_ns);
		return;
	}
	text_add_string(out, ", from ");
	view_date(out, counts->first_ns);
	text_add_string(out, " on for ");
	add_duration(out, (double)(counts->last_ns - counts->first_ns));
}

void counts_show(struct text *out, const struct counts *counts)
{
	show_quantity(out, counts->shown, "packet", "packets");
	if (counts->shown < counts->packets)
		text_addf(out, " of %llu", (unsigned long long)counts->packets);
	add_kinds(out, counts);
	if (counts->shown > 0)
		add_times(out, counts);
	show_nonzero(out, counts->cut_off, "cut off");
	show_nonzero(out, counts->bad_checksums, "with a wrong checksum");
	show_nonzero(out, counts->not_understood, "not understood");
}
