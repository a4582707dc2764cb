#include "state_show.h"

#include "cli/json.h"
#include "run/tree/tree_address.h"

#include <inttypes.h>
#include <string.h>

enum { LABEL_WIDTH = 17 };

const char *state_address_text(const struct wire_address *wire, char text[HOSTCAST_TEXT_SIZE])
{
	union hostcast_address address = address_of_wire(wire);

	return hostcast_address_text(&address, text);
}

/* ---- Text ---- */

static void add_label(struct text *out, const char *label)
{
	text_addf(out, "  %-*s ", LABEL_WIDTH, label);
}

static void add_address_line(struct text *out, const char *label,
			     const struct wire_address *address)
{
	char text[HOSTCAST_TEXT_SIZE];

	if (wire_address_is_none(address))
		return;
	add_label(out, label);
	text_addf(out, "%s\n", state_address_text(address, text));
}

/* "3.2 s", "4 min 5 s", "2 h 3 min", "5 d 6 h" */
static void add_duration(struct text *out, uint64_t ms)
{
	uint64_t seconds = ms / 1000, minutes = seconds / 60, hours = minutes / 60;

	if (minutes == 0)
		text_addf(out, "%.1f s", (double)(ms / 100) / 10);
	else if (hours == 0)
		text_addf(out, "%" PRIu64 " min %" PRIu64 " s", minutes, seconds % 60);
	else if (hours < 24)
		text_addf(out, "%" PRIu64 " h %" PRIu64 " min", hours, minutes % 60);
	else
		text_addf(out, "%" PRIu64 " d %" PRIu64 " h", hours / 24, hours % 24);
}

static void add_path(struct text *out, const struct report *report)
{
	char text[HOSTCAST_TEXT_SIZE];

	if (report->path_length == 0)
		return;
	add_address_line(out, "parent", &report->path[0]);
	for (size_t i = 0; i < report->path_length; i++) {
		add_label(out, i == 0 ? "root path" : "");
		text_addf(out, "%s\n", state_address_text(&report->path[i], text));
	}
}

static void add_children(struct text *out, const struct report *report)
{
	char text[HOSTCAST_TEXT_SIZE];

	add_label(out, "children");
	text_addf(out, "%zu of at most %u\n", report->child_count, report->children_most);
	for (size_t i = 0; i < report->child_count; i++) {
		add_label(out, "");
		text_addf(out, "%s  heard ",
			  state_address_text(&report->children[i].address, text));
		add_duration(out, report->children[i].heard_ms);
		text_add_string(out, " ago\n");
	}
}

static void add_root(struct text *out, const struct report *report)
{
	char text[HOSTCAST_TEXT_SIZE];

	add_label(out, "root");
	if (wire_address_is_none(&report->root)) {
		text_add_string(out, "none\n");
		return;
	}
	text_addf(out, "%s  for ", state_address_text(&report->root, text));
	add_duration(out, report->root_since_ms);
	text_add_string(out, ", heard ");
	add_duration(out, report->root_heard_ms);
	text_add_string(out, " ago\n");
}

static void add_counts(struct text *out, const struct report *report, bool all)
{
	const char *label = "counters";

	for (size_t i = 0; i < report->count_count; i++) {
		const struct report_count *count = &report->counts[i];

		if (count->value == 0 && !all)
			continue;
		add_label(out, label);
		text_addf(out, "%-*s %" PRIu64 "\n", LABEL_WIDTH, count->name, count->value);
		label = "";
	}
	if (*label) {
		add_label(out, label);
		text_add_string(out, "all 0\n");
	}
}

void state_show(struct text *out, const char *name, const struct report *report, bool all)
{
	bool is_node = report->role == REPORT_NODE;

	text_addf(out, "%s  %s%s\n", name, is_node ? "node, " : "rendezvous point",
		  is_node ? report->state : "");
	if (is_node) {
		add_address_line(out, "rendezvous point", &report->rendezvous);
		add_address_line(out, "seen as", &report->seen_as);
		add_path(out, report);
		add_children(out, report);
	} else {
		add_root(out, report);
	}
	add_counts(out, report, all);
}

/* ---- JSON ---- */

static void add_json_address(struct text *out, const char *key, const struct wire_address *address)
{
	char text[HOSTCAST_TEXT_SIZE];

	if (!wire_address_is_none(address))
		json_string(out, key, state_address_text(address, text));
}

static void add_json_node(struct text *out, const struct report *report)
{
	char text[HOSTCAST_TEXT_SIZE];

	json_string(out, "state", report->state);
	add_json_address(out, "rendezvous", &report->rendezvous);
	add_json_address(out, "seen_as", &report->seen_as);
	add_json_address(out, "parent", &report->path[0]);
	json_begin_array(out, "path");
	for (size_t i = 0; i < report->path_length; i++)
		json_array_string(out, state_address_text(&report->path[i], text));
	json_end_array(out);
	json_integer(out, "children_most", report->children_most);
	json_begin_array(out, "children");
	for (size_t i = 0; i < report->child_count; i++) {
		json_begin_object(out);
		add_json_address(out, "address", &report->children[i].address);
		json_integer(out, "heard_ms", (int64_t)report->children[i].heard_ms);
		json_end_object(out);
	}
	json_end_array(out);
}

static void add_json_rendezvous(struct text *out, const struct report *report)
{
	if (wire_address_is_none(&report->root))
		return;
	add_json_address(out, "root", &report->root);
	json_integer(out, "root_heard_ms", (int64_t)report->root_heard_ms);
	json_integer(out, "root_since_ms", (int64_t)report->root_since_ms);
}

void state_add_json(struct text *out, const struct report *report)
{
	bool is_node = report->role == REPORT_NODE;

	json_string(out, "role", is_node ? "node" : "rdv");
	if (is_node)
		add_json_node(out, report);
	else
		add_json_rendezvous(out, report);
	json_begin_member_object(out, "counters");
	for (size_t i = 0; i < report->count_count; i++)
		json_integer(out, report->counts[i].name, (int64_t)report->counts[i].value);
	json_end_object(out);
}
