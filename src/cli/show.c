#include "show.h"

#include "base/monotime.h"
#include "json.h"
#include "net/address.h"

#include <assert.h>
#include <inttypes.h>
#include <net/if.h>
#include <string.h>
#include <time.h>

void show_time(struct text *out, int64_t time_ns)
{
	time_t seconds = time_ns / NS_PER_S;
	char text[32] = "";
	struct tm local;

	if (localtime_r(&seconds, &local))
		strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
	text_addf(out, "%s.%06d", text, (int)(time_ns % NS_PER_S / NS_PER_US));
}

static void add_hex_line(struct text *out, const unsigned char *bytes, size_t offset, size_t size)
{
	text_addf(out, "  %04zx ", offset);
	for (size_t i = 0; i < 16; i++) {
		if (i < size)
			text_addf(out, i == 8 ? "  %02x" : " %02x", bytes[offset + i]);
		else
			text_add_string(out, i == 8 ? "    " : "   ");
	}
	text_add_string(out, "  ");
	for (size_t i = 0; i < size; i++) {
		unsigned char c = bytes[offset + i];

		text_addf(out, "%c", c >= 0x20 && c < 0x7f ? c : '.');
	}
	text_add_string(out, "\n");
}

static void add_details(struct text *out, const struct hostcast_message *message)
{
	char name[IF_NAMESIZE];

	if (if_indextoname(message->interface_index, name))
		text_addf(out, " on %s", name);
	if (message->ttl >= 0)
		text_addf(out, ", TTL %d", message->ttl);
}

static const char *remembered(const union hostcast_address *address, union hostcast_address *last,
			      char text[HOSTCAST_TEXT_SIZE])
{
	if (!*text || !address_equal(address, last)) {
		*last = *address;
		hostcast_address_text(address, text);
	}
	return text;
}

void show_text(struct text *out, const struct hostcast_message *message,
	       const struct show_options *options, struct show_memory *memory)
{
	if (options->time) {
		show_time(out, message->time_ns);
		text_add_string(out, " ");
	}
	text_add_string(out, remembered(&message->source, &memory->source, memory->source_text));
	text_add_string(out, " > ");
	text_add_string(out, remembered(&message->destination, &memory->destination,
					memory->destination_text));
	if (options->details)
		add_details(out, message);
	text_add_string(out, ", ");
	show_quantity(out, message->full_size, "byte", "bytes");
	if (message->flags & HOSTCAST_CUT_OFF)
		text_addf(out, ", cut off after %zu", message->size);
	if (options->hex) {
		text_add_string(out, "\n");
		for (size_t at = 0; at < message->size; at += 16)
			add_hex_line(out, message->data, at,
				     message->size - at < 16 ? message->size - at : 16);
		return;
	}
	text_add_string(out, ": ");
	text_add_escaped(out, message->data, message->size);
	text_add_string(out, "\n");
}

void show_json(struct text *out, const struct hostcast_message *message)
{
	char name[IF_NAMESIZE];

	json_begin_event(out, "message");
	json_address(out, "source", &message->source);
	json_address(out, "destination", &message->destination);
	if (if_indextoname(message->interface_index, name))
		json_string(out, "interface", name);
	if (message->ttl >= 0)
		json_integer(out, "ttl", message->ttl);
	json_integer(out, "time_ns", message->time_ns);
	json_integer(out, "size", (int64_t)message->full_size);
	if (message->flags & HOSTCAST_CUT_OFF)
		json_bool(out, "cut_off", true);
	json_payload(out, message->data, message->size);
	json_end_event(out);
}

void show_counters_json(struct text *out, const struct hostcast *handle)
{
	for (unsigned i = 0; hostcast_counter_name(i); i++)
		json_integer(out, hostcast_counter_name(i), (int64_t)hostcast_counter(handle, i));
}

void show_rtt_json(struct text *out, const struct histogram *rtt_ns)
{
	const double ns_in_us = (double)NS_PER_US;

	if (rtt_ns->count == 0)
		return;
	json_real(out, "rtt_min_us", (double)rtt_ns->least / ns_in_us);
	json_real(out, "rtt_mean_us", histogram_mean(rtt_ns) / ns_in_us);
	json_real(out, "rtt_p99_us", (double)histogram_percentile(rtt_ns, 0.99) / ns_in_us);
	json_real(out, "rtt_max_us", (double)rtt_ns->most / ns_in_us);
}

uint64_t show_counter(const struct hostcast *handle, const char *name)
{
	unsigned i = 0;

	while (hostcast_counter_name(i) && strcmp(hostcast_counter_name(i), name) != 0)
		i++;
	assert(hostcast_counter_name(i));
	return hostcast_counter(handle, i);
}

void show_ip(struct text *out, const union hostcast_address *address)
{
	char text[HOSTCAST_TEXT_SIZE];

	text_add_string(out, address_ip_text(address, text));
}

void show_nonzero(struct text *line, uint64_t number, const char *what)
{
	if (number > 0)
		text_addf(line, "; %s: %" PRIu64, what, number);
}
