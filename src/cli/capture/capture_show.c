#include "capture_show.h"

#include "cli/json.h"
#include "cli/packet_show.h"
#include "cli/show.h"

#include <inttypes.h>
#include <string.h>

/* ---- Packets ---- */

static void show_object(struct text *out, const char *interface, const struct capturing *c,
			const struct frame *frame, const struct packet *packet)
{
	json_begin_event(out, "packet");
	json_integer(out, "number", (int64_t)c->packets);
	json_string(out, "interface", interface);
	packet_show_json(out, frame, packet);
	json_end_event(out);
}

static void show_line(struct text *out, const char *interface, const struct frame *frame,
		      const struct packet *packet)
{
	show_time(out, frame->time_ns);
	text_add_string(out, " ");
	text_add_escaped(out, interface, strlen(interface));
	text_add_string(out, " ");
	packet_show_line(out, frame, packet);
	text_add_string(out, "\n");
}

void capture_show_packet(struct capturing *c, const struct frame *frame,
			 const struct packet *packet)
{
	const char *interface = c->intake.list[frame->interface].name;

	if (c->session.common->json)
		show_object(&c->session.out, interface, c, frame, packet);
	else
		show_line(&c->session.out, interface, frame, packet);
	session_result(&c->session);
}

/* ---- The summary ---- */

void capture_show_interfaces(struct text *out, const struct intake *intake)
{
	for (size_t i = 0; i < intake->count; i++) {
		const char *name = intake->list[i].name;

		text_add_string(out, i > 0 ? ", " : "");
		text_add_escaped(out, name, strlen(name));
	}
}

static void add_interfaces_json(struct text *out, const struct intake *intake)
{
	json_begin_array(out, "interfaces");
	for (size_t i = 0; i < intake->count; i++) {
		const struct intake_source *source = &intake->list[i];

		json_begin_object(out);
		json_string(out, "name", source->name);
		json_integer(out, "received", (int64_t)source->counters.received);
		json_integer(out, "kernel_drops", (int64_t)source->counters.dropped);
		json_end_object(out);
	}
	json_end_array(out);
}

static void summary_json(struct capturing *c, const struct live_counters *counters)
{
	struct text *out = &c->session.out;

	json_begin_event(out, "summary");
	json_integer(out, "packets", (int64_t)c->packets);
	json_integer(out, "bytes", (int64_t)c->bytes);
	json_integer(out, "passed_over", (int64_t)c->passed_over);
	json_integer(out, "received", (int64_t)counters->received);
	json_integer(out, "kernel_drops", (int64_t)counters->dropped);
	json_integer(out, "output_dropped", (int64_t)c->session.outlet.dropped);
	if (c->recording.path) {
		json_integer(out, "files", (int64_t)c->recording.files);
		json_string(out, "file", c->recording.name);
	}
	add_interfaces_json(out, &c->intake);
	json_end_event(out);
}

static void add_files(struct text *line, const struct recording *recording)
{
	bool is_standard_output = recording->path && strcmp(recording->path, "-") == 0;

	if (!recording->path || is_standard_output)
		return;
	if (recording->files > 1)
		text_addf(line, "; in %" PRIu64 " files, the last one ", recording->files);
	else
		text_add_string(line, "; in ");
	text_add_string(line, recording->name);
}

static void summary_text(struct capturing *c, const struct live_counters *counters)
{
	struct text line = {0};

	show_quantity(&line, c->packets, "packet", "packets");
	text_add_string(&line, ", ");
	show_quantity(&line, c->bytes, "byte", "bytes");
	if (c->intake.count > 0)
		text_add_string(&line, " on ");
	capture_show_interfaces(&line, &c->intake);
	show_nonzero(&line, c->passed_over, "passed over");
	text_addf(&line, "; dropped by the kernel: %" PRIu64, counters->dropped);
	if (counters->dropped > 0)
		text_add_string(&line,
				" (the buffer was full: a larger --buffer holds more, for longer)");
	show_nonzero(&line, c->session.outlet.dropped, "output_dropped");
	add_files(&line, &c->recording);
	session_summary_line(&c->session, text_string(&line));
	text_done(&line);
}

void capture_show_summary(void *context)
{
	struct capturing *c = context;
	struct live_counters counters = intake_count(&c->intake);

	if (c->session.common->json)
		summary_json(c, &counters);
	else
		summary_text(c, &counters);
}
