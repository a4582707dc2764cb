#include "doctor_show.h"

#include "cli/json.h"
#include "net/address.h"

#include <inttypes.h>
#include <string.h>

enum { WIDTH = 100, TITLE_WIDTH = 20, STATE_WIDTH = 5, LABEL_WIDTH = 10 };

/* Where the text of a rung begins: behind number, title and state, each followed by two spaces. */
enum { TEXT_COLUMN = 2 + 2 + TITLE_WIDTH + 2 + STATE_WIDTH + 2 };

/* Where a line of a remedy begins: indented, and behind its label. */
enum { LINE_COLUMN = 4 + LABEL_WIDTH };

/* ---- Words and lines ---- */

void show_safely(struct text *out, struct text *lines)
{
	const unsigned char *at = (const unsigned char *)lines->bytes;
	size_t plain = 0;

	for (size_t i = 0, length; i < lines->size; i += length) {
		uint32_t c = utf8_decode(at + i, lines->size - i, &length);
		bool is_safe = length > 0 && (c == '\n' || !utf8_is_unsafe(c));

		length = length > 0 ? length : 1;
		if (is_safe)
			continue;
		text_add(out, at + plain, i - plain);
		text_add_escaped(out, at + i, length);
		plain = i + length;
	}
	if (lines->size > 0)
		text_add(out, at + plain, lines->size - plain);
	out->failed |= lines->failed;
	text_clear(lines);
}

static void add_indent(struct text *out, size_t columns)
{
	for (size_t i = 0; i < columns; i++)
		text_add_string(out, " ");
}

/* Columns that a word takes: characters rather than bytes. */
static size_t width_of(const char *word, size_t size)
{
	size_t width = 0;

	for (size_t i = 0; i < size; i++)
		width += ((unsigned char)word[i] & 0xc0) != 0x80;
	return width;
}

void show_wrapped(struct text *out, const char *words, size_t used, size_t indent, size_t width)
{
	bool is_line_begun = false;

	while (*words) {
		size_t size = strcspn(words, " "), columns = width_of(words, size);

		if (is_line_begun && used + 1 + columns > width) {
			text_add_string(out, "\n");
			add_indent(out, indent);
			used = indent;
		} else if (is_line_begun) {
			text_add_string(out, " ");
			used++;
		}
		text_add(out, words, size);
		used += columns;
		is_line_begun = true;
		words += size;
		words += strspn(words, " ");
	}
}

/* ---- The case ---- */

static const char *origin(const struct doctor_case *c)
{
	if (c->are_chosen_by_user)
		return "named";
	return c->are_chosen_by_route ? "route" : "membership";
}

void doctor_show_case(struct text *out, const struct doctor_case *c)
{
	char text[HOSTCAST_TEXT_SIZE];

	if (c->source.any.sa_family != AF_UNSPEC)
		text_addf(out, "%s@", address_ip_text(&c->source, text));
	text_addf(out, "%s", hostcast_address_text(&c->group, text));
	for (size_t i = 0; i < c->chosen_count; i++)
		text_addf(out, "%s%s", i == 0 ? " on " : ", ",
			  case_interface_name(c, c->chosen[i]));
	if (c->chosen_count > 0 && !c->are_chosen_by_user)
		text_addf(out, "%s",
			  c->are_chosen_by_route ? ", where its route leads"
						 : ", where it is joined");
	text_add_string(out, "\n");
}

void doctor_show_case_json(struct text *out, const struct doctor_case *c)
{
	json_begin_event(out, "case");
	json_address(out, "group", &c->group);
	if (c->source.any.sa_family != AF_UNSPEC)
		json_ip(out, "source", &c->source);
	json_bool(out, "port_given", c->is_port_given);
	json_begin_array(out, "interfaces");
	for (size_t i = 0; i < c->chosen_count; i++)
		json_array_string(out, case_interface_name(c, c->chosen[i]));
	json_end_array(out);
	if (c->chosen_count > 0)
		json_string(out, "interfaces_by", origin(c));
	json_end_event(out);
}

/* ---- A rung ---- */

static const char *state_label(enum rung_state state)
{
	static const char *const labels[] = {
		[RUNG_GOOD] = "ok",
		[RUNG_UNKNOWN] = "?",
		[RUNG_NOTED] = "note",
		[RUNG_CAUSE] = "CAUSE",
	};

	return labels[state];
}

static bool is_command(const char *line)
{
	return strncmp(line, FINDING_COMMAND, strlen(FINDING_COMMAND)) == 0;
}

/* Puts the line at `at` into `line`, a command without its mark; returns the next one. */
static const char *take_line(const char *at, struct text *line)
{
	size_t mark = is_command(at) ? strlen(FINDING_COMMAND) : 0, size = strcspn(at, "\n");

	text_clear(line);
	text_add(line, at + mark, size - mark);
	return at + size + (at[size] == '\n');
}

void show_lines(struct text *out, const char *label, struct text *lines)
{
	struct text line = {0};
	const char *at = text_string(lines), *next;

	for (; *at; at = next, label = "") {
		next = take_line(at, &line);
		text_addf(out, "    %-*s", LABEL_WIDTH, label);
		if (is_command(at))
			text_add(out, line.bytes, line.size);
		else
			show_wrapped(out, text_string(&line), LINE_COLUMN, LINE_COLUMN, WIDTH);
		text_add_string(out, "\n");
	}
	text_done(&line);
}

void doctor_show_rung(struct text *out, const struct rung *rung, struct finding *finding)
{
	text_addf(out, "%2u  %-*s  %-*s  ", rung->number, TITLE_WIDTH, rung->title, STATE_WIDTH,
		  state_label(finding->state));
	show_wrapped(out, text_string(&finding->saw), TEXT_COLUMN, TEXT_COLUMN, WIDTH);
	while (out->size > 0 && out->bytes[out->size - 1] == ' ')
		out->size--;
	text_add_string(out, "\n");
	if (finding->state < RUNG_NOTED)
		return;
	show_lines(out, "mend it:", &finding->remedy);
	show_lines(out, "if not:", &finding->instead);
}

static void json_lines(struct text *out, const char *key, struct text *lines, bool are_all)
{
	struct text line = {0};
	const char *at = text_string(lines), *next;

	json_begin_array(out, key);
	for (; *at; at = next) {
		next = take_line(at, &line);
		if (are_all || is_command(at))
			json_array_string(out, text_string(&line));
	}
	json_end_array(out);
	text_done(&line);
}

void json_remedy(struct text *out, struct finding *finding)
{
	if (finding->remedy.size > 0)
		json_lines(out, "remedy", &finding->remedy, true);
	if (strstr(text_string(&finding->remedy), FINDING_COMMAND))
		json_lines(out, "commands", &finding->remedy, false);
	if (finding->instead.size > 0)
		json_lines(out, "instead", &finding->instead, true);
}

void doctor_show_rung_json(struct text *out, const struct rung *rung, struct finding *finding)
{
	json_begin_event(out, "rung");
	json_integer(out, "rung", rung->number);
	json_string(out, "name", rung->name);
	json_string(out, "state", rung_state_name(finding->state));
	json_string(out, "saw", text_string(&finding->saw));
	json_remedy(out, finding);
	json_end_event(out);
}

/* ---- The verdict ---- */

void doctor_show_verdict(struct text *out, const struct verdict *verdict,
			 const struct doctor_case *c)
{
	struct text words = {0};

	verdict_explain(verdict, c, &words);
	show_wrapped(out, text_string(&words), 0, 0, WIDTH);
	text_add_string(out, "\n");
	text_clear(&words);
	verdict_explain_unseen(c, &words);
	if (words.size > 0) {
		show_wrapped(out, text_string(&words), 0, 0, WIDTH);
		text_add_string(out, "\n");
	}
	text_done(&words);
}

/* "Passed over: 5 of other VLANs, 2 queries to other hosts" */
static void add_number(struct text *line, const char *begin, uint64_t number, const char *what)
{
	if (number > 0)
		text_addf(line, "%s%" PRIu64 " %s", line->size > 0 ? ", " : begin, number, what);
}

static void add_sentence(struct text *out, struct text *line)
{
	if (line->size > 0) {
		text_add_string(line, ".");
		show_wrapped(out, text_string(line), 0, 0, WIDTH);
		text_add_string(out, "\n");
	}
	text_clear(line);
}

static void add_passed_over(struct text *line, const struct passed_over *counters)
{
#define PASSED_OVER_TEXT(name, text) add_number(line, "Passed over: ", counters->name, text);
	PASSED_OVER_LIST(PASSED_OVER_TEXT)
#undef PASSED_OVER_TEXT
}

static void add_lost(struct text *line, const struct observation *o)
{
	static const char begin[] = "Lost by doctor itself: ";

	add_number(line, begin, observation_wire_dropped(o), "on the wire");
	add_number(line, begin, o->socket_dropped, "at its socket");
	add_number(line, begin, o->forgotten, "of more sources than it has room for");
	add_number(line, begin, o->queriers.forgotten, "of more queriers than it has room for");
}

void doctor_show_drops(struct text *out, const struct doctor_case *c)
{
	struct text line = {0};

	if (!c->observation)
		return;
	add_passed_over(&line, &c->observation->passed_over);
	add_sentence(out, &line);
	add_lost(&line, c->observation);
	add_sentence(out, &line);
	text_done(&line);
}

static void add_passed_over_json(struct text *out, const struct passed_over *counters)
{
	json_begin_member_object(out, "passed_over");
#define PASSED_OVER_JSON(name, text) json_integer(out, #name, (int64_t)counters->name);
	PASSED_OVER_LIST(PASSED_OVER_JSON)
#undef PASSED_OVER_JSON
	json_end_object(out);
}

static void add_listening(struct text *out, const struct observation *o)
{
	json_begin_member_object(out, "listened");
	json_real(out, "seconds", (double)o->lasted_ns / (double)NS_PER_S);
	json_bool(out, "wire_seen", !o->no_wire_reason[0]);
	if (o->no_wire_reason[0])
		json_string(out, "no_wire_reason", o->no_wire_reason);
	json_integer(out, "on_wire", (int64_t)observation_on_wire(o, 0));
	json_integer(out, "at_socket", (int64_t)observation_at_socket(o, 0));
	json_integer(out, "sources", (int64_t)o->source_count);
	json_integer(out, "wire_dropped", (int64_t)observation_wire_dropped(o));
	json_integer(out, "socket_dropped", (int64_t)o->socket_dropped);
	json_integer(out, "forgotten", (int64_t)o->forgotten);
	json_integer(out, "queriers_forgotten", (int64_t)o->queriers.forgotten);
	json_integer(out, "early", (int64_t)o->early);
	add_passed_over_json(out, &o->passed_over);
	json_end_object(out);
}

void doctor_show_verdict_json(struct text *out, const struct verdict *verdict,
			      const struct doctor_case *c)
{
	struct text words = {0};

	verdict_explain(verdict, c, &words);
	json_begin_event(out, "summary");
	json_string(out, "verdict", verdict_name(verdict_kind(verdict, c)));
	json_string(out, "text", text_string(&words));
	json_begin_array(out, "causes");
	for (size_t i = 0; i < verdict->cause_count; i++)
		json_array_string(out, verdict->causes[i]->name);
	json_end_array(out);
	json_integer(out, "examined", verdict->examined);
	json_integer(out, "noted", verdict->noted);
	json_integer(out, "unknown", verdict->unknown);
	if (c->observation)
		add_listening(out, c->observation);
	json_bool(out, "cut_short", verdict->is_cut_short);
	json_end_event(out);
	text_done(&words);
}
