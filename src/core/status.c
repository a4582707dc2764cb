#include "status.h"

#include "member.h"
#include "rendezvous.h"

#include <string.h>

/* More than any report has: 48 lines of an address, and the counters. */
enum { REPORT_ROOM = 8 * 1024 };

/* A report being written, for one asker: addresses are those that it can use. */
struct report {
	struct writer writer;
	const struct own *own;
	const struct incoming *asker;
};

static void begin_line(struct report *report, const char *key)
{
	writer_string(&report->writer, key);
	writer_byte(&report->writer, ' ');
}

static void end_line(struct report *report)
{
	writer_byte(&report->writer, '\n');
}

static void add_word(struct report *report, const char *key, const char *word)
{
	begin_line(report, key);
	writer_string(&report->writer, word);
	end_line(report);
}

static void add_number(struct report *report, const char *key, uint64_t number)
{
	begin_line(report, key);
	writer_decimal(&report->writer, number);
	end_line(report);
}

static void put_address(struct report *report, const struct wire_address *address)
{
	struct wire_address told =
		own_as_told(report->own, *address, &report->asker->from, report->asker->at);

	wire_address_write(&report->writer, &told);
}

/* Nothing where there is no address. */
static void add_address(struct report *report, const char *key, const struct wire_address *address)
{
	if (wire_address_is_none(address))
		return;
	begin_line(report, key);
	put_address(report, address);
	end_line(report);
}

static uint64_t age_ms(struct monotime now, struct monotime then)
{
	return (uint64_t)(monotime_diff_ns(now, then) / NS_PER_MS);
}

/* Sends the report, or, where it is larger than the request, how large a request would do. */
static bool send_report(const struct report *report, struct output *output)
{
	const struct incoming *asker = report->asker;
	struct writer writer = output_begin(output, MESSAGE_TATS);
	struct report note = {.writer = writer};
	size_t size = writer.size + report->writer.size;

	if (size <= asker->size) {
		writer_put(&writer, report->writer.bytes, report->writer.size);
	} else {
		add_number(&note, "size", size);
		if (note.writer.size > asker->size)
			return false;
		writer = note.writer;
	}
	output_end(output, &writer, (struct destination){asker->from, asker->at});
	return true;
}

static void add_children(struct report *report, const struct member *m, struct monotime now)
{
	for (size_t i = 0; i < m->children.count; i++) {
		const struct child *child = &m->children.list[i];

		begin_line(report, "child");
		put_address(report, &child->address);
		writer_byte(&report->writer, ' ');
		writer_decimal(&report->writer, age_ms(now, child->heard));
		end_line(report);
	}
}

static void add_count(struct report *report, const char *name, uint64_t value)
{
	begin_line(report, "count");
	add_number(report, name, value);
}

bool status_of_member(const struct member *m, struct monotime now, const struct incoming *in,
		      struct output *output)
{
	uint8_t bytes[REPORT_ROOM];
	struct report report = {writer_of(bytes, sizeof bytes), m->own, in};

	add_word(&report, "role", "node");
	add_word(&report, "state", member_state_name(m->state));
	add_address(&report, "rendezvous", &m->config->rendezvous);
	add_address(&report, "seen_as", &m->seen_as);
	for (size_t i = 0; i < m->path_length; i++)
		add_address(&report, "path", &m->path[i]);
	add_number(&report, "children_most", m->config->children_most);
	add_children(&report, m, now);
#define ADD_COUNT(name) add_count(&report, #name, m->counters->name);
	MEMBER_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
#define ADD_COUNT(name) add_count(&report, #name, m->counters->origin.name);
	ORIGIN_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
	return send_report(&report, output);
}

bool status_of_rendezvous(const struct rendezvous *r, struct monotime now,
			  const struct incoming *in, struct output *output)
{
	uint8_t bytes[REPORT_ROOM];
	struct report report = {writer_of(bytes, sizeof bytes), r->own, in};

	add_word(&report, "role", "rdv");
	if (!wire_address_is_none(&r->root)) {
		add_address(&report, "root", &r->root);
		add_number(&report, "root_heard_ms", age_ms(now, r->heard));
		add_number(&report, "root_since_ms", age_ms(now, r->registered));
	}
#define ADD_COUNT(name) add_count(&report, #name, r->counters.name);
	RENDEZVOUS_COUNTERS(ADD_COUNT)
#undef ADD_COUNT
	return send_report(&report, output);
}
